/**
 * Protobuf messages as values: a schema says which fields there are, and from it come the TypeScript type, the decoder, the encoder and
 * the JSON form. For protocols spoken over gRPC (etcd, the container runtime); Kubernetes' own kinds have richer schemas elsewhere.
 *
 *     const putRequest = message('PutRequest', { key: binary(1), value: bytes(2), lease: int64(3), prevKv: boolean(4) })
 *     type PutRequest = Of<typeof putRequest>          // { key: string; value: Uint8Array; lease: number | bigint; prevKv: boolean }
 *
 * A decoded message has every field: proto3's zero where nothing came, `undefined` for a message that is absent, `[]` for a repeated
 * field. An encoder writes only what differs from that and takes partial values. `binary` is for bytes that are used as a key: a string
 * with one character a byte. 64-bit integers are numbers while they are exact, as in `protobuf.ts`. Views of `bytes` point into the input.
 * What a oneof excludes is not enforced: a reader of one looks at its members in order.
 */
import { ProtobufError, ProtobufReader, ProtobufWriter, wireBytes, wireVarint } from './protobuf.ts'

type ScalarKind = 'bytes' | 'binary' | 'string' | 'int64' | 'uint64' | 'int32' | 'uint32' | 'boolean' | 'enum'

export interface Field<T> {
  readonly number: number
  readonly kind: ScalarKind | 'message'
  readonly isRepeated: boolean
  /** A function, because a message may contain itself. */
  readonly message?: () => MessageType<never>
  /** JSON's names of an enum's values, by number. */
  readonly names?: readonly string[]
  /** Only for inference. */
  readonly type?: T
}

export type Fields = Readonly<Record<string, Field<unknown>>>
type Values<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never }
/** What a decoder returns. */
export type Of<M> = M extends MessageType<infer V> ? V : never
/** What an encoder takes: fields may be absent, in nested messages too. */
export type Partially<T> = T extends Uint8Array | string | number | bigint | boolean | undefined
  ? T
  : T extends readonly (infer E)[]
    ? readonly Partially<E>[]
    : { readonly [K in keyof T]?: Partially<T[K]> }

export interface MessageType<V> {
  readonly name: string
  readonly fields: Fields
  decode(bytes: Uint8Array): V
  read(reader: ProtobufReader, depth: number): V
  encode(value: Partially<V>): Uint8Array
  write(writer: ProtobufWriter, value: Partially<V>): void
}

const depthMax = 100
const noBytes = new Uint8Array(0)

const scalar = (number: number, kind: ScalarKind) => ({ number, kind, isRepeated: false })
export const bytes = (number: number): Field<Uint8Array> => scalar(number, 'bytes')
export const binary = (number: number): Field<string> => scalar(number, 'binary')
export const string = (number: number): Field<string> => scalar(number, 'string')
export const int64 = (number: number): Field<number | bigint> => scalar(number, 'int64')
export const uint64 = (number: number): Field<number | bigint> => scalar(number, 'uint64')
export const int32 = (number: number): Field<number> => scalar(number, 'int32')
export const uint32 = (number: number): Field<number> => scalar(number, 'uint32')
export const boolean = (number: number): Field<boolean> => scalar(number, 'boolean')
export const enumeration = (number: number, names: readonly string[]): Field<number> => ({ ...scalar(number, 'enum'), names })
export const nested = <V>(number: number, message: MessageType<V> | (() => MessageType<V>)): Field<V | undefined> => {
  const get = typeof message === 'function' ? message : () => message
  return { number, kind: 'message', isRepeated: false, message: get as unknown as () => MessageType<never> }
}
export const repeated = <T>(field: Field<T>): Field<readonly NonNullable<T>[]> => ({ ...field, isRepeated: true }) as Field<never>

export function message<F extends Fields>(name: string, fields: F): MessageType<Values<F>> {
  return new Message(name, fields) as unknown as MessageType<Values<F>>
}

interface NamedField extends Field<unknown> {
  readonly name: string
}

class Message {
  readonly name: string
  readonly fields: Fields
  readonly #byNumber: (NamedField | undefined)[] = []
  readonly #list: readonly NamedField[]
  readonly #repeated: readonly string[]
  readonly #empty: Readonly<Record<string, unknown>>

  constructor(name: string, fields: Fields) {
    this.name = name
    this.fields = fields
    this.#list = Object.entries(fields).map(([fieldName, field]) => ({ ...field, name: fieldName }))
    for (const field of this.#list) this.#byNumber[field.number] = field
    this.#repeated = this.#list.filter((field) => field.isRepeated).map((field) => field.name)
    this.#empty = Object.fromEntries(this.#list.map((field) => [field.name, field.isRepeated ? undefined : zeroOf(field.kind)]))
  }

  decode(input: Uint8Array): Record<string, unknown> {
    return this.read(new ProtobufReader(input), 0)
  }

  read(reader: ProtobufReader, depth: number): Record<string, unknown> {
    if (depth > depthMax) throw new ProtobufError('Messages are nested too deeply', reader.position)
    const value: Record<string, unknown> = { ...this.#empty }
    for (const name of this.#repeated) value[name] = []
    while (!reader.isDone) {
      const tag = reader.tag()
      const field = this.#byNumber[tag >>> 3]
      const wireType = tag & 7
      if (field === undefined) reader.skip(wireType)
      else if (field.isRepeated) this.#readRepeated(reader, field, wireType, value[field.name] as unknown[], depth)
      else {
        this.#expect(reader, field, wireType)
        value[field.name] = field.kind === 'message' ? readNested(reader, field, depth) : readScalar(reader, field.kind)
      }
    }
    return value
  }

  #readRepeated(reader: ProtobufReader, field: NamedField, wireType: number, into: unknown[], depth: number): void {
    if (wireType === wireBytes && wireTypeOf(field.kind) === wireVarint) {
      const outer = reader.enter()
      while (!reader.isDone) into.push(readScalar(reader, field.kind as ScalarKind))
      reader.leave(outer)
      return
    }
    this.#expect(reader, field, wireType)
    into.push(field.kind === 'message' ? readNested(reader, field, depth) : readScalar(reader, field.kind))
  }

  #expect(reader: ProtobufReader, field: NamedField, wireType: number): void {
    if (wireType !== wireTypeOf(field.kind))
      throw new ProtobufError(`wrong wireType = ${wireType} for field ${field.name} of ${this.name}`, reader.position)
  }

  encode(value: Record<string, unknown>): Uint8Array {
    const writer = new ProtobufWriter()
    this.write(writer, value)
    return writer.finish()
  }

  write(writer: ProtobufWriter, value: Record<string, unknown>): void {
    for (const field of this.#list) {
      const one = value[field.name]
      if (one === undefined) continue
      if (field.isRepeated) for (const item of one as readonly unknown[]) writeField(writer, field, item)
      else if (!isZero(one)) writeField(writer, field, one)
    }
  }
}

function zeroOf(kind: Field<unknown>['kind']): unknown {
  switch (kind) {
    case 'bytes':
      return noBytes
    case 'binary':
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'message':
      return undefined
    default:
      return 0
  }
}

function isZero(value: unknown): boolean {
  return value === 0 || value === '' || value === false || (value instanceof Uint8Array && value.length === 0)
}

function wireTypeOf(kind: Field<unknown>['kind']): number {
  return kind === 'bytes' || kind === 'binary' || kind === 'string' || kind === 'message' ? wireBytes : wireVarint
}

function messageOf(field: Field<unknown>): MessageType<unknown> {
  return (field.message as () => MessageType<never>)() as MessageType<unknown>
}

function readNested(reader: ProtobufReader, field: Field<unknown>, depth: number): unknown {
  const outer = reader.enter()
  const value = messageOf(field).read(reader, depth + 1)
  reader.leave(outer)
  return value
}

function readScalar(reader: ProtobufReader, kind: ScalarKind): unknown {
  switch (kind) {
    case 'bytes':
      return reader.bytes()
    case 'binary':
      return reader.latin1()
    case 'string':
      return reader.string()
    case 'int64':
      return reader.int64()
    case 'uint64':
      return reader.uint64()
    case 'uint32':
      return reader.uint32()
    case 'boolean':
      return reader.bool()
    default:
      return reader.int32()
  }
}

function writeField(writer: ProtobufWriter, field: NamedField, value: unknown): void {
  switch (field.kind) {
    case 'bytes':
      return writer.bytesField(field.number, value as Uint8Array)
    case 'binary':
      writer.tag(field.number, wireBytes)
      return writer.latin1(value as string)
    case 'string':
      return writer.stringField(field.number, value as string)
    case 'boolean':
      return writer.boolField(field.number, value as boolean)
    case 'message': {
      const mark = writer.begin(field.number)
      messageOf(field).write(writer, value as never)
      return writer.end(mark)
    }
    default:
      return writer.int64Field(field.number, value as number | bigint)
  }
}
