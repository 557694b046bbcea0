/** What a client asks of API servers, as client-go counts it: a transport around a transport. */
import type { Clock } from '../std/clock.ts'
import { Family, HistogramFamily } from '../std/metrics.ts'
import type { Transport, TransportRequest } from './transport.ts'

const seconds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]

export class RestClientMetrics {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #requests = new Family(
    'rest_client_requests_total',
    'counter',
    '[ALPHA] Number of HTTP requests, partitioned by status code, method, and host.',
    ['code', 'host', 'method'],
  )
  readonly #durations = new HistogramFamily(
    'rest_client_request_duration_seconds',
    '[ALPHA] Request latency in seconds. Broken down by verb, and host.',
    ['host', 'verb'],
    seconds,
  )

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** `host`: 127.0.0.1:6443. A request that was not answered counts as "<error>". */
  counted(transport: Transport, host: string): Transport {
    const count = async <T extends { readonly status: number }>({ method }: TransportRequest, ask: Promise<T>): Promise<T> => {
      const beganMs = this.#clock.monotonicMs()
      let code = '<error>'
      try {
        const answer = await ask
        code = String(answer.status)
        return answer
      } finally {
        this.#requests.of(code, host, method).value++
        this.#durations.of(host, method).observe((this.#clock.monotonicMs() - beganMs) / 1000)
      }
    }
    return {
      send: (request) => count(request, transport.send(request)),
      open: (request) => count(request, transport.open(request)),
      [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
    }
  }

  text(): readonly string[] {
    return [this.#requests.text(), this.#durations.text()]
  }
}
