/**
 * What a ReplicaSet or ReplicationController should do about its Pods, and what to say of them. Pure.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isPodActive, isPodAvailable, isPodReady } from '../../api/core/pod-facts.ts'
import { type LabelRequirements, matchesLabels } from '../../apimachinery/selectors/labels.ts'
import { podsToDelete } from './deletion-order.ts'

/** At most so many at a time; the rest follows when these have been seen. */
export const burstReplicas = 500

export interface ReplicaWorld {
  readonly wanted: number
  /** That belong to it, whatever their phase. */
  readonly pods: readonly Pod[]
  /** Of all ReplicaSets of the same owner: how crowded a node is. */
  readonly related: readonly Pod[]
  readonly nowMs: number
}

export interface ReplicaPlan {
  readonly create: number
  readonly remove: readonly Pod[]
}

export function planReplicas({ wanted, pods, related, nowMs }: ReplicaWorld): ReplicaPlan {
  const active = pods.filter(isPodActive)
  const surplus = active.length - wanted
  if (surplus < 0) return { create: Math.min(-surplus, burstReplicas), remove: [] }
  if (surplus > 0) return { create: 0, remove: podsToDelete(active, Math.min(surplus, burstReplicas), related, nowMs) }
  return { create: 0, remove: [] }
}

export interface ReplicaCounts {
  readonly replicas: number
  readonly fullyLabeledReplicas: number
  readonly readyReplicas: number
  readonly availableReplicas: number
}

export function countReplicas(
  pods: readonly Pod[],
  {
    templateLabels,
    minReadySeconds,
    nowMs,
  }: { readonly templateLabels: LabelRequirements; readonly minReadySeconds: number; readonly nowMs: number },
): ReplicaCounts {
  const active = pods.filter(isPodActive)
  return {
    replicas: active.length,
    fullyLabeledReplicas: active.filter((pod) => matchesLabels(templateLabels, pod.metadata.labels)).length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, nowMs)).length,
  }
}

/** Milliseconds until the next Pod becomes available by itself; undefined when none will. */
export function nextAvailableMs(pods: readonly Pod[], minReadySeconds: number, nowMs: number): number | undefined {
  if (minReadySeconds === 0) return undefined
  let next: number | undefined
  for (const pod of pods) {
    const ready = pod.status?.conditions?.find((one) => one.type === 'Ready')
    if (ready?.status !== 'True' || typeof ready.lastTransitionTime !== 'string' || !isPodActive(pod)) continue
    const waitMs = Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 - nowMs
    if (waitMs > 0 && (next === undefined || waitMs < next)) next = waitMs
  }
  return next
}
