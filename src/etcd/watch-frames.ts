/**
 * Watch responses as bytes. An event goes to every watch whose range holds its key, so its encoding is made once and shared: it hangs on the
 * store's event, which all watches of that revision get, and goes when the event does. What differs between watches is the few bytes
 * before it. Long ones are cut into fragments where the client can put them together again.
 */
import type { StoreEvent } from '../store/store.ts'
import { ProtobufWriter, wireBytes } from '../wire/protobuf.ts'
import type { Member } from './member.ts'
import { eventMessage, responseHeader, watchResponse } from './messages.ts'

const eventsField = watchResponse.fields['events']?.number as number
const fragmentField = watchResponse.fields['fragment']?.number as number
const prefixBytes = 5
const nothing = new Uint8Array(prefixBytes)

export interface EventFrames {
  readonly revision: number
  readonly watchId: number | bigint
  readonly events: readonly StoreEvent[]
  readonly withPrevious: boolean
  /** Above this a response with several events is cut. */
  readonly bytesMax: number
}

export class WatchFrames {
  readonly #member: Member
  readonly #plain = new WeakMap<StoreEvent, Uint8Array>()
  readonly #withPrevious = new WeakMap<StoreEvent, Uint8Array>()
  readonly #writer = new ProtobufWriter(4096)

  constructor(member: Member) {
    this.#member = member
  }

  /** Framed messages, ready to be sent. */
  eventFrames({ revision, watchId, events, withPrevious, bytesMax }: EventFrames): readonly Uint8Array[] {
    const encoded = events.map((event) => this.#encoded(event, withPrevious))
    const frames: Uint8Array[] = []
    for (let from = 0; from < encoded.length; ) {
      const until = this.#fitting(encoded, from, bytesMax)
      frames.push(this.#frame(revision, watchId, encoded.slice(from, until), until < encoded.length))
      from = until
    }
    return frames
  }

  #fitting(encoded: readonly Uint8Array[], from: number, bytesMax: number): number {
    let bytes = headBytesMax
    let until = from
    while (until < encoded.length && (until === from || bytes + (encoded[until] as Uint8Array).length < bytesMax)) {
      bytes += (encoded[until] as Uint8Array).length
      until++
    }
    return until
  }

  #frame(revision: number, watchId: number | bigint, events: readonly Uint8Array[], isFragment: boolean): Uint8Array {
    const writer = this.#writer
    writer.reset()
    writer.raw(nothing)
    const mark = writer.begin(1)
    responseHeader.write(writer, this.#member.header(revision))
    writer.end(mark)
    if (watchId !== 0) writer.int64Field(2, watchId)
    if (isFragment) writer.boolField(fragmentField, true)
    const head = writer.length
    let length = head
    for (const event of events) length += event.length
    const bytes = new Uint8Array(length)
    bytes.set(writer.view())
    let at = head
    for (const event of events) {
      bytes.set(event, at)
      at += event.length
    }
    new DataView(bytes.buffer).setUint32(1, length - prefixBytes)
    return bytes
  }

  /** The event as a field of the response: tag, length, message. */
  #encoded(event: StoreEvent, withPrevious: boolean): Uint8Array {
    const known = withPrevious ? this.#withPrevious : this.#plain
    let bytes = known.get(event)
    if (bytes === undefined) {
      const type = event.type === 'put' ? 0 : 1
      // A created key has no previous one, also when it was deleted before.
      const hasPrevious = withPrevious && event.previous !== undefined
      const writer = new ProtobufWriter(event.kv.value.length + event.kv.key.length + 64)
      writer.tag(eventsField, wireBytes)
      const message = eventMessage.encode(hasPrevious ? { type, kv: event.kv, prevKv: event.previous } : { type, kv: event.kv })
      writer.bytes(message)
      bytes = writer.finish()
      known.set(event, bytes)
    }
    return bytes
  }
}

const headBytesMax = 64
