/**
 * How the store's files are called and how they begin. Two kinds: segments of the log, numbered from 1, and snapshots,
 * named by the revision whose state they hold. Both begin with the same 64 bytes, checked before anything else is read.
 *
 *     log-0000000000000001.wal             snapshot-0000000000000a1f.state
 *
 *      0  8 bytes magic    8  u32 version   12  u32 salt   16  u64 number (of the segment; 0 in a snapshot)
 *     24  u64 first sequence               32  u64 revision (reached when the segment began; the snapshot's)
 *     40  u64 created (ms)                 48  zeros       60  u32 crc of the 60 bytes before
 */
import { crc32 } from 'node:zlib'
import { StoreError } from '../store.ts'

export const fileHeaderBytes = 64
const formatVersion = 1
const twoTo32 = 2 ** 32
const magics = { segment: 'T8SLOG\r\n', snapshot: 'T8SNAP\r\n' } as const

export type FileKind = keyof typeof magics

export interface FileHeader {
  readonly salt: number
  readonly number: number
  readonly firstSequence: number
  readonly revision: number
  readonly createdMs: number
}

export function segmentName(number: number): string {
  return `log-${hex(number)}.wal`
}

export function snapshotName(revision: number): string {
  return `snapshot-${hex(revision)}.state`
}

function hex(number: number): string {
  return number.toString(16).padStart(16, '0')
}

/** The number in a file's name, or undefined when the name is not of that kind. */
export function numberFromName(kind: FileKind, name: string): number | undefined {
  const pattern = kind === 'segment' ? /^log-([0-9a-f]{16})\.wal$/ : /^snapshot-([0-9a-f]{16})\.state$/
  const digits = pattern.exec(name)?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}

export function encodeFileHeader(kind: FileKind, header: FileHeader): Buffer {
  const bytes = Buffer.alloc(fileHeaderBytes)
  bytes.write(magics[kind], 0, 'latin1')
  bytes.writeUInt32LE(formatVersion, 8)
  bytes.writeUInt32LE(header.salt, 12)
  writeU64(bytes, header.number, 16)
  writeU64(bytes, header.firstSequence, 24)
  writeU64(bytes, header.revision, 32)
  writeU64(bytes, header.createdMs, 40)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60)
  return bytes
}

export function decodeFileHeader(kind: FileKind, path: string, bytes: Buffer): FileHeader {
  if (bytes.length < fileHeaderBytes || bytes.toString('latin1', 0, 8) !== magics[kind]) {
    throw damaged(path, 0, 'it does not begin as a file of this store')
  }
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) throw damaged(path, 0, 'the checksum of its header is wrong')
  const version = bytes.readUInt32LE(8)
  if (version !== formatVersion) {
    throw new StoreError(
      'invalid',
      `File "${path}" has format ${version}, and this version reads format ${formatVersion}: use the version that wrote it`,
    )
  }
  return {
    salt: bytes.readUInt32LE(12),
    number: readU64(bytes, 16),
    firstSequence: readU64(bytes, 24),
    revision: readU64(bytes, 32),
    createdMs: readU64(bytes, 40),
  }
}

/** The store refuses to start rather than to guess; the message says where and what to do. */
export function damaged(path: string, offset: number, why: string): StoreError {
  const advice = 'Nothing was changed. Restore the data directory from a copy, or begin anew with an empty one'
  return new StoreError('corrupt', `File "${path}" is damaged at offset ${offset}: ${why}. ${advice}`)
}

function writeU64(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt32LE(value % twoTo32, offset)
  bytes.writeUInt32LE(Math.floor(value / twoTo32), offset + 4)
}

function readU64(bytes: Buffer, offset: number): number {
  return bytes.readUInt32LE(offset) + bytes.readUInt32LE(offset + 4) * twoTo32
}
