/** The plain walk and the compiled one agree: what decoding gives, the plain walk leaves as it is, for every kind. */
import { expect, test } from 'vitest'
import { kinds } from '../../api/kinds.ts'
import { normalize } from '../../apimachinery/schema/normalize.ts'
import type { Schema, StructSchema } from '../../apimachinery/schema/schema.ts'
import { orderedBySchema } from './shape.ts'

const versions = kinds.flatMap((kind) => kind.versions.map(({ name, schema }) => ({ name: `${kind.kind}.${name}.${kind.group}`, schema })))

/** A value with every field set, down to a depth; `isZero`: to what Go may omit. */
function sample(schema: Schema, depth: number, isZero: boolean): unknown {
  switch (schema.type) {
    case 'struct':
      return depth === 0 ? {} : structSample(schema, depth, isZero)
    case 'list':
      return isZero ? [] : [sample(schema.items, depth, isZero)]
    case 'map':
      return isZero ? {} : { key: sample(schema.values, depth, isZero) }
    case 'boolean':
      return !isZero
    case 'int32':
    case 'int64':
    case 'double':
      return isZero ? 0 : 7
    case 'string':
      return isZero ? '' : 'text'
    case 'bytes':
      return isZero ? '' : 'YWJj'
    case 'duration':
      return isZero ? '0s' : '1m0s'
    case 'quantity':
      return isZero ? '0' : '1500m'
    case 'intOrString':
      return isZero ? 0 : '25%'
    case 'time':
      return isZero ? '0001-01-01T00:00:00Z' : '2026-01-02T03:04:05Z'
    case 'microTime':
      return isZero ? '0001-01-01T00:00:00.000000Z' : '2026-01-02T03:04:05.000006Z'
    default:
      return { any: 1 }
  }
}

function structSample({ fields }: StructSchema, depth: number, isZero: boolean): object {
  // Backwards, so that the order has to be made.
  return Object.fromEntries(
    Object.entries(fields)
      .reverse()
      .map(([name, { facts }]) => [name, sample(facts.schema, depth - 1, isZero)]),
  )
}

test.each(versions)('orderedBySchema() leaves a decoded $name alone', ({ schema }) => {
  for (const sent of [{}, structSample(schema, 9, false), structSample(schema, 9, true)]) {
    const decoded = normalize(schema, sent).value
    expect(JSON.stringify(orderedBySchema(schema, decoded))).toBe(JSON.stringify(decoded))
  }
})
