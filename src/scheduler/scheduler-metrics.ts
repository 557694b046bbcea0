/** What dashboards know of the scheduler: attempts and how they ended, how long Pods waited for a node, what was preempted, who waits now. */
import { Family, type Histogram, HistogramFamily, type Series } from '../std/metrics.ts'

function doubling(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first * 2 ** i)
}
const attemptSeconds = doubling(0.001, 15)

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error'

interface Attempts {
  readonly count: Series
  readonly duration: Histogram
}

export class SchedulerMetrics {
  readonly #attempts = new Family(
    'scheduler_schedule_attempts_total',
    'counter',
    "[STABLE] Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
    ['profile', 'result'],
  )
  readonly #attemptDuration = new HistogramFamily(
    'scheduler_scheduling_attempt_duration_seconds',
    '[STABLE] Scheduling attempt latency in seconds (scheduling algorithm + binding)',
    ['profile', 'result'],
    attemptSeconds,
  )
  readonly #algorithm = new HistogramFamily(
    'scheduler_scheduling_algorithm_duration_seconds',
    '[ALPHA] Scheduling algorithm latency in seconds',
    [],
    attemptSeconds,
  )
  readonly #waited = new HistogramFamily(
    'scheduler_pod_scheduling_sli_duration_seconds',
    '[BETA] E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.',
    ['attempts'],
    doubling(0.01, 20),
  )
  readonly #tries = new HistogramFamily(
    'scheduler_pod_scheduling_attempts',
    '[STABLE] Number of attempts to successfully schedule a pod.',
    [],
    doubling(1, 5),
  )
  readonly #preemptions = new Family(
    'scheduler_preemption_attempts_total',
    'counter',
    '[STABLE] Total preemption attempts in the cluster till now',
  )
  readonly #victims = new HistogramFamily(
    'scheduler_preemption_victims',
    '[STABLE] Number of selected preemption victims',
    [],
    doubling(1, 7),
  )
  readonly #byResult = new Map<string, Attempts>()
  // Looked up once: every Pod counts here.
  readonly #decided = this.#algorithm.of()
  readonly #triedFor = this.#tries.of()
  readonly #preempted = this.#preemptions.of()

  decided(durationMs: number): void {
    this.#decided.observe(durationMs / 1000)
  }

  attempted(profile: string, result: AttemptResult, durationMs: number): void {
    const key = `${result} ${profile}`
    let kept = this.#byResult.get(key)
    if (kept === undefined) {
      kept = { count: this.#attempts.of(profile, result), duration: this.#attemptDuration.of(profile, result) }
      this.#byResult.set(key, kept)
    }
    kept.count.value++
    kept.duration.observe(durationMs / 1000)
  }

  scheduled(attempts: number, waitedMs: number): void {
    this.#triedFor.observe(attempts)
    // Whoever needed many attempts is one case.
    this.#waited.of(attempts >= 15 ? '15+' : String(attempts)).observe(waitedMs / 1000)
  }

  preempting(): void {
    this.#preempted.value++
  }
  preempted(victims: number): void {
    this.#victims.of().observe(victims)
  }

  /** `pending`: Pods that wait, by the part of the queue; `known`: what the scheduler keeps in mind. */
  text({ pending, known }: { pending: Readonly<Record<string, number>>; known: Readonly<Record<string, number>> }): readonly string[] {
    const pendingPods = new Family(
      'scheduler_pending_pods',
      'gauge',
      "[STABLE] Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
      ['queue'],
    )
    for (const [queue, count] of Object.entries(pending)) pendingPods.of(queue).value = count
    const cacheSize = new Family(
      'scheduler_cache_size',
      'gauge',
      '[ALPHA] Number of nodes, pods, and assumed (bound) pods in the scheduler cache.',
      ['type'],
    )
    for (const [type, count] of Object.entries(known)) cacheSize.of(type).value = count
    const families = [this.#attempts, this.#attemptDuration, this.#algorithm, this.#waited, this.#tries, this.#preemptions, this.#victims]
    return [...families, pendingPods, cacheSize].map((family) => family.text())
  }
}
