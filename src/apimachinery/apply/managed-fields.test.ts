/**
 * Who owns what after creates and updates, and what clients may do to the entries.
 */
import { describe, expect, test } from 'vitest'
import type { ManagedFieldsEntry } from '../object.ts'
import type { JsonObject } from '../patch/plain-json.ts'
import { thing } from './example-schema.ts'
import { setOf } from './field-set.ts'
import { keepTimesOfNoop, type TrackOptions, trackCreateOrUpdate } from './managed-fields.ts'

const t1 = '2026-01-01T00:00:01Z'
const t2 = '2026-01-01T00:00:02Z'
const object = (spec: object, metadata: object = {}): JsonObject => ({
  apiVersion: 'test/v1',
  kind: 'Thing',
  metadata: { name: 'a', uid: 'u', ...metadata },
  spec,
})
const track = (next: JsonObject, options: Partial<TrackOptions> = {}): readonly ManagedFieldsEntry[] | undefined =>
  trackCreateOrUpdate({ schema: thing, next, manager: 'm', apiVersion: 'test/v1', subresource: '', nowText: t1, ...options })
const shown = (entries: readonly ManagedFieldsEntry[] | undefined): string[] =>
  (entries ?? []).map(
    (e) =>
      `${e.manager}/${e.operation}${e.subresource === undefined ? '' : `/${e.subresource}`} ${e.time ?? '-'} ${JSON.stringify(e.fieldsV1)}`,
  )
const entry = (manager: string, fieldsV1: object, time = t1): ManagedFieldsEntry =>
  ({ manager, operation: 'Update', apiVersion: 'test/v1', time, fieldsType: 'FieldsV1', fieldsV1 }) as ManagedFieldsEntry

describe('trackCreateOrUpdate()', () => {
  test('a create owns what it brings', () => {
    expect(track(object({ text: 'x', labels: { a: '1' } }))).toEqual([
      entry('m', { 'f:spec': { 'f:labels': { '.': {}, 'f:a': {} }, 'f:text': {} } }),
    ])
  })
  test('who changes a field takes it from the others', () => {
    const live = object({ text: 'x', on: true }, { managedFields: [entry('a', { 'f:spec': { 'f:on': {}, 'f:text': {} } })] })
    const next = object({ text: 'y', on: true }, { managedFields: [entry('a', { 'f:spec': { 'f:on': {}, 'f:text': {} } })] })
    expect(shown(track(next, { live, nowText: t2 }))).toEqual([
      `a/Update ${t1} {"f:spec":{"f:on":{}}}`,
      `m/Update ${t2} {"f:spec":{"f:text":{}}}`,
    ])
  })
  test('the same manager gathers fields; removing some does not touch the time', () => {
    const managedFields = [entry('m', { 'f:spec': { 'f:on': {}, 'f:text': {} } })]
    const live = object({ text: 'x', on: true }, { managedFields })
    expect(shown(track(object({ text: 'x' }, { managedFields }), { live, nowText: t2 }))).toEqual([
      `m/Update ${t1} {"f:spec":{"f:text":{}}}`,
    ])
    expect(shown(track(object({ text: 'x', on: true, replicas: 1 }, { managedFields }), { live, nowText: t2 }))).toEqual([
      `m/Update ${t2} {"f:spec":{"f:on":{},"f:replicas":{},"f:text":{}}}`,
    ])
  })
  test('an update that changes nothing changes nothing', () => {
    const live = object({ text: 'x' }, { managedFields: [entry('a', { 'f:spec': { 'f:text': {} } })] })
    expect(track(live, { live, nowText: t2 })).toEqual((live.metadata as JsonObject).managedFields)
  })
  test('an object that nobody owns stays so', () => expect(track(object({ text: 'y' }), { live: object({ text: 'x' }) })).toBeUndefined())

  const live = object({ text: 'x' }, { managedFields: [entry('a', { 'f:spec': { 'f:text': {} } })] })
  test.each<[string, unknown, string[]]>([
    ['none', undefined, [`a/Update ${t1} {"f:spec":{"f:text":{}}}`]],
    ['null', null, [`a/Update ${t1} {"f:spec":{"f:text":{}}}`]],
    ['broken ones', [{ manager: 'x' }], [`a/Update ${t1} {"f:spec":{"f:text":{}}}`]],
    ['an empty list: forgotten', [], []],
    ['an empty entry: forgotten', [{}], []],
    [
      'others, in disorder',
      [entry('b', { 'f:spec': { 'f:text': {}, 'f:on': {} } })],
      [`b/Update ${t1} {"f:spec":{"f:on":{},"f:text":{}}}`],
    ],
  ])('a client that sends %s', (_, managedFields, expected) => {
    expect(shown(track(object({ text: 'x' }, { managedFields }), { live }))).toEqual(expected)
  })
  test('through a subresource nobody touches the entries', () => {
    expect(shown(track(object({ text: 'x' }, { managedFields: [] }), { live, subresource: 'status' }))).toEqual([
      `a/Update ${t1} {"f:spec":{"f:text":{}}}`,
    ])
  })
  test('subresources are kept apart, and what they cannot change is not theirs', () => {
    const next = { ...object({ text: 'y' }), status: { phase: 'P' } }
    expect(
      shown(
        track(next, { live: { ...live, status: {} }, manager: 'a', subresource: 'status', nowText: t2, resetFields: setOf(['f:spec']) }),
      ),
    ).toEqual([`a/Update ${t1} {"f:spec":{"f:text":{}}}`, `a/Update/status ${t2} {"f:status":{"f:phase":{}}}`])
  })
  test('metadata that names the object or is the server’s is nobody’s', () => {
    const metadata = { generateName: 'a-', generation: 3, creationTimestamp: t1, resourceVersion: '1', selfLink: 'x', namespace: 'n' }
    expect(shown(track(object({}, metadata)))).toEqual([`m/Update ${t1} {"f:metadata":{"f:generateName":{}}}`])
  })
  test('no manager is "unknown"', () => expect(track(object({ text: 'x' }), { manager: '' })?.[0]?.manager).toBe('unknown'))
  test('a list element without a name costs the entries, not the request', () => {
    expect(track(object({ items: [{ name: 'a' }, null] }))).toBeUndefined()
  })
  test('the oldest of more than ten updaters become ancient-changes', () => {
    const managers = Array.from({ length: 10 }, (_, i) =>
      entry(`u${i}`, { 'f:spec': { 'f:labels': { [`f:${i}`]: {} } } }, `2026-01-01T00:00:0${i}Z`),
    )
    const labels = Object.fromEntries(managers.map((_, i) => [String(i), 'x']))
    const before = object({ labels }, { managedFields: managers })
    const after = track(object({ labels, text: 'y' }, { managedFields: managers }), { live: before, nowText: '2026-01-01T00:01:00Z' })
    expect(after).toHaveLength(10)
    expect(shown(after?.slice(0, 2))).toEqual([
      'ancient-changes/Update 2026-01-01T00:00:01Z {"f:spec":{"f:labels":{"f:0":{},"f:1":{}}}}',
      'u2/Update 2026-01-01T00:00:02Z {"f:spec":{"f:labels":{"f:2":{}}}}',
    ])
  })
  test('owners in a version that is gone are forgotten', () => {
    const old = { ...entry('old', { 'f:spec': { 'f:text': {} } }), apiVersion: 'test/v1beta1' }
    const before = object({ text: 'x' }, { managedFields: [old] })
    expect(shown(track(object({ text: 'x', on: true }, { managedFields: [old] }), { live: before }))).toEqual([
      `m/Update ${t1} {"f:spec":{"f:on":{}}}`,
    ])
  })
  test('owners in another version lose what changes there', () => {
    const old = { ...entry('old', { 'f:spec': { 'f:on': {}, 'f:text': {} } }), apiVersion: 'test/v2' }
    const before = object({ text: 'x', on: true }, { managedFields: [old] })
    const convert: TrackOptions['convert'] = (one, apiVersion) =>
      apiVersion === 'test/v2' ? { schema: thing, object: { ...one, apiVersion } } : undefined
    const after = track(object({ text: 'y', on: true }, { managedFields: [old] }), { live: before, convert, nowText: t2 })
    expect(shown(after)).toEqual([`old/Update ${t1} {"f:spec":{"f:on":{}}}`, `m/Update ${t2} {"f:spec":{"f:text":{}}}`])
    expect(after?.[0]?.apiVersion).toBe('test/v2')
  })
  test('a field that has become atomic is owned as a whole', () => {
    const granular = [entry('a', { 'f:spec': { 'f:selector': { '.': {}, 'f:x': {} }, 'f:text': {} } })]
    const before = object({ text: 'x', selector: { x: '1' } }, { managedFields: granular })
    const after = track(object({ text: 'y', selector: { x: '1' } }, { managedFields: granular }), { live: before, nowText: t2 })
    expect(shown(after)[0]).toBe(`a/Update ${t1} {"f:spec":{"f:selector":{}}}`)
  })
})

test('keepTimesOfNoop() keeps the old entries when only times differ', () => {
  const old = object({ text: 'x' }, { managedFields: [entry('a', { 'f:spec': {} })] })
  const onlyTime = object({ text: 'x' }, { managedFields: [entry('a', { 'f:spec': {} }, t2)] })
  expect(keepTimesOfNoop(old, onlyTime)).toEqual([entry('a', { 'f:spec': {} })])
  const changed = object({ text: 'y' }, { managedFields: [entry('a', { 'f:spec': {} }, t2)] })
  expect(keepTimesOfNoop(old, changed)).toEqual([entry('a', { 'f:spec': {} }, t2)])
})
