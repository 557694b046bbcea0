/**
 * A Deployment that is scaled while it rolls out (or is paused) spreads the difference over its ReplicaSets by their sizes. Pure.
 */
import type { Deployment } from '../../api/apps/deployment.ts'
import type { ReplicaSet } from '../../api/apps/replica-set.ts'
import { annotations, availableOf, byAge, isActive, isRolling, maxSurgeOf, type Scaling, sumWanted, wantedOf } from './arithmetic.ts'

/** True when somebody changed `replicas` since the ReplicaSets were last written. */
export function isScalingEvent(deployment: Deployment, all: readonly ReplicaSet[]): boolean {
  return all.filter(isActive).some((one) => {
    const desired = desiredOf(one)
    return desired !== undefined && desired !== wantedOf(deployment)
  })
}

export function planScaling(deployment: Deployment, newOne: ReplicaSet | undefined, old: readonly ReplicaSet[]): readonly Scaling[] {
  const wanted = wantedOf(deployment)
  const all = newOne === undefined ? old : [...old, newOne]
  const active = all.filter(isActive)
  const single = active.length === 1 ? active[0] : active.length === 0 ? (newOne ?? old.toSorted(byAge).at(-1)) : undefined
  if (single !== undefined) return wantedOf(single) === wanted ? [] : [{ replicaSet: single, to: wanted }]
  if (active.length === 0) return []
  if (newOne !== undefined && isSaturated(deployment, newOne)) return old.filter(isActive).map((replicaSet) => ({ replicaSet, to: 0 }))
  if (!isRolling(deployment)) return []
  return spread(deployment, active)
}

function spread(deployment: Deployment, active: readonly ReplicaSet[]): readonly Scaling[] {
  const wanted = wantedOf(deployment)
  const allowed = wanted > 0 ? wanted + maxSurgeOf(deployment) : 0
  const toAdd = allowed - sumWanted(active)
  const sorted = active.toSorted((a, b) => wantedOf(b) - wantedOf(a) || (toAdd > 0 ? -byAge(a, b) : byAge(a, b)))
  let added = 0
  const sizes = sorted.map((one) => {
    const share = shareOf(one, deployment, toAdd, added)
    added += share
    return wantedOf(one) + share
  })
  // What rounding left over goes to the largest.
  return sorted.map((replicaSet, index) => ({
    replicaSet,
    to: index === 0 ? Math.max(0, (sizes[0] as number) + toAdd - added) : (sizes[index] as number),
  }))
}

function shareOf(one: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (wantedOf(one) === 0 || toAdd === 0 || toAdd === added) return 0
  const fraction = fractionOf(one, deployment)
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added)
}

function fractionOf(one: ReplicaSet, deployment: Deployment): number {
  const wanted = wantedOf(deployment)
  if (wanted === 0) return -wantedOf(one)
  const max = wanted + maxSurgeOf(deployment)
  const before = numberIn(one, annotations.maxReplicas) || (deployment.status?.replicas ?? 0)
  if (before === 0) return 0
  return Math.floor((wantedOf(one) * max) / before + 0.5) - wantedOf(one)
}

function isSaturated(deployment: Deployment, newOne: ReplicaSet): boolean {
  const wanted = wantedOf(deployment)
  return desiredOf(newOne) === wanted && wantedOf(newOne) === wanted && availableOf(newOne) === wanted
}

function desiredOf(one: ReplicaSet): number | undefined {
  return numberIn(one, annotations.desiredReplicas)
}
function numberIn({ metadata }: ReplicaSet, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation]
  const value = text === undefined ? Number.NaN : Number.parseInt(text, 10)
  return Number.isNaN(value) ? undefined : value
}
