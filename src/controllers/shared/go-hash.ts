/**
 * FNV-1a with 128 bits, as upstream sorts ports and subsets by: the order of ports in Endpoints and EndpointSlices is that of the hashes of Go's
 * printed structs. Odd, but visible, and two controllers that take turns must agree on it or they would rewrite each other's objects.
 */

/** In hex, so that texts compare as the hashes do. */
export function fnv128aHex(text: string): string {
  const bytes = new TextEncoder().encode(text)
  // The offset basis, least significant word first. The prime is 2^88 + 0x13b.
  let w0 = 0x6295c58d
  let w1 = 0x62b82175
  let w2 = 0x07bb0142
  let w3 = 0x6c62272e
  for (let i = 0; i < bytes.length; i++) {
    w0 = (w0 ^ (bytes[i] as number)) >>> 0
    const p0 = w0 * 0x13b
    const p1 = w1 * 0x13b + Math.floor(p0 / 0x100000000)
    const p2 = w2 * 0x13b + Math.floor(p1 / 0x100000000) + ((w0 << 24) >>> 0)
    const p3 = w3 * 0x13b + Math.floor(p2 / 0x100000000) + (((w1 << 24) | (w0 >>> 8)) >>> 0)
    w0 = p0 >>> 0
    w1 = p1 >>> 0
    w2 = p2 >>> 0
    w3 = p3 >>> 0
  }
  return [w3, w2, w1, w0].map((word) => word.toString(16).padStart(8, '0')).join('')
}

/** Go's `%#v` of a pointer to a text or number, as its hashes print it. */
export function goPointer(type: string, value: string | number | null | undefined): string {
  return value === undefined || value === null ? `(*${type})<nil>` : `(*${type})${value}`
}
