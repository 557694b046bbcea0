/**
 * The fields of a Service. Its rules are in service-rules.ts, service-validation.ts and service-address-rules.ts, the kind in service.ts.
 */
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, intOrString, list, map, string, struct } from '../../apimachinery/schema/schema.ts'

export interface ServicePort extends Infer<typeof servicePort> {}
export const servicePort = struct('core.v1.ServicePort', {
  name: field(1, string).optional(),
  protocol: field(2, string).optional().default('TCP').enum('SCTP', 'TCP', 'UDP'),
  appProtocol: field(6, string).optional().pointer(),
  port: field(3, int32),
  targetPort: field(4, intOrString).optional(),
  nodePort: field(5, int32).optional(),
})

export interface ClientIPConfig extends Infer<typeof clientIPConfig> {}
export const clientIPConfig = struct('core.v1.ClientIPConfig', {
  timeoutSeconds: field(1, int32).optional().pointer(),
})

export interface SessionAffinityConfig extends Infer<typeof sessionAffinityConfig> {}
export const sessionAffinityConfig = struct('core.v1.SessionAffinityConfig', {
  clientIP: field(1, clientIPConfig).optional().pointer(),
})

export interface ServiceSpec extends Infer<typeof serviceSpec> {}
export const serviceSpec = struct('core.v1.ServiceSpec', {
  ports: field(1, list(servicePort)).optional().listMap('port', 'protocol').patchMerge('port'),
  selector: field(2, map(string)).optional().atomic(),
  clusterIP: field(3, string).optional(),
  clusterIPs: field(18, list(string)).optional().listAtomic(),
  type: field(4, string).optional().enum('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'),
  externalIPs: field(5, list(string)).optional().listAtomic(),
  sessionAffinity: field(7, string).optional().enum('ClientIP', 'None'),
  loadBalancerIP: field(8, string).optional(),
  loadBalancerSourceRanges: field(9, list(string)).optional().listAtomic(),
  externalName: field(10, string).optional(),
  externalTrafficPolicy: field(11, string).optional().enum('Cluster', 'Local'),
  healthCheckNodePort: field(12, int32).optional(),
  publishNotReadyAddresses: field(13, boolean).optional(),
  sessionAffinityConfig: field(14, sessionAffinityConfig).optional().pointer(),
  ipFamilies: field(19, list(string)).optional().enum('', 'IPv4', 'IPv6').listAtomic(),
  ipFamilyPolicy: field(17, string).optional().pointer().enum('PreferDualStack', 'RequireDualStack', 'SingleStack'),
  allocateLoadBalancerNodePorts: field(20, boolean).optional().pointer(),
  loadBalancerClass: field(21, string).optional().pointer(),
  internalTrafficPolicy: field(22, string).optional().pointer().enum('Cluster', 'Local'),
  trafficDistribution: field(23, string).optional().pointer(),
})

export interface PortStatus extends Infer<typeof portStatus> {}
export const portStatus = struct('core.v1.PortStatus', {
  port: field(1, int32),
  protocol: field(2, string).enum('SCTP', 'TCP', 'UDP'),
  error: field(3, string).optional().pointer(),
})

export interface LoadBalancerIngress extends Infer<typeof loadBalancerIngress> {}
export const loadBalancerIngress = struct('core.v1.LoadBalancerIngress', {
  ip: field(1, string).optional(),
  hostname: field(2, string).optional(),
  ipMode: field(3, string).optional().pointer(),
  ports: field(4, list(portStatus)).optional().listAtomic(),
})

export interface LoadBalancerStatus extends Infer<typeof loadBalancerStatus> {}
export const loadBalancerStatus = struct('core.v1.LoadBalancerStatus', {
  ingress: field(1, list(loadBalancerIngress)).optional().listAtomic(),
})

export interface ServiceStatus extends Infer<typeof serviceStatus> {}
export const serviceStatus = struct('core.v1.ServiceStatus', {
  loadBalancer: field(1, loadBalancerStatus).optional(),
  conditions: field(2, list(condition)).optional().listMap('type').patchMerge('type'),
})

export const service = struct('core.v1.Service', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, serviceSpec).implied(),
  status: field(3, serviceStatus).optional(),
})

export interface ServiceObject extends Infer<typeof service> {}
