/**
 * networking.k8s.io/v1 Ingress: HTTP from outside to Services, by host and path.
 */

import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import { loadBalancerWarnings, parseIpSloppy, validateLegacyIp } from '../../apimachinery/ip-address.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import {
  dns1123SubdomainErrors,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  pathSegmentNameErrors,
  portNameErrors,
  portNumberErrors,
  wildcardSubdomainErrors,
} from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, inline, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { type TypedLocalObjectReference, typedLocalObjectReference } from '../core/references.ts'

export interface ServiceBackendPort extends Infer<typeof serviceBackendPort> {}
export const serviceBackendPort = atomicStruct('networking.v1.ServiceBackendPort', {
  name: field(1, string).optional(),
  number: field(2, int32).optional(),
})

export interface IngressServiceBackend extends Infer<typeof ingressServiceBackend> {}
export const ingressServiceBackend = struct('networking.v1.IngressServiceBackend', {
  name: field(1, string),
  port: field(2, serviceBackendPort).optional(),
})

export interface IngressBackend extends Infer<typeof ingressBackend> {}
export const ingressBackend = struct('networking.v1.IngressBackend', {
  service: field(4, ingressServiceBackend).optional().pointer(),
  resource: field(3, typedLocalObjectReference).optional().pointer(),
})

export interface HTTPIngressPath extends Infer<typeof httpIngressPath> {}
export const httpIngressPath = struct('networking.v1.HTTPIngressPath', {
  path: field(1, string).optional(),
  pathType: field(3, string).pointer().enum('Exact', 'ImplementationSpecific', 'Prefix'),
  backend: field(2, ingressBackend),
})

export interface HTTPIngressRuleValue extends Infer<typeof httpIngressRuleValue> {}
export const httpIngressRuleValue = struct('networking.v1.HTTPIngressRuleValue', {
  paths: field(1, list(httpIngressPath)).listAtomic(),
})

export interface IngressRuleValue extends Infer<typeof ingressRuleValue> {}
export const ingressRuleValue = struct('networking.v1.IngressRuleValue', {
  http: field(1, httpIngressRuleValue).optional().pointer(),
})

export interface IngressRule extends Infer<typeof ingressRule> {}
export const ingressRule = struct('networking.v1.IngressRule', {
  host: field(1, string).optional(),
  ...inline(2, ingressRuleValue),
})

export interface IngressTLS extends Infer<typeof ingressTLS> {}
export const ingressTLS = struct('networking.v1.IngressTLS', {
  hosts: field(1, list(string)).optional().listAtomic(),
  secretName: field(2, string).optional(),
})

export interface IngressSpec extends Infer<typeof ingressSpec> {}
export const ingressSpec = struct('networking.v1.IngressSpec', {
  ingressClassName: field(4, string).optional().pointer(),
  defaultBackend: field(1, ingressBackend).optional().pointer(),
  tls: field(2, list(ingressTLS)).optional().listAtomic(),
  rules: field(3, list(ingressRule)).optional().listAtomic(),
})

export interface IngressPortStatus extends Infer<typeof ingressPortStatus> {}
export const ingressPortStatus = struct('networking.v1.IngressPortStatus', {
  port: field(1, int32),
  protocol: field(2, string).enum('SCTP', 'TCP', 'UDP'),
  error: field(3, string).optional().pointer(),
})

export interface IngressLoadBalancerIngress extends Infer<typeof ingressLoadBalancerIngress> {}
export const ingressLoadBalancerIngress = struct('networking.v1.IngressLoadBalancerIngress', {
  ip: field(1, string).optional(),
  hostname: field(2, string).optional(),
  ports: field(4, list(ingressPortStatus)).optional().listAtomic(),
})

export interface IngressLoadBalancerStatus extends Infer<typeof ingressLoadBalancerStatus> {}
export const ingressLoadBalancerStatus = struct('networking.v1.IngressLoadBalancerStatus', {
  ingress: field(1, list(ingressLoadBalancerIngress)).optional().listAtomic(),
})

export interface IngressStatus extends Infer<typeof ingressStatus> {}
export const ingressStatus = struct('networking.v1.IngressStatus', {
  loadBalancer: field(1, ingressLoadBalancerStatus).optional(),
})

export const ingress = struct('networking.v1.Ingress', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, ingressSpec).implied(),
  status: field(3, ingressStatus).optional(),
})

export type Ingress = ObjectOf<typeof Ingress>
export const Ingress = defineKind({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: ingress }],
  hasStatus: true,
  *validate({ metadata, spec }) {
    yield* validateSpec(spec, strictly)
    const annotation = metadata.annotations?.[classAnnotation]
    if (annotation !== undefined && isSet(spec.ingressClassName) && annotation !== spec.ingressClassName) {
      yield invalidValue(`annotations.${classAnnotation}`, annotation, 'must match `ingressClassName` when both are specified')
    }
  },
  validateUpdate: ({ spec }, old) => validateSpec(spec, tolerancesOf(old.spec)),
  *validateStatusUpdate({ status }, old) {
    const oldValues = (old.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []))
    for (const [i, { ip = '', hostname = '' }] of (status?.loadBalancer?.ingress ?? []).entries()) {
      const path = index('status.loadBalancer.ingress', i)
      if (ip !== '') yield* validateLegacyIp(child(path, 'ip'), ip, { oldValues })
      if (hostname === '') continue
      for (const problem of dns1123SubdomainErrors(hostname)) yield invalidValue(child(path, 'hostname'), hostname, problem)
      if (parseIpSloppy(hostname) !== undefined) yield invalidValue(child(path, 'hostname'), hostname, notAnAddress)
    }
  },
  statusWarnings: ({ status }) => loadBalancerWarnings(status ?? {}),
  *warnings({ metadata, spec }, old) {
    if (old === undefined && metadata.annotations?.[classAnnotation] !== undefined && !isSet(spec.ingressClassName)) {
      yield `annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`
    }
  },
  columns: [
    {
      name: 'Class',
      type: 'string',
      description: 'The name of the IngressClass resource that should be used for additional configuration',
      value: ({ spec }) => spec.ingressClassName ?? '<none>',
    },
    {
      name: 'Hosts',
      type: 'string',
      description: 'Hosts that incoming requests are matched against before the ingress rule',
      value: ({ spec }) => hostsText(spec.rules ?? []),
    },
    {
      name: 'Address',
      type: 'string',
      description: 'Address is a list containing ingress points for the load-balancer',
      value: ({ status }) =>
        sortStrings(new Set((status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []))).join(','),
    },
    {
      name: 'Ports',
      type: 'string',
      description: 'Ports of TLS configurations that open',
      value: ({ spec }) => ((spec.tls ?? []).length > 0 ? '80, 443' : '80'),
    },
  ],
})

const classAnnotation = 'kubernetes.io/ingress.class'
const notAnAddress = 'must be a DNS name, not an IP address'

function hostsText(rules: readonly IngressRule[]): string {
  const hosts: string[] = []
  let hasMore = false
  for (const { host } of rules) {
    if (hosts.length === 3) hasMore = true
    if (!hasMore && host) hosts.push(host)
  }
  if (hosts.length === 0) return '*'
  return hasMore ? `${hosts.join(',')} + ${rules.length - 3} more...` : hosts.join(',')
}

/** What the old object had stays valid. */
interface Tolerances {
  readonly anySecretName: boolean
  readonly anyWildcardRule: boolean
  readonly relaxedServiceNames: boolean
}
const strictly: Tolerances = { anySecretName: false, anyWildcardRule: false, relaxedServiceNames: false }

function tolerancesOf({ tls, rules, defaultBackend }: IngressSpec): Tolerances {
  const backends = [defaultBackend, ...(rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend))]
  return {
    anySecretName: (tls ?? []).some(({ secretName }) => secretName && nameIsDnsSubdomain(secretName, false).length > 0),
    anyWildcardRule: (rules ?? []).some((rule) => rule.host?.includes('*') && [...validateRuleValue(rule, '', strictly)].length > 0),
    relaxedServiceNames: backends.some((backend) => {
      const name = backend?.service?.name ?? ''
      return nameIsDnsLabel(name, false).length === 0 && nameIsDns1035Label(name, false).length > 0
    }),
  }
}

function* validateSpec(spec: IngressSpec, tolerances: Tolerances): Generator<FieldError> {
  const { rules, defaultBackend, tls, ingressClassName } = spec
  if ((rules ?? []).length === 0 && !defaultBackend) {
    yield invalidValue('spec', rules ?? null, 'either `defaultBackend` or `rules` must be specified')
  }
  if (defaultBackend) yield* validateBackend(defaultBackend, 'spec.defaultBackend', tolerances)
  for (const [i, rule] of (rules ?? []).entries()) yield* validateRule(rule, index('spec.rules', i), tolerances)
  for (const [i, one] of (tls ?? []).entries()) yield* validateTls(one, index('spec.tls', i), tolerances)
  if (!isSet(ingressClassName)) return
  for (const problem of nameIsDnsSubdomain(ingressClassName, false)) yield invalidValue('spec.ingressClassName', ingressClassName, problem)
}

function* validateHost(host: string, path: string): Generator<FieldError> {
  const problems = host.includes('*') ? wildcardSubdomainErrors(host) : dns1123SubdomainErrors(host)
  for (const problem of problems) yield invalidValue(path, host, problem)
}

function* validateTls({ hosts, secretName = '' }: IngressTLS, path: string, { anySecretName }: Tolerances): Generator<FieldError> {
  for (const [i, host] of (hosts ?? []).entries()) yield* validateHost(host, index(child(path, 'hosts'), i))
  if (anySecretName || secretName === '') return
  for (const problem of nameIsDnsSubdomain(secretName, false)) yield invalidValue(child(path, 'secretName'), secretName, problem)
}

function* validateRule(rule: IngressRule, path: string, tolerances: Tolerances): Generator<FieldError> {
  const { host = '' } = rule
  if (host !== '') {
    if (parseIpSloppy(host) !== undefined) yield invalidValue(child(path, 'host'), host, notAnAddress)
    yield* validateHost(host, child(path, 'host'))
  }
  if (!host.includes('*') || !tolerances.anyWildcardRule) yield* validateRuleValue(rule, path, tolerances)
}

function* validateRuleValue({ http }: IngressRuleValue, path: string, tolerances: Tolerances): Generator<FieldError> {
  if (!http) return
  const pathsPath = child(path, 'http', 'paths')
  if ((http.paths ?? []).length === 0) yield required(pathsPath)
  for (const [i, one] of (http.paths ?? []).entries()) yield* validatePath(one, index(pathsPath, i), tolerances)
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const invalidSequences = ['//', '/./', '/../', '%2f', '%2F']
const invalidSuffixes = ['/..', '/.']

function* validatePath({ path = '', pathType, backend }: HTTPIngressPath, at: string, tolerances: Tolerances): Generator<FieldError> {
  if (!isSet(pathType)) return yield required(child(at, 'pathType'), 'pathType must be specified')
  const pathPath = child(at, 'path')
  const isAbsolute = path.startsWith('/')
  if (!pathTypes.includes(pathType)) yield notSupported(child(at, 'pathType'), pathType, pathTypes)
  else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !isAbsolute) yield invalidValue(pathPath, path, 'must be an absolute path')
  } else {
    if (!isAbsolute) yield invalidValue(pathPath, path, 'must be an absolute path')
    for (const one of invalidSequences) if (path.includes(one)) yield invalidValue(pathPath, path, `must not contain '${one}'`)
    for (const one of invalidSuffixes) if (path.endsWith(one)) yield invalidValue(pathPath, path, `cannot end with '${one}'`)
  }
  yield* validateBackend(backend, child(at, 'backend'), tolerances)
}

function* validateBackend({ resource, service }: IngressBackend, path: string, tolerances: Tolerances): Generator<FieldError> {
  if (resource && service) yield invalidValue(path, '', 'cannot set both resource and service backends')
  else if (resource) yield* validateResource(resource, child(path, 'resource'))
  else if (service) yield* validateService(service, path, tolerances)
  else yield invalidValue(path, '', 'resource or service backend is required')
}

function* validateService({ name = '', port }: IngressServiceBackend, path: string, tolerances: Tolerances): Generator<FieldError> {
  const namePath = child(path, 'service', 'name')
  if (name === '') yield required(namePath)
  else {
    const problems = (tolerances.relaxedServiceNames ? nameIsDnsLabel : nameIsDns1035Label)(name, false)
    for (const problem of problems) yield invalidValue(namePath, name, problem)
  }
  const { name: portName = '', number = 0 } = port ?? {}
  if (portName !== '' && number !== 0) yield invalidValue(path, '', 'cannot set both port name & port number')
  else if (portName !== '') {
    for (const problem of portNameErrors(portName)) yield invalidValue(child(path, 'service', 'port', 'name'), portName, problem)
  } else if (number !== 0) {
    for (const problem of portNumberErrors(number)) yield invalidValue(child(path, 'service', 'port', 'number'), number, problem)
  } else yield required(path, 'port name or number is required')
}

function* validateResource({ apiGroup, kind = '', name = '' }: TypedLocalObjectReference, path: string): Generator<FieldError> {
  if (isSet(apiGroup))
    for (const problem of dns1123SubdomainErrors(apiGroup)) yield invalidValue(child(path, 'apiGroup'), apiGroup, problem)
  for (const [field, text] of Object.entries({ kind, name })) {
    if (text === '') yield required(child(path, field))
    else for (const problem of pathSegmentNameErrors(text, false)) yield invalidValue(child(path, field), text, problem)
  }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
