/** Endpoints: how they are shown (`10.0.0.1:80,10.0.0.2:80 + 3 more...`), and what they may hold (ValidateEndpoints upstream). */
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { parseIpSloppy } from '../../apimachinery/ip-address.ts'
import { dns1123LabelErrors, portNumberErrors } from '../../apimachinery/names.ts'

interface Address {
  readonly ip: string
  readonly hostname?: string | undefined
}
interface Subset {
  readonly addresses?: readonly Address[] | undefined
  readonly notReadyAddresses?: readonly Address[] | undefined
  readonly ports?:
    | readonly { readonly name?: string | undefined; readonly port: number; readonly protocol?: string | undefined }[]
    | undefined
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

export function* validateSubsets(subsets: readonly Subset[]): Generator<FieldError> {
  for (const [position, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const at = index('subsets', position)
    if (addresses.length === 0 && notReadyAddresses.length === 0) yield required(at, 'must specify `addresses` or `notReadyAddresses`')
    yield* validateAddresses(addresses, child(at, 'addresses'))
    yield* validateAddresses(notReadyAddresses, child(at, 'notReadyAddresses'))
    for (const [portPosition, { name = '', port, protocol = '' }] of ports.entries()) {
      const portAt = index(child(at, 'ports'), portPosition)
      if (name === '' && ports.length > 1) yield required(child(portAt, 'name'))
      else if (name !== '') for (const text of dns1123LabelErrors(name)) yield invalidValue(child(portAt, 'name'), name, text)
      for (const text of portNumberErrors(port)) yield invalidValue(child(portAt, 'port'), port, text)
      if (protocol === '') yield required(child(portAt, 'protocol'))
      else if (!protocols.includes(protocol)) yield notSupported(child(portAt, 'protocol'), protocol, protocols)
    }
  }
}

function* validateAddresses(addresses: readonly Address[], path: string): Generator<FieldError> {
  for (const [position, { ip, hostname = '' }] of addresses.entries()) {
    const at = index(path, position)
    if (parseIpSloppy(ip) === undefined)
      yield invalidValue(child(at, 'ip'), ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
    else yield* validateNotSpecial(ip, child(at, 'ip'))
    if (hostname !== '') for (const text of dns1123LabelErrors(hostname)) yield invalidValue(child(at, 'hostname'), hostname, text)
  }
}

/** Addresses that could never be an endpoint, or would reach somebody's own node. */
export function* validateNotSpecial(ip: string, path: string): Generator<FieldError> {
  if (ip === '0.0.0.0' || ip === '::') yield invalidValue(path, ip, 'may not be unspecified (0.0.0.0 or ::)')
  if (/^127\./.test(ip) || ip === '::1') yield invalidValue(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (/^169\.254\./.test(ip) || /^fe[89ab]/i.test(ip))
    yield invalidValue(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (/^224\.0\.0\./.test(ip) || /^ff02:/i.test(ip))
    yield invalidValue(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
}
