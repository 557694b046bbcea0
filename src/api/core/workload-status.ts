/**
 * What the statuses of workloads share: counts of Pods, none negative, none above the number of replicas, and a collision count
 * that only grows. Upstream checks these for every writer of /status, its own controllers included.
 */
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { validateNonNegative } from '../../apimachinery/validate-metadata.ts'

export function* validateCounts<K extends string>(
  status: { readonly [name in K]?: number | null | undefined },
  names: readonly K[],
  path: string,
): Generator<FieldError> {
  for (const name of names) yield* validateNonNegative(status[name] ?? 0, child(path, name))
}

interface ReplicaCounts {
  readonly replicas?: number | undefined
  readonly readyReplicas?: number | undefined
  readonly availableReplicas?: number | undefined
}

/** `names`: what may not exceed replicas. Available Pods are ready. */
export function* validateAtMost<K extends string>(
  status: ReplicaCounts & { readonly [name in K]?: number | undefined },
  names: readonly K[],
  path: string,
  readyInMessage = 'readyReplicas',
): Generator<FieldError> {
  const replicas = status.replicas ?? 0
  for (const name of names) {
    const count = status[name] ?? 0
    if (count > replicas) yield invalidValue(child(path, name), count, 'cannot be greater than status.replicas')
  }
  const available = status.availableReplicas ?? 0
  if (available > (status.readyReplicas ?? 0)) {
    yield invalidValue(child(path, 'availableReplicas'), available, `cannot be greater than ${readyInMessage}`)
  }
}

export function* validateNotDecremented(
  count: number | null | undefined,
  old: number | null | undefined,
  path: string,
): Generator<FieldError> {
  if (old === null || old === undefined) return
  if (count === null || count === undefined || count < old) yield invalidValue(path, count ?? 0, 'cannot be decremented')
}

interface TerminatingReplicas {
  status?: { terminatingReplicas?: number | null | undefined } | undefined
}

export function dropTerminatingReplicas(draft: TerminatingReplicas, old: Readonly<TerminatingReplicas>, gates: FeatureGates): void {
  if (gates.isOn('DeploymentReplicaSetTerminatingReplicas')) return
  const had = old.status?.terminatingReplicas
  if (draft.status !== undefined && (had === null || had === undefined)) delete draft.status.terminatingReplicas
}
