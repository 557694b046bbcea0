/**
 * What dashboards know of work queues: how many keys came, how long they waited and were worked on, how many wait now. Queues count for
 * themselves; what is only looked at when somebody asks (depth, the longest that is being worked on) is asked of them then.
 */
import type { Clock } from '../std/clock.ts'
import { Family, type Histogram, HistogramFamily, type Series } from '../std/metrics.ts'

const seconds = [1e-8, 1e-7, 1e-6, 9.999999999999999e-6, 9.999999999999999e-5, 0.001, 0.01, 0.1, 1, 10]

/** What a queue tells of itself when asked. */
export interface ObservedQueue {
  readonly length: number
  /** When the work that is being done began, by the monotonic clock. */
  workingSinceMs(): Iterable<number>
}

/** Where one queue counts. */
export interface QueueSeries {
  readonly adds: Series
  readonly retries: Series
  readonly waited: Histogram
  readonly worked: Histogram
}

export class WorkQueueMetrics {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #queues: { readonly name: string; readonly queue: ObservedQueue }[] = []
  readonly #adds = new Family('workqueue_adds_total', 'counter', '[ALPHA] Total number of adds handled by workqueue', ['name'])
  readonly #retries = new Family('workqueue_retries_total', 'counter', '[ALPHA] Total number of retries handled by workqueue', ['name'])
  readonly #waited = new HistogramFamily(
    'workqueue_queue_duration_seconds',
    '[ALPHA] How long in seconds an item stays in workqueue before being requested.',
    ['name'],
    seconds,
  )
  readonly #worked = new HistogramFamily(
    'workqueue_work_duration_seconds',
    '[ALPHA] How long in seconds processing an item from workqueue takes.',
    ['name'],
    seconds,
  )

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  observe(name: string, queue: ObservedQueue): QueueSeries {
    this.#queues.push({ name, queue })
    return { adds: this.#adds.of(name), retries: this.#retries.of(name), waited: this.#waited.of(name), worked: this.#worked.of(name) }
  }

  text(): readonly string[] {
    const depth = new Family('workqueue_depth', 'gauge', '[ALPHA] Current depth of workqueue', ['name'])
    const longest = new Family(
      'workqueue_longest_running_processor_seconds',
      'gauge',
      '[ALPHA] How many seconds has the longest running processor for workqueue been running.',
      ['name'],
    )
    const unfinished = new Family(
      'workqueue_unfinished_work_seconds',
      'gauge',
      "[ALPHA] How many seconds of work has done that is in progress and hasn't been observed by work_duration. Large values indicate stuck threads. One can deduce the number of stuck threads by observing the rate at which this increases.",
      ['name'],
    )
    const nowMs = this.#clock.monotonicMs()
    for (const { name, queue } of this.#queues) {
      depth.of(name).value += queue.length
      for (const sinceMs of queue.workingSinceMs()) {
        const runsFor = (nowMs - sinceMs) / 1000
        unfinished.of(name).value += runsFor
        longest.of(name).value = Math.max(longest.of(name).value, runsFor)
      }
      unfinished.of(name)
      longest.of(name)
    }
    return [this.#adds, depth, longest, this.#waited, this.#retries, unfinished, this.#worked].map((family) => family.text())
  }
}
