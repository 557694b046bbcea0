/**
 * How many seats a priority level has. The server's seats (as many requests as may run at once) are dealt out by shares: that is each level's
 * nominal limit. Of these a level may lend some and borrow from others; every ten seconds the limits are set anew from what was asked for.
 *
 *     nominal   ceil(seats * shares / all shares)
 *     lowest    nominal less what may be lent            highest   nominal and what may be borrowed
 *     current   between the two, in fair proportion to the demand
 *
 * Pure arithmetic, upstream's to the last rounding; who holds a seat is `priority-level.ts`'s business.
 */

export interface LevelShares {
  readonly shares: number
  readonly lendablePercent: number
  /** Without one a level may borrow whatever there is. */
  readonly borrowingLimitPercent: number | undefined
}

export interface SeatLimits {
  readonly nominal: number
  readonly lowest: number
  readonly highest: number
}

export function seatLimits(level: LevelShares, sharesOfAll: number, seatsOfAll: number): SeatLimits {
  const nominal = sharesOfAll === 0 ? 0 : Math.ceil((seatsOfAll * level.shares) / sharesOfAll)
  const lendable = Math.round((nominal * level.lendablePercent) / 100)
  const { borrowingLimitPercent } = level
  const borrowable = borrowingLimitPercent === undefined ? seatsOfAll : Math.round((nominal * borrowingLimitPercent) / 100)
  return { nominal, lowest: nominal - lendable, highest: nominal + borrowable }
}

/** What a level asks for when seats are dealt out. */
export interface Claim {
  readonly lower: number
  readonly upper: number
  readonly target: number
}

const targetMin = 0.001

/** Everybody gets the same fraction of his target, within his bounds, so that all of it adds up to `sum`. */
export function allocate(sum: number, claims: readonly Claim[]): { readonly seats: readonly number[]; readonly fraction: number } {
  const targets = claims.map(({ target }) => Math.max(target, targetMin))
  const at = (fraction: number): number[] =>
    claims.map(({ lower, upper }, index) => Math.max(lower, Math.min(upper, fraction * (targets[index] as number))))
  const bounds = claims.flatMap(({ lower, upper }, index) => [lower / (targets[index] as number), upper / (targets[index] as number)])
  bounds.sort((a, b) => a - b)
  let below = bounds[0] ?? 0
  for (const bound of bounds) {
    const reached = total(at(bound))
    if (reached >= sum) {
      // Between two neighbouring bounds the sum grows evenly.
      const before = total(at(below))
      const fraction = reached === before ? bound : below + ((sum - before) / (reached - before)) * (bound - below)
      return { seats: at(fraction), fraction }
    }
    below = bound
  }
  return { seats: claims.map(({ upper }) => upper), fraction: below }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}

/** Of demand, half of what is remembered goes in five minutes. */
const smoothing = 0.977

/** How many seats were wanted, over the time since it was last asked. */
export class SeatDemand {
  #value = 0
  #sinceMs: number
  #beganMs: number
  #sum = 0
  #squares = 0
  #highest = 0
  average = 0
  deviation = 0
  highWatermark = 0
  smoothed = 0

  constructor(nowMs: number) {
    this.#sinceMs = nowMs
    this.#beganMs = nowMs
  }

  set(value: number, nowMs: number): void {
    this.#integrate(nowMs)
    this.#value = value
    if (value > this.#highest) this.#highest = value
  }

  /** So many were wanted for no time at all: a request that is answered at once. */
  touch(value: number): void {
    if (value > this.#highest) this.#highest = value
  }

  /** Ends a period and begins the next. */
  turn(nowMs: number): void {
    this.#integrate(nowMs)
    const tookMs = nowMs - this.#beganMs
    this.average = tookMs <= 0 ? this.#value : this.#sum / tookMs
    const variance = tookMs <= 0 ? 0 : this.#squares / tookMs - this.average ** 2
    this.deviation = Math.sqrt(Math.max(0, variance))
    this.highWatermark = Math.round(this.#highest)
    const envelope = this.average + this.deviation
    this.smoothed = Math.max(envelope, smoothing * this.smoothed + (1 - smoothing) * envelope)
    this.#beganMs = nowMs
    this.#sum = 0
    this.#squares = 0
    this.#highest = this.#value
  }

  #integrate(nowMs: number): void {
    const passedMs = nowMs - this.#sinceMs
    this.#sinceMs = nowMs
    if (this.#value === 0 || passedMs <= 0) return
    this.#sum += this.#value * passedMs
    this.#squares += this.#value ** 2 * passedMs
  }
}
