/**
 * HPACK's Huffman code (RFC 7541, appendix B), for reading. Clients compress paths and header values with it; we never
 * do, because it saves a response some thirty bytes and costs more time than the rest of its header block.
 *
 * The code is canonical: sorted by length and then by symbol, each code is the one before plus one. So the lengths
 * below are all there is to know. The decoder looks up eight bits at once, which settles every letter and digit;
 * longer codes (controls, most bytes above 127) go bit by bit through `firstCode`.
 */

/** Code lengths of symbols 0 to 255; the 257th, end of string, has 30 bits and never occurs. */
// biome-ignore format: a table
const codeLengths = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
]
const lengthMax = 30

/** `symbol << 4 | length` for every eight bits that begin with a code of at most eight bits; 0 where the code is longer. */
const short = new Uint16Array(256)
const firstCode = new Int32Array(lengthMax + 2)
const firstIndex = new Int32Array(lengthMax + 2)
const symbolsByCode = new Uint16Array(257)

function buildTables(): void {
  let code = 0
  let index = 0
  for (let length = 5; length <= lengthMax; length++) {
    code <<= 1
    firstCode[length] = code
    firstIndex[length] = index
    for (let symbol = 0; symbol < 256; symbol++) {
      if (codeLengths[symbol] !== length) continue
      if (length <= 8) short.fill((symbol << 4) | length, code << (8 - length), (code + 1) << (8 - length))
      symbolsByCode[index++] = symbol
      code++
    }
  }
  symbolsByCode[index] = 256
  firstIndex[lengthMax + 1] = index + 1
}
buildTables()

/**
 * Decodes `bytes[start, end)` into `into` and returns how many bytes that gave, or -1 when the code is broken: padding
 * that is longer than seven bits or not all ones, or an end-of-string symbol. `into` needs 8/5 of the input's length.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, into: Uint8Array): number {
  const endBit = end * 8
  let bit = start * 8
  let written = 0
  while (bit < endBit) {
    const at = bit >>> 3
    // The next eight bits; ones behind the end, which is what padding looks like.
    const pair = ((bytes[at] as number) << 8) | (at + 1 < end ? (bytes[at + 1] as number) : 0xff)
    const window = (pair >>> (8 - (bit & 7))) & 0xff
    const entry = short[window] as number
    const length = entry & 15
    if (length !== 0 && bit + length <= endBit) {
      into[written++] = entry >>> 4
      bit += length
      continue
    }
    if (endBit - bit < 8) return window === 0xff ? written : -1
    const long = decodeLong(bytes, bit, endBit, window)
    if (long === -1) return -1
    into[written++] = long >>> 5
    bit += long & 31
  }
  return written
}

/** `symbol << 5 | length` of a code of more than eight bits that begins at `bit` with `prefix`; -1 when there is none. */
function decodeLong(bytes: Uint8Array, bit: number, endBit: number, prefix: number): number {
  let code = prefix
  let next = bit + 8
  for (let length = 9; length <= lengthMax && next < endBit; length++, next++) {
    code = (code << 1) | (((bytes[next >>> 3] as number) >>> (7 - (next & 7))) & 1)
    const offset = code - (firstCode[length] as number)
    if (offset < 0) continue
    const index = (firstIndex[length] as number) + offset
    if (index >= (firstIndex[length + 1] as number)) continue
    const symbol = symbolsByCode[index] as number
    return symbol === 256 ? -1 : (symbol << 5) | length
  }
  return -1
}
