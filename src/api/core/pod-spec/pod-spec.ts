/**
 * PodSpec, what every workload kind carries, and the small structs that stand only in it.
 */
import { objectMeta } from '../../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, map, quantity, string, struct } from '../../../apimachinery/schema/schema.ts'
import { localObjectReference } from '../references.ts'
import { affinity, toleration, topologySpreadConstraint } from './affinity.ts'
import { container, ephemeralContainer } from './container.ts'
import { resourceRequirements } from './resources.ts'
import { podSecurityContext } from './security-context.ts'
import { volume } from './volume.ts'

export interface PodDNSConfigOption extends Infer<typeof podDNSConfigOption> {}
export const podDNSConfigOption = struct('core.v1.PodDNSConfigOption', {
  name: field(1, string).optional(),
  value: field(2, string).optional().pointer(),
})

export interface PodDNSConfig extends Infer<typeof podDNSConfig> {}
export const podDNSConfig = struct('core.v1.PodDNSConfig', {
  nameservers: field(1, list(string)).optional().listAtomic(),
  searches: field(2, list(string)).optional().listAtomic(),
  options: field(3, list(podDNSConfigOption)).optional().listAtomic(),
})

export interface HostAlias extends Infer<typeof hostAlias> {}
export const hostAlias = struct('core.v1.HostAlias', {
  ip: field(1, string),
  hostnames: field(2, list(string)).optional().listAtomic(),
})

export interface PodOS extends Infer<typeof podOS> {}
export const podOS = struct('core.v1.PodOS', {
  name: field(1, string),
})

export interface PodReadinessGate extends Infer<typeof podReadinessGate> {}
export const podReadinessGate = struct('core.v1.PodReadinessGate', {
  conditionType: field(1, string),
})

export interface PodResourceClaim extends Infer<typeof podResourceClaim> {}
export const podResourceClaim = struct('core.v1.PodResourceClaim', {
  name: field(1, string),
  resourceClaimName: field(3, string).optional().pointer(),
  resourceClaimTemplateName: field(4, string).optional().pointer(),
})

export interface PodSchedulingGate extends Infer<typeof podSchedulingGate> {}
export const podSchedulingGate = struct('core.v1.PodSchedulingGate', {
  name: field(1, string),
})

export interface PodSpec extends Infer<typeof podSpec> {}
export const podSpec = struct('core.v1.PodSpec', {
  volumes: field(1, list(volume)).optional().listMap('name').patchMerge('name').retainKeys(),
  initContainers: field(20, list(container)).optional().listMap('name').patchMerge('name'),
  containers: field(2, list(container)).listMap('name').patchMerge('name'),
  ephemeralContainers: field(34, list(ephemeralContainer)).optional().listMap('name').patchMerge('name'),
  restartPolicy: field(3, string).optional().enum('Always', 'Never', 'OnFailure'),
  terminationGracePeriodSeconds: field(4, int64).optional().pointer(),
  activeDeadlineSeconds: field(5, int64).optional().pointer(),
  dnsPolicy: field(6, string).optional().enum('ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'),
  nodeSelector: field(7, map(string)).optional().atomic(),
  serviceAccountName: field(8, string).optional(),
  serviceAccount: field(9, string).optional(),
  automountServiceAccountToken: field(21, boolean).optional().pointer(),
  nodeName: field(10, string).optional(),
  hostNetwork: field(11, boolean).optional(),
  hostPID: field(12, boolean).optional(),
  hostIPC: field(13, boolean).optional(),
  shareProcessNamespace: field(27, boolean).optional().pointer(),
  securityContext: field(14, podSecurityContext).optional().pointer(),
  imagePullSecrets: field(15, list(localObjectReference)).optional().listMap('name').patchMerge('name'),
  hostname: field(16, string).optional(),
  subdomain: field(17, string).optional(),
  affinity: field(18, affinity).optional().pointer(),
  schedulerName: field(19, string).optional(),
  tolerations: field(22, list(toleration)).optional().listAtomic(),
  hostAliases: field(23, list(hostAlias)).optional().listMap('ip').patchMerge('ip'),
  priorityClassName: field(24, string).optional(),
  priority: field(25, int32).optional().pointer(),
  dnsConfig: field(26, podDNSConfig).optional().pointer(),
  readinessGates: field(28, list(podReadinessGate)).optional().listAtomic(),
  runtimeClassName: field(29, string).optional().pointer(),
  enableServiceLinks: field(30, boolean).optional().pointer(),
  preemptionPolicy: field(31, string).optional().pointer().enum('Never', 'PreemptLowerPriority'),
  overhead: field(32, map(quantity)).optional(),
  topologySpreadConstraints: field(33, list(topologySpreadConstraint))
    .optional()
    .listMap('topologyKey', 'whenUnsatisfiable')
    .patchMerge('topologyKey'),
  setHostnameAsFQDN: field(35, boolean).optional().pointer(),
  os: field(36, podOS).optional().pointer(),
  hostUsers: field(37, boolean).optional().pointer(),
  schedulingGates: field(38, list(podSchedulingGate)).optional().listMap('name').patchMerge('name'),
  resourceClaims: field(39, list(podResourceClaim)).optional().listMap('name').patchMerge('name').retainKeys(),
  resources: field(40, resourceRequirements).optional().pointer(),
  hostnameOverride: field(41, string).optional().pointer(),
})

export interface PodTemplateSpec extends Infer<typeof podTemplateSpec> {}
export const podTemplateSpec = struct('core.v1.PodTemplateSpec', {
  metadata: field(1, objectMeta).optional(),
  spec: field(2, podSpec).implied(),
})
