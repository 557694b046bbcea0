/**
 * Mirrors Endpoints that somebody makes by hand, for Services without selector, into EndpointSlices, so that consumers need only look at those.
 * Left alone: Endpoints of Services with a selector (endpoint-slice.ts makes those), those labelled `skip-mirror`, and locks.
 *
 * A subset becomes one slice per address family, of at most a thousand addresses.
 */
import { type EndpointAddress, Endpoints } from '../api/core/endpoints.ts'
import { Service } from '../api/core/service.ts'
import { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import type { Endpoint, EndpointPort } from '../api/discovery/slice-schema.ts'
import { formatIp, parseIpSloppy } from '../apimachinery/ip-address.ts'
import { keyOf, splitKey } from '../apimachinery/object.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import type { Filled } from './endpoint-slice/fill.ts'
import {
  type AddressType,
  endpointKey,
  isSameEndpoint,
  managedByLabel,
  portsKey,
  recycle,
  serviceNameLabel,
  sliceNamePrefix,
  sliceServiceKey,
  sortPorts,
} from './endpoint-slice/slice-facts.ts'
import { SliceWriter } from './endpoint-slice/slice-writer.ts'
import { sliceServiceIndex } from './endpoint-slice.ts'
import { repackSubsets } from './endpoints/subsets.ts'
import { triggerTimeAnnotation } from './shared/endpoint-facts.ts'
import { controllerReference } from './shared/owner.ts'

const workers = 5
const addressesPerSubsetMax = 1000
const lookAgainMs = 10_000
const managedBy = 'endpointslicemirroring-controller.k8s.io'
const skipMirrorLabel = 'endpointslice.kubernetes.io/skip-mirror'
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader'
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

export const endpointSliceMirroringController: Controller = {
  name: 'endpointslice-mirroring-controller',
  account: 'endpointslicemirroring-controller',
  component: 'endpoint-slice-mirroring-controller',
  start: (context) => {
    const { informers, client, clock } = context
    const slices = informers.of(EndpointSlice)
    slices.addIndex(sliceServiceIndex, (slice) => [sliceServiceKey(slice)])
    const writer = new SliceWriter(client, clock, slices)
    const loop = startLoop(context, {
      name: 'endpointslice-mirroring-controller',
      workers,
      reconcile: (key, signal) => mirror(context, writer, key, signal),
    })
    const wake = (object: Endpoints | Service): void => loop.add(keyOf(object))
    const wakeOwner = (slice: EndpointSlice): void => {
      if (isOurs(slice)) loop.add(sliceServiceKey(slice))
    }
    informers.of(Endpoints).subscribe({ onAdd: wake, onUpdate: wake, onDelete: wake })
    informers.of(Service).subscribe({ onAdd: wake, onUpdate: wake, onDelete: wake })
    slices.subscribe({ onAdd: wakeOwner, onUpdate: wakeOwner, onDelete: wakeOwner })
  },
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === managedBy
}

async function mirror(context: ControllerContext, writer: SliceWriter, key: string, signal: AbortSignal): Promise<number | undefined> {
  const { informers, events } = context
  const endpoints = informers.of(Endpoints).get(key)
  const service = informers.of(Service).get(key)
  const existing = informers.of(EndpointSlice).byIndex(sliceServiceIndex, key).filter(isOurs)
  const { namespace } = splitKey(key)
  if (writer.isWaiting(key)) return lookAgainMs
  if (endpoints === undefined || service === undefined || !shouldMirror(endpoints, service)) {
    await writer.write(key, namespace, { create: [], update: [], remove: existing }, signal)
    return undefined
  }
  const { invalid, skipped, ...plan } = planMirror(endpoints, existing)
  if (invalid > 0)
    events.record(
      Endpoints,
      endpoints,
      'Warning',
      'InvalidIPAddress',
      `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`,
    )
  if (skipped > invalid) {
    const message = `A max of ${addressesPerSubsetMax} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`
    events.record(Endpoints, endpoints, 'Warning', 'TooManyAddressesToMirror', message)
  }
  await writer.write(key, namespace, plan, signal)
  return undefined
}

function shouldMirror({ metadata }: Endpoints, service: Service): boolean {
  if (metadata.labels?.[skipMirrorLabel] === 'true' || metadata.annotations?.[leaderAnnotation] !== undefined) return false
  return service.spec.selector === undefined || service.spec.selector === null || Object.keys(service.spec.selector).length === 0
}

interface Wanted {
  readonly type: AddressType
  readonly ports: readonly EndpointPort[]
  readonly endpoints: Map<string, Endpoint>
}

export interface MirrorPlan extends Filled {
  readonly invalid: number
  readonly skipped: number
}

export function planMirror(endpoints: Endpoints, existing: readonly EndpointSlice[]): MirrorPlan {
  const { wanted, invalid, skipped } = wantedEndpoints(endpoints)
  const byKey = Map.groupBy(existing, (slice) => `${slice.addressType} ${portsKey(slice.ports)}`)
  const create: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  const remove: EndpointSlice[] = []
  for (const [key, slices] of byKey) if (!wanted.has(key)) remove.push(...slices)
  for (const [key, one] of wanted) {
    const [first, ...others] = byKey.get(key) ?? []
    remove.push(...others)
    const slice = newSlice(endpoints, one, first)
    if (first === undefined) create.push(slice)
    else if (!isMirrored(first, slice, endpoints)) update.push(slice)
  }
  const recycled = recycle(create, remove, () => true)
  return { create: recycled.create, update: [...update, ...recycled.update], remove: recycled.remove, invalid, skipped }
}

function wantedEndpoints(endpoints: Endpoints): { wanted: ReadonlyMap<string, Wanted>; invalid: number; skipped: number } {
  const wanted = new Map<string, Wanted>()
  let invalid = 0
  let skipped = 0
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of repackSubsets(endpoints.subsets ?? [])) {
    const slicePorts = sortPorts(
      ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
        name,
        port,
        protocol,
        ...(appProtocol ? { appProtocol } : {}),
      })),
    )
    let added = 0
    const all = [...addresses.map((one) => ({ one, ready: true })), ...notReadyAddresses.map((one) => ({ one, ready: false }))]
    for (const { one, ready } of all) {
      if (added >= addressesPerSubsetMax) break
      const found = mirroredEndpoint(one, ready)
      if (found === undefined) {
        invalid++
        continue
      }
      added++
      const key = `${found.type} ${portsKey(slicePorts)}`
      let group = wanted.get(key)
      if (group === undefined) wanted.set(key, (group = { type: found.type, ports: slicePorts, endpoints: new Map() }))
      group.endpoints.set(endpointKey(found.endpoint), found.endpoint)
    }
    skipped += all.length - added
  }
  return { wanted, invalid, skipped }
}

function mirroredEndpoint(address: EndpointAddress, ready: boolean): { type: AddressType; endpoint: Endpoint } | undefined {
  const ip = parseIpSloppy(address.ip)
  if (ip === undefined) return undefined
  const { nodeName, hostname, targetRef } = address
  const endpoint: Endpoint = {
    addresses: [formatIp(ip)],
    conditions: { ready },
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(targetRef === undefined || targetRef === null ? {} : { targetRef }),
    ...(nodeName === undefined || nodeName === null ? {} : { nodeName }),
  }
  return { type: ip.family === 6 ? 'IPv6' : 'IPv4', endpoint }
}

function newSlice(endpoints: Endpoints, { type, ports, endpoints: wanted }: Wanted, old: EndpointSlice | undefined): EndpointSlice {
  const { name = '', namespace = '' } = endpoints.metadata
  const naming = old === undefined ? { generateName: sliceNamePrefix(name) } : { name: old.metadata.name ?? '' }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...naming,
      namespace,
      labels: { ...endpoints.metadata.labels, [serviceNameLabel]: name, [managedByLabel]: managedBy },
      annotations: mirroredAnnotations(endpoints),
      ownerReferences: [controllerReference(Endpoints, endpoints)],
    },
    addressType: type,
    endpoints: [...wanted.values()].slice(0, addressesPerSubsetMax),
    ports,
  }
}

function mirroredAnnotations({ metadata }: Endpoints): Readonly<Record<string, string>> {
  const { [triggerTimeAnnotation]: _, [lastAppliedAnnotation]: __, ...annotations } = metadata.annotations ?? {}
  return annotations
}

function isMirrored(old: EndpointSlice, wanted: EndpointSlice, endpoints: Endpoints): boolean {
  const isRebuilt = old.metadata.ownerReferences?.some(
    ({ kind, name, uid }) => kind === 'Endpoints' && name === endpoints.metadata.name && uid !== endpoints.metadata.uid,
  )
  if (isRebuilt === true || (old.endpoints?.length ?? 0) !== wanted.endpoints.length) return false
  if (!semanticallyEqual(old.metadata.labels ?? {}, wanted.metadata.labels ?? {})) return false
  if (!semanticallyEqual(old.metadata.annotations ?? {}, wanted.metadata.annotations ?? {})) return false
  const byKey = new Map((old.endpoints ?? []).map((one) => [endpointKey(one), one]))
  return wanted.endpoints.every((one) => {
    const before = byKey.get(endpointKey(one))
    return before !== undefined && isSameEndpoint(before, one)
  })
}
