/** What the scheduler writes into a Pod's status: one condition, and the node that is being cleared. Nothing when nothing changes. */
import type { Pod, PodCondition } from '../api/core/pod-schema.ts'

export interface ScheduledCondition {
  readonly type: 'PodScheduled' | 'DisruptionTarget'
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** A strategic merge patch of the status subresource. `nominatedNode`: '' takes it back, undefined leaves it. */
export function statusPatch(
  pod: Pod,
  condition: ScheduledCondition | undefined,
  { nominatedNode, nowMs }: { readonly nominatedNode?: string | undefined; readonly nowMs: number },
): object | undefined {
  const status: Record<string, unknown> = {}
  if (nominatedNode !== undefined && nominatedNode !== (pod.status?.nominatedNodeName ?? '')) {
    status.nominatedNodeName = nominatedNode === '' ? null : nominatedNode
  }
  if (condition !== undefined) {
    const old = pod.status?.conditions?.find(({ type }) => type === condition.type)
    const generation = pod.metadata.generation
    if (!isSame(old, condition, generation)) {
      const lastTransitionTime =
        old?.status === condition.status ? old.lastTransitionTime : `${new Date(nowMs).toISOString().slice(0, 19)}Z`
      const observed = generation === undefined || generation === 0 ? {} : { observedGeneration: generation }
      status.conditions = [{ ...condition, lastProbeTime: null, lastTransitionTime, ...observed }]
    }
  }
  return Object.keys(status).length === 0 ? undefined : { metadata: { uid: pod.metadata.uid }, status }
}

function isSame(old: PodCondition | undefined, wanted: ScheduledCondition, generation: number | undefined): boolean {
  return (
    old !== undefined &&
    old.status === wanted.status &&
    old.reason === wanted.reason &&
    old.message === wanted.message &&
    (old.observedGeneration ?? 0) === (generation ?? 0)
  )
}
