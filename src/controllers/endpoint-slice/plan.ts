/**
 * What must be written so that a Service's EndpointSlices say what its Pods are. Pure: from the Service, its Pods, their nodes' zones and the
 * slices that are there to slices to create, update and delete.
 *
 * One set of slices for each address family, within it one for each set of ports: a named targetPort can have another number on another Pod.
 * A Service without endpoints keeps one empty slice per family, so that clients can tell "none" from "nobody has looked yet".
 */
import type { Pod } from '../../api/core/pod.ts'
import { isPodReady, isTerminating } from '../../api/core/pod-facts.ts'
import { Service } from '../../api/core/service.ts'
import type { EndpointSlice } from '../../api/discovery/endpoint-slice.ts'
import type { Endpoint, EndpointPort } from '../../api/discovery/slice-schema.ts'
import { ipFamilyOf } from '../../apimachinery/ip-address.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { addressesOf, belongsInEndpoints, endpointHostname, headlessLabel, isHeadless, targetPortOf } from '../shared/endpoint-facts.ts'
import { controllerReference } from '../shared/owner.ts'
import { type Filled, fillSlices } from './fill.ts'
import { withHints } from './hints.ts'
import { type AddressType, managedByLabel, portsKey, recycle, serviceNameLabel, sliceNamePrefix, sortPorts } from './slice-facts.ts'

export const managedBy = 'endpointslice-controller.k8s.io'
export const endpointsPerSliceMax = 100

export interface SlicesWorld {
  readonly service: Service
  readonly pods: readonly Pod[]
  /** Ours, without those that are being deleted. */
  readonly existing: readonly EndpointSlice[]
  /** '' for a node without zone; undefined for a node that is not there. */
  readonly zoneOf: (nodeName: string) => string | undefined
  readonly endpointsMax?: number
}
export interface SlicesPlan extends Filled {
  /** Pods that could not be placed: looked at again later. */
  readonly problems: readonly string[]
}

export function planSlices(world: SlicesWorld): SlicesPlan {
  const { service, existing } = world
  const families = addressTypesOf(service)
  const plans = families.map((type) =>
    planFamily(
      world,
      type,
      existing.filter(({ addressType }) => addressType === type),
    ),
  )
  return {
    create: plans.flatMap(({ create }) => create),
    update: plans.flatMap(({ update }) => update),
    remove: [
      ...plans.flatMap(({ remove }) => remove),
      ...existing.filter(({ addressType }) => !families.includes(addressType as AddressType)),
    ],
    problems: [...new Set(plans.flatMap(({ problems }) => problems))],
  }
}

interface PortGroup {
  readonly ports: readonly EndpointPort[]
  readonly endpoints: Endpoint[]
}

function planFamily(world: SlicesWorld, type: AddressType, existing: readonly EndpointSlice[]): SlicesPlan {
  const { service, endpointsMax = endpointsPerSliceMax } = world
  const owned = existing.filter((slice) => isOwnedBy(slice, service))
  const problems: string[] = []
  const groups = groupByPorts(world, type, problems)
  const remove = existing.filter((slice) => !isOwnedBy(slice, service))
  const create: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  for (const [key, { ports, endpoints }] of groups) {
    const filled = fillSlices({
      existing: owned.filter((slice) => portsKey(slice.ports) === key),
      desired: endpoints,
      template: newSlice(service, type, ports),
      endpointsMax,
    })
    create.push(...filled.create)
    update.push(...filled.update)
    remove.push(...filled.remove)
  }
  remove.push(...owned.filter((slice) => !groups.has(portsKey(slice.ports))))
  const placed = placeholder({ create, update, remove }, existing, newSlice(service, type, []))
  const hinted = withHints(placed, existing, service)
  const recycled = recycle(hinted.create, hinted.remove, (slice) => isOwnedBy(slice, service))
  return { create: recycled.create, update: [...hinted.update, ...recycled.update], remove: recycled.remove, problems }
}

function groupByPorts({ service, pods, zoneOf }: SlicesWorld, type: AddressType, problems: string[]): ReadonlyMap<string, PortGroup> {
  const groups = new Map<string, PortGroup>()
  for (const pod of pods) {
    if (!belongsInEndpoints(pod, true)) continue
    const ports = portsOf(service, pod)
    const key = portsKey(ports)
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { ports, endpoints: [] }))
    const { nodeName = '' } = pod.spec
    const zone = zoneOf(nodeName)
    if (zone === undefined && service.spec.publishNotReadyAddresses !== true) {
      const { namespace, name } = service.metadata
      problems.push(`skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${nodeName} Not Found`)
      continue
    }
    const endpoint = endpointOf(pod, service, type, zone)
    if (endpoint.addresses.length > 0) group.endpoints.push(endpoint)
  }
  return groups
}

function endpointOf(pod: Pod, service: Service, type: AddressType, zone: string | undefined): Endpoint {
  const serving = isPodReady(pod)
  const terminating = isTerminating(pod)
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  const hostname = endpointHostname(pod, service)
  const { namespace = '', name = '', uid = '' } = pod.metadata
  const { nodeName = '' } = pod.spec
  return {
    addresses: addressesOf(pod, type),
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(nodeName === '' ? {} : { nodeName }),
    ...(zone === undefined || zone === '' ? {} : { zone }),
  }
}

function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = []
  for (const one of service.spec.ports ?? []) {
    const port = targetPortOf(pod, one)
    if (port === undefined) continue
    const { name = '', protocol = 'TCP', appProtocol } = one
    ports.push({ name, protocol, port, ...(appProtocol === undefined || appProtocol === null ? {} : { appProtocol }) })
  }
  return sortPorts(ports)
}

/** When nothing would be left, one empty slice. */
function placeholder({ create, update, remove }: Filled, existing: readonly EndpointSlice[], empty: EndpointSlice): Filled {
  if (existing.length !== remove.length || create.length > 0) return { create, update, remove }
  const [only] = remove
  if (remove.length === 1 && only !== undefined && isSameSlice(only, empty)) return { create, update, remove: [] }
  return { create: [empty], update, remove }
}

function isSameSlice(a: EndpointSlice, b: EndpointSlice): boolean {
  const owners = (slice: EndpointSlice): unknown => slice.metadata.ownerReferences?.map(({ kind, name, uid }) => [kind, name, uid])
  return (
    (a.endpoints?.length ?? 0) === 0 &&
    portsKey(a.ports) === portsKey(b.ports) &&
    semanticallyEqual(a.metadata.labels ?? {}, b.metadata.labels ?? {}) &&
    semanticallyEqual(owners(a), owners(b))
  )
}

function newSlice(service: Service, addressType: AddressType, ports: readonly EndpointPort[]): EndpointSlice {
  const { name = '', namespace = '' } = service.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: sliceNamePrefix(name),
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(Service, service)],
    },
    addressType,
    endpoints: [],
    ports,
  }
}

function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { ...service.metadata.labels }
  delete labels[headlessLabel]
  if (isHeadless(service)) labels[headlessLabel] = ''
  labels[serviceNameLabel] = service.metadata.name ?? ''
  labels[managedByLabel] = managedBy
  return labels
}

function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (
    slice.metadata.ownerReferences?.some(
      ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === 'Service' && apiVersion === 'v1',
    ) ?? false
  )
}

function addressTypesOf({ spec }: Service): readonly AddressType[] {
  const families = (spec.ipFamilies ?? []).filter((one): one is AddressType => one === 'IPv4' || one === 'IPv6')
  if (families.length > 0) return [...new Set(families)]
  if (spec.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None') return [ipFamilyOf(spec.clusterIP) ?? 'IPv4']
  return ['IPv4', 'IPv6']
}
