/**
 * `kubectl get pods`: what one word is said of a Pod, out of everything its containers say (printPod upstream).
 *
 *     Init:0/2   PodInitializing   ContainerCreating   CrashLoopBackOff   Running   Completed   Terminating   SchedulingGated
 */
import { ageColumn, humanDuration, nameColumn } from '../../apimachinery/columns.ts'
import type { Column } from '../../apimachinery/kind.ts'
import { isPodTerminal, isTerminating, podCondition } from './pod-facts.ts'
import type { Pod } from './pod-schema.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

interface Summary {
  readonly ready: string
  readonly reason: string
  readonly restarts: number
  /** When a container last ended, text; '' when none has been restarted. */
  readonly lastRestart: string
}

/** One row asks three times; the answer is kept with the object, which never changes. */
const summaries = new WeakMap<object, Summary>()

function summaryOf(pod: Pod): Summary {
  let summary = summaries.get(pod)
  if (summary === undefined) {
    summary = summarize(pod)
    summaries.set(pod, summary)
  }
  return summary
}

class Tally {
  restarts = 0
  lastRestart = ''
  add({ restartCount, lastState }: ContainerStatus): void {
    this.restarts += restartCount
    const finished = lastState?.terminated?.finishedAt
    if (typeof finished === 'string' && finished > this.lastRestart) this.lastRestart = finished
  }
}

function summarize(pod: Pod): Summary {
  const { spec, status } = pod
  const sidecars = new Set((spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name))
  const total = spec.containers.length + sidecars.size
  let reason = (status?.reason ?? '') !== '' ? (status?.reason as string) : (status?.phase ?? '')
  if (podCondition(pod, 'PodScheduled')?.reason === 'SchedulingGated') reason = 'SchedulingGated'

  const init = new Tally()
  const sidecar = new Tally()
  let readyCount = 0
  let initReason: string | undefined
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    init.add(container)
    const isSidecar = sidecars.has(container.name)
    if (isSidecar) sidecar.add(container)
    if (container.state?.terminated?.exitCode === 0) continue
    if (isSidecar && container.started === true) {
      if (container.ready) readyCount++
      continue
    }
    initReason = initReasonOf(container, index, spec.initContainers?.length ?? 0)
    break
  }

  let tally = init
  if (initReason !== undefined) reason = initReason
  if (initReason === undefined || podCondition(pod, 'Initialized')?.status === 'True') {
    tally = sidecar
    const running = runningReason(pod, reason, tally)
    reason = running.reason
    readyCount += running.ready
  }
  if (isTerminating(pod)) {
    if (status?.reason === 'NodeLost') reason = 'Unknown'
    else if (!isPodTerminal(pod)) reason = 'Terminating'
  }
  return { ready: `${readyCount}/${total}`, reason, restarts: tally.restarts, lastRestart: tally.lastRestart }
}

function endedReason({ reason, signal, exitCode }: NonNullable<NonNullable<ContainerStatus['state']>['terminated']>): string {
  if ((reason ?? '') !== '') return reason as string
  return (signal ?? 0) !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`
}

function initReasonOf({ state }: ContainerStatus, index: number, count: number): string {
  if (state?.terminated) return `Init:${endedReason(state.terminated)}`
  const waiting = state?.waiting?.reason ?? ''
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${count}`
}

function runningReason(pod: Pod, before: string, tally: Tally): { readonly reason: string; readonly ready: number } {
  let reason = before
  let failed = ''
  let ready = 0
  for (const container of (pod.status?.containerStatuses ?? []).toReversed()) {
    tally.add(container)
    const { state } = container
    if ((state?.waiting?.reason ?? '') !== '') reason = state?.waiting?.reason as string
    else if (state?.terminated) {
      reason = endedReason(state.terminated)
      if (state.terminated.exitCode !== 0) failed = reason
    } else if (container.ready && state?.running) ready++
  }
  if (reason !== 'Completed') return { reason, ready }
  if (ready > 0 && podCondition(pod, 'Ready')?.status === 'True') return { reason: 'Running', ready }
  if (failed !== '') return { reason: failed, ready }
  return { reason: ready > 0 ? 'NotReady' : reason, ready }
}

function orNone(text: string | undefined): string {
  return text === undefined || text === '' ? '<none>' : text
}

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? []
  if (gates.length === 0) return '<none>'
  const passed = gates.filter(({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True')
  return `${passed.length}/${gates.length}`
}

const wide = { type: 'string', priority: 1 } as const

export const podColumns: readonly Column<Pod>[] = [
  nameColumn as Column<Pod>,
  {
    name: 'Ready',
    type: 'string',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    value: (pod) => summaryOf(pod).ready,
  },
  {
    name: 'Status',
    type: 'string',
    description: 'The aggregate status of the containers in this pod.',
    value: (pod) => summaryOf(pod).reason,
  },
  {
    name: 'Restarts',
    type: 'string',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    value: (pod, { nowMs }) => {
      const { restarts, lastRestart } = summaryOf(pod)
      return restarts !== 0 && lastRestart !== '' ? `${restarts} (${humanDuration(nowMs - Date.parse(lastRestart))} ago)` : String(restarts)
    },
  },
  ageColumn as Column<Pod>,
  {
    ...wide,
    name: 'IP',
    description: 'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.',
    value: ({ status }) => orNone(status?.podIPs?.[0]?.ip),
  },
  {
    ...wide,
    name: 'Node',
    description:
      'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
    value: ({ spec }) => orNone(spec.nodeName),
  },
  {
    ...wide,
    name: 'Nominated Node',
    description:
      'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
    value: ({ status }) => orNone(status?.nominatedNodeName),
  },
  {
    ...wide,
    name: 'Readiness Gates',
    description:
      'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
    value: readinessGates,
  },
]
