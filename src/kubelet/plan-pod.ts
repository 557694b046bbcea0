/**
 * The kubelet's judgement, pure: from a Pod as it is wanted and a Pod as it stands, what to do now. pod-worker.ts does it
 * and asks again; nothing here waits or calls anything.
 *
 * Order of a life: sandbox, init containers one after the other (those that restart for ever are sidecars: the next may
 * start once they have started), then all app containers at once. Of an end: app containers first, then sidecars in
 * reverse. Restarts wait 10 s, doubling to 5 min, and start over after ten quiet minutes.
 *
 * What a newcomer would get wrong: a Pod that is being deleted but never started anything still goes through `finish`,
 * or it would stay for ever.
 */
import type { Pod } from '../api/core/pod.ts'
import type { Container } from '../api/core/pod-spec/container.ts'
import { containerIn, isUp, type PodState } from './pod-state.ts'

export type PodAction =
  | { readonly do: 'runSandbox' }
  | { readonly do: 'startContainer'; readonly container: Container }
  | { readonly do: 'stopContainer'; readonly container: Container; readonly graceMs: number }
  /** The kubelet gives the Pod up: activeDeadlineSeconds is over. */
  | { readonly do: 'fail'; readonly reason: string; readonly message: string }
  /** Everything has ended and the Pod is to be deleted: take it out of the API. */
  | { readonly do: 'finish' }

export interface PodPlan {
  readonly actions: readonly PodAction[]
  /** Ask again at this time even if nothing happens. */
  readonly wakeAtMs?: number
}

export const restartBackoffMs = 10_000
export const restartBackoffMaxMs = 300_000
/** A container that ran so long starts over with the shortest back-off. */
export const backoffResetMs = 600_000

export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

export function allContainers(pod: Pod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
}

export function planPod(pod: Pod, state: PodState, nowMs: number): PodPlan {
  const isDeleted = typeof pod.metadata.deletionTimestamp === 'string'
  if (isDeleted || state.failure !== undefined) return planEnd(pod, state, nowMs, isDeleted)
  const deadlineMs = deadlineOf(pod, state)
  if (deadlineMs !== undefined && nowMs >= deadlineMs && !hasEnded(pod, state)) {
    return {
      actions: [{ do: 'fail', reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }],
    }
  }
  if (state.sandbox === 'none') return { actions: [{ do: 'runSandbox' }] }
  if (state.sandbox === 'starting') return { actions: [] }
  const plan = planContainers(pod, state, nowMs)
  return soonest(plan, deadlineMs)
}

/** Every app container has ended for good: the Pod is Succeeded or Failed. */
export function hasEnded(pod: Pod, state: PodState): boolean {
  if (initFailed(pod, state)) return true
  return pod.spec.containers.every((container) => {
    const one = containerIn(state, container.name)
    return one.phase === 'exited' && !restarts(pod, container, one.termination?.exitCode ?? 0)
  })
}

export function initFailed(pod: Pod, state: PodState): boolean {
  if (pod.spec.restartPolicy !== 'Never') return false
  return (pod.spec.initContainers ?? []).some((container) => {
    const one = containerIn(state, container.name)
    return !isSidecar(container) && one.phase === 'exited' && one.termination?.exitCode !== 0
  })
}

/** Init containers that keep the app containers from starting: not done, or for sidecars not started. */
export function pendingInit(pod: Pod, state: PodState): readonly Container[] {
  return (pod.spec.initContainers ?? []).filter((container) => {
    const one = containerIn(state, container.name)
    if (isSidecar(container)) return !one.isStarted && one.restartCount === 0
    return !(one.phase === 'exited' && one.termination?.exitCode === 0)
  })
}

export function restarts(pod: Pod, container: Container, exitCode: number): boolean {
  const policy = container.restartPolicy ?? pod.spec.restartPolicy
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

function deadlineOf(pod: Pod, state: PodState): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds
  return typeof seconds === 'number' ? state.startTimeMs + seconds * 1000 : undefined
}

function planContainers(pod: Pod, state: PodState, nowMs: number): PodPlan {
  if (hasEnded(pod, state)) return planStop(pod, state, nowMs)
  const blocking = pendingInit(pod, state)
  const startable: Container[] = []
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container) || container === blocking[0]) startable.push(container)
    if (container === blocking[0]) break
  }
  if (blocking.length === 0) startable.push(...pod.spec.containers)
  const actions: PodAction[] = []
  let wakeAtMs: number | undefined
  for (const container of startable) {
    const one = containerIn(state, container.name)
    const isWanted = one.phase === 'waiting' || (one.phase === 'exited' && mustRunAgain(pod, container, one.termination?.exitCode ?? 0))
    if (!isWanted) continue
    const notBeforeMs = one.notBeforeMs ?? 0
    if (nowMs >= notBeforeMs) actions.push({ do: 'startContainer', container })
    else wakeAtMs = Math.min(wakeAtMs ?? notBeforeMs, notBeforeMs)
  }
  return wakeAtMs === undefined ? { actions } : { actions, wakeAtMs }
}

function mustRunAgain(pod: Pod, container: Container, exitCode: number): boolean {
  const isInit = pod.spec.initContainers?.includes(container) === true && !isSidecar(container)
  return isInit ? exitCode !== 0 && pod.spec.restartPolicy !== 'Never' : restarts(pod, container, exitCode)
}

function planEnd(pod: Pod, state: PodState, nowMs: number, isDeleted: boolean): PodPlan {
  const busy = allContainers(pod).some((container) => {
    const { phase } = containerIn(state, container.name)
    return phase === 'running' || phase === 'stopping' || phase === 'starting'
  })
  if (busy) return planStop(pod, state, nowMs)
  return { actions: isDeleted && state.sandbox !== 'starting' ? [{ do: 'finish' }] : [] }
}

/** App containers stop together; sidecars after them, last one first. */
function planStop(pod: Pod, state: PodState, nowMs: number): PodPlan {
  const graceMs = graceLeftMs(pod, nowMs)
  const apps = pod.spec.containers.filter((container) => isUp(containerIn(state, container.name)))
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => isUp(containerIn(state, container.name))).reverse()
  const turn = apps.length > 0 ? apps : sidecars.slice(0, 1)
  const toStop = turn.filter((container) => containerIn(state, container.name).phase === 'running')
  return { actions: toStop.map((container) => ({ do: 'stopContainer', container, graceMs })) }
}

function graceLeftMs(pod: Pod, nowMs: number): number {
  const { deletionTimestamp } = pod.metadata
  if (typeof deletionTimestamp === 'string') return Math.max(0, Date.parse(deletionTimestamp) - nowMs)
  return (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
}

function soonest(plan: PodPlan, otherMs: number | undefined): PodPlan {
  if (otherMs === undefined) return plan
  return { ...plan, wakeAtMs: Math.min(plan.wakeAtMs ?? otherMs, otherMs) }
}
