/**
 * The streams of a connection: those that are open, and what may still come for those that are not. A stream's number says most of it: odd
 * and above all that came is idle, anything else not open is closed. A frame on a closed stream breaks a rule, unless its client may not
 * know yet: we reset it, or it was opened before its client read our GOAWAY (RFC 9113, 5.1 and 6.8). Of streams that we reset the
 * newest are remembered; who still sends on an older one is told a second time.
 */
import type { Http2Stream } from './stream.ts'

const resetsMax = 256

export class StreamTable {
  readonly #open = new Map<number, Http2Stream>()
  readonly #resets = new Set<number>()
  /** The newest that was seen, and the newest that was handled, for GOAWAY. */
  newest = 0
  newestHandled = 0
  /** GOAWAY was sent or came. */
  isLeaving = false

  /** How many are open. */
  get size(): number {
    return this.#open.size
  }

  get(id: number): Http2Stream | undefined {
    return this.#open.get(id)
  }

  values(): IterableIterator<Http2Stream> {
    return this.#open.values()
  }

  add(stream: Http2Stream): void {
    this.#open.set(stream.id, stream)
  }

  /** False when it was not open. */
  delete(id: number): boolean {
    return this.#open.delete(id)
  }

  clear(): void {
    this.#open.clear()
  }

  isIdle(id: number): boolean {
    return id > this.newest || id % 2 === 0
  }

  /** Whether what comes for this closed stream is to be passed over. */
  isIgnored(id: number): boolean {
    return this.#resets.has(id) || (this.isLeaving && id > this.newestHandled)
  }

  /** We reset it, and its client has not ended it. */
  wasReset(id: number): void {
    if (this.#resets.size >= resetsMax) for (const oldest of this.#resets) if (this.#resets.delete(oldest)) break
    this.#resets.add(id)
  }

  /** The client's last frame on a stream that was reset came. */
  wasEnded(id: number): void {
    this.#resets.delete(id)
  }
}
