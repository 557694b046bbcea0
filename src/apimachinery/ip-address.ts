/**
 * IP addresses and CIDRs: parsed, printed and checked as Go does it. An address is its family and its number, so that
 * "is it in the range" and "the next one" are arithmetic.
 *
 *     parseIp('2001:DB8::0:1')      {family: 6, value: 0x20010db8…1n}; formatIp: '2001:db8::1'
 *     parseIpSloppy('010.0.0.1')    10.0.0.1: what old fields still take
 *
 * Two parsers on purpose: the strict one (net/netip) refuses leading zeros; the sloppy one is what Kubernetes has accepted
 * since it began, and legacy fields of stored objects may hold such text. The sloppy one reads ::ffff:1.2.3.4 as IPv4.
 */
import type { FieldError } from './field-error.ts'
import { invalidValue } from './field-error.ts'
import { quote } from './go-strings.ts'

export interface IpAddress {
  readonly family: 4 | 6
  readonly value: bigint
}
export interface Cidr {
  /** As written, host bits and all. */
  readonly address: IpAddress
  readonly prefixLength: number
}

function bitsOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128
}

/** The strict form, without zone. */
export function parseIp(text: string): IpAddress | undefined {
  return text.includes(':') ? parseV6(text, true) : parseV4(text, true)
}

/** Takes leading zeros; an IPv4-mapped address is IPv4. */
export function parseIpSloppy(text: string): IpAddress | undefined {
  const address = parseSloppyUnmapped(text)
  return address !== undefined && isMapped(address) ? { family: 4, value: address.value & 0xffffffffn } : address
}

function parseSloppyUnmapped(text: string): IpAddress | undefined {
  const first = /[.:]/.exec(text)?.[0]
  if (first === undefined) return undefined
  return first === '.' ? parseV4(text, false) : parseV6(text, false)
}

/** ::ffff:a.b.c.d */
export function isMapped(address: IpAddress): boolean {
  return address.family === 6 && address.value >> 32n === 0xffffn
}

function parseV4(text: string, strict: boolean): IpAddress | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0
  for (const part of parts) {
    if (!/^[0-9]+$/.test(part) || (strict && part.length > 1 && part.startsWith('0'))) return undefined
    const octet = Number(part)
    if (octet > 255) return undefined
    value = value * 256 + octet
  }
  return { family: 4, value: BigInt(value) }
}

function parseV6(text: string, strict: boolean): IpAddress | undefined {
  const gap = text.indexOf('::')
  if (gap >= 0 && text.indexOf('::', gap + 1) >= 0) return undefined
  const front = parseGroups(gap < 0 ? text : text.slice(0, gap), strict, gap < 0)
  const back = gap < 0 ? [] : parseGroups(text.slice(gap + 2), strict, true)
  if (front === undefined || back === undefined) return undefined
  const missing = 8 - front.length - back.length
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined
  const groups = [...front, ...new Array<number>(gap < 0 ? 0 : missing).fill(0), ...back]
  return { family: 6, value: groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n) }
}

/** Sixteen bits each; the last may be written as an IPv4 address and counts as two. */
function parseGroups(text: string, strict: boolean, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && isEnd && i === parts.length - 1) {
      const v4 = parseV4(part, strict)
      if (v4 === undefined) return undefined
      groups.push(Number(v4.value >> 16n), Number(v4.value & 0xffffn))
      continue
    }
    if (!/^[0-9a-fA-F]+$/.test(part) || (strict && part.length > 4)) return undefined
    const group = Number.parseInt(part, 16)
    if (group > 0xffff) return undefined
    groups.push(group)
  }
  return groups
}

/** Canonical (RFC 5952); an IPv4-mapped IPv6 address as ::ffff:1.2.3.4, like net/netip. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === 4) return formatV4(value)
  if (value >> 32n === 0xffffn) return `::ffff:${formatV4(value & 0xffffffffn)}`
  const groups: number[] = []
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn))
  const gap = longestZeros(groups)
  const print = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':')
  if (gap.length < 2) return print(groups)
  return `${print(groups.slice(0, gap.start))}::${print(groups.slice(gap.start + gap.length))}`
}

function formatV4(value: bigint): string {
  const number = Number(value)
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

/** The first of the longest runs. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (end < groups.length && groups[end] === 0) end++
    if (end - start > best.length) best = { start, length: end - start }
    if (end > start) start = end
  }
  return best
}

/** The strict form: no leading zeros in the prefix length either. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/')
  if (slash < 0) return undefined
  const address = parseIp(text.slice(0, slash))
  const bits = text.slice(slash + 1)
  if (address === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(bits)) return undefined
  const prefixLength = Number(bits)
  return prefixLength > bitsOf(address.family) ? undefined : { address, prefixLength }
}

export function parseCidrSloppy(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = parseSloppyUnmapped(text.slice(0, slash))
  const bits = text.slice(slash + 1)
  if (address === undefined || !/^[0-9]+$/.test(bits)) return undefined
  const prefixLength = Number(bits)
  if (prefixLength > bitsOf(address.family)) return undefined
  // Go prints a masked mapped address as IPv4 as long as the mask leaves the ::ffff: part whole.
  if (isMapped(address) && prefixLength >= 96) {
    return { address: { family: 4, value: address.value & 0xffffffffn }, prefixLength: prefixLength - 96 }
  }
  return { address, prefixLength }
}

/** The first address of the range: host bits cleared. */
export function maskedAddress({ address, prefixLength }: Cidr): IpAddress {
  const hostBits = BigInt(bitsOf(address.family) - prefixLength)
  return { family: address.family, value: (address.value >> hostBits) << hostBits }
}
export function formatCidr(cidr: Cidr): string {
  return `${formatIp(maskedAddress(cidr))}/${cidr.prefixLength}`
}
export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  const hostBits = BigInt(bitsOf(cidr.address.family) - cidr.prefixLength)
  return address.family === cidr.address.family && address.value >> hostBits === cidr.address.value >> hostBits
}
/** How many addresses the range holds. */
export function cidrSize({ address, prefixLength }: Cidr): bigint {
  return 1n << BigInt(bitsOf(address.family) - prefixLength)
}
export function ipFamilyOf(text: string): 'IPv4' | 'IPv6' | undefined {
  const address = parseIpSloppy(text)
  return address === undefined ? undefined : address.family === 4 ? 'IPv4' : 'IPv6'
}

/** For new fields: valid and canonical. */
export function* validateIp(path: string, text: string): Generator<FieldError> {
  const errors = [...validateLegacyIp(path, text, { strict: true })]
  if (errors.length > 0) return yield* errors
  const canonical = formatIp(parseIpSloppy(text) as IpAddress)
  if (text !== canonical) yield invalidValue(path, text, `must be in canonical form (${quote(canonical)})`)
}

/** For fields that have always taken sloppy text, unless `strict`. Values that the old object had stay valid. */
export function* validateLegacyIp(
  path: string,
  text: string,
  options: { readonly strict?: boolean; readonly oldValues?: readonly string[] } = {},
): Generator<FieldError> {
  if (options.oldValues?.includes(text)) return
  if (parseIpSloppy(text) === undefined) {
    return yield invalidValue(path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
  }
  if (options.strict !== true) return
  const address = parseIp(text)
  if (address === undefined) yield invalidValue(path, text, 'must not have leading 0s')
  else if (isMapped(address)) yield invalidValue(path, text, 'must not be an IPv4-mapped IPv6 address')
}

export function* validateCidr(path: string, text: string): Generator<FieldError> {
  const errors = [...validateLegacyCidr(path, text, { strict: true })]
  if (errors.length > 0) return yield* errors
  const canonical = formatCidr(parseCidrSloppy(text) as Cidr)
  if (text !== canonical) yield invalidValue(path, text, `must be in canonical form (${quote(canonical)})`)
}

export function* validateLegacyCidr(
  path: string,
  text: string,
  options: { readonly strict?: boolean; readonly oldValues?: readonly string[] } = {},
): Generator<FieldError> {
  if (options.oldValues?.includes(text)) return
  if (parseCidrSloppy(text) === undefined) {
    return yield invalidValue(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
  }
  if (options.strict !== true) return
  const cidr = parseCidr(text)
  if (cidr === undefined) yield invalidValue(path, text, 'must not have leading 0s in IP or prefix length')
  else if (isMapped(cidr.address)) yield invalidValue(path, text, 'must not have an IPv4-mapped IPv6 address')
  else if (maskedAddress(cidr).value !== cidr.address.value)
    yield invalidValue(path, text, 'must not have bits set beyond the prefix length')
}

/** An address with the length of its network, host bits and all: "10.9.8.7/24". */
export function* validateInterfaceAddress(path: string, text: string): Generator<FieldError> {
  const cidr = parseCidrSloppy(text)
  if (cidr === undefined) {
    return yield invalidValue(path, text, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')
  }
  const canonical = `${formatIp(cidr.address)}/${cidr.prefixLength}`
  if (text !== canonical) yield invalidValue(path, text, `must be in canonical form (${quote(canonical)})`)
}

/** Of the addresses in the status of a Service or Ingress. */
export function loadBalancerWarnings(status: {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string | undefined }[] | null | undefined } | null | undefined
}): readonly string[] {
  return (status.loadBalancer?.ingress ?? []).flatMap(({ ip }, i) => (ip ? ipWarnings(`status.loadBalancer.ingress[${i}]`, ip) : []))
}

/** Warning headers for addresses that will be refused one day. */
export function ipWarnings(path: string, text: string): string[] {
  const sloppy = parseIpSloppy(text)
  if (sloppy === undefined) return []
  const strict = parseIp(text)
  if (strict === undefined || isMapped(strict)) {
    const better = quote(formatIp(sloppy))
    return [`${path}: non-standard IP address ${quote(text)} will be considered invalid in a future Kubernetes release: use ${better}`]
  }
  if (strict.family === 6 && formatIp(strict) !== text) {
    return [`${path}: IPv6 address ${quote(text)} should be in RFC 5952 canonical format (${quote(formatIp(strict))})`]
  }
  return []
}

export function cidrWarnings(path: string, text: string): string[] {
  const sloppy = parseCidrSloppy(text)
  if (sloppy === undefined) return []
  const warnings: string[] = []
  const range = formatCidr(sloppy)
  if (maskedAddress(sloppy).value !== sloppy.address.value) {
    const single = `${formatIp(sloppy.address)}/${text.includes(':') ? 128 : 32}`
    warnings.push(`${path}: CIDR value ${quote(text)} is ambiguous in this context (should be ${quote(range)} or ${quote(single)}?)`)
  }
  const strict = parseCidr(text)
  if (strict === undefined || isMapped(strict.address)) {
    warnings.push(
      `${path}: non-standard CIDR value ${quote(text)} will be considered invalid in a future Kubernetes release: use ${quote(range)}`,
    )
  }
  if (warnings.length === 0 && strict?.address.family === 6) {
    const canonical = `${formatIp(strict.address)}/${strict.prefixLength}`
    if (canonical !== text) {
      warnings.push(`${path}: IPv6 CIDR value ${quote(text)} should be in RFC 5952 canonical format (${quote(canonical)})`)
    }
  }
  return warnings
}
