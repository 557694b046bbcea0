/** EndpointSlices: how they are shown, and what they may hold (ValidateEndpointSlice upstream). */
import { duplicate, type FieldError, invalidValue, notSupported, required, tooMany } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { ipFamilyOf } from '../../apimachinery/ip-address.ts'
import { dns1123LabelErrors, nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { validateNotSpecial } from '../core/endpoint-rules.ts'

interface Port {
  readonly name?: string | undefined
  readonly port?: number | undefined
  readonly protocol?: string | undefined
}
interface Endpoint {
  readonly addresses?: readonly string[] | undefined
  readonly hostname?: string | undefined
  readonly nodeName?: string | undefined
}
interface Slice {
  readonly addressType: string
  readonly endpoints?: readonly Endpoint[] | null | undefined
  readonly ports?: readonly Port[] | null | undefined
}

const types = ['FQDN', 'IPv4', 'IPv6']
const protocols = ['SCTP', 'TCP', 'UDP']
const shownMax = 3
const endpointsMax = 1000
const portsMax = 20000
const addressesMax = 100

export function slicePortsText(ports: readonly Port[]): string {
  return listed(ports.map(({ port, name }) => (port !== undefined ? String(port) : (name ?? '*'))))
}
export function sliceEndpointsText(endpoints: readonly Endpoint[]): string {
  return listed(endpoints.flatMap(({ addresses }) => addresses ?? []))
}
function listed(all: readonly string[]): string {
  if (all.length === 0) return '<unset>'
  const shown = all.slice(0, shownMax).join(',')
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown
}

export function* validateSlice({ addressType, endpoints, ports }: Slice): Generator<FieldError> {
  if (addressType === '') yield required('addressType')
  else if (!types.includes(addressType)) yield notSupported('addressType', addressType, types)
  yield* validateEndpoints(endpoints ?? [], addressType)
  yield* validatePorts(ports ?? [])
}

export function* validateSliceUpdate(now: Slice, old: Slice): Generator<FieldError> {
  yield* validateSlice(now)
  yield* validateImmutable(now.addressType, old.addressType, 'addressType')
}

function* validateEndpoints(endpoints: readonly Endpoint[], addressType: string): Generator<FieldError> {
  if (endpoints.length > endpointsMax) return yield tooMany('endpoints', endpoints.length, endpointsMax)
  for (const [position, { addresses = [], hostname, nodeName }] of endpoints.entries()) {
    const at = index('endpoints', position)
    if (addresses.length === 0) yield required(child(at, 'addresses'), 'must contain at least 1 address')
    else if (addresses.length > addressesMax) yield tooMany(child(at, 'addresses'), addresses.length, addressesMax)
    for (const [addressPosition, address] of addresses.entries()) {
      const addressAt = index(child(at, 'addresses'), addressPosition)
      if (addressType === 'FQDN') for (const text of nameIsDnsSubdomain(address, false)) yield invalidValue(addressAt, address, text)
      else if (ipFamilyOf(address) !== addressType)
        yield invalidValue(addressAt, address, addressType === 'IPv4' ? 'must be an IPv4 address' : 'must be an IPv6 address')
      else yield* validateNotSpecial(address, addressAt)
    }
    if (hostname !== undefined) for (const text of dns1123LabelErrors(hostname)) yield invalidValue(child(at, 'hostname'), hostname, text)
    if (nodeName !== undefined)
      for (const text of nameIsDnsSubdomain(nodeName, false)) yield invalidValue(child(at, 'nodeName'), nodeName, text)
  }
}

function* validatePorts(ports: readonly Port[]): Generator<FieldError> {
  if (ports.length > portsMax) return yield tooMany('ports', ports.length, portsMax)
  const names = new Set<string>()
  for (const [position, { name = '', protocol = '' }] of ports.entries()) {
    const at = index('ports', position)
    if (name !== '') for (const text of dns1123LabelErrors(name)) yield invalidValue(child(at, 'name'), name, text)
    if (names.has(name)) yield duplicate(child(at, 'name'), name)
    names.add(name)
    if (protocol === '') yield required(child(at, 'protocol'))
    else if (!protocols.includes(protocol)) yield notSupported(child(at, 'protocol'), protocol, protocols)
  }
}
