/**
 * A list on its way to the client: a beginning, items, an end, in groups of about 128 KB. Small lists are one buffer and
 * answered at once; large ones are produced while they are sent, and after each group everybody else gets a turn, or one LIST
 * of ten thousand Pods would stop every other request for 60 ms.
 */
import { GzipStream } from '../../std/gzip.ts'
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

/** `compress`: the client takes gzip and is worth it. */
export function listBody(list: ListBody, compress: boolean): { body: HttpBody; isCompressed: boolean } {
  const { items, encoder } = list
  if ('splice' in encoder) {
    let bytes = list.begin.length * 3 + list.end.length
    for (const kv of items) {
      bytes += splicedBytesMax(kv.value) + 1
      if (bytes > groupBytes) return streamed(list, compress)
    }
    return { body: whole(list, bytes), isCompressed: false }
  }
  if (items.length > 64) return streamed(list, compress)
  return { body: `${list.begin}${items.map(encoder.text).join(',')}${list.end}`, isCompressed: false }
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

function streamed(list: ListBody, compress: boolean): { body: HttpBody; isCompressed: boolean } {
  if (!compress) return { body: (sink) => sendGroups(list, sink, (bytes) => sink.write(bytes)), isCompressed: false }
  const body = async (sink: BodySink): Promise<void> => {
    const gzip = new GzipStream((bytes) => sink.write(bytes))
    await sendGroups(list, sink, (bytes) => gzip.write(bytes))
    await gzip.end()
  }
  return { body, isCompressed: true }
}

async function sendGroups(list: ListBody, sink: BodySink, write: (bytes: Uint8Array) => void | Promise<void>): Promise<void> {
  let prefix = list.begin
  let at = 0
  const { items } = list
  while (at < items.length && !sink.signal.aborted) {
    const [bytes, next] = nextGroup(list, prefix, at)
    await write(bytes)
    await sink.drained()
    prefix = ''
    at = next
  }
  if (!sink.signal.aborted) await write(Buffer.from(`${prefix}${list.end}`))
}

/** Bytes of the items from `at` on, and where the next group begins. */
function nextGroup({ items, encoder }: ListBody, prefix: string, at: number): [Uint8Array, number] {
  if ('text' in encoder) {
    const parts: string[] = [prefix]
    let length = 0
    let next = at
    while (next < items.length && length < groupBytes) {
      const text = encoder.text(items[next] as KeyValue)
      parts.push(next === 0 ? text : `,${text}`)
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
