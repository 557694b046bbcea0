/**
 * Kubernetes' protobuf for every schema value: what gogo-protobuf generates from the Go types, byte for byte, as two walks over the schema.
 *
 *     encodeProtobuf(deployment, object)   → bytes of one message, without the envelope (protobuf-envelope.ts)
 *     decodeProtobuf(deployment, bytes)    → plain JSON values
 *
 * What a newcomer would get wrong: a field that is no pointer is written even when it is zero (the API is proto2 in spirit), whatever JSON
 * omits; map entries are sorted by key; structs that JSON shows flat are nested messages here (`within`). A schema's writers and readers are
 * compiled to closures when it is first met. Input is hostile: everything wrong throws ProtobufError.
 */
import { ProtobufError, ProtobufReader, ProtobufWriter, wireBytes, wireFixed64, wireVarint } from '../../wire/protobuf.ts'
import { sortStrings } from '../go-strings.ts'
import { normalize } from '../schema/normalize.ts'
import type { Field, Schema, SchemaOr, StructSchema } from '../schema/schema.ts'
import { embeddedName, goFieldName, shortName } from './go-field-names.ts'
import { smallReader, smallWriter, wrongWireType } from './protobuf-small.ts'
import { readSchemaOr, type SchemaMessages, writeSchemaOr } from './schema-or.ts'

type Plain = Record<string, unknown>
type Facts = Field<unknown, boolean>['facts']
/** Writes the value behind a tag of its own. */
type WriteField = (writer: ProtobufWriter, value: unknown) => void
/** Writes one value that stands behind tag `field`, never absent. */
type WriteValue = (writer: ProtobufWriter, field: number, value: unknown) => void
/** Reads one value whose wire type was checked. */
type ReadValue = (reader: ProtobufReader, depth: number) => unknown

export function encodeProtobuf(schema: StructSchema, object: object): Uint8Array {
  const writer = new ProtobufWriter(1024)
  writeProtobuf(writer, schema, object)
  return writer.finish()
}

export function writeProtobuf(writer: ProtobufWriter, schema: StructSchema, object: object): void {
  codecOf(schema).write(writer, object as Plain)
}

export function decodeProtobuf(schema: StructSchema, bytes: Uint8Array): Plain {
  const out: Plain = {}
  codecOf(schema).read(new ProtobufReader(bytes), out, 0)
  return out
}

const depthMax = 200

interface StructCodec {
  write(writer: ProtobufWriter, object: Plain): void
  /** To the reader's limit. */
  read(reader: ProtobufReader, out: Plain, depth: number): void
}

/** Schemas are values that live as long as the process; custom ones go with their schema. */
const codecs = new WeakMap<StructSchema, StructCodec>()

function codecOf(schema: StructSchema): StructCodec {
  let codec = codecs.get(schema)
  if (codec === undefined) {
    codec = new LazyCodec(schema)
    codecs.set(schema, codec)
  }
  return codec
}

/** Compiled when first used: schemas contain each other, and themselves. */
class LazyCodec implements StructCodec {
  readonly #schema: StructSchema
  #message: Message | undefined

  constructor(schema: StructSchema) {
    this.#schema = schema
  }
  write(writer: ProtobufWriter, object: Plain): void {
    this.#message ??= messageOf(this.#schema)
    writeMessage(writer, this.#message, object)
  }
  read(reader: ProtobufReader, out: Plain, depth: number): void {
    this.#message ??= messageOf(this.#schema)
    readMessage(reader, this.#message, out, depth)
  }
}

interface Part {
  readonly number: number
  /** The JSON name; undefined for a message whose fields stand flat in JSON. */
  readonly name: string | undefined
  /** Go's name, for errors. */
  readonly goName: string
  readonly wireType: number
  /** Lists of numbers may come as one block of bytes. */
  readonly mayBePacked: boolean
  readonly write: WriteField
  readonly read: (reader: ProtobufReader, out: Plain, depth: number, isPacked: boolean) => void
}
interface Message {
  /** Go's name, for errors. */
  readonly name: string
  readonly parts: readonly Part[]
  readonly byNumber: ReadonlyMap<number, Part>
}

function messageOf(schema: StructSchema): Message {
  const fields = Object.entries(schema.fields).map(([name, { facts }]) => ({ name, facts, within: facts.within ?? [] }))
  return messageOfFields(shortName(schema.name), fields)
}

interface Placed {
  readonly name: string
  readonly facts: Facts
  /** The messages between here and the field. */
  readonly within: readonly number[]
}

function messageOfFields(structName: string, fields: readonly Placed[]): Message {
  const parts: Part[] = []
  const nested = new Map<number, Placed[]>()
  for (const placed of fields) {
    const [outer, ...within] = placed.within
    if (outer !== undefined) nested.set(outer, [...(nested.get(outer) ?? []), { ...placed, within }])
    else if (placed.facts.number > 0) parts.push(partOf(structName, placed.name, placed.facts))
  }
  for (const [number, inner] of nested) {
    const name = embeddedName(structName)
    parts.push(flatPart(number, name, messageOfFields(name, inner)))
  }
  parts.sort((a, b) => a.number - b.number)
  return { name: structName, parts, byNumber: new Map(parts.map((part) => [part.number, part])) }
}

function flatPart(number: number, goName: string, message: Message): Part {
  return {
    number,
    name: undefined,
    goName,
    wireType: wireBytes,
    mayBePacked: false,
    write: (writer, object) => {
      const mark = writer.begin(number)
      writeMessage(writer, message, object as Plain)
      writer.end(mark)
    },
    read: (reader, out, depth) => {
      const outer = reader.enter()
      readMessage(reader, message, out, depth + 1)
      reader.leave(outer)
    },
  }
}

function partOf(structName: string, name: string, facts: Facts): Part {
  const { number, schema } = facts
  const read = readerOf(schema)
  const isList = schema.type === 'list' && schema.wrapper === undefined
  const wireType = wireTypeOf(isList ? schema.items : schema)
  const isRepeated = isList || schema.type === 'map'
  return {
    number,
    name,
    goName: goFieldName(structName, name, schema),
    wireType,
    mayBePacked: isList && wireType === wireVarint,
    write: writerOf(facts),
    read: isRepeated
      ? (reader, out, depth, isPacked) => readRepeated(reader, out, depth, { name, schema, read, isPacked })
      : (reader, out, depth) => {
          out[name] = read(reader, depth)
        },
  }
}

function wireTypeOf({ type }: Schema): number {
  if (type === 'boolean' || type === 'int32' || type === 'int64') return wireVarint
  return type === 'double' ? wireFixed64 : wireBytes
}

interface Repeated {
  readonly name: string
  readonly schema: Schema
  readonly read: ReadValue
  readonly isPacked: boolean
}

function readRepeated(reader: ProtobufReader, out: Plain, depth: number, { name, schema, read, isPacked }: Repeated): void {
  if (schema.type === 'map') {
    out[name] ??= {}
    const [key, value] = read(reader, depth) as [string, unknown]
    // Not by assignment: `__proto__` is a key like any other.
    Object.defineProperty(out[name], key, { value, writable: true, enumerable: true, configurable: true })
    return
  }
  out[name] ??= []
  const items = out[name] as unknown[]
  if (isPacked) {
    const outer = reader.enter()
    while (!reader.isDone) items.push(read(reader, depth))
    reader.leave(outer)
  } else items.push(read(reader, depth))
}

function writeMessage(writer: ProtobufWriter, { parts }: Message, object: Plain): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Part
    part.write(writer, part.name === undefined ? object : object[part.name])
  }
}

function readMessage(reader: ProtobufReader, { name, byNumber }: Message, out: Plain, depth: number): void {
  if (depth > depthMax) throw new ProtobufError('Messages are nested too deeply', reader.position)
  while (!reader.isDone) {
    const tag = reader.tag(name)
    const part = byNumber.get(tag >>> 3)
    const wireType = tag & 7
    if (part === undefined) reader.skip(wireType)
    else if (wireType === part.wireType) part.read(reader, out, depth, false)
    else if (wireType === wireBytes && part.mayBePacked) part.read(reader, out, depth, true)
    else throw wrongWireType(reader, wireType, part.goName)
  }
}

function writerOf({ number, schema, isPointer }: Facts): WriteField {
  if (schema.type === 'list' && schema.wrapper === undefined) {
    const write = valueWriter(schema.items)
    return (writer, items) => {
      if (Array.isArray(items)) for (const item of items) write(writer, number, item)
    }
  }
  if (schema.type === 'map') {
    const write = valueWriter(schema.values)
    return (writer, map) => {
      if (map === undefined || map === null) return
      for (const key of sortStrings(Object.keys(map as Plain))) {
        const mark = writer.begin(number)
        writer.stringField(1, key)
        write(writer, 2, (map as Plain)[key])
        writer.end(mark)
      }
    }
  }
  const write = valueWriter(schema)
  const isOmittedWhenAbsent = isPointer || schema.type === 'bytes' || (schema.type === 'list' && schema.wrapper !== undefined)
  return (writer, value) => {
    if ((value === undefined || value === null) && isOmittedWhenAbsent) return
    write(writer, number, value)
  }
}

/** Writes zero for what is absent. */
function valueWriter(schema: Schema): WriteValue {
  switch (schema.type) {
    case 'string':
      return (writer, field, value) => writer.stringField(field, (value as string | undefined) ?? '')
    case 'boolean':
      return (writer, field, value) => writer.boolField(field, value === true)
    case 'int32':
    case 'int64':
      return (writer, field, value) => writer.int64Field(field, (value as number | undefined) ?? 0)
    case 'double':
      return (writer, field, value) => writer.doubleField(field, (value as number | undefined) ?? 0)
    case 'bytes':
      return (writer, field, value) => writer.bytesField(field, Buffer.from((value as string | undefined) ?? '', 'base64'))
    case 'struct': {
      const codec = codecOf(schema)
      return nested((writer, value) => codec.write(writer, (value ?? {}) as Plain))
    }
    case 'list': {
      const write = valueWriter(schema.items)
      return nested((writer, items) => {
        for (const item of (items as readonly unknown[] | undefined) ?? []) write(writer, 1, item)
      })
    }
    case 'map':
      throw new Error('A map of maps has no protobuf form')
    default:
      if (schema.either !== undefined) {
        const { or } = schema.either
        const schemas = schemaMessages(schema.either)
        return nested((writer, value) => writeSchemaOr(writer, or, value, schemas))
      }
      return nested(smallWriter(schema.type))
  }
}

function nested(write: (writer: ProtobufWriter, value: unknown) => void): WriteValue {
  return (writer, field, value) => {
    const mark = writer.begin(field)
    write(writer, value)
    writer.end(mark)
  }
}

function readerOf(schema: Schema): ReadValue {
  switch (schema.type) {
    case 'string':
      return (reader) => reader.string()
    case 'boolean':
      return (reader) => reader.bool()
    case 'int32':
      return (reader) => reader.int32()
    case 'int64':
      return (reader) => Number(reader.int64())
    case 'double':
      return (reader) => reader.double()
    case 'bytes':
      return (reader) => Buffer.from(reader.bytes()).toString('base64')
    case 'struct': {
      const codec = codecOf(schema)
      return (reader, depth) => {
        const out: Plain = {}
        const outer = reader.enter()
        codec.read(reader, out, depth + 1)
        reader.leave(outer)
        return out
      }
    }
    case 'list':
      return schema.wrapper === undefined ? readerOf(schema.items) : wrapped(readerOf(schema.items), shortName(schema.wrapper))
    case 'map':
      return mapEntry(mapValueReader(schema.values), zeroOf(schema.values))
    default:
      return schema.either === undefined ? smallReader(schema.type) : schemaOrReader(schema.either)
  }
}

function schemaMessages({ schema }: SchemaOr): SchemaMessages {
  return {
    write: (writer, field, value) => valueWriter(schema())(writer, field, value),
    // To the rest of us this is plain JSON, which nobody else will rid of the zero values that protobuf always writes.
    read: (reader, depth) => normalize(schema(), readerOf(schema())(reader, depth)).value,
  }
}

function schemaOrReader(either: SchemaOr): ReadValue {
  const schemas = schemaMessages(either)
  return (reader, depth) => {
    const outer = reader.enter()
    const value = readSchemaOr(reader, either, schemas, depth + 1)
    reader.leave(outer)
    return value
  }
}

function wrapped(read: ReadValue, name: string): ReadValue {
  return (reader, depth) => {
    const items: unknown[] = []
    const outer = reader.enter()
    while (!reader.isDone) {
      const tag = reader.tag(name)
      if (tag >>> 3 !== 1) reader.skip(tag & 7)
      else if ((tag & 7) === wireBytes) items.push(read(reader, depth + 1))
      else throw wrongWireType(reader, tag & 7, 'Items')
    }
    reader.leave(outer)
    return items
  }
}

/** Protobuf has no repeated values in maps: a list is a message of its own there (`extra` of users). */
function mapValueReader(values: Schema): ReadValue {
  return values.type === 'list' ? wrapped(readerOf(values.items), 'ExtraValue') : readerOf(values)
}

/** Go takes key and value by their numbers alone. */
function mapEntry(read: ReadValue, zero: unknown): ReadValue {
  return (reader, depth) => {
    let key = ''
    let value = zero
    const outer = reader.enter()
    while (!reader.isDone) {
      const tag = reader.tag()
      if (tag >>> 3 === 1) key = reader.string()
      else if (tag >>> 3 === 2) value = read(reader, depth + 1)
      else reader.skip(tag & 7)
    }
    reader.leave(outer)
    return [key, value]
  }
}

function zeroOf(schema: Schema): unknown {
  if (schema.type === 'string' || schema.type === 'bytes') return ''
  if (schema.type === 'quantity') return '0'
  return schema.type === 'list' ? [] : schema.type === 'struct' ? {} : null
}
