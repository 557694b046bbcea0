/**
 * EndpointSlices: how they are shown, what they may hold (ValidateEndpointSlice upstream), what a write through v1 drops.
 *
 * What a newcomer would get wrong: addresses of IPv6 must be canonical, those of IPv4 need not; endpoints that were bad before may stay as
 * they were; ports are looked at first.
 */
import { duplicate, type FieldError, invalidValue, notSupported, required, tooMany } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { ipFamilyOf, ipWarnings, validateIp, validateLegacyIp } from '../../apimachinery/ip-address.ts'
import {
  dns1123LabelErrors,
  fullyQualifiedDomainNameErrors,
  labelValueErrors,
  nameIsDnsSubdomain,
  qualifiedNameErrors,
} from '../../apimachinery/names.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { validateLabels } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { validateNotSpecial, withMore } from '../core/endpoint-rules.ts'
import type { Endpoint, EndpointHints, EndpointPort, SliceObject } from './slice-schema.ts'

const types = ['FQDN', 'IPv4', 'IPv6']
const protocols = ['SCTP', 'TCP', 'UDP']
const endpointsMax = 1000
const portsMax = 20000
const addressesMax = 100
const topologyMax = 16
const hintsMax = 8
const zoneLabel = 'topology.kubernetes.io/zone'
const hostnameLabel = 'kubernetes.io/hostname'

export function slicePortsText(ports: readonly EndpointPort[]): string {
  return ports.length === 0 ? '<unset>' : withMore(ports.map(({ port, name }) => (typeof port === 'number' ? String(port) : (name ?? '*'))))
}
export function sliceEndpointsText(endpoints: readonly Endpoint[]): string {
  return withMore(endpoints.flatMap(({ addresses }) => addresses ?? [])) || '<unset>'
}

export function* validateSlice({ addressType = '', endpoints, ports }: SliceObject, old?: SliceObject): Generator<FieldError> {
  if (addressType === '') yield required('addressType')
  else if (!types.includes(addressType)) yield notSupported('addressType', addressType, types)
  yield* validatePorts(ports ?? [])
  const errors = [...validateEndpoints(endpoints ?? [], addressType)]
  if (errors.length > 0 && old !== undefined && semanticallyEqual(endpoints, old.endpoints)) return
  yield* errors
}

export function* validateSliceUpdate(now: SliceObject, old: SliceObject): Generator<FieldError> {
  yield* validateSlice(now, old)
  yield* validateImmutable(now.addressType, old.addressType, 'addressType')
}

function* validateEndpoints(endpoints: readonly Endpoint[], addressType: string): Generator<FieldError> {
  if (endpoints.length > endpointsMax) return yield tooMany('endpoints', endpoints.length, endpointsMax)
  for (const [i, endpoint] of endpoints.entries()) yield* validateEndpoint(endpoint, addressType, index('endpoints', i))
}

function* validateEndpoint(endpoint: Endpoint, addressType: string, at: string): Generator<FieldError> {
  const { hostname, nodeName, deprecatedTopology: topology, hints } = endpoint
  const addresses = endpoint.addresses ?? []
  const addressesAt = child(at, 'addresses')
  if (addresses.length === 0) yield required(addressesAt, 'must contain at least 1 address')
  else if (addresses.length > addressesMax) yield tooMany(addressesAt, addresses.length, addressesMax)
  for (const [i, address] of addresses.entries())
    yield* validateAddress(address, addressType, { path: addressesAt, at: index(addressesAt, i) })
  if (typeof nodeName === 'string') {
    for (const text of nameIsDnsSubdomain(nodeName, false)) yield invalidValue(child(at, 'nodeName'), nodeName, text)
  }
  const topologyAt = child(at, 'deprecatedTopology')
  const labels = Object.keys(topology ?? {}).length
  if (labels > topologyMax) yield tooMany(topologyAt, labels, topologyMax)
  yield* validateLabels(topology, topologyAt)
  if (topology?.[zoneLabel] !== undefined) {
    yield { type: 'InternalError', field: key(topologyAt, zoneLabel), detail: 'reserved key was not removed in conversion' }
  }
  if (typeof hostname === 'string') {
    for (const text of dns1123LabelErrors(hostname)) yield invalidValue(child(at, 'hostname'), hostname, text)
  }
  if (hints) yield* validateHints(hints, child(at, 'hints'))
}

/** A wrong family is told of the list, everything else of the address. */
function* validateAddress(
  address: string,
  addressType: string,
  { path, at }: { readonly path: string; readonly at: string },
): Generator<FieldError> {
  if (addressType === 'FQDN') return yield* fullyQualifiedDomainNameErrors(at, address)
  if (addressType !== 'IPv4' && addressType !== 'IPv6') return
  const errors = [...(addressType === 'IPv4' ? validateLegacyIp(at, address) : validateIp(at, address))]
  if (errors.length > 0) return yield* errors
  if (ipFamilyOf(address) !== addressType) yield invalidValue(path, address, `must be an ${addressType} address`)
  yield* validateNotSpecial(address, at)
}

function* validateHints({ forZones = [], forNodes = [] }: EndpointHints, path: string): Generator<FieldError> {
  const zonesAt = child(path, 'forZones')
  if (forZones.length > hintsMax) return yield tooMany(zonesAt, forZones.length, hintsMax)
  for (const [i, { name }] of forZones.entries()) {
    const at = child(index(zonesAt, i), 'name')
    if (forZones.findIndex((one) => one.name === name) < i) yield duplicate(at, name)
    for (const text of labelValueErrors(name)) yield invalidValue(at, name, text)
  }
  const nodesAt = child(path, 'forNodes')
  if (forNodes.length > hintsMax) return yield tooMany(nodesAt, forNodes.length, hintsMax)
  for (const [i, { name }] of forNodes.entries()) {
    const at = child(index(nodesAt, i), 'name')
    if (forNodes.findIndex((one) => one.name === name) < i) yield duplicate(at, name)
    for (const text of nameIsDnsSubdomain(name, false)) yield invalidValue(at, name, text)
  }
}

function* validatePorts(ports: readonly EndpointPort[]): Generator<FieldError> {
  if (ports.length > portsMax) return yield tooMany('ports', ports.length, portsMax)
  const names = new Set<string>()
  for (const [i, { name, protocol, appProtocol }] of ports.entries()) {
    const at = index('ports', i)
    const nameText = name ?? ''
    if (nameText !== '') for (const text of dns1123LabelErrors(nameText)) yield invalidValue(child(at, 'name'), nameText, text)
    if (names.has(nameText)) yield duplicate(child(at, 'name'), nameText)
    names.add(nameText)
    if (typeof protocol !== 'string') yield required(child(at, 'protocol'))
    else if (!protocols.includes(protocol)) yield notSupported(child(at, 'protocol'), protocol, protocols)
    if (typeof appProtocol !== 'string') continue
    for (const text of qualifiedNameErrors(appProtocol)) yield invalidValue(child(at, 'appProtocol'), appProtocol, text)
  }
}

/** deprecatedTopology is v1beta1's: v1 drops it, but a node named only there before is kept as nodeName. */
export function dropTopology(draft: Mutable<SliceObject>, old?: SliceObject): void {
  if (!draft.endpoints?.some(({ deprecatedTopology }) => deprecatedTopology !== undefined)) return
  if (old !== undefined && semanticallyEqual(draft.endpoints, old.endpoints)) return
  const known = new Set((old?.endpoints ?? []).map(({ deprecatedTopology }) => deprecatedTopology?.[hostnameLabel]))
  draft.endpoints = draft.endpoints.map(({ deprecatedTopology, ...endpoint }) => {
    const name = deprecatedTopology?.[hostnameLabel] ?? ''
    const isKept = endpoint.nodeName === undefined && known.has(name) && nameIsDnsSubdomain(name, false).length === 0
    return isKept ? { ...endpoint, nodeName: name } : endpoint
  })
}

const controllers = new Set<string | undefined>(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'])

export function* sliceWarnings({ metadata, addressType, endpoints }: SliceObject, old?: SliceObject): Generator<string> {
  if (old === undefined && addressType === 'FQDN') yield 'spec.addressType: FQDN endpoints are deprecated'
  if (controllers.has(metadata.labels?.['endpointslice.kubernetes.io/managed-by'])) return
  for (const [i, { addresses }] of (endpoints ?? []).entries()) {
    for (const [j, address] of (addresses ?? []).entries()) yield* ipWarnings(`endpoints[${i}].addresses[${j}]`, address)
  }
}
