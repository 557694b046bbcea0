/**
 * What a peer may spend on frames that cost us more than they cost him: pings, settings, resets, empty data, priorities, frames that
 * are refused. A thousand at once and two hundred a second is more than any client needs, and too little to keep a server busy
 * (rapid reset, CVE-2023-44487, opened and reset hundreds of thousands of streams a second).
 */
import type { Clock } from '../../std/clock.ts'
import { errorCode, Http2Error } from './frames.ts'

const budgetMax = 1000
const budgetPerMs = 0.2

export class FloodBudget {
  readonly #clock: Clock
  #left = budgetMax
  #sinceMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#sinceMs = clock.monotonicMs()
  }

  /** Pays for one frame. The clock is only asked when nothing is left. */
  charge(): void {
    if (this.#left < 1) {
      const nowMs = this.#clock.monotonicMs()
      this.#left = Math.min(budgetMax, this.#left + (nowMs - this.#sinceMs) * budgetPerMs)
      this.#sinceMs = nowMs
      if (this.#left < 1) throw new Http2Error(errorCode.enhanceYourCalm, 'Too many frames that do no work')
    }
    this.#left--
  }
}
