/**
 * Patches made as clients make them: from what was and what shall be, and laid over what is. The makers here are written from kubectl's behaviour,
 * short and without regard for speed; a patch must lead where it was meant to, whatever the objects.
 */
import { assert as holds, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { arbitraryObject } from '../../testing/arbitrary.ts'
import type { Schema, StructSchema } from '../schema/schema.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'
import { type JsonObject, jsonEqual } from './plain-json.ts'
import { strategicMergePatch } from './strategic-merge.ts'

type Plain = Record<string, unknown>

const schemas = ['Pod', 'Service', 'Deployment', 'ConfigMap', 'Node', 'CronJob', 'NetworkPolicy'].map((name) => ({
  name,
  schema: kinds.find(({ kind }) => kind === name)?.versions[0]?.schema as StructSchema,
}))
const isMap = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** RFC 7386's, from both ends. */
function mergePatchOf(from: Plain, to: Plain): Plain {
  const patch: [string, unknown][] = Object.keys(from)
    .filter((name) => !Object.hasOwn(to, name))
    .map((name) => [name, null])
  for (const [name, value] of Object.entries(to)) {
    const old = Object.hasOwn(from, name) ? from[name] : undefined
    if (jsonEqual(old, value)) continue
    patch.push([name, isMap(old) && isMap(value) ? mergePatchOf(old, value) : value])
  }
  return Object.fromEntries(patch)
}

const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

function jsonPatchOf(from: Plain, to: Plain, path = ''): object[] {
  const operations: object[] = Object.keys(from)
    .filter((name) => !Object.hasOwn(to, name))
    .map((name) => ({ op: 'remove', path: path + pointer(name) }))
  for (const [name, value] of Object.entries(to)) {
    const at = path + pointer(name)
    const old = Object.hasOwn(from, name) ? from[name] : undefined
    if (old === undefined) operations.push({ op: 'add', path: at, value })
    else if (isMap(old) && isMap(value)) operations.push(...jsonPatchOf(old, value, at))
    else if (!jsonEqual(old, value)) operations.push({ op: 'replace', path: at, value })
  }
  return operations
}

/** Two ways: what `to` changes in `from`. Lists with a merge key element by element, with directives for what goes and for the order. */
function strategicPatchOf(schema: Schema, from: Plain, to: Plain): Plain {
  const patch: [string, unknown][] = Object.keys(from)
    .filter((name) => !Object.hasOwn(to, name))
    .map((name) => [name, null])
  for (const [name, value] of Object.entries(to)) {
    const old = Object.hasOwn(from, name) ? from[name] : undefined
    if (jsonEqual(old, value)) continue
    const facts = schema.type === 'struct' ? schema.fields[name]?.facts : undefined
    const below = facts?.schema ?? (schema.type === 'map' ? schema.values : schema)
    const strategies = facts?.patchStrategies ?? []
    if (isMap(old) && isMap(value) && (below.type === 'struct' || below.type === 'map')) {
      const inner = strategies.includes('replace') ? { ...value, $patch: 'replace' } : strategicPatchOf(below, old, value)
      patch.push([name, strategies.includes('retainKeys') ? { ...inner, $retainKeys: Object.keys(value) } : inner])
    } else if (
      Array.isArray(old) &&
      Array.isArray(value) &&
      below.type === 'list' &&
      strategies.includes('merge') &&
      facts?.patchMergeKey
    ) {
      patch.push(...listPatch(name, below.items, facts.patchMergeKey, old as Plain[], value as Plain[]))
    } else if (Array.isArray(old) && Array.isArray(value) && strategies.includes('merge')) {
      const gone = old.filter((item) => !value.includes(item))
      const come = value.filter((item) => !old.includes(item))
      if (gone.length > 0) patch.push([`$deleteFromPrimitiveList/${name}`, gone])
      patch.push([`$setElementOrder/${name}`, value])
      if (come.length > 0) patch.push([name, come])
    } else patch.push([name, value])
  }
  return Object.fromEntries(patch)
}

function listPatch(name: string, items: Schema, key: string, old: readonly Plain[], next: readonly Plain[]): [string, unknown][] {
  const changes: Plain[] = []
  for (const item of next) {
    const before = old.find((one) => jsonEqual(one[key], item[key]))
    if (before === undefined) changes.push(item)
    else if (!jsonEqual(before, item)) changes.push({ ...strategicPatchOf(items, before, item), [key]: item[key] })
  }
  for (const item of old) if (!next.some((one) => jsonEqual(one[key], item[key]))) changes.push({ $patch: 'delete', [key]: item[key] })
  const order: [string, unknown] = [`$setElementOrder/${name}`, next.map((item) => ({ [key]: item[key] }))]
  return changes.length === 0 ? [order] : [order, [name, changes]]
}

/** Elements have different keys, and maps no key that is a directive. */
function isMergeable(schema: Schema, value: unknown): boolean {
  if (schema.type === 'struct' && isMap(value)) {
    return Object.entries(value).every(([name, inner]) => {
      const facts = schema.fields[name]?.facts
      if (facts === undefined) return true
      if (Array.isArray(inner) && facts.patchStrategies?.includes('merge')) {
        const key = facts.patchMergeKey
        const names = inner.map((item) => JSON.stringify(key === undefined ? item : (item as Plain)[key]))
        if (new Set(names).size < names.length || names.includes(undefined as never)) return false
      }
      return isMergeable(facts.schema, inner)
    })
  }
  if (schema.type === 'list' && Array.isArray(value)) return value.every((item) => isMergeable(schema.items, item))
  if (!isMap(value)) return true
  return Object.entries(value).every(
    ([name, inner]) => name[0] !== '$' && isMergeable(schema.type === 'map' ? schema.values : schema, inner),
  )
}

/** Null means something else in a patch. */
function withoutNulls(object: Plain): Plain {
  return JSON.parse(JSON.stringify(object), (_, value) => (value === null ? undefined : value))
}

describe.each(schemas)('$name', ({ schema }) => {
  const one = arbitraryObject(schema, 5).map(withoutNulls)
  const two = tuple(one, one)
  const numRuns = 30

  test('a merge patch and a JSON patch lead where they were meant to', () => {
    holds(
      property(two, ([from, to]) => {
        const before = JSON.stringify(from)
        expect(mergePatch(from as JsonObject, mergePatchOf(from, to))).toEqual(to)
        expect(jsonPatch(from as JsonObject, jsonPatchOf(from, to))).toEqual(to)
        expect(JSON.stringify(from)).toBe(before)
      }),
      { numRuns },
    )
  })

  test('a strategic merge patch does too, and twice is once', () => {
    holds(
      property(two, ([from, to]) => {
        if (!isMergeable(schema, from) || !isMergeable(schema, to)) return
        const patch = strategicPatchOf(schema, from, to)
        const before = JSON.stringify([from, patch])
        const patched = strategicMergePatch(schema, from as JsonObject, patch)
        expect(patched).toEqual(to)
        expect(strategicMergePatch(schema, patched, patch)).toEqual(to)
        expect(JSON.stringify([from, patch])).toBe(before)
      }),
      { numRuns },
    )
  })
})

test("what others added to the live object stays, as in kubectl's apply of three ways", () => {
  const schema = schemas.find(({ name }) => name === 'Deployment')?.schema as StructSchema
  const container = (name: string, more: object = {}): Plain => ({ name, image: `${name}:1`, ...more })
  const deployment = (containers: readonly Plain[], replicas?: number): Plain => ({
    metadata: { labels: { app: 'web' } },
    spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers } } },
  })
  const last = deployment([container('a'), container('b')])
  const modified = deployment([container('a', { image: 'a:2' }), container('c')])
  const live = deployment([container('a', { imagePullPolicy: 'Always' }), container('b'), container('sidecar')], 7)
  const patch = strategicPatchOf(schema, last, modified)
  expect(strategicMergePatch(schema, live as JsonObject, patch)).toEqual(
    deployment([container('a', { image: 'a:2', imagePullPolicy: 'Always' }), container('c'), container('sidecar')], 7),
  )
})
