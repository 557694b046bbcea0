/**
 * Which address families a Service has: defaults and refusals around ipFamilyPolicy, ipFamilies and clusterIPs, in upstream's
 * order. This cluster has one family, IPv4.
 *
 * What a newcomer would get wrong: clusterIP is the first of clusterIPs, and an old client that knows only the one must not
 * trip over the other; a headless Service without a selector counts as dual-stack whatever the cluster has.
 */
import { validateClusterIps } from '../../../api/core/service-address-rules.ts'
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts'
import { ipFamilyOf } from '../../../apimachinery/ip-address.ts'
import { invalid } from '../../../apimachinery/status-error.ts'
import { headless, needsClusterIp, type ServiceParts, type ServiceSpecParts, sameList } from './service-parts.ts'

const clusterFamily = 'IPv4'
const singleStack = 'SingleStack'

/** Keeps the singular and the plural of the address in step, guessing what an old client meant. */
export function normalizeClusterIps(spec: ServiceSpecParts, old: ServiceSpecParts | undefined): void {
  const one = spec.clusterIP ?? ''
  const all = spec.clusterIPs ?? []
  if (old === undefined) {
    if (one !== '' && all.length === 0) spec.clusterIPs = [one]
    return
  }
  const oldOne = old.clusterIP ?? ''
  if ((old.clusterIPs?.length ?? 0) > 0 && all.length === 0 && oldOne === one) spec.clusterIPs = [...(old.clusterIPs ?? [])]
  if (oldOne === one || !sameList(old.clusterIPs, spec.clusterIPs)) return
  if (oldOne !== '' && one === '') delete spec.clusterIPs
  else spec.clusterIPs = [one]
}

/** Fills ipFamilyPolicy and ipFamilies. Throws 422. */
export function setFamilies(service: ServiceParts, old: ServiceParts | undefined): void {
  const { spec } = service
  if (!needsClusterIp(spec)) return
  if (old !== undefined && keepsPreferDualStack(spec, old.spec)) return
  const isHeadlessAlone = spec.clusterIP === headless && Object.keys(spec.selector ?? {}).length === 0
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (isHeadlessAlone ? 'RequireDualStack' : singleStack)
  refuse(service, [...validateClusterIps(spec, old?.spec)])
  const reduced = old === undefined ? [] : [...releaseSecondary(spec, old.spec)]
  refuse(service, [...reduced, ...policyErrors(spec), ...inferFamilies(spec)])
  if (isHeadlessAlone) return setFamiliesOfHeadless(spec)
  refuse(service, [...clusterErrors(spec)])
  if ((spec.ipFamilies?.length ?? 0) === 0) spec.ipFamilies = [clusterFamily]
}

function refuse({ metadata }: ServiceParts, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid('', 'Service', metadata.name ?? '', errors)
}

/** A PreferDualStack Service stays as it is until its policy changes. */
function keepsPreferDualStack(spec: ServiceSpecParts, old: ServiceSpecParts): boolean {
  if (spec.ipFamilyPolicy !== 'PreferDualStack' || spec.type !== old.type) return false
  if (old.ipFamilyPolicy !== undefined && old.ipFamilyPolicy !== 'PreferDualStack') return false
  return sameList(spec.clusterIPs, old.clusterIPs) && sameList(spec.ipFamilies, old.ipFamilies)
}

/** SingleStack lets the second family go; any other policy must not lose it in silence. */
function* releaseSecondary(spec: ServiceSpecParts, old: ServiceSpecParts): Generator<FieldError> {
  const policy = spec.ipFamilyPolicy
  if (policy === singleStack) {
    if (sameList(old.clusterIPs, spec.clusterIPs) && (spec.clusterIPs?.length ?? 0) > 1)
      spec.clusterIPs = spec.clusterIPs?.slice(0, 1) ?? []
    if (sameList(old.ipFamilies, spec.ipFamilies) && (spec.ipFamilies?.length ?? 0) > 1)
      spec.ipFamilies = spec.ipFamilies?.slice(0, 1) ?? []
    return
  }
  const isReduced = (now: readonly string[] | undefined, before: readonly string[] | undefined): boolean =>
    (now?.length ?? 0) === 1 && (before?.length ?? 0) === 2
  if (isReduced(spec.clusterIPs, old.clusterIPs)) {
    yield invalidValue('spec.ipFamilyPolicy', policy, "must be 'SingleStack' to release the secondary cluster IP")
  }
  if (isReduced(spec.ipFamilies, old.ipFamilies)) {
    yield invalidValue('spec.ipFamilyPolicy', policy, "must be 'SingleStack' to release the secondary IP family")
  }
}

function* policyErrors({ ipFamilyPolicy, clusterIPs, ipFamilies }: ServiceSpecParts): Generator<FieldError> {
  if (ipFamilyPolicy !== singleStack) return
  const wanted = "must be 'RequireDualStack' or 'PreferDualStack' when multiple"
  if (clusterIPs?.length === 2) yield invalidValue('spec.ipFamilyPolicy', ipFamilyPolicy, `${wanted} cluster IPs are specified`)
  if (ipFamilies?.length === 2) yield invalidValue('spec.ipFamilyPolicy', ipFamilyPolicy, `${wanted} IP families are specified`)
}

function* inferFamilies(spec: ServiceSpecParts): Generator<FieldError> {
  for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === headless) return
    const family = ipFamilyOf(ip)
    if (family === undefined || i < (spec.ipFamilies?.length ?? 0)) continue
    if (family === clusterFamily) spec.ipFamilies = [...(spec.ipFamilies ?? []), family]
    else yield invalidValue(`spec.clusterIPs[${i}]`, spec.clusterIPs, `${family} is not configured on this cluster`)
  }
}

function setFamiliesOfHeadless(spec: ServiceSpecParts): void {
  const families = spec.ipFamilies?.length ? spec.ipFamilies : [clusterFamily]
  const isDual = families.length < 2 && spec.ipFamilyPolicy !== singleStack
  spec.ipFamilies = isDual ? [...families, families[0] === 'IPv4' ? 'IPv6' : 'IPv4'] : families
}

function* clusterErrors({ ipFamilyPolicy, ipFamilies }: ServiceSpecParts): Generator<FieldError> {
  if (ipFamilyPolicy === 'RequireDualStack') {
    yield invalidValue('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services')
  }
  for (const [i, family] of (ipFamilies ?? []).entries()) {
    if (family !== clusterFamily) yield invalidValue(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster')
  }
}
