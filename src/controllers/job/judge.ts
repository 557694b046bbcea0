/**
 * How a Job stands: what has succeeded and failed, counted or not yet, and whether it is over and why. Pure.
 *
 * Pods are counted in two steps so that a crash in between neither loses nor repeats one: first their uids go into status.uncountedTerminatedPods, then
 * their finalizer goes, then the number moves into the counters. Whoever has the finalizer and is in neither list is new.
 */
import type { Job } from '../../api/batch/job.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodActive, podPhase } from '../../api/core/pod-facts.ts'
import { timeMs, timeText } from '../shared/time-text.ts'
import { IndexSet } from './indexes.ts'
import { allFailuresBefore, failuresBefore, finishedMs, hasLimitPerIndex, indexOf, isFailed, isIndexed, isTracked } from './job-pod.ts'
import { judgeFailure, judgeSuccess } from './policies.ts'

export type JobStatus = NonNullable<Job['status']>
export type JobCondition = NonNullable<JobStatus['conditions']>[number]

export interface JobWorld {
  readonly job: Job
  /** Those that are its own, in any state. */
  readonly pods: readonly Pod[]
  /** Uids of those whose finalizer was taken away, although the informer still shows it. */
  readonly released: ReadonlySet<string>
  readonly nowMs: number
}

export interface JobView extends JobWorld {
  readonly active: readonly Pod[]
  /** Ended and seen for the first time. */
  readonly newlySucceeded: readonly Pod[]
  readonly newlyFailed: readonly Pod[]
  readonly succeeded: number
  readonly failed: number
  /** Of Indexed Jobs: as the status has them, and with those seen now. */
  readonly countedIndexes: IndexSet
  readonly succeededIndexes: IndexSet
  /** Only with a limit per index. */
  readonly failedIndexes: IndexSet | undefined
  /** Index → the Pod that failed there last and has not been replaced: it waits to be, and stays so long. */
  readonly awaitingReplacement: ReadonlyMap<number, Pod>
  /** It is over, or will be once its Pods are gone. */
  readonly finish: JobCondition | undefined
}

export function jobCondition(type: string, status: string, reason: string, message: string, nowMs: number): JobCondition {
  const time = timeText(nowMs)
  return { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message } as JobCondition
}

export function isSuspended({ spec }: Job): boolean {
  return spec.suspend === true
}

export function isFinished({ status }: Job): boolean {
  return status?.conditions?.some(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True') === true
}

export function viewJob(world: JobWorld): JobView {
  const { job, pods } = world
  const { status = {}, spec } = job
  const uncounted = status.uncountedTerminatedPods ?? {}
  const fresh = pods.filter((pod) => isCountable(world, pod))
  const known = (uids: readonly string[] | null | undefined, { metadata }: Pod): boolean => uids?.includes(metadata.uid ?? '') === true
  const newlySucceeded = fresh.filter((pod) => !known(uncounted.succeeded, pod) && podPhase(pod) === 'Succeeded')
  const newlyFailed = fresh.filter((pod) => !known(uncounted.failed, pod) && isFailed(pod, job))
  const countedFailures = newlyFailed.filter((pod) => judgeFailure(spec, pod).isCounted).length
  const active = pods.filter(isPodActive)
  const indexes = viewIndexes(world, active)
  const counts = {
    succeeded: isIndexed(job)
      ? indexes.succeededIndexes.size
      : (status.succeeded ?? 0) + newlySucceeded.length + (uncounted.succeeded?.length ?? 0),
    failed: (status.failed ?? 0) + countedFailures + (uncounted.failed?.length ?? 0),
  }
  return { ...world, active, newlySucceeded, newlyFailed, ...counts, ...indexes, finish: finishOf(world, counts.failed, indexes) }
}

/** Still to be counted, and of an index that exists. */
function isCountable({ job, released }: JobWorld, pod: Pod): boolean {
  if (!isTracked(pod) || released.has(pod.metadata.uid ?? '')) return false
  return !isIndexed(job) || (indexOf(pod) ?? Number.POSITIVE_INFINITY) < (job.spec.completions ?? 0)
}

type IndexView = Pick<JobView, 'countedIndexes' | 'succeededIndexes' | 'failedIndexes' | 'awaitingReplacement'>

function viewIndexes(world: JobWorld, active: readonly Pod[]): IndexView {
  const { job, pods } = world
  const nothing = IndexSet.empty
  if (!isIndexed(job))
    return { countedIndexes: nothing, succeededIndexes: nothing, failedIndexes: undefined, awaitingReplacement: new Map() }
  const completions = job.spec.completions ?? 0
  const tracked = pods.filter((pod) => isTracked(pod) && (indexOf(pod) ?? completions) < completions)
  const indexesOf = (some: readonly Pod[]): IndexSet => IndexSet.of(some.map((pod) => indexOf(pod) as number))
  const countedIndexes = IndexSet.parse(job.status?.completedIndexes ?? '', completions)
  const succeededIndexes = countedIndexes.with(indexesOf(tracked.filter((pod) => podPhase(pod) === 'Succeeded')))
  if (!hasLimitPerIndex(job)) return { countedIndexes, succeededIndexes, failedIndexes: undefined, awaitingReplacement: new Map() }
  const failedIndexes = IndexSet.parse(job.status?.failedIndexes ?? '', completions).with(
    indexesOf(tracked.filter((pod) => isIndexFailed(job, pod))),
  )
  const taken = new Set(active.map(indexOf))
  const awaitingReplacement = new Map<number, Pod>()
  for (const pod of pods.filter((one) => isCountable(world, one) && isFailed(one, job))) {
    const index = indexOf(pod) as number
    if (succeededIndexes.has(index) || failedIndexes.has(index) || taken.has(index)) continue
    const before = awaitingReplacement.get(index)
    if (before === undefined || (allFailuresBefore(before) <= allFailuresBefore(pod) && finishedMs(pod) >= finishedMs(before)))
      awaitingReplacement.set(index, pod)
  }
  return { countedIndexes, succeededIndexes, failedIndexes, awaitingReplacement }
}

function isIndexFailed(job: Job, pod: Pod): boolean {
  if (!isFailed(pod, job)) return false
  const { isIndexFailed: isAtOnce, isCounted } = judgeFailure(job.spec, pod)
  return isAtOnce || (isCounted && failuresBefore(pod) >= (job.spec.backoffLimitPerIndex ?? 0))
}

function finishOf(
  world: JobWorld,
  failed: number,
  { succeededIndexes, failedIndexes }: Pick<IndexView, 'succeededIndexes' | 'failedIndexes'>,
): JobCondition | undefined {
  const { job, pods, nowMs } = world
  const { spec, status } = job
  const stated = (wanted: string): JobCondition | undefined =>
    status?.conditions?.find(({ type, status: value }) => type === wanted && value === 'True')
  const met = stated('SuccessCriteriaMet')
  if (met !== undefined) return met
  const target = stated('FailureTarget')
  if (target !== undefined) return jobCondition('Failed', 'True', target.reason ?? '', target.message ?? '', nowMs)
  const failure = (reason: string, message: string): JobCondition => jobCondition('FailureTarget', 'True', reason, message, nowMs)
  for (const pod of spec.podFailurePolicy ? pods : []) {
    const { failJob } = isFailed(pod, job) ? judgeFailure(spec, pod) : {}
    if (failJob !== undefined) return failure('PodFailurePolicy', failJob)
  }
  if (failed > (spec.backoffLimit ?? 6) || isPastLimitByRestarts(job, pods))
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  if ((deadlineMs(job) ?? Number.POSITIVE_INFINITY) <= nowMs)
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline')
  if (!isIndexed(job)) return undefined
  if (failedIndexes !== undefined && failedIndexes.size > 0) {
    if (typeof spec.maxFailedIndexes === 'number' && failedIndexes.size > spec.maxFailedIndexes)
      return failure('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
    if (failedIndexes.size + succeededIndexes.size >= (spec.completions ?? 0)) return failure('FailedIndexes', 'Job has failed indexes')
  }
  const message = judgeSuccess(spec, succeededIndexes)
  return message === undefined ? undefined : jobCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', message, nowMs)
}

/** Containers that restart in place count by their restarts. */
function isPastLimitByRestarts({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { status } of pods)
    if (status?.phase === 'Running' || status?.phase === 'Pending')
      for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
        restarts += restartCount ?? 0
  const limit = spec.backoffLimit ?? 6
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** When it has run long enough; undefined without a deadline, or while it is suspended. */
export function deadlineMs(job: Job): number | undefined {
  const { activeDeadlineSeconds } = job.spec
  const startMs = timeMs(job.status?.startTime)
  if (typeof activeDeadlineSeconds !== 'number' || Number.isNaN(startMs) || isSuspended(job)) return undefined
  return startMs + activeDeadlineSeconds * 1000
}
