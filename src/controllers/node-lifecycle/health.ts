/**
 * Is a node alive? It is while its lease is renewed or its status written; after the grace period without either, all that it said counts
 * for nothing any more: its conditions become Unknown. Pure, but for what was seen before.
 */
import type { Lease } from '../../api/coordination/lease.ts'
import { nodeCondition } from '../../api/core/node-facts.ts'
import type { Node, NodeCondition } from '../../api/core/node-schema.ts'

/** What was last seen of a node, and when: by our clock, never by the node's. */
export interface Seen {
  readonly renewTime: string | undefined
  readonly heartbeat: string | undefined
  readonly seenMs: number
}

export function see(node: Node, lease: Lease | undefined, before: Seen | undefined, nowMs: number): Seen {
  const renewTime = lease?.spec?.renewTime ?? undefined
  const heartbeat = nodeCondition(node, 'Ready')?.lastHeartbeatTime ?? undefined
  const isNews = before === undefined || renewTime !== before.renewTime || heartbeat !== before.heartbeat
  return { renewTime, heartbeat, seenMs: isNews ? nowMs : before.seenMs }
}

const watched = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const

/** The conditions of a node that fell silent; undefined while it has not. */
export function silentConditions(
  node: Node,
  { seenMs }: Seen,
  { graceMs, startupGraceMs, nowMs }: { readonly graceMs: number; readonly startupGraceMs: number; readonly nowMs: number },
): readonly NodeCondition[] | undefined {
  const hasSpoken = nodeCondition(node, 'Ready') !== undefined
  const sinceMs = hasSpoken ? seenMs : Date.parse(node.metadata.creationTimestamp ?? '')
  if (nowMs <= sinceMs + (hasSpoken ? graceMs : startupGraceMs)) return undefined
  const time = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  const conditions = [...(node.status?.conditions ?? [])]
  let isChanged = false
  for (const type of watched) {
    const position = conditions.findIndex((one) => one.type === type)
    const current = conditions[position]
    if (current === undefined) {
      const never = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }
      conditions.push({
        type,
        status: 'Unknown',
        lastHeartbeatTime: node.metadata.creationTimestamp ?? time,
        lastTransitionTime: time,
        ...never,
      })
    } else if (current.status !== 'Unknown') {
      const stopped = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
      conditions[position] = { ...current, status: 'Unknown', lastTransitionTime: time, ...stopped }
    } else continue
    isChanged = true
  }
  return isChanged ? conditions : undefined
}
