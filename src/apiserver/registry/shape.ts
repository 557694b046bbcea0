/**
 * An object in the shape its schema says: keys in the schema's order, what Go would omit omitted, what Go would print
 * printed, unknown fields gone. This is the plain walk over the schema value, for objects of our own making; the compiled one of
 * apimachinery/schema/normalize.ts does the same for decoding and refuses what does not fit. A test holds them together.
 */
import type { Field, Schema, StructSchema } from '../../apimachinery/schema/schema.ts'

type Plain = Record<string, unknown>

export function orderedBySchema(schema: StructSchema, object: object): Plain {
  return structOf(schema, object as Plain)
}

function structOf(schema: StructSchema, value: Plain): Plain {
  const out: Plain = {}
  const { fields } = schema
  for (const name in fields) {
    const { facts } = fields[name] as Field<unknown, boolean>
    const shaped = fieldOf(facts, value[name])
    if (shaped !== undefined) out[name] = shaped
  }
  if (schema.preservesUnknown) for (const name in value) if (!(name in fields)) out[name] = value[name]
  return out
}

function fieldOf(facts: Field<unknown, boolean>['facts'], value: unknown): unknown {
  const { schema, isPointer, omitEmpty, omitZero } = facts
  if (value === undefined || value === null) {
    if (omitZero) return undefined
    if (schema.type === 'struct' && !isPointer) return structOf(schema, {})
    if (omitEmpty && (isPointer || !isGoStruct(schema))) return undefined
    return isPointer ? null : zeroOf(schema)
  }
  const shaped = valueOf(schema, value)
  return omitEmpty && !isPointer && isEmpty(schema, shaped) ? undefined : shaped
}

/** Go prints maps so. What was decoded is sorted already; what admission and strategies add may not be. */
function sortedByKeys(map: Plain): Plain {
  let before = ''
  for (const key in map) {
    if (key < before) return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))
    before = key
  }
  return map
}

function valueOf(schema: Schema, value: unknown): unknown {
  switch (schema.type) {
    case 'struct':
      return typeof value === 'object' ? structOf(schema, (value ?? {}) as Plain) : value
    case 'list':
      return isPlain(schema.items) || !Array.isArray(value) ? value : value.map((item) => valueOf(schema.items, item))
    case 'map': {
      if (typeof value !== 'object') return value
      const sorted = sortedByKeys(value as Plain)
      if (isPlain(schema.values)) return sorted
      const out: Plain = {}
      for (const key in sorted) out[key] = valueOf(schema.values, sorted[key])
      return out
    }
    default:
      return value
  }
}

function isPlain(schema: Schema): boolean {
  return schema.type !== 'struct' && schema.type !== 'list' && schema.type !== 'map'
}

function isEmpty(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case 'struct':
      return false
    case 'list':
      return Array.isArray(value) && value.length === 0
    case 'map':
      for (const _ in value as Plain) return false
      return true
    case 'quantity':
    case 'intOrString':
    case 'json':
    case 'rawExtension':
    case 'fieldsV1':
      return false
    default:
      return value === '' || value === 0 || value === false
  }
}

/** Structs in Go, though scalars here: omitempty does not drop them. */
function isGoStruct({ type }: Schema): boolean {
  return type === 'time' || type === 'microTime' || type === 'rawExtension' || type === 'quantity' || type === 'intOrString'
}

function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'string':
      return ''
    case 'duration':
      return '0s'
    case 'boolean':
      return false
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0
    case 'quantity':
      return '0'
    default:
      return null
  }
}
