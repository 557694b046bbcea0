/**
 * The affinity terms of all running Pods, those that say the same put together, and where their Pods run. A newcomer is held against
 * each different term once, rather than against each Pod: replicas of one workload have one term between them.
 *
 * Kept up to date as Pods come and go; worked out anew after nodes or their labels changed.
 */
import type { NodeInfo } from './node-info.ts'
import type { AffinityTerm, PodInfo } from './pod-info.ts'

/** A term and how many Pods that have it run in each domain of its topology label. */
export interface CountedTerm {
  readonly term: AffinityTerm
  /** Negative for those who would rather not. */
  readonly weight: number
  readonly byValue: ReadonlyMap<string, number>
}
interface MutableTerm extends CountedTerm {
  readonly byValue: Map<string, number>
}

/** What a required term counts as a preference. */
const hardPodAffinityWeight = 1

export class TermCounts {
  readonly #mustNot = new Map<string, MutableTerm>()
  readonly #opinions = new Map<string, MutableTerm>()
  #isStale = false

  /** Required anti-affinity: whom the Pods that run must not have near. */
  mustNot(nodes: readonly NodeInfo[]): Iterable<CountedTerm> {
    this.#refresh(nodes)
    return this.#mustNot.values()
  }
  /** Whom the Pods that run would like near, or far. */
  opinions(nodes: readonly NodeInfo[]): Iterable<CountedTerm> {
    this.#refresh(nodes)
    return this.#opinions.values()
  }

  podCame(pod: PodInfo, node: NodeInfo): void {
    if (pod.hasAffinity && !this.#isStale) this.#count(pod, node, 1)
  }
  podWent(pod: PodInfo, node: NodeInfo): void {
    if (pod.hasAffinity && !this.#isStale) this.#count(pod, node, -1)
  }
  nodesChanged(): void {
    this.#isStale = true
  }

  #refresh(nodes: readonly NodeInfo[]): void {
    if (!this.#isStale) return
    this.#isStale = false
    this.#mustNot.clear()
    this.#opinions.clear()
    for (const node of nodes) for (const pod of node.podsWithAffinity) this.#count(pod, node, 1)
  }

  #count({ requiredAffinity, requiredAntiAffinity, preferredAffinity, preferredAntiAffinity }: PodInfo, node: NodeInfo, by: number): void {
    if (node.node === undefined) return
    for (const term of requiredAntiAffinity) add(this.#mustNot, { term, weight: 0 }, node, by)
    for (const term of requiredAffinity) add(this.#opinions, { term, weight: hardPodAffinityWeight }, node, by)
    for (const term of preferredAffinity) add(this.#opinions, { term, weight: term.weight }, node, by)
    for (const term of preferredAntiAffinity) add(this.#opinions, { term, weight: -term.weight }, node, by)
  }
}

function add(
  terms: Map<string, MutableTerm>,
  { term, weight }: Pick<CountedTerm, 'term' | 'weight'>,
  { labels }: NodeInfo,
  by: number,
): void {
  const value = labels[term.topologyKey]
  if (value === undefined) return
  const key = `${weight} ${term.key}`
  let counted = terms.get(key)
  if (counted === undefined) terms.set(key, (counted = { term, weight, byValue: new Map() }))
  const count = (counted.byValue.get(value) ?? 0) + by
  if (count !== 0) counted.byValue.set(value, count)
  else {
    counted.byValue.delete(value)
    if (counted.byValue.size === 0) terms.delete(key)
  }
}
