/**
 * What the kubelet remembers of a Pod while it runs it: the sandbox, and for every container where it stands. Values:
 * a change is a new state, so that plan-pod.ts and pod-status.ts stay pure functions of it.
 *
 *     waiting ─pull→ pulling ─start→ starting ─→ running ─exit→ exited ─(restart policy)→ waiting …
 *
 * `stopping` is running with a stop under way. A container that waits for its back-off to pass is `waiting` with `notBeforeMs`.
 */
import type { ContainerExit, Sandbox } from './cri/runtime.ts'

export type ContainerPhase = 'waiting' | 'pulling' | 'starting' | 'running' | 'stopping' | 'exited'

export interface Termination extends ContainerExit {
  readonly containerId: string
  readonly startedAtMs: number
  readonly finishedAtMs: number
}

export interface ContainerState {
  readonly phase: ContainerPhase
  /** Shown while waiting: ContainerCreating, PodInitializing, CrashLoopBackOff, ErrImagePull, ImagePullBackOff. */
  readonly waitingReason: string
  readonly waitingMessage?: string
  readonly notBeforeMs?: number
  readonly backoffMs: number
  readonly restartCount: number
  readonly containerId: string
  readonly imageReference: string
  readonly startedAtMs: number
  /** The last end, while exited; the one before, while waiting or running again. */
  readonly termination?: Termination
  /** Startup probe passed (or there is none). */
  readonly isStarted: boolean
  readonly isReady: boolean
}

export interface PodState {
  readonly startTimeMs: number
  readonly sandbox: 'none' | 'starting' | Sandbox
  readonly containers: ReadonlyMap<string, ContainerState>
  /** Set when the kubelet itself ended the Pod: DeadlineExceeded, Evicted, NodeAffinity … */
  readonly failure?: { readonly reason: string; readonly message: string }
  /** It was never taken: nothing was started, and nothing is said of its containers. */
  readonly isRefused?: boolean
}

export const newContainer: ContainerState = {
  phase: 'waiting',
  waitingReason: 'ContainerCreating',
  backoffMs: 0,
  restartCount: 0,
  containerId: '',
  imageReference: '',
  startedAtMs: 0,
  isStarted: false,
  isReady: false,
}

export function newPodState(startTimeMs: number): PodState {
  return { startTimeMs, sandbox: 'none', containers: new Map() }
}

export function containerIn(state: PodState, name: string): ContainerState {
  return state.containers.get(name) ?? newContainer
}

export function withContainer(state: PodState, name: string, change: Partial<ContainerState>): PodState {
  const containers = new Map(state.containers)
  containers.set(name, { ...containerIn(state, name), ...change })
  return { ...state, containers }
}

export function isUp(container: ContainerState): boolean {
  return container.phase === 'running' || container.phase === 'stopping'
}
