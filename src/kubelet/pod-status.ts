/**
 * From a Pod and what the kubelet knows of it to the status that clients read, pure. Phases, conditions and container
 * states are Kubernetes' own (pkg/kubelet/status/generate.go and kubelet_pods.go).
 *
 * What a newcomer would get wrong: a condition keeps its lastTransitionTime until its status changes; conditions that
 * others own (PodScheduled, DisruptionTarget, readiness gates) are carried over untouched; container statuses are
 * sorted by name, those of init containers are not.
 */
import type { Pod } from '../api/core/pod.ts'
import type { Container } from '../api/core/pod-spec/container.ts'
import { allContainers, hasEnded, initFailed, isSidecar, pendingInit } from './plan-pod.ts'
import { type ContainerState, containerIn, isUp, type PodState, type Termination } from './pod-state.ts'

type PodStatus = NonNullable<Pod['status']>
type Condition = NonNullable<PodStatus['conditions']>[number]
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number]

export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

const conditionsOfKubelets: readonly string[] = ['PodScheduled', 'Ready', 'Initialized', 'ContainersReady']

export function statusOf(
  pod: Pod,
  state: PodState,
  context: { readonly nowMs: number; readonly hostIp: string; readonly runtime: string },
): PodStatus {
  const phase = phaseOf(pod, state)
  if (state.isRefused === true) return refusedStatus(pod, state)
  const podIp = typeof state.sandbox === 'object' ? state.sandbox.podIp : undefined
  const init = pod.spec.initContainers ?? []
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: conditionsOf(pod, state, phase, context.nowMs),
    ...(state.failure === undefined ? {} : state.failure),
    hostIP: context.hostIp,
    hostIPs: [{ ip: context.hostIp }],
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: timeText(state.startTimeMs),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map((one) => containerStatus(pod, one, state, context.runtime)) }),
    containerStatuses: pod.spec.containers
      .map((one) => containerStatus(pod, one, state, context.runtime))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
  }
}

/** Only why. The conditions that are a kubelet's to set go, and so does PodScheduled, which is one of them. */
function refusedStatus(pod: Pod, state: PodState): PodStatus {
  const { generation } = pod.metadata
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => !conditionsOfKubelets.includes(type))
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: 'Failed',
    ...(conditions.length === 0 ? {} : { conditions }),
    ...state.failure,
    startTime: timeText(state.startTimeMs),
    ...(pod.status?.qosClass === undefined ? {} : { qosClass: pod.status.qosClass }),
  }
}

export function phaseOf(pod: Pod, state: PodState): string {
  if (state.failure !== undefined) return 'Failed'
  const apps = pod.spec.containers.map((container) => containerIn(state, container.name))
  if (hasEnded(pod, state)) {
    const failed = initFailed(pod, state) || apps.some((one) => one.termination?.exitCode !== 0)
    return failed ? 'Failed' : 'Succeeded'
  }
  if (pendingInit(pod, state).length > 0 && !apps.some((one) => one.phase !== 'waiting')) return 'Pending'
  const neverStarted = apps.some((one) => !isUp(one) && one.termination === undefined)
  return neverStarted ? 'Pending' : 'Running'
}

function conditionsOf(pod: Pod, state: PodState, phase: string, nowMs: number): readonly Condition[] {
  const before = new Map((pod.status?.conditions ?? []).map((one) => [one.type, one]))
  const generation = pod.metadata.generation
  const make = (type: string, isTrue: boolean, reason?: string, message?: string): Condition => {
    const status = isTrue ? 'True' : 'False'
    const old = before.get(type)
    before.delete(type)
    return {
      type,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status,
      lastProbeTime: null,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : timeText(nowMs),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    }
  }
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const pending = pendingInit(pod, state)
  const initialized =
    isOver && phase === 'Succeeded'
      ? make('Initialized', true, 'PodCompleted')
      : pending.length > 0
        ? make(
            'Initialized',
            false,
            'ContainersNotInitialized',
            `containers with incomplete status: [${pending.map((one) => one.name).join(' ')}]`,
          )
        : make('Initialized', true)
  const notReady = allContainers(pod).filter((one) => (!isSidecarOrApp(pod, one) ? false : !containerIn(state, one.name).isReady))
  const why: readonly [string?, string?] = isOver
    ? phase === 'Succeeded'
      ? ['PodCompleted']
      : ['PodFailed']
    : notReady.length > 0
      ? ['ContainersNotReady', `containers with unready status: [${notReady.map((one) => one.name).join(' ')}]`]
      : []
  const containersReady = make('ContainersReady', why.length === 0, ...why)
  const gates = (pod.spec.readinessGates ?? []).filter(({ conditionType }) => before.get(conditionType)?.status !== 'True')
  const ready =
    why.length > 0
      ? make('Ready', false, ...why)
      : gates.length > 0
        ? make('Ready', false, 'ReadinessGatesNotReady', gates.map(gateMessage(before)).join(', '))
        : make('Ready', true)
  const sandbox = make('PodReadyToStartContainers', typeof state.sandbox === 'object' && !(isOver && !anyUp(pod, state)))
  const scheduled = before.get('PodScheduled') ?? make('PodScheduled', true)
  before.delete('PodScheduled')
  return [sandbox, initialized, ready, containersReady, scheduled, ...before.values()]
}

function gateMessage(conditions: ReadonlyMap<string, Condition>) {
  return ({ conditionType }: { readonly conditionType: string }): string => {
    const condition = conditions.get(conditionType)
    return condition === undefined
      ? `corresponding condition of pod readiness gate "${conditionType}" does not exist.`
      : `the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`
  }
}

function isSidecarOrApp(pod: Pod, container: Container): boolean {
  return pod.spec.containers.includes(container) || isSidecar(container)
}

function anyUp(pod: Pod, state: PodState): boolean {
  return allContainers(pod).some((container) => isUp(containerIn(state, container.name)))
}

function containerStatus(pod: Pod, container: Container, state: PodState, runtime: string): ContainerStatus {
  const one = containerIn(state, container.name)
  const isInit = pod.spec.initContainers?.includes(container) === true && !isSidecar(container)
  const current = one.phase === 'exited' ? one.termination : undefined
  const earlier = one.phase === 'exited' ? undefined : one.termination
  const id = one.phase === 'exited' ? (one.termination?.containerId ?? '') : one.containerId
  return {
    name: container.name,
    state: stateOf(pod, one, current, runtime, state),
    lastState: earlier === undefined ? {} : { terminated: terminationStatus(earlier, runtime) },
    ready: isInit ? current?.exitCode === 0 : one.isReady,
    restartCount: one.restartCount,
    image: container.image ?? '',
    imageID: one.imageReference,
    ...(id === '' ? {} : { containerID: `${scheme(runtime)}://${id}` }),
    started: isInit ? false : isUp(one) && one.isStarted,
    ...(container.resources === undefined || Object.keys(container.resources).length === 0 ? {} : { resources: container.resources }),
    ...(container.volumeMounts === undefined
      ? {}
      : {
          volumeMounts: container.volumeMounts.map((mount) => ({
            name: mount.name,
            mountPath: mount.mountPath,
            ...(mount.readOnly === true ? { readOnly: true, recursiveReadOnly: 'Disabled' } : {}),
          })),
        }),
  }
}

function stateOf(
  pod: Pod,
  one: ContainerState,
  current: Termination | undefined,
  runtime: string,
  state: PodState,
): NonNullable<ContainerStatus['state']> {
  if (current !== undefined) return { terminated: terminationStatus(current, runtime) }
  if (isUp(one)) return { running: { startedAt: timeText(one.startedAtMs) } }
  const isInitializing = one.waitingReason === 'ContainerCreating' && pendingInit(pod, state).length > 0
  const reason = isInitializing ? 'PodInitializing' : one.waitingReason
  return { waiting: one.waitingMessage === undefined ? { reason } : { reason, message: one.waitingMessage } }
}

function terminationStatus(termination: Termination, runtime: string) {
  return {
    exitCode: termination.exitCode,
    ...(termination.signal === undefined ? {} : { signal: termination.signal }),
    reason: termination.reason,
    ...(termination.message === undefined ? {} : { message: termination.message }),
    startedAt: timeText(termination.startedAtMs),
    finishedAt: timeText(termination.finishedAtMs),
    containerID: `${scheme(runtime)}://${termination.containerId}`,
  }
}

function scheme(runtime: string): string {
  return runtime.slice(0, runtime.indexOf(':'))
}
