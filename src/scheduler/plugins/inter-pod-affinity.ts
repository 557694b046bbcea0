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
const keptOff: Rejection = {
  plugin: name,
  code: 'Unschedulable',
  reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"],
}

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
      const labels = labelsOf(pod.namespace)
      const near = countNear(pod.requiredAffinity.length === 0 ? [] : resolve(pod.requiredAffinity), snapshot)
      const far = resolve(pod.requiredAntiAffinity).map((term) => ({ term, byValue: countTerm(term, snapshot) }))
      const keptAway: Counted[] = []
      for (const { term, byValue } of snapshot.mustNotTerms()) {
        if (termMatches(term, pod.namespace, pod.labels, labels)) keptAway.push({ term, byValue })
      }
      if (near.length === 0 && far.length === 0 && keptAway.length === 0) return undefined
      return new AffinityFilter(pod, { near, far, keptAway, namespaceLabels: labels })
    },
    preScore: (pod, _, snapshot) =>
      createScorer(pod, resolve(pod.preferredAffinity), resolve(pod.preferredAntiAffinity), labelsOf(pod.namespace), snapshot),
  }
}

/** A term and how many Pods of it run in each domain. Shared with the snapshot: a change is a new map. */
interface Counted {
  readonly term: AffinityTerm
  readonly byValue: ReadonlyMap<string, number>
}
interface Terms {
  /** Pods that the newcomer must be near, must not be near, and that must not be near it. */
  readonly near: readonly Counted[]
  readonly far: readonly Counted[]
  readonly keptAway: readonly Counted[]
  readonly namespaceLabels: Labels
}

class AffinityFilter implements Filter {
  readonly #pod: PodInfo
  #terms: Terms

  constructor(pod: PodInfo, terms: Terms) {
    this.#pod = pod
    this.#terms = terms
  }

  filter({ labels }: NodeInfo): Rejection | undefined {
    const { near, far, keptAway } = this.#terms
    if (near.length > 0 && !this.#isNearEnough(labels)) return notNear
    if (isAnyAt(far, labels)) return tooNear
    return isAnyAt(keptAway, labels) ? keptOff : undefined
  }

  #isNearEnough(labels: Labels): boolean {
    const { near } = this.#terms
    let isNear = true
    for (let i = 0; i < near.length; i++) {
      const { term, byValue } = near[i] as Counted
      const value = labels[term.topologyKey]
      if (value === undefined) return false
      if ((byValue.get(value) ?? 0) <= 0) isNear = false
    }
    if (isNear) return true
    const isFirst = near.every(({ byValue }) => byValue.size === 0)
    return (
      isFirst &&
      matchesAllTerms(
        near.map(({ term }) => term),
        this.#pod.namespace,
        this.#pod.labels,
      )
    )
  }

  /** What was counted is shared, and never changed in place. */
  fork(): Filter {
    return new AffinityFilter(this.#pod, this.#terms)
  }
  addPod(added: PodInfo, node: NodeInfo): void {
    this.#change(added, node, 1)
  }
  removePod(removed: PodInfo, node: NodeInfo): void {
    this.#change(removed, node, -1)
  }

  #change(other: PodInfo, { labels }: NodeInfo, by: number): void {
    const { near, far, keptAway, namespaceLabels } = this.#terms
    const isAtNear = matchesAllTerms(
      near.map(({ term }) => term),
      other.namespace,
      other.labels,
    )
    const rules = other.requiredAntiAffinity.filter((term) => termMatches(term, this.#pod.namespace, this.#pod.labels, namespaceLabels))
    const known = new Set(keptAway.map(({ term }) => term.key))
    const all = [...keptAway, ...rules.filter(({ key }) => !known.has(key)).map((term) => ({ term, byValue: new Map<string, number>() }))]
    this.#terms = {
      near: isAtNear ? near.map((one) => changed(one, labels, by)) : near,
      far: far.map((one) => (termMatches(one.term, other.namespace, other.labels, undefined) ? changed(one, labels, by) : one)),
      keptAway: all.map((one) => changed(one, labels, by * rules.filter(({ key }) => key === one.term.key).length)),
      namespaceLabels,
    }
  }
}

function isAnyAt(terms: readonly Counted[], labels: Labels): boolean {
  for (let i = 0; i < terms.length; i++) {
    const { term, byValue } = terms[i] as Counted
    const value = labels[term.topologyKey]
    if (value !== undefined && (byValue.get(value) ?? 0) > 0) return true
  }
  return false
}

function changed(counted: Counted, labels: Labels, by: number): Counted {
  const value = labels[counted.term.topologyKey]
  if (value === undefined || by === 0) return counted
  const byValue = new Map(counted.byValue)
  const count = (byValue.get(value) ?? 0) + by
  if (count === 0) byValue.delete(value)
  else byValue.set(value, count)
  return { term: counted.term, byValue }
}

/** Pods that match all terms, by the domains of each. */
function countNear(terms: readonly AffinityTerm[], snapshot: Snapshot): readonly Counted[] {
  if (terms.length <= 1) return terms.map((term) => ({ term, byValue: countTerm(term, snapshot) }))
  return terms.map((term) => ({
    term,
    byValue: countByHand(term, snapshot, (other) => matchesAllTerms(terms, other.namespace, other.labels)),
  }))
}

function countTerm(term: AffinityTerm, snapshot: Snapshot): ReadonlyMap<string, number> {
  const [only, ...more] = term.namespaces
  // True for nearly all terms: one namespace, known by name, and a selector that says something.
  if (term.namespaceSelector === nothing && term.selector.length > 0 && only !== undefined && more.length === 0) {
    return snapshot.countByValue({ namespace: only, selector: term.selector, withDeleting: true }, term.topologyKey)
  }
  return countByHand(term, snapshot, (other) => termMatches(term, other.namespace, other.labels, undefined))
}

function countByHand({ topologyKey }: AffinityTerm, { nodes }: Snapshot, matches: (pod: PodInfo) => boolean): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { labels, pods } of nodes) {
    const value = labels[topologyKey]
    if (value === undefined) continue
    for (const pod of pods) if (matches(pod)) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

/** One opinion: so much for each Pod in the node's domain. */
interface Opinion {
  readonly topologyKey: string
  readonly weight: number
  readonly byValue: ReadonlyMap<string, number>
}

function createScorer(
  pod: PodInfo,
  near: readonly WeightedTerm[],
  far: readonly WeightedTerm[],
  namespaceLabels: Labels,
  snapshot: Snapshot,
): Scorer | undefined {
  const opinions: Opinion[] = []
  const take = ({ topologyKey }: AffinityTerm, weight: number, byValue: ReadonlyMap<string, number>): void => {
    if (byValue.size > 0) opinions.push({ topologyKey, weight, byValue })
  }
  for (const term of near) take(term, term.weight, countTerm(term, snapshot))
  for (const term of far) take(term, -term.weight, countTerm(term, snapshot))
  for (const { term, weight, byValue } of snapshot.opinionTerms()) {
    if (termMatches(term, pod.namespace, pod.labels, namespaceLabels)) take(term, weight, byValue)
  }
  if (opinions.length === 0) return undefined
  return {
    score({ labels }) {
      let sum = 0
      for (let i = 0; i < opinions.length; i++) {
        const { topologyKey, weight, byValue } = opinions[i] as Opinion
        const value = labels[topologyKey]
        if (value !== undefined) sum += weight * (byValue.get(value) ?? 0)
      }
      return sum
    },
    normalize: spreadOut,
  }
}

/** The least liked node gets 0, the best liked 100. */
function spreadOut(scores: number[]): void {
  const least = scores.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER)
  const span = scores.reduce((a, b) => Math.max(a, b), Number.MIN_SAFE_INTEGER) - least
  for (let n = 0; n < scores.length; n++) {
    scores[n] = span > 0 ? Math.trunc(maxNodeScore * (((scores[n] as number) - least) / span)) : 0
  }
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
