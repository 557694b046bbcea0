/**
 * A frame is what is written at once: a header, records, zeros up to a multiple of eight. In the log it is one group
 * commit, so a crash leaves at most the last frame torn. Frames are numbered without a gap across all segments.
 *
 *     0  u32 magic    4  u32 crc    8  u32 payload bytes    12  u32 underway  16  u64 sequence    24  u64 time (ms)    32 …
 *
 * The checksum covers everything behind itself and starts from the data directory's salt, so that bytes of another
 * directory's log, or a copy of ours inside some value, are never taken for a frame.
 *
 * `underway` says how many frames before this one were not yet durable when it was written; all earlier ones were.
 *
 * A newcomer would get wrong: a bad frame alone does not tell a torn tail from damage. The frames behind it do: one that
 * says that the bad frame was durable means damage (`recover.ts`).
 */
import { crc32 } from 'node:zlib'
import type { RecordWriter } from './record.ts'

export const frameHeaderBytes = 32
export const frameAlignment = 8
const magic = 0x31_46_38_54 // "T8F1"
const twoTo32 = 2 ** 32

export interface Frame {
  readonly sequence: number
  readonly timeMs: number
  readonly underway: number
  readonly payload: Buffer
  /** Header, payload and padding. */
  readonly totalBytes: number
}

export interface FrameHead {
  readonly sequence: number
  readonly timeMs: number
  readonly salt: number
  /** Frames before this one that are not known to be durable. */
  readonly underway: number
}

/** The finished frame around the writer's records. The bytes are the writer's: valid until it is used again. */
export function finishFrame(writer: RecordWriter, { sequence, timeMs, salt, underway }: FrameHead): Buffer {
  const payloadBytes = writer.length - frameHeaderBytes
  const bytes = writer.framed(paddedFrameBytes(writer))
  bytes.writeUInt32LE(magic, 0)
  bytes.writeUInt32LE(payloadBytes, 8)
  bytes.writeUInt32LE(underway, 12)
  bytes.writeUInt32LE(sequence % twoTo32, 16)
  bytes.writeUInt32LE(Math.floor(sequence / twoTo32), 20)
  bytes.writeUInt32LE(timeMs % twoTo32, 24)
  bytes.writeUInt32LE(Math.floor(timeMs / twoTo32), 28)
  bytes.writeUInt32LE(crc32(bytes.subarray(8), salt), 4)
  return bytes
}

/** What the writer's records will take up as a frame. */
export function paddedFrameBytes(writer: RecordWriter): number {
  return paddedBytes(writer.length - frameHeaderBytes)
}

function paddedBytes(payloadBytes: number): number {
  return Math.ceil((frameHeaderBytes + payloadBytes) / frameAlignment) * frameAlignment
}

/** How many bytes the frame that begins at `offset` claims to have; undefined when no frame begins there. */
export function claimedFrameBytes(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length - offset < frameHeaderBytes || bytes.readUInt32LE(offset) !== magic) return undefined
  return paddedBytes(bytes.readUInt32LE(offset + 8))
}

/** The frame at `offset`, if all of it is there and its checksum is right. */
export function parseFrame(bytes: Buffer, offset: number, salt: number): Frame | undefined {
  const totalBytes = claimedFrameBytes(bytes, offset)
  if (totalBytes === undefined || offset + totalBytes > bytes.length) return undefined
  if (bytes.readUInt32LE(offset + 4) !== crc32(bytes.subarray(offset + 8, offset + totalBytes), salt)) return undefined
  const payloadBytes = bytes.readUInt32LE(offset + 8)
  return {
    sequence: bytes.readUInt32LE(offset + 16) + bytes.readUInt32LE(offset + 20) * twoTo32,
    timeMs: bytes.readUInt32LE(offset + 24) + bytes.readUInt32LE(offset + 28) * twoTo32,
    underway: bytes.readUInt32LE(offset + 12),
    payload: bytes.subarray(offset + frameHeaderBytes, offset + frameHeaderBytes + payloadBytes),
    totalBytes,
  }
}

/** The first offset at or after `from` at which a frame may begin, or -1. */
export function findFrameStart(bytes: Buffer, from: number): number {
  for (let offset = from; offset + 4 <= bytes.length; offset += frameAlignment) {
    if (bytes.readUInt32LE(offset) === magic) return offset
  }
  return -1
}
