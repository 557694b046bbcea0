/**
 * What changes of Pods and nodes mean to the queue: one update can be several events, or none worth a look.
 *
 * A Pod that changed in no way that scheduling knows is just "Update", which no plugin waits for: status patches from kubelets, by
 * far the most frequent change, stop here. Node heartbeats give no event at all.
 */
import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod.ts'
import type { ClusterEvent, EventAction } from './framework.ts'
import type { PodInfo } from './pod-info.ts'
import { amountOf, type Resources } from './resources.ts'

export const podAdded = (pod: Pod): ClusterEvent => ({ resource: 'Pod', action: 'Add', new: pod })
export const podDeleted = (pod: Pod): ClusterEvent => ({ resource: 'Pod', action: 'Delete', old: pod })

export function podUpdates({ pod: old, requests: before }: PodInfo, { pod, requests: after }: PodInfo): readonly ClusterEvent[] {
  const actions: EventAction[] = []
  if (!sameMap(old.metadata.labels, pod.metadata.labels)) actions.push('UpdatePodLabel')
  if (asksForLess(before, after)) actions.push('UpdatePodScaleDown')
  if (count(pod.spec.schedulingGates) === 0 && count(old.spec.schedulingGates) > 0) actions.push('UpdatePodSchedulingGatesEliminated')
  if (count(pod.spec.tolerations) !== count(old.spec.tolerations)) actions.push('UpdatePodToleration')
  if (!sameJson(old.status?.resourceClaimStatuses, pod.status?.resourceClaimStatuses)) actions.push('UpdatePodGeneratedResourceClaim')
  if (actions.length === 0) actions.push('Update')
  return actions.map((action) => ({ resource: 'Pod', action, old, new: pod }))
}

export function nodeUpdates(old: Node, node: Node): readonly ClusterEvent[] {
  const actions: EventAction[] = []
  if (old.spec.unschedulable === true && node.spec.unschedulable !== true) actions.push('UpdateNodeTaint')
  if (!sameMap(old.status?.allocatable, node.status?.allocatable)) actions.push('UpdateNodeAllocatable')
  if (!sameMap(old.metadata.labels, node.metadata.labels)) actions.push('UpdateNodeLabel')
  if (!sameJson(old.spec.taints ?? [], node.spec.taints ?? [])) actions.push('UpdateNodeTaint')
  if (!sameConditions(old, node)) actions.push('UpdateNodeCondition')
  if (!sameMap(old.metadata.annotations, node.metadata.annotations)) actions.push('UpdateNodeAnnotation')
  return actions.map((action) => ({ resource: 'Node', action, old, new: node }))
}

function asksForLess(before: Resources, after: Resources): boolean {
  if (after.milliCpu < before.milliCpu || after.memory < before.memory || after.ephemeralStorage < before.ephemeralStorage) return true
  return before.scalars.some(({ name, amount }) => amountOf(after, name) < amount)
}

type StringMap = Readonly<Record<string, string>> | null | undefined

function sameMap(a: StringMap, b: StringMap): boolean {
  if (a === b) return true
  const names = Object.keys(a ?? {})
  if (names.length !== Object.keys(b ?? {}).length) return false
  for (const name of names) if (a?.[name] !== b?.[name]) return false
  return true
}

/** Both come from the same decoder, so equal values print alike. */
function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function sameConditions(a: Node, b: Node): boolean {
  const before = a.status?.conditions ?? []
  const after = b.status?.conditions ?? []
  if (before.length !== after.length) return false
  return after.every(({ type, status }, i) => before[i]?.type === type && before[i]?.status === status)
}

function count(list: readonly unknown[] | null | undefined): number {
  return list?.length ?? 0
}
