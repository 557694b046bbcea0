/**
 * An object in the shape its schema says: keys in the schema's order, what Go would omit omitted, what Go would print
 * printed, unknown fields gone. For objects of our own making, as they are stored: every write goes through here. Decoding does the same for what
 * clients send and refuses what does not fit (apimachinery/schema/normalize.ts); a test holds them together.
 *
 * A schema's fields become closures when it is first met: half the time of a walk over the schema for a Pod of 3 KB.
 */
import type { Field, Schema, StructSchema } from '../../apimachinery/schema/schema.ts'
import { emptyCheckOf, isGoStruct, zeroOf } from '../../apimachinery/schema/zero.ts'

type Plain = Record<string, unknown>
type Facts = Field<unknown, boolean>['facts']
/** Undefined: not printed. */
type Shaper = (value: unknown) => unknown
interface FieldShaper {
  readonly name: string
  /** Every object has something of that name: `constructor`. */
  readonly isInherited: boolean
  readonly shape: Shaper
}

export function orderedBySchema(schema: StructSchema, object: object): Plain {
  return structOf(schema, object as Plain)
}

const compiled = new WeakMap<StructSchema, readonly FieldShaper[]>()

function shapersOf(schema: StructSchema): readonly FieldShaper[] {
  let shapers = compiled.get(schema)
  if (shapers === undefined) {
    shapers = Object.entries(schema.fields).map(([name, { facts }]) => ({ name, isInherited: name in {}, shape: fieldShaper(facts) }))
    compiled.set(schema, shapers)
  }
  return shapers
}

function structOf(schema: StructSchema, value: Plain): Plain {
  const out: Plain = {}
  const shapers = shapersOf(schema)
  for (let i = 0; i < shapers.length; i++) {
    const { name, shape, isInherited } = shapers[i] as FieldShaper
    const shaped = shape(isInherited && !Object.hasOwn(value, name) ? undefined : value[name])
    if (shaped !== undefined) out[name] = shaped
  }
  if (schema.preservesUnknown) for (const name in value) if (!(name in schema.fields)) out[name] = value[name]
  return out
}

function fieldShaper(facts: Facts): Shaper {
  const { schema, isPointer, omitEmpty } = facts
  const shape = valueShaper(schema)
  const absent = absentShaper(facts)
  if (!omitEmpty || isPointer) return (value) => (value === undefined || value === null ? absent() : shape(value))
  const isEmpty = emptyCheckOf(schema)
  return (value) => {
    if (value === undefined || value === null) return absent()
    const shaped = shape(value)
    return isEmpty(shaped) ? undefined : shaped
  }
}

/** What stands where nothing is. */
function absentShaper({ schema, isPointer, omitEmpty, omitZero }: Facts): () => unknown {
  if (omitZero) return () => undefined
  if (schema.type === 'struct' && !isPointer) return () => structOf(schema, {})
  if (omitEmpty && (isPointer || !isGoStruct(schema))) return () => undefined
  const zero = isPointer ? null : zeroOf(schema)
  return () => zero
}

function valueShaper(schema: Schema): Shaper {
  switch (schema.type) {
    case 'struct':
      return (value) => (typeof value === 'object' ? structOf(schema, (value ?? {}) as Plain) : value)
    case 'list': {
      if (isPlain(schema.items)) return same
      const shape = valueShaper(schema.items)
      return (value) => (Array.isArray(value) ? value.map(shape) : value)
    }
    case 'map': {
      if (isPlain(schema.values)) return (value) => (typeof value === 'object' ? sortedByKeys(value as Plain) : value)
      const shape = valueShaper(schema.values)
      return (value) => (typeof value === 'object' ? mapOf(shape, sortedByKeys(value as Plain)) : value)
    }
    default:
      return same
  }
}

function same(value: unknown): unknown {
  return value
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

function mapOf(shape: Shaper, value: Plain): Plain {
  const out: Plain = {}
  for (const key in value) {
    const shaped = shape(value[key])
    // A key like any other.
    if (key === '__proto__') Object.defineProperty(out, key, { value: shaped, writable: true, enumerable: true, configurable: true })
    else out[key] = shaped
  }
  return out
}

function isPlain(schema: Schema): boolean {
  return schema.type !== 'struct' && schema.type !== 'list' && schema.type !== 'map'
}
