/**
 * A list in JSON or YAML on its way to the client: a beginning, items, an end, in groups of about 128 KB. Small lists are one buffer and
 * answered at once; large ones are produced while they are sent, and after each group everybody else gets a turn, or one LIST
 * of ten thousand Pods would stop every other request for 60 ms.
 */
import type { KeyValue } from '../../store/store.ts'
import type { BodySink, HttpBody } from '../../wire/http.ts'
import { splicedBytesMax, spliceInto } from '../registry/storage-codec.ts'

const groupBytes = 128 * 1024

/** Puts an item behind what the group holds, or gives its text. */
export type ItemEncoder =
  /** Stored bytes go out as they are, without so many bytes after the first brace. */
  { readonly splice: number } | { readonly text: (kv: KeyValue) => string }

export interface ListBody {
  readonly begin: string
  readonly items: readonly KeyValue[]
  readonly encoder: ItemEncoder
  /** Between two items. */
  readonly separator: ',' | ''
  readonly end: string
}

class Group {
  readonly #bytes: Buffer
  #used = 0

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes)
  }
  get used(): number {
    return this.#used
  }
  fits(bytes: number): boolean {
    return this.#used + bytes <= this.#bytes.length
  }
  text(text: string): void {
    this.#used += this.#bytes.write(text, this.#used)
  }
  spliced(kv: KeyValue, skip: number): void {
    this.#used = spliceInto(this.#bytes, this.#used, kv.value, kv.modRevision, skip)
  }
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#used)
  }
}

export function listBody(list: ListBody): HttpBody {
  const { items, encoder, separator } = list
  if ('splice' in encoder) {
    let bytes = list.begin.length * 3 + list.end.length
    for (const kv of items) {
      bytes += splicedBytesMax(kv.value) + 1
      if (bytes > groupBytes) return (sink) => sendGroups(list, sink)
    }
    return whole(list, bytes)
  }
  if (items.length > 32) return (sink) => sendGroups(list, sink)
  return `${list.begin}${items.map(encoder.text).join(separator)}${list.end}`
}

function whole({ begin, items, encoder, end }: ListBody, bytes: number): Uint8Array {
  const group = new Group(bytes)
  group.text(begin)
  for (let i = 0; i < items.length; i++) {
    if (i > 0) group.text(',')
    group.spliced(items[i] as KeyValue, (encoder as { splice: number }).splice)
  }
  group.text(end)
  return group.done()
}

async function sendGroups(list: ListBody, sink: BodySink): Promise<void> {
  let prefix = list.begin
  let at = 0
  const { items } = list
  while (at < items.length && !sink.signal.aborted) {
    const [bytes, next] = nextGroup(list, prefix, at)
    sink.write(bytes)
    await sink.drained()
    prefix = ''
    at = next
  }
  if (!sink.signal.aborted) sink.write(Buffer.from(`${prefix}${list.end}`))
}

/** Bytes of the items from `at` on, and where the next group begins. */
function nextGroup({ items, encoder, separator }: ListBody, prefix: string, at: number): [Uint8Array, number] {
  if ('text' in encoder) {
    const parts: string[] = [prefix]
    let length = 0
    let next = at
    while (next < items.length && length < groupBytes) {
      const text = encoder.text(items[next] as KeyValue)
      parts.push(next === 0 ? text : `${separator}${text}`)
      length += text.length
      next++
    }
    return [Buffer.from(parts.join('')), next]
  }
  const prefixBytes = Buffer.byteLength(prefix)
  const first = prefixBytes + splicedBytesMax((items[at] as KeyValue).value) + 1
  const group = new Group(Math.max(groupBytes, first))
  group.text(prefix)
  let next = at
  while (next < items.length) {
    const kv = items[next] as KeyValue
    if (!group.fits(splicedBytesMax(kv.value) + 1)) break
    if (next > 0) group.text(',')
    group.spliced(kv, encoder.splice)
    next++
  }
  return [group.done(), next]
}
