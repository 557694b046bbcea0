/**
 * PodTopologySpread: keeps Pods that are alike evenly spread over zones, hosts or any other node label. DoNotSchedule constraints filter:
 * a node will do when its domain would not hold more than maxSkew over the emptiest one. ScheduleAnyway constraints score: the
 * fewer of them in the domain, the better.
 *
 * What a newcomer would get wrong: only domains with a node that the Pod could go to count, and with fewer domains than
 * minDomains the emptiest is taken to hold none.
 */
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import { matchesLabels } from '../../apimachinery/selectors/labels.ts'
import type { Listers } from '../framework.ts'
import { type ClusterEvent, type Filter, maxNodeScore, type Plugin, type Rejection, type Scorer } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { type NodeMatcher, requiredNodeMatcher } from '../node-selector.ts'
import type { Labels, PodInfo } from '../pod-info.ts'
import { isPlaced } from '../pod-place.ts'
import type { Snapshot } from '../snapshot.ts'
import {
  constraintsOf,
  countSelected,
  defaultConstraints,
  hasTopologies,
  hostnameLabel,
  includesNode,
  type SpreadConstraint,
} from './spread-constraints.ts'

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
    preScore: (pod, nodes, snapshot) => createScorer(pod, nodes, snapshot, listers),
  }
}

/** Selected Pods by value of the topology label, for each constraint. */
type DomainCounts = readonly Map<string, number>[]

function countDomains(pod: PodInfo, constraints: readonly SpreadConstraint[], { nodes }: Snapshot): DomainCounts {
  const counts = constraints.map(() => new Map<string, number>())
  const matches = requiredNodeMatcher(pod.pod)
  for (let n = 0; n < nodes.length; n++) {
    const node = nodes[n] as NodeInfo
    if (!hasTopologies(node.labels, constraints)) continue
    for (let i = 0; i < constraints.length; i++) {
      const constraint = constraints[i] as SpreadConstraint
      if (!includesNode(constraint, node, pod, matches)) continue
      const value = node.labels[constraint.topologyKey] as string
      const domains = counts[i] as Map<string, number>
      domains.set(value, (domains.get(value) ?? 0) + countSelected(node.pods, constraint.selector, pod.namespace))
    }
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

function createScorer(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, listers: Listers): Scorer | undefined {
  const hasOwn = (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0
  const constraints = hasOwn ? constraintsOf(pod.pod, 'ScheduleAnyway') : defaultConstraints(pod.pod, listers)
  if (constraints.length === 0) return undefined
  // Nodes that lack a label are left out for a Pod's own constraints, and merely not spread over for the system's.
  const ignored = new Set(hasOwn ? nodes.filter(({ labels }) => !hasTopologies(labels, constraints)) : [])
  const domains = constraints.map(({ topologyKey }) => domainsOf(topologyKey, nodes, ignored))
  const weights = constraints.map(({ topologyKey }, i) =>
    Math.log((topologyKey === hostnameLabel ? nodes.length - ignored.size : (domains[i] as Map<string, number>).size) + 2),
  )
  countInto(domains, pod, constraints, snapshot, hasOwn)
  return {
    score(node) {
      if (ignored.has(node)) return 0
      let score = 0
      for (let i = 0; i < constraints.length; i++) {
        const { topologyKey, selector, maxSkew } = constraints[i] as SpreadConstraint
        const value = node.labels[topologyKey]
        if (value === undefined) continue
        const count =
          topologyKey === hostnameLabel
            ? countSelected(node.pods, selector, pod.namespace)
            : ((domains[i] as Map<string, number>).get(value) ?? 0)
        score += count * (weights[i] as number) + (maxSkew - 1)
      }
      return Math.round(score)
    },
    normalize(scores, nodes) {
      let least = Number.MAX_SAFE_INTEGER
      let most = 0
      for (let n = 0; n < scores.length; n++) {
        if (ignored.has(nodes[n] as NodeInfo)) continue
        least = Math.min(least, scores[n] as number)
        most = Math.max(most, scores[n] as number)
      }
      for (let n = 0; n < scores.length; n++) {
        if (ignored.has(nodes[n] as NodeInfo)) scores[n] = 0
        else if (most === 0) scores[n] = maxNodeScore
        else scores[n] = Math.trunc((maxNodeScore * (most + least - (scores[n] as number))) / most)
      }
    },
  }
}

/** The values of the label among the nodes that passed, with nothing counted yet. Hosts are counted when scored. */
function domainsOf(topologyKey: string, nodes: readonly NodeInfo[], ignored: ReadonlySet<NodeInfo>): Map<string, number> {
  const domains = new Map<string, number>()
  if (topologyKey === hostnameLabel) return domains
  for (let n = 0; n < nodes.length; n++) {
    const node = nodes[n] as NodeInfo
    if (ignored.size === 0 || !ignored.has(node)) domains.set(node.labels[topologyKey] ?? '', 0)
  }
  return domains
}

/** All nodes of a domain count, not only those that passed. */
function countInto(
  domains: readonly Map<string, number>[],
  pod: PodInfo,
  constraints: readonly SpreadConstraint[],
  { nodes }: Snapshot,
  needsAll: boolean,
): void {
  if (constraints.every(({ topologyKey }) => topologyKey === hostnameLabel)) return
  const matches = requiredNodeMatcher(pod.pod)
  for (let n = 0; n < nodes.length; n++) {
    const node = nodes[n] as NodeInfo
    if (node.pods.length === 0 || (needsAll && !hasTopologies(node.labels, constraints))) continue
    for (let i = 0; i < constraints.length; i++) {
      const constraint = constraints[i] as SpreadConstraint
      const value = node.labels[constraint.topologyKey]
      const counts = domains[i] as Map<string, number>
      const count = value === undefined ? undefined : counts.get(value)
      if (count === undefined || !includesNode(constraint, node, pod, matches)) continue
      counts.set(value as string, count + countSelected(node.pods, constraint.selector, pod.namespace))
    }
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
