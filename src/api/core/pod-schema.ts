/** The shape of a Pod: every field with its number, and the types read off it. What a Pod does is pod.ts. */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, map, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { podSpec } from './pod-spec/pod-spec.ts'
import { stopSignals } from './pod-spec/probe.ts'
import { resourceRequirements } from './pod-spec/resources.ts'

export interface PodCondition extends Infer<typeof podCondition> {}
export const podCondition = struct('core.v1.PodCondition', {
  type: field(1, string),
  observedGeneration: field(7, int64).optional(),
  status: field(2, string),
  lastProbeTime: field(3, time).optional(),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string).optional(),
  message: field(6, string).optional(),
})

export interface ResourceHealth extends Infer<typeof resourceHealth> {}
export const resourceHealth = struct('core.v1.ResourceHealth', {
  resourceID: field(1, string),
  health: field(2, string).optional(),
})

export interface ResourceStatus extends Infer<typeof resourceStatus> {}
export const resourceStatus = struct('core.v1.ResourceStatus', {
  name: field(1, string),
  resources: field(2, list(resourceHealth)).optional().listMap('resourceID'),
})

export interface ContainerStateRunning extends Infer<typeof containerStateRunning> {}
export const containerStateRunning = struct('core.v1.ContainerStateRunning', {
  startedAt: field(1, time).optional(),
})

export interface ContainerStateTerminated extends Infer<typeof containerStateTerminated> {}
export const containerStateTerminated = struct('core.v1.ContainerStateTerminated', {
  exitCode: field(1, int32),
  signal: field(2, int32).optional(),
  reason: field(3, string).optional(),
  message: field(4, string).optional(),
  startedAt: field(5, time).optional(),
  finishedAt: field(6, time).optional(),
  containerID: field(7, string).optional(),
})

export interface ContainerStateWaiting extends Infer<typeof containerStateWaiting> {}
export const containerStateWaiting = struct('core.v1.ContainerStateWaiting', {
  reason: field(1, string).optional(),
  message: field(2, string).optional(),
})

export interface ContainerState extends Infer<typeof containerState> {}
export const containerState = struct('core.v1.ContainerState', {
  waiting: field(1, containerStateWaiting).optional().pointer(),
  running: field(2, containerStateRunning).optional().pointer(),
  terminated: field(3, containerStateTerminated).optional().pointer(),
})

export interface LinuxContainerUser extends Infer<typeof linuxContainerUser> {}
export const linuxContainerUser = struct('core.v1.LinuxContainerUser', {
  uid: field(1, int64),
  gid: field(2, int64),
  supplementalGroups: field(3, list(int64)).optional().listAtomic(),
})

export interface ContainerUser extends Infer<typeof containerUser> {}
export const containerUser = struct('core.v1.ContainerUser', {
  linux: field(1, linuxContainerUser).optional().pointer(),
})

export interface VolumeMountStatus extends Infer<typeof volumeMountStatus> {}
export const volumeMountStatus = struct('core.v1.VolumeMountStatus', {
  name: field(1, string),
  mountPath: field(2, string),
  readOnly: field(3, boolean).optional(),
  recursiveReadOnly: field(4, string).optional().pointer(),
})

export interface ContainerStatus extends Infer<typeof containerStatus> {}
export const containerStatus = struct('core.v1.ContainerStatus', {
  name: field(1, string),
  state: field(2, containerState).optional(),
  lastState: field(3, containerState).optional(),
  ready: field(4, boolean),
  restartCount: field(5, int32),
  image: field(6, string),
  imageID: field(7, string),
  containerID: field(8, string).optional(),
  started: field(9, boolean).optional().pointer(),
  allocatedResources: field(10, map(quantity)).optional(),
  resources: field(11, resourceRequirements).optional().pointer(),
  volumeMounts: field(12, list(volumeMountStatus)).optional().listMap('mountPath').patchMerge('mountPath'),
  user: field(13, containerUser).optional().pointer(),
  allocatedResourcesStatus: field(14, list(resourceStatus)).optional().listMap('name').patchMerge('name'),
  stopSignal: field(15, string)
    .optional()
    .pointer()
    .enum(...stopSignals),
})

export interface ContainerExtendedResourceRequest extends Infer<typeof containerExtendedResourceRequest> {}
export const containerExtendedResourceRequest = struct('core.v1.ContainerExtendedResourceRequest', {
  containerName: field(1, string),
  resourceName: field(2, string),
  requestName: field(3, string),
})

export interface PodExtendedResourceClaimStatus extends Infer<typeof podExtendedResourceClaimStatus> {}
export const podExtendedResourceClaimStatus = struct('core.v1.PodExtendedResourceClaimStatus', {
  requestMappings: field(1, list(containerExtendedResourceRequest)).listAtomic(),
  resourceClaimName: field(2, string),
})

export interface HostIP extends Infer<typeof hostIP> {}
export const hostIP = struct('core.v1.HostIP', {
  ip: field(1, string),
})

export interface PodIP extends Infer<typeof podIP> {}
export const podIP = struct('core.v1.PodIP', {
  ip: field(1, string),
})

export interface PodResourceClaimStatus extends Infer<typeof podResourceClaimStatus> {}
export const podResourceClaimStatus = struct('core.v1.PodResourceClaimStatus', {
  name: field(1, string),
  resourceClaimName: field(2, string).optional().pointer(),
})

export interface PodStatus extends Infer<typeof podStatus> {}
export const podStatus = struct('core.v1.PodStatus', {
  observedGeneration: field(17, int64).optional(),
  phase: field(1, string).optional().enum('Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'),
  conditions: field(2, list(podCondition)).optional().listMap('type').patchMerge('type'),
  message: field(3, string).optional(),
  reason: field(4, string).optional(),
  nominatedNodeName: field(11, string).optional(),
  hostIP: field(5, string).optional(),
  hostIPs: field(16, list(hostIP)).optional().listAtomic().patchMerge('ip'),
  podIP: field(6, string).optional(),
  podIPs: field(12, list(podIP)).optional().listMap('ip').patchMerge('ip'),
  startTime: field(7, time).optional().pointer(),
  initContainerStatuses: field(10, list(containerStatus)).optional().listAtomic(),
  containerStatuses: field(8, list(containerStatus)).optional().listAtomic(),
  qosClass: field(9, string).optional().enum('BestEffort', 'Burstable', 'Guaranteed'),
  ephemeralContainerStatuses: field(13, list(containerStatus)).optional().listAtomic(),
  resize: field(14, string).optional(),
  resourceClaimStatuses: field(15, list(podResourceClaimStatus)).optional().listMap('name').patchMerge('name').retainKeys(),
  extendedResourceClaimStatus: field(18, podExtendedResourceClaimStatus).optional().pointer(),
})

export const pod = struct('core.v1.Pod', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, podSpec).implied(),
  status: field(3, podStatus).optional(),
})

export interface Pod extends Infer<typeof pod> {}
