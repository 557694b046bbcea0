/**
 * What limits requests when priority and fairness are turned off: so many that read and so many that change at once; the rest is told to come
 * back. The group system:masters is let through, and what runs for long does not count.
 */
import type { Clock } from '../../std/clock.ts'
import { type Counters, PriorityLevel } from './priority-level.ts'

const reading = new Set(['get', 'list', 'watch'])

const uncounted: Counters = { executing: () => {}, waiting: () => {}, queueLength: () => {}, noAccommodation: () => {} }

export class InFlight {
  readonly counters = uncounted
  readonly #reading: PriorityLevel
  readonly #changing: PriorityLevel

  /** 0: no limit. */
  constructor(clock: Clock, readingMax: number, changingMax: number) {
    this.#reading = levelOf('readOnly', readingMax, clock)
    this.#changing = levelOf('mutating', changingMax, clock)
  }

  of(verb: string): PriorityLevel {
    return reading.has(verb) ? this.#reading : this.#changing
  }
}

function levelOf(name: string, max: number, clock: Clock): PriorityLevel {
  const config = { name, uid: '', isExempt: max === 0, queuing: undefined, shares: 0, lendablePercent: 0, borrowingLimitPercent: undefined }
  const level = new PriorityLevel(config, clock, 0)
  level.setLimit(max)
  return level
}
