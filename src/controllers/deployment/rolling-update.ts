/**
 * One step of a rolling update: grow the new ReplicaSet as far as the surge allows; else shrink the old ones as far as enough Pods stay available,
 * those that do not work anyway first. Pure.
 */
import type { Deployment } from '../../api/apps/deployment.ts'
import type { ReplicaSet } from '../../api/apps/replica-set.ts'
import { availableOf, byAge, isActive, maxUnavailableOf, newReplicasOf, type Scaling, sumWanted, wantedOf } from './arithmetic.ts'

export function planRollingUpdate(deployment: Deployment, newOne: ReplicaSet, old: readonly ReplicaSet[]): readonly Scaling[] {
  return growNew(deployment, newOne, old) ?? shrinkOld(deployment, newOne, old.filter(isActive))
}

function growNew(deployment: Deployment, newOne: ReplicaSet, old: readonly ReplicaSet[]): readonly Scaling[] | undefined {
  const [has, wanted] = [wantedOf(newOne), wantedOf(deployment)]
  if (has === wanted) return undefined
  const to = has > wanted ? wanted : newReplicasOf(deployment, [...old, newOne], has)
  return to === has ? undefined : [{ replicaSet: newOne, to }]
}

function shrinkOld(deployment: Deployment, newOne: ReplicaSet, old: readonly ReplicaSet[]): readonly Scaling[] {
  if (sumWanted(old) === 0) return []
  const floor = wantedOf(deployment) - maxUnavailableOf(deployment)
  const newUnavailable = wantedOf(newOne) - availableOf(newOne)
  const spare = sumWanted(old) + wantedOf(newOne) - floor - newUnavailable
  if (spare <= 0) return []
  const sizes = new Map<ReplicaSet, number>()
  shrinkUnhealthy(old.toSorted(byAge), spare, sizes)
  shrinkHealthy(old.toSorted(byAge), old.reduce((sum, one) => sum + availableOf(one), availableOf(newOne)) - floor, sizes)
  return [...sizes].map(([replicaSet, to]) => ({ replicaSet, to }))
}

/** Pods that are not available can go without harm. */
function shrinkUnhealthy(old: readonly ReplicaSet[], spare: number, sizes: Map<ReplicaSet, number>): void {
  let left = spare
  for (const one of old) {
    const unavailable = wantedOf(one) - availableOf(one)
    if (left <= 0 || unavailable <= 0) continue
    const go = Math.min(left, unavailable)
    sizes.set(one, wantedOf(one) - go)
    left -= go
  }
}

function shrinkHealthy(old: readonly ReplicaSet[], spare: number, sizes: Map<ReplicaSet, number>): void {
  let left = spare
  for (const one of old) {
    const has = sizes.get(one) ?? wantedOf(one)
    if (left <= 0 || has === 0) continue
    const go = Math.min(left, has)
    sizes.set(one, has - go)
    left -= go
  }
}
