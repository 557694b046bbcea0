/**
 * What the log and the snapshots say, as bytes: a frame (`frame.ts`) holds any number of these records back to back.
 * Numbers are little-endian; u64 is two u32 (low, high) of a number below 2^53; a lease is any 64-bit integer in two's complement; keys are one
 * byte a character.
 *
 *     1 change    u64 revision, u32 count, then for each:  1 put     u32 length, key, i64 lease, u32 length, value
 *                                                          2 delete  u32 length, key
 *     2 compact   u64 revision
 *     3 grant     i64 lease, u64 seconds
 *     4 revoke    i64 lease                     (its keys go in the change that follows in the same frame)
 *     5 state     key, value, u64 createRevision, modRevision, version, i64 lease      (snapshots only)
 *     6 end       u64 count of states           (snapshots only; the last record of a whole one)
 *
 * A change holds results, not requests: no compare and no range is ever run again, so what a replay makes cannot differ
 * from what was answered. docs/store-format.md describes the whole format; change both together.
 */
import type { History } from '../mvcc/history.ts'
import type { Version } from '../mvcc/version.ts'
import type { LeaseId } from '../store.ts'

const recordTags = { change: 1, compact: 2, grant: 3, revoke: 4, state: 5, end: 6 } as const
const putTag = 1
const deleteTag = 2

const twoTo32 = 2 ** 32
/** A buffer that grew beyond this for one big frame is not kept. */
const keptBytesMax = 1024 * 1024
const initialBytes = 32 * 1024

/** Collects records behind a reserved space for the frame's header. Reused from frame to frame. */
export class RecordWriter {
  #bytes: Buffer
  #length: number
  readonly #reserved: number

  constructor(reservedBytes: number) {
    this.#reserved = reservedBytes
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes)
    this.#length = reservedBytes
  }

  get isEmpty(): boolean {
    return this.#length === this.#reserved
  }

  get length(): number {
    return this.#length
  }

  /** The reserved space and the records, followed by zeros up to `paddedLength`. */
  framed(paddedLength: number): Buffer {
    this.#ensure(paddedLength - this.#length)
    this.#bytes.fill(0, this.#length, paddedLength)
    return this.#bytes.subarray(0, paddedLength)
  }

  clear(): void {
    this.#length = this.#reserved
    if (this.#bytes.length > keptBytesMax) this.#bytes = Buffer.allocUnsafeSlow(initialBytes)
  }

  /** The versions in the history from `position` on, all of one revision. */
  change(history: History, position: number): void {
    const end = history.endPosition
    this.#ensure(13)
    this.#u8(recordTags.change)
    this.#u64(history.at(position).modRevision)
    this.#u32(end - position)
    for (let at = position; at < end; at++) this.#changed(history.at(at))
  }

  #changed(version: Version): void {
    const isPut = version.version !== 0
    this.#ensure(17 + version.key.length + version.value.length)
    this.#u8(isPut ? putTag : deleteTag)
    this.#key(version.key)
    if (!isPut) return
    this.#lease(version.lease)
    this.#value(version.value)
  }

  compact(revision: number): void {
    this.#ensure(9)
    this.#u8(recordTags.compact)
    this.#u64(revision)
  }

  grant(lease: LeaseId, seconds: number): void {
    this.#ensure(17)
    this.#u8(recordTags.grant)
    this.#lease(lease)
    this.#u64(seconds)
  }

  revoke(lease: LeaseId): void {
    this.#ensure(9)
    this.#u8(recordTags.revoke)
    this.#lease(lease)
  }

  state(version: Version): void {
    this.#ensure(41 + version.key.length + version.value.length)
    this.#u8(recordTags.state)
    this.#key(version.key)
    this.#value(version.value)
    this.#u64(version.createRevision)
    this.#u64(version.modRevision)
    this.#u64(version.version)
    this.#lease(version.lease)
  }

  end(count: number): void {
    this.#ensure(9)
    this.#u8(recordTags.end)
    this.#u64(count)
  }

  #ensure(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }

  #u8(value: number): void {
    this.#bytes[this.#length++] = value
  }

  #u32(value: number): void {
    this.#length = this.#bytes.writeUInt32LE(value, this.#length)
  }

  #u64(value: number): void {
    this.#u32(value % twoTo32)
    this.#u32(Math.floor(value / twoTo32))
  }

  #lease(value: LeaseId): void {
    if (typeof value === 'number' && value >= 0) return this.#u64(value)
    const bits = BigInt.asUintN(64, BigInt(value))
    this.#u32(Number(bits & 0xffff_ffffn))
    this.#u32(Number(bits >> 32n))
  }

  #key(key: string): void {
    this.#u32(key.length)
    this.#length += this.#bytes.write(key, this.#length, 'latin1')
  }

  #value(value: Uint8Array): void {
    this.#u32(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }
}

/** Who is told what the records say, in order. Values are views that are only good during the call. */
export interface RecordVisitor {
  /** `put` and `delete` until the next record belong to this revision. */
  change(revision: number): void
  put(key: string, value: Uint8Array, lease: LeaseId): void
  delete(key: string): void
  compact(revision: number): void
  grant(lease: LeaseId, seconds: number): void
  revoke(lease: LeaseId): void
  state(key: string, value: Uint8Array, createRevision: number, modRevision: number, version: number, lease: LeaseId): void
  end(count: number): void
}

/** Reads the records of one frame. Throws a plain `Error` when they make no sense, which a right checksum rules out. */
export function readRecords(payload: Buffer, visitor: RecordVisitor): void {
  new RecordReader(payload).readAll(visitor)
}

class RecordReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  readAll(visitor: RecordVisitor): void {
    while (this.#at < this.#bytes.length) this.#readOne(visitor)
  }

  #readOne(visitor: RecordVisitor): void {
    const tag = this.#u8()
    switch (tag) {
      case recordTags.change: {
        visitor.change(this.#u64())
        const count = this.#u32()
        for (let index = 0; index < count; index++) this.#readChanged(visitor)
        return
      }
      case recordTags.compact:
        return visitor.compact(this.#u64())
      case recordTags.grant:
        return visitor.grant(this.#lease(), this.#u64())
      case recordTags.revoke:
        return visitor.revoke(this.#lease())
      case recordTags.state:
        return visitor.state(this.#key(), this.#value(), this.#u64(), this.#u64(), this.#u64(), this.#lease())
      case recordTags.end:
        return visitor.end(this.#u64())
      default:
        throw new Error(`Unknown record ${tag}`)
    }
  }

  #readChanged(visitor: RecordVisitor): void {
    const tag = this.#u8()
    const key = this.#key()
    if (tag === deleteTag) return visitor.delete(key)
    if (tag !== putTag) throw new Error(`Unknown change ${tag}`)
    const lease = this.#lease()
    visitor.put(key, this.#value(), lease)
  }

  #u8(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  #u32(): number {
    const value = this.#bytes.readUInt32LE(this.#at)
    this.#at += 4
    return value
  }

  #u64(): number {
    const low = this.#u32()
    return low + this.#u32() * twoTo32
  }

  #lease(): LeaseId {
    const low = this.#u32()
    const high = this.#u32()
    if (high < 0x20_0000) return low + high * twoTo32
    const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low))
    return value < 0n && value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value
  }

  #key(): string {
    const bytes = this.#take(this.#u32())
    return bytes.toString('latin1')
  }

  #value(): Uint8Array {
    return this.#take(this.#u32())
  }

  #take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new Error('A record ends past its frame')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}
