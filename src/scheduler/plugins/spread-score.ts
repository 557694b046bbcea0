/**
 * PodTopologySpread's scores: the fewer alike Pods in a node's domain, the better, and domains weigh by how many there are of their kind
 * (ln(count + 2)), so that hosts do not drown zones.
 */

import { requiredNodeMatcher } from '../../api/core/node-matcher.ts'
import { type Listers, maxNodeScore, type Scorer } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { CountsByNode } from '../pod-counts.ts'
import type { PodInfo } from '../pod-info.ts'
import type { Snapshot } from '../snapshot.ts'
import {
  constraintsOf,
  defaultConstraints,
  hasTopologies,
  hostnameLabel,
  includesNode,
  type SpreadConstraint,
} from './spread-constraints.ts'

/** One constraint, counted: Pods by value of its label; for hosts, which are many, by node. */
interface Spread {
  readonly constraint: SpreadConstraint
  readonly isByHost: boolean
  readonly weight: number
  readonly byNode: CountsByNode
  readonly byValue: ReadonlyMap<string, number>
}

export function createSpreadScorer(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot, listers: Listers): Scorer | undefined {
  const hasOwn = (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0
  const constraints = hasOwn ? constraintsOf(pod.pod, 'ScheduleAnyway') : defaultConstraints(pod.pod, listers)
  if (constraints.length === 0) return undefined
  // Nodes that lack a label are left out for a Pod's own constraints, and merely not spread over for the system's.
  const ignored = new Set(hasOwn ? nodes.filter(({ labels }) => !hasTopologies(labels, constraints)) : [])
  const keys = constraints.map(({ topologyKey }) => topologyKey)
  const needsAll = hasOwn && constraints.length > 1 && !snapshot.domains(keys).areEverywhere
  const isCounted = (node: NodeInfo): boolean => !hasOwn || hasTopologies(node.labels, constraints)
  const spreads = constraints.map((constraint) => countSpread(constraint, { pod, nodes, snapshot, ignored, isCounted, needsAll }))
  return {
    score(node) {
      if (ignored.has(node)) return 0
      let score = 0
      for (let i = 0; i < spreads.length; i++) {
        const { constraint, isByHost, weight, byNode, byValue } = spreads[i] as Spread
        const value = node.labels[constraint.topologyKey]
        if (value === undefined) continue
        const count = isByHost ? byNode.get(node) : byValue.get(value)
        score += (count ?? 0) * weight + (constraint.maxSkew - 1)
      }
      return Math.round(score)
    },
    normalize: (scores, scored) => invert(scores, scored, ignored),
  }
}

interface Counting {
  readonly pod: PodInfo
  /** Those that passed the filters: they say which domains there are. */
  readonly nodes: readonly NodeInfo[]
  readonly snapshot: Snapshot
  readonly ignored: ReadonlySet<NodeInfo>
  readonly isCounted: (node: NodeInfo) => boolean
  /** Some nodes are not counted. */
  readonly needsAll: boolean
}

/** All nodes of a domain count, not only those that passed. */
function countSpread(constraint: SpreadConstraint, { pod, nodes, snapshot, ignored, isCounted, needsAll }: Counting): Spread {
  const { topologyKey, selector } = constraint
  const counted = { namespace: pod.namespace, selector, withDeleting: false }
  const byNode = snapshot.countByNode(counted)
  const byValue = new Map<string, number>()
  if (topologyKey === hostnameLabel) {
    return { constraint, isByHost: true, weight: Math.log(nodes.length - ignored.size + 2), byNode, byValue }
  }
  for (const node of nodes) if (!ignored.has(node)) byValue.set(node.labels[topologyKey] ?? '', 0)
  const matches = constraint.honorsAffinity ? requiredNodeMatcher(pod.pod) : undefined
  if (matches === undefined && !constraint.honorsTaints && !needsAll) {
    for (const [value, count] of snapshot.countByValue(counted, topologyKey)) if (byValue.has(value)) byValue.set(value, count)
    return { constraint, isByHost: false, weight: Math.log(byValue.size + 2), byNode, byValue }
  }
  for (const [node, count] of byNode) {
    const value = node.labels[topologyKey]
    const sum = value === undefined ? undefined : byValue.get(value)
    if (sum === undefined || !isCounted(node) || !includesNode(constraint, node, pod, matches)) continue
    byValue.set(value as string, sum + count)
  }
  return { constraint, isByHost: false, weight: Math.log(byValue.size + 2), byNode, byValue }
}

/** Few become many: the fullest domain gets what is left to the emptiest. */
function invert(scores: number[], nodes: readonly NodeInfo[], ignored: ReadonlySet<NodeInfo>): void {
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
}
