/**
 * The primitives of protobuf's wire format: a reader with a position and a limit, a writer that grows. Nothing here
 * knows a message type; who knows the fields (apimachinery's codec) calls these in the right order.
 *
 *     const reader = new ProtobufReader(bytes)
 *     while (!reader.isDone) { const tag = reader.tag(); switch (tag >>> 3) { case 1: name = reader.string(); break
 *       case 2: { const outer = reader.enter(); …; reader.leave(outer); break } default: reader.skip(tag & 7) } }
 *
 *     const mark = writer.begin(2); writer.stringField(1, 'web'); writer.end(mark)
 *
 * 64-bit integers are numbers while they are safe and bigints beyond that: a caller that cares about both must say so.
 * `bytes()` returns a view into the input: copy it if it shall outlive the message. Strings that are not UTF-8 read as
 * U+FFFD, as Go's JSON would print them. Broken input throws `ProtobufError`, never a RangeError out of an array. Its
 * messages are those of gogo-protobuf, because servers show them to their clients.
 */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
  /** Where in the input, counted from the first byte of what the reader was given. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

export const wireVarint = 0
export const wireFixed64 = 1
export const wireBytes = 2
export const wireFixed32 = 5

const two32 = 2 ** 32
const eof = 'unexpected EOF'
const overflow = 'proto: integer overflow'
const uint64Max = 0xffff_ffff_ffff_ffffn

/** High and low half to one value: a number while it is exact. */
function join64(high: number, low: number): number | bigint {
  return high <= 0x1f_ffff ? high * two32 + low : (BigInt(high) << 32n) | BigInt(low)
}

export class ProtobufReader {
  readonly #buffer: Buffer
  readonly #view: DataView
  /** The next byte to read. */
  position: number
  /** Where the message that is being read ends. */
  limit: number
  #high = 0

  constructor(bytes: Uint8Array, position = 0, limit = bytes.length) {
    if (position < 0 || limit > bytes.length || position > limit) throw new RangeError('Position and limit must lie within the bytes')
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.position = position
    this.limit = limit
  }

  get isDone(): boolean {
    return this.position >= this.limit
  }

  /** `field << 3 | wire type`, as an unsigned number. Errors name the message. */
  tag(message = 'Message'): number {
    const start = this.position
    const low = this.#varint()
    if ((low & 7) === 4) throw new ProtobufError(`proto: ${message}: wiretype end group for non-group`, start)
    if (this.#high !== 0 || low >>> 3 === 0) return this.#longTag(message, low, start)
    return low
  }

  /** Go reads 64 bits and keeps 32 of the field's number. */
  #longTag(message: string, low: number, start: number): number {
    const whole = (BigInt(this.#high) << 32n) | BigInt(low)
    const field = Number(BigInt.asIntN(32, whole >> 3n))
    if (field <= 0) throw new ProtobufError(`proto: ${message}: illegal tag ${field} (wire type ${whole})`, start)
    // No message has a field of such a number.
    return 0xffff_fff8 + (low & 7)
  }

  uint64(): number | bigint {
    const low = this.#varint()
    return this.#high === 0 ? low : join64(this.#high, low)
  }

  int64(): number | bigint {
    const low = this.#varint()
    const high = this.#high
    if (high === 0) return low
    if (high < 0x8000_0000) return join64(high, low)
    const magnitude = ((BigInt(high) << 32n) | BigInt(low)) - (1n << 64n)
    return magnitude >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(magnitude) : magnitude
  }

  /** Negative ones come as ten bytes; the high half is dropped as in Go. */
  int32(): number {
    return this.#varint() | 0
  }

  uint32(): number {
    return this.#varint()
  }

  sint32(): number {
    const low = this.#varint()
    return (low >>> 1) ^ -(low & 1)
  }

  bool(): boolean {
    return this.#varint() !== 0 || this.#high !== 0
  }

  fixed32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  fixed64(): number | bigint {
    const at = this.#take(8)
    return join64(this.#view.getUint32(at + 4, true), this.#view.getUint32(at, true))
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4), true)
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** A view into the input, without a copy. */
  bytes(): Uint8Array {
    const length = this.#length()
    const at = this.#take(length)
    return this.#buffer.subarray(at, at + length)
  }

  string(): string {
    const length = this.#length()
    const at = this.#take(length)
    return length === 0 ? '' : this.#buffer.toString('utf8', at, at + length)
  }

  /** Bytes as a string in which each character is one byte. */
  latin1(): string {
    const length = this.#length()
    const at = this.#take(length)
    return length === 0 ? '' : this.#buffer.toString('latin1', at, at + length)
  }

  /** Starts reading a nested message; hand what it returns to `leave`. */
  enter(): number {
    const length = this.#length()
    const outer = this.limit
    if (length > outer - this.position) throw new ProtobufError(eof, this.position)
    this.limit = this.position + length
    return outer
  }

  leave(outer: number): void {
    if (this.position !== this.limit) throw new ProtobufError(eof, this.position)
    this.limit = outer
  }

  /** Passes over a field of the given wire type whose tag was just read. Groups within groups cost no stack. */
  skip(wireType: number): void {
    let depth = 0
    for (let type = wireType; ; type = this.#varint() & 7) {
      switch (type) {
        case wireVarint:
          this.#varint()
          break
        case wireFixed64:
          this.#take(8)
          break
        case wireBytes:
          this.#take(this.#length())
          break
        case wireFixed32:
          this.#take(4)
          break
        case 3:
          depth++
          break
        case 4:
          if (depth === 0) throw new ProtobufError('proto: unexpected end of group', this.position)
          depth--
          break
        default:
          throw new ProtobufError(`proto: illegal wireType ${type}`, this.position)
      }
      if (depth === 0) return
    }
  }

  #length(): number {
    const start = this.position
    const length = this.#varint()
    if (this.#high >= 0x8000_0000) throw new ProtobufError('proto: negative length found during unmarshaling', start)
    if (this.#high !== 0) throw new ProtobufError(eof, start)
    return length
  }

  #take(length: number): number {
    const at = this.position
    if (length > this.limit - at) throw new ProtobufError(eof, at)
    this.position = at + length
    return at
  }

  /** Returns the low 32 bits, unsigned; the high ones are in `#high`. */
  #varint(): number {
    const start = this.position
    const bytes = this.#buffer
    if (start < this.limit) {
      const first = bytes[start] as number
      if (first < 0x80) {
        this.position = start + 1
        this.#high = 0
        return first
      }
    }
    let low = 0
    let high = 0
    for (let index = 0, at = start; index < 10; index++, at++) {
      if (at >= this.limit) throw new ProtobufError(eof, start)
      const byte = bytes[at] as number
      const bits = byte & 0x7f
      if (index < 4) low |= bits << (7 * index)
      else if (index === 4) {
        low |= bits << 28
        high = bits >>> 4
      } else if (index < 9) high |= bits << (7 * index - 32)
      else high |= bits << 31
      if (byte < 0x80) {
        this.position = at + 1
        this.#high = high >>> 0
        return low >>> 0
      }
    }
    throw new ProtobufError(overflow, start)
  }
}

export class ProtobufWriter {
  #buffer: Buffer
  #length = 0

  constructor(bytesExpected = 512) {
    this.#buffer = Buffer.allocUnsafeSlow(bytesExpected)
  }

  get length(): number {
    return this.#length
  }

  /** Forgets what was written and keeps the room. What `view` gave out becomes invalid. */
  reset(): void {
    this.#length = 0
  }

  /** A copy of what was written, in memory of its own. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#buffer, 0, this.#length)
  }

  /** What was written, without a copy: valid until the next write or `reset`. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  tag(field: number, wireType: number): void {
    this.uint32(((field << 3) | wireType) >>> 0)
  }

  uint32(value: number): void {
    if (this.#length + 5 > this.#buffer.length) this.#grow(5)
    const buffer = this.#buffer
    let rest = value
    while (rest > 0x7f) {
      buffer[this.#length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    buffer[this.#length++] = rest
  }

  /** Any 64-bit integer, signed or not: negative ones take ten bytes, as int32 and int64 fields have them. */
  int64(value: number | bigint): void {
    if (typeof value === 'number') {
      if (value === value >>> 0) return this.uint32(value)
      if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot write ${value} as an integer`)
      // Two's complement of the halves: -1 is high 0xffffffff, low 0xffffffff.
      const high = Math.floor(value / two32)
      return this.#split(high >>> 0, (value - high * two32) >>> 0)
    }
    if (value > uint64Max || value < -(1n << 63n)) throw new RangeError(`Cannot write ${value} in 64 bits`)
    const bits = BigInt.asUintN(64, value)
    this.#split(Number(bits >> 32n), Number(bits & 0xffff_ffffn))
  }

  fixed32(value: number): void {
    if (this.#length + 4 > this.#buffer.length) this.#grow(4)
    this.#length = this.#buffer.writeUInt32LE(value >>> 0, this.#length)
  }

  fixed64(value: number | bigint): void {
    if (this.#length + 8 > this.#buffer.length) this.#grow(8)
    this.#length = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), this.#length)
  }

  double(value: number): void {
    if (this.#length + 8 > this.#buffer.length) this.#grow(8)
    this.#length = this.#buffer.writeDoubleLE(value, this.#length)
  }

  float(value: number): void {
    if (this.#length + 4 > this.#buffer.length) this.#grow(4)
    this.#length = this.#buffer.writeFloatLE(value, this.#length)
  }

  /** Bytes as they are, without a length. */
  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#buffer.length) this.#grow(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Length and bytes. */
  bytes(bytes: Uint8Array): void {
    this.uint32(bytes.length)
    this.raw(bytes)
  }

  /** Length and UTF-8. */
  string(text: string): void {
    // Up to 42 characters fit in 126 bytes whatever they are, so the length is one byte and can be filled in afterwards.
    if (text.length <= 42) {
      if (this.#length + 127 > this.#buffer.length) this.#grow(127)
      const written = this.#buffer.write(text, this.#length + 1, 'utf8')
      this.#buffer[this.#length] = written
      this.#length += written + 1
      return
    }
    const bytes = Buffer.byteLength(text, 'utf8')
    this.uint32(bytes)
    if (this.#length + bytes > this.#buffer.length) this.#grow(bytes)
    this.#length += this.#buffer.write(text, this.#length, bytes, 'utf8')
  }

  /** Length and one byte for each character. */
  latin1(text: string): void {
    const bytes = text.length
    this.uint32(bytes)
    if (this.#length + bytes > this.#buffer.length) this.#grow(bytes)
    this.#length += this.#buffer.write(text, this.#length, bytes, 'latin1')
  }

  stringField(field: number, text: string): void {
    this.tag(field, wireBytes)
    this.string(text)
  }

  bytesField(field: number, bytes: Uint8Array): void {
    this.tag(field, wireBytes)
    this.bytes(bytes)
  }

  int64Field(field: number, value: number | bigint): void {
    this.tag(field, wireVarint)
    this.int64(value)
  }

  boolField(field: number, value: boolean): void {
    this.tag(field, wireVarint)
    this.uint32(value ? 1 : 0)
  }

  doubleField(field: number, value: number): void {
    this.tag(field, wireFixed64)
    this.double(value)
  }

  /** Starts a nested message; hand what it returns to `end`. */
  begin(field: number): number {
    this.tag(field, wireBytes)
    if (this.#length + 1 > this.#buffer.length) this.#grow(1)
    return ++this.#length
  }

  /** One byte was kept for the length; a longer message moves up to make room (2.7 KB copy in well under 1 µs). */
  end(mark: number): void {
    const size = this.#length - mark
    if (size < 0x80) {
      this.#buffer[mark - 1] = size
      return
    }
    let extra = 0
    for (let rest = size >>> 7; rest > 0; rest >>>= 7) extra++
    if (this.#length + extra > this.#buffer.length) this.#grow(extra)
    this.#buffer.copyWithin(mark + extra, mark, this.#length)
    this.#length = mark - 1
    this.uint32(size)
    this.#length += size
  }

  #split(high: number, low: number): void {
    if (this.#length + 10 > this.#buffer.length) this.#grow(10)
    const buffer = this.#buffer
    let lowRest = low
    let highRest = high
    while (highRest !== 0 || lowRest > 0x7f) {
      buffer[this.#length++] = (lowRest & 0x7f) | 0x80
      lowRest = ((lowRest >>> 7) | (highRest << 25)) >>> 0
      highRest >>>= 7
    }
    buffer[this.#length++] = lowRest
  }

  #grow(bytesNeeded: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytesNeeded))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
