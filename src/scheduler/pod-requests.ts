/**
 * What a Pod takes from its node, as numbers: the sum of its containers and sidecars, or more if an init container needs more; the
 * Pod's own requests in their place where it states some; and its overhead. While a resize is going on a container counts
 * as the largest of what it wants, what it was promised and what it has.
 */

import type { ContainerStatus, Pod } from '../api/core/pod-schema.ts'
import type { Container } from '../api/core/pod-spec/container.ts'
import { noResources, type Quantities, type Resources, resourcesOf, type ScalarAmount } from './resources.ts'

/** What scores take a container for that asks for nothing. */
const unstatedMilliCpu = 100
const unstatedMemory = 200 * 1024 * 1024

export function requestsOf(pod: Pod): Resources {
  return podRequests(pod, (requests) => resourcesOf(requests))
}

export function nonZeroRequestsOf(pod: Pod): Resources {
  return podRequests(pod, (requests) => {
    const stated = resourcesOf(requests)
    return {
      ...stated,
      milliCpu: requests?.cpu === undefined ? unstatedMilliCpu : stated.milliCpu,
      memory: requests?.memory === undefined ? unstatedMemory : stated.memory,
    }
  })
}

type ContainerRequests = (requests: Quantities | undefined) => Resources

function podRequests({ spec, status }: Pod, read: ContainerRequests): Resources {
  const isInfeasible = status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') === true
  const requestsOfContainer = (container: Container, statuses: readonly ContainerStatus[] | null | undefined): Resources => {
    const wanted = read(container.resources?.requests ?? undefined)
    const actual = statuses?.find(({ name }) => name === container.name)
    if (!actual?.resources) return wanted
    const held = larger(read(actual.resources.requests ?? undefined), resourcesOf(actual.allocatedResources))
    return isInfeasible ? held : larger(wanted, held)
  }
  let total = noResources
  for (const container of spec.containers) total = sum(total, requestsOfContainer(container, status?.containerStatuses))
  let sidecars = noResources
  let starting = noResources
  for (const container of spec.initContainers ?? []) {
    const requests = requestsOfContainer(container, status?.initContainerStatuses)
    if (container.restartPolicy === 'Always') {
      total = sum(total, requests)
      sidecars = sum(sidecars, requests)
      starting = larger(starting, sidecars)
    } else starting = larger(starting, sum(requests, sidecars))
  }
  total = larger(total, starting)
  if (spec.resources?.requests) total = withPodLevel(total, spec.resources.requests)
  return spec.overhead ? sum(total, resourcesOf(spec.overhead)) : total
}

/** cpu, memory and huge pages can be asked for by the Pod as a whole. */
function withPodLevel(total: Resources, requests: Quantities): Resources {
  const own = resourcesOf(requests)
  const pages = own.scalars.filter(({ name }) => name.startsWith('hugepages-'))
  const others = total.scalars.filter(({ name }) => !pages.some((page) => page.name === name))
  return {
    ...total,
    ...(requests.cpu === undefined ? {} : { milliCpu: own.milliCpu }),
    ...(requests.memory === undefined ? {} : { memory: own.memory }),
    scalars: pages.length === 0 ? total.scalars : [...others, ...pages],
  }
}

function sum(a: Resources, b: Resources): Resources {
  if (a === noResources) return b
  if (b === noResources) return a
  return {
    milliCpu: a.milliCpu + b.milliCpu,
    memory: a.memory + b.memory,
    ephemeralStorage: a.ephemeralStorage + b.ephemeralStorage,
    scalars: joined(a.scalars, b.scalars, (x, y) => x + y),
  }
}

function larger(a: Resources, b: Resources): Resources {
  if (a === noResources) return b
  if (b === noResources) return a
  return {
    milliCpu: Math.max(a.milliCpu, b.milliCpu),
    memory: Math.max(a.memory, b.memory),
    ephemeralStorage: Math.max(a.ephemeralStorage, b.ephemeralStorage),
    scalars: joined(a.scalars, b.scalars, Math.max),
  }
}

function joined(a: readonly ScalarAmount[], b: readonly ScalarAmount[], join: (x: number, y: number) => number): readonly ScalarAmount[] {
  if (b.length === 0) return a
  if (a.length === 0) return b
  const amounts = new Map(a.map(({ name, amount }) => [name, amount]))
  for (const { name, amount } of b) amounts.set(name, join(amounts.get(name) ?? 0, amount))
  return [...amounts].map(([name, amount]) => ({ name, amount }))
}
