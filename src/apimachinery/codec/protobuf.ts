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

function wrongWireType(reader: ProtobufReader, wireType: number, goName: string): ProtobufError {
  return new ProtobufError(`proto: wrong wireType = ${wireType} for field ${goName}`, reader.position)
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

const encoder = new TextEncoder()

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
    case 'quantity':
      return nested((writer, value) => writer.stringField(1, (value as string | undefined) ?? '0'))
    case 'intOrString':
      return nested(writeIntOrString)
    case 'time':
    case 'microTime':
      return nested(writeTime)
    case 'duration':
      return nested((writer, value) => writer.int64Field(1, durationNanos((value as string | undefined) ?? '0s')))
    case 'json':
    case 'rawExtension':
    case 'fieldsV1':
      if (schema.either !== undefined) {
        const { or } = schema.either
        const schemas = schemaMessages(schema.either)
        return nested((writer, value) => writeSchemaOr(writer, or, value, schemas))
      }
      return nested((writer, value) => {
        if (value !== undefined && value !== null) writer.bytesField(1, encoder.encode(JSON.stringify(value)))
      })
  }
}

function nested(write: (writer: ProtobufWriter, value: unknown) => void): WriteValue {
  return (writer, field, value) => {
    const mark = writer.begin(field)
    write(writer, value)
    writer.end(mark)
  }
}

function writeIntOrString(writer: ProtobufWriter, value: unknown): void {
  const isText = typeof value === 'string'
  writer.int64Field(1, isText ? 1 : 0)
  writer.int64Field(2, isText ? 0 : ((value as number | undefined) ?? 0))
  writer.stringField(3, isText ? value : '')
}

function writeTime(writer: ProtobufWriter, value: unknown): void {
  if (typeof value !== 'string') return
  const ms = Date.parse(value.length > 20 ? `${value.slice(0, 19)}Z` : value)
  if (Number.isNaN(ms)) return
  const fraction = /\.(\d{1,9})/.exec(value)?.[1] ?? ''
  writer.int64Field(1, ms / 1000)
  writer.int64Field(2, Number(fraction.padEnd(9, '0')))
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
      return schema.either === undefined ? messageReader(schema.type) : schemaOrReader(schema.either)
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

/** Names and fields of the small messages that JSON shows as one value, as Go has them. */
const smallMessages: Readonly<Record<string, readonly [name: string, ...fields: string[]]>> = {
  quantity: ['Quantity', 'String_'],
  intOrString: ['IntOrString', 'Type', 'IntVal', 'StrVal'],
  time: ['Timestamp', 'Seconds', 'Nanos'],
  microTime: ['Timestamp', 'Seconds', 'Nanos'],
  duration: ['Duration', 'Duration'],
  json: ['JSON', 'Raw'],
  rawExtension: ['RawExtension', 'Raw'],
  fieldsV1: ['FieldsV1', 'Raw'],
}
const textFields: readonly string[] = ['String_', 'StrVal', 'Raw']

function messageReader(type: Schema['type']): ReadValue {
  const [name, ...fields] = smallMessages[type] as readonly [string, ...string[]]
  return (reader) => {
    const numbers = [0, 0, 0]
    let text = ''
    let hasText = false
    let isEmpty = true
    const outer = reader.enter()
    while (!reader.isDone) {
      isEmpty = false
      const tag = reader.tag(name)
      const wireType = tag & 7
      const fieldName = fields[(tag >>> 3) - 1]
      if (fieldName === undefined) reader.skip(wireType)
      else if (textFields.includes(fieldName)) {
        if (wireType !== wireBytes) throw wrongWireType(reader, wireType, fieldName)
        text = reader.string()
        hasText = true
      } else {
        if (wireType !== wireVarint) throw wrongWireType(reader, wireType, fieldName)
        numbers[tag >>> 3] = Number(reader.int64())
      }
    }
    reader.leave(outer)
    const [, first = 0, second = 0] = numbers
    switch (type) {
      case 'quantity':
        return text === '' ? '0' : text
      case 'intOrString':
        return first === 1 ? text : second | 0
      case 'time':
      case 'microTime':
        return isEmpty ? null : timeText(first, second, type === 'microTime', reader.position)
      case 'duration':
        return durationText(first)
      default:
        return hasText ? parsedJson(text, reader.position) : null
    }
  }
}

function parsedJson(text: string, position: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProtobufError('Raw bytes are no JSON', position)
  }
}

function timeText(seconds: number, nanos: number, isMicro: boolean, position: number): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) throw new ProtobufError('Time is out of range', position)
  const text = date.toISOString().slice(0, -5)
  return isMicro ? `${text}.${String(Math.trunc(nanos / 1000)).padStart(6, '0')}Z` : `${text}Z`
}

const durationUnits: Readonly<Record<string, number>> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 }

function durationNanos(text: string): number {
  let nanos = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(h|ms|m|s|us|µs|ns)/g))
    nanos += Number(amount) * (durationUnits[unit as string] ?? 0)
  return Math.round(text.startsWith('-') ? -nanos : nanos)
}

/** time.Duration's String(). */
function durationText(nanos: number): string {
  if (nanos === 0) return '0s'
  const sign = nanos < 0 ? '-' : ''
  const size = Math.abs(nanos)
  if (size < 1e3) return `${sign}${size}ns`
  if (size < 1e6) return `${sign}${size / 1e3}µs`
  if (size < 1e9) return `${sign}${size / 1e6}ms`
  const hours = Math.floor(size / 3.6e12)
  const minutes = Math.floor((size % 3.6e12) / 6e10)
  const seconds = (size % 6e10) / 1e9
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`
}
