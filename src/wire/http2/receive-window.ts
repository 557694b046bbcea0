/**
 * How much request body a client may still send on all streams of a connection together. What was taken over is given back in large
 * pieces: a quarter of the window at a time, so a large upload costs four WINDOW_UPDATEs per window.
 */
import { errorCode, Http2Error } from './frames.ts'

export class ReceiveWindow {
  readonly #bytesMax: number
  #left: number
  #uncredited = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
    this.#left = bytesMax
  }

  take(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) throw new Http2Error(errorCode.flowControl, 'More DATA than the connection has window')
  }

  /** Returns what to tell the client, 0 when it is not worth a frame yet. */
  give(bytes: number): number {
    this.#uncredited += bytes
    if (this.#uncredited * 4 < this.#bytesMax) return 0
    const credit = this.#uncredited
    this.#left += credit
    this.#uncredited = 0
    return credit
  }
}
