/**
 * Who must go so that a more important Pod can run. Pure: tries on copies of nodes what would happen if Pods of lower priority
 * were not there, and says which node to clear of whom. Carrying it out is preemption-executor.ts.
 *
 * On each node that rejected the Pod only because of others: take all lower Pods away; if the Pod fits then, bring back as many as
 * possible, those first whose disruption budget would be violated, then the most important. Of the nodes, take the one with the
 * fewest violated budgets, the least important victim at the top, the smallest sum of priorities, the fewest victims, and
 * whose most important victims started last.
 */
import type { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import { matchesLabels } from '../apimachinery/selectors/labels.ts'
import type { Random } from '../std/random.ts'
import { type Diagnosis, type Filters, filterWithNominated } from './cycle.ts'
import { describeDiagnosis } from './fit-error.ts'
import type { Rejection } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { Nominations } from './nominations.ts'
import { preemptionName } from './plugins/default-preemption.ts'
import { type PodInfo, parseSelector } from './pod-info.ts'
import { Rejections } from './rejections.ts'
import type { Snapshot } from './snapshot.ts'

export interface PreemptionInput {
  readonly pod: PodInfo
  readonly snapshot: Snapshot
  readonly filters: Filters
  readonly diagnosis: Diagnosis
  readonly nominations: Nominations
  readonly budgets: Iterable<PodDisruptionBudget>
  readonly random: Random
  readonly nowMs: number
}

export type PreemptionPlan =
  | { readonly outcome: 'preempt'; readonly node: string; readonly victims: readonly PodInfo[] }
  /** `keepsNomination`: an earlier preemption still stands. */
  | { readonly outcome: 'nothing'; readonly message: string; readonly keepsNomination: boolean }

interface Candidate {
  readonly node: string
  /** Most important first. */
  readonly victims: readonly PodInfo[]
  readonly violations: number
}

const candidatesLeast = 100
const candidatesPercentage = 10
/** Shifts priorities above zero, so that fewer victims sum up to less. */
const priorityShift = 2 ** 31

const noVictims = unresolvable('No preemption victims found for incoming pod')
const notHelpful = unresolvable('Preemption is not helpful for scheduling')

function unresolvable(reason: string): Rejection {
  return { plugin: preemptionName, code: 'UnschedulableAndUnresolvable', reasons: [reason] }
}

export function planPreemption(input: PreemptionInput): PreemptionPlan {
  const refusal = whyNotEligible(input)
  if (refusal !== undefined) return { outcome: 'nothing', message: `preemption: ${refusal}`, keepsNomination: true }
  const { diagnosis, random } = input
  const nodes = diagnosis.rejections.resolvable
  const rejections = new Rejections()
  const candidates = nodes.length === 0 ? [] : findCandidates(input, nodes, random.integer(nodes.length), rejections)
  const best = pickCandidate(candidates, input.nowMs)
  if (best !== undefined) return { outcome: 'preempt', node: best.node, victims: best.victims }
  const message = describeDiagnosis({ nodeCount: diagnosis.nodeCount, rejections, ofOthers: notHelpful, preFilterMessage: '' })
  return { outcome: 'nothing', message: `preemption: ${message}`, keepsNomination: false }
}

/** Who has been promised a node waits for its victims to end, unless that node will not do any more. */
function whyNotEligible({ pod, snapshot, diagnosis }: PreemptionInput): string | undefined {
  if (pod.pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const promised = pod.pod.status?.nominatedNodeName ?? ''
  if (promised === '') return undefined
  const rejection = diagnosis.rejections.get(promised) ?? diagnosis.ofOthers
  if (rejection?.code === 'UnschedulableAndUnresolvable') return undefined
  const isLeaving = snapshot.get(promised)?.pods.some((other) => other.priority < pod.priority && isPreempted(other))
  return isLeaving === true ? 'not eligible due to a terminating pod on the nominated node.' : undefined
}

function isPreempted({ isDeleting, pod }: PodInfo): boolean {
  if (!isDeleting) return false
  const target = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler'
}

/** Stops when there are enough, at least one of them without a violated budget. */
function findCandidates(input: PreemptionInput, nodes: readonly NodeInfo[], offset: number, rejections: Rejections): readonly Candidate[] {
  const wanted = Math.min(Math.max(Math.trunc((nodes.length * candidatesPercentage) / 100), candidatesLeast), nodes.length)
  const budgets = [...input.budgets]
  const kind: Candidate[] = []
  const violating: Candidate[] = []
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[(offset + i) % nodes.length] as NodeInfo
    const outcome = selectVictims(input, node.fork(), budgets)
    if ('code' in outcome) rejections.add(node, outcome)
    else (outcome.violations === 0 ? kind : violating).push(outcome)
    if (kind.length > 0 && kind.length + violating.length >= wanted) break
  }
  return [...kind, ...violating]
}

/** `node` is a fork, and is changed. */
function selectVictims(
  { pod, filters: shared, nominations, nowMs }: PreemptionInput,
  node: NodeInfo,
  budgets: readonly PodDisruptionBudget[],
): Candidate | Rejection {
  const filters = shared.fork()
  const remove = (other: PodInfo): void => {
    node.removePod(other)
    filters.removePod(other, node)
  }
  const potential = node.pods.filter(({ priority }) => priority < pod.priority)
  if (potential.length === 0) return noVictims
  for (const other of potential) remove(other)
  const rejection = filterWithNominated(filters, pod, node, nominations)
  if (rejection !== undefined) return rejection
  const byImportance = (a: PodInfo, b: PodInfo): number => b.priority - a.priority || startOf(a, nowMs) - startOf(b, nowMs)
  potential.sort(byImportance)
  const isReprieved = (other: PodInfo): boolean => {
    node.addPod(other)
    filters.addPod(other, node)
    if (filterWithNominated(filters, pod, node, nominations) === undefined) return true
    remove(other)
    return false
  }
  const { violating, others } = splitByBudgets(potential, budgets)
  const violated = violating.filter((other) => !isReprieved(other))
  const victims = [...violated, ...others.filter((other) => !isReprieved(other))].sort(byImportance)
  return { node: node.name, victims, violations: violated.length }
}

/** Counts down what budgets allow, in the order given. */
function splitByBudgets(
  pods: readonly PodInfo[],
  budgets: readonly PodDisruptionBudget[],
): { readonly violating: readonly PodInfo[]; readonly others: readonly PodInfo[] } {
  const left = budgets.map((budget) => ({
    budget,
    selector: parseSelector(budget.spec.selector),
    allowed: budget.status?.disruptionsAllowed ?? 0,
  }))
  const violating: PodInfo[] = []
  const others: PodInfo[] = []
  for (const pod of pods) {
    let isViolating = false
    for (const guard of left) {
      const { budget, selector } = guard
      if (budget.metadata.namespace !== pod.namespace || selector.length === 0 || !matchesLabels(selector, pod.labels)) continue
      if (budget.status?.disruptedPods?.[pod.name] !== undefined) continue
      if (--guard.allowed < 0) isViolating = true
    }
    ;(isViolating ? violating : others).push(pod)
  }
  return { violating, others }
}

function pickCandidate(candidates: readonly Candidate[], nowMs: number): Candidate | undefined {
  const measures: readonly ((candidate: Candidate) => number)[] = [
    ({ violations }) => -violations,
    ({ victims }) => -(victims[0] as PodInfo).priority,
    ({ victims }) => -victims.reduce((total, { priority }) => total + priority + priorityShift, 0),
    ({ victims }) => -victims.length,
    ({ victims }) => earliestStart(victims, nowMs),
  ]
  let left = candidates
  for (const measure of measures) {
    if (left.length < 2) break
    const most = Math.max(...left.map(measure))
    left = left.filter((candidate) => measure(candidate) === most)
  }
  return left[0]
}

/** Of the most important ones. */
function earliestStart(victims: readonly PodInfo[], nowMs: number): number {
  const top = victims[0] as PodInfo
  return Math.min(...victims.filter(({ priority }) => priority === top.priority).map((victim) => startOf(victim, nowMs)))
}

function startOf({ pod }: PodInfo, nowMs: number): number {
  const { startTime } = pod.status ?? {}
  return startTime ? Date.parse(startTime) : nowMs
}
