/**
 * ServiceCIDRs: says that they are ready, and holds one that is being deleted for as long as addresses of Services lie in it and in no other.
 */

import { isTerminating } from '../api/core/pod-facts.ts'
import { IPAddress } from '../api/networking/ip-address.ts'
import { ServiceCIDR } from '../api/networking/service-cidr.ts'
import { type Cidr, cidrContains, parseCidr, parseIp } from '../apimachinery/ip-address.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { timeMs, timeText } from './shared/time-text.ts'

const controllerName = 'service-cidr-controller'
const finalizer = 'networking.k8s.io/service-cidr-finalizer'
const managedByLabel = 'ipaddress.kubernetes.io/managed-by'
const allocator = 'ipallocator.k8s.io'
/** Allocators have so long to hear that the range is going. */
const deletionGraceMs = 10_000
const retriesMax = 15
const ready = 'Kubernetes Service CIDR is ready'
const terminating = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR'

export const serviceCidrController: Controller = {
  name: controllerName,
  account: 'service-cidrs-controller',
  component: controllerName,
  start: (context) => {
    const { informers } = context
    const cidrs = informers.of(ServiceCIDR)
    const loop = startLoop(context, {
      name: controllerName,
      workers: 5,
      retriesMax,
      reconcile: (name, signal) => reconcile(context, name, signal),
    })
    const wakeOverlapping = (cidr: ServiceCIDR): void => {
      loop.add(cidr.metadata.name ?? '')
      for (const other of cidrs.list())
        if (rangesOf(other).some((range) => rangesOf(cidr).some((one) => overlap(range, one)))) loop.add(other.metadata.name ?? '')
    }
    const wakeContaining = (address: IPAddress): void => {
      for (const cidr of cidrs.list())
        if (isTerminating(cidr) && contains(cidr, address.metadata.name ?? '')) loop.add(cidr.metadata.name ?? '')
    }
    cidrs.subscribe({ onAdd: wakeOverlapping, onUpdate: (cidr) => loop.add(cidr.metadata.name ?? ''), onDelete: wakeOverlapping })
    informers.of(IPAddress).subscribe({ onAdd: wakeContaining, onUpdate: () => {}, onDelete: wakeContaining })
  },
}

async function reconcile(context: ControllerContext, name: string, signal: AbortSignal): Promise<number | undefined> {
  const { client, clock, informers, events } = context
  const cidr = informers.of(ServiceCIDR).get(name)
  if (cidr === undefined) return undefined
  const resource = client.of(ServiceCIDR)
  if (isTerminating(cidr)) {
    if (!mayGo(cidr, [...informers.of(ServiceCIDR).list()], informers.of(IPAddress).list())) {
      await say(context, cidr, 'False', 'Terminating', terminating, signal)
      return undefined
    }
    const restMs = timeMs(cidr.metadata.deletionTimestamp) + deletionGraceMs - clock.now()
    if (restMs > 0) return restMs
    if (cidr.metadata.finalizers?.includes(finalizer) === true)
      await resource
        .patch(name, { metadata: { '$deleteFromPrimitiveList/finalizers': [finalizer] } }, { type: 'strategic', signal })
        .catch(tolerateGone)
    return undefined
  }
  if (cidr.metadata.finalizers?.includes(finalizer) !== true)
    await resource.patch(name, { metadata: { finalizers: [finalizer] } }, { type: 'strategic', signal }).catch(tolerateGone)
  try {
    await say(context, cidr, 'True', '', ready, signal)
  } catch (error) {
    events.record(ServiceCIDR, cidr, 'Warning', 'KubernetesServiceCIDRError', 'The ServiceCIDR Status can not be set to Ready=True')
    throw error
  }
  return undefined
}

async function say(
  { client, clock }: ControllerContext,
  cidr: ServiceCIDR,
  status: string,
  reason: string,
  message: string,
  signal: AbortSignal,
): Promise<void> {
  const current = cidr.status?.conditions?.find(({ type }) => type === 'Ready')
  if (current !== undefined && current.status === status && current.reason === reason && current.message === message) return
  const name = cidr.metadata.name ?? ''
  const condition = { type: 'Ready', status, reason, message, lastTransitionTime: timeText(clock.now()) }
  const patch = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, status: { conditions: [condition] } }
  await client
    .of(ServiceCIDR)
    .patch(name, patch, { type: 'apply', subresource: 'status', fieldManager: controllerName, force: true, signal })
}

/** All of it lies in other ranges, or every address that a Service has in it does. */
export function mayGo(cidr: ServiceCIDR, all: readonly ServiceCIDR[], addresses: Iterable<IPAddress>): boolean {
  const others = all.filter(({ metadata }) => metadata.name !== cidr.metadata.name)
  const isCovered = rangesOf(cidr).every((range) => others.some((other) => rangesOf(other).some((one) => covers(one, range))))
  if (isCovered) return true
  for (const { metadata } of addresses) {
    const { name = '', labels } = metadata
    if (labels?.[managedByLabel] !== allocator || !contains(cidr, name)) continue
    if (!others.some((other) => contains(other, name))) return false
  }
  return true
}

function rangesOf({ spec }: ServiceCIDR): readonly Cidr[] {
  return (spec.cidrs ?? []).flatMap((text) => parseCidr(text) ?? [])
}
function contains(cidr: ServiceCIDR, address: string): boolean {
  const ip = parseIp(address)
  return ip !== undefined && rangesOf(cidr).some((range) => cidrContains(range, ip))
}
function covers(outer: Cidr, inner: Cidr): boolean {
  return outer.prefixLength <= inner.prefixLength && cidrContains(outer, inner.address)
}
function overlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b.address) || cidrContains(b, a.address)
}

function tolerateGone(error: unknown): void {
  if (reasonOf(error) !== 'NotFound') throw error
}
