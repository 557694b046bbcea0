/**
 * Which taints follow from a node's conditions: NoSchedule ones keep new Pods away, NoExecute ones drive out those that are there. Pure.
 */

import { nodeCondition } from '../../api/core/node-facts.ts'
import type { Node, Taint } from '../../api/core/node-schema.ts'

const prefix = 'node.kubernetes.io/'
export const notReady = `${prefix}not-ready`
export const unreachable = `${prefix}unreachable`

/** Condition, status, taint. */
const byCondition: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', notReady],
  ['Ready', 'Unknown', unreachable],
  ['MemoryPressure', 'True', `${prefix}memory-pressure`],
  ['DiskPressure', 'True', `${prefix}disk-pressure`],
  ['NetworkUnavailable', 'True', `${prefix}network-unavailable`],
  ['PIDPressure', 'True', `${prefix}pid-pressure`],
]
const unschedulable = `${prefix}unschedulable`
const ours = new Set([...byCondition.map(([, , key]) => key), unschedulable])

/** The node's taints with ours put right; undefined when they are. */
export function scheduleTaints(node: Node, timeAdded: string): readonly Taint[] | undefined {
  const wanted = new Set(byCondition.filter(([type, status]) => nodeCondition(node, type)?.status === status).map(([, , key]) => key))
  if (node.spec.unschedulable === true) wanted.add(unschedulable)
  return replaced(node, 'NoSchedule', ours, wanted, timeAdded)
}

/** `isAllowed`: whether a node may be given up now (rate, disruption of the whole zone). */
export function executeTaints(node: Node, isAllowed: boolean, timeAdded: string): readonly Taint[] | undefined {
  const status = nodeCondition(node, 'Ready')?.status
  const key = status === 'False' ? notReady : status === 'Unknown' ? unreachable : undefined
  const has = (node.spec.taints ?? []).some((taint) => taint.effect === 'NoExecute' && taint.key === key)
  const wanted = new Set(key !== undefined && (has || isAllowed) ? [key] : [])
  return replaced(node, 'NoExecute', new Set([notReady, unreachable]), wanted, timeAdded)
}

/** Undefined when there are none. */
export function withoutExecuteTaints(node: Node): readonly Taint[] | undefined {
  return replaced(node, 'NoExecute', new Set([notReady, unreachable]), new Set(), '')
}

/** True when the node waits to be given up. */
export function wantsEviction(node: Node): boolean {
  return (
    executeTaints(node, true, '') !== undefined &&
    nodeCondition(node, 'Ready')?.status !== 'True' &&
    nodeCondition(node, 'Ready') !== undefined
  )
}

function replaced(
  node: Node,
  effect: string,
  owned: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
  timeAdded: string,
): readonly Taint[] | undefined {
  const before = node.spec.taints ?? []
  const isOwned = (taint: Taint): boolean => taint.effect === effect && owned.has(taint.key)
  const kept = before.filter((taint) => !isOwned(taint) || wanted.has(taint.key))
  const has = new Set(before.filter(isOwned).map(({ key }) => key))
  const added = [...wanted].filter((key) => !has.has(key)).map((key) => ({ key, effect, timeAdded }))
  return added.length === 0 && kept.length === before.length ? undefined : [...kept, ...added]
}
