/**
 * How many replicas a metric calls for: as many as bring the average to its target. Pure.
 *
 * Pods that say nothing are counted against the change, whichever way it goes: as idle when there should be more, as at their target when there
 * should be fewer. Pods that are only starting count as idle when there should be more, else not at all. A change within
 * the tolerance (a tenth) is none.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isTerminating, podCondition } from '../../api/core/pod-facts.ts'
import { quantityMilli } from '../../apimachinery/quantity.ts'
import { timeMs } from '../shared/time-text.ts'
import type { PodMetrics } from './metrics.ts'

export interface Tolerances {
  readonly up: number
  readonly down: number
}
export interface Proposal {
  readonly replicas: number
  /** Average, in thousandths. */
  readonly milli: number
  /** Percent of what is requested. */
  readonly utilization?: number
}
interface Grouped {
  readonly ready: number
  readonly unready: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
  readonly ignored: ReadonlySet<string>
}

const cpuInitializationMs = 300_000
const initialReadinessDelayMs = 30_000

export function isWithin(ratio: number, { up, down }: Tolerances): boolean {
  return 1 - down <= ratio && ratio <= 1 + up
}

export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, nowMs: number): Grouped {
  const [unready, missing, ignored] = [new Set<string>(), new Set<string>(), new Set<string>()]
  let ready = 0
  for (const pod of pods) {
    const name = pod.metadata.name ?? ''
    if (isTerminating(pod) || pod.status?.phase === 'Failed') ignored.add(name)
    else if (pod.status?.phase === 'Pending') unready.add(name)
    else if (!metrics.has(name)) missing.add(name)
    else if (resource === 'cpu' && isWarmingUp(pod, metrics, nowMs)) unready.add(name)
    else ready++
  }
  return { ready, unready, missing, ignored }
}

/** What a Pod uses while it starts says nothing of what it will use. */
function isWarmingUp(pod: Pod, metrics: PodMetrics, nowMs: number): boolean {
  const condition = podCondition(pod, 'Ready')
  const startMs = timeMs(pod.status?.startTime)
  const metric = metrics.get(pod.metadata.name ?? '')
  if (condition === undefined || Number.isNaN(startMs) || metric === undefined) return true
  const changedMs = timeMs(condition.lastTransitionTime)
  if (startMs + cpuInitializationMs > nowMs) return condition.status === 'False' || metric.atMs < changedMs + metric.windowMs
  return condition.status === 'False' && startMs + initialReadinessDelayMs > changedMs
}

/** `ratioOf` the metrics that are left; `missingAt` is what a silent Pod counts for when there should be fewer. */
interface Calculation {
  readonly pods: readonly Pod[]
  readonly metrics: PodMetrics
  readonly resource: string
  readonly current: number
  readonly tolerances: Tolerances
  readonly nowMs: number
  readonly ratioOf: (metrics: PodMetrics) => Omit<Proposal, 'replicas'> & { readonly ratio: number }
  readonly missingAt: (podName: string) => number
}

function calculate({ pods, metrics, resource, current, tolerances, nowMs, ratioOf, missingAt }: Calculation): Proposal {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count')
  const { ready, unready, missing, ignored } = groupPods(pods, metrics, resource, nowMs)
  const counted: PodMetrics = new Map([...metrics].filter(([name]) => !ignored.has(name) && !unready.has(name)))
  if (counted.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)')
  const { ratio, ...usage } = ratioOf(counted)
  const countsUnready = unready.size > 0 && ratio > 1
  if (!countsUnready && missing.size === 0) return { ...usage, replicas: isWithin(ratio, tolerances) ? current : ceil(ratio * ready) }
  const assume = (name: string, milli: number): unknown => counted.set(name, { milli, atMs: nowMs, windowMs: 0 })
  if (ratio !== 1) for (const name of missing) assume(name, ratio < 1 ? missingAt(name) : 0)
  if (countsUnready) for (const name of unready) assume(name, 0)
  const { ratio: next } = ratioOf(counted)
  const replicas = ceil(next * counted.size)
  const turns = (ratio < 1 && next > 1) || (ratio > 1 && next < 1)
  const isAgainst = (next < 1 && replicas > current) || (next > 1 && replicas < current)
  return { ...usage, replicas: isWithin(next, tolerances) || turns || isAgainst ? current : replicas }
}

type Common = Pick<Calculation, 'pods' | 'metrics' | 'resource' | 'current' | 'tolerances' | 'nowMs'>

/** Towards an average share of what the Pods request. */
export function byUtilization(common: Common, targetPercent: number, container: string | undefined): Proposal {
  const requests = new Map(common.pods.map((pod) => [pod.metadata.name ?? '', requestOf(pod, common.resource, container)]))
  return calculate({
    ...common,
    missingAt: (name) => Math.floor(((requests.get(name) ?? 0) * Math.max(100, targetPercent)) / 100),
    ratioOf: (metrics) => {
      let [used, requested, count] = [0, 0, 0]
      for (const [name, { milli }] of metrics) {
        const request = requests.get(name)
        if (request === undefined) continue
        used += milli
        requested += request
        count++
      }
      if (requested === 0) throw new Error('no metrics returned matched known pods')
      const utilization = Math.trunc((used * 100) / requested)
      return { ratio: utilization / targetPercent, utilization, milli: Math.trunc(used / count) }
    },
  })
}

/** Towards an average value. */
export function byAverage(common: Common, targetMilli: number): Proposal {
  return calculate({
    ...common,
    missingAt: () => targetMilli,
    ratioOf: (metrics) => {
      const milli = Math.trunc([...metrics.values()].reduce((sum, one) => sum + one.milli, 0) / metrics.size)
      return { ratio: milli / targetMilli, milli }
    },
  })
}

/** One value for all: towards a total, by how many Pods are ready. */
export function byTotal(usedMilli: number, targetMilli: number, current: number, readyPods: number, tolerances: Tolerances): Proposal {
  const ratio = usedMilli / targetMilli
  if (current === 0) return { replicas: ceil(ratio), milli: usedMilli }
  return { replicas: isWithin(ratio, tolerances) ? current : ceil(ratio * readyPods), milli: usedMilli }
}

/** One value for all, shared among the replicas. */
export function byShare(usedMilli: number, targetMilli: number, current: number, statusReplicas: number, tolerances: Tolerances): Proposal {
  const ratio = usedMilli / (targetMilli * statusReplicas)
  const replicas = isWithin(ratio, tolerances) ? current : ceil(usedMilli / targetMilli)
  return { replicas, milli: Math.ceil(usedMilli / statusReplicas) }
}

function requestOf({ metadata, spec }: Pod, resource: string, container: string | undefined): number {
  const own = spec.resources?.requests?.[resource]
  if (container === undefined && own !== undefined) return quantityMilli(own)
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  const counted = [...spec.containers, ...sidecars].filter(({ name }) => container === undefined || name === container)
  if (counted.length === 0) throw new Error(`container ${container} not found in Pod ${metadata.name}`)
  let sum = 0
  for (const { name, resources } of counted) {
    const request = resources?.requests?.[resource]
    if (request === undefined) throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`)
    sum += quantityMilli(request)
  }
  return sum
}

/** Binary fractions must not make one replica more. */
function ceil(value: number): number {
  return Math.ceil(Number(value.toFixed(9)))
}
