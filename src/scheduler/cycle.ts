/**
 * One decision: a Pod and what is known of the nodes in, a node (or why there is none) out. Pure: nothing is changed, nothing awaited,
 * and with the same snapshot, start and seed the answer is the same.
 *
 *     preFilter → filter each node, until enough will do → preScore → score → normalize → weigh → the best; chance among equals
 *
 * With 100 nodes or more not all are looked at: half of them for small clusters, down to 5 % for large ones, never fewer than
 * 100; the next decision goes on where this one stopped, so all nodes get their turn. A Pod for whom a node was cleared tries that one first.
 */
import type { Random } from '../std/random.ts'
import { type Filter, isRejection, type Rejection, type Scorer } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { Nominations } from './nominations.ts'
import type { PodInfo } from './pod-info.ts'
import type { Profile } from './profile.ts'
import { Rejections } from './rejections.ts'
import type { Snapshot } from './snapshot.ts'

export interface CycleInput {
  readonly pod: PodInfo
  readonly profile: Profile
  readonly snapshot: Snapshot
  readonly nominations: Nominations
  /** Where the last decision stopped. */
  readonly startIndex: number
  readonly random: Random
  /** Keep every score: for people who ask why. */
  readonly explains?: boolean
}

export interface NodeScore {
  readonly node: string
  readonly total: number
  /** Weighted, in the order of the profile. */
  readonly byPlugin: Readonly<Record<string, number>>
}

/** Why nodes would not do. */
export interface Diagnosis {
  readonly nodeCount: number
  readonly rejections: Rejections
  /** Holds for nodes that are not in `rejections`. */
  readonly ofOthers: Rejection | undefined
  /** A plugin rejected the Pod whatever the node. */
  readonly preFilterMessage: string
  readonly plugins: ReadonlySet<string>
}

export type Decision =
  | {
      readonly outcome: 'fits'
      readonly node: NodeInfo
      readonly evaluated: number
      readonly feasible: number
      readonly nextIndex: number
      readonly diagnosis: Diagnosis
      readonly scores?: readonly NodeScore[]
    }
  | { readonly outcome: 'unschedulable'; readonly diagnosis: Diagnosis; readonly filters: Filters; readonly nextIndex: number }
  | { readonly outcome: 'no-nodes'; readonly nextIndex: number }

interface Draft {
  readonly nodeCount: number
  readonly rejections: Rejections
  ofOthers: Rejection | undefined
  preFilterMessage: string
  readonly plugins: Set<string>
}

const nodesAlwaysFound = 100
const percentageLeast = 5

export function decide(input: CycleInput): Decision {
  const { pod, profile, snapshot, nominations, startIndex } = input
  const nodeCount = snapshot.nodes.length
  if (nodeCount === 0) return { outcome: 'no-nodes', nextIndex: 0 }
  const diagnosis: Draft = { nodeCount, rejections: new Rejections(), ofOthers: undefined, preFilterMessage: '', plugins: new Set() }
  const prepared = prepareFilters(pod, profile, snapshot)
  if (isPrepared(prepared)) {
    for (const name of prepared.narrowedBy) diagnosis.plugins.add(name)
    const promised = snapshot.get(pod.pod.status?.nominatedNodeName ?? '')
    const search = { pod, filters: prepared.filters, nominations, diagnosis }
    const trial = { ...search, diagnosis: { ...diagnosis, rejections: new Rejections() } }
    let found = promised === undefined ? [] : findFeasible(trial, [promised], { start: 0, wanted: 1 })
    let nextIndex = startIndex
    if (found.length === 0) {
      const nodes = prepared.nodeNames === undefined ? snapshot.nodes : [...prepared.nodeNames].flatMap((name) => snapshot.get(name) ?? [])
      if (prepared.nodeNames !== undefined) diagnosis.ofOthers = unnamed(prepared.narrowedBy)
      found = findFeasible(search, nodes, { start: startIndex, wanted: wantedNodes(profile.percentageOfNodesToScore, nodes.length) })
      nextIndex = (startIndex + found.length + diagnosis.rejections.size) % nodeCount
    }
    if (found.length > 0) return { ...chooseNode(input, found), nextIndex, evaluated: found.length + diagnosis.rejections.size, diagnosis }
    return { outcome: 'unschedulable', diagnosis, filters: prepared.filters, nextIndex }
  }
  diagnosis.ofOthers = prepared
  diagnosis.preFilterMessage = prepared.reasons.join(', ')
  diagnosis.plugins.add(prepared.plugin)
  return { outcome: 'unschedulable', diagnosis, filters: new Filters([]), nextIndex: startIndex }
}

// Filters

interface Prepared {
  readonly filters: Filters
  readonly nodeNames: ReadonlySet<string> | undefined
  readonly narrowedBy: readonly string[]
}

function isPrepared(outcome: Prepared | Rejection): outcome is Prepared {
  return 'filters' in outcome
}

function prepareFilters(pod: PodInfo, { plugins }: Profile, snapshot: Snapshot): Prepared | Rejection {
  const filters: Filter[] = []
  const narrowedBy: string[] = []
  let nodeNames: ReadonlySet<string> | undefined
  for (const { plugin } of plugins) {
    const outcome = plugin.preFilter?.(pod, snapshot)
    if (outcome === undefined) continue
    if (isRejection(outcome)) return outcome
    filters.push(outcome)
    if (outcome.nodeNames === undefined) continue
    nodeNames = nodeNames === undefined ? outcome.nodeNames : shared(nodeNames, outcome.nodeNames)
    narrowedBy.push(plugin.name)
    if (nodeNames.size === 0) return noneLeft(narrowedBy)
  }
  return { filters: new Filters(filters), nodeNames, narrowedBy }
}

function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...a].filter((name) => b.has(name)))
}

function noneLeft(narrowedBy: readonly string[]): Rejection {
  const names = [...narrowedBy].sort()
  const reason =
    names.length === 1
      ? `node(s) didn't satisfy plugin ${names[0]}`
      : `node(s) didn't satisfy plugin(s) [${names.join(' ')}] simultaneously`
  return { plugin: narrowedBy.at(-1) ?? '', code: 'UnschedulableAndUnresolvable', reasons: [reason] }
}

function unnamed(narrowedBy: readonly string[]): Rejection {
  const names = [...narrowedBy].sort().join(' ')
  return { plugin: '', code: 'UnschedulableAndUnresolvable', reasons: [`node(s) didn't satisfy plugin(s) [${names}]`] }
}

/** All filters of an attempt, asked in order. */
export class Filters {
  readonly #filters: readonly Filter[]

  constructor(filters: readonly Filter[]) {
    this.#filters = filters
  }

  filter(node: NodeInfo): Rejection | undefined {
    const filters = this.#filters
    for (let i = 0; i < filters.length; i++) {
      const rejection = (filters[i] as Filter).filter(node)
      if (rejection !== undefined) return rejection
    }
    return undefined
  }

  fork(): Filters {
    return new Filters(this.#filters.map((filter) => filter.fork?.() ?? filter))
  }
  /** Only on a fork, and together with the same change of the forked node. */
  addPod(pod: PodInfo, node: NodeInfo): void {
    for (const filter of this.#filters) filter.addPod?.(pod, node)
  }
  removePod(pod: PodInfo, node: NodeInfo): void {
    for (const filter of this.#filters) filter.removePod?.(pod, node)
  }
}

/**
 * The node must do with the Pods it is promised to, and also without them, since they may never come. Only those that are at least as
 * important count.
 */
export function filterWithNominated(filters: Filters, pod: PodInfo, node: NodeInfo, nominations: Nominations): Rejection | undefined {
  const promised = nominations.on(node.name)
  if (promised !== undefined) {
    const guests = [...promised.values()].filter(({ priority, uid }) => priority >= pod.priority && uid !== pod.uid)
    if (guests.length > 0) {
      const full = node.fork()
      const counting = filters.fork()
      for (const guest of guests) {
        full.addPod(guest)
        counting.addPod(guest, full)
      }
      const rejection = counting.filter(full)
      if (rejection !== undefined) return rejection
    }
  }
  return filters.filter(node)
}

interface Search {
  readonly pod: PodInfo
  readonly filters: Filters
  readonly nominations: Nominations
  readonly diagnosis: Draft
}

function findFeasible(
  { pod, filters, nominations, diagnosis }: Search,
  nodes: readonly NodeInfo[],
  { start, wanted }: { readonly start: number; readonly wanted: number },
): NodeInfo[] {
  const feasible: NodeInfo[] = []
  const { rejections, plugins } = diagnosis
  const count = nodes.length
  const hasPromises = !nominations.isEmpty
  let last: Rejection | undefined
  for (let i = 0, at = count === 0 ? 0 : start % count; i < count && feasible.length < wanted; i++, at = at + 1 === count ? 0 : at + 1) {
    const node = nodes[at] as NodeInfo
    const rejection = hasPromises ? filterWithNominated(filters, pod, node, nominations) : filters.filter(node)
    if (rejection === undefined) feasible.push(node)
    else {
      rejections.add(node, rejection)
      if (rejection !== last) plugins.add(rejection.plugin)
      last = rejection
    }
  }
  return feasible
}

/** numFeasibleNodesToFind */
export function wantedNodes(percentageOfNodesToScore: number, nodeCount: number): number {
  if (nodeCount < nodesAlwaysFound) return nodeCount
  const adaptive = Math.max(50 - Math.trunc(nodeCount / 125), percentageLeast)
  const percentage = percentageOfNodesToScore === 0 ? adaptive : percentageOfNodesToScore
  return Math.max(Math.trunc((nodeCount * percentage) / 100), nodesAlwaysFound)
}

// Scores

interface Choice {
  readonly outcome: 'fits'
  readonly node: NodeInfo
  readonly feasible: number
  readonly scores?: readonly NodeScore[]
}

function chooseNode({ pod, profile, snapshot, random, explains }: CycleInput, nodes: readonly NodeInfo[]): Choice {
  const feasible = nodes.length
  if (feasible === 1 && explains !== true) return { outcome: 'fits', node: nodes[0] as NodeInfo, feasible }
  const totals = new Array<number>(feasible).fill(0)
  const byPlugin: Record<string, number>[] = explains === true ? nodes.map(() => ({})) : []
  for (const { plugin, weight } of profile.plugins) {
    const scorer = plugin.preScore?.(pod, nodes, snapshot)
    if (scorer === undefined) continue
    const scores = scoreNodes(scorer, nodes)
    for (let n = 0; n < feasible; n++) totals[n] = (totals[n] as number) + weight * (scores[n] as number)
    byPlugin.forEach((row, n) => {
      row[plugin.name] = weight * (scores[n] as number)
    })
  }
  const node = nodes[indexOfBest(totals, random)] as NodeInfo
  if (explains !== true) return { outcome: 'fits', node, feasible }
  const scores = nodes.map(({ name }, n) => ({ node: name, total: totals[n] as number, byPlugin: byPlugin[n] ?? {} }))
  return { outcome: 'fits', node, feasible, scores }
}

function scoreNodes(scorer: Scorer, nodes: readonly NodeInfo[]): number[] {
  const scores = new Array<number>(nodes.length).fill(0)
  for (let n = 0; n < nodes.length; n++) scores[n] = scorer.score(nodes[n] as NodeInfo)
  scorer.normalize?.(scores, nodes)
  return scores
}

/** The largest; each of several equal ones is as likely. */
function indexOfBest(totals: readonly number[], random: Random): number {
  let best = 0
  let equals = 1
  for (let n = 1; n < totals.length; n++) {
    const total = totals[n] as number
    const most = totals[best] as number
    if (total > most) {
      best = n
      equals = 1
    } else if (total === most && random.integer(++equals) === 0) best = n
  }
  return best
}
