/**
 * Where responses are assembled before they go to a socket, and when. `WriteBufferPool` lends buffers in four sizes from the first
 * byte until the kernel has taken the last, so an idle connection holds none and a client that stopped reading holds one small one.
 * `FlushQueue` collects the connections that got something to say in this tick and lets each write once: thirty answers to one
 * group commit leave in one system call, which is two thirds of what an answer costs.
 *
 * A tick ends after its promises have settled (`process.nextTick` runs only then). When a thousand connections have something to say
 * the queue stops every millisecond for other work.
 */
import type { Clock } from '../../std/clock.ts'

const sizes = [4096, 16_384, 65_536, 131_072] as const
/** How many of each size are kept for the next; the rest is left to the garbage collector. */
const spareMax = [64, 32, 16, 16] as const

export const writeBytesMax = 131_072

export class WriteBufferPool {
  readonly #spare: Buffer[][] = sizes.map(() => [])

  /** A buffer of at least `bytes`, or of `writeBytesMax`. */
  take(bytes: number): Buffer {
    let index = 0
    while (index < sizes.length - 1 && (sizes[index] as number) < bytes) index++
    return this.#spare[index]?.pop() ?? Buffer.allocUnsafeSlow(sizes[index] as number)
  }

  give(buffer: Buffer): void {
    const index = (sizes as readonly number[]).indexOf(buffer.length)
    const spare = this.#spare[index]
    if (spare !== undefined && spare.length < (spareMax[index] as number)) spare.push(buffer)
  }

  /** Nothing is connected: give the memory back. */
  clear(): void {
    for (const spare of this.#spare) spare.length = 0
  }
}

export interface Flushable {
  isInFlushQueue: boolean
  flush(): void
}

const sliceMs = 1

export class FlushQueue {
  readonly #clock: Clock
  #waiting: Flushable[] = []
  #isScheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(one: Flushable): void {
    if (one.isInFlushQueue) return
    one.isInFlushQueue = true
    this.#waiting.push(one)
    if (this.#isScheduled) return
    this.#isScheduled = true
    process.nextTick(this.#run)
  }

  readonly #run = (): void => {
    const batch = this.#waiting
    this.#waiting = []
    const startMs = this.#clock.monotonicMs()
    for (let index = 0; index < batch.length; index++) {
      const one = batch[index] as Flushable
      one.isInFlushQueue = false
      one.flush()
      if (index % 16 === 15 && this.#clock.monotonicMs() - startMs > sliceMs) {
        this.#waiting = [...batch.slice(index + 1), ...this.#waiting]
        if (this.#waiting.length > 0) return void this.#clock.yieldTurn().then(this.#run)
        break
      }
    }
    this.#isScheduled = false
    if (this.#waiting.length > 0) {
      this.#isScheduled = true
      process.nextTick(this.#run)
    }
  }
}
