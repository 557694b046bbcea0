/**
 * Stories of several managers and one object: what is merged, what goes, who is asked, and what is refused.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../patch/plain-json.ts'
import { statusOf } from '../status-error.ts'
import { type Applied, type ApplyOptions, applyPatch } from './apply.ts'
import { thing } from './example-schema.ts'
import { setOf } from './field-set.ts'
import { lastAppliedAnnotation } from './last-applied.ts'
import { trackCreateOrUpdate } from './managed-fields.ts'

const t1 = '2026-01-01T00:00:01Z'
const t2 = '2026-01-01T00:00:02Z'

const isEmptyJson = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** A thing that a few managers work on, one after the other. */
class Story {
  live: JsonObject | undefined
  now = t1

  apply(manager: string, spec: object, options: Partial<ApplyOptions> = {}, metadata: object = {}): Applied {
    const applied = { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', ...metadata }, spec }
    const common = { schema: thing, kind: 'Thing', apiVersion: 'test/v1', subresource: '', force: false, nowText: this.now }
    const result = applyPatch({ ...common, live: this.live, applied, manager, ...options })
    this.#store(result.object, result.managedFields)
    return result
  }
  update(manager: string, spec: object): void {
    const next = { ...this.live, apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', ...(this.live?.metadata as object) }, spec }
    const managedFields = trackCreateOrUpdate({
      schema: thing,
      live: this.live,
      next,
      manager,
      apiVersion: 'test/v1',
      subresource: '',
      nowText: this.now,
    })
    this.#store(next, managedFields)
  }
  #store(object: JsonObject, managedFields: unknown): void {
    const { managedFields: _, ...metadata } = object.metadata as JsonObject
    // Decoding gives a struct for a null, and drops null and empty lists and maps.
    const spec = Object.fromEntries(Object.entries(object.spec ?? {}).filter(([, value]) => value !== null && !isEmptyJson(value)))
    this.live = { ...object, spec, metadata: { ...metadata, uid: 'u', ...(managedFields === undefined ? {} : { managedFields }) } }
  }
  get spec(): unknown {
    return this.live?.spec
  }
  get owners(): Record<string, unknown> {
    const entries = ((this.live?.metadata as JsonObject | undefined)?.managedFields ?? []) as {
      manager: string
      operation: string
      fieldsV1: { 'f:spec'?: unknown }
    }[]
    return Object.fromEntries(entries.map((entry) => [`${entry.manager}/${entry.operation}`, JSON.stringify(entry.fieldsV1['f:spec'])]))
  }
}
function refused(action: () => unknown): { code: number | undefined; message: string | undefined; causes: unknown } {
  try {
    action()
  } catch (error) {
    const status = statusOf(error)
    if (status === undefined) throw error
    return { code: status.code, message: status.message, causes: status.details?.causes }
  }
  throw new Error('Expected a refusal')
}

describe('applyPatch()', () => {
  test('creates, changes, and gives up', () => {
    const story = new Story()
    story.apply('m', { text: 'x', labels: { a: '1', b: '1' } })
    expect(story.spec).toEqual({ text: 'x', labels: { a: '1', b: '1' } })
    expect(story.owners).toEqual({ 'm/Apply': '{"f:labels":{"f:a":{},"f:b":{}},"f:text":{}}' })
    story.apply('m', { text: 'y', labels: { a: '1' } })
    expect(story.spec).toEqual({ text: 'y', labels: { a: '1' } })
    story.apply('m', {})
    expect(story.spec).toEqual({})
  })
  test('shared fields stay until the last owner gives them up', () => {
    const story = new Story()
    story.apply('m1', { text: 'x', on: true })
    story.apply('m2', { text: 'x' })
    story.apply('m1', { on: true })
    expect(story.spec).toEqual({ text: 'x', on: true })
    story.apply('m2', {})
    expect(story.spec).toEqual({ on: true })
  })
  test('elements and entries of others are left alone', () => {
    const story = new Story()
    story.apply('m1', { items: [{ name: 'a', value: '1' }, { name: 'b' }], set: ['x'], labels: { a: '1' } })
    story.apply('m2', { items: [{ name: 'c' }], set: ['y'], labels: { b: '1' } })
    story.apply('m1', { items: [{ name: 'b' }], set: [], labels: {} })
    expect(story.spec).toEqual({ items: [{ name: 'b' }, { name: 'c' }], set: ['y'], labels: { b: '1' } })
  })
  test('what an update added below an applied element stays with it', () => {
    const story = new Story()
    story.apply('m', { items: [{ name: 'a' }] })
    story.update('u', { items: [{ name: 'a', value: 'set' }] })
    story.apply('m', { items: [{ name: 'a' }] })
    expect(story.spec).toEqual({ items: [{ name: 'a', value: 'set' }] })
    // The element goes with its applier all the same: nobody else owns the element itself.
    story.apply('m', {})
    expect(story.spec).toEqual({})
  })

  test('one conflict', () => {
    const story = new Story()
    story.apply('m1', { items: [{ name: 'a', value: '1' }] })
    expect(refused(() => story.apply('m2', { items: [{ name: 'a', value: '2' }] }))).toEqual({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "m1": .spec.items[name="a"].value',
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.spec.items[name="a"].value' }],
    })
  })
  test('conflicts with appliers and updaters', () => {
    const story = new Story()
    story.apply('m1', { text: 'x' })
    story.update('upd', { text: 'x', labels: { w: '1', z: '1' } })
    const { message, causes } = refused(() => story.apply('m2', { text: 'y', labels: { w: '2', z: '2' } }))
    expect(message).toBe(
      'Apply failed with 3 conflicts: conflicts with "m1":\n- .spec.text\nconflicts with "upd" using test/v1:\n- .spec.labels.w\n- .spec.labels.z',
    )
    expect(causes).toHaveLength(3)
  })
  test('a subresource is named in conflicts', () => {
    const story = new Story()
    story.apply('m1', { text: 'x' }, { subresource: 'status' })
    expect(refused(() => story.apply('m2', { text: 'y' })).message).toBe(
      'Apply failed with 1 conflict: conflict with "m1" with subresource "status": .spec.text',
    )
  })
  test('force takes over', () => {
    const story = new Story()
    story.apply('m1', { text: 'x', on: true })
    story.apply('m2', { text: 'y' }, { force: true })
    expect(story.spec).toEqual({ text: 'y', on: true })
    expect(story.owners).toEqual({ 'm1/Apply': '{"f:on":{}}', 'm2/Apply': '{"f:text":{}}' })
  })

  test('a configuration that changes nothing is a no-op, but makes an owner without a time', () => {
    const story = new Story()
    story.apply('m1', { text: 'x' })
    story.now = t2
    expect(story.apply('m1', { text: 'x' }).managedFields?.[0]?.time).toBe(t1)
    const { managedFields, isNoop, object } = story.apply('m0', { text: 'x' })
    expect(isNoop).toBe(true)
    expect(object.spec).toEqual({ text: 'x' })
    expect(managedFields?.map(({ manager, time }) => [manager, time])).toEqual([
      ['m0', undefined],
      ['m1', t1],
    ])
  })
  test('an object without owners was somebody’s before', () => {
    const story = new Story()
    story.live = { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', uid: 'u' }, spec: { text: 'x' } }
    expect(refused(() => story.apply('m', { text: 'y' })).message).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using test/v1: .spec.text',
    )
    story.apply('m', { on: true })
    expect(story.owners).toEqual({ 'm/Apply': '{"f:on":{}}', 'before-first-apply/Update': '{"f:text":{}}' })
  })
  test('fields that the endpoint cannot change are not owned', () => {
    const story = new Story()
    const { managedFields } = story.apply('m', { text: 'x' }, { resetFields: setOf(['f:spec', 'f:text']) })
    expect(managedFields).toBeUndefined()
  })
  test('owners of another version are heard in theirs', () => {
    const convert: ApplyOptions['convert'] = (object, apiVersion) =>
      apiVersion.startsWith('test/') ? { schema: thing, object: { ...object, apiVersion } } : undefined
    const story = new Story()
    story.apply('m1', { text: 'x', on: true, labels: { a: '1' } })
    // The same applier in another version: what it no longer names goes all the same.
    const applied = { apiVersion: 'test/v2', kind: 'Thing', metadata: { name: 'a' }, spec: { text: 'x' } }
    const live = { ...story.live, apiVersion: 'test/v2' }
    const { object, managedFields } = applyPatch({
      schema: thing,
      kind: 'Thing',
      apiVersion: 'test/v2',
      subresource: '',
      force: false,
      nowText: t2,
      live,
      applied,
      manager: 'm1',
      convert,
    })
    expect(object.spec).toEqual({ text: 'x' })
    expect(managedFields).toHaveLength(1)
    expect(managedFields?.[0]?.apiVersion).toBe('test/v2')
  })

  test.each<[string, JsonObject, number, string]>([
    ['a foreign kind', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }, 400, 'invalid object type: /v1, Kind=Secret'],
    ['no type', { metadata: { name: 'a' } }, 400, 'invalid object type: /, Kind='],
    ['managedFields', { apiVersion: 'test/v1', kind: 'Thing', metadata: { managedFields: [] } }, 400, 'metadata.managedFields must be nil'],
    [
      'an unknown field',
      { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { bogus: 1 } },
      500,
      'failed to create typed patch object (/a; test/v1, Kind=Thing): .spec.bogus: field not declared in schema',
    ],
    [
      'a duplicate',
      { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', namespace: 'n' }, spec: { items: [{ name: 'x' }, { name: 'x' }] } },
      500,
      'failed to create typed patch object (n/a; test/v1, Kind=Thing): .spec.items: duplicate entries for key [name="x"]',
    ],
  ])('%s is refused', (_, applied, code, message) => {
    expect(refused(() => new Story().apply('m', {}, { applied }))).toMatchObject({ code, message })
  })
  test('broken entries of the live object are a 500', () => {
    const story = new Story()
    story.live = { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', uid: 'u', managedFields: [{ manager: 'x' }] } }
    expect(refused(() => story.apply('m', {})).message).toBe('failed to decode managed fields: operation must be `Apply` or `Update`')
  })
})

describe('the manager "kubectl"', () => {
  const annotated = (spec: object): JsonObject => {
    const lastApplied = JSON.stringify({ apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a' }, spec })
    return { apiVersion: 'test/v1', kind: 'Thing', metadata: { name: 'a', annotations: { [lastAppliedAnnotation]: lastApplied } }, spec }
  }
  const clientSideApplied = (): Story => {
    const story = new Story()
    const live = annotated({ text: 'x', on: true })
    const managedFields = trackCreateOrUpdate({
      schema: thing,
      next: live,
      manager: 'kubectl-client-side-apply',
      apiVersion: 'test/v1',
      subresource: '',
      nowText: t1,
    })
    story.live = { ...live, metadata: { ...(live.metadata as object), uid: 'u', managedFields } }
    return story
  }
  test('may change what kubectl itself applied client-side, and keeps the annotation true', () => {
    const story = clientSideApplied()
    story.apply('kubectl', { text: 'y', on: true })
    expect(story.spec).toEqual({ text: 'y', on: true })
    const metadata = story.live?.metadata as { annotations: Record<string, string> } | undefined
    expect(metadata?.annotations[lastAppliedAnnotation]).toBe(
      '{"apiVersion":"test/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"on":true,"text":"y"}}\n',
    )
  })
  test('still conflicts with others', () => {
    const story = clientSideApplied()
    story.update('hpa', { text: 'z', on: true })
    expect(refused(() => story.apply('kubectl', { text: 'y', on: true })).message).toBe(
      'Apply failed with 1 conflict: conflict with "hpa" using test/v1: .spec.text',
    )
  })
  test('only "kubectl" may', () => expect(refused(() => clientSideApplied().apply('other', { text: 'y' })).code).toBe(409))
})

describe('for any configurations', () => {
  const word = fc.constantFrom('a', 'b', 'c')
  const spec = fc.record(
    {
      text: word,
      on: fc.boolean(),
      set: fc.uniqueArray(word, { minLength: 1 }),
      atomic: fc.array(word, { minLength: 1, maxLength: 2 }),
      labels: fc.dictionary(word, word, { minKeys: 1 }),
      items: fc.uniqueArray(fc.record({ name: word, value: word }, { requiredKeys: ['name'] }), {
        minLength: 1,
        selector: ({ name }) => name,
      }),
      any: fc.dictionary(word, word, { minKeys: 1 }),
    },
    { requiredKeys: [] },
  )
  test('applying twice is applying once', () => {
    fc.assert(
      fc.property(spec, spec, spec, (first, second, third) => {
        const story = new Story()
        story.apply('m1', first)
        story.apply('m2', second, { force: true })
        story.apply('m1', third, { force: true })
        const once = JSON.stringify(story.live)
        story.now = t2
        const { isNoop } = story.apply('m1', third)
        expect(isNoop).toBe(true)
        expect(JSON.stringify(story.live)).toBe(once)
      }),
    )
  })
  test('what was applied is there, and giving it all up leaves nothing', () => {
    fc.assert(
      fc.property(spec, spec, (first, second) => {
        const story = new Story()
        story.apply('m', first)
        expect(story.spec).toEqual(Object.fromEntries(Object.entries(first).filter(([, value]) => !isEmptyJson(value))))
        story.apply('m', second)
        story.apply('m', {})
        expect(story.spec).toEqual({})
      }),
    )
  })
})
