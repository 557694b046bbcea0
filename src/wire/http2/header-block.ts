/**
 * A header block that came in several frames: HEADERS, then CONTINUATIONs until END_HEADERS. It has a limit in bytes and one in frames,
 * because a CONTINUATION may be empty and a block need never end (CVE-2024-27316).
 */
import { errorCode, Http2Error } from './frames.ts'

const framesMax = 64

export class HeaderBlock {
  readonly stream: number
  /** Of the HEADERS frame. */
  readonly flags: number
  readonly #bytesMax: number
  readonly #parts: Buffer[] = []
  #bytes = 0

  constructor(stream: number, flags: number, bytesMax: number) {
    this.stream = stream
    this.flags = flags
    this.#bytesMax = bytesMax
  }

  add(buffer: Buffer, start: number, end: number): void {
    this.#bytes += end - start
    if (this.#bytes > this.#bytesMax || this.#parts.length >= framesMax) {
      throw new Http2Error(errorCode.enhanceYourCalm, 'Header block is too large')
    }
    this.#parts.push(Buffer.from(buffer.subarray(start, end)))
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts)
  }
}
