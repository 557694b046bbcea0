/**
 * What a decision sees: the nodes in the order in which they are tried, and which of them carry Pods that matter to affinity.
 *
 * Upstream copies every changed node into a snapshot because its cache changes while goroutines decide. A decision here never
 * awaits, so nothing can change under it, and the snapshot holds the cache's own NodeInfos; brought up to date before each
 * decision, it only looks at nodes that changed since (cache.ts keeps that list). Whoever wants to try changes forks a NodeInfo.
 */
import type { NodeInfo } from './node-info.ts'
import type { CountedPods, CountsByNode, CountsByValue, Domains } from './pod-counts.ts'
import type { CountedTerm } from './term-counts.ts'

export interface Snapshot {
  /** Zones take turns: the first of each zone, then the second of each. */
  readonly nodes: readonly NodeInfo[]
  get(name: string): NodeInfo | undefined
  /** Whom the Pods that run must not have near. */
  mustNotTerms(): Iterable<CountedTerm>
  /** Whom the Pods that run would like near, or far. */
  opinionTerms(): Iterable<CountedTerm>
  countByNode(pods: CountedPods): CountsByNode
  countByValue(pods: CountedPods, topologyKey: string): CountsByValue
  domains(topologyKeys: readonly string[]): Domains
}
