/**
 * networking.k8s.io/v1 Ingress: HTTP from outside to Services, by host and path.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, inline, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { typedLocalObjectReference } from '../core/references.ts'

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
  resource: field(3, typedLocalObjectReference).optional().pointer(),
  service: field(4, ingressServiceBackend).optional().pointer(),
})

export interface HTTPIngressPath extends Infer<typeof httpIngressPath> {}
export const httpIngressPath = struct('networking.v1.HTTPIngressPath', {
  path: field(1, string).optional(),
  backend: field(2, ingressBackend),
  pathType: field(3, string).pointer(),
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
  defaultBackend: field(1, ingressBackend).optional().pointer(),
  tls: field(2, list(ingressTLS)).optional().listAtomic(),
  rules: field(3, list(ingressRule)).optional().listAtomic(),
  ingressClassName: field(4, string).optional().pointer(),
})

export interface IngressPortStatus extends Infer<typeof ingressPortStatus> {}
export const ingressPortStatus = struct('networking.v1.IngressPortStatus', {
  port: field(1, int32),
  protocol: field(2, string),
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
})
