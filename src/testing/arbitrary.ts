/**
 * Random objects of a type, made from its schema: every field there or not, lists and maps short, structs down to a depth. They have the shape of
 * the type and mean nothing: formats, patches and apply must carry them; validation would refuse most.
 */
import * as fc from 'fast-check'
import { normalize } from '../apimachinery/schema/normalize.ts'
import type { Schema, SchemaOr, StructSchema } from '../apimachinery/schema/schema.ts'

type Plain = Record<string, unknown>

/** As decoding leaves them. */
export function arbitraryObject(schema: StructSchema, depth = 6): fc.Arbitrary<Plain> {
  return arbitraryStruct(schema, depth).map((value) => normalize(schema, value).value as Plain)
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const key = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 }) },
  fc.constantFrom('__proto__', 'constructor', '1', 'true'),
)

function arbitraryStruct(schema: StructSchema, depth: number): fc.Arbitrary<Plain> {
  const fields = Object.entries(schema.fields).filter(([name]) => name !== 'kind' && name !== 'apiVersion')
  // A few fields at a time: large types would otherwise be all that is made.
  return fc
    .subarray(fields, { maxLength: Math.min(fields.length, depth <= 0 ? 0 : 5) })
    .chain((some) => fc.record(Object.fromEntries(some.map(([name, { facts }]) => [name, arbitraryValue(facts.schema, depth - 1)]))))
    .map((record) => ({ ...record }))
}

function arbitraryValue(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'struct':
      return arbitraryStruct(schema, depth)
    case 'list':
      return fc.array(arbitraryValue(schema.items, depth), { minLength: 1, maxLength: 3 })
    case 'map':
      return fc.dictionary(key, arbitraryValue(schema.values, depth), { minKeys: 1, maxKeys: 3, noNullPrototype: true })
    case 'string':
      return text
    case 'boolean':
      return fc.boolean()
    case 'int32':
      return fc.integer()
    case 'int64':
      return fc.maxSafeInteger()
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
    case 'bytes':
      return fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('base64'))
    case 'quantity':
      return fc.constantFrom('0', '1', '100m', '1500m', '1Gi', '128Mi', '2e3', '-5', '0.5')
    case 'intOrString':
      return fc.oneof(fc.integer(), fc.constantFrom('25%', 'http'))
    case 'time':
      return fc.integer({ min: 0, max: 4e9 }).map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`)
    case 'microTime':
      return fc
        .tuple(fc.integer({ min: 0, max: 4e9 }), fc.integer({ min: 0, max: 999_999 }))
        .map(([seconds, micros]) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`)
    case 'duration':
      return fc.constantFrom('0s', '1s', '1m0s', '2h3m4s', '1.5s', '15ms')
    default:
      if (schema.type === 'json' && schema.either !== undefined) return arbitraryEither(schema.either, depth)
      return fc.dictionary(key, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3, noNullPrototype: true })
  }
}

function arbitraryEither({ or, schema }: SchemaOr, depth: number): fc.Arbitrary<unknown> {
  const one = arbitraryObject(schema(), depth - 2)
  if (or === 'bool') return fc.oneof(one, fc.boolean())
  return fc.oneof(one, fc.array<unknown>(or === 'array' ? one : text, { minLength: 1, maxLength: 2 }))
}
