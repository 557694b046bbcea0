/**
 * Which Services are refused (ValidateServiceCreate, ValidateServiceUpdate, ValidateServiceStatusUpdate upstream). Runs when addresses and
 * ports have been given out, so a Service without a health check port is a mistake by then.
 *
 * What a newcomer would get wrong: `spec.LoadBalancerSourceRanges` and `allocateLoadBalancerNodePorts` are spelled so in messages.
 */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { parseIpSloppy, validateLegacyCidr, validateLegacyIp } from '../../apimachinery/ip-address.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from '../../apimachinery/names.ts'
import { validateLabels } from '../../apimachinery/selectors/labels.ts'
import { fieldIsImmutable } from '../../apimachinery/validate-metadata.ts'
import { validateNotSpecial } from './endpoint-rules.ts'
import { validateAddressChange, validateClusterIps } from './service-address-rules.ts'
import { isHeadless, isReachedFromOutside, needsHealthCheck } from './service-rules.ts'
import type { LoadBalancerIngress, ServiceObject, ServicePort, ServiceSpec } from './service-schema.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols = ['SCTP', 'TCP', 'UDP']
const affinities = ['ClientIP', 'None']
const trafficPolicies = ['Cluster', 'Local']
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const affinitySecondsMax = 86_400
const topologyAwareHints = 'service.kubernetes.io/topology-aware-hints'
const topologyMode = 'service.kubernetes.io/topology-mode'
const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'"

export function* validateService(service: ServiceObject, old?: ServiceObject): Generator<FieldError> {
  const { metadata, spec } = service
  const { [topologyAwareHints]: hints, [topologyMode]: mode } = metadata.annotations ?? {}
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    const detail = `must match annotations[${topologyAwareHints}] when both are specified`
    yield invalidValue(key('metadata.annotations', topologyMode), mode, detail)
  }
  yield* validateType(spec)
  yield* validatePorts(spec.ports ?? [])
  yield* validateLabels(spec.selector, 'spec.selector')
  yield* validateAffinity(spec)
  yield* validateClusterIps(spec, old?.spec)
  yield* validateExternalIps(spec.externalIPs ?? [], old?.spec.externalIPs ?? [])
  if ((spec.type ?? '') === '') yield required('spec.type')
  else if (!types.includes(spec.type as string)) yield notSupported('spec.type', spec.type, types)
  yield* validateNodePorts(spec)
  yield* validateSourceRanges(service, old)
  yield* validateBalancing(spec)
  yield* validateExternalTraffic(spec)
  yield* validateTraffic(spec)
}

function* validateType(spec: ServiceSpec): Generator<FieldError> {
  const { type, ports = [] } = spec
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') yield required('spec.ports')
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    yield invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  }
  if (type !== 'ExternalName') return
  const detail = 'may not be set for ExternalName services'
  if ((spec.clusterIPs?.length ?? 0) > 0) yield forbiddenField('spec.clusterIPs', detail)
  if ((spec.ipFamilies?.length ?? 0) > 0) yield forbiddenField('spec.ipFamilies', detail)
  if ((spec.ipFamilyPolicy ?? undefined) !== undefined) yield forbiddenField('spec.ipFamilyPolicy', detail)
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  if (name === '') yield required('spec.externalName')
  else for (const text of dns1123SubdomainErrors(name)) yield invalidValue('spec.externalName', name, text)
}

function* validatePorts(ports: readonly ServicePort[]): Generator<FieldError> {
  const names = new Set<string>()
  for (const [i, port] of ports.entries()) yield* validatePort(port, index('spec.ports', i), { names, isNameRequired: ports.length > 1 })
}

function* validatePort(
  { name = '', port, protocol = '', targetPort, appProtocol }: ServicePort,
  at: string,
  { names, isNameRequired }: { readonly names: Set<string>; readonly isNameRequired: boolean },
): Generator<FieldError> {
  if (name === '') {
    if (isNameRequired) yield required(child(at, 'name'))
  } else {
    for (const text of dns1123LabelErrors(name)) yield invalidValue(child(at, 'name'), name, text)
    if (names.has(name)) yield duplicate(child(at, 'name'), name)
    names.add(name)
  }
  for (const text of portNumberErrors(port ?? 0)) yield invalidValue(child(at, 'port'), port ?? 0, text)
  if (protocol === '') yield required(child(at, 'protocol'))
  else if (!protocols.includes(protocol)) yield notSupported(child(at, 'protocol'), protocol, protocols)
  const target = targetPort ?? 0
  const problems = typeof target === 'number' ? portNumberErrors(target) : portNameErrors(target)
  for (const text of problems) yield invalidValue(child(at, 'targetPort'), target, text)
  if (typeof appProtocol === 'string') {
    for (const text of qualifiedNameErrors(appProtocol)) yield invalidValue(child(at, 'appProtocol'), appProtocol, text)
  }
}

function* validateAffinity({ sessionAffinity = '', sessionAffinityConfig }: ServiceSpec): Generator<FieldError> {
  if (sessionAffinity === '') yield required('spec.sessionAffinity')
  else if (!affinities.includes(sessionAffinity)) yield notSupported('spec.sessionAffinity', sessionAffinity, affinities)
  const path = 'spec.sessionAffinityConfig'
  if (sessionAffinity === 'None') {
    if (sessionAffinityConfig) yield forbiddenField(path, 'must not be set when session affinity is None')
  } else if (sessionAffinity === 'ClientIP') {
    const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds
    if (typeof seconds === 'number' && (seconds <= 0 || seconds > affinitySecondsMax)) {
      yield invalidValue(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${affinitySecondsMax}`)
    }
  }
}

function* validateExternalIps(ips: readonly string[], oldValues: readonly string[]): Generator<FieldError> {
  for (const [i, ip] of ips.entries()) {
    const at = index('spec.externalIPs', i)
    const errors = [...validateLegacyIp(at, ip, { oldValues })]
    yield* errors.length > 0 ? errors : validateNotSpecial(ip, at)
  }
}

function* validateNodePorts({ type, ports = [] }: ServiceSpec): Generator<FieldError> {
  for (const [i, { nodePort = 0 }] of ports.entries()) {
    if (type === 'ClusterIP' && nodePort !== 0) {
      yield forbiddenField(child(index('spec.ports', i), 'nodePort'), "may not be used when `type` is 'ClusterIP'")
    }
  }
  const nodePorts = new Set<string>()
  for (const [i, { nodePort = 0, protocol }] of ports.entries()) {
    if (nodePort === 0) continue
    if (nodePorts.has(`${protocol}/${nodePort}`)) yield duplicate(child(index('spec.ports', i), 'nodePort'), nodePort)
    nodePorts.add(`${protocol}/${nodePort}`)
  }
  const places = new Set<string>()
  for (const [i, { port, protocol = '' }] of ports.entries()) {
    const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 }
    if (places.has(`${protocol}/${port}`)) yield duplicate(index('spec.ports', i), shown)
    places.add(`${protocol}/${port}`)
  }
}

/** In the field, or in an annotation from before there was one. */
function* validateSourceRanges({ metadata, spec }: ServiceObject, old: ServiceObject | undefined): Generator<FieldError> {
  const ranges = spec.loadBalancerSourceRanges ?? []
  const annotation = metadata.annotations?.[sourceRangesAnnotation]
  if (ranges.length > 0) {
    if (spec.type !== 'LoadBalancer') yield forbiddenField('spec.LoadBalancerSourceRanges', onlyBalanced)
    const oldValues = (old?.spec.loadBalancerSourceRanges ?? []).map((one) => one.trim())
    for (const [i, range] of ranges.entries()) {
      yield* validateLegacyCidr(index('spec.LoadBalancerSourceRanges', i), range.trim(), { oldValues })
    }
  } else if (annotation !== undefined) {
    const path = key('metadata.annotations', sourceRangesAnnotation)
    if (spec.type !== 'LoadBalancer') yield forbiddenField(path, onlyBalanced)
    if (old?.metadata.annotations?.[sourceRangesAnnotation] === annotation || annotation.trim() === '') return
    for (const range of annotation.trim().split(',')) yield* validateLegacyCidr(path, range.trim())
  }
}

function* validateBalancing(spec: ServiceSpec): Generator<FieldError> {
  const { type, allocateLoadBalancerNodePorts: allocates } = spec
  const says = typeof allocates === 'boolean'
  if (says && type !== 'LoadBalancer') yield forbiddenField('spec.allocateLoadBalancerNodePorts', onlyBalanced)
  if (!says && type === 'LoadBalancer') yield required('allocateLoadBalancerNodePorts')
  yield* validateBalancerClass(spec)
}

function* validateBalancerClass({ type, loadBalancerClass }: ServiceSpec): Generator<FieldError> {
  if (typeof loadBalancerClass !== 'string') return
  if (type !== 'LoadBalancer') yield forbiddenField('spec.loadBalancerClass', onlyBalanced)
  else for (const text of qualifiedNameErrors(loadBalancerClass)) yield invalidValue('spec.loadBalancerClass', loadBalancerClass, text)
}

function* validateExternalTraffic(spec: ServiceSpec): Generator<FieldError> {
  const { externalTrafficPolicy: policy = '', healthCheckNodePort: port = 0 } = spec
  if (!isReachedFromOutside(spec)) {
    if (policy !== '') yield invalidValue('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services')
  } else if (policy === '') yield required('spec.externalTrafficPolicy')
  else if (!trafficPolicies.includes(policy)) yield notSupported('spec.externalTrafficPolicy', policy, trafficPolicies)
  if (!needsHealthCheck(spec)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    if (port !== 0) yield invalidValue('spec.healthCheckNodePort', port, detail)
  } else if (port === 0) yield required('spec.healthCheckNodePort')
  else for (const text of portNumberErrors(port)) yield invalidValue('spec.healthCheckNodePort', port, text)
}

function* validateTraffic({ type = '', internalTrafficPolicy, trafficDistribution }: ServiceSpec): Generator<FieldError> {
  if (typeof internalTrafficPolicy !== 'string') {
    if (types.includes(type) && type !== 'ExternalName') yield required('spec.internalTrafficPolicy')
  } else if (!trafficPolicies.includes(internalTrafficPolicy)) {
    yield notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, trafficPolicies)
  }
  if (typeof trafficDistribution === 'string' && !distributions.includes(trafficDistribution)) {
    yield notSupported('spec.trafficDistribution', trafficDistribution, distributions)
  }
}

export function* validateServiceUpdate(now: ServiceObject, old: ServiceObject): Generator<FieldError> {
  yield* validateAddressChange(now.spec, old.spec)
  if (now.spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer') {
    const value = now.spec.loadBalancerClass
    if (value !== old.spec.loadBalancerClass) yield invalidValue('spec.loadBalancerClass', value, 'may not change once set')
  }
  yield* validateBalancerClass(now.spec)
  const isChecked = needsHealthCheck(now.spec) && needsHealthCheck(old.spec)
  if (isChecked && now.spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    yield forbiddenField('spec.healthCheckNodePort', fieldIsImmutable)
  }
  yield* validateService(now, old)
}

export function* validateServiceStatus({ spec, status }: ServiceObject, old: ServiceObject): Generator<FieldError> {
  yield* validateIngress(status?.loadBalancer?.ingress ?? [], {
    old: old.status?.loadBalancer?.ingress ?? [],
    isBalanced: spec.type === 'LoadBalancer',
    path: 'status.loadBalancer.ingress',
  })
}

const ipModes = ['Proxy', 'VIP']

function* validateIngress(
  ingress: readonly LoadBalancerIngress[],
  { old, isBalanced, path }: { readonly old: readonly LoadBalancerIngress[]; readonly isBalanced: boolean; readonly path: string },
): Generator<FieldError> {
  if (!isBalanced && ingress.length > 0) return yield forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")
  const oldValues = old.map(({ ip = '' }) => ip).filter((ip) => ip !== '')
  for (const [i, { ip = '', ipMode, hostname = '' }] of ingress.entries()) {
    const at = index(path, i)
    if (ip !== '') yield* validateLegacyIp(child(at, 'ip'), ip, { oldValues })
    if (typeof ipMode !== 'string') {
      if (ip !== '') yield required(child(at, 'ipMode'), 'must be specified when `ip` is set')
    } else if (ip === '') yield forbiddenField(child(at, 'ipMode'), 'may not be specified when `ip` is not set')
    else if (!ipModes.includes(ipMode)) yield notSupported(child(at, 'ipMode'), ipMode, ipModes)
    if (hostname === '') continue
    for (const text of dns1123SubdomainErrors(hostname)) yield invalidValue(child(at, 'hostname'), hostname, text)
    if (parseIpSloppy(hostname)) yield invalidValue(child(at, 'hostname'), hostname, 'must be a DNS name, not an IP address')
  }
}
