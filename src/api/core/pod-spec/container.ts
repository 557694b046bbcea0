/**
 * A container: image, command, ports, mounts; the ephemeral container has the same fields and fewer rights.
 */
import { boolean, field, type Infer, inline, int32, list, string, struct } from '../../../apimachinery/schema/schema.ts'
import { envFromSource, envVar } from './env.ts'
import { lifecycle, probe } from './probe.ts'
import { resourceRequirements } from './resources.ts'
import { securityContext } from './security-context.ts'

export interface ContainerPort extends Infer<typeof containerPort> {}
export const containerPort = struct('core.v1.ContainerPort', {
  name: field(1, string).optional(),
  hostPort: field(2, int32).optional(),
  containerPort: field(3, int32),
  protocol: field(4, string).optional().default('TCP').enum('SCTP', 'TCP', 'UDP'),
  hostIP: field(5, string).optional(),
})

export interface ContainerResizePolicy extends Infer<typeof containerResizePolicy> {}
export const containerResizePolicy = struct('core.v1.ContainerResizePolicy', {
  resourceName: field(1, string),
  restartPolicy: field(2, string),
})

export interface ContainerRestartRuleOnExitCodes extends Infer<typeof containerRestartRuleOnExitCodes> {}
export const containerRestartRuleOnExitCodes = struct('core.v1.ContainerRestartRuleOnExitCodes', {
  operator: field(1, string).omitEmpty(),
  values: field(2, list(int32)).optional().listSet(),
})

export interface ContainerRestartRule extends Infer<typeof containerRestartRule> {}
export const containerRestartRule = struct('core.v1.ContainerRestartRule', {
  action: field(1, string).omitEmpty(),
  exitCodes: field(2, containerRestartRuleOnExitCodes).optional().pointer(),
})

export interface VolumeDevice extends Infer<typeof volumeDevice> {}
export const volumeDevice = struct('core.v1.VolumeDevice', {
  name: field(1, string),
  devicePath: field(2, string),
})

export interface VolumeMount extends Infer<typeof volumeMount> {}
export const volumeMount = struct('core.v1.VolumeMount', {
  name: field(1, string),
  readOnly: field(2, boolean).optional(),
  recursiveReadOnly: field(7, string).optional().pointer(),
  mountPath: field(3, string),
  subPath: field(4, string).optional(),
  mountPropagation: field(5, string).optional().pointer().enum('Bidirectional', 'HostToContainer', 'None'),
  subPathExpr: field(6, string).optional(),
})

export interface Container extends Infer<typeof container> {}
export const container = struct('core.v1.Container', {
  name: field(1, string),
  image: field(2, string).optional(),
  command: field(3, list(string)).optional().listAtomic(),
  args: field(4, list(string)).optional().listAtomic(),
  workingDir: field(5, string).optional(),
  ports: field(6, list(containerPort)).optional().listMap('containerPort', 'protocol').patchMerge('containerPort'),
  envFrom: field(19, list(envFromSource)).optional().listAtomic(),
  env: field(7, list(envVar)).optional().listMap('name').patchMerge('name'),
  resources: field(8, resourceRequirements).optional(),
  resizePolicy: field(23, list(containerResizePolicy)).optional().listAtomic(),
  restartPolicy: field(24, string).optional().pointer(),
  restartPolicyRules: field(25, list(containerRestartRule)).optional().listAtomic(),
  volumeMounts: field(9, list(volumeMount)).optional().listMap('mountPath').patchMerge('mountPath'),
  volumeDevices: field(21, list(volumeDevice)).optional().listMap('devicePath').patchMerge('devicePath'),
  livenessProbe: field(10, probe).optional().pointer(),
  readinessProbe: field(11, probe).optional().pointer(),
  startupProbe: field(22, probe).optional().pointer(),
  lifecycle: field(12, lifecycle).optional().pointer(),
  terminationMessagePath: field(13, string).optional(),
  terminationMessagePolicy: field(20, string).optional().enum('FallbackToLogsOnError', 'File'),
  imagePullPolicy: field(14, string).optional().enum('Always', 'IfNotPresent', 'Never'),
  securityContext: field(15, securityContext).optional().pointer(),
  stdin: field(16, boolean).optional(),
  stdinOnce: field(17, boolean).optional(),
  tty: field(18, boolean).optional(),
})

export interface EphemeralContainerCommon extends Infer<typeof ephemeralContainerCommon> {}
export const ephemeralContainerCommon = struct('core.v1.EphemeralContainerCommon', {
  name: field(1, string),
  image: field(2, string).optional(),
  command: field(3, list(string)).optional().listAtomic(),
  args: field(4, list(string)).optional().listAtomic(),
  workingDir: field(5, string).optional(),
  ports: field(6, list(containerPort)).optional().listMap('containerPort', 'protocol').patchMerge('containerPort'),
  envFrom: field(19, list(envFromSource)).optional().listAtomic(),
  env: field(7, list(envVar)).optional().listMap('name').patchMerge('name'),
  resources: field(8, resourceRequirements).optional(),
  resizePolicy: field(23, list(containerResizePolicy)).optional().listAtomic(),
  restartPolicy: field(24, string).optional().pointer(),
  restartPolicyRules: field(25, list(containerRestartRule)).optional().listAtomic(),
  volumeMounts: field(9, list(volumeMount)).optional().listMap('mountPath').patchMerge('mountPath'),
  volumeDevices: field(21, list(volumeDevice)).optional().listMap('devicePath').patchMerge('devicePath'),
  livenessProbe: field(10, probe).optional().pointer(),
  readinessProbe: field(11, probe).optional().pointer(),
  startupProbe: field(22, probe).optional().pointer(),
  lifecycle: field(12, lifecycle).optional().pointer(),
  terminationMessagePath: field(13, string).optional(),
  terminationMessagePolicy: field(20, string).optional().enum('FallbackToLogsOnError', 'File'),
  imagePullPolicy: field(14, string).optional().enum('Always', 'IfNotPresent', 'Never'),
  securityContext: field(15, securityContext).optional().pointer(),
  stdin: field(16, boolean).optional(),
  stdinOnce: field(17, boolean).optional(),
  tty: field(18, boolean).optional(),
})

export interface EphemeralContainer extends Infer<typeof ephemeralContainer> {}
export const ephemeralContainer = struct('core.v1.EphemeralContainer', {
  ...inline(1, ephemeralContainerCommon),
  targetContainerName: field(2, string).optional(),
})
