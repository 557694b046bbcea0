/** The shape of a Node: every field with its number, and the types read off it. What a Node does is node.ts. */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, map, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface ConfigMapNodeConfigSource extends Infer<typeof configMapNodeConfigSource> {}
export const configMapNodeConfigSource = struct('core.v1.ConfigMapNodeConfigSource', {
  namespace: field(1, string),
  name: field(2, string),
  uid: field(3, string).optional(),
  resourceVersion: field(4, string).optional(),
  kubeletConfigKey: field(5, string),
})

export interface NodeConfigSource extends Infer<typeof nodeConfigSource> {}
export const nodeConfigSource = struct('core.v1.NodeConfigSource', {
  configMap: field(2, configMapNodeConfigSource).optional().pointer(),
})

export interface Taint extends Infer<typeof taint> {}
export const taint = struct('core.v1.Taint', {
  key: field(1, string),
  value: field(2, string).optional(),
  effect: field(3, string).enum('NoExecute', 'NoSchedule', 'PreferNoSchedule'),
  timeAdded: field(4, time).optional().pointer(),
})

export interface NodeSpec extends Infer<typeof nodeSpec> {}
export const nodeSpec = struct('core.v1.NodeSpec', {
  podCIDR: field(1, string).optional(),
  podCIDRs: field(7, list(string)).optional().listSet().patchMerge(),
  providerID: field(3, string).optional(),
  unschedulable: field(4, boolean).optional(),
  taints: field(5, list(taint)).optional().listAtomic(),
  configSource: field(6, nodeConfigSource).optional().pointer(),
  externalID: field(2, string).optional(),
})

export interface NodeAddress extends Infer<typeof nodeAddress> {}
export const nodeAddress = struct('core.v1.NodeAddress', {
  type: field(1, string),
  address: field(2, string),
})

export interface NodeCondition extends Infer<typeof nodeCondition> {}
export const nodeCondition = struct('core.v1.NodeCondition', {
  type: field(1, string),
  status: field(2, string),
  lastHeartbeatTime: field(3, time).optional(),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string).optional(),
  message: field(6, string).optional(),
})

export interface NodeConfigStatus extends Infer<typeof nodeConfigStatus> {}
export const nodeConfigStatus = struct('core.v1.NodeConfigStatus', {
  assigned: field(1, nodeConfigSource).optional().pointer(),
  active: field(2, nodeConfigSource).optional().pointer(),
  lastKnownGood: field(3, nodeConfigSource).optional().pointer(),
  error: field(4, string).optional(),
})

export interface DaemonEndpoint extends Infer<typeof daemonEndpoint> {}
export const daemonEndpoint = struct('core.v1.DaemonEndpoint', {
  Port: field(1, int32),
})

export interface NodeDaemonEndpoints extends Infer<typeof nodeDaemonEndpoints> {}
export const nodeDaemonEndpoints = struct('core.v1.NodeDaemonEndpoints', {
  kubeletEndpoint: field(1, daemonEndpoint).optional(),
})

export interface NodeFeatures extends Infer<typeof nodeFeatures> {}
export const nodeFeatures = struct('core.v1.NodeFeatures', {
  supplementalGroupsPolicy: field(1, boolean).optional().pointer(),
})

export interface ContainerImage extends Infer<typeof containerImage> {}
export const containerImage = struct('core.v1.ContainerImage', {
  names: field(1, list(string)).printed().listAtomic(),
  sizeBytes: field(2, int64).optional(),
})

export interface NodeSwapStatus extends Infer<typeof nodeSwapStatus> {}
export const nodeSwapStatus = struct('core.v1.NodeSwapStatus', {
  capacity: field(1, int64).optional().pointer(),
})

export interface NodeSystemInfo extends Infer<typeof nodeSystemInfo> {}
export const nodeSystemInfo = struct('core.v1.NodeSystemInfo', {
  machineID: field(1, string),
  systemUUID: field(2, string),
  bootID: field(3, string),
  kernelVersion: field(4, string),
  osImage: field(5, string),
  containerRuntimeVersion: field(6, string),
  kubeletVersion: field(7, string),
  kubeProxyVersion: field(8, string),
  operatingSystem: field(9, string),
  architecture: field(10, string),
  swap: field(11, nodeSwapStatus).optional().pointer(),
})

export interface NodeRuntimeHandlerFeatures extends Infer<typeof nodeRuntimeHandlerFeatures> {}
export const nodeRuntimeHandlerFeatures = struct('core.v1.NodeRuntimeHandlerFeatures', {
  recursiveReadOnlyMounts: field(1, boolean).optional().pointer(),
  userNamespaces: field(2, boolean).optional().pointer(),
})

export interface NodeRuntimeHandler extends Infer<typeof nodeRuntimeHandler> {}
export const nodeRuntimeHandler = struct('core.v1.NodeRuntimeHandler', {
  name: field(1, string).printed(),
  features: field(2, nodeRuntimeHandlerFeatures).optional().pointer(),
})

export interface AttachedVolume extends Infer<typeof attachedVolume> {}
export const attachedVolume = struct('core.v1.AttachedVolume', {
  name: field(1, string),
  devicePath: field(2, string),
})

export interface NodeStatus extends Infer<typeof nodeStatus> {}
export const nodeStatus = struct('core.v1.NodeStatus', {
  capacity: field(1, map(quantity)).optional(),
  allocatable: field(2, map(quantity)).optional(),
  phase: field(3, string).optional().enum('Pending', 'Running', 'Terminated'),
  conditions: field(4, list(nodeCondition)).optional().listMap('type').patchMerge('type'),
  addresses: field(5, list(nodeAddress)).optional().listMap('type').patchMerge('type'),
  daemonEndpoints: field(6, nodeDaemonEndpoints).optional(),
  nodeInfo: field(7, nodeSystemInfo).optional(),
  images: field(8, list(containerImage)).optional().listAtomic(),
  volumesInUse: field(9, list(string)).optional().listAtomic(),
  volumesAttached: field(10, list(attachedVolume)).optional().listAtomic(),
  config: field(11, nodeConfigStatus).optional().pointer(),
  runtimeHandlers: field(12, list(nodeRuntimeHandler)).optional().listAtomic(),
  features: field(13, nodeFeatures).optional().pointer(),
})

export const node = struct('core.v1.Node', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, nodeSpec).implied(),
  status: field(3, nodeStatus).optional(),
})

export interface Node extends Infer<typeof node> {}
