/**
 * What server-side apply needs to know of a type, read off the schema value: is it a leaf, a set, a list with keys, a map
 * whose entries are owned one by one? A shape is made once per schema and field and remembered with it; the walks in
 * this folder (typed.ts, compare.ts, merge.ts, remove.ts, added-fields.ts) go over a value and its shape side by side.
 *
 * What a newcomer would get wrong: a field can be atomic because it says so or because its type does; a list without any
 * word on it is atomic; a list with a patch strategy but no list type behaves as that strategy says; missing keys of list
 * elements count with their defaults, which for Go's non-pointer fields are zero values.
 */

import { compareStrings } from '../go-strings.ts'
import { get, isObject } from '../patch/plain-json.ts'
import type { Field, ListType, Schema, StructSchema } from '../schema/schema.ts'
import { keyElement, type PathElement, valueElement } from './path-element.ts'

export type ScalarKind = 'string' | 'number' | 'boolean' | 'untyped'
export interface ScalarShape {
  readonly kind: 'scalar'
  readonly scalar: ScalarKind
}
export interface ListShape {
  readonly kind: 'list'
  readonly isAtomic: boolean
  /** Sorted; none for sets. */
  readonly keys: readonly string[]
  readonly keyDefaults: Readonly<Record<string, unknown>>
  readonly items: Shape
}
/** Structs and maps: named fields, then whatever else is allowed. */
export interface MapShape {
  readonly kind: 'map'
  readonly isAtomic: boolean
  readonly fields: ReadonlyMap<string, FieldShape>
  /** Of keys that are no field; undefined: there are none. */
  readonly others: Shape | undefined
  readonly schema: Schema
}
/** Any JSON. Atomic all the way (RawExtension) or with maps owned by entry (apiextensions JSON). */
export interface AnyShape {
  readonly kind: 'any'
  readonly isAtomic: boolean
}
export type Shape = ScalarShape | ListShape | MapShape | AnyShape

export interface FieldShape {
  readonly shape: Shape
  readonly field: Field<unknown, boolean>
}

export class TypedError extends Error {}

const scalars = {
  string: { kind: 'scalar', scalar: 'string' },
  number: { kind: 'scalar', scalar: 'number' },
  boolean: { kind: 'scalar', scalar: 'boolean' },
  untyped: { kind: 'scalar', scalar: 'untyped' },
} as const satisfies Record<ScalarKind, ScalarShape>
const anyAtomic: AnyShape = { kind: 'any', isAtomic: true }
const anyDeduced: AnyShape = { kind: 'any', isAtomic: false }

/** Shapes are pure functions of immutable schema values, so they can be remembered with them. */
const shapesOfSchemas = new WeakMap<Schema, Shape>()
const shapesOfFields = new WeakMap<Field<unknown, boolean>, Shape>()

export function shapeOf(schema: Schema): Shape {
  const known = shapesOfSchemas.get(schema)
  if (known !== undefined) return known
  const shape = makeShape(schema, undefined)
  shapesOfSchemas.set(schema, shape)
  return shape
}

export function shapeOfObject(schema: StructSchema): MapShape {
  return shapeOf(schema) as MapShape
}

export function shapeOfField(field: Field<unknown, boolean>): Shape {
  const known = shapesOfFields.get(field)
  if (known !== undefined) return known
  const { schema, listType, isAtomicStruct, patchStrategies } = field.facts
  const isPlain = listType === undefined && isAtomicStruct === undefined && patchStrategies === undefined
  const shape = isPlain ? shapeOf(schema) : makeShape(schema, field)
  shapesOfFields.set(field, shape)
  return shape
}

function makeShape(schema: Schema, field: Field<unknown, boolean> | undefined): Shape {
  switch (schema.type) {
    case 'list':
      return makeListShape(schema.items, listTypeOf(field) ?? schema.listType ?? { kind: 'atomic' })
    case 'map':
      return {
        kind: 'map',
        isAtomic: field?.facts.isAtomicStruct ?? schema.isAtomic ?? false,
        fields: new Map(),
        others: shapeOf(schema.values),
        schema,
      }
    case 'struct':
      return new StructShape(schema, field?.facts.isAtomicStruct ?? schema.isAtomic ?? false)
    case 'string':
    case 'bytes':
    case 'duration':
      return scalars.string
    case 'int32':
    case 'int64':
    case 'double':
      return scalars.number
    case 'boolean':
      return scalars.boolean
    case 'rawExtension':
      return anyAtomic
    case 'json':
    case 'fieldsV1':
      return anyDeduced
    default:
      return scalars.untyped
  }
}

function listTypeOf(field: Field<unknown, boolean> | undefined): ListType | undefined {
  const { listType, patchStrategies, patchMergeKey } = field?.facts ?? {}
  if (listType !== undefined || !patchStrategies?.includes('merge')) return listType
  return patchMergeKey === undefined ? { kind: 'set' } : { kind: 'map', keys: [patchMergeKey] }
}

function makeListShape(items: Schema, listType: ListType): ListShape {
  const keys = listType.kind === 'map' ? [...listType.keys].sort(compareStrings) : []
  const keyDefaults: Record<string, unknown> = {}
  if (items.type === 'struct') {
    for (const key of keys) {
      const value = items.fields[key] === undefined ? undefined : defaultOf(items.fields[key])
      if (value !== undefined) keyDefaults[key] = value
    }
  }
  return { kind: 'list', isAtomic: listType.kind === 'atomic', keys, keyDefaults, items: shapeOf(items) }
}

function defaultOf({ facts }: Field<unknown, boolean>): unknown {
  if (facts.defaultValue !== undefined) return facts.defaultValue
  if (facts.isPointer || facts.omitEmpty) return undefined
  const shape = shapeOf(facts.schema)
  if (shape.kind !== 'scalar') return undefined
  return shape.scalar === 'string' ? '' : shape.scalar === 'number' ? 0 : shape.scalar === 'boolean' ? false : undefined
}

/** Fields are looked at when first asked for: types may contain themselves. */
class StructShape implements MapShape {
  readonly kind = 'map'
  readonly isAtomic: boolean
  readonly schema: StructSchema
  readonly others: Shape | undefined
  #fields: ReadonlyMap<string, FieldShape> | undefined

  constructor(schema: StructSchema, isAtomic: boolean) {
    this.schema = schema
    this.isAtomic = isAtomic
    this.others = schema.preservesUnknown === true ? anyDeduced : undefined
  }
  get fields(): ReadonlyMap<string, FieldShape> {
    this.#fields ??= new Map(Object.entries(this.schema.fields).map(([name, field]) => [name, { field, shape: shapeOfField(field) }]))
    return this.#fields
  }
}

/** What to do with a value of free form: it is what it looks like. */
export function shapeOfAny(value: unknown, { isAtomic }: AnyShape): ScalarShape | ListShape | MapShape {
  if (Array.isArray(value)) return anyList
  if (isObject(value)) return isAtomic ? anyAtomicMap : anyMap
  return scalars.untyped
}
const anyList: ListShape = { kind: 'list', isAtomic: true, keys: [], keyDefaults: {}, items: anyAtomic }
const anyMap: MapShape = { kind: 'map', isAtomic: false, fields: new Map(), others: anyDeduced, schema: { type: 'json' } }
const anyAtomicMap: MapShape = { kind: 'map', isAtomic: true, fields: new Map(), others: anyAtomic, schema: { type: 'rawExtension' } }

/** The shape of `name` in a map. Throws when the schema does not know it. */
export function shapeOfEntry(shape: MapShape, name: string): Shape {
  const entry = shape.fields.get(name)?.shape ?? shape.others
  if (entry === undefined) throw new TypedError(`.${name}: field not declared in schema`)
  return entry
}

/** How an element of a set or list map is called. Throws TypedError for elements that cannot be. */
export function elementOfItem(shape: ListShape, item: unknown): PathElement {
  if (shape.keys.length > 0) return keyOfItem(shape, item)
  if (Array.isArray(item)) throw new TypedError('not supported: associative list with lists as elements')
  if (item === null) throw new TypedError("associative list without keys has an element that's an explicit null")
  if (typeof item === 'object') throw new TypedError("associative list without keys has an element that's a map type")
  return valueElement(item)
}

function keyOfItem({ keys, keyDefaults }: ListShape, item: unknown): PathElement {
  if (item === null) throw new TypedError('associative list with keys may not have a null element')
  if (!isObject(item)) throw new TypedError('associative list with keys may not have non-map elements')
  const key: [string, unknown][] = []
  for (const name of keys) {
    const value = get(item, name) ?? keyDefaults[name]
    if (value !== undefined) key.push([name, value])
  }
  if (key.length > 0) return keyElement(key)
  const names = keys.map((name) => JSON.stringify(name)).join(' ')
  throw new TypedError(
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  )
}
