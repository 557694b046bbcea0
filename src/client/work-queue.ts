/**
 * Keys waiting to be looked at. Don't react, schedule: an event puts a key here, and however often it is put, it is handed
 * out once; while somebody works on it, new puts wait until `done` and then hand it out again. So no key is ever worked on
 * twice at a time, and none is forgotten.
 *
 * Failures come back with `addRateLimited`: 5 ms, doubling with each failure of that key up to 1000 s, until `forget`
 * (workqueue.DefaultTypedControllerRateLimiter upstream, without its overall bucket).
 */
import type { Clock, Timer } from '../std/clock.ts'

export interface RateLimit {
  readonly baseMs: number
  readonly maxMs: number
}
const usualLimit: RateLimit = { baseMs: 5, maxMs: 1_000_000 }

export class WorkQueue<K = string> {
  readonly #clock: Clock
  readonly #limit: RateLimit
  /** In the order in which they are handed out. */
  readonly #ready = new Set<K>()
  readonly #working = new Set<K>()
  /** Put again while somebody works on them. */
  readonly #again = new Set<K>()
  readonly #failures = new Map<K, number>()
  readonly #later = new Map<K, { readonly dueMs: number; readonly timer: Timer }>()
  #takers: (() => void)[] = []
  #isClosed = false

  constructor(clock: Clock, limit: RateLimit = usualLimit) {
    this.#clock = clock
    this.#limit = limit
  }

  /** Keys that wait to be handed out now. */
  get length(): number {
    return this.#ready.size
  }

  add(key: K): void {
    if (this.#isClosed) return
    if (this.#working.has(key)) this.#again.add(key)
    else if (!this.#ready.has(key)) {
      this.#ready.add(key)
      this.#takers.pop()?.()
    }
  }

  /** The earliest of several wins. */
  addAfter(key: K, delayMs: number): void {
    if (this.#isClosed) return
    if (delayMs <= 0) return this.add(key)
    const dueMs = this.#clock.monotonicMs() + delayMs
    const waiting = this.#later.get(key)
    if (waiting !== undefined) {
      if (waiting.dueMs <= dueMs) return
      waiting.timer.cancel()
    }
    const timer = this.#clock.after(delayMs, () => {
      this.#later.delete(key)
      this.add(key)
    })
    this.#later.set(key, { dueMs, timer })
  }

  addRateLimited(key: K): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(this.#limit.baseMs * 2 ** Math.min(failures, 40), this.#limit.maxMs))
  }

  /** How often the key has failed since it was last forgotten. */
  failuresOf(key: K): number {
    return this.#failures.get(key) ?? 0
  }

  forget(key: K): void {
    this.#failures.delete(key)
  }

  /** The next key, as soon as there is one; undefined once the queue is closed. Whoever takes it must call `done`. */
  async take(): Promise<K | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined
      const next = this.#ready.values().next()
      if (!next.done) {
        this.#ready.delete(next.value)
        this.#working.add(next.value)
        return next.value
      }
      await new Promise<void>((resolve) => this.#takers.push(resolve))
    }
  }

  done(key: K): void {
    this.#working.delete(key)
    if (this.#again.delete(key)) this.add(key)
  }

  close(): void {
    this.#isClosed = true
    for (const { timer } of this.#later.values()) timer.cancel()
    this.#later.clear()
    this.#ready.clear()
    const takers = this.#takers
    this.#takers = []
    for (const take of takers) take()
  }
}
