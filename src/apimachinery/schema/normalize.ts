/**
 * From what a client sent to a value of the schema's type: types checked with the words of Go's decoder, unknown fields left out (and told of), nulls made
 * what Go makes of them, defaults of fields filled in, quantities and times in their one spelling, keys in the schema's order, and what Go would
 * not print left out. `orderedBySchema` (apiserver/registry/shape.ts) is the same walk for values that are known to be right.
 *
 * Readers are closures, compiled from a struct when it is first met: a Pod costs a few µs. Paths are only put together for errors.
 */

import { canonicalQuantity, quantityProblem, quantityProblems } from '../quantity.ts'
import { parseMicroTime, parseTime } from '../time.ts'
import type { Field, Schema, StructSchema } from './schema.ts'

/** What does not fit; the message is Go's. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

type Plain = Record<string, unknown>
type Facts = Field<unknown, boolean>['facts']

class Context {
  /** A field that the schema does not know was met. */
  hasUnknown = false
  /** Fields from the outside in; elements of lists and maps are not named in Go's errors. */
  readonly path: string[] = []
  struct = ''
}

type Read = (value: unknown, context: Context) => unknown

export interface Normalized {
  readonly value: Plain
  readonly hasUnknown: boolean
}

/** Throws DecodeError. */
export function normalize(schema: StructSchema, value: unknown): Normalized {
  const context = new Context()
  const read = readerOfStruct(schema)(value, context) as Plain
  return { value: read, hasUnknown: context.hasUnknown }
}

const readers = new WeakMap<StructSchema, Read>()

function readerOfStruct(schema: StructSchema): Read {
  let read = readers.get(schema)
  if (read === undefined) {
    let compiled: Read | undefined
    // Schemas contain each other and themselves: compiled at the first value.
    read = (value, context) => {
      compiled ??= compileStruct(schema)
      return compiled(value, context)
    }
    readers.set(schema, read)
  }
  return read
}

interface FieldReader {
  readonly name: string
  readonly read: Read
  readonly facts: Facts
  /** What stands there when nothing was sent; undefined: nothing. */
  readonly absent: (() => unknown) | undefined
  readonly isOmitted: (value: unknown) => boolean
}

function compileStruct(schema: StructSchema): Read {
  const fields: FieldReader[] = Object.entries(schema.fields).map(([name, { facts }]) => ({
    name,
    facts,
    read: readerOf(facts.schema),
    absent: absentOf(facts),
    isOmitted: facts.omitEmpty && !facts.isPointer ? emptyCheckOf(facts.schema) : never,
  }))
  const struct = goName(schema)
  const type = goType(schema)
  const { preservesUnknown } = schema
  const known = new Set(fields.map(({ name }) => name))
  return (value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw typeError(value, type, context)
    const outer = context.struct
    const sent = value as Plain
    const out: Plain = {}
    let seen = 0
    for (let i = 0; i < fields.length; i++) {
      const { name, read, facts, absent, isOmitted } = fields[i] as FieldReader
      const raw = sent[name]
      if (raw !== undefined) seen++
      if (raw === undefined || raw === null) {
        if (absent !== undefined) out[name] = absent()
        continue
      }
      context.struct = struct
      context.path.push(name)
      const shaped = read(raw, context)
      context.path.pop()
      if (!isOmitted(shaped)) out[name] = shaped
      else if (facts.defaultValue !== undefined) out[name] = facts.defaultValue
    }
    context.struct = outer
    let sentCount = 0
    for (const _ in sent) sentCount++
    if (sentCount !== seen) {
      if (preservesUnknown) keepUnknown(sent, out, known)
      else context.hasUnknown = true
    }
    return out
  }
}

const never = (): boolean => false

function keepUnknown(sent: Plain, out: Plain, known: ReadonlySet<string>): void {
  for (const name of Object.keys(sent))
    if (!known.has(name)) Object.defineProperty(out, name, { value: sent[name], writable: true, enumerable: true, configurable: true })
}

function absentOf(facts: Facts): (() => unknown) | undefined {
  const { schema, isPointer, omitEmpty, omitZero, defaultValue } = facts
  if (defaultValue !== undefined) return () => defaultValue
  if (omitZero) return undefined
  if (schema.type === 'struct' && !isPointer) return () => readerOfStruct(schema)({}, new Context())
  if (omitEmpty) return undefined
  if (isPointer) return () => null
  return () => zeroOf(schema)
}

function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'string':
    case 'duration':
      return ''
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

function emptyCheckOf(schema: Schema): (value: unknown) => boolean {
  switch (schema.type) {
    case 'list':
      return (value) => (value as readonly unknown[]).length === 0
    case 'map':
      return (value) => {
        for (const _ in value as Plain) return false
        return true
      }
    case 'struct':
    case 'quantity':
    case 'intOrString':
    case 'json':
    case 'rawExtension':
    case 'fieldsV1':
      return never
    default:
      return (value) => value === '' || value === 0 || value === false
  }
}

function readerOf(schema: Schema): Read {
  switch (schema.type) {
    case 'struct':
      return readerOfStruct(schema)
    case 'list':
      return listReader(readerOf(schema.items), goType(schema), nullOf(schema.items))
    case 'map':
      return mapReader(readerOf(schema.values), goType(schema), nullOf(schema.values))
    case 'string':
      return (value, context) => {
        if (typeof value !== 'string') throw typeError(value, 'string', context)
        return value
      }
    case 'boolean':
      return (value, context) => {
        if (typeof value !== 'boolean') throw typeError(value, 'bool', context)
        return value
      }
    case 'int32':
      return integerReader('int32', -(2 ** 31), 2 ** 31 - 1)
    case 'int64':
      return integerReader('int64', -(2 ** 63), 2 ** 63 - 1025)
    case 'double':
      return (value, context) => {
        if (typeof value !== 'number') throw typeError(value, 'float64', context)
        return value
      }
    case 'bytes':
      return readBytes
    case 'quantity':
      return readQuantity
    case 'intOrString':
      return readIntOrString
    case 'time':
      return timeReader(parseTime)
    case 'microTime':
      return timeReader(parseMicroTime)
    case 'duration':
      return (value, context) => {
        if (typeof value !== 'string') throw typeError(value, 'string', context)
        if (!/^[-+]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(value))
          throw new DecodeError(`time: invalid duration ${JSON.stringify(value)}`)
        return value
      }
    case 'fieldsV1':
      return (value) => value
    case 'json':
    case 'rawExtension':
      return (value) => value
  }
}

function listReader(read: Read, type: string, absent: () => unknown): Read {
  return (value, context) => {
    if (!Array.isArray(value)) throw typeError(value, type, context)
    const out: unknown[] = new Array(value.length)
    for (let i = 0; i < value.length; i++) out[i] = value[i] === null ? absent() : read(value[i], context)
    return out
  }
}

function mapReader(read: Read, type: string, absent: () => unknown): Read {
  return (value, context) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw typeError(value, type, context)
    const out: Plain = {}
    for (const key in value as Plain) {
      const raw = (value as Plain)[key]
      const shaped = raw === null ? absent() : read(raw, context)
      if (key === '__proto__') Object.defineProperty(out, key, { value: shaped, writable: true, enumerable: true, configurable: true })
      else out[key] = shaped
    }
    return out
  }
}

/** What Go makes of a null in a list or map. */
function nullOf(schema: Schema): () => unknown {
  if (schema.type === 'struct') return () => readerOfStruct(schema)({}, new Context())
  const zero = zeroOf(schema)
  return () => zero
}

function integerReader(type: string, min: number, max: number): Read {
  return (value, context) => {
    if (typeof value !== 'number') throw typeError(value, type, context)
    if (!Number.isInteger(value) || value < min || value > max) throw typeError(value, type, context, ` ${numberText(value)}`)
    // There is no negative zero among integers.
    return value === 0 ? 0 : value
  }
}

/** A number as it was most likely written. */
function numberText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value)
}

function readQuantity(value: unknown, context: Context): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') {
    if (typeof value === 'object') throw typeError(value, 'resource.Quantity', context)
    throw new DecodeError(quantityProblems.format)
  }
  const text = typeof value === 'number' ? String(value) : value.trim()
  const canonical = canonicalQuantity(text)
  if (canonical === undefined) throw new DecodeError(quantityProblems[quantityProblem(text) ?? 'format'])
  return canonical
}

function readIntOrString(value: unknown, context: Context): unknown {
  if (typeof value === 'string') return value
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 31)
    throw typeError(value, typeof value === 'number' ? 'int32' : 'int32', context, typeof value === 'number' ? ` ${numberText(value)}` : '')
  return value
}

function timeReader(parse: (text: string) => string): Read {
  return (value, context) => {
    if (typeof value !== 'string') throw typeError(value, 'string', context)
    try {
      return parse(value)
    } catch (error) {
      throw new DecodeError((error as Error).message)
    }
  }
}

const base64Shape = /^[A-Za-z0-9+/]*={0,2}$/

function readBytes(value: unknown, context: Context): unknown {
  if (Array.isArray(value)) {
    if (!value.every((one) => Number.isInteger(one) && one >= 0 && one < 256)) throw typeError(value, '[]uint8', context)
    return Buffer.from(value as number[]).toString('base64')
  }
  if (typeof value !== 'string') throw typeError(value, '[]uint8', context)
  const text = value.includes('\n') || value.includes('\r') ? value.replace(/[\r\n]/g, '') : value
  if (!base64Shape.test(text) || text.length % 4 !== 0) {
    const bad = /[^A-Za-z0-9+/]/.exec(text)?.index ?? text.length - (text.length % 4)
    throw new DecodeError(
      `illegal base64 data at input byte ${text.length % 4 !== 0 && bad >= text.length - 3 ? Math.max(0, text.length - (text.length % 4)) : bad}`,
    )
  }
  return text
}

function typeError(value: unknown, type: string, { path, struct }: Context, literal = ''): DecodeError {
  const what = `json: cannot unmarshal ${jsonType(value)}${literal} into Go `
  return new DecodeError(
    path.length === 0 ? `${what}value of type ${type}` : `${what}struct field ${struct}.${path.join('.')} of type ${type}`,
  )
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** io.k8s.api.apps.v1.DeploymentSpec → DeploymentSpec */
function goName({ name }: StructSchema): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function goType(schema: Schema): string {
  switch (schema.type) {
    case 'struct':
      return schema.name.split('.').slice(-2).join('.')
    case 'list':
      return `[]${goType(schema.items)}`
    case 'map':
      return `map[string]${goType(schema.values)}`
    case 'boolean':
      return 'bool'
    case 'double':
      return 'float64'
    case 'bytes':
      return '[]uint8'
    case 'quantity':
      return 'resource.Quantity'
    case 'intOrString':
      return 'intstr.IntOrString'
    case 'time':
      return 'v1.Time'
    case 'microTime':
      return 'v1.MicroTime'
    default:
      return schema.type
  }
}
