/**
 * DER, the encoding of certificates, keys and signing requests: tag, length, content, nested. Reading gives views that remember where
 * they came from; writing is functions that return bytes. Only what X.509 with EC keys needs is here (`certificate.ts` uses it), which
 * is why this is not a library: the usual one needs a reflection polyfill and a hundred modules before it signs anything.
 *
 *     sequence(integer(1n), sequence(oid('1.2.840.10045.4.3.2')))
 *     readDer(bytes).children()[0]
 *
 * The reader is strict where strictness protects: definite lengths in their shortest form, nothing behind the end, bounded depth by
 * construction (a child is only looked at when somebody asks). Broken input throws `DerError`.
 */
export class DerError extends Error {
  override readonly name = 'DerError'
}

export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** `[number]` as the standards write it: context-specific, constructed or not. */
export const contextTag = (number: number, isConstructed: boolean): number => 0x80 | (isConstructed ? 0x20 : 0) | number

// ---- reading

export interface DerElement {
  readonly tag: number
  /** Content without tag and length. */
  readonly content: Uint8Array
  /** Tag, length and content. */
  readonly whole: Uint8Array
}

/** Reads the one element that `bytes` consist of. */
export function readDer(bytes: Uint8Array): DerElement {
  const element = elementAt(bytes, 0)
  if (element.whole.length !== bytes.length) throw new DerError('Bytes behind the end')
  return element
}

/** The elements inside a constructed one. */
export function childrenOf(element: DerElement, expectedTag?: number): DerElement[] {
  if (expectedTag !== undefined) expectTag(element, expectedTag)
  if ((element.tag & 0x20) === 0) throw new DerError('Not a constructed element')
  const children: DerElement[] = []
  for (let at = 0; at < element.content.length; ) {
    const child = elementAt(element.content, at)
    children.push(child)
    at += child.whole.length
  }
  return children
}

export function expectTag(element: DerElement | undefined, expectedTag: number): DerElement {
  if (element?.tag !== expectedTag) throw new DerError(`Tag is ${element?.tag ?? 'missing'}, not ${expectedTag}`)
  return element
}

function elementAt(bytes: Uint8Array, at: number): DerElement {
  const tagByte = byteAt(bytes, at)
  if ((tagByte & 0x1f) === 0x1f) throw new DerError('Tag of more than one byte')
  let length = byteAt(bytes, at + 1)
  let start = at + 2
  if (length >= 0x80) {
    const count = length & 0x7f
    if (count === 0 || count > 4) throw new DerError('Length is indefinite or too long')
    length = 0
    for (let index = 0; index < count; index++) length = length * 256 + byteAt(bytes, start++)
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('Length is not in its shortest form')
  }
  if (length > bytes.length - start) throw new DerError('Element is longer than what holds it')
  return { tag: tagByte, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) }
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new DerError('Bytes end within an element')
  return byte
}

export function readOid(element: DerElement | undefined): string {
  const { content } = expectTag(element, tag.oid)
  const arcs: bigint[] = []
  let arc = 0n
  for (let index = 0; index < content.length; index++) {
    const byte = content[index] as number
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0n
  }
  const first = arcs[0]
  if (first === undefined || (content[content.length - 1] as number) >= 0x80) throw new DerError('Object identifier ends early')
  const root = first < 80n ? first / 40n : 2n
  return [root, first - root * 40n, ...arcs.slice(1)].join('.')
}

/** The text of any of the string types that names come in. */
export function readText(element: DerElement): string {
  const buffer = Buffer.from(element.content)
  switch (element.tag) {
    case tag.utf8String:
      return buffer.toString('utf8')
    case tag.printableString:
    case tag.ia5String:
    case tag.teletexString:
      return buffer.toString('latin1')
    case tag.bmpString:
      if (buffer.length % 2 !== 0) throw new DerError('BMPString of an odd length')
      return buffer.swap16().toString('utf16le')
    default:
      throw new DerError(`Not a string: tag ${element.tag}`)
  }
}

// ---- writing

export function der(tagByte: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const lengthBytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) lengthBytes.unshift(rest & 0xff)
  const head = length < 0x80 ? [tagByte, length] : [tagByte, 0x80 | lengthBytes.length, ...lengthBytes]
  return Buffer.concat([Uint8Array.from(head), ...parts])
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(tag.sequence, ...parts)
export const set = (...parts: readonly Uint8Array[]): Uint8Array => der(tag.set, ...parts)
export const octetString = (bytes: Uint8Array): Uint8Array => der(tag.octetString, bytes)
export const utf8String = (text: string): Uint8Array => der(tag.utf8String, Buffer.from(text, 'utf8'))
export const boolean = (value: boolean): Uint8Array => der(tag.boolean, Uint8Array.of(value ? 0xff : 0))

/** A bit string of whole bytes, or with `unusedBits` at its end. */
export const bitString = (bytes: Uint8Array, unusedBits = 0): Uint8Array => der(tag.bitString, Uint8Array.of(unusedBits), bytes)

/** A positive integer from its big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const trimmed = bytes.subarray(start)
  return (trimmed[0] ?? 0) >= 0x80
    ? der(tag.integer, Uint8Array.of(0), trimmed)
    : der(tag.integer, trimmed.length === 0 ? Uint8Array.of(0) : trimmed)
}

export function oid(dotted: string): Uint8Array {
  const [root = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  const bytes: number[] = []
  for (const arc of [root * 40n + second, ...rest]) {
    const group: number[] = [Number(arc & 0x7fn)]
    for (let more = arc >> 7n; more > 0n; more >>= 7n) group.unshift(Number(more & 0x7fn) | 0x80)
    bytes.push(...group)
  }
  return der(tag.oid, Uint8Array.from(bytes))
}

/** UTCTime until 2049 and GeneralizedTime from then on, as RFC 5280 demands. */
export function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)
  const isLate = Number(digits.slice(0, 4)) >= 2050
  return der(isLate ? tag.generalizedTime : tag.utcTime, Buffer.from(`${isLate ? digits : digits.slice(2)}Z`, 'latin1'))
}

export function toPem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The bytes of the first PEM block with that label; undefined when there is none. */
export function fromPem(label: string, text: string): Uint8Array | undefined {
  const begin = text.indexOf(`-----BEGIN ${label}-----`)
  const end = text.indexOf(`-----END ${label}-----`, begin)
  if (begin === -1 || end === -1) return undefined
  const body = text.slice(begin + label.length + 16, end).replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body)) return undefined
  return Buffer.from(body, 'base64')
}
