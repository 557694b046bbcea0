/**
 * What a StatefulSet should do about its Pods, one step at a time. Pure.
 *
 * With OrderedReady everything stops at the first Pod that is not as it should be: it is made, ended or waited for, and nothing behind it is touched.
 * With Parallel nobody waits for anybody; only updates still go one by one, from the highest ordinal down. What has ended is deleted and made anew in
 * a later step, when its name is free again.
 */
import type { StatefulSet } from '../../api/apps/stateful-set.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodAvailable, isPodReady, isPodTerminal, isTerminating, podPhase } from '../../api/core/pod-facts.ts'
import { firstOrdinal, isOutOfShape, isWanted, ordinalOf, type Revisioned, revisionOf, statefulPod } from './identity.ts'

export interface StatefulWorld {
  readonly set: StatefulSet
  /** Those that are its own. */
  readonly pods: readonly Pod[]
  readonly current: Revisioned
  readonly update: Revisioned
  readonly nowMs: number
  /** Claims of this Pod have owners that they should not have. */
  readonly hasWrongClaims: (pod: Pod) => boolean
  /** Claims of the Pod that had this name before are still there and about to go. */
  readonly hasLeftOverClaims: (pod: Pod) => boolean
}

/** `claims`: makes what is missing. `mend`: puts labels, volumes and owners of claims right. `disown`: owners of claims only. */
export interface Step {
  readonly do: 'create' | 'delete' | 'claims' | 'mend' | 'disown'
  readonly pod: Pod
  readonly ordinal: number
}

export interface StatefulPlan {
  readonly steps: readonly Step[]
  /** Of the Pods deleted to be updated: they no longer count as current. */
  readonly updating: number
}

interface Slot {
  readonly ordinal: number
  readonly pod: Pod
  /** Not there yet: it would be made. */
  readonly isMissing: boolean
}

export function planStatefulSet(world: StatefulWorld): StatefulPlan {
  const { set } = world
  const isOrdered = set.spec.podManagementPolicy !== 'Parallel'
  const wanted = wantedSlots(world)
  const condemned = condemnedSlots(world)
  // Of all that are not available the lowest: it may go although it is not healthy.
  const firstUnavailable = [...wanted, ...condemned.toReversed()].find((slot) => isUnavailable(world, slot))
  const steps: Step[] = []
  for (const slot of wanted) if (stepsForWanted(world, slot, isOrdered, steps) && isOrdered) return { steps, updating: 0 }
  for (const { pod, ordinal } of condemned) if (world.hasWrongClaims(pod)) steps.push({ do: 'disown', pod, ordinal })
  for (const slot of condemned) {
    if (isTerminating(slot.pod)) {
      if (isOrdered) return { steps, updating: 0 }
      continue
    }
    if (isOrdered && slot !== firstUnavailable && !isHealthy(world, slot.pod)) return { steps, updating: 0 }
    steps.push({ do: 'delete', pod: slot.pod, ordinal: slot.ordinal })
    if (isOrdered) return { steps, updating: 0 }
  }
  const outdated = nextOutdated(world, wanted)
  if (outdated === undefined) return { steps, updating: 0 }
  return { steps: [...steps, { do: 'delete', pod: outdated.pod, ordinal: outdated.ordinal }], updating: 1 }
}

/** True: whoever goes in order goes no further. */
function stepsForWanted(world: StatefulWorld, { pod, ordinal, isMissing }: Slot, isOrdered: boolean, steps: Step[]): boolean {
  if (isPodTerminal(pod)) {
    if (!isTerminating(pod)) steps.push({ do: 'delete', pod, ordinal })
    return true
  }
  if (isMissing) {
    if (!world.hasLeftOverClaims(pod)) steps.push({ do: 'create', pod, ordinal })
    return true
  }
  if (podPhase(pod) === 'Pending') steps.push({ do: 'claims', pod, ordinal })
  if (isOrdered && (isTerminating(pod) || !isHealthy(world, pod))) return true
  if (isOutOfShape(world.set, ordinal, pod) || world.hasWrongClaims(pod)) steps.push({ do: 'mend', pod, ordinal })
  return false
}

function nextOutdated(world: StatefulWorld, wanted: readonly Slot[]): Slot | undefined {
  const { set, update } = world
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {}
  if (type === 'OnDelete') return undefined
  for (const slot of wanted.slice(rollingUpdate?.partition ?? 0).toReversed()) {
    if (revisionOf(slot.pod) !== update.name && !isTerminating(slot.pod)) return slot
    if (isUnavailable(world, slot)) return undefined
  }
  return undefined
}

function wantedSlots(world: StatefulWorld): readonly Slot[] {
  const { set, pods } = world
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]))
  const first = firstOrdinal(set)
  return Array.from({ length: set.spec.replicas ?? 1 }, (_, index) => {
    const ordinal = first + index
    const pod = byOrdinal.get(ordinal)
    return { ordinal, pod: pod ?? statefulPod(set, ordinal, revisionFor(world, index)), isMissing: pod === undefined }
  })
}

/** Below the partition a Pod that is made again gets the template of before. */
function revisionFor({ set, current, update }: StatefulWorld, index: number): Revisioned {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {}
  const kept = rollingUpdate ? (rollingUpdate.partition ?? 0) : type === 'RollingUpdate' ? (set.status?.currentReplicas ?? 0) : 0
  return index < kept ? current : update
}

/** Highest ordinal first. */
function condemnedSlots({ set, pods }: StatefulWorld): readonly Slot[] {
  const slots: Slot[] = []
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod)
    if (ordinal !== undefined && !isWanted(set, ordinal)) slots.push({ ordinal, pod, isMissing: false })
  }
  return slots.sort((a, b) => b.ordinal - a.ordinal)
}

function isHealthy({ set, nowMs }: StatefulWorld, pod: Pod): boolean {
  return podPhase(pod) === 'Running' && isPodReady(pod) && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)
}

function isUnavailable({ set, nowMs }: StatefulWorld, { pod }: Slot): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs)
}

export type StatefulStatus = NonNullable<StatefulSet['status']>

/** `updating`: see StatefulPlan. */
export function statefulStatus(world: StatefulWorld, collisionCount: number, updating: number): StatefulStatus {
  const { set, pods, current, update, nowMs } = world
  const minReadySeconds = set.spec.minReadySeconds ?? 0
  const ready = pods.filter((pod) => podPhase(pod) === 'Running' && isPodReady(pod))
  const living = pods.filter((pod) => !isTerminating(pod))
  const counts = {
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((pod) => isPodAvailable(pod, minReadySeconds, nowMs)).length,
    currentReplicas: living.filter((pod) => revisionOf(pod) === current.name).length - updating,
    updatedReplicas: living.filter((pod) => revisionOf(pod) === update.name).length,
  }
  const status = {
    observedGeneration: set.metadata.generation ?? 0,
    ...counts,
    currentRevision: current.name,
    updateRevision: update.name,
    collisionCount,
  }
  const wanted = set.spec.replicas ?? 1
  const isComplete = counts.updatedReplicas === wanted && counts.readyReplicas === wanted && counts.replicas === wanted
  if (!isComplete || set.spec.updateStrategy?.type !== 'RollingUpdate') return status
  return { ...status, currentReplicas: counts.updatedReplicas, currentRevision: update.name }
}
