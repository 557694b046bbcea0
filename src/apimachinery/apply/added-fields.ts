/**
 * The fields of a new object, straight as FieldsV1. A create compares the object with an empty one of its kind, and that
 * comparison needs no sets: whatever is there is added. So for every type a writer is made once, with its fields already
 * sorted, and a create is one pass over the object (10 µs for a Pod of 2 KB; by way of compare.ts, which stays the
 * reference in the tests, several times that).
 *
 * What a newcomer would get wrong: an empty object in Go is not empty. `spec: {}` is there, `rules: null` is there, and
 * what is there in both is not added, only changed: hence no "." in `f:spec`. `zeroObject` is that empty object; the
 * schema of a custom resource has none of this (its fields are pointers), and there `f:spec` has its ".".
 */
import { compareStrings } from '../go-strings.ts'
import { get, isObject, type JsonObject, jsonEqual } from '../patch/plain-json.ts'
import type { Field, StructSchema } from '../schema/schema.ts'
import { zeroOf } from '../schema/zero.ts'
import type { FieldSet, FieldsV1 } from './field-set.ts'
import { compareElements, fieldElement, type PathElement } from './path-element.ts'
import { type AnyShape, elementOfItem, type ListShape, type MapShape, type Shape, shapeOfAny, shapeOfObject } from './shape.ts'

type Draft = Record<string, FieldsV1>
/** Undefined: nothing was added or changed there. */
type Writer = (value: unknown) => FieldsV1 | undefined

const leaf: FieldsV1 = Object.freeze({})
const writeLeaf: Writer = () => leaf

/** Never owned by anybody: what the server sets, and what names the object. */
export const strippedFields: ReadonlySet<string> = new Set(['apiVersion', 'kind'])
export const strippedMetadata: ReadonlySet<string> = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
])

const writersOfKinds = new WeakMap<StructSchema, Writer>()
const writersOfShapes = new WeakMap<Shape, Writer>()

/** What a create of `object` owns; undefined when that is nothing. Throws TypedError for list elements without a name. */
export function fieldsOfNewObject(schema: StructSchema, object: JsonObject, resetFields?: FieldSet): FieldsV1 | undefined {
  let write = writersOfKinds.get(schema)
  if (write === undefined) {
    write = writerOfKind(schema)
    writersOfKinds.set(schema, write)
  }
  const fields = write(object)
  if (fields === undefined || resetFields === undefined) return fields
  return withoutFields(fields, resetFields)
}

function withoutFields(json: FieldsV1, fields: FieldSet): FieldsV1 | undefined {
  const kept: Draft = {}
  let isEmpty = true
  for (const element in json) {
    const below = fields.children?.get(element)
    if (below?.isMember) continue
    const rest = below === undefined ? json[element] : withoutFields(json[element] as FieldsV1, below)
    if (rest === undefined) continue
    kept[element] = rest
    isEmpty = false
  }
  return isEmpty ? undefined : kept
}

function writerOfKind(schema: StructSchema): Writer {
  const shape = shapeOfObject(schema)
  const zero = zeroObject(schema)
  const metadata = shape.fields.get('metadata')?.shape
  const writeMetadata = metadata?.kind === 'map' ? fieldsWriter(metadata, (zero.metadata ?? {}) as JsonObject, strippedMetadata) : undefined
  return fieldsWriter(shape, zero, strippedFields, writeMetadata)
}

interface FieldWriter {
  readonly name: string
  readonly element: PathElement
  readonly write: Writer
}

/** Over an object that is already there: only what differs, without ".". */
function fieldsWriter(shape: MapShape, zero: JsonObject, skipped?: ReadonlySet<string>, writeMetadata?: Writer): Writer {
  let compiled: Writer | undefined
  return (value) => {
    if (!isObject(value)) return undefined
    compiled ??= compileStruct(
      sortedWriters(shape, skipped, (name, below) => {
        if (name === 'metadata' && writeMetadata !== undefined) return writeMetadata
        const zeroValue = get(zero, name)
        return zeroValue === undefined ? addedWriter(below) : overZeroWriter(below, zeroValue)
      }),
      '{}',
    )
    const fields = compiled(value)
    return shape.others === undefined ? fields : withOthers(shape, value, fields, {})
  }
}

/**
 * One straight function per struct, so that every field has an access site of its own:
 *
 *     let o, w
 *     if (v["image"] !== undefined && (w = w0(v["image"])) !== undefined) (o ??= {".": leaf})["f:image"] = w
 *
 * A loop over the fields takes twice as long. Names come from schemas and are quoted as JSON.
 */
function compileStruct(writers: readonly FieldWriter[], start: string): Writer {
  const lines = writers.map(({ name, element }, i) => {
    const entry = `v[${JSON.stringify(name)}]`
    // A field called "constructor" is found in every object.
    const isThere = name in {} ? `Object.hasOwn(v, ${JSON.stringify(name)})` : `${entry} !== undefined`
    return `if (${isThere} && (w = w${i}(${entry})) !== undefined) (o ??= ${start})[${JSON.stringify(element)}] = w`
  })
  const parameters = ['leaf', ...writers.map((_, i) => `w${i}`)]
  const make = new Function(...parameters, `return (v) => { let o, w\n${lines.join('\n')}\nreturn o }`)
  return make(leaf, ...writers.map(({ write }) => write)) as Writer
}

function sortedWriters(
  shape: MapShape,
  skipped: ReadonlySet<string> | undefined,
  writerOf: (name: string, below: Shape) => Writer,
): FieldWriter[] {
  return [...shape.fields]
    .filter(([name]) => skipped?.has(name) !== true)
    .sort(([a], [b]) => compareStrings(a, b))
    .map(([name, { shape: below }]) => ({ name, element: fieldElement(name), write: writerOf(name, below) }))
}

/** Keys that are no fields come in between: sorted anew. `start`: what the first of them begins. */
function withOthers(shape: MapShape, value: JsonObject, fields: FieldsV1 | undefined, start: FieldsV1): FieldsV1 | undefined {
  const names = Object.keys(value).filter((name) => !shape.fields.has(name) && value[name] !== undefined)
  if (names.length === 0) return fields
  const write = addedWriter(shape.others as Shape)
  const all: Draft = { ...(fields ?? start) }
  for (const name of names) all[fieldElement(name)] = write(value[name]) as FieldsV1
  const { '.': own, ...entries } = all
  return Object.fromEntries([
    ...(own === undefined ? [] : [['.', own] as const]),
    ...Object.entries(entries).sort(([a], [b]) => compareElements(a, b)),
  ])
}

/** Of a value where there was none: it is owned itself, and so is all that is in it. */
function addedWriter(shape: Shape): Writer {
  const known = writersOfShapes.get(shape)
  if (known !== undefined) return known
  const write = makeAddedWriter(shape)
  writersOfShapes.set(shape, write)
  return write
}

function makeAddedWriter(shape: Shape): Writer {
  switch (shape.kind) {
    case 'scalar':
      return writeLeaf
    case 'list':
      return shape.isAtomic ? writeLeaf : (value) => writeItems(shape, value, true)
    case 'any':
      return shape.isAtomic ? writeLeaf : (value) => writeAny(shape, value, true)
    case 'map':
      if (shape.isAtomic) return writeLeaf
      return shape.fields.size === 0 && shape.others !== undefined ? mapWriter(shape.others, true) : structWriter(shape)
  }
}

function structWriter(shape: MapShape): Writer {
  let compiled: Writer | undefined
  return (value) => {
    if (!isObject(value)) return leaf
    compiled ??= compileStruct(
      sortedWriters(shape, undefined, (_, below) => addedWriter(below)),
      "{'.': leaf}",
    )
    const fields = compiled(value)
    return (shape.others === undefined ? fields : withOthers(shape, value, fields, { '.': leaf })) ?? leaf
  }
}

function mapWriter(entries: Shape, isAdded: boolean): Writer {
  const write = addedWriter(entries)
  return (value) => {
    const names = isObject(value) ? Object.keys(value) : []
    if (names.length === 0) return leaf
    if (names.length > 1) names.sort(compareStrings)
    const fields: Draft = isAdded ? { '.': leaf } : {}
    for (const name of names) fields[fieldElement(name)] = write((value as JsonObject)[name]) as FieldsV1
    return fields
  }
}

function writeAny(shape: AnyShape, value: unknown, isAdded: boolean): FieldsV1 | undefined {
  if (!isObject(value)) return leaf
  const { others } = shapeOfAny(value, shape) as MapShape
  return mapWriter(others as Shape, isAdded)(value)
}

function writeItems(shape: ListShape, list: unknown, isAdded: boolean): FieldsV1 {
  if (!Array.isArray(list) || list.length === 0) return leaf
  const write = addedWriter(shape.items)
  if (list.length === 1) {
    const element = elementOfItem(shape, list[0])
    const written = write(list[0]) as FieldsV1
    return isAdded ? { '.': leaf, [element]: written } : { [element]: written }
  }
  const items = new Map<PathElement, FieldsV1>()
  for (const item of list) {
    const element = elementOfItem(shape, item)
    // Elements that come twice are owned as one, without what is in them.
    items.set(element, items.has(element) ? leaf : (write(item) as FieldsV1))
  }
  const fields: Draft = isAdded ? { '.': leaf } : {}
  for (const element of [...items.keys()].sort(compareElements)) fields[element] = items.get(element) as FieldsV1
  return fields
}

/** Of a value whose field prints as `zero` in an empty object. */
function overZeroWriter(shape: Shape, zero: unknown): Writer {
  const isUnchanged = (value: unknown): boolean => jsonEqual(value, zero)
  if (shape.kind === 'scalar' || shape.isAtomic) return (value) => (isUnchanged(value) ? undefined : leaf)
  switch (shape.kind) {
    case 'list':
      return (value) => (isUnchanged(value) ? undefined : writeItems(shape, value, false))
    case 'any':
      return (value) => (isUnchanged(value) ? undefined : writeAny(shape, value, false))
    case 'map':
      if (isObject(zero)) return structOverZeroWriter(shape, zero)
      if (shape.fields.size > 0 || shape.others === undefined) {
        const write = fieldsWriter(shape, {})
        return (value) => (isUnchanged(value) ? undefined : (write(value) ?? leaf))
      }
      return overZeroMap(shape.others, isUnchanged)
  }
}
function overZeroMap(others: Shape, isUnchanged: (value: unknown) => boolean): Writer {
  const write = mapWriter(others, false)
  return (value) => (isUnchanged(value) ? undefined : write(value))
}
function structOverZeroWriter(shape: MapShape, zero: JsonObject): Writer {
  const write = fieldsWriter(shape, zero)
  const isBare = Object.keys(zero).length === 0
  // Null where an empty object was is a change; null where more was only takes away.
  return (value) => (isObject(value) ? write(value) : isBare ? leaf : undefined)
}

/** What Go prints for an object of a type of which nothing was set. */
export function zeroObject(schema: StructSchema): JsonObject {
  const zero: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.fields)) {
    const value = zeroOfField(field)
    if (value !== undefined) zero[name] = value
  }
  return zero
}

/** Undefined: not printed. Go's omitempty spares nil, "", 0 and false, but no struct, and many scalars are structs there. */
function zeroOfField({ facts }: Field<unknown, boolean>): unknown {
  const { schema, isPointer, omitEmpty, omitZero } = facts
  if (omitZero === true) return undefined
  if (isPointer) return omitEmpty ? undefined : null
  switch (schema.type) {
    case 'struct':
      return zeroObject(schema)
    case 'time':
    case 'microTime':
    case 'rawExtension':
    case 'fieldsV1':
    case 'json':
    case 'quantity':
    case 'intOrString':
    case 'duration':
      return zeroOf(schema)
    default:
      return omitEmpty ? undefined : zeroOf(schema)
  }
}
