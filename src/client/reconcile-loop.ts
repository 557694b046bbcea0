/**
 * The loop that every controller runs in: a queue of keys, a number of workers, and one function that brings a key's object
 * to where it should be. A failure is logged and tried again, later each time; a result can ask to be looked at again.
 *
 *     const loop = new ReconcileLoop({ name: 'replicaset', workers: 5, clock, log, reconcile: (key, signal) => … })
 *     informer.subscribe({ onAdd: (one) => loop.add(keyOf(one)), … })
 *     loop.start(scope)
 */
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { TaskScope } from '../std/task-scope.ts'
import { type RateLimit, WorkQueue } from './work-queue.ts'
import type { WorkQueueMetrics } from './work-queue-metrics.ts'

export interface ReconcileLoopOptions {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  /** How many keys are worked on at a time. */
  readonly workers: number
  /** Throws to be tried again later. Answers milliseconds to be asked again after. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<number | undefined> | Promise<void>
  readonly rateLimit?: RateLimit
  /** After so many failures in a row the key is dropped until something puts it back; never when absent. */
  readonly retriesMax?: number
  /** Where the queue is counted, if anywhere, and under which name when not the loop's. */
  readonly metrics?: WorkQueueMetrics | undefined
  readonly queueName?: string
}

export class ReconcileLoop {
  readonly #options: ReconcileLoopOptions
  readonly #queue: WorkQueue

  constructor(options: ReconcileLoopOptions) {
    this.#options = options
    const { clock, name, queueName = name, metrics, rateLimit } = options
    this.#queue = new WorkQueue(clock, rateLimit, metrics && { name: queueName, metrics })
  }

  get waiting(): number {
    return this.#queue.length
  }

  add(key: string): void {
    this.#queue.add(key)
  }
  addAfter(key: string, delayMs: number): void {
    this.#queue.addAfter(key, delayMs)
  }
  addRateLimited(key: string): void {
    this.#queue.addRateLimited(key)
  }

  /** Ends with the scope. */
  start(scope: TaskScope): void {
    scope.signal.addEventListener('abort', () => this.#queue.close(), { once: true })
    for (let worker = 0; worker < this.#options.workers; worker++) scope.run(this.#options.name, (signal) => this.#work(signal))
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      await this.#reconcile(key, signal)
      // In one process everything may go on without ever waiting for a socket: requests from outside must get their turn. What happens
      // to this key meanwhile is one look later, not many.
      await this.#options.clock.yieldTurn()
      this.#queue.done(key)
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { name, log, reconcile, retriesMax } = this.#options
    try {
      const againMs = await reconcile(key, signal)
      this.#queue.forget(key)
      if (typeof againMs === 'number') this.#queue.addAfter(key, againMs)
    } catch (error) {
      if (signal.aborted) return
      const isDropped = retriesMax !== undefined && this.#queue.failuresOf(key) >= retriesMax
      // Somebody else was faster: that is everyday life, not worth a warning.
      const isUsual = reasonOf(error) === 'Conflict' || reasonOf(error) === 'AlreadyExists' || reasonOf(error) === 'NotFound'
      log[isUsual && !isDropped ? 'debug' : 'warn'](isDropped ? 'Gave up on an object' : 'Will try an object again', {
        controller: name,
        key,
        error: error instanceof Error ? error.message : String(error),
      })
      if (isDropped) this.#queue.forget(key)
      else this.#queue.addRateLimited(key)
    }
  }
}
