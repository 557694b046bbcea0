/** What is counted of flow control, under upstream's names. */
import { Family, type Histogram, HistogramFamily, type Series } from '../../std/metrics.ts'
import type { Counters, PriorityLevel } from './priority-level.ts'

const prefix = 'apiserver_flowcontrol_'
const seconds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]
const lengths = [0, 10, 25, 50, 100, 250, 500, 1000]
const widths = [1, 2, 4, 8, 16, 32, 64, 100]
const both = ['flow_schema', 'priority_level']

/** What one flow schema's requests count at their level; looked up once. */
export interface FlowSeries {
  readonly counters: Counters
  readonly dispatched: Series
  readonly seats: Histogram
  readonly waited: Histogram
  readonly waitedInVain: () => Histogram
  readonly executed: (verb: string, seconds: number) => void
  readonly rejected: (reason: string) => Series
}

function gauge(name: string, help: string, labels: readonly string[]): Family {
  return new Family(`${prefix}${name}`, 'gauge', help, labels)
}

export class FlowMetrics {
  readonly #dispatched = new Family(
    `${prefix}dispatched_requests_total`,
    'counter',
    '[BETA] Number of requests executed by API Priority and Fairness subsystem',
    both,
  )
  readonly #rejected = new Family(
    `${prefix}rejected_requests_total`,
    'counter',
    '[BETA] Number of requests rejected by API Priority and Fairness subsystem',
    [...both, 'reason'],
  )
  readonly #noAccommodation = new Family(
    `${prefix}request_dispatch_no_accommodation_total`,
    'counter',
    '[ALPHA] Number of times a dispatch attempt resulted in a non accommodation due to lack of available seats',
    both,
  )
  readonly #executing = gauge(
    'current_executing_requests',
    '[BETA] Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem',
    both,
  )
  readonly #seats = gauge(
    'current_executing_seats',
    '[BETA] Concurrency (number of seats) occupied by the currently executing (initial stage for a WATCH, any stage otherwise) requests in the API Priority and Fairness subsystem',
    both,
  )
  readonly #inQueue = gauge(
    'current_inqueue_requests',
    '[BETA] Number of requests currently pending in queues of the API Priority and Fairness subsystem',
    both,
  )
  readonly #seatsInQueue = gauge(
    'current_inqueue_seats',
    '[ALPHA] Number of seats currently pending in queues of the API Priority and Fairness subsystem',
    both,
  )
  readonly #queueLength = new HistogramFamily(
    `${prefix}request_queue_length_after_enqueue`,
    '[ALPHA] Length of queue in the API Priority and Fairness subsystem, as seen by each request after it is enqueued',
    both,
    lengths,
  )
  readonly #waited = new HistogramFamily(
    `${prefix}request_wait_duration_seconds`,
    '[BETA] Length of time a request spent waiting in its queue',
    ['execute', ...both],
    seconds,
  )
  readonly #execution = new HistogramFamily(
    `${prefix}request_execution_seconds`,
    '[ALPHA] Duration of initial stage (for a WATCH) or any (for a non-WATCH) stage of request execution in the API Priority and Fairness subsystem',
    [...both, 'type'],
    seconds,
  )
  readonly #width = new HistogramFamily(
    `${prefix}work_estimated_seats`,
    '[ALPHA] Number of estimated seats (maximum of initial and final seats) associated with requests in API Priority and Fairness',
    both,
    widths,
  )

  seriesOf(flowSchema: string, level: string, isExempt: boolean): FlowSeries {
    const labels = [flowSchema, level]
    const [executing, seatsTaken] = [this.#executing.of(...labels), this.#seats.of(...labels)]
    const waiting = isExempt ? undefined : this.#inQueue.of(...labels)
    const seatsWaiting = isExempt ? undefined : this.#seatsInQueue.of(...labels)
    let regular: Histogram | undefined
    let watches: Histogram | undefined
    return {
      counters: {
        executing: (requests, seats) => {
          executing.value += requests
          seatsTaken.value += seats
        },
        waiting: (requests, seats) => {
          if (waiting !== undefined) waiting.value += requests
          if (seatsWaiting !== undefined) seatsWaiting.value += seats
        },
        queueLength: (length) => this.#queueLength.of(...labels).observe(length),
        noAccommodation: () => this.#noAccommodation.of(...labels).value++,
      },
      dispatched: this.#dispatched.of(...labels),
      seats: this.#width.of(...labels),
      waited: this.#waited.of('true', ...labels),
      waitedInVain: () => this.#waited.of('false', ...labels),
      executed: (verb, took) => {
        if (verb === 'watch') (watches ??= this.#execution.of(...labels, 'watch')).observe(took)
        else (regular ??= this.#execution.of(...labels, 'regular')).observe(took)
      },
      rejected: (reason) => this.#rejected.of(...labels, reason),
    }
  }

  text(levels: Iterable<PriorityLevel>, fairFraction: number): readonly string[] {
    const of = (name: string, help: string, value: (level: PriorityLevel) => number): string => {
      const family = gauge(name, help, ['priority_level'])
      for (const level of levels) family.of(level.name).value = value(level)
      return family.text()
    }
    const fair = gauge(
      'seat_fair_frac',
      "[ALPHA] Fair fraction of server's concurrency to allocate to each priority level that can use it",
      [],
    )
    fair.of().value = fairFraction
    const ofLast = 'over last adjustment period, of demand_seats'
    return [
      ...[this.#dispatched, this.#rejected, this.#noAccommodation, this.#executing, this.#seats, this.#inQueue, this.#seatsInQueue],
      ...[this.#queueLength, this.#waited, this.#execution, this.#width, fair],
    ]
      .map((family) => family.text())
      .concat([
        of(
          'nominal_limit_seats',
          '[BETA] Nominal number of execution seats configured for each priority level',
          ({ limits }) => limits.nominal,
        ),
        of(
          'lower_limit_seats',
          '[ALPHA] Configured lower bound on number of execution seats available to each priority level',
          ({ limits }) => limits.lowest,
        ),
        of(
          'upper_limit_seats',
          '[ALPHA] Configured upper bound on number of execution seats available to each priority level',
          ({ limits }) => limits.highest,
        ),
        of(
          'current_limit_seats',
          '[ALPHA] current derived number of execution seats available to each priority level',
          ({ limit }) => limit,
        ),
        of('demand_seats_high_watermark', `[ALPHA] High watermark, ${ofLast}`, ({ demand }) => demand.highWatermark),
        of('demand_seats_average', `[ALPHA] Time-weighted average, ${ofLast}`, ({ demand }) => demand.average),
        of('demand_seats_stdev', `[ALPHA] Time-weighted standard deviation, ${ofLast}`, ({ demand }) => demand.deviation),
        of('demand_seats_smoothed', '[ALPHA] Smoothed seat demands', ({ demand }) => demand.smoothed),
        of('target_seats', '[ALPHA] Seat allocation targets', ({ target }) => target),
      ])
  }
}
