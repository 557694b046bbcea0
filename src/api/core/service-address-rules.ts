/**
 * A Service's clusterIP, clusterIPs, ipFamilies and ipFamilyPolicy, which must fit each other: for every write
 * (`validateClusterIps`, also before addresses are given out), and for updates, which may add a second family or give it back, and
 * change nothing else.
 */
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { index } from '../../apimachinery/field-path.ts'
import { ipFamilyOf, validateLegacyIp } from '../../apimachinery/ip-address.ts'

interface Addresses {
  readonly type?: string | undefined
  readonly clusterIP?: string | undefined
  readonly clusterIPs?: readonly string[] | undefined
  readonly ipFamilies?: readonly string[] | undefined
  readonly ipFamilyPolicy?: string | undefined
}

const families = ['IPv4', 'IPv6']
const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const ipsField = 'spec.clusterIPs'
const familiesField = 'spec.ipFamilies'
const policyField = 'spec.ipFamilyPolicy'
const mayNotChange = 'may not change once set'

function isHeadless({ clusterIPs }: Addresses): boolean {
  return clusterIPs?.length === 1 && clusterIPs[0] === 'None'
}

export function* validateClusterIps(spec: Addresses, old: Addresses | undefined): Generator<FieldError> {
  if (spec.type === 'ExternalName') return
  const { clusterIP = '', clusterIPs: ips = [] } = spec
  if (clusterIP !== '') {
    if (ips.length === 0) yield required(ipsField)
    else if (ips[0] !== clusterIP) yield invalidValue(ipsField, ips, 'first value must match `clusterIP`')
  } else if (ips.length !== 0) yield invalidValue(ipsField, ips, 'must be empty when `clusterIP` is not specified')
  yield* validateFamilies(spec)
  const errors = [...validateEachIp(ips, old?.clusterIPs ?? [])]
  yield* errors
  if (ips.length > 2) yield invalidValue(ipsField, ips, 'may only hold up to 2 values')
  if (errors.length > 0) return
  if (ips.length > 1 && new Set(ips.map(ipFamilyOf)).size < 2) {
    yield invalidValue(ipsField, ips, 'may specify no more than one IP for each IP family')
  }
  if (!isHeadless(spec)) yield* validateFamiliesOfIps(ips, spec.ipFamilies ?? [])
}

function* validateFamilies({ ipFamilies = [], ipFamilyPolicy }: Addresses): Generator<FieldError> {
  for (const [i, family] of ipFamilies.entries()) {
    if (!families.includes(family)) yield notSupported(index(familiesField, i), family, families)
    if (ipFamilies.indexOf(family) < i) yield duplicate(index(familiesField, i), family)
  }
  if (ipFamilyPolicy !== undefined && !policies.includes(ipFamilyPolicy)) yield notSupported(policyField, ipFamilyPolicy, policies)
}

function* validateEachIp(ips: readonly string[], oldValues: readonly string[]): Generator<FieldError> {
  for (const [i, ip] of ips.entries()) {
    if (i === 0 && ip === 'None') {
      if (ips.length > 1) yield invalidValue(ipsField, ips, "'None' must be the first and only value")
    } else yield* validateLegacyIp(index(ipsField, i), ip, { oldValues })
  }
}

function* validateFamiliesOfIps(ips: readonly string[], ipFamilies: readonly string[]): Generator<FieldError> {
  for (const [i, ip] of ips.entries()) {
    const family = ipFamilies[i]
    if (family === undefined) return
    if (families.includes(family) && ipFamilyOf(ip) !== family) {
      yield invalidValue(index(ipsField, i), ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)
    }
  }
}

export function* validateAddressChange(spec: Addresses, old: Addresses): Generator<FieldError> {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return
  if (!isHeadless(spec) || !isHeadless(old)) yield* validateIpChange(spec, old)
  if (!isHeadless(spec) && !isHeadless(old)) yield* validateFamilyChange(spec, old)
}

function* validateIpChange(spec: Addresses, old: Addresses): Generator<FieldError> {
  const { clusterIPs: ips = [] } = spec
  const { clusterIPs: oldIps = [] } = old
  const shown = spec.clusterIPs ?? null
  if (oldIps.length === ips.length) {
    for (const [i, ip] of oldIps.entries()) if (ip !== ips[i]) yield invalidValue(index(ipsField, i), shown, mayNotChange)
    return
  }
  if (oldIps.length > ips.length && ips.length === 0) yield invalidValue(index(ipsField, 0), shown, 'primary clusterIP can not be unset')
  if (oldIps.length > 0 && ips.length > 0 && ips[0] !== oldIps[0]) yield invalidValue(index(ipsField, 0), shown, mayNotChange)
  if (oldIps.length > ips.length && ips.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    yield invalidValue(policyField, spec.ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP")
  }
}

/** Upstream shows the addresses where a family has changed. */
function* validateFamilyChange(spec: Addresses, old: Addresses): Generator<FieldError> {
  const { clusterIPs: ips = [], ipFamilies: now = [] } = spec
  const { ipFamilies: before = [] } = old
  const field = index(familiesField, 0)
  if (before.length === now.length) {
    for (const [i, family] of before.entries()) if (family !== now[i]) yield invalidValue(field, now, mayNotChange)
    return
  }
  if (before.length > now.length && ips.length === 0) {
    yield invalidValue(field, spec.ipFamilies ?? null, 'primary ipFamily can not be unset')
  }
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) yield invalidValue(field, spec.clusterIPs ?? null, mayNotChange)
  if (before.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    yield invalidValue(policyField, spec.ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary ipFamily")
  }
}
