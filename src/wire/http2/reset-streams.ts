/**
 * Streams that we reset and whose client may not know it yet: what it already sent is no mistake and is ignored (RFC 9113, 5.1). The
 * oldest are forgotten; who still sends on one of those is told a second time.
 */
const countMax = 256

export class ResetStreams {
  readonly #ids = new Set<number>()

  add(id: number): void {
    if (this.#ids.size >= countMax) for (const oldest of this.#ids) if (this.#ids.delete(oldest)) break
    this.#ids.add(id)
  }

  has(id: number): boolean {
    return this.#ids.has(id)
  }

  /** The client's last frame on it came. */
  ended(id: number): void {
    this.#ids.delete(id)
  }
}
