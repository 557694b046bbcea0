/**
 * How fast the number of replicas may follow a recommendation: it waits for recommendations to settle (five minutes on the way down), and changes by no
 * more than the policies allow in their time. What was recommended and done before is kept per autoscaler, in memory only, as upstream does.
 */
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontal-pod-autoscaler.ts'
import type { HPAScalingRules } from '../../api/autoscaling/horizontal-pod-autoscaler-schema.ts'

interface Dated {
  readonly atMs: number
  readonly count: number
}
export interface History {
  recommendations: Dated[]
  ups: Dated[]
  downs: Dated[]
}
export interface Limited {
  readonly replicas: number
  readonly able: readonly [reason: string, message: string]
  readonly limited: readonly [status: 'True' | 'False', reason: string, message: string]
}

const stabilizationSeconds = 300
/** Nothing looks further back. */
const rememberedMs = 3_600_000

export interface Wish {
  readonly current: number
  readonly desired: number
  readonly min: number
  readonly max: number
}

export function limit({ spec }: Pick<HorizontalPodAutoscaler, 'spec'>, wish: Wish, history: History, nowMs: number): Limited {
  const { scaleUp, scaleDown } = spec.behavior ?? {}
  const upSeconds = scaleUp?.stabilizationWindowSeconds ?? 0
  const downSeconds = scaleDown?.stabilizationWindowSeconds ?? stabilizationSeconds
  const stabilized = stabilize(wish, history, nowMs, upSeconds * 1000, downSeconds * 1000)
  const able: Limited['able'] =
    stabilized === wish.desired
      ? ['ReadyForNewScale', 'recommended size matches current size']
      : wish.desired >= wish.current
        ? ['ScaleUpStabilized', 'recent recommendations were lower than current one, applying the lowest recent recommendation']
        : ['ScaleDownStabilized', 'recent recommendations were higher than current one, applying the highest recent recommendation']
  return { able, ...bounded({ ...wish, desired: stabilized }, spec.behavior, history, nowMs) }
}

/** On the way up the lowest recent recommendation counts, on the way down the highest. */
function stabilize(wish: Wish, history: History, nowMs: number, upMs: number, downMs: number): number {
  let up = wish.desired
  let down = wish.desired
  for (const { atMs, count } of history.recommendations) {
    if (nowMs - atMs < upMs) up = Math.min(up, count)
    if (nowMs - atMs < downMs) down = Math.max(down, count)
  }
  history.recommendations = history.recommendations.filter(({ atMs }) => nowMs - atMs < Math.max(upMs, downMs))
  history.recommendations.push({ atMs: nowMs, count: wish.desired })
  return Math.min(Math.max(wish.current, up), Math.max(down, up))
}

const within: Limited['limited'] = ['False', 'DesiredWithinRange', 'the desired count is within the acceptable range']

function bounded(
  { current, desired, min, max }: Wish,
  behavior: HorizontalPodAutoscaler['spec']['behavior'],
  history: History,
  nowMs: number,
): Pick<Limited, 'replicas' | 'limited'> {
  if (desired > current || (behavior === undefined && desired > max)) {
    const fastest = Math.max(current, upLimit(current, behavior?.scaleUp ?? undefined, behavior !== undefined, history, nowMs))
    const ceiling = Math.min(max, fastest)
    if (desired <= ceiling) return { replicas: desired, limited: within }
    const why: Limited['limited'] =
      max > fastest
        ? ['True', 'ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate']
        : ['True', 'TooManyReplicas', 'the desired replica count is more than the maximum replica count']
    return { replicas: ceiling, limited: why }
  }
  if (desired < current || desired < min) {
    const slowest = behavior === undefined ? min : Math.min(current, downLimit(current, behavior?.scaleDown ?? undefined, history, nowMs))
    const floor = Math.max(min, slowest)
    if (desired >= floor) return { replicas: desired, limited: within }
    const why: Limited['limited'] =
      min < slowest
        ? ['True', 'ScaleDownLimit', 'the desired replica count is decreasing faster than the maximum scale rate']
        : ['True', 'TooFewReplicas', 'the desired replica count is less than the minimum replica count']
    return { replicas: floor, limited: why }
  }
  return { replicas: desired, limited: within }
}

const usualUp = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
] as const
const usualDown = [{ type: 'Percent', value: 100, periodSeconds: 15 }] as const

function upLimit(current: number, rules: HPAScalingRules | undefined, hasBehavior: boolean, history: History, nowMs: number): number {
  // Autoscalers without behavior double, or go to four.
  if (!hasBehavior) return Math.max(2 * current, 4)
  if (rules?.selectPolicy === 'Disabled') return current
  const proposals = (rules?.policies ?? usualUp).map(({ type, value, periodSeconds }) => {
    const start = periodStart(current, periodSeconds, history, nowMs)
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100))
  })
  return rules?.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals)
}

function downLimit(current: number, rules: HPAScalingRules | undefined, history: History, nowMs: number): number {
  if (rules?.selectPolicy === 'Disabled') return current
  const proposals = (rules?.policies ?? usualDown).map(({ type, value, periodSeconds }) => {
    const start = periodStart(current, periodSeconds, history, nowMs)
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100))
  })
  return rules?.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals)
}

/** How many there were when the period began. */
function periodStart(current: number, periodSeconds: number, { ups, downs }: History, nowMs: number): number {
  const changed = (events: readonly Dated[]): number =>
    events.reduce((sum, { atMs, count }) => (nowMs - atMs < periodSeconds * 1000 ? sum + count : sum), 0)
  return current - changed(ups) + changed(downs)
}

export function remember(history: History, from: number, to: number, nowMs: number): void {
  const fresh = (events: readonly Dated[]): Dated[] => events.filter(({ atMs }) => nowMs - atMs < rememberedMs)
  history.ups = fresh(history.ups)
  history.downs = fresh(history.downs)
  if (to > from) history.ups.push({ atMs: nowMs, count: to - from })
  else if (to < from) history.downs.push({ atMs: nowMs, count: from - to })
}
