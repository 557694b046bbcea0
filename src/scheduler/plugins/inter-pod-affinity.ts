/**
 * InterPodAffinity: Pods that want to be near others, or far from them, where near means the same value of a node label. Required terms
 * filter, preferred ones score; and the terms of Pods already running hold for the newcomer too: whoever must not be near it keeps it
 * away, whoever likes it draws it.
 *
 * The first of a series may go anywhere: when nobody matches its affinity yet but it matches itself, it is let in.
 */

import { Namespace } from '../../api/core/namespace.ts'
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import { nothing } from '../../apimachinery/selectors/labels.ts'
import { type ClusterEvent, type Filter, type Listers, maxNodeScore, type Plugin, type Rejection, type Scorer } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { type AffinityTerm, type Labels, matchesAllTerms, PodInfo, termMatches, type WeightedTerm, withNamespaces } from '../pod-info.ts'
import { isPlaced } from '../pod-place.ts'
import type { Snapshot } from '../snapshot.ts'

const name = 'InterPodAffinity'
const notNear: Rejection = { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: ["node(s) didn't match pod affinity rules"] }
const tooNear: Rejection = { plugin: name, code: 'Unschedulable', reasons: ["node(s) didn't match pod anti-affinity rules"] }
const keptAway: Rejection = {
  plugin: name,
  code: 'Unschedulable',
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
}
/** What a required term of a running Pod counts as a preference. */
const hardPodAffinityWeight = 1

export function interPodAffinity(listers: Listers): Plugin {
  const namespaces = listers.of(Namespace)
  const labelsOf = (namespace: string): Labels => namespaces.get(namespace)?.metadata.labels ?? {}
  const resolve = <T extends AffinityTerm>(terms: readonly T[]): readonly T[] =>
    terms.map((term) =>
      withNamespaces(
        term,
        [...namespaces.list()].map(({ metadata }) => ({ name: metadata.name ?? '', labels: metadata.labels ?? {} })),
      ),
    )
  return {
    name,
    events: [
      { resource: 'Pod', actions: ['Add', 'UpdatePodLabel', 'Delete'], hint: podMayHelp },
      { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'], hint: nodeMayHelp },
    ],
    preFilter(pod, snapshot) {
      if (snapshot.withAntiAffinityPods.size === 0 && pod.requiredAffinity.length === 0 && pod.requiredAntiAffinity.length === 0) {
        return undefined
      }
      const filter = new AffinityFilter(pod, resolve(pod.requiredAffinity), resolve(pod.requiredAntiAffinity), labelsOf(pod.namespace))
      filter.countAll(snapshot)
      return filter.isIdle ? undefined : filter
    },
    preScore: (pod, _, snapshot) =>
      createScorer(pod, resolve(pod.preferredAffinity), resolve(pod.preferredAntiAffinity), labelsOf(pod.namespace), snapshot),
  }
}

/** How many Pods match, by topology label and its value. */
type TopologyCounts = Map<string, Map<string, number>>

function countOf(counts: TopologyCounts, topologyKey: string, value: string): number {
  return counts.get(topologyKey)?.get(value) ?? 0
}

function addTo(counts: TopologyCounts, topologyKey: string, { labels }: NodeInfo, by: number): void {
  const value = labels[topologyKey]
  if (value !== undefined) addCount(counts, topologyKey, value, by)
}

function addCount(counts: TopologyCounts, topologyKey: string, value: string, by: number): void {
  let values = counts.get(topologyKey)
  if (values === undefined) counts.set(topologyKey, (values = new Map()))
  const count = (values.get(value) ?? 0) + by
  if (count !== 0) values.set(value, count)
  else {
    values.delete(value)
    if (values.size === 0) counts.delete(topologyKey)
  }
}

function copyOf(counts: TopologyCounts): TopologyCounts {
  return new Map([...counts].map(([topologyKey, values]) => [topologyKey, new Map(values)]))
}

class AffinityFilter implements Filter {
  readonly #pod: PodInfo
  readonly #near: readonly AffinityTerm[]
  readonly #far: readonly AffinityTerm[]
  readonly #namespaceLabels: Labels
  /** Pods that the newcomer must be near, must not be near, and that must not be near it. */
  #nearCounts: TopologyCounts = new Map()
  #farCounts: TopologyCounts = new Map()
  #keptAwayCounts: TopologyCounts = new Map()

  constructor(pod: PodInfo, near: readonly AffinityTerm[], far: readonly AffinityTerm[], namespaceLabels: Labels) {
    this.#pod = pod
    this.#near = near
    this.#far = far
    this.#namespaceLabels = namespaceLabels
  }

  get isIdle(): boolean {
    return this.#keptAwayCounts.size === 0 && this.#near.length === 0 && this.#far.length === 0
  }

  countAll(snapshot: Snapshot): void {
    const { nodes, withAntiAffinityPods } = snapshot
    for (const node of withAntiAffinityPods) for (const other of node.podsWithAntiAffinity) this.#countKeptAway(other, node, 1)
    if (this.#near.length === 0 && this.#far.length === 0) return
    if (this.#near.length <= 1 && [...this.#near, ...this.#far].every(canBeCounted)) {
      for (const term of this.#near) countTerm(this.#nearCounts, term, snapshot)
      for (const term of this.#far) countTerm(this.#farCounts, term, snapshot)
      return
    }
    for (let n = 0; n < nodes.length; n++) {
      const node = nodes[n] as NodeInfo
      for (let i = 0; i < node.pods.length; i++) this.#countOwn(node.pods[i] as PodInfo, node, 1)
    }
  }

  #countKeptAway(other: PodInfo, node: NodeInfo, by: number): void {
    for (const term of other.requiredAntiAffinity) {
      if (termMatches(term, this.#pod.namespace, this.#pod.labels, this.#namespaceLabels)) {
        addTo(this.#keptAwayCounts, term.topologyKey, node, by)
      }
    }
  }
  #countOwn(other: PodInfo, node: NodeInfo, by: number): void {
    if (matchesAllTerms(this.#near, other.namespace, other.labels)) {
      for (const term of this.#near) addTo(this.#nearCounts, term.topologyKey, node, by)
    }
    for (const term of this.#far) {
      if (termMatches(term, other.namespace, other.labels, undefined)) addTo(this.#farCounts, term.topologyKey, node, by)
    }
  }

  filter(node: NodeInfo): Rejection | undefined {
    if (!this.#isNearEnough(node)) return notNear
    for (const { topologyKey } of this.#far) {
      const value = node.labels[topologyKey]
      if (value !== undefined && countOf(this.#farCounts, topologyKey, value) > 0) return tooNear
    }
    for (const [topologyKey, values] of this.#keptAwayCounts) {
      const value = node.labels[topologyKey]
      if (value !== undefined && (values.get(value) ?? 0) > 0) return keptAway
    }
    return undefined
  }

  #isNearEnough({ labels }: NodeInfo): boolean {
    let isNear = true
    for (const { topologyKey } of this.#near) {
      const value = labels[topologyKey]
      if (value === undefined) return false
      if (countOf(this.#nearCounts, topologyKey, value) <= 0) isNear = false
    }
    return isNear || (this.#nearCounts.size === 0 && matchesAllTerms(this.#near, this.#pod.namespace, this.#pod.labels))
  }

  fork(): Filter {
    const copy = new AffinityFilter(this.#pod, this.#near, this.#far, this.#namespaceLabels)
    copy.#nearCounts = copyOf(this.#nearCounts)
    copy.#farCounts = copyOf(this.#farCounts)
    copy.#keptAwayCounts = copyOf(this.#keptAwayCounts)
    return copy
  }
  addPod(added: PodInfo, node: NodeInfo): void {
    this.#countKeptAway(added, node, 1)
    this.#countOwn(added, node, 1)
  }
  removePod(removed: PodInfo, node: NodeInfo): void {
    this.#countKeptAway(removed, node, -1)
    this.#countOwn(removed, node, -1)
  }
}

/** True for nearly all terms: the namespaces are known by name, and the selector says something. */
function canBeCounted({ namespaceSelector, selector }: AffinityTerm): boolean {
  return namespaceSelector === nothing && selector.length > 0
}

/** The same as counting Pod by Pod, from counts that are kept anyway. */
function countTerm(counts: TopologyCounts, { namespaces, selector, topologyKey }: AffinityTerm, snapshot: Snapshot): void {
  for (const namespace of namespaces) {
    for (const [value, count] of snapshot.countByValue({ namespace, selector, withDeleting: true }, topologyKey)) {
      addCount(counts, topologyKey, value, count)
    }
  }
}

function createScorer(
  pod: PodInfo,
  near: readonly WeightedTerm[],
  far: readonly WeightedTerm[],
  namespaceLabels: Labels,
  { nodes, withAffinityPods }: Snapshot,
): Scorer | undefined {
  const counts: TopologyCounts = new Map()
  const weigh = (term: AffinityTerm, weight: number, target: PodInfo, labels: Labels | undefined, node: NodeInfo): void => {
    if (termMatches(term, target.namespace, target.labels, labels)) addScore(counts, term.topologyKey, node, weight)
  }
  const hasTerms = near.length > 0 || far.length > 0
  for (const node of hasTerms ? nodes : withAffinityPods) {
    for (const other of hasTerms ? node.pods : node.podsWithAffinity) {
      for (const term of near) weigh(term, term.weight, other, undefined, node)
      for (const term of far) weigh(term, -term.weight, other, undefined, node)
      for (const term of other.requiredAffinity) weigh(term, hardPodAffinityWeight, pod, namespaceLabels, node)
      for (const term of other.preferredAffinity) weigh(term, term.weight, pod, namespaceLabels, node)
      for (const term of other.preferredAntiAffinity) weigh(term, -term.weight, pod, namespaceLabels, node)
    }
  }
  if (counts.size === 0) return undefined
  return {
    score({ labels }) {
      let sum = 0
      for (const [topologyKey, values] of counts) {
        const value = labels[topologyKey]
        if (value !== undefined) sum += values.get(value) ?? 0
      }
      return sum
    },
    normalize(scores) {
      const least = scores.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER)
      const span = scores.reduce((a, b) => Math.max(a, b), Number.MIN_SAFE_INTEGER) - least
      for (let n = 0; n < scores.length; n++) {
        scores[n] = span > 0 ? Math.trunc(maxNodeScore * (((scores[n] as number) - least) / span)) : 0
      }
    },
  }
}

/** Unlike counts, scores that cancel out stay: they say that somebody had an opinion. */
function addScore(scores: TopologyCounts, topologyKey: string, { labels }: NodeInfo, weight: number): void {
  const value = labels[topologyKey]
  if (value === undefined) return
  const values = scores.get(topologyKey)
  if (values === undefined) scores.set(topologyKey, new Map([[value, weight]]))
  else values.set(value, (values.get(value) ?? 0) + weight)
}

// Hints

function podMayHelp(pod: PodInfo, { old, new: now }: ClusterEvent): boolean {
  const [before, after] = [old as Pod | undefined, now as Pod | undefined]
  if (before !== undefined && after?.metadata.uid === pod.uid) return true
  if ((after !== undefined && !isPlaced(after)) || (before !== undefined && !isPlaced(before))) return false
  const matches = (terms: readonly AffinityTerm[], { metadata }: Pod): boolean =>
    matchesAllTerms(terms, metadata.namespace ?? '', metadata.labels ?? {})
  if (before !== undefined && after !== undefined) {
    if (!matches(pod.requiredAffinity, before) && matches(pod.requiredAffinity, after)) return true
    return matches(pod.requiredAntiAffinity, before) && !matches(pod.requiredAntiAffinity, after)
  }
  if (after !== undefined) return matches(pod.requiredAffinity, after)
  if (before === undefined || matches(pod.requiredAntiAffinity, before)) return true
  return matchesAllTerms(new PodInfo(before).requiredAntiAffinity, pod.namespace, pod.labels)
}

function nodeMayHelp(pod: PodInfo, { old, new: now }: ClusterEvent): boolean {
  const after = (now as Node).metadata.labels ?? {}
  if (old === undefined) {
    return pod.requiredAntiAffinity.length > 0 || pod.requiredAffinity.some(({ topologyKey }) => after[topologyKey] !== undefined)
  }
  const before = (old as Node).metadata.labels ?? {}
  return (
    pod.requiredAffinity.some(({ topologyKey: key }) => after[key] !== undefined && after[key] !== before[key]) ||
    pod.requiredAntiAffinity.some(({ topologyKey: key }) => before[key] !== undefined && after[key] !== before[key])
  )
}
