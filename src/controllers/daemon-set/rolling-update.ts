/**
 * One step of a DaemonSet's rolling update: old Pods go as far as enough stay available, or (with a surge) new ones come beside them first. Making
 * the missing ones is plan.ts. Pure.
 */
import type { Pod } from '../../api/core/pod.ts'
import { isPodAvailable, isTerminating } from '../../api/core/pod-facts.ts'
import { isUpdated } from './daemon-pod.ts'
import { burstReplicas, type DaemonWorld, surgeOf, unavailableOf } from './plan.ts'

export interface RollingStep {
  readonly create: readonly string[]
  readonly remove: readonly Pod[]
}

export function planDaemonUpdate(world: Omit<DaemonWorld, 'isBackingOff'>): RollingStep {
  const { daemonSet, nodes, judge, podsByNode } = world
  const desired = nodes.filter((node) => judge(node).shouldRun)
  const byNode = new Map(podsByNode)
  for (const { metadata } of desired) if (!byNode.has(metadata.name ?? '')) byNode.set(metadata.name ?? '', [])
  const surge = surgeOf(daemonSet, desired.length)
  const unavailable = unavailableOf(daemonSet, desired.length)
  const step =
    surge === 0
      ? shrink(world, byNode, desired.length > 0 && unavailable === 0 ? 1 : unavailable)
      : grow(world, byNode, { surge, desired: desired.length })
  return { create: step.create.slice(0, burstReplicas), remove: step.remove.slice(0, burstReplicas) }
}

type Pair = { readonly newOne?: Pod; readonly oldOne?: Pod }

/** Undefined when there are too many of either: plan.ts clears that up first. */
function pairOn({ daemonSet, hash }: Omit<DaemonWorld, 'isBackingOff'>, pods: readonly Pod[]): Pair | undefined {
  const living = pods.filter((pod) => !isTerminating(pod))
  const [newOne, ...moreNew] = living.filter((pod) => isUpdated(pod, daemonSet, hash))
  const [oldOne, ...moreOld] = living.filter((pod) => !isUpdated(pod, daemonSet, hash))
  if (moreNew.length > 0 || moreOld.length > 0) return undefined
  return { ...(newOne === undefined ? {} : { newOne }), ...(oldOne === undefined ? {} : { oldOne }) }
}

function shrink(world: Omit<DaemonWorld, 'isBackingOff'>, byNode: ReadonlyMap<string, readonly Pod[]>, max: number): RollingStep {
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, world.daemonSet.spec.minReadySeconds ?? 0, world.nowMs)
  let unavailable = 0
  const useless: Pod[] = []
  const candidates: Pod[] = []
  for (const pods of byNode.values()) {
    const pair = pairOn(world, pods)
    if (pair === undefined || (pair.newOne === undefined) === (pair.oldOne === undefined)) unavailable++
    else if (pair.newOne !== undefined) unavailable += isAvailable(pair.newOne) ? 0 : 1
    else if (pair.oldOne !== undefined && !isAvailable(pair.oldOne)) {
      useless.push(pair.oldOne)
      unavailable++
    } else if (pair.oldOne !== undefined) candidates.push(pair.oldOne)
  }
  return { create: [], remove: [...useless, ...candidates.slice(0, Math.max(0, max - unavailable))] }
}

function grow(
  world: Omit<DaemonWorld, 'isBackingOff'>,
  byNode: ReadonlyMap<string, readonly Pod[]>,
  max: { readonly surge: number; readonly desired: number },
): RollingStep {
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, world.daemonSet.spec.minReadySeconds ?? 0, world.nowMs)
  const nodes = new Map(world.nodes.map((node) => [node.metadata.name ?? '', node]))
  const remove: Pod[] = []
  const leaving: Pod[] = []
  const needed: string[] = []
  const candidates: string[] = []
  let surging = 0
  let available = 0
  for (const [name, pods] of byNode) {
    const pair = pairOn(world, pods)
    if (pair === undefined) {
      surging++
      continue
    }
    const { newOne, oldOne } = pair
    const counted = oldOne ?? newOne
    if (counted !== undefined && isAvailable(counted)) available++
    if (oldOne === undefined) continue
    if (newOne !== undefined) {
      if (isAvailable(newOne)) remove.push(oldOne)
      else surging++
      continue
    }
    const node = nodes.get(name)
    const shouldRun = node !== undefined && world.judge(node).shouldRun
    if (!isAvailable(oldOne)) shouldRun ? needed.push(name) : remove.push(oldOne)
    else if (!shouldRun) leaving.push(oldOne)
    else candidates.push(name)
  }
  // Nothing goes from a node that is no longer meant before there are enough elsewhere.
  remove.push(...leaving.slice(0, Math.max(0, available - max.desired)))
  return { create: [...needed, ...candidates.slice(0, Math.max(0, max.surge - surging))], remove }
}
