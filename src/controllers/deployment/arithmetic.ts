/**
 * The numbers of a Deployment: how far it may go above and below what is wanted, and which ReplicaSet gets how many. Pure.
 */
import type { Deployment } from '../../api/apps/deployment.ts'
import type { ReplicaSet } from '../../api/apps/replica-set.ts'
import { scaledValue } from '../../apimachinery/int-or-string.ts'

/** A ReplicaSet shall have so many Pods. */
export interface Scaling {
  readonly replicaSet: ReplicaSet
  readonly to: number
}

export const annotations = {
  revision: 'deployment.kubernetes.io/revision',
  revisionHistory: 'deployment.kubernetes.io/revision-history',
  desiredReplicas: 'deployment.kubernetes.io/desired-replicas',
  maxReplicas: 'deployment.kubernetes.io/max-replicas',
} as const

export function wantedOf({ spec }: Deployment | ReplicaSet): number {
  return spec.replicas ?? 1
}
export function sumWanted(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, one) => sum + wantedOf(one), 0)
}
export function isActive(replicaSet: ReplicaSet): boolean {
  return wantedOf(replicaSet) > 0
}
export function availableOf({ status }: ReplicaSet): number {
  return status?.availableReplicas ?? 0
}

export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy?.type !== 'Recreate'
}

/** Both limits; they are never both zero, or nothing could move. */
function limitsOf(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {}
  const wanted = wantedOf(deployment)
  const surge = scaledValue(maxSurge ?? 0, wanted, true) ?? 0
  const unavailable = scaledValue(maxUnavailable ?? 0, wanted, false) ?? 0
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable }
}
export function maxSurgeOf(deployment: Deployment): number {
  return isRolling(deployment) ? limitsOf(deployment).surge : 0
}
export function maxUnavailableOf(deployment: Deployment): number {
  const wanted = wantedOf(deployment)
  if (!isRolling(deployment) || wanted === 0) return 0
  return Math.min(limitsOf(deployment).unavailable, wanted)
}

/** How many Pods the new ReplicaSet may have now, given the others. */
export function newReplicasOf(deployment: Deployment, all: readonly ReplicaSet[], newWanted: number): number {
  const wanted = wantedOf(deployment)
  if (!isRolling(deployment)) return wanted
  const total = sumWanted(all)
  const totalMax = wanted + maxSurgeOf(deployment)
  if (total >= totalMax) return newWanted
  return newWanted + Math.min(totalMax - total, wanted - newWanted)
}

/** Oldest first; of one age by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (ageA !== ageB) return ageA < ageB ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

/** An int64 with users' numbers in it: more than a JavaScript number holds. */
export function revisionOf({ metadata }: ReplicaSet | Deployment): bigint {
  return parseRevision(metadata.annotations?.[annotations.revision]) ?? 0n
}

/** Undefined when it is none. */
export function parseRevision(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return undefined
  const revision = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, revision) === revision ? revision : undefined
}
