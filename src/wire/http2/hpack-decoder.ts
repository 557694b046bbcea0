/**
 * Reading header blocks (RFC 7541). One decoder per connection: it keeps the dynamic table that the client fills, at most
 * 4096 bytes by the standard's count, and must see every block, even of a request that is refused, or the next one is nonsense.
 *
 * Names and values come out one by one through `onHeader`, as latin1 strings. Strings that a block only refers to are the table's
 * own, so the hundredth request of a client allocates little more than its path. A block that unfolds to more than `listBytesMax`
 * (4 KB entries can be referred to by one byte each) is still read to its end, but nothing more is handed out: `decode` says so.
 */
import { decodeHuffman } from './huffman.ts'

/** RFC 7541, appendix A. */
// biome-ignore format: a table
export const staticTable: readonly (readonly [name: string, value: string])[] = [
  ['', ''], [':authority', ''], [':method', 'GET'], [':method', 'POST'], [':path', '/'], [':path', '/index.html'],
  [':scheme', 'http'], [':scheme', 'https'], [':status', '200'], [':status', '204'], [':status', '206'], [':status', '304'],
  [':status', '400'], [':status', '404'], [':status', '500'], ['accept-charset', ''], ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''], ['accept-ranges', ''], ['accept', ''], ['access-control-allow-origin', ''], ['age', ''], ['allow', ''],
  ['authorization', ''], ['cache-control', ''], ['content-disposition', ''], ['content-encoding', ''], ['content-language', ''],
  ['content-length', ''], ['content-location', ''], ['content-range', ''], ['content-type', ''], ['cookie', ''], ['date', ''],
  ['etag', ''], ['expect', ''], ['expires', ''], ['from', ''], ['host', ''], ['if-match', ''], ['if-modified-since', ''],
  ['if-none-match', ''], ['if-range', ''], ['if-unmodified-since', ''], ['last-modified', ''], ['link', ''], ['location', ''],
  ['max-forwards', ''], ['proxy-authenticate', ''], ['proxy-authorization', ''], ['range', ''], ['referer', ''], ['refresh', ''],
  ['retry-after', ''], ['server', ''], ['set-cookie', ''], ['strict-transport-security', ''], ['transfer-encoding', ''],
  ['user-agent', ''], ['vary', ''], ['via', ''], ['www-authenticate', ''],
]
const staticCount = staticTable.length - 1

/** What an entry costs beside its characters. */
const entryOverhead = 32

/** The block cannot be read; the connection is lost, because the table is out of step. */
export class HpackError extends Error {
  override readonly name = 'HpackError'
}

/** Shared by all decoders: decoding is synchronous and the bytes become a string at once. */
let huffmanRoom = Buffer.allocUnsafeSlow(4096)

export class HpackDecoder {
  /** Newest last; `#first` is the oldest that is still in. */
  #names: string[] = []
  #values: string[] = []
  #first = 0
  #size = 0
  #sizeMax: number
  readonly #sizeLimit: number
  #bytes: Buffer = huffmanRoom
  #position = 0
  #end = 0

  constructor(tableBytesMax = 4096) {
    this.#sizeMax = tableBytesMax
    this.#sizeLimit = tableBytesMax
  }

  /** Size of the dynamic table, as the standard counts. */
  get tableBytes(): number {
    return this.#size
  }

  /** Reads one whole block. False when the list grew beyond `listBytesMax`: `onHeader` did not see the rest. */
  decode(bytes: Buffer, start: number, end: number, listBytesMax: number, onHeader: (name: string, value: string) => void): boolean {
    this.#bytes = bytes
    this.#position = start
    this.#end = end
    let listBytes = 0
    let isFirst = true
    while (this.#position < this.#end) {
      const byte = bytes[this.#position] as number
      let name: string
      let value: string
      if (byte >= 0x80) {
        const index = this.#integer(7)
        name = this.#nameAt(index)
        value = this.#valueAt(index)
      } else if ((byte & 0xe0) === 0x20) {
        if (!isFirst) throw new HpackError('Table size update behind a header')
        this.#resize(this.#integer(5))
        continue
      } else {
        const isIndexed = byte >= 0x40
        const index = this.#integer(isIndexed ? 6 : 4)
        name = index === 0 ? this.#string() : this.#nameAt(index)
        value = this.#string()
        if (isIndexed) this.#add(name, value)
      }
      isFirst = false
      listBytes += name.length + value.length + entryOverhead
      if (listBytes <= listBytesMax) onHeader(name, value)
    }
    return listBytes <= listBytesMax
  }

  #nameAt(index: number): string {
    if (index <= staticCount) {
      if (index === 0) throw new HpackError('Index 0')
      return (staticTable[index] as readonly [string, string])[0]
    }
    return this.#names[this.#slot(index)] as string
  }

  #valueAt(index: number): string {
    return index <= staticCount ? (staticTable[index] as readonly [string, string])[1] : (this.#values[this.#slot(index)] as string)
  }

  #slot(index: number): number {
    const slot = this.#names.length - (index - staticCount)
    if (slot < this.#first) throw new HpackError(`Index ${index} is beyond the table`)
    return slot
  }

  #add(name: string, value: string): void {
    const bytes = name.length + value.length + entryOverhead
    this.#evict(this.#sizeMax - bytes)
    if (bytes > this.#sizeMax) return
    this.#names.push(name)
    this.#values.push(value)
    this.#size += bytes
  }

  /** Drops the oldest until at most `room` bytes are left. */
  #evict(room: number): void {
    while (this.#size > room && this.#first < this.#names.length) {
      this.#size -= (this.#names[this.#first] as string).length + (this.#values[this.#first] as string).length + entryOverhead
      this.#names[this.#first] = ''
      this.#values[this.#first++] = ''
    }
    if (this.#first > 64 && this.#first * 2 > this.#names.length) {
      this.#names = this.#names.slice(this.#first)
      this.#values = this.#values.slice(this.#first)
      this.#first = 0
    }
  }

  #resize(bytes: number): void {
    if (bytes > this.#sizeLimit) throw new HpackError(`Table size ${bytes} is above ${this.#sizeLimit}`)
    this.#sizeMax = bytes
    this.#evict(bytes)
  }

  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1
    let value = (this.#bytes[this.#position++] as number) & mask
    if (value < mask) return value
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.#position >= this.#end) throw new HpackError('Block ends within an integer')
      const byte = this.#bytes[this.#position++] as number
      value += (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new HpackError('Integer is too long')
  }

  #string(): string {
    if (this.#position >= this.#end) throw new HpackError('Block ends before a string')
    const isHuffman = (this.#bytes[this.#position] as number) >= 0x80
    const length = this.#integer(7)
    const start = this.#position
    const end = start + length
    if (end > this.#end) throw new HpackError('Block ends within a string')
    this.#position = end
    if (!isHuffman) return this.#bytes.toString('latin1', start, end)
    if (length * 2 > huffmanRoom.length) huffmanRoom = Buffer.allocUnsafeSlow(length * 2)
    const written = decodeHuffman(this.#bytes, start, end, huffmanRoom)
    if (written < 0) throw new HpackError('Broken Huffman code')
    return huffmanRoom.toString('latin1', 0, written)
  }
}
