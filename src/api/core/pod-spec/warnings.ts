/**
 * What is allowed in Pods and yet probably not meant (warningsForPodSpecAndMeta upstream): labels of nodes and annotations that have newer names, volumes that
 * no longer work, environment variables and ports that hide each other. Clients show these as Warning headers.
 */
import { quote } from '../../../apimachinery/go-strings.ts'
import { ipWarnings } from '../../../apimachinery/ip-address.ts'
import { labelValueErrors } from '../../../apimachinery/names.ts'
import { canonicalQuantity, quantityMilli } from '../../../apimachinery/quantity.ts'
import { semanticallyEqual } from '../../../apimachinery/validate-metadata.ts'
import { deprecatedNodeLabels } from '../node-labels.ts'
import type { NodeSelectorTerm } from '../node-selector.ts'
import type { PodAffinity } from './affinity.ts'
import type { Container, ContainerPort } from './container.ts'
import type { PodSpec } from './pod-spec.ts'
import { type Annotations, appArmorOf, appArmorPrefix, seccompContainerPrefix, seccompPodAnnotation } from './validate-annotations.ts'
import { visitContainers } from './walk.ts'
import { volumeWarnings } from './warnings-of-volumes.ts'

/** `path`: where a template stands; '' for a Pod. */
export function podWarnings(spec: PodSpec, annotations: Annotations, path: string): readonly string[] {
  const out: string[] = []
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`)
  const at = inside('spec')
  warnOfNodes(spec, at, out)
  for (const name in deprecatedAnnotations) {
    if (annotations?.[name] !== undefined) out.push(`${inside('metadata.annotations')}[${name}]: ${deprecatedAnnotations[name]}`)
  }
  volumeWarnings(spec.volumes ?? [], `${at}.volumes`, out)
  warnOfLists(spec, at, out)
  warnOfFractions(spec.overhead, `${at}.overhead`, out)
  if (annotations) warnOfProfiles(spec, annotations, inside('metadata.annotations'), path !== '', out)
  visitContainers(spec, at, (container, where) => warnOfContainer(container, where, out))
  warnOfPorts(spec, at, out)
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    out.push(`${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`)
  }
  warnOfPodAffinity(spec.affinity?.podAffinity, `${at}.affinity.podAffinity`, out)
  warnOfPodAffinity(spec.affinity?.podAntiAffinity, `${at}.affinity.podAntiAffinity`, out)
  for (const [i, server] of (spec.dnsConfig?.nameservers ?? []).entries())
    out.push(...ipWarnings(`${at}.dnsConfig.nameservers[${i}]`, server))
  for (const [i, { ip }] of (spec.hostAliases ?? []).entries()) out.push(...ipWarnings(`${at}.hostAliases[${i}].ip`, ip))
  return out
}

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}

const matchesNothing = 'a null labelSelector results in matching no pod'

function warnOfNodes(spec: PodSpec, path: string, out: string[]): void {
  for (const name in spec.nodeSelector) {
    const message = deprecatedNodeLabels[name]
    if (message !== undefined) out.push(`${path}.nodeSelector[${name}]: ${message}`)
  }
  const affinity = spec.affinity?.nodeAffinity
  const at = `${path}.affinity.nodeAffinity`
  const wanted = 'requiredDuringSchedulingIgnoredDuringExecution'
  for (const [i, term] of (affinity?.[wanted]?.nodeSelectorTerms ?? []).entries()) {
    warnOfNodeTerm(term, false, `${at}.${wanted}.nodeSelectorTerms[${i}]`, out)
  }
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
  for (const [i, { preference }] of (affinity?.[preferred] ?? []).entries()) {
    warnOfNodeTerm(preference, true, `${at}.${preferred}[${i}].preference`, out)
  }
  for (const [i, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const where = `${path}.topologySpreadConstraints[${i}]`
    const message = deprecatedNodeLabels[topologyKey]
    if (message !== undefined) out.push(`${where}.topologyKey: ${topologyKey} is ${message}`)
    if (!labelSelector) out.push(`${where}.labelSelector: ${matchesNothing}`)
  }
}

function warnOfNodeTerm({ matchExpressions }: NodeSelectorTerm, checksValues: boolean, path: string, out: string[]): void {
  for (const [i, { key, values }] of (matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${i}]`
    const message = deprecatedNodeLabels[key]
    if (message !== undefined) out.push(`${at}.key: ${key} is ${message}`)
    if (!checksValues) continue
    for (const [j, value] of (values ?? []).entries()) {
      for (const problem of labelValueErrors(value)) out.push(`${at}.values[${j}]: ${value} is invalid, ${problem}`)
    }
  }
}

function warnOfPodAffinity(affinity: PodAffinity | undefined, path: string, out: string[]): void {
  const wanted = 'requiredDuringSchedulingIgnoredDuringExecution'
  for (const [i, { labelSelector }] of (affinity?.[wanted] ?? []).entries()) {
    if (!labelSelector) out.push(`${path}.${wanted}[${i}].labelSelector: ${matchesNothing}`)
  }
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
  for (const [i, { podAffinityTerm }] of (affinity?.[preferred] ?? []).entries()) {
    if (!podAffinityTerm?.labelSelector) out.push(`${path}.${preferred}[${i}].podAffinityTerm.labelSelector: ${matchesNothing}`)
  }
}

function warnOfLists({ hostAliases, imagePullSecrets }: PodSpec, path: string, out: string[]): void {
  const ips = new Set<string>()
  for (const [i, { ip }] of (hostAliases ?? []).entries()) {
    if (ips.has(ip)) out.push(`${path}.hostAliases[${i}].ip: duplicate ip ${quote(ip)}`)
    ips.add(ip)
  }
  const names = new Set<string>()
  for (const [i, { name = '' }] of (imagePullSecrets ?? []).entries()) {
    if (names.has(name)) out.push(`${path}.imagePullSecrets[${i}].name: duplicate name ${quote(name)}`)
    names.add(name)
  }
  for (const [i, { name = '' }] of (imagePullSecrets ?? []).entries()) {
    if (name === '') out.push(`${path}.imagePullSecrets[${i}].name: invalid empty name ""`)
  }
}

type Amounts = Readonly<Record<string, string>> | null | undefined

/** Bytes come whole. */
function warnOfFraction(name: string, amounts: Amounts, path: string, out: string[]): void {
  const amount = amounts?.[name]
  if (amount === undefined || quantityMilli(amount) % 1000 === 0) return
  out.push(`${path}[${name}]: fractional byte value ${quote(canonicalQuantity(amount) ?? amount)} is invalid, must be an integer`)
}
function warnOfFractions(amounts: Amounts, path: string, out: string[]): void {
  warnOfFraction('memory', amounts, path, out)
  warnOfFraction('ephemeral-storage', amounts, path, out)
}

function warnOfProfiles(spec: PodSpec, annotations: NonNullable<Annotations>, path: string, isTemplate: boolean, out: string[]): void {
  const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead'
  const ofPod = spec.securityContext
  if (!ofPod?.seccompProfile && annotations[seccompPodAnnotation] !== undefined) out.push(`${path}[${seccompPodAnnotation}]: ${seccomp}`)
  visitContainers(spec, '', ({ name, securityContext }) => {
    const key = seccompContainerPrefix + name
    if (!securityContext?.seccompProfile && annotations[key] !== undefined) out.push(`${path}[${key}]: ${seccomp}`)
    const appArmorKey = appArmorPrefix + name
    const appArmor = annotations[appArmorKey]
    if (appArmor === undefined || (isTemplate && securityContext?.appArmorProfile)) return
    // A Pod has got the field from the annotation by now, if that says anything.
    const isSaidBy = securityContext?.appArmorProfile ? undefined : ofPod?.appArmorProfile
    if (isSaidBy && semanticallyEqual(isSaidBy, appArmorOf(appArmor))) return
    out.push(`${path}[${appArmorKey}]: deprecated since v1.30; use the "appArmorProfile" field instead`)
  })
}

function warnOfContainer({ resources, env }: Container, path: string, out: string[]): void {
  if (resources?.limits || resources?.requests) {
    for (const name of ['memory', 'ephemeral-storage']) {
      warnOfFraction(name, resources.limits, `${path}.resources.limits`, out)
      warnOfFraction(name, resources.requests, `${path}.resources.requests`, out)
    }
  }
  if (!env || env.length < 2) return
  const names = new Set<string>()
  for (const [i, { name, value = '', valueFrom }] of env.entries()) {
    if (!names.has(name)) {
      names.add(name)
      continue
    }
    const reference = `$(${name})`
    const extends_ = !valueFrom && value !== reference && value.includes(reference)
    if (extends_) continue
    out.push(`${path}.env[${i}]: hides previous definition of ${quote(name)}, which may be dropped when using apply`)
  }
}

interface Placed {
  readonly at: string
  readonly port: ContainerPort
}

function warnOfPorts(spec: PodSpec, path: string, out: string[]): void {
  const seen = new Map<string, Placed[]>()
  visitContainers(spec, path, ({ ports }, where) => {
    for (const [i, port] of (ports ?? []).entries()) {
      const at = `${where}.ports[${i}]`
      if ((port.hostIP ?? '') !== '' && (port.hostPort ?? 0) === 0) out.push(`${at}: hostIP set without hostPort: ${goPort(port)}`)
      const key = `${port.containerPort}/${port.protocol}`
      const others = seen.get(key) ?? []
      for (const other of others) {
        const how = overlap(port, other.port)
        if (how !== undefined) out.push(`${at}: ${how} port definition with ${other.at}`)
      }
      seen.set(key, [...others, { at, port }])
    }
  })
  const names = new Map<string, string>()
  visitContainers(spec, path, ({ ports }, where) => {
    for (const [i, { name = '' }] of (ports ?? []).entries()) {
      if (name === '') continue
      const at = `${where}.ports[${i}]`
      const other = names.get(name)
      if (other === undefined) names.set(name, at)
      else {
        out.push(`${at}: duplicate port name ${quote(name)} with ${other}, services and probes that select ports by name will use ${other}`)
      }
    }
  })
}

function overlap(port: ContainerPort, other: ContainerPort): string | undefined {
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? '']
  const [hostPort, otherPort] = [port.hostPort ?? 0, other.hostPort ?? 0]
  if (ip === otherIp && hostPort === otherPort) return 'duplicate'
  if (hostPort === 0 || otherPort === 0) return 'overlapping'
  return hostPort === otherPort && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined
}

/** As %+v prints it. */
function goPort({ name = '', hostPort = 0, containerPort = 0, protocol = '', hostIP = '' }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`
}
