/**
 * Keys waiting to be looked at. Don't react, schedule: an event puts a key here, and however often it is put, it is handed
 * out once; while somebody works on it, new puts wait until `done` and then hand it out again. So no key is ever worked on
 * twice at a time, and none is forgotten.
 *
 * Failures come back with `addRateLimited`: 5 ms, doubling with each failure of that key up to 1000 s, until `forget`
 * (workqueue.DefaultTypedControllerRateLimiter upstream, without its overall bucket).
 */
import type { Clock, Timer } from '../std/clock.ts'
import type { QueueSeries, WorkQueueMetrics } from './work-queue-metrics.ts'

export interface RateLimit {
  readonly baseMs: number
  readonly maxMs: number
}
/** Under which name a queue is counted, and where. */
export interface QueueCounting {
  readonly name: string
  readonly metrics: WorkQueueMetrics
}
const usualLimit: RateLimit = { baseMs: 5, maxMs: 1_000_000 }

export class WorkQueue<K = string> {
  readonly #clock: Clock
  readonly #limit: RateLimit
  readonly #series: QueueSeries | undefined
  /** In the order in which they are handed out, with when they came, if anybody counts. */
  readonly #ready = new Map<K, number>()
  /** With when the work began. */
  readonly #working = new Map<K, number>()
  /** Put again while somebody works on them, with when. */
  readonly #again = new Map<K, number>()
  readonly #failures = new Map<K, number>()
  readonly #later = new Map<K, { readonly dueMs: number; readonly timer: Timer }>()
  #takers: (() => void)[] = []
  #isClosed = false

  constructor(clock: Clock, limit: RateLimit = usualLimit, counting?: QueueCounting) {
    this.#clock = clock
    this.#limit = limit
    this.#series = counting?.metrics.observe(counting.name, this)
  }

  /** Keys that wait to be handed out now. */
  get length(): number {
    return this.#ready.size
  }
  workingSinceMs(): Iterable<number> {
    return this.#working.values()
  }

  add(key: K): void {
    if (this.#isClosed) return
    const isWorking = this.#working.has(key)
    if (isWorking ? this.#again.has(key) : this.#ready.has(key)) return
    if (this.#series !== undefined) this.#series.adds.value++
    if (isWorking) this.#again.set(key, this.#nowMs())
    else this.#line(key, this.#nowMs())
  }

  #line(key: K, sinceMs: number): void {
    this.#ready.set(key, sinceMs)
    this.#takers.pop()?.()
  }

  /** Nobody looks at the clock for nothing. */
  #nowMs(): number {
    return this.#series === undefined ? 0 : this.#clock.monotonicMs()
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
    if (this.#series !== undefined) this.#series.retries.value++
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
      const next = this.#ready.entries().next()
      if (!next.done) {
        const [key, sinceMs] = next.value
        const nowMs = this.#nowMs()
        this.#series?.waited.observe((nowMs - sinceMs) / 1000)
        this.#ready.delete(key)
        this.#working.set(key, nowMs)
        return key
      }
      await new Promise<void>((resolve) => this.#takers.push(resolve))
    }
  }

  done(key: K): void {
    const sinceMs = this.#working.get(key)
    if (sinceMs !== undefined) this.#series?.worked.observe((this.#nowMs() - sinceMs) / 1000)
    this.#working.delete(key)
    const againMs = this.#again.get(key)
    if (againMs === undefined) return
    this.#again.delete(key)
    if (!this.#isClosed) this.#line(key, againMs)
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
