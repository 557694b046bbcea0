/**
 * How many Pods a Job should have now, and which come or go for it. Pure.
 */
import type { Pod } from '../../api/core/pod.ts'
import { podsToDelete } from '../shared/deletion-order.ts'
import { IndexSet } from './indexes.ts'
import { allFailuresBefore, finishedMs, hasLimitPerIndex, indexOf, isIndexed, isLeaving, jobPod, replacesOnlyFailed } from './job-pod.ts'
import { isSuspended, type JobView } from './judge.ts'

const baseDelayMs = 10_000
const maxDelayMs = 600_000
const maxPerPass = 500

/** Failures since the last success. */
export interface FailureRecord {
  readonly failures: number
  readonly lastMs: number
}
export const noFailures: FailureRecord = { failures: 0, lastMs: 0 }

export interface PodPlan {
  readonly create: readonly Pod[]
  readonly remove: readonly Pod[]
  /** Nothing is created yet: a failure has to cool off so long. */
  readonly waitMs?: number
}

export function planPods(view: JobView, record: FailureRecord): PodPlan {
  const { job, active, pods } = view
  if (isSuspended(job)) return { create: [], remove: removable(view, active.length) }
  const wanted = wantedActive(view)
  const remove = removable(view, Math.max(0, active.length - wanted)).slice(0, maxPerPass)
  if (remove.length > 0) return { create: [], remove }
  const leaving = replacesOnlyFailed(job) ? pods.filter(isLeaving).length : 0
  const missing = Math.min(wanted - leaving - active.length, maxPerPass)
  if (missing <= 0) return { create: [], remove: [] }
  const waitMs = hasLimitPerIndex(job) ? 0 : remainingMs(record, view.nowMs)
  if (waitMs > 0) return { create: [], remove: [], waitMs }
  return isIndexed(job) ? planIndexes(view, missing) : { create: Array<Pod>(missing).fill(jobPod(job)), remove: [] }
}

function wantedActive({ job, active, succeeded }: JobView): number {
  const { completions, parallelism } = job.spec
  const atMost = parallelism ?? 1
  if (typeof completions !== 'number') return succeeded > 0 ? active.length : atMost
  return Math.max(0, Math.min(completions - succeeded, atMost))
}

function planIndexes(view: JobView, missing: number): PodPlan {
  const { job, active, pods, succeededIndexes, failedIndexes, awaitingReplacement, nowMs } = view
  const indexesOf = (some: readonly Pod[]): IndexSet => IndexSet.of(some.flatMap((pod) => indexOf(pod) ?? []))
  let taken = succeededIndexes.with(indexesOf(active)).with(failedIndexes ?? IndexSet.empty)
  if (replacesOnlyFailed(job)) taken = taken.with(indexesOf(pods.filter(isLeaving)))
  const create: Pod[] = []
  let waitMs = Number.POSITIVE_INFINITY
  for (const index of taken.firstMissing(missing, job.spec.completions ?? 0)) {
    const before = awaitingReplacement.get(index)
    const record = before === undefined ? noFailures : { failures: allFailuresBefore(before) + 1, lastMs: finishedMs(before) }
    const left = remainingMs(record, nowMs)
    if (left === 0) create.push(jobPod(job, index, before))
    else waitMs = Math.min(waitMs, left)
  }
  return { create, remove: [], ...(create.length === 0 && Number.isFinite(waitMs) ? { waitMs } : {}) }
}

/** At least `count`, cheapest first: Pods of an index that another has too, or that is none, always go. */
function removable({ job, active, nowMs }: JobView, count: number): readonly Pod[] {
  if (!isIndexed(job)) return podsToDelete(active, count, active, nowMs).slice(0, count)
  const useless: Pod[] = []
  const left: Pod[] = []
  for (const [index, same] of Map.groupBy(active, indexOf)) {
    if (index === undefined || index >= (job.spec.completions ?? 0)) useless.push(...same)
    else {
      const ordered = podsToDelete(same, same.length - 1, same, nowMs).slice(0, same.length - 1)
      useless.push(...ordered)
      left.push(...same.filter((pod) => !ordered.includes(pod)))
    }
  }
  const more = Math.max(0, count - useless.length)
  return [...useless, ...podsToDelete(left, more, left, nowMs).slice(0, more)]
}

/** 10 s after the first failure, doubled with each, at most 10 minutes. */
export function remainingMs({ failures, lastMs }: FailureRecord, nowMs: number): number {
  if (failures === 0) return 0
  const delayMs = Math.min(baseDelayMs * 2 ** Math.min(failures - 1, 20), maxDelayMs)
  return Math.max(0, lastMs + delayMs - nowMs)
}

/** With what ended since. */
export function nextRecord(before: FailureRecord, { newlySucceeded, newlyFailed }: JobView): FailureRecord {
  const successMs = newlySucceeded.length === 0 ? undefined : Math.max(...newlySucceeded.map(finishedMs))
  const failures = newlyFailed.map(finishedMs)
  if (successMs === undefined) {
    if (failures.length === 0) return before
    return { failures: before.failures + failures.length, lastMs: Math.max(...failures) }
  }
  const since = failures.filter((ms) => ms > successMs)
  return since.length === 0 ? noFailures : { failures: since.length, lastMs: Math.max(...since) }
}
