/**
 * CBOR (RFC 8949) as Kubernetes writes and reads it: deterministic, strings and keys as byte strings, and every document behind tag 55799, by
 * which it is told from other formats. Values are plain JSON values.
 *
 *     writer.string('web')      43 77 65 62             not 63: text strings would have to be checked for UTF-8
 *     writer.base64('AQI=')     d6 42 01 02             tag 22: "to be shown as base64"
 *     readCbor(bytes)           the value; throws CborError for whatever has no JSON form, or is larger or deeper than allowed
 *
 * What a newcomer would get wrong: keys are in the order of their encoded bytes, so shorter ones come first; a float is as short as it can be.
 */
export class CborError extends Error {
  override readonly name = 'CborError'
  /** Well-formed, though nobody may write it: only who wants the value finds out. */
  readonly isInvalid: boolean

  constructor(message: string, isInvalid = false) {
    super(message)
    this.isInvalid = isInvalid
  }
}

const selfDescribed = Uint8Array.of(0xd9, 0xd9, 0xf7)

export class CborWriter {
  #buffer = Buffer.allocUnsafeSlow(1024)
  #length = 0

  get length(): number {
    return this.#length
  }
  /** A copy of what was written. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#length)
  }
  selfDescribed(): void {
    this.raw(selfDescribed)
  }
  null(): void {
    this.#byte(0xf6)
  }
  boolean(value: boolean): void {
    this.#byte(value ? 0xf5 : 0xf4)
  }
  /** Behind it must come so many items. */
  array(items: number): void {
    this.#head(0x80, items)
  }
  /** Behind it must come so many keys and values, keys in the order of `compareKeys`. */
  map(pairs: number): void {
    this.#head(0xa0, pairs)
  }
  integer(value: number): void {
    if (value >= 0) this.#head(0x00, value)
    else this.#head(0x20, -1 - value)
  }
  string(text: string): void {
    const bytes = Buffer.byteLength(text, 'utf8')
    this.#head(0x40, bytes)
    this.#room(bytes)
    this.#length += this.#buffer.write(text, this.#length, bytes, 'utf8')
  }
  /** Bytes that JSON shows as base64. */
  base64(text: string): void {
    this.#byte(0xd6)
    const bytes = Buffer.from(text, 'base64')
    this.#head(0x40, bytes.length)
    this.raw(bytes)
  }
  /** In the fewest bytes that keep its value. */
  float(value: number): void {
    this.#room(9)
    const buffer = this.#buffer
    const half = Math.fround(value) === value ? halfOf(value) : undefined
    if (half !== undefined) {
      this.#byte(0xf9)
      this.#length = buffer.writeUInt16BE(half, this.#length)
    } else if (Math.fround(value) === value) {
      this.#byte(0xfa)
      this.#length = buffer.writeFloatBE(value, this.#length)
    } else {
      this.#byte(0xfb)
      this.#length = buffer.writeDoubleBE(value, this.#length)
    }
  }
  /** Of unknown type: numbers without a fraction are integers. */
  value(value: unknown): void {
    if (value === null || value === undefined) this.null()
    else if (typeof value === 'string') this.string(value)
    else if (typeof value === 'boolean') this.boolean(value)
    else if (typeof value === 'number') {
      if (Number.isSafeInteger(value)) this.integer(value)
      else this.float(value)
    } else if (Array.isArray(value)) {
      this.array(value.length)
      for (const item of value) this.value(item)
    } else {
      const object = value as Record<string, unknown>
      const keys = Object.keys(object).filter((key) => object[key] !== undefined)
      this.map(keys.length)
      for (const key of keys.sort(compareKeys)) {
        this.string(key)
        this.value(object[key])
      }
    }
  }
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #head(major: number, value: number): void {
    this.#room(9)
    const buffer = this.#buffer
    if (value < 24) this.#byte(major | value)
    else if (value < 0x100) {
      this.#byte(major | 24)
      this.#byte(value)
    } else if (value < 0x1_0000) {
      this.#byte(major | 25)
      this.#length = buffer.writeUInt16BE(value, this.#length)
    } else if (value < 0x1_0000_0000) {
      this.#byte(major | 26)
      this.#length = buffer.writeUInt32BE(value, this.#length)
    } else {
      this.#byte(major | 27)
      this.#length = buffer.writeBigUInt64BE(BigInt(value), this.#length)
    }
  }
  #byte(byte: number): void {
    this.#room(1)
    this.#buffer[this.#length++] = byte
  }
  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}

/** In the order of the encoded bytes: by length, then byte by byte. */
export function compareKeys(a: string, b: string): number {
  const difference = Buffer.byteLength(a) - Buffer.byteLength(b)
  return difference !== 0 ? difference : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** As a float of 16 bits; undefined when that would change the value. */
function halfOf(value: number): number | undefined {
  const bits = Buffer.alloc(4)
  bits.writeFloatBE(value)
  const word = bits.readUInt32BE()
  const sign = (word >>> 16) & 0x8000
  const exponent = ((word >>> 23) & 0xff) - 127
  const mantissa = word & 0x7f_ffff
  if (exponent === -127) return mantissa === 0 ? sign : undefined
  if (exponent >= -14 && exponent <= 15) return (mantissa & 0x1fff) === 0 ? sign | ((exponent + 15) << 10) | (mantissa >>> 13) : undefined
  if (exponent < -24 || exponent > 15) return undefined
  const shift = -1 - exponent
  const whole = mantissa | 0x80_0000
  return (whole & ((1 << shift) - 1)) === 0 ? sign | (whole >>> shift) : undefined
}

const depthMax = 64
const itemsMax = 1024

/** One document, with or without tag 55799. Throws CborError. */
export function readCbor(bytes: Uint8Array): unknown {
  const reader = new CborReader(bytes)
  const value = reader.value(0)
  reader.expectEnd()
  return value
}

/** The values of a sequence (RFC 8742). */
export function* readCborSequence(bytes: Uint8Array): Generator<unknown> {
  const reader = new CborReader(bytes)
  while (!reader.isDone) yield reader.value(0)
}

const majorNames = ['positive integer', 'negative integer', 'byte string', 'UTF-8 text string', 'array', 'map', 'tag', 'primitives']
const indefinite = -1
const stopCode = Symbol('break')
const fatalUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

class CborReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    if (bytes.length === 0) throw new CborError('EOF')
  }
  get isDone(): boolean {
    return this.#at >= this.#bytes.length
  }
  expectEnd(): void {
    const extra = this.#bytes.length - this.#at
    if (extra > 0) throw new CborError(`cbor: ${extra} bytes of extraneous data starting at index ${this.#at}`)
  }

  value(depth: number): unknown {
    const value = this.#item(depth)
    if (value === stopCode) throw new CborError('cbor: unexpected "break" code')
    return value
  }

  #item(depth: number): unknown {
    const first = this.#take(1)[0] as number
    const major = first >>> 5
    const info = first & 31
    if (major === 7) return this.#simple(info)
    const argument = this.#argument(major, info)
    switch (major) {
      case 0:
      case 1:
        return integer(major, argument)
      case 2:
        return this.#string(major, argument).toString('utf8')
      case 3:
        return textOf(this.#string(major, argument))
      case 4:
        return this.#array(Number(argument), depth + 1)
      case 5:
        return this.#map(Number(argument), depth + 1)
      default:
        return this.#tagged(Number(argument), depth + 1)
    }
  }

  /** -1: indefinite length. */
  #argument(major: number, info: number): number | bigint {
    if (info < 24) return info
    switch (info) {
      case 24:
        return this.#take(1).readUInt8()
      case 25:
        return this.#take(2).readUInt16BE()
      case 26:
        return this.#take(4).readUInt32BE()
      case 27: {
        const wide = this.#take(8).readBigUInt64BE()
        return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide
      }
      case 31:
        if (major >= 2 && major <= 5) return indefinite
    }
    throw new CborError(`cbor: invalid additional information ${info} for type ${majorNames[major]}`)
  }

  #string(major: number, argument: number | bigint): Buffer {
    if (argument !== indefinite) return this.#take(Number(argument))
    const parts: Buffer[] = []
    for (;;) {
      const first = this.#take(1)[0] as number
      if (first === 0xff) return Buffer.concat(parts)
      const isPart = first >>> 5 === major && (first & 31) !== 31
      if (!isPart) throw new CborError(`cbor: wrong element type ${majorNames[first >>> 5]} for indefinite-length ${majorNames[major]}`)
      parts.push(this.#take(Number(this.#argument(major, first & 31))))
    }
  }

  #array(count: number, depth: number): unknown[] {
    checkDepth(depth)
    if (count > itemsMax) throw new CborError(`cbor: exceeded max number of elements ${itemsMax} for CBOR array`)
    const items: unknown[] = []
    for (let i = 0; i !== count; i++) {
      const item = this.#item(depth)
      if (item === stopCode) {
        if (count === indefinite) break
        throw new CborError('cbor: unexpected "break" code')
      }
      if (i >= itemsMax) throw new CborError(`cbor: exceeded max number of elements ${itemsMax} for CBOR array`)
      items.push(item)
    }
    return items
  }

  #map(count: number, depth: number): Record<string, unknown> {
    checkDepth(depth)
    if (count > itemsMax) throw new CborError(`cbor: exceeded max number of key-value pairs ${itemsMax} for CBOR map`)
    const out: Record<string, unknown> = {}
    for (let i = 0; i !== count; i++) {
      const key = this.#item(depth)
      if (key === stopCode) {
        if (count === indefinite) break
        throw new CborError('cbor: unexpected "break" code')
      }
      if (i >= itemsMax) throw new CborError(`cbor: exceeded max number of key-value pairs ${itemsMax} for CBOR map`)
      if (typeof key !== 'string')
        throw new CborError(
          `cbor: cannot unmarshal ${typeof key} into Go value of type string (map key cannot be used to match struct field name)`,
        )
      if (Object.hasOwn(out, key)) throw new CborError(`cbor: found duplicate map key "${key}" at map element index ${i}`, depth > 1)
      const value = this.value(depth)
      // Not by assignment: `__proto__` is a key like any other.
      if (key === '__proto__') Object.defineProperty(out, key, { value, writable: true, enumerable: true, configurable: true })
      else out[key] = value
    }
    return out
  }

  #tagged(tag: number, depth: number): unknown {
    checkDepth(depth)
    switch (tag) {
      case 1:
        return epochTime(this.value(depth))
      case 2:
      case 3:
        throw notAccepted('tag', 'bignum')
      case 21:
      case 22:
      case 23:
        return this.#laterEncoded(({ 21: 'base64url', 22: 'base64', 23: 'hex' } as const)[tag], depth)
      default:
        return this.value(depth)
    }
  }

  /** A byte string behind a tag that says how to show it. Other values are as they are. */
  #laterEncoded(encoding: 'base64url' | 'base64' | 'hex', depth: number): unknown {
    const first = this.#bytes[this.#at] ?? 0
    if (first >>> 5 !== 2) return this.value(depth)
    this.#at++
    const text = this.#string(2, this.#argument(2, first & 31)).toString(encoding)
    return encoding === 'hex' ? text.toUpperCase() : text
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false
      case 21:
        return true
      case 22:
        return null
      case 25:
        return finite(halfFloat(this.#take(2).readUInt16BE()))
      case 26:
        return finite(this.#take(4).readFloatBE())
      case 27:
        return finite(this.#take(8).readDoubleBE())
      case 31:
        return stopCode
      default:
        throw notAccepted('primitives', `simple value ${info === 24 ? this.#take(1)[0] : info} is not recognized`)
    }
  }

  #take(count: number): Buffer {
    const at = this.#at
    if (count > this.#bytes.length - at) throw new CborError('unexpected EOF')
    this.#at = at + count
    return this.#bytes.subarray(at, at + count)
  }
}

function notAccepted(type: string, what: string): CborError {
  return new CborError(`cbor: data item of cbor type ${type} is not accepted by protocol: ${what}`)
}

function checkDepth(depth: number): void {
  if (depth > depthMax) throw new CborError(`cbor: exceeded max nested level ${depthMax}`)
}

function integer(major: number, argument: number | bigint): number {
  const value = BigInt(argument)
  if (value > 0x7fff_ffff_ffff_ffffn) {
    const shown = major === 0 ? value : -1n - value
    throw new CborError(`cbor: cannot unmarshal ${majorNames[major]} into Go value of type interface {} (${shown} overflows Go's int64)`)
  }
  return Number(major === 0 ? value : -1n - value)
}

function textOf(bytes: Buffer): string {
  try {
    return fatalUtf8.decode(bytes)
  } catch {
    throw new CborError('cbor: invalid UTF-8 string', true)
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw notAccepted('primitives', `floating-point ${Number.isNaN(value) ? 'NaN' : 'infinity'}`)
  return value
}

function halfFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const mantissa = half & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

function epochTime(value: unknown): string {
  const date = new Date(typeof value === 'number' ? value * 1000 : Number.NaN)
  if (Number.isNaN(date.getTime())) throw new CborError('cbor: cannot set time.Time for CBOR time')
  return date.toISOString().replace('.000Z', 'Z')
}
