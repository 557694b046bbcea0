/**
 * From the bytes of a socket to whole frames: checks the client's preface, then calls `readFrame` with each frame as a range of the
 * bytes at hand. A frame that is not there yet is kept as a copy, because a view would pin the whole read. Nothing here knows what a
 * frame means; the largest one is all it refuses.
 */
import { clientPreface, errorCode, frameBytesMax, frameHeaderBytes, Http2Error } from './frames.ts'

export interface FrameReader {
  /** Nothing is read any more. */
  readonly isClosed: boolean
  /** The payload is `buffer[start, end)`. */
  readFrame(type: number, flags: number, stream: number, buffer: Buffer, start: number, end: number): void
}

export class FrameCutter {
  readonly #reader: FrameReader
  #rest: Buffer | undefined
  #hasPreface = false

  constructor(reader: FrameReader) {
    this.#reader = reader
  }

  /** The rest of a frame, or of the preface, is still to come. */
  get isWaiting(): boolean {
    return this.#rest !== undefined || !this.#hasPreface
  }

  /** True when something began to wait for its rest: a frame must be whole in time, however often a byte of it comes. */
  push(chunk: Buffer): boolean {
    const wasWaiting = this.#rest !== undefined
    const buffer = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = undefined
    let at = 0
    if (!this.#hasPreface) {
      const length = Math.min(buffer.length, clientPreface.length)
      if (buffer.compare(clientPreface, 0, length, 0, length) !== 0) throw new Http2Error(errorCode.protocol, 'Not an HTTP/2 preface')
      if (length < clientPreface.length) return this.#keep(buffer, 0) && !wasWaiting
      this.#hasPreface = true
      at = length
    }
    while (buffer.length - at >= frameHeaderBytes) {
      const length = ((buffer[at] as number) << 16) | ((buffer[at + 1] as number) << 8) | (buffer[at + 2] as number)
      if (length > frameBytesMax) throw new Http2Error(errorCode.frameSize, `Frame of ${length} bytes`)
      const start = at + frameHeaderBytes
      if (buffer.length - start < length) break
      const type = buffer[at + 3] as number
      const flags = buffer[at + 4] as number
      const stream = buffer.readUInt32BE(at + 5) & 0x7fff_ffff
      at = start + length
      this.#reader.readFrame(type, flags, stream, buffer, start, at)
      if (this.#reader.isClosed) return false
    }
    return this.#keep(buffer, at) && (at > 0 || !wasWaiting)
  }

  clear(): void {
    this.#rest = undefined
  }

  #keep(buffer: Buffer, at: number): boolean {
    if (at === buffer.length) return false
    this.#rest = Buffer.from(buffer.subarray(at))
    return true
  }
}
