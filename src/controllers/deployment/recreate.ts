/**
 * One step of the Recreate strategy: all old Pods go, and only when the last has ended the new ones come. Pure.
 */
import type { Deployment } from '../../api/apps/deployment.ts'
import type { ReplicaSet } from '../../api/apps/replica-set.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodTerminal } from '../../api/core/pod-facts.ts'
import { isActive, type Scaling, wantedOf } from './arithmetic.ts'

export type RecreateStep =
  | { readonly do: 'scale'; readonly scalings: readonly Scaling[] }
  | { readonly do: 'wait' }
  | { readonly do: 'makeNew' }

/** `oldPods`: Pods of every ReplicaSet but the new one. */
export function planRecreate(
  deployment: Deployment,
  newOne: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  oldPods: readonly Pod[],
): RecreateStep {
  const active = old.filter(isActive)
  if (active.length > 0) return { do: 'scale', scalings: active.map((replicaSet) => ({ replicaSet, to: 0 })) }
  if (oldPods.some((pod) => !isPodTerminal(pod))) return { do: 'wait' }
  if (newOne === undefined) return { do: 'makeNew' }
  const wanted = wantedOf(deployment)
  return { do: 'scale', scalings: wantedOf(newOne) === wanted ? [] : [{ replicaSet: newOne, to: wanted }] }
}
