/**
 * One priority level: who has a seat, who waits for one, and who is turned away. A request takes one seat or, a long list, several. As long as
 * there are enough it goes on at once; else it waits in a queue for up to a quarter of what a request may take, or is refused where the level
 * has no queues.
 *
 * A newcomer would get wrong: nobody overtakes. When there are not enough seats for whoever is next, a smaller request behind it waits too; one
 * that is larger than the whole level goes once nobody else is seated.
 */
import type { Clock } from '../../std/clock.ts'
import { FairQueues, type Queue, type QueueShape, type Waiting } from './fair-queues.ts'
import { type LevelShares, SeatDemand, type SeatLimits } from './seats.ts'

export type Refusal = 'concurrency-limit' | 'queue-full' | 'time-out' | 'cancelled'

export interface LevelConfig extends LevelShares {
  readonly name: string
  readonly uid: string
  readonly isExempt: boolean
  /** Undefined: whoever finds no seat is refused. */
  readonly queuing: QueueShape | undefined
}

/** What is counted of the requests of one flow schema at one level. */
export interface Counters {
  executing(requests: number, seats: number): void
  waiting(requests: number, seats: number): void
  queueLength(length: number): void
  noAccommodation(): void
}

export interface Applicant {
  readonly flowSchema: string
  readonly flow: string
  readonly seats: number
  readonly signal: AbortSignal
  readonly counters: Counters
}

/** A seat that was taken; it must be left. */
export interface Seat {
  leave(): void
}

export class PriorityLevel {
  config: LevelConfig
  limits: SeatLimits = { nominal: 0, lowest: 0, highest: 0 }
  readonly demand: SeatDemand
  readonly #clock: Clock
  readonly #waitMs: number
  /** How many seats there are just now. */
  #limit = 0
  #queues: FairQueues | undefined
  #shape: QueueShape | undefined
  /** What was asked for when seats were dealt out last. */
  target = 0
  executing = 0
  seatsTaken = 0
  dispatched = 0
  readonly refused: Record<Refusal, number> = { 'concurrency-limit': 0, 'queue-full': 0, 'time-out': 0, cancelled: 0 }

  constructor(config: LevelConfig, clock: Clock, waitMs: number) {
    this.config = config
    this.#clock = clock
    this.#waitMs = waitMs
    this.demand = new SeatDemand(clock.monotonicMs())
  }

  get name(): string {
    return this.config.name
  }

  get queues(): FairQueues | undefined {
    return this.#queues
  }

  get limit(): number {
    return this.#limit
  }

  get seatsWaiting(): number {
    return this.#queues?.seatsWaiting ?? 0
  }

  get waiting(): number {
    return this.#queues?.waiting ?? 0
  }

  /** The most seats that one request may take. */
  get seatsMax(): number {
    const { queuing } = this.config
    if (queuing === undefined) return Number.POSITIVE_INFINITY
    const { nominal } = this.limits
    return Math.max(1, Math.min(Math.ceil(nominal * 0.15), Math.floor(nominal / queuing.handSize)))
  }

  /** New queues only when their number or length changed and nobody is in the old ones. */
  configure(config: LevelConfig, limits: SeatLimits): void {
    this.config = config
    this.limits = limits
    const { queuing } = config
    const before = this.#shape
    const isSame = before?.queues === queuing?.queues && before?.handSize === queuing?.handSize
    if (isSame && before?.queueLengthLimit === queuing?.queueLengthLimit) return
    if (this.executing > 0 || this.waiting > 0) return
    this.#shape = queuing
    this.#queues = queuing === undefined ? undefined : new FairQueues(queuing)
  }

  setLimit(limit: number): void {
    this.#limit = limit
    this.#dispatch()
  }

  /** Whether a request may go on at once: then it takes a seat, or passes when it was answered in the same breath. */
  admits(seats: number): boolean {
    return this.config.isExempt || (this.waiting === 0 && this.#hasRoom(seats))
  }

  /** It was admitted, and is answered already. */
  pass(seats: number): void {
    this.dispatched++
    this.demand.touch(this.seatsTaken + this.seatsWaiting + seats)
  }

  /** It was admitted and takes its time. As long as nobody waits, flows are not told apart. */
  take(seats: number, counters: Counters): Seat {
    return this.#seat(seats, counters, undefined)
  }

  /** It was not admitted: a seat when its turn comes, or why not. */
  wait(applicant: Applicant): Promise<Seat | Refusal> | Refusal {
    if (this.#queues === undefined) return this.#refuse('concurrency-limit')
    const queue = this.#queues.queueFor(hashOf(applicant.flowSchema, applicant.flow))
    return queue === undefined ? this.#refuse('queue-full') : this.#wait(applicant, queue)
  }

  #hasRoom(seats: number): boolean {
    return this.seatsTaken + seats <= this.#limit || this.seatsTaken === 0
  }

  #refuse(why: Refusal): Refusal {
    this.refused[why]++
    return why
  }

  #seat(seats: number, counters: Counters, queue: Queue | undefined): Seat {
    const beganMs = this.#clock.monotonicMs()
    this.executing++
    this.seatsTaken += seats
    this.dispatched++
    counters.executing(1, seats)
    this.#noteDemand(beganMs)
    let isTaken = true
    return {
      leave: () => {
        if (!isTaken) return
        isTaken = false
        const nowMs = this.#clock.monotonicMs()
        this.executing--
        if (queue !== undefined) this.#queues?.end(queue, seats, nowMs - beganMs, nowMs, this.seatsTaken)
        this.seatsTaken -= seats
        counters.executing(-1, -seats)
        this.#noteDemand(nowMs)
        this.#dispatch()
      },
    }
  }

  #wait(applicant: Applicant, queue: Queue): Promise<Seat | Refusal> {
    const { seats, counters, signal } = applicant
    const queues = this.#queues as FairQueues
    return new Promise((resolve) => {
      const settle = (result: Seat | Refusal): void => {
        timer.cancel()
        signal.removeEventListener('abort', onAbort)
        counters.waiting(-1, -seats)
        resolve(result)
      }
      const giveUp = (why: Refusal): void => {
        queues.remove(one)
        settle(this.#refuse(why))
        this.#noteDemand(this.#clock.monotonicMs())
        // Whoever was behind it may be small enough.
        this.#dispatch()
      }
      const one: Waiting = { seats, queue, begin: () => settle(this.#seat(seats, counters, queue)) }
      const onAbort = (): void => giveUp('cancelled')
      const timer = this.#clock.after(this.#waitMs, () => giveUp('time-out'))
      signal.addEventListener('abort', onAbort, { once: true })
      queues.enqueue(one, this.#clock.monotonicMs(), this.seatsTaken)
      counters.waiting(1, seats)
      counters.queueLength(queue.waiting.length)
      counters.noAccommodation()
      this.#noteDemand(this.#clock.monotonicMs())
    })
  }

  #dispatch(): void {
    const queues = this.#queues
    for (let one = queues?.next(); one !== undefined && this.#hasRoom(one.seats); one = queues?.next()) {
      queues?.dispatch(one, this.#clock.monotonicMs(), this.seatsTaken)
      one.begin()
    }
  }

  #noteDemand(nowMs: number): void {
    this.demand.set(this.seatsTaken + this.seatsWaiting, nowMs)
  }
}

/** 48 bits of FNV-1a, in two halves of different beginnings: spread well enough to deal cards by. */
export function hashOf(flowSchema: string, flow: string): number {
  const text = `${flowSchema}\0${flow}`
  let [low, high] = [0x811c9dc5, 0x1b873593]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x01000193)
  }
  const mixed = (half: number): number => Math.imul(half ^ (half >>> 15), 0x2c1b3c6d) >>> 8
  return mixed(high) * 2 ** 24 + mixed(low)
}
