/**
 * How long to leave something alone that failed: doubling with every failure, forgotten after twice the longest wait.
 */
import type { Clock } from '../../std/clock.ts'

interface Entry {
  readonly waitMs: number
  readonly sinceMs: number
}
const entriesMax = 10_000

export class Backoff {
  readonly #clock: Clock
  readonly #limits: { readonly baseMs: number; readonly maxMs: number }
  readonly #entries = new Map<string, Entry>()

  constructor(clock: Clock, limits: { readonly baseMs: number; readonly maxMs: number }) {
    this.#clock = clock
    this.#limits = limits
  }

  failed(key: string): void {
    const { baseMs, maxMs } = this.#limits
    const nowMs = this.#clock.monotonicMs()
    const before = this.#entries.get(key)
    const isFresh = before === undefined || nowMs - before.sinceMs > 2 * maxMs
    this.#entries.delete(key)
    this.#entries.set(key, { waitMs: isFresh ? baseMs : Math.min(before.waitMs * 2, maxMs), sinceMs: nowMs })
    if (this.#entries.size > entriesMax) this.#entries.delete(this.#entries.keys().next().value as string)
  }

  remainingMs(key: string): number {
    const entry = this.#entries.get(key)
    return entry === undefined ? 0 : Math.max(0, entry.sinceMs + entry.waitMs - this.#clock.monotonicMs())
  }

  isWaiting(key: string): boolean {
    return this.remainingMs(key) > 0
  }
}
