/**
 * Objects in CBOR: as in JSON, but what the schema calls bytes stands there as bytes, and a `double` as a float even when it is whole.
 */
import { CborWriter, compareKeys } from '../../wire/cbor.ts'
import type { Schema, StructSchema } from '../schema/schema.ts'

type Plain = Record<string, unknown>

/** One document. `schema` is unknown for what has no bytes in it. */
export function encodeCbor(object: object, schema: Schema | undefined): Uint8Array {
  const writer = new CborWriter()
  writer.selfDescribed()
  writeCbor(writer, object, schema)
  return writer.finish()
}

/** { type, object } as the item of a sequence. The object is a document of its own, tag and all. */
export function encodeCborEvent(type: string, object: object, schema: Schema | undefined): Uint8Array {
  const writer = new CborWriter()
  writer.selfDescribed()
  writer.map(2)
  writer.string('type')
  writer.string(type)
  writer.string('object')
  writer.selfDescribed()
  writeCbor(writer, object, schema)
  return writer.finish()
}

export function writeCbor(writer: CborWriter, value: unknown, schema: Schema | undefined): void {
  if (value === null || value === undefined) return writer.null()
  switch (schema?.type) {
    case 'bytes':
      return writer.base64(value as string)
    case 'double':
      return writer.float(value as number)
    case 'list': {
      const items = value as readonly unknown[]
      writer.array(items.length)
      for (const item of items) writeCbor(writer, item, schema.items)
      return
    }
    case 'map':
      return writeMap(writer, value as Plain, () => schema.values)
    case 'struct':
      return writeMap(writer, value as Plain, (name) =>
        Object.hasOwn(schema.fields, name) ? schema.fields[name]?.facts.schema : undefined,
      )
    default:
      return writer.value(value)
  }
}

function writeMap(writer: CborWriter, object: Plain, schemaOf: (name: string) => Schema | undefined): void {
  const keys = Object.keys(object).filter((key) => object[key] !== undefined)
  writer.map(keys.length)
  for (const key of keys.sort(compareKeys)) {
    writer.string(key)
    writeCbor(writer, object[key], schemaOf(key))
  }
}

/** What strict decoding tells of the first field that the schema does not know: only where it stands in its map. */
export function firstUnknown(schema: StructSchema, object: unknown): string | undefined {
  const index = unknownIn(schema, object)
  return index === undefined ? undefined : `cbor: found unknown field at map element index ${index}`
}

function unknownIn(schema: Schema, value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (schema.type === 'list') return firstOf(value as readonly unknown[], (item) => unknownIn(schema.items, item))
  if (schema.type === 'map') return firstOf(Object.values(value), (item) => unknownIn(schema.values, item))
  if (schema.type !== 'struct' || schema.preservesUnknown) return undefined
  return firstOf(Object.entries(value), ([name, inner], index) => {
    const known = Object.hasOwn(schema.fields, name) ? schema.fields[name] : undefined
    if (known !== undefined) return unknownIn(known.facts.schema, inner)
    return name === 'kind' || name === 'apiVersion' ? undefined : index
  })
}

function firstOf<T>(items: readonly T[], look: (item: T, index: number) => number | undefined): number | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index)
    if (found !== undefined) return found
  }
  return undefined
}
