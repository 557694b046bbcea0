/**
 * Writing response header blocks (RFC 7541). We refer to the static table and never fill a dynamic one: then a block depends on
 * nothing but its headers, so lines that repeat (content-type, cache-control, flow schema uids) are encoded once and copied from
 * then on, blocks can be written in any order, and an idle connection keeps no table. It costs a response about a hundred bytes.
 *
 * Values are written as UTF-8 without Huffman. A name or value with a line break or NUL is a bug above and throws.
 */
import { staticTable } from './hpack-decoder.ts'

export type ResponseHeaders = Readonly<Record<string, string | readonly string[]>>

const nameIndexes = new Map<string, number>()
for (let index = staticTable.length - 1; index > 0; index--) nameIndexes.set((staticTable[index] as readonly [string, string])[0], index)

const statusIndexes = new Map<number, number>([
  [200, 8],
  [204, 9],
  [206, 10],
  [304, 11],
  [400, 12],
  [404, 13],
  [500, 14],
])

/** HTTP/2 has no connection headers: what they say is said by frames. */
const connectionHeaders = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** Values of these differ with every response; caching them would only churn. */
const uniqueNames = new Set(['audit-id', 'content-length', 'etag', 'last-modified', 'location'])
const linesPerNameMax = 64
const namesMax = 64
const lines = new Map<string, Map<string, Uint8Array>>()

const badCharacters = /[\r\n\0]/

/** Bytes that are surely enough for a block. */
export function headerBlockBytesMax(headers: ResponseHeaders): number {
  let bytes = 64
  for (const name in headers) {
    const value = headers[name] as string | readonly string[]
    if (typeof value === 'string') bytes += name.length + value.length * 3 + 12
    else for (const one of value) bytes += name.length + one.length * 3 + 12
  }
  return bytes
}

/** Writes `:status` and returns the position behind it. */
export function encodeStatus(into: Buffer, at: number, status: number): number {
  const index = statusIndexes.get(status)
  if (index !== undefined) {
    into[at] = 0x80 | index
    return at + 1
  }
  into[at] = 0x08
  into[at + 1] = 3
  into[at + 2] = 48 + (Math.trunc(status / 100) % 10)
  into[at + 3] = 48 + (Math.trunc(status / 10) % 10)
  into[at + 4] = 48 + (status % 10)
  return at + 5
}

/** Writes all `headers`, without `content-length`, which is the transport's. */
export function encodeHeaders(into: Buffer, at: number, headers: ResponseHeaders): number {
  let position = at
  for (const name in headers) {
    if (name === 'content-length' || connectionHeaders.has(name)) continue
    const value = headers[name] as string | readonly string[]
    if (typeof value === 'string') position = encodeHeader(into, position, name, value)
    else for (const one of value) position = encodeHeader(into, position, name, one)
  }
  return position
}

export function encodeHeader(into: Buffer, at: number, name: string, value: string): number {
  if (uniqueNames.has(name) || value.length > 128) return encodeLiteral(into, at, name, value)
  let byValue = lines.get(name)
  if (byValue === undefined) {
    if (lines.size >= namesMax) lines.clear()
    byValue = new Map()
    lines.set(name, byValue)
  }
  let line = byValue.get(value)
  if (line === undefined) {
    if (byValue.size >= linesPerNameMax) byValue.clear()
    const end = encodeLiteral(into, at, name, value)
    line = Uint8Array.prototype.slice.call(into, at, end)
    byValue.set(value, line)
    return end
  }
  into.set(line, at)
  return at + line.length
}

/** Literal without indexing; the name by its static index where it has one. */
function encodeLiteral(into: Buffer, at: number, name: string, value: string): number {
  if (badCharacters.test(value) || badCharacters.test(name) || name.length === 0)
    throw new Error(`Cannot send header ${JSON.stringify(name)}: it has a line break or NUL`)
  const index = nameIndexes.get(name)
  let position = at
  if (index === undefined) {
    into[position++] = 0
    position = encodeString(into, position, name.toLowerCase())
  } else position = encodeInteger(into, position, 0, 15, index)
  return encodeString(into, position, value)
}

function encodeString(into: Buffer, at: number, text: string): number {
  const position = encodeInteger(into, at, 0, 127, Buffer.byteLength(text, 'utf8'))
  return position + into.write(text, position, 'utf8')
}

function encodeInteger(into: Buffer, at: number, flags: number, prefixMax: number, value: number): number {
  if (value < prefixMax) {
    into[at] = flags | value
    return at + 1
  }
  into[at] = flags | prefixMax
  let position = at + 1
  let rest = value - prefixMax
  while (rest > 0x7f) {
    into[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  into[position++] = rest
  return position
}
