/**
 * Facts read off a Pod: is it ready, since when, is it over, what does it take. Controllers, the scheduler and tests ask here, so that everybody
 * means the same by it.
 */
import { type QosClass, qosClassOf } from './pod-qos.ts'
import type { ContainerStatus, Pod } from './pod-schema.ts'
import { addTo, containerSums, isPodLevelResource, largest } from './pod-spec/container-sums.ts'

type PodCondition = NonNullable<NonNullable<Pod['status']>['conditions']>[number]

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((one) => one.type === type)
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** Ready for at least so long. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const since = typeof ready.lastTransitionTime === 'string' ? Date.parse(ready.lastTransitionTime) : Number.NaN
  return since + minReadySeconds * 1000 <= nowMs
}

/** It has ended and will not run again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Counts as a replica: neither over nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !isTerminating(pod)
}

export function isTerminating(object: { readonly metadata: { readonly deletionTimestamp?: string | null | undefined } }): boolean {
  return typeof object.metadata.deletionTimestamp === 'string'
}

export function podPhase(pod: Pod): string {
  return pod.status?.phase ?? ''
}

/** Not yet judged by the scheduler, and not for it to judge while gates stand. */
export function isPodGated(pod: Pod): boolean {
  return (pod.spec.schedulingGates?.length ?? 0) > 0
}

export function isPodScheduled(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== ''
}

/** What was set when the Pod was made; computed for one that has not been stored yet. */
export function qosOf(pod: Pod): QosClass {
  const stored = pod.status?.qosClass ?? ''
  return stored === '' ? qosClassOf(pod) : (stored as QosClass)
}

/**
 * What the Pod takes from its node, with its overhead: what its containers ask for, or the Pod as a whole where it says so. While a resize
 * is under way a container counts for the most of what it wants, was granted and has.
 */
export function podRequests(pod: Pod): Readonly<Record<string, string>> {
  const { spec } = pod
  const requests = containerSums(hasResizable(pod) ? withActualRequests(pod) : spec, 'requests')
  const own = spec.resources?.requests
  for (const name in own) if (isPodLevelResource(name)) requests[name] = own[name] as string
  addTo(requests, spec.overhead)
  return requests
}

/** Overhead counts where there is a limit. */
export function podLimits(pod: Pod): Readonly<Record<string, string>> {
  const { spec } = pod
  const limits = containerSums(spec, 'limits')
  const own = spec.resources?.limits
  for (const name in own) if (isPodLevelResource(name)) limits[name] = own[name] as string
  for (const name in spec.overhead)
    if (limits[name] !== undefined && limits[name] !== '0') addTo(limits, { [name]: spec.overhead[name] as string })
  return limits
}

function hasResizable({ status }: Pod): boolean {
  return (
    status?.containerStatuses?.some(({ resources }) => resources) === true ||
    status?.initContainerStatuses?.some(({ resources }) => resources) === true
  )
}

type Containers = Parameters<typeof containerSums>[0]
type Resizing = NonNullable<Containers['containers']>[number] & { readonly name: string }

function withActualRequests(pod: Pod): Containers {
  const { spec, status } = pod
  const isInfeasible = podCondition(pod, 'PodResizePending')?.reason === 'Infeasible'
  const actual = (container: Resizing, statuses: readonly ContainerStatus[] | null | undefined): Resizing => {
    const found = statuses?.find(({ name }) => name === container.name)
    if (!found?.resources) return container
    const held = largest(found.resources.requests, found.allocatedResources)
    return { ...container, resources: { requests: isInfeasible ? held : largest(container.resources?.requests, held) } }
  }
  return {
    containers: spec.containers.map((one) => actual(one as Resizing, status?.containerStatuses)),
    initContainers: (spec.initContainers ?? []).map((one) =>
      one.restartPolicy === 'Always' ? actual(one as Resizing, status?.initContainerStatuses) : (one as Resizing),
    ),
  }
}
