/**
 * How much room a PodDisruptionBudget leaves: the status that follows from the Pods it guards and the scale of their owners. Pure.
 *
 * What a newcomer would get wrong: an evicted Pod counts as gone from the moment its eviction was allowed (status.disruptedPods), for two minutes,
 * though the watch has not shown it yet; and where the number of Pods is not known from their owners, nothing may be evicted.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isPodReady, isTerminating } from '../../api/core/pod-facts.ts'
import type { PodDisruptionBudget } from '../../api/policy/pod-disruption-budget.ts'
import { scaledValue } from '../../apimachinery/int-or-string.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { timeMs, timeText } from '../shared/time-text.ts'

const deletionTimeoutMs = 120_000

export type BudgetStatus = NonNullable<PodDisruptionBudget['status']>
type Condition = NonNullable<BudgetStatus['conditions']>[number]

/** Whether the scale of the Pods' owners matters. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  const { minAvailable, maxUnavailable } = spec
  return isGiven(maxUnavailable) || typeof minAvailable === 'string'
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null
}

/** `scale`: of all owners together. */
export function healthyWanted(
  { spec }: PodDisruptionBudget,
  pods: number,
  scale: number,
): { readonly expected: number; readonly desired: number } {
  const { minAvailable, maxUnavailable } = spec
  if (isGiven(maxUnavailable)) return { expected: scale, desired: Math.max(0, scale - (scaledValue(maxUnavailable, scale, true) ?? 0)) }
  if (typeof minAvailable === 'string') return { expected: scale, desired: scaledValue(minAvailable, scale, true) ?? 0 }
  return isGiven(minAvailable) ? { expected: pods, desired: minAvailable } : { expected: 0, desired: 0 }
}

export interface Disrupted {
  readonly pods: Readonly<Record<string, string>>
  /** Should have gone by now and has not. */
  readonly overdue: readonly Pod[]
  readonly recheckMs?: number
}

export function stillDisrupted({ status }: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): Disrupted {
  const still: Record<string, string> = {}
  const overdue: Pod[] = []
  let recheckMs = Number.POSITIVE_INFINITY
  for (const pod of pods) {
    const name = pod.metadata.name ?? ''
    const since = status?.disruptedPods?.[name]
    if (typeof since !== 'string' || isTerminating(pod)) continue
    const endMs = timeMs(since) + deletionTimeoutMs
    if (endMs < nowMs) overdue.push(pod)
    else {
      still[name] = since
      recheckMs = Math.min(recheckMs, endMs - nowMs)
    }
  }
  return { pods: still, overdue, ...(Number.isFinite(recheckMs) ? { recheckMs } : {}) }
}

export function budgetStatus(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  disrupted: Disrupted,
  wanted: { readonly expected: number; readonly desired: number },
  nowMs: number,
): BudgetStatus {
  const healthy = pods.filter((pod) => !isTerminating(pod) && disrupted.pods[pod.metadata.name ?? ''] === undefined && isPodReady(pod))
  const room = healthy.length - wanted.desired
  const disruptionsAllowed = wanted.expected <= 0 || room <= 0 ? 0 : room
  const observedGeneration = budget.metadata.generation ?? 0
  const [status, reason] = disruptionsAllowed > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods']
  return {
    ...(Object.keys(disrupted.pods).length === 0 ? {} : { disruptedPods: disrupted.pods }),
    observedGeneration,
    disruptionsAllowed,
    currentHealthy: healthy.length,
    desiredHealthy: wanted.desired,
    expectedPods: wanted.expected,
    conditions: withCondition(budget, { status, reason, message: '', observedGeneration }, nowMs),
  } as BudgetStatus
}

/** Nothing may be evicted as long as nobody knows how many Pods there should be. */
export function failedStatus(budget: PodDisruptionBudget, message: string, nowMs: number): BudgetStatus {
  const observedGeneration = budget.status?.observedGeneration ?? 0
  const condition = { status: 'False', reason: 'SyncFailed', message, observedGeneration }
  return { ...budget.status, disruptionsAllowed: 0, conditions: withCondition(budget, condition, nowMs) } as BudgetStatus
}

function withCondition(
  { status }: PodDisruptionBudget,
  next: { readonly status: string; readonly reason: string; readonly message: string; readonly observedGeneration: number },
  nowMs: number,
): readonly Condition[] {
  const conditions = status?.conditions ?? []
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed')
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : timeText(nowMs)
  const condition = { type: 'DisruptionAllowed', ...next, lastTransitionTime } as Condition
  return before === undefined ? [...conditions, condition] : conditions.map((one) => (one === before ? condition : one))
}

export function isSameStatus(a: BudgetStatus | undefined, b: BudgetStatus): boolean {
  const comparable = (status: BudgetStatus | undefined): object => ({
    observedGeneration: 0,
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...status,
    disruptedPods: status?.disruptedPods ?? {},
    conditions: status?.conditions ?? [],
  })
  return semanticallyEqual(comparable(a), comparable(b))
}

/** As Go prints a *metav1.LabelSelector. */
export function goSelectorText({ spec }: PodDisruptionBudget): string {
  if (!spec.selector) return 'nil'
  const labels = Object.entries(spec.selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const expressions = (spec.selector.matchExpressions ?? []).map(
    ({ key, operator, values }) => `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`,
  )
  const map = labels.map(([key, value]) => `${key}: ${value},`).join('')
  return `&LabelSelector{MatchLabels:map[string]string{${map}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
}
