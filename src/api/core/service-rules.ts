/**
 * What a Service may say and what goes without saying (SetDefaults_Service, ValidateService upstream). Addresses and node ports are given out by
 * apiserver/registry/extensions/service.ts.
 */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { parseIpSloppy } from '../../apimachinery/ip-address.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, portNameErrors, portNumberErrors } from '../../apimachinery/names.ts'
import { validateLabels } from '../../apimachinery/selectors/labels.ts'
import { fieldIsImmutable } from '../../apimachinery/validate-metadata.ts'

interface Port {
  name?: string
  protocol?: string
  port: number
  targetPort?: number | string
  nodePort?: number
}
interface Spec {
  type?: string
  selector?: Record<string, string>
  ports?: Port[]
  clusterIP?: string
  clusterIPs?: string[]
  externalIPs?: string[]
  externalName?: string
  sessionAffinity?: string
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } } | undefined
  externalTrafficPolicy?: string
  internalTrafficPolicy?: string
  allocateLoadBalancerNodePorts?: boolean
  loadBalancerSourceRanges?: string[]
  healthCheckNodePort?: number
  publishNotReadyAddresses?: boolean
}
interface ServiceLike {
  readonly spec: Spec
  readonly status?: { loadBalancer?: { ingress?: { ip?: string; ipMode?: string }[] } }
}

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols = ['SCTP', 'TCP', 'UDP']
const affinitySecondsDefault = 10_800
const affinitySecondsMax = 86_400

export function setServiceDefaults({ spec, status }: ServiceLike): void {
  if ((spec.sessionAffinity ?? '') === '') spec.sessionAffinity = 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined)
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: affinitySecondsDefault } }
  if ((spec.type ?? '') === '') spec.type = 'ClusterIP'
  for (const port of spec.ports ?? []) {
    if ((port.protocol ?? '') === '') port.protocol = 'TCP'
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
  }
  if (isExternal(spec) && (spec.externalTrafficPolicy ?? '') === '') spec.externalTrafficPolicy = 'Cluster'
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') {
    spec.allocateLoadBalancerNodePorts ??= true
    for (const ingress of status?.loadBalancer?.ingress ?? []) if ((ingress.ip ?? '') !== '') ingress.ipMode ??= 'VIP'
  }
}

export function* validateService({ spec }: ServiceLike): Generator<FieldError> {
  const { type = '', ports = [], clusterIP = '', externalName = '' } = spec
  if (ports.length === 0 && clusterIP !== 'None' && type !== 'ExternalName') yield required('spec.ports')
  if (type === 'LoadBalancer') {
    if (clusterIP === 'None') yield invalidValue('spec.clusterIPs[0]', clusterIP, "may not be set to 'None' for LoadBalancer services")
  } else if (type === 'NodePort') {
    if (clusterIP === 'None') yield invalidValue('spec.clusterIPs[0]', clusterIP, "may not be set to 'None' for NodePort services")
  } else if (type === 'ExternalName') {
    const name = externalName.replace(/\.$/, '')
    if (name === '') yield required('spec.externalName')
    else for (const text of dns1123SubdomainErrors(name)) yield invalidValue('spec.externalName', externalName, text)
  }
  yield* validatePorts(ports, clusterIP === 'None')
  yield* validateLabels(spec.selector, 'spec.selector')
  const affinity = spec.sessionAffinity ?? ''
  if (affinity === '') yield required('spec.sessionAffinity')
  else if (affinity !== 'ClientIP' && affinity !== 'None') yield notSupported('spec.sessionAffinity', affinity, ['ClientIP', 'None'])
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (affinity === 'ClientIP' && seconds !== undefined && (seconds <= 0 || seconds > affinitySecondsMax))
    yield invalidValue(
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      seconds,
      `must be greater than 0 and less than ${affinitySecondsMax}`,
    )
  for (const [position, ip] of (spec.externalIPs ?? []).entries()) {
    const at = index('spec.externalIPs', position)
    if (parseIpSloppy(ip) === undefined) yield invalidValue(at, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
    else if (ip === '0.0.0.0' || ip === '::') yield invalidValue(at, ip, 'may not be unspecified (0.0.0.0 or ::)')
  }
  if (type === '') yield required('spec.type')
  else if (!types.includes(type)) yield notSupported('spec.type', type, types)
  yield* validateNodePorts(type, ports)
  yield* validatePolicies(spec)
}

function* validatePorts(ports: readonly Port[], isHeadless: boolean): Generator<FieldError> {
  const names = new Set<string>()
  const places = new Set<string>()
  for (const [position, { name = '', port, protocol = '', targetPort }] of ports.entries()) {
    const at = index('spec.ports', position)
    if (name === '') {
      if (ports.length > 1) yield required(child(at, 'name'))
    } else {
      for (const text of dns1123LabelErrors(name)) yield invalidValue(child(at, 'name'), name, text)
      if (names.has(name)) yield duplicate(child(at, 'name'), name)
      names.add(name)
    }
    for (const text of portNumberErrors(port)) yield invalidValue(child(at, 'port'), port, text)
    if (protocol === '') yield required(child(at, 'protocol'))
    else if (!protocols.includes(protocol)) yield notSupported(child(at, 'protocol'), protocol, protocols)
    if (targetPort !== undefined)
      for (const text of typeof targetPort === 'number' ? portNumberErrors(targetPort) : portNameErrors(targetPort))
        yield invalidValue(child(at, 'targetPort'), targetPort, text)
    if (isHeadless) continue
    const place = `${protocol}/${port}`
    if (places.has(place)) yield duplicate(at, { protocol, port })
    places.add(place)
  }
}

function* validateNodePorts(type: string, ports: readonly Port[]): Generator<FieldError> {
  const taken = new Set<string>()
  for (const [position, { nodePort = 0, protocol }] of ports.entries()) {
    const at = child(index('spec.ports', position), 'nodePort')
    if (nodePort === 0) continue
    if (type === 'ClusterIP' || type === 'ExternalName') yield forbiddenField(at, `may not be used when \`type\` is '${type}'`)
    const place = `${protocol}/${nodePort}`
    if (taken.has(place)) yield duplicate(at, nodePort)
    taken.add(place)
  }
}

function* validatePolicies(spec: Spec): Generator<FieldError> {
  const { type, externalTrafficPolicy, internalTrafficPolicy } = spec
  if (externalTrafficPolicy !== undefined && externalTrafficPolicy !== '') {
    if (!isExternal(spec))
      yield invalidValue('spec.externalTrafficPolicy', externalTrafficPolicy, 'may only be set for externally-accessible services')
    else if (externalTrafficPolicy !== 'Cluster' && externalTrafficPolicy !== 'Local')
      yield notSupported('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local'])
  }
  if (internalTrafficPolicy !== undefined && internalTrafficPolicy !== 'Cluster' && internalTrafficPolicy !== 'Local')
    yield notSupported('spec.internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local'])
  if (spec.allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer')
    yield forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'")
  if ((spec.loadBalancerSourceRanges?.length ?? 0) > 0 && type !== 'LoadBalancer')
    yield forbiddenField('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'")
}

/** An address once given stays, unless the Service changes into one that has none. */
export function* validateServiceUpdate(now: ServiceLike, old: ServiceLike): Generator<FieldError> {
  const [before, after] = [old.spec.clusterIP ?? '', now.spec.clusterIP ?? '']
  if (old.spec.type !== 'ExternalName' && now.spec.type !== 'ExternalName' && before !== '' && before !== after) {
    yield invalidValue(
      'spec.clusterIPs[0]',
      now.spec.clusterIPs ?? [],
      `${fieldIsImmutable.replace('field is immutable', 'may not change once set')}`,
    )
  }
  yield* validateService(now)
}

function isExternal({ type, externalIPs }: Spec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0)
}

/** What belonged to the old type goes with it, when the client did not say otherwise (dropTypeDependentFields upstream). */
export function dropOldType({ spec }: ServiceLike, { spec: old }: ServiceLike): void {
  if (isExternal(old) && !isExternal(spec) && spec.externalTrafficPolicy === old.externalTrafficPolicy) delete spec.externalTrafficPolicy
  const isBalanced = spec.type === 'LoadBalancer'
  if (old.type === 'LoadBalancer' && !isBalanced && spec.allocateLoadBalancerNodePorts === old.allocateLoadBalancerNodePorts)
    delete spec.allocateLoadBalancerNodePorts
}
