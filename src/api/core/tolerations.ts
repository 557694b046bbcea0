/**
 * Taints repel, tolerations let in: which taints of a node a Pod does not put up with. Used by the scheduler (NoSchedule, PreferNoSchedule),
 * taint eviction (NoExecute) and the DaemonSet controller alike.
 */
import type { Taint } from './node-schema.ts'
import type { Toleration } from './pod-spec/affinity.ts'

export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false
  const operator = toleration.operator ?? ''
  if (operator === 'Exists') return true
  return (operator === '' || operator === 'Equal') && (toleration.value ?? '') === (taint.value ?? '')
}

export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return tolerations?.some((toleration) => toleratesTaint(toleration, taint)) ?? false
}

/** The first taint with one of the effects that is not tolerated. */
export function findUntoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find((taint) => effects.includes(taint.effect ?? '') && !tolerates(tolerations, taint))
}
