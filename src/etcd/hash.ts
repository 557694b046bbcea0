/**
 * The hash that members compare: etcd's own, over revisions and key-values as its database stores them, so that ours and a real member's are
 * equal when they hold the same. CRC-32C, the one that Node's library does not have.
 *
 * A newcomer would get wrong: what compaction has passed counts only as far as the revision in question still shows it.
 */
import type { Clock } from '../std/clock.ts'
import type { RetainedVersions } from '../store/embedded.ts'
import type { KeyValue } from '../store/store.ts'
import { keyValue } from './messages.ts'
import { keyValueBytes } from './range-stream.ts'

const absent: KeyValue = { key: '', value: new Uint8Array(0), createRevision: 0, modRevision: 0, version: 0, lease: 0 }
/** Hashed before others get a turn: about a millisecond. */
const sliceBytes = 256 * 1024
const table = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f6_3b78 : value >>> 1
  table[byte] = value >>> 0
}

export class Crc32c {
  #state = 0xffff_ffff

  update(bytes: Uint8Array): void {
    let state = this.#state
    for (let index = 0; index < bytes.length; index++) {
      state = (table[(state ^ (bytes[index] as number)) & 0xff] as number) ^ (state >>> 8)
    }
    this.#state = state
  }

  get value(): number {
    return (this.#state ^ 0xffff_ffff) >>> 0
  }
}

/** A revision as a key of etcd's database: main, "_", sub, and "t" behind it for a deletion. */
export function revisionKey(main: number, sub: number, isTombstone: boolean): Buffer {
  const bytes = Buffer.alloc(isTombstone ? 18 : 17)
  bytes.writeBigUInt64BE(BigInt(main), 0)
  bytes[8] = 0x5f
  bytes.writeBigUInt64BE(BigInt(sub), 9)
  if (isTombstone) bytes[17] = 0x74
  return bytes
}

export function revisionKeyBytes(version: KeyValue): number {
  return version.version === 0 ? 18 : 17
}

/** The length of `storedValue`, without making it. */
export function storedValueBytes(version: KeyValue): number {
  return keyValueBytes(version.version === 0 ? { ...absent, key: version.key } : version)
}

/** What etcd's database holds for a version; a deletion is nothing but its key. */
export function storedValue(version: KeyValue): Uint8Array {
  return version.version === 0 ? keyValue.encode({ key: version.key }) : keyValue.encode(version)
}

export interface StoredVersion {
  readonly version: KeyValue
  /** Its place among those of its revision. */
  readonly sub: number
}

export function* storedVersions(versions: readonly KeyValue[]): Iterable<StoredVersion> {
  let main = 0
  let sub = 0
  for (const version of versions) {
    sub = version.modRevision === main ? sub + 1 : 0
    main = version.modRevision
    yield { version, sub }
  }
}

export async function hashOfRevision(retained: RetainedVersions, revision: number, clock: Clock): Promise<number> {
  const { compactedRevision, versions } = retained
  const shown = new Map<string, KeyValue>()
  for (const version of versions) if (version.modRevision <= revision) shown.set(version.key, version)
  const crc = new Crc32c()
  crc.update(Buffer.from('key'))
  let bytes = 0
  for (const { version, sub } of storedVersions(versions)) {
    if (version.modRevision > revision) break
    const isTombstone = version.version === 0
    const isPassed = version.modRevision <= compactedRevision
    if (isPassed && (shown.get(version.key) !== version || isTombstone)) continue
    crc.update(revisionKey(version.modRevision, sub, isTombstone))
    const value = storedValue(version)
    crc.update(value)
    bytes += value.length
    if (bytes < sliceBytes) continue
    bytes = 0
    await clock.yieldTurn()
  }
  return crc.value
}
