/**
 * Lists in protobuf and CBOR: items one by one into groups of about 128 KB, and after each group everybody else gets a turn.
 *
 * What a newcomer would get wrong: protobuf says how long a message is before it begins. So the groups of a long list are kept until the last is
 * made, and only then is the first byte sent; each item is encoded once, and what it became is remembered as long as there is room, because
 * those who list in protobuf do it again. CBOR only needs to know how many items will come.
 */

import { writeCbor } from '../../apimachinery/codec/cbor.ts'
import { encodeProtobuf, writeProtobuf } from '../../apimachinery/codec/protobuf.ts'
import { envelopeAround } from '../../apimachinery/codec/protobuf-envelope.ts'
import type { KubeObject, ListMeta } from '../../apimachinery/object.ts'
import type { ListSchema, Schema, StructSchema } from '../../apimachinery/schema/schema.ts'
import type { KeyValue } from '../../store/store.ts'
import { CborWriter } from '../../wire/cbor.ts'
import type { BodySink, HttpBody } from '../../wire/http.ts'
import { ProtobufWriter } from '../../wire/protobuf.ts'

const groupBytes = 128 * 1024
/** Shorter lists are made at once. */
const itemsAtOnce = 32

export interface BinaryList {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: ListMeta
  readonly items: readonly KeyValue[]
  /** Without kind and apiVersion. */
  readonly object: (kv: KeyValue) => KubeObject
  /** Items are what is stored, nothing less. */
  readonly isWhole: boolean
}

/**
 * What stored values are in protobuf. When there is no room everything is forgotten: a list is read from end to end, and whatever forgets its oldest
 * items one by one has always just forgotten the next.
 */
export class EncodedItems {
  readonly #bytesMax: number
  #bytes = new Map<KeyValue, Uint8Array>()
  #keptBytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }
  get(kv: KeyValue): Uint8Array | undefined {
    return this.#bytes.get(kv)
  }
  keep(kv: KeyValue, bytes: Uint8Array): void {
    if (this.#keptBytes + bytes.length > this.#bytesMax) {
      this.#bytes = new Map()
      this.#keptBytes = 0
    }
    this.#bytes.set(kv, bytes)
    this.#keptBytes += bytes.length
  }
}

export function protobufList(schema: StructSchema, list: BinaryList, known: EncodedItems): HttpBody {
  const { items, kind, apiVersion, metadata } = list
  const itemsFacts = schema.fields.items?.facts
  const metadataField = schema.fields.metadata
  if (itemsFacts === undefined || metadataField === undefined) throw new Error(`${kind} is no list`)
  const itemSchema = (itemsFacts.schema as ListSchema).items as StructSchema
  const scratch = new ProtobufWriter(8192)
  const encoded = (kv: KeyValue): Uint8Array => {
    const kept = list.isWhole ? known.get(kv) : undefined
    if (kept !== undefined) return kept
    scratch.reset()
    writeProtobuf(scratch, itemSchema, list.object(kv))
    if (!list.isWhole) return scratch.view()
    const bytes = scratch.finish()
    known.keep(kv, bytes)
    return bytes
  }
  const group = (from: number): { bytes: Uint8Array; next: number } => {
    const writer = new ProtobufWriter(groupBytes + 8192)
    let next = from
    while (next < items.length && writer.length < groupBytes) writer.bytesField(itemsFacts.number, encoded(items[next++] as KeyValue))
    return { bytes: writer.view(), next }
  }
  const meta = encodeProtobuf({ type: 'struct', name: schema.name, fields: { metadata: metadataField } }, { metadata })
  const isMetaFirst = metadataField.facts.number < itemsFacts.number
  const around = (groups: readonly Uint8Array[]): Uint8Array[] => {
    const parts = isMetaFirst ? [meta, ...groups] : [...groups, meta]
    const { begin, end } = envelopeAround(
      apiVersion,
      kind,
      parts.reduce((sum, part) => sum + part.length, 0),
    )
    return [begin, ...parts, end]
  }
  if (items.length <= itemsAtOnce) {
    const groups: Uint8Array[] = []
    for (let at = 0; at < items.length; ) {
      const { bytes, next } = group(at)
      groups.push(bytes)
      at = next
    }
    return Buffer.concat(around(groups))
  }
  return async (sink) => {
    const groups: Uint8Array[] = []
    await inGroups(items.length, sink, group, (bytes) => groups.push(bytes))
    for (const part of around(groups)) {
      if (sink.signal.aborted) return
      sink.write(part)
      if (part.length >= groupBytes) await sink.drained()
    }
  }
}

export function cborList(itemSchema: Schema | undefined, list: BinaryList): HttpBody {
  const { items, kind, apiVersion, metadata } = list
  const begin = new CborWriter()
  begin.selfDescribed()
  begin.map(4)
  begin.string('kind')
  begin.string(kind)
  begin.string('items')
  begin.array(items.length)
  const end = new CborWriter()
  end.string('metadata')
  end.value(metadata)
  end.string('apiVersion')
  end.string(apiVersion)
  const group = (from: number): { bytes: Uint8Array; next: number } => {
    const writer = new CborWriter()
    let next = from
    while (next < items.length && writer.length < groupBytes) writeCbor(writer, list.object(items[next++] as KeyValue), itemSchema)
    return { bytes: writer.finish(), next }
  }
  if (items.length <= itemsAtOnce) {
    const groups: Uint8Array[] = []
    for (let at = 0; at < items.length; ) {
      const { bytes, next } = group(at)
      groups.push(bytes)
      at = next
    }
    return Buffer.concat([begin.finish(), ...groups, end.finish()])
  }
  return async (sink) => {
    sink.write(begin.finish())
    await inGroups(items.length, sink, group, (bytes) => sink.write(bytes))
    sink.write(end.finish())
  }
}

async function inGroups(
  count: number,
  sink: BodySink,
  group: (from: number) => { bytes: Uint8Array; next: number },
  take: (bytes: Uint8Array) => void,
): Promise<void> {
  for (let at = 0; at < count && !sink.signal.aborted; ) {
    const { bytes, next } = group(at)
    take(bytes)
    at = next
    await sink.drained()
  }
}
