/**
 * Endpoints: how they are shown (`10.0.0.1:80,10.0.0.2:80 + 3 more...`), and what they may hold (ValidateEndpoints upstream).
 *
 * What a newcomer would get wrong: subsets that were bad before may stay as they were; an address that is no address is told twice.
 */
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { type Cidr, cidrContains, ipWarnings, parseCidr, parseIpSloppy, validateLegacyIp } from '../../apimachinery/ip-address.ts'
import { dns1123LabelErrors, nameIsDnsSubdomain, portNumberErrors, qualifiedNameErrors } from '../../apimachinery/names.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'

interface Address {
  readonly ip: string
  readonly hostname?: string | undefined
  readonly nodeName?: string | undefined
}
interface Port {
  readonly name?: string | undefined
  readonly port: number
  readonly protocol?: string | undefined
  readonly appProtocol?: string | undefined
}
interface Subset {
  readonly addresses?: readonly Address[] | undefined
  readonly notReadyAddresses?: readonly Address[] | undefined
  readonly ports?: readonly Port[] | undefined
}

const shownMax = 3
const protocols = ['SCTP', 'TCP', 'UDP']

export function endpointsText(subsets: readonly Subset[]): string {
  if (subsets.length === 0) return '<none>'
  const all: string[] = []
  for (const { addresses = [], ports = [] } of subsets) {
    if (ports.length === 0) for (const { ip } of addresses) all.push(ip)
    for (const { port } of ports) for (const { ip } of addresses) all.push(ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)
  }
  return withMore(all)
}

export function withMore(all: readonly string[]): string {
  const shown = all.slice(0, shownMax).join(',')
  return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown
}

/** `old`: subsets that were there already are not looked at again. */
export function* validateSubsets(subsets: readonly Subset[], old?: readonly Subset[]): Generator<FieldError> {
  const errors = [...validateEachSubset(subsets)]
  if (errors.length > 0 && old !== undefined && semanticallyEqual(subsets, old)) return
  yield* errors
}

function* validateEachSubset(subsets: readonly Subset[]): Generator<FieldError> {
  for (const [position, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const at = index('subsets', position)
    if (addresses.length === 0 && notReadyAddresses.length === 0) yield required(at, 'must specify `addresses` or `notReadyAddresses`')
    yield* validateAddresses(addresses, child(at, 'addresses'))
    yield* validateAddresses(notReadyAddresses, child(at, 'notReadyAddresses'))
    for (const [i, port] of ports.entries()) yield* validatePort(port, index(child(at, 'ports'), i), ports.length > 1)
  }
}

function* validatePort({ name = '', port, protocol = '', appProtocol }: Port, at: string, isNameRequired: boolean): Generator<FieldError> {
  if (name === '') {
    if (isNameRequired) yield required(child(at, 'name'))
  } else for (const text of dns1123LabelErrors(name)) yield invalidValue(child(at, 'name'), name, text)
  for (const text of portNumberErrors(port)) yield invalidValue(child(at, 'port'), port, text)
  if (protocol === '') yield required(child(at, 'protocol'))
  else if (!protocols.includes(protocol)) yield notSupported(child(at, 'protocol'), protocol, protocols)
  if (typeof appProtocol !== 'string') return
  for (const text of qualifiedNameErrors(appProtocol)) yield invalidValue(child(at, 'appProtocol'), appProtocol, text)
}

function* validateAddresses(addresses: readonly Address[], path: string): Generator<FieldError> {
  for (const [position, { ip, hostname = '', nodeName }] of addresses.entries()) {
    const at = index(path, position)
    yield* validateLegacyIp(child(at, 'ip'), ip)
    if (hostname !== '') for (const text of dns1123LabelErrors(hostname)) yield invalidValue(child(at, 'hostname'), hostname, text)
    if (typeof nodeName === 'string') {
      for (const text of nameIsDnsSubdomain(nodeName, false)) yield invalidValue(child(at, 'nodeName'), nodeName, text)
    }
    yield* validateNotSpecial(ip, child(at, 'ip'))
  }
}

const linkLocal = [parseCidr('169.254.0.0/16'), parseCidr('fe80::/10')]
const loopback = [parseCidr('127.0.0.0/8'), parseCidr('::1/128')]
const multicast = parseCidr('224.0.0.0/24')

/** Addresses that could never be an endpoint, or would reach somebody's own node. */
export function* validateNotSpecial(ip: string, path: string): Generator<FieldError> {
  const address = parseIpSloppy(ip)
  if (address === undefined) return yield invalidValue(path, ip, 'must be a valid IP address')
  const isIn = (range: Cidr | undefined): boolean => range !== undefined && cidrContains(range, address)
  if (address.value === 0n) yield invalidValue(path, ip, `may not be unspecified (${ip})`)
  if (loopback.some(isIn)) yield invalidValue(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (linkLocal.some(isIn)) yield invalidValue(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  // ff02::, and ff12:: for those who flag it.
  const isMulticast = isIn(multicast) || (address.family === 6 && ((address.value >> 112n) & 0xff0fn) === 0xff02n)
  if (isMulticast) yield invalidValue(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
}

/** Of addresses that will be refused one day. The controller's own are fine. */
export function* endpointsWarnings({
  metadata,
  subsets = [],
}: {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> | undefined }
  readonly subsets?: readonly Subset[] | undefined
}): Generator<string> {
  if (metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return
  for (const [i, { addresses = [], notReadyAddresses = [] }] of subsets.entries()) {
    for (const [j, { ip }] of addresses.entries()) yield* ipWarnings(`subsets[${i}].addresses[${j}].ip`, ip)
    for (const [j, { ip }] of notReadyAddresses.entries()) yield* ipWarnings(`subsets[${i}].notReadyAddresses[${j}].ip`, ip)
  }
}
