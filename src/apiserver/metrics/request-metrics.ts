/**
 * How many requests of which kind were answered how, how long that took and how large the answers were. One look-up for each
 * request: what has the same labels is counted in one place.
 *
 * What a newcomer would get wrong: a watch counts when it ends, and until then among the long-running ones; "scope" is what a request is
 * about, one object ("resource", also for creates), a namespace or the cluster; an apply is no PATCH.
 */
import type { Clock } from '../../std/clock.ts'
import { Family, type Histogram, HistogramFamily, type Series } from '../../std/metrics.ts'
import type { HttpRequest, HttpResponse } from '../../wire/http.ts'
import type { RequestInfo } from '../request/info.ts'

const seconds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const bytes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

interface Labels {
  readonly component: string
  readonly dryRun: string
  readonly group: string
  readonly resource: string
  readonly scope: string
  readonly subresource: string
  readonly verb: string
  readonly version: string
}

/** Everything that is counted for one set of labels. */
interface Kept {
  readonly labels: Labels
  readonly byCode: Map<number, Series>
  readonly duration: Histogram
  readonly objective: Histogram
  /** GET and LIST only. */
  readonly size: Histogram | undefined
}

interface Finished {
  readonly info: RequestInfo
  readonly http: HttpRequest
  readonly response: HttpResponse
  readonly beganMs: number
  readonly clock: Pick<Clock, 'monotonicMs'>
}

export class RequestMetrics {
  readonly #total = new Family(
    'apiserver_request_total',
    'counter',
    '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    ['code', 'component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
  )
  readonly #duration = new HistogramFamily(
    'apiserver_request_duration_seconds',
    '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    ['component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
    seconds,
  )
  readonly #objective = new HistogramFamily(
    'apiserver_request_sli_duration_seconds',
    '[ALPHA] Response latency distribution (not counting webhook duration and priority & fairness queue wait times) in seconds for each verb, group, version, resource, subresource, scope and component.',
    ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
    seconds,
  )
  readonly #size = new HistogramFamily(
    'apiserver_response_sizes',
    '[STABLE] Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
    ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
    bytes,
  )
  readonly #inflight = new Family(
    'apiserver_current_inflight_requests',
    'gauge',
    '[STABLE] Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
    ['request_kind'],
  )
  readonly #longRunning = new Family(
    'apiserver_longrunning_requests',
    'gauge',
    '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
    ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
  )
  readonly #mutating = new Watermark()
  readonly #reading = new Watermark()
  readonly #kept = new Map<string, Kept>()

  begin(verb: string, nowMs: number): void {
    if (verb !== 'watch') this.#inflightOf(verb).begin(nowMs)
  }

  /** The answer as it is to be sent: one that is produced while it is sent counts when it has been. */
  finish({ info, http, response, beganMs, clock }: Finished): HttpResponse {
    const kept = this.#of(info, http)
    const { body } = response
    const isWatch = info.verb === 'watch'
    if (!isWatch) this.#inflightOf(info.verb).current--
    if (typeof body !== 'function') {
      const size = body === undefined ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length
      this.#count(kept, response.status, clock.monotonicMs() - beganMs, size)
      return response
    }
    return {
      ...response,
      body: async (sink) => {
        const running = isWatch ? this.#longRunningOf(kept.labels) : undefined
        if (running !== undefined) running.value++
        let sent = 0
        const counting = {
          write: (chunk: Uint8Array | string): void => {
            sent += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length
            sink.write(chunk)
          },
          get unsentBytes() {
            return sink.unsentBytes
          },
          drained: () => sink.drained(),
          signal: sink.signal,
        }
        try {
          // A watch writes often and its size is of no interest.
          await body(isWatch ? sink : counting)
        } finally {
          if (running !== undefined) running.value--
          this.#count(kept, response.status, clock.monotonicMs() - beganMs, sent)
        }
      },
    }
  }

  text(nowMs: number): readonly string[] {
    this.#inflight.of('mutating').value = this.#mutating.highest(nowMs)
    this.#inflight.of('readOnly').value = this.#reading.highest(nowMs)
    return [this.#total, this.#duration, this.#objective, this.#size, this.#inflight, this.#longRunning].map((family) => family.text())
  }

  #count(kept: Kept, code: number, durationMs: number, size: number): void {
    let series = kept.byCode.get(code)
    if (series === undefined) {
      const { component, dryRun, group, resource, scope, subresource, verb, version } = kept.labels
      series = this.#total.of(String(code), component, dryRun, group, resource, scope, subresource, verb, version)
      kept.byCode.set(code, series)
    }
    series.value++
    kept.duration.observe(durationMs / 1000)
    kept.objective.observe(durationMs / 1000)
    kept.size?.observe(size)
  }

  #inflightOf(verb: string): Watermark {
    return verb === 'get' || verb === 'list' ? this.#reading : this.#mutating
  }

  #longRunningOf({ component, group, resource, scope, subresource, verb, version }: Labels): Series {
    return this.#longRunning.of(component, group, resource, scope, subresource, verb, version)
  }

  #of(info: RequestInfo, http: HttpRequest): Kept {
    const { group, version, resource, subresource, isResource } = info
    const scope = scopeOf(info)
    const verb = verbOf(info, http)
    const dryRun = http.query !== '' && /(?:^|&)dryRun=All(?:&|$)/.test(http.query) ? 'All' : ''
    const below = isResource ? subresource : documentOf(info.path)
    const key = `${verb}|${scope}|${dryRun}|${group}|${version}|${resource}|${below}`
    let kept = this.#kept.get(key)
    if (kept === undefined) {
      const component = isResource || /^apis?(\/|$)/.test(below) ? 'apiserver' : ''
      const labels = { component, dryRun, group, resource, scope, subresource: below, verb, version }
      const plain = [component, group, resource, scope, below, verb, version]
      kept = {
        labels,
        byCode: new Map(),
        duration: this.#duration.of(component, dryRun, ...plain.slice(1)),
        objective: this.#objective.of(...plain),
        size: verb === 'GET' || verb === 'LIST' ? this.#size.of(...plain) : undefined,
      }
      this.#kept.set(key, kept)
    }
    return kept
  }
}

/** How many there were at once in this second and the one before. */
class Watermark {
  current = 0
  #second = 0
  #peak = 0
  #peakBefore = 0

  begin(nowMs: number): void {
    this.#turn(nowMs)
    this.current++
    if (this.current > this.#peak) this.#peak = this.current
  }

  highest(nowMs: number): number {
    this.#turn(nowMs)
    return Math.max(this.#peak, this.#peakBefore)
  }

  #turn(nowMs: number): void {
    const second = Math.floor(nowMs / 1000)
    if (second === this.#second) return
    this.#peakBefore = second === this.#second + 1 ? this.#peak : this.current
    this.#peak = this.current
    this.#second = second
  }
}

function scopeOf({ isResource, verb, name, namespace }: RequestInfo): string {
  if (!isResource) return ''
  if (name !== '' || verb === 'create') return 'resource'
  return namespace === '' ? 'cluster' : 'namespace'
}

/** Paths that lead nowhere are one: whoever asks for many must not make many series. */
const documents = new Set(['api', 'apis', 'openapi', 'version', 'metrics', '.well-known', 'openid'])
const checks = new Set(['healthz', 'livez', 'readyz'])
function documentOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  if (checks.has(first)) return `/${first}`
  if (first === 'openapi') return second === 'v2' || second === 'v3' ? `openapi/${second}` : ''
  return documents.has(first) ? first : ''
}

const verbs: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', deletecollection: 'DELETE' }
function verbOf({ verb }: RequestInfo, { headers }: HttpRequest): string {
  if (verb === 'patch' && headers['content-type']?.startsWith('application/apply-patch')) return 'APPLY'
  return verbs[verb] ?? verb.toUpperCase()
}
