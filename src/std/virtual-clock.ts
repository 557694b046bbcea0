/**
 * Time that moves only when told to. `advance(ms)` fires every timer that falls due, in order of its time, and lets
 * all work that a timer set off come to rest before it fires the next: an hour of a whole cluster passes in seconds,
 * and always in the same order.
 *
 * "At rest" is found by turns: work in this process goes on in microtasks and in turns of the event loop
 * (`yieldTurn`), so when several turns in a row pass without anyone asking for another turn or setting a timer,
 * nothing is left to run until time moves. Real sockets and disks do not count as rest; simulations use neither.
 */
import { type Clock, sleepOn, type Timer } from './clock.ts'
import { Heap } from './heap.ts'

const quietTurnsNeeded = 3

interface PendingTimer {
  readonly dueMs: number
  readonly order: number
  readonly callback: () => void
  isCancelled: boolean
}

export class VirtualClock implements Clock {
  #nowMs: number
  readonly #startMs: number
  #order = 0
  #activity = 0
  readonly #timers = new Heap<PendingTimer>((a, b) => a.dueMs - b.dueMs || a.order - b.order)

  /** Starts at `startMs`, milliseconds since 1970; 2026-01-01T00:00:00Z when not given. */
  constructor(startMs: number = 1_767_225_600_000) {
    this.#nowMs = startMs
    this.#startMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs
  }

  after(delayMs: number, callback: () => void): Timer {
    this.#activity++
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback, isCancelled: false }
    this.#timers.push(timer)
    return {
      cancel: () => {
        timer.isCancelled = true
      },
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal)
  }

  yieldTurn(): Promise<void> {
    this.#activity++
    return turn()
  }

  /** Resolves when nothing in this process is left to do until time moves. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < quietTurnsNeeded; quiet++) {
      const before = this.#activity
      await turn()
      if (this.#activity !== before) quiet = -1
    }
  }

  /** Moves time by `ms`, firing what falls due on the way and letting each settle. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms
    await this.settled()
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs)
      timer.callback()
      // Timers of one instant belong together: fire them all before waiting for rest.
      for (let twin = this.#next(this.#nowMs); twin !== undefined; twin = this.#next(this.#nowMs)) twin.callback()
      await this.settled()
    }
    this.#nowMs = untilMs
  }

  #next(untilMs: number): PendingTimer | undefined {
    for (let timer = this.#timers.peek(); timer !== undefined; timer = this.#timers.peek()) {
      if (timer.dueMs > untilMs && !timer.isCancelled) return undefined
      this.#timers.pop()
      if (!timer.isCancelled) return timer
    }
    return undefined
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
