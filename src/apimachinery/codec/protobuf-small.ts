/**
 * The small messages of protobuf that JSON shows as one value: times, durations, quantities, numbers that may be text, and JSON itself. What is
 * between their tags, as Go writes and reads it; the message around them is protobuf.ts's.
 */
import { ProtobufError, type ProtobufReader, type ProtobufWriter, wireBytes, wireVarint } from '../../wire/protobuf.ts'
import type { Schema } from '../schema/schema.ts'

export function wrongWireType(reader: ProtobufReader, wireType: number, goName: string): ProtobufError {
  return new ProtobufError(`proto: wrong wireType = ${wireType} for field ${goName}`, reader.position)
}

/** Writes zero for what is absent. */
export function smallWriter(type: Schema['type']): (writer: ProtobufWriter, value: unknown) => void {
  switch (type) {
    case 'quantity':
      return (writer, value) => writer.stringField(1, (value as string | undefined) ?? '0')
    case 'intOrString':
      return writeIntOrString
    case 'time':
    case 'microTime':
      return writeTime
    case 'duration':
      return (writer, value) => writer.int64Field(1, durationNanos((value as string | undefined) ?? '0s'))
    default:
      return writeJson
  }
}

const encoder = new TextEncoder()

function writeJson(writer: ProtobufWriter, value: unknown): void {
  if (value !== undefined && value !== null) writer.bytesField(1, encoder.encode(JSON.stringify(value)))
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

export function smallReader(type: Schema['type']): (reader: ProtobufReader) => unknown {
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
