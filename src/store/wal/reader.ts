/**
 * Reads the frames of one file in order, a megabyte at a time, and says where they stop and why. It judges a file by
 * itself: whether the end it found is a torn tail or damage is for `recover.ts`, which knows the other files.
 *
 * Offsets count from the beginning of the file. A frame's payload is a view into the read buffer: use it up before
 * asking for the next.
 */
import type { DiskFile } from '../../std/disk.ts'
import { fileHeaderBytes } from './file-header.ts'
import { claimedFrameBytes, type Frame, findFrameStart, frameAlignment, frameHeaderBytes, parseFrame } from './frame.ts'

const chunkBytes = 1024 * 1024

export class FrameReader {
  readonly #file: DiskFile
  readonly #salt: number
  readonly #size: number
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0
  /** Where the next frame is expected; after the end: where the good frames stop. */
  offset = fileHeaderBytes

  constructor(file: DiskFile, size: number, salt: number) {
    this.#file = file
    this.#size = size
    this.#salt = salt
  }

  get size(): number {
    return this.#size
  }

  /** The next good frame, or undefined where there is none. */
  async next(): Promise<Frame | undefined> {
    const frame = await this.#frameAt(this.offset)
    if (frame !== undefined) this.offset += frame.totalBytes
    return frame
  }

  /** Whether nothing but zeros follows: a clean end. */
  async isEmptyFrom(offset: number): Promise<boolean> {
    for (let at = offset; at < this.#size; at += chunkBytes) {
      const bytes = await this.#file.read(at, Math.min(chunkBytes, this.#size - at))
      if (bytes.some((byte) => byte !== 0)) return false
    }
    return true
  }

  /** The first good frame anywhere behind `offset` that was written when frame `sequence` was durable. */
  async findWitness(offset: number, sequence: number): Promise<{ offset: number; frame: Frame } | undefined> {
    let at = offset + frameAlignment
    while (at < this.#size) {
      await this.#cover(at, Math.min(chunkBytes, this.#size - at))
      const found = findFrameStart(this.#window, at - this.#windowStart)
      if (found < 0) {
        const scanned = this.#windowStart + this.#window.length - at
        at += Math.max(frameAlignment, scanned - (scanned % frameAlignment))
        continue
      }
      const candidate = this.#windowStart + found
      const frame = await this.#frameAt(candidate)
      if (frame !== undefined && frame.sequence - frame.underway > sequence) return { offset: candidate, frame }
      at = candidate + frameAlignment
    }
    return undefined
  }

  async #frameAt(offset: number): Promise<Frame | undefined> {
    if (offset + frameHeaderBytes > this.#size) return undefined
    await this.#cover(offset, frameHeaderBytes)
    const bytes = claimedFrameBytes(this.#window, offset - this.#windowStart)
    if (bytes === undefined || offset + bytes > this.#size) return undefined
    await this.#cover(offset, bytes)
    return parseFrame(this.#window, offset - this.#windowStart, this.#salt)
  }

  /** Makes the window hold `length` bytes from `offset` on; reads ahead up to a chunk. */
  async #cover(offset: number, length: number): Promise<void> {
    const end = this.#windowStart + this.#window.length
    if (offset >= this.#windowStart && offset + length <= end) return
    const bytes = await this.#file.read(offset, Math.min(Math.max(length, chunkBytes), this.#size - offset))
    this.#window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#windowStart = offset
  }
}
