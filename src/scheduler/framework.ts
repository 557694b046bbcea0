/**
 * What a scheduler plugin is: a value with a name and the extension points that it fills, in Kubernetes' words. Plugins are
 * listed, ordered and weighted in profile.ts; cycle.ts calls them; queue.ts asks them which events matter.
 *
 * Upstream passes a "cycle state" through every call. Here a plugin prepares once for a Pod and hands back the function that
 * looks at a node: `preFilter` gives a `Filter`, `preScore` a `Scorer`; what was prepared lives in their closures.
 * `undefined` means Skip: this plugin has nothing to say about this Pod.
 *
 * What a newcomer would get wrong: Unschedulable means "other Pods are in the way", so preemption may help;
 * UnschedulableAndUnresolvable means it never will. A plugin that throws makes the attempt a SchedulerError.
 */
import type { Pod } from '../api/core/pod.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import type { KubeObject } from '../apimachinery/object.ts'
import type { Lister } from '../client/informer.ts'
import type { NodeInfo } from './node-info.ts'
import type { PodInfo } from './pod-info.ts'
import type { Snapshot } from './snapshot.ts'

export type RejectionCode = 'Unschedulable' | 'UnschedulableAndUnresolvable'

/** Why a node, or all of them, will not do. */
export interface Rejection {
  readonly plugin: string
  readonly code: RejectionCode
  readonly reasons: readonly string[]
}

export const maxNodeScore = 100

/** A Pod's view of nodes, prepared once per attempt. */
export interface Filter {
  /** Only these nodes can do: saves looking at the others. */
  readonly nodeNames?: ReadonlySet<string>
  filter(node: NodeInfo): Rejection | undefined
  /** For filters that count Pods across nodes: a copy to try changes on, and the changes. */
  fork?(): Filter
  addPod?(added: PodInfo, node: NodeInfo): void
  removePod?(removed: PodInfo, node: NodeInfo): void
}

export interface Scorer {
  /** Any whole number; 0 to 100 after `normalize`. */
  score(node: NodeInfo): number
  /** In place. */
  normalize?(scores: number[], nodes: readonly NodeInfo[]): void
}

/** What happens after a node was chosen and before the binding is written. */
export interface Reservation {
  /** Writes what must be true before the Pod may run there; rejects to give up. */
  preBind?(signal: AbortSignal): Promise<void>
  /** Takes everything back. */
  unreserve(): void
}

/** The informers, as far as plugins need them. */
export interface Listers {
  of<T extends KubeObject>(kind: KindDefinition<T>): Lister<T>
}

export interface Plugin {
  readonly name: string
  /** Which events may make a Pod schedulable that this plugin rejected. Absent: none of them. */
  readonly events?: readonly EventInterest[]
  /** Why the Pod must not enter the queue yet. */
  preEnqueue?(pod: Pod): string | undefined
  preFilter?(pod: PodInfo, snapshot: Snapshot): Filter | Rejection | undefined
  preScore?(pod: PodInfo, nodes: readonly NodeInfo[], snapshot: Snapshot): Scorer | undefined
  reserve?(pod: PodInfo, node: NodeInfo): Reservation | undefined
}

export function isRejection(outcome: Filter | Rejection): outcome is Rejection {
  return 'code' in outcome
}

export type EventResource =
  | 'Pod'
  | 'Node'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'StorageClass'
  | 'CSINode'
  | 'CSIDriver'
  | 'CSIStorageCapacity'

export type EventAction =
  | 'Add'
  | 'Delete'
  | 'Update'
  | 'UpdateNodeAllocatable'
  | 'UpdateNodeLabel'
  | 'UpdateNodeTaint'
  | 'UpdateNodeCondition'
  | 'UpdateNodeAnnotation'
  | 'UpdatePodLabel'
  | 'UpdatePodScaleDown'
  | 'UpdatePodToleration'
  | 'UpdatePodSchedulingGatesEliminated'
  | 'UpdatePodGeneratedResourceClaim'

/** Something happened in the cluster. */
export interface ClusterEvent {
  /** '*': anything may have changed (a flush). */
  readonly resource: EventResource | '*'
  readonly action: EventAction | '*'
  readonly old?: KubeObject | undefined
  readonly new?: KubeObject | undefined
}

export interface EventInterest {
  readonly resource: EventResource
  readonly actions: readonly EventAction[]
  /** False: this event cannot help this Pod. Absent: it always may. */
  hint?(pod: PodInfo, event: ClusterEvent): boolean
}
