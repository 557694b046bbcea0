/**
 * Facts read off a Pod: is it ready, since when, is it over. Controllers, the scheduler and tests ask here, so that everybody means the same by it.
 */
import type { Pod } from './pod-schema.ts'

type PodCondition = NonNullable<NonNullable<Pod['status']>['conditions']>[number]

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((one) => one.type === type)
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** Ready for at least so long. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const since = typeof ready.lastTransitionTime === 'string' ? Date.parse(ready.lastTransitionTime) : Number.NaN
  return since + minReadySeconds * 1000 <= nowMs
}

/** It has ended and will not run again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Counts as a replica: neither over nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !isTerminating(pod)
}

export function isTerminating(object: { readonly metadata: { readonly deletionTimestamp?: string | null | undefined } }): boolean {
  return typeof object.metadata.deletionTimestamp === 'string'
}

/** All restarts of its containers. */
export function restartsOf(pod: Pod): number {
  return pod.status?.containerStatuses?.reduce((sum, one) => Math.max(sum, one.restartCount), 0) ?? 0
}
