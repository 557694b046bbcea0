/**
 * A Pod's spec as a whole, Pods and templates of Pods (ValidatePodSpec, ValidatePodTemplateSpec, ValidatePodCreate upstream), in upstream's order. The
 * parts are validate-*.ts.
 */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../../apimachinery/field-error.ts'
import { utf8Length } from '../../../apimachinery/go-strings.ts'
import { validateLegacyIp } from '../../../apimachinery/ip-address.ts'
import { dns1123SubdomainWithUnderscoreErrors, rangeMessage } from '../../../apimachinery/names.ts'
import type { ObjectMeta } from '../../../apimachinery/object.ts'
import { validateLabels } from '../../../apimachinery/selectors/labels.ts'
import { validateAnnotations } from '../../../apimachinery/validate-metadata.ts'
import { goForm } from '../../go-form.ts'
import type { Container } from './container.ts'
import type { PodDNSConfig, PodSpec, PodTemplateSpec } from './pod-spec.ts'
import { type PodRules, rulesAfter, strictPodRules, strictRules } from './rules.ts'
import { checkAffinity } from './validate-affinity.ts'
import { checkPodAnnotations, checkProfilesMatch, mirrorAnnotation } from './validate-annotations.ts'
import { checkContainers, checkEphemeralContainers, checkImageSpaces, checkInitContainers } from './validate-containers.ts'
import { checkHostProcesses, checkOs } from './validate-os.ts'
import { checkLabel, checkName, checkObjectName, checkSubdomain, type Errors, isSet } from './validate-paths.ts'
import { checkPodResources, checkResources } from './validate-resources.ts'
import { checkGates, checkSpread, checkTolerations } from './validate-scheduling.ts'
import { checkHostUsers, checkPodSecurity } from './validate-security.ts'
import { checkVolumes } from './validate-volumes.ts'
import { visitContainers } from './walk.ts'

const int32Max = 2_147_483_647

export interface TemplateOptions {
  /** What the template replaces: what was wrong there may stay wrong. */
  readonly old?: PodTemplateSpec | null | undefined
}

export function validatePodTemplateSpec(template: PodTemplateSpec, path: string, options: TemplateOptions = {}): Iterable<FieldError> {
  const { metadata, spec } = template
  const { old } = options
  const rules = old?.spec ? rulesAfter(old.spec, old.metadata?.annotations, false) : strictRules
  const out: Errors = []
  const annotations = metadata?.annotations
  if (metadata?.labels) out.push(...validateLabels(metadata.labels, `${path}.labels`))
  if (annotations) out.push(...validateAnnotations(annotations, `${path}.annotations`))
  checkPodAnnotations(annotations, spec, `${path}.annotations`, rules, out)
  checkPodSpec(spec, undefined, `${path}.spec`, rules, out)
  checkProfilesMatch(annotations, spec, `${path}.spec`, out)
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    out.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'))
  }
  return out
}

export function validatePodSpec(spec: PodSpec, path: string, rules: PodRules = strictPodRules): Iterable<FieldError> {
  const out: Errors = []
  checkPodSpec(spec, undefined, path, rules, out)
  return out
}

interface PodLike {
  readonly metadata: ObjectMeta
  readonly spec: PodSpec
}

/** Besides its metadata, which are checked like everybody's. */
export function validateNewPod({ metadata, spec }: PodLike): Iterable<FieldError> {
  const out: Errors = []
  checkPod({ metadata, spec }, strictPodRules, out)
  if ((spec.ephemeralContainers?.length ?? 0) > 0) out.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'))
  if ((spec.nodeName ?? '') !== '' && (spec.schedulingGates?.length ?? 0) > 0) {
    out.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'))
  }
  checkProfilesMatch(metadata.annotations, spec, 'spec', out)
  return out
}

/** What must be true of new Pods and changed ones (validatePodMetadataAndSpec upstream). */
export function checkPod({ metadata, spec }: PodLike, rules: PodRules, out: Errors): void {
  checkPodAnnotations(metadata.annotations, spec, 'metadata.annotations', rules, out)
  checkPodSpec(spec, metadata, 'spec', rules, out)
  if ((spec.serviceAccountName ?? '') === '') checkNoTokens(spec, out)
  for (let i = 0; i < (spec.containers?.length ?? 0); i++) checkImageSpaces(spec.containers[i] as Container, `spec.containers[${i}]`, out)
  for (let i = 0; i < (spec.initContainers?.length ?? 0); i++) {
    checkImageSpaces(spec.initContainers?.[i] as Container, `spec.initContainers[${i}]`, out)
  }
}

/** A token is an account's. */
function checkNoTokens({ volumes }: PodSpec, out: Errors): void {
  for (let i = 0; i < (volumes?.length ?? 0); i++) {
    const sources = volumes?.[i]?.projected?.sources
    for (let j = 0; j < (sources?.length ?? 0); j++) {
      if (!sources?.[j]?.serviceAccountToken) continue
      const at = `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`
      out.push(forbiddenField(at, 'must not be specified when serviceAccountName is not set'))
    }
  }
}

const noNames: ReadonlySet<string> = new Set()

/** `metadata`: a Pod's; undefined in templates. */
function checkPodSpec(spec: PodSpec, metadata: ObjectMeta | undefined, path: string, rules: PodRules, out: Errors): void {
  if (!isSet(spec.terminationGracePeriodSeconds)) out.push(required(`${path}.terminationGracePeriodSeconds`))
  const volumes = checkVolumes(spec.volumes, metadata?.name ?? '', `${path}.volumes`, rules, out)
  const claimNames = spec.resourceClaims ? checkClaims(spec, metadata, `${path}.resourceClaims`, out) : noNames
  const world = { spec, volumes, claimNames, rules }
  checkContainers(world, `${path}.containers`, out)
  checkInitContainers(world, `${path}.initContainers`, out)
  checkEphemeralContainers(world, `${path}.ephemeralContainers`, out)
  checkPodResources(spec, claimNames, `${path}.resources`, rules, out)
  checkHostNetworkPorts(spec, path, rules, out)
  checkChoice(spec.restartPolicy ?? '', ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`, out)
  checkChoice(spec.dnsPolicy ?? '', ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${path}.dnsPolicy`, out)
  if (spec.nodeSelector) out.push(...validateLabels(spec.nodeSelector, `${path}.nodeSelector`))
  checkPodSecurity(spec, `${path}.securityContext`, rules, out)
  if (spec.affinity) checkAffinity(spec.affinity, `${path}.affinity`, rules, out)
  checkDns(spec, `${path}.dnsConfig`, out)
  checkGates(spec, path, out)
  if (spec.topologySpreadConstraints) checkSpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`, rules, out)
  checkHostProcesses(spec, path, out)
  checkHostUsers(spec, path, rules, out)
  checkHostnameOverride(spec, path, out)
  checkNames(spec, path, out)
  if (spec.tolerations) checkTolerations(spec.tolerations, `${path}.tolerations`, out)
  if (spec.hostAliases) checkHostAliases(spec.hostAliases, `${path}.hostAliases`, out)
  checkClasses(spec, path, out)
  if (spec.overhead) checkResources({ limits: spec.overhead }, `${path}.overhead`, rules, noNames, out)
  if (spec.os) checkOs(spec, path, out)
  checkFileVolumes(spec, path, out)
}

/** Upstream lists these in an order that is no alphabet's. */
function checkChoice(value: string, supported: readonly string[], path: string, out: Errors): void {
  if (value === '') out.push(required(path))
  else if (!supported.includes(value)) out.push(notSupported(path, value, supported))
}

/** All names, good and bad: containers may refer to any. */
function checkClaims(spec: PodSpec, metadata: ObjectMeta | undefined, path: string, out: Errors): ReadonlySet<string> {
  const claims = spec.resourceClaims ?? []
  const names = new Set<string>()
  for (let i = 0; i < claims.length; i++) {
    const claim = claims[i] as (typeof claims)[number]
    const { name = '', resourceClaimName, resourceClaimTemplateName } = claim
    const at = `${path}[${i}]`
    if (metadata?.annotations?.[mirrorAnnotation] !== undefined) {
      out.push(forbiddenField('', 'static pods do not support resource claims'))
      continue
    }
    if (name === '') out.push(required(`${at}.name`))
    else if (names.has(name)) out.push(duplicate(`${at}.name`, name))
    else {
      checkLabel(name, `${at}.name`, out)
      names.add(name)
    }
    const hasBoth = isSet(resourceClaimName) && isSet(resourceClaimTemplateName)
    const hasNone = !isSet(resourceClaimName) && !isSet(resourceClaimTemplateName)
    if (hasBoth || hasNone) {
      const detail = hasBoth
        ? 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
        : 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
      out.push(invalidValue(at, goForm('PodResourceClaim', claim), detail))
    }
    if (isSet(resourceClaimName)) checkObjectName(resourceClaimName, `${at}.resourceClaimName`, out)
    if (isSet(resourceClaimTemplateName)) checkObjectName(resourceClaimTemplateName, `${at}.resourceClaimTemplateName`, out)
  }
  return new Set(claims.map(({ name }) => name).filter((name) => name !== ''))
}

function checkHostNetworkPorts({ hostNetwork, containers }: PodSpec, path: string, rules: PodRules, out: Errors): void {
  if (hostNetwork !== true) return
  for (let i = 0; i < (containers?.length ?? 0); i++) {
    const ports = containers[i]?.ports
    for (const [j, { hostPort = 0, containerPort = 0 }] of (ports ?? []).entries()) {
      if (hostPort === containerPort || (rules.isPod !== true && hostPort === 0)) continue
      const detail = 'must match `containerPort` when `hostNetwork` is true'
      out.push(invalidValue(`${path}.containers[${i}].ports[${j}].hostPort`, hostPort, detail))
    }
  }
}

function checkDns({ dnsPolicy, dnsConfig }: PodSpec, path: string, out: Errors): void {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return void out.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'))
    if ((dnsConfig.nameservers?.length ?? 0) === 0) {
      return void out.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'))
    }
  }
  if (dnsConfig) checkDnsConfig(dnsConfig, path, out)
}

const nameserversMax = 3
const searchesMax = 32
const searchBytesMax = 2048

function checkDnsConfig({ nameservers = [], searches = [], options = [] }: PodDNSConfig, path: string, out: Errors): void {
  if (nameservers.length > nameserversMax) {
    out.push(invalidValue(`${path}.nameservers`, nameservers, `must not have more than ${nameserversMax} nameservers`))
  }
  for (const [i, server] of nameservers.entries()) out.push(...validateLegacyIp(`${path}.nameservers[${i}]`, server))
  if (searches.length > searchesMax) {
    out.push(invalidValue(`${path}.searches`, searches, `must not have more than ${searchesMax} search paths`))
  }
  if (utf8Length(searches.join(' ')) > searchBytesMax) {
    const detail = `must not have more than ${searchBytesMax} characters (including spaces) in the search list`
    out.push(invalidValue(`${path}.searches`, searches, detail))
  }
  for (const [i, search] of searches.entries()) {
    if (search === '.') continue
    const domain = search.endsWith('.') ? search.slice(0, -1) : search
    checkName(dns1123SubdomainWithUnderscoreErrors(domain), domain, `${path}.searches[${i}]`, out)
  }
  for (const [i, { name = '' }] of options.entries()) if (name === '') out.push(required(`${path}.options[${i}]`, 'must not be empty'))
}

/** Kept from an object that was made while the gate HostnameOverride was on. */
function checkHostnameOverride({ hostnameOverride, setHostnameAsFQDN, hostNetwork }: PodSpec, path: string, out: Errors): void {
  if (!isSet(hostnameOverride)) return
  const at = `${path}.hostnameOverride`
  if (setHostnameAsFQDN === true) out.push(forbiddenField(at, 'may not be specified when setHostnameAsFQDN is true'))
  if (hostNetwork === true) out.push(forbiddenField(at, 'may not be specified when hostNetwork is true'))
  if (utf8Length(hostnameOverride) > 64) out.push(tooLong(at, 64))
  checkSubdomain(hostnameOverride, at, out)
}

function checkNames(spec: PodSpec, path: string, out: Errors): void {
  const { serviceAccountName = '', nodeName = '', activeDeadlineSeconds, hostname = '', subdomain = '' } = spec
  if (serviceAccountName !== '') checkObjectName(serviceAccountName, `${path}.serviceAccountName`, out)
  if (nodeName !== '') checkObjectName(nodeName, `${path}.nodeName`, out)
  if (isSet(activeDeadlineSeconds) && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > int32Max)) {
    out.push(invalidValue(`${path}.activeDeadlineSeconds`, activeDeadlineSeconds, rangeMessage(1, int32Max)))
  }
  if (hostname !== '') checkLabel(hostname, `${path}.hostname`, out)
  if (subdomain !== '') checkLabel(subdomain, `${path}.subdomain`, out)
}

function checkHostAliases(aliases: NonNullable<PodSpec['hostAliases']>, path: string, out: Errors): void {
  for (const [i, { ip = '', hostnames = [] }] of aliases.entries()) {
    out.push(...validateLegacyIp(`${path}[${i}].ip`, ip))
    for (const [j, name] of hostnames.entries()) checkSubdomain(name, `${path}[${i}].hostnames[${j}]`, out)
  }
}

function checkClasses({ priorityClassName = '', runtimeClassName, preemptionPolicy }: PodSpec, path: string, out: Errors): void {
  if (priorityClassName !== '') checkObjectName(priorityClassName, `${path}.priorityClassName`, out)
  if (isSet(runtimeClassName)) checkObjectName(runtimeClassName, `${path}.runtimeClassName`, out)
  if (isSet(preemptionPolicy)) checkChoice(preemptionPolicy, ['PreemptLowerPriority', 'Never'], `${path}.preemptionPolicy`, out)
}

/** Variables that come from files need a directory that the Pod itself made. */
function checkFileVolumes(spec: PodSpec, path: string, out: Errors): void {
  visitContainers(spec, path, ({ env }, at) => {
    for (let i = 0; i < (env?.length ?? 0); i++) {
      const reference = env?.[i]?.valueFrom?.fileKeyRef
      if (!reference) continue
      const volume = spec.volumes?.find(({ name }) => name === reference.volumeName)
      const where = `${at}.env[${i}].valueFrom.fileKeyRef.volumeName`
      if (volume === undefined) out.push({ type: 'NotFound', field: where, value: reference.volumeName, detail: '' })
      else if (!volume.emptyDir) out.push(invalidValue(where, reference.volumeName, 'referenced volume must be of type emptyDir'))
    }
  })
}
