/**
 * How long those who are turned away shall stay away: one second; twice as long when many came back too early, a second less when few did, up
 * to half a minute. For each priority level.
 */

const secondsMax = 32

export class RetryAfter {
  seconds = 1
  #changedAt = 0
  #second = 0
  #count = 0
  #history: { readonly second: number; readonly count: number }[] = []

  /** Somebody was turned away in this second (since 1970). */
  note(second: number): void {
    if (second === this.#second) {
      this.#count++
      return
    }
    this.#history.push({ second: this.#second, count: this.#count })
    const oldest = this.#second - Math.min(2 * this.seconds, secondsMax)
    this.#history = this.#history.filter((one) => one.second >= oldest)
    this.#second = second
    this.#count = 1
    this.#adjust(second)
  }

  #adjust(now: number): void {
    const turnedAway = this.#history
      .filter(({ second }) => now - second <= this.seconds && second < now)
      .reduce((sum, { count }) => sum + count, 0)
    if (now - this.#changedAt >= this.seconds && turnedAway >= 3 * this.seconds) {
      this.seconds = Math.min(this.seconds * 2, secondsMax)
      this.#changedAt = now
    } else if (turnedAway < this.seconds && this.seconds > 1) this.seconds--
  }
}
