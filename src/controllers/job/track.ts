/**
 * Counts a Job's Pods into its status, and says whose finalizers can go. Pure; why in two steps: judge.ts.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isTerminating, podPhase } from '../../api/core/pod-facts.ts'
import { IndexSet } from './indexes.ts'
import { indexOf, isFailed, isIndexed, isTracked } from './job-pod.ts'
import type { JobCondition, JobStatus, JobView } from './judge.ts'
import { judgeFailure } from './policies.ts'

const uncountedMax = 500

export interface Tracking {
  readonly status: JobStatus
  /** Their finalizers go once the status is written. */
  readonly release: readonly Pod[]
  /** There are more than fit into one write. */
  readonly isFull: boolean
  readonly isChanged: boolean
}

/** `finish`: what the Job ends with; then all of its Pods are counted. */
export function trackPods(view: JobView, before: JobStatus, finish: JobCondition | undefined): Tracking {
  const { job, countedIndexes } = view
  const completions = job.spec.completions ?? 0
  const tracked = view.pods.filter((pod) => isTracked(pod) && !view.released.has(uidOf(pod)))
  const settled = settleUncounted(before, new Set(tracked.map(uidOf)))
  const succeeded = new Set(settled.status.uncountedTerminatedPods?.succeeded)
  const failed = new Set(settled.status.uncountedTerminatedPods?.failed)
  const newIndexes: number[] = []
  const release: Pod[] = []
  const sizeBefore = succeeded.size + failed.size
  const ordered = isIndexed(job) ? tracked.toSorted((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1)) : tracked
  for (const pod of ordered) {
    if (!canGo(view, pod, finish)) continue
    release.push(pod)
    const index = indexOf(pod)
    const isOfIndex = index !== undefined && index < completions
    if (podPhase(pod) === 'Succeeded' && !failed.has(uidOf(pod))) {
      if (!isIndexed(job)) succeeded.add(uidOf(pod))
      else if (isOfIndex && !countedIndexes.has(index)) newIndexes.push(index)
    } else if (isFailed(pod, job) || (finish !== undefined && finish.type !== 'SuccessCriteriaMet')) {
      if ((!isIndexed(job) || isOfIndex) && judgeFailure(job.spec, pod).isCounted) failed.add(uidOf(pod))
    }
    if (newIndexes.length + succeeded.size + failed.size >= uncountedMax) break
  }
  const isFull = newIndexes.length + succeeded.size + failed.size >= uncountedMax
  const uncountedTerminatedPods = {
    ...(succeeded.size === 0 ? {} : { succeeded: [...succeeded] }),
    ...(failed.size === 0 ? {} : { failed: [...failed] }),
  }
  let status: JobStatus = { ...settled.status, uncountedTerminatedPods }
  let isChanged = settled.isChanged || succeeded.size + failed.size !== sizeBefore || newIndexes.length > 0
  if (isIndexed(job)) {
    const indexes = countedIndexes.with(IndexSet.of(newIndexes))
    const failedIndexes = view.failedIndexes?.toString()
    isChanged ||= String(indexes) !== (before.completedIndexes ?? '') || failedIndexes !== (before.failedIndexes ?? undefined)
    status = { ...status, succeeded: indexes.size, completedIndexes: String(indexes) }
    if (failedIndexes !== undefined) status = { ...status, failedIndexes }
  }
  return { status, release, isFull, isChanged }
}

/** Those whose finalizer is gone move from the lists into the counters. */
export function settleUncounted(status: JobStatus, withFinalizer: ReadonlySet<string>): { status: JobStatus; isChanged: boolean } {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  const stillSucceeded = (succeeded ?? []).filter((uid) => withFinalizer.has(uid))
  const stillFailed = (failed ?? []).filter((uid) => withFinalizer.has(uid))
  const newSucceeded = (succeeded ?? []).length - stillSucceeded.length
  const newFailed = (failed ?? []).length - stillFailed.length
  if (newSucceeded + newFailed === 0) return { status, isChanged: false }
  return {
    status: {
      ...status,
      ...(newSucceeded === 0 ? {} : { succeeded: (status.succeeded ?? 0) + newSucceeded }),
      ...(newFailed === 0 ? {} : { failed: (status.failed ?? 0) + newFailed }),
      uncountedTerminatedPods: {
        ...(stillSucceeded.length === 0 ? {} : { succeeded: stillSucceeded }),
        ...(stillFailed.length === 0 ? {} : { failed: stillFailed }),
      },
    },
    isChanged: true,
  }
}

function canGo({ job, awaitingReplacement }: JobView, pod: Pod, finish: JobCondition | undefined): boolean {
  if (isTerminating(job) || finish !== undefined || podPhase(pod) === 'Succeeded') return true
  if (!isFailed(pod, job)) return false
  const index = indexOf(pod)
  return index === undefined || awaitingReplacement.get(index)?.metadata.uid !== pod.metadata.uid
}

function uidOf({ metadata }: Pod): string {
  return metadata.uid ?? ''
}
