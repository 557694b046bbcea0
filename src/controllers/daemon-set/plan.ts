/**
 * What a DaemonSet should do about its Pods: one on every node that it means, none elsewhere, and what has ended goes so that another can come. Pure.
 *
 * What a newcomer would get wrong: with a surge a node may hold two, an old one that is ready and a new one that is not yet.
 */
import type { DaemonSet } from '../../api/apps/daemon-set.ts'
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodAvailable, isPodReady, isPodScheduled, isPodTerminal, isTerminating } from '../../api/core/pod-facts.ts'
import { scaledValue } from '../../apimachinery/int-or-string.ts'
import { hashLabel, isUpdated, targetNodeOf } from './daemon-pod.ts'
import type { Verdict } from './nodes.ts'

export interface DaemonWorld {
  readonly daemonSet: DaemonSet
  readonly nodes: readonly Node[]
  readonly judge: (node: Node) => Verdict
  readonly podsByNode: ReadonlyMap<string, readonly Pod[]>
  readonly hash: string
  readonly nowMs: number
  /** A failed Pod on this node has to wait before it is replaced. */
  readonly isBackingOff: (node: string) => boolean
}

export interface DaemonPlan {
  /** Nodes that need a Pod. */
  readonly create: readonly string[]
  readonly remove: readonly Pod[]
  /** Of those removed: they ended by themselves. */
  readonly ended: readonly { readonly pod: Pod; readonly node: string }[]
  /** Nodes whose failed Pod has to wait. */
  readonly waiting: readonly string[]
}

export const burstReplicas = 250

/** Pods that have ended and are on their way out are nobody's business any more. */
export function groupByNode(pods: readonly Pod[]): Map<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>()
  for (const pod of pods) {
    const node = isPodTerminal(pod) && isTerminating(pod) ? undefined : targetNodeOf(pod)
    if (node === undefined) continue
    const there = byNode.get(node)
    if (there === undefined) byNode.set(node, [pod])
    else there.push(pod)
  }
  return byNode
}

export function planDaemons(world: DaemonWorld): DaemonPlan {
  const plan = { create: [] as string[], remove: [] as Pod[], ended: [] as { pod: Pod; node: string }[], waiting: [] as string[] }
  const names = new Set<string>()
  for (const node of world.nodes) {
    const name = node.metadata.name ?? ''
    names.add(name)
    const { shouldRun, mayStay } = world.judge(node)
    const pods = world.podsByNode.get(name)
    if (pods === undefined) {
      if (shouldRun) plan.create.push(name)
    } else if (mayStay) planNode(world, name, { pods, shouldRun }, plan)
    else plan.remove.push(...pods.filter((pod) => !isTerminating(pod)))
  }
  // Nobody will ever schedule these, and no Pod collector sees them.
  for (const [node, pods] of world.podsByNode) if (!names.has(node)) plan.remove.push(...pods.filter((pod) => !isPodScheduled(pod)))
  return { ...plan, create: plan.create.slice(0, burstReplicas), remove: plan.remove.slice(0, burstReplicas) }
}

function planNode(
  world: DaemonWorld,
  node: string,
  { pods, shouldRun }: { readonly pods: readonly Pod[]; readonly shouldRun: boolean },
  plan: { create: string[]; remove: Pod[]; ended: { pod: Pod; node: string }[]; waiting: string[] },
): void {
  const running: Pod[] = []
  for (const pod of pods) {
    if (isTerminating(pod)) continue
    if (!isPodTerminal(pod)) running.push(pod)
    else if (pod.status?.phase === 'Failed' && world.isBackingOff(node)) plan.waiting.push(node)
    else {
      plan.ended.push({ pod, node })
      plan.remove.push(pod)
    }
  }
  running.sort(byAge)
  if (surgeOf(world.daemonSet, 1) === 0) plan.remove.push(...running.slice(1))
  else if (running.length === 0) {
    if (shouldRun) plan.create.push(node)
  } else if (running.length > 1) plan.remove.push(...surplusOfSurge(world, running))
}

function surplusOfSurge({ daemonSet, hash, nowMs }: DaemonWorld, running: readonly Pod[]): readonly Pod[] {
  const surplus: Pod[] = []
  let newOne: Pod | undefined
  let oldOne: Pod | undefined
  for (const pod of running) {
    const isNew = pod.metadata.labels?.[hashLabel] === hash
    if (isNew && newOne === undefined) newOne = pod
    else if (!isNew && oldOne === undefined) oldOne = pod
    else surplus.push(pod)
  }
  if (newOne === undefined || oldOne === undefined) return surplus
  const isReplaced = !isPodReady(oldOne) || isPodAvailable(newOne, daemonSet.spec.minReadySeconds ?? 0, nowMs)
  return isReplaced ? [...surplus, oldOne] : surplus
}

/** Scheduled first, then the oldest. */
export function byAge(a: Pod, b: Pod): number {
  if (isPodScheduled(a) !== isPodScheduled(b)) return isPodScheduled(a) ? -1 : 1
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (ageA !== ageB) return ageA < ageB ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

export function surgeOf({ spec }: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  return type === 'RollingUpdate' ? (scaledValue(rollingUpdate?.maxSurge ?? 0, desired, true) ?? 0) : 0
}
export function unavailableOf({ spec }: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = spec.updateStrategy ?? {}
  return type === 'RollingUpdate' ? (scaledValue(rollingUpdate?.maxUnavailable ?? 0, desired, true) ?? 0) : 0
}

export interface DaemonCounts {
  readonly desiredNumberScheduled: number
  readonly currentNumberScheduled: number
  readonly numberMisscheduled: number
  readonly numberReady: number
  readonly updatedNumberScheduled: number
  readonly numberAvailable: number
  readonly numberUnavailable: number
}

export function countDaemons({ daemonSet, nodes, judge, podsByNode, hash, nowMs }: Omit<DaemonWorld, 'isBackingOff'>): DaemonCounts {
  let desired = 0
  let current = 0
  let misscheduled = 0
  let ready = 0
  let updated = 0
  let available = 0
  for (const node of nodes) {
    const pods = podsByNode.get(node.metadata.name ?? '')
    if (!judge(node).shouldRun) {
      if (pods !== undefined) misscheduled++
      continue
    }
    desired++
    const pod = pods?.toSorted(byAge)[0]
    if (pod === undefined) continue
    current++
    if (isPodReady(pod)) ready++
    if (isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, nowMs)) available++
    if (isUpdated(pod, daemonSet, hash)) updated++
  }
  return {
    desiredNumberScheduled: desired,
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    numberReady: ready,
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: desired - available,
  }
}
