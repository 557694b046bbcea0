/**
 * PodTopologySpread: keeps Pods that are alike evenly spread over zones, hosts or any other node label. DoNotSchedule constraints filter:
 * a node will do when its domain would not hold more than maxSkew over the emptiest one. ScheduleAnyway constraints score: the
 * fewer of them in the domain, the better.
 *
 * What a newcomer would get wrong: only domains with a node that the Pod could go to count, and with fewer domains than
 * minDomains the emptiest is taken to hold none.
 */
import type { Node } from '../../api/core/node.ts'
import { type NodeMatcher, requiredNodeMatcher } from '../../api/core/node-matcher.ts'
import type { Pod } from '../../api/core/pod.ts'
import { matchesLabels } from '../../apimachinery/selectors/labels.ts'
import type { ClusterEvent, Filter, Listers, Plugin, Rejection } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { CountsByNode } from '../pod-counts.ts'
import type { Labels, PodInfo } from '../pod-info.ts'
import { isPlaced } from '../pod-place.ts'
import type { Snapshot } from '../snapshot.ts'
import { constraintsOf, hasTopologies, includesNode, type SpreadConstraint } from './spread-constraints.ts'
import { createSpreadScorer } from './spread-score.ts'

const name = 'PodTopologySpread'
const uneven: Rejection = { plugin: name, code: 'Unschedulable', reasons: ["node(s) didn't match pod topology spread constraints"] }
const unlabelled: Rejection = {
  plugin: name,
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
}

export function podTopologySpread(listers: Listers): Plugin {
  return {
    name,
    events: [
      { resource: 'Pod', actions: ['Add', 'UpdatePodLabel', 'UpdatePodToleration', 'Delete'], hint: podMayHelp },
      { resource: 'Node', actions: ['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'], hint: nodeMayHelp },
    ],
    preFilter(pod, snapshot) {
      const constraints = constraintsOf(pod.pod, 'DoNotSchedule')
      return constraints.length === 0 ? undefined : new SpreadFilter(pod, constraints, countDomains(pod, constraints, snapshot))
    },
    preScore: (pod, nodes, snapshot) => createSpreadScorer(pod, nodes, snapshot, listers),
  }
}

/** Selected Pods by value of the topology label, for each constraint. */
type DomainCounts = readonly Map<string, number>[]

function countDomains(pod: PodInfo, constraints: readonly SpreadConstraint[], snapshot: Snapshot): DomainCounts {
  const matches = requiredNodeMatcher(pod.pod)
  const { values, areEverywhere } = snapshot.domains(constraints.map(({ topologyKey }) => topologyKey))
  const isSimple = areEverywhere || constraints.length === 1
  return constraints.map((constraint, i) => {
    const counted = { namespace: pod.namespace, selector: constraint.selector, withDeleting: false }
    const countsAllNodes = isSimple && !constraint.honorsTaints && (matches === undefined || !constraint.honorsAffinity)
    if (!countsAllNodes) return countIncluded(pod, constraint, { constraints, matches, snapshot, byNode: snapshot.countByNode(counted) })
    const counts = snapshot.countByValue(counted, constraint.topologyKey)
    return new Map((values[i] as readonly string[]).map((value) => [value, counts.get(value) ?? 0]))
  })
}

interface Counting {
  readonly constraints: readonly SpreadConstraint[]
  readonly matches: NodeMatcher | undefined
  readonly snapshot: Snapshot
  readonly byNode: CountsByNode
}

/** Node by node: some do not count. */
function countIncluded(
  pod: PodInfo,
  constraint: SpreadConstraint,
  { constraints, matches, snapshot, byNode }: Counting,
): Map<string, number> {
  const { nodes } = snapshot
  const counts = new Map<string, number>()
  for (let n = 0; n < nodes.length; n++) {
    const node = nodes[n] as NodeInfo
    if (!hasTopologies(node.labels, constraints) || !includesNode(constraint, node, pod, matches)) continue
    const value = node.labels[constraint.topologyKey] as string
    counts.set(value, (counts.get(value) ?? 0) + (byNode.get(node) ?? 0))
  }
  return counts
}

class SpreadFilter implements Filter {
  readonly #pod: PodInfo
  readonly #constraints: readonly SpreadConstraint[]
  readonly #counts: DomainCounts
  readonly #matches: NodeMatcher | undefined
  /** Whether the Pod counts itself, by constraint. */
  readonly #isSelf: readonly number[]
  /** Pods in the emptiest domain, by constraint; undefined after a change. */
  #least: number[] | undefined

  constructor(pod: PodInfo, constraints: readonly SpreadConstraint[], counts: DomainCounts) {
    this.#pod = pod
    this.#constraints = constraints
    this.#counts = counts
    this.#matches = requiredNodeMatcher(pod.pod)
    this.#isSelf = constraints.map(({ selector }) => (matchesLabels(selector, pod.labels) ? 1 : 0))
    this.#least = undefined
  }

  filter({ labels }: NodeInfo): Rejection | undefined {
    const least = (this.#least ??= this.#findLeast())
    for (let i = 0; i < this.#constraints.length; i++) {
      const { topologyKey, maxSkew } = this.#constraints[i] as SpreadConstraint
      if (!Object.hasOwn(labels, topologyKey)) return unlabelled
      const count = (this.#counts[i] as Map<string, number>).get(labels[topologyKey] as string) ?? 0
      if (count + (this.#isSelf[i] as number) - (least[i] as number) > maxSkew) return uneven
    }
    return undefined
  }

  #findLeast(): number[] {
    return this.#constraints.map(({ minDomains }, i) => {
      const domains = this.#counts[i] as Map<string, number>
      if (domains.size < minDomains) return 0
      let least = 2 ** 31 - 1
      for (const count of domains.values()) if (count < least) least = count
      return least
    })
  }

  fork(): Filter {
    return new SpreadFilter(
      this.#pod,
      this.#constraints,
      this.#counts.map((domains) => new Map(domains)),
    )
  }
  addPod(added: PodInfo, node: NodeInfo): void {
    this.#change(added, node, 1)
  }
  removePod(removed: PodInfo, node: NodeInfo): void {
    this.#change(removed, node, -1)
  }

  #change(other: PodInfo, node: NodeInfo, by: number): void {
    if (other.namespace !== this.#pod.namespace || !hasTopologies(node.labels, this.#constraints)) return
    this.#constraints.forEach((constraint, i) => {
      if (!matchesLabels(constraint.selector, other.labels) || !includesNode(constraint, node, this.#pod, this.#matches)) return
      const value = node.labels[constraint.topologyKey] as string
      const domains = this.#counts[i] as Map<string, number>
      domains.set(value, (domains.get(value) ?? 0) + by)
    })
    this.#least = undefined
  }
}

// Hints

function podMayHelp(pod: PodInfo, { old, new: now }: ClusterEvent): boolean {
  const concerns = (other: Pod): boolean =>
    other.metadata.uid === pod.uid || (isPlaced(other) && other.metadata.namespace === pod.namespace)
  const [before, after] = [old as Pod | undefined, now as Pod | undefined]
  if ((after !== undefined && !concerns(after)) || (before !== undefined && !concerns(before))) return false
  const constraints = constraintsOf(pod.pod, 'DoNotSchedule')
  const selects = ({ selector }: SpreadConstraint, other: Pod): boolean => matchesLabels(selector, other.metadata.labels)
  if (before === undefined || after === undefined) return constraints.some((constraint) => selects(constraint, (before ?? after) as Pod))
  const hasNewTolerations = after.metadata.uid === pod.uid && before.spec.tolerations?.length !== after.spec.tolerations?.length
  if (hasNewTolerations && constraints.some(({ honorsTaints }) => honorsTaints)) return true
  return constraints.some((constraint) => selects(constraint, before) !== selects(constraint, after))
}

function nodeMayHelp(pod: PodInfo, { old, new: now }: ClusterEvent): boolean {
  const constraints = constraintsOf(pod.pod, 'DoNotSchedule')
  const [before, after] = [old as Node | undefined, now as Node | undefined]
  const labels = (node: Node): Labels => node.metadata.labels ?? {}
  if (before === undefined || after === undefined) return hasTopologies(labels((before ?? after) as Node), constraints)
  const counts = hasTopologies(labels(after), constraints)
  if (hasTopologies(labels(before), constraints) !== counts) return true
  const isMoved = constraints.some(({ topologyKey }) => labels(before)[topologyKey] !== labels(after)[topologyKey])
  return counts && (isMoved || JSON.stringify(before.spec.taints ?? []) !== JSON.stringify(after.spec.taints ?? []))
}
