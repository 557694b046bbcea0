/**
 * What goes without saying in a Service, what an update drops by itself, and what clients are warned of. Which Services are refused is
 * service-validation.ts.
 *
 * What a newcomer would get wrong: a change of type takes with it what only the old type had (addresses, node ports, policies), but only
 * where the client left the value as it was; a client that changes both is told off by validation.
 */
import { cidrWarnings, ipWarnings } from '../../apimachinery/ip-address.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import type { ServiceObject, ServiceSpec } from './service-schema.ts'

const affinitySecondsDefault = 10_800
const topologyAwareHints = 'service.kubernetes.io/topology-aware-hints'
const topologyMode = 'service.kubernetes.io/topology-mode'
const typesInside = new Set(['ClusterIP', 'NodePort', 'LoadBalancer'])

type Draft = Mutable<ServiceObject>

export function setServiceDefaults({ spec, status }: Draft): void {
  if ((spec.sessionAffinity ?? '') === '') spec.sessionAffinity = 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? undefined) === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: affinitySecondsDefault } }
  }
  if ((spec.type ?? '') === '') spec.type = 'ClusterIP'
  for (const port of spec.ports ?? []) {
    if ((port.protocol ?? '') === '') port.protocol = 'TCP'
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
  }
  if (isReachedFromOutside(spec) && (spec.externalTrafficPolicy ?? '') === '') spec.externalTrafficPolicy = 'Cluster'
  if (typesInside.has(spec.type ?? '')) spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type !== 'LoadBalancer') return
  spec.allocateLoadBalancerNodePorts ??= true
  for (const ingress of status?.loadBalancer?.ingress ?? []) if ((ingress.ip ?? '') !== '') ingress.ipMode ??= 'VIP'
}

export function isReachedFromOutside({ type, externalIPs }: ServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0)
}
export function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}
export function hasNodePorts({ type }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer'
}
export function isHeadless({ clusterIPs }: ServiceSpec): boolean {
  return clusterIPs?.length === 1 && clusterIPs[0] === 'None'
}

export function dropOldType(draft: Draft, { spec: old }: ServiceObject): void {
  const { spec } = draft
  if (old.type !== 'ExternalName' && spec.type === 'ExternalName') dropAddresses(spec, old)
  if (hasNodePorts(old) && !hasNodePorts(spec)) {
    const had = new Set((old.ports ?? []).map(({ nodePort }) => nodePort))
    if ((spec.ports ?? []).every(({ nodePort }) => (nodePort ?? 0) === 0 || had.has(nodePort))) {
      for (const port of spec.ports ?? []) delete port.nodePort
    }
  }
  if (needsHealthCheck(old) && !needsHealthCheck(spec) && spec.healthCheckNodePort === old.healthCheckNodePort) {
    delete spec.healthCheckNodePort
  }
  const isBalanced = spec.type === 'LoadBalancer'
  if (old.type === 'LoadBalancer' && !isBalanced) {
    if (spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts) delete spec.allocateLoadBalancerNodePorts
    if (spec.loadBalancerClass === old.loadBalancerClass) delete spec.loadBalancerClass
  }
  if (isReachedFromOutside(old) && !isReachedFromOutside(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) {
    delete spec.externalTrafficPolicy
  }
  if (!isBalanced && draft.status?.loadBalancer?.ingress !== undefined) draft.status = { ...draft.status, loadBalancer: {} }
}

function dropAddresses(spec: Draft['spec'], old: ServiceSpec): void {
  if ((spec.clusterIP ?? '') === (old.clusterIP ?? '') && sameList(spec.clusterIPs, old.clusterIPs)) {
    delete spec.clusterIP
    delete spec.clusterIPs
  }
  if (sameList(spec.ipFamilies, old.ipFamilies)) delete spec.ipFamilies
  if ((spec.ipFamilyPolicy ?? '') === (old.ipFamilyPolicy ?? '')) delete spec.ipFamilyPolicy
}

function sameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  const [left, right] = [a ?? [], b ?? []]
  return left.length === right.length && left.every((one, i) => one === right[i])
}

export function* serviceWarnings({ metadata, spec }: ServiceObject): Generator<string> {
  if (metadata.annotations?.[topologyAwareHints] !== undefined) {
    yield `annotation ${topologyAwareHints} is deprecated, please use ${topologyMode} instead`
  }
  const { clusterIP = '', externalIPs = [], loadBalancerIP = '', externalName = '' } = spec
  if (clusterIP !== '' && clusterIP !== 'None') {
    for (const [i, ip] of (spec.clusterIPs ?? []).entries()) yield* ipWarnings(`spec.clusterIPs[${i}]`, ip)
  }
  if (spec.type === 'ClusterIP' && clusterIP === 'None') {
    if (loadBalancerIP !== '') yield 'spec.loadBalancerIP is ignored for headless services'
    if (externalIPs.length > 0) yield 'spec.externalIPs is ignored for headless services'
    if (spec.sessionAffinity !== 'None') yield 'spec.SessionAffinity is ignored for headless services'
  }
  for (const [i, ip] of externalIPs.entries()) yield* ipWarnings(`spec.externalIPs[${i}]`, ip)
  if (loadBalancerIP !== '') yield* ipWarnings('spec.loadBalancerIP', loadBalancerIP)
  for (const [i, cidr] of (spec.loadBalancerSourceRanges ?? []).entries()) yield* cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, cidr)
  if (spec.type === 'ExternalName' && externalIPs.length > 0) yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'
  if (spec.type !== 'ExternalName' && externalName !== '') yield 'spec.externalName is ignored when spec.type is not "ExternalName"'
}
