/** How many calls may be on their way at a time. Whoever finds no slot free waits in line. */
export class Slots {
  readonly #size: number
  #taken = 0
  readonly #waiting: (() => void)[] = []

  constructor(size: number) {
    this.#size = size
  }

  get isFull(): boolean {
    return this.#taken >= this.#size
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#taken++
    try {
      return await work()
    } finally {
      // The slot goes to the next in line without becoming free in between.
      const next = this.#waiting.shift()
      if (next === undefined) this.#taken--
      else next()
    }
  }
}
