/**
 * Which Pods go first when there are too many: the cheapest. kubectl users see this order, so it is upstream's (ActivePodsWithRanks):
 * unassigned before assigned, pending before running, not ready before ready, low deletion cost before high, on crowded nodes before others,
 * younger ready time before older, more restarts before fewer, newer before older. Times compare on a logarithmic scale, so that among Pods of about
 * one age chance (their uid) decides and rollouts do not empty one node after the other.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isPodReady, podCondition } from '../../api/core/pod-facts.ts'

const costAnnotation = 'controller.kubernetes.io/pod-deletion-cost'
const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }

/** The first `count` in the order in which they should go. `related`: Pods that count towards how crowded a node is. */
export function podsToDelete(pods: readonly Pod[], count: number, related: readonly Pod[], nowMs: number): readonly Pod[] {
  if (count >= pods.length) return pods
  const crowd = new Map<string, number>()
  for (const pod of related) {
    const node = pod.spec.nodeName ?? ''
    crowd.set(node, (crowd.get(node) ?? 0) + 1)
  }
  return pods.toSorted((a, b) => compare(a, b, crowd, nowMs)).slice(0, count)
}

function compare(a: Pod, b: Pod, crowd: ReadonlyMap<string, number>, nowMs: number): number {
  const [nodeA, nodeB] = [a.spec.nodeName ?? '', b.spec.nodeName ?? '']
  if ((nodeA === '') !== (nodeB === '')) return nodeA === '' ? -1 : 1
  const phase = (pod: Pod): number => phaseRank[pod.status?.phase ?? ''] ?? 0
  if (phase(a) !== phase(b)) return phase(a) - phase(b)
  const [readyA, readyB] = [isPodReady(a), isPodReady(b)]
  if (readyA !== readyB) return readyA ? 1 : -1
  const cost = costOf(a) - costOf(b)
  if (cost !== 0) return cost
  const crowded = (crowd.get(nodeB) ?? 0) - (crowd.get(nodeA) ?? 0)
  if (crowded !== 0) return crowded
  if (readyA && readyB) {
    const byReady = compareTimes(podCondition(a, 'Ready')?.lastTransitionTime, podCondition(b, 'Ready')?.lastTransitionTime, nowMs)
    if (byReady !== undefined) return byReady === 0 ? compareUids(a, b) : byReady
  }
  const restarts = maxRestarts(b, false) - maxRestarts(a, false) || maxRestarts(b, true) - maxRestarts(a, true)
  if (restarts !== 0) return restarts
  const byAge = compareTimes(a.metadata.creationTimestamp, b.metadata.creationTimestamp, nowMs)
  return byAge === undefined || byAge === 0 ? compareUids(a, b) : byAge
}

/** Undefined: the same time. 0: not the same, but about one age. Otherwise what is younger, by powers of two, goes first. */
function compareTimes(a: string | null | undefined, b: string | null | undefined, nowMs: number): number | undefined {
  if ((a ?? '') === (b ?? '')) return undefined
  if (typeof a !== 'string' || typeof b !== 'string') return typeof a === 'string' ? 1 : -1
  // Upstream counts nanoseconds, and the base decides where the steps are.
  const rank = (time: string): number => {
    const ageNs = (nowMs - Date.parse(time)) * 1e6
    return ageNs > 0 ? Math.floor(Math.log2(ageNs)) : -1
  }
  return rank(a) - rank(b)
}

function compareUids(a: Pod, b: Pod): number {
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1
}

/** Of the container that restarted most; sidecars count after the others. */
function maxRestarts({ spec, status }: Pod, ofSidecars: boolean): number {
  const sidecars = new Set(spec.initContainers?.filter((one) => one.restartPolicy === 'Always').map(({ name }) => name))
  const statuses = ofSidecars
    ? (status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name))
    : (status?.containerStatuses ?? [])
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount ?? 0), 0)
}

function costOf(pod: Pod): number {
  const cost = Number(pod.metadata.annotations?.[costAnnotation] ?? '0')
  return Number.isFinite(cost) ? cost : 0
}
