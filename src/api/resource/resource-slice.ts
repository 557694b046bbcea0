/**
 * resource.k8s.io/v1 ResourceSlice: devices that a driver offers on a node.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int64, list, map, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { nodeSelector } from '../core/node-selector.ts'

export interface DeviceAttribute extends Infer<typeof deviceAttribute> {}
export const deviceAttribute = struct('resource.v1.DeviceAttribute', {
  int: field(2, int64).optional().pointer(),
  bool: field(3, boolean).optional().pointer(),
  string: field(4, string).optional().pointer(),
  version: field(5, string).optional().pointer(),
})

export interface CapacityRequestPolicyRange extends Infer<typeof capacityRequestPolicyRange> {}
export const capacityRequestPolicyRange = struct('resource.v1.CapacityRequestPolicyRange', {
  min: field(1, quantity).omitEmpty().pointer(),
  max: field(2, quantity).optional().pointer(),
  step: field(3, quantity).optional().pointer(),
})

export interface CapacityRequestPolicy extends Infer<typeof capacityRequestPolicy> {}
export const capacityRequestPolicy = struct('resource.v1.CapacityRequestPolicy', {
  default: field(1, quantity).printed().pointer(),
  validValues: field(3, list(quantity)).optional().listAtomic(),
  validRange: field(4, capacityRequestPolicyRange).optional().pointer(),
})

export interface DeviceCapacity extends Infer<typeof deviceCapacity> {}
export const deviceCapacity = struct('resource.v1.DeviceCapacity', {
  value: field(1, quantity),
  requestPolicy: field(2, capacityRequestPolicy).optional().pointer(),
})

export interface Counter extends Infer<typeof counter> {}
export const counter = struct('resource.v1.Counter', {
  value: field(1, quantity),
})

export interface DeviceCounterConsumption extends Infer<typeof deviceCounterConsumption> {}
export const deviceCounterConsumption = struct('resource.v1.DeviceCounterConsumption', {
  counterSet: field(1, string),
  counters: field(2, map(counter)).omitEmpty(),
})

export interface DeviceTaint extends Infer<typeof deviceTaint> {}
export const deviceTaint = struct('resource.v1.DeviceTaint', {
  key: field(1, string),
  value: field(2, string).optional(),
  effect: field(3, string).enum('NoExecute', 'NoSchedule'),
  timeAdded: field(4, time).optional().pointer(),
})

export interface Device extends Infer<typeof device> {}
export const device = struct('resource.v1.Device', {
  name: field(1, string),
  attributes: field(2, map(deviceAttribute)).optional(),
  capacity: field(3, map(deviceCapacity)).optional(),
  consumesCounters: field(4, list(deviceCounterConsumption)).optional().listAtomic(),
  nodeName: field(5, string).optional().pointer(),
  nodeSelector: field(6, nodeSelector).optional().pointer(),
  allNodes: field(7, boolean).optional().pointer(),
  taints: field(8, list(deviceTaint)).optional().listAtomic(),
  bindsToNode: field(9, boolean).optional().pointer(),
  bindingConditions: field(10, list(string)).optional().listAtomic(),
  bindingFailureConditions: field(11, list(string)).optional().listAtomic(),
  allowMultipleAllocations: field(12, boolean).optional().pointer(),
})

export interface ResourcePool extends Infer<typeof resourcePool> {}
export const resourcePool = struct('resource.v1.ResourcePool', {
  name: field(1, string),
  generation: field(2, int64),
  resourceSliceCount: field(3, int64),
})

export interface CounterSet extends Infer<typeof counterSet> {}
export const counterSet = struct('resource.v1.CounterSet', {
  name: field(1, string),
  counters: field(2, map(counter)).omitEmpty(),
})

export interface ResourceSliceSpec extends Infer<typeof resourceSliceSpec> {}
export const resourceSliceSpec = struct('resource.v1.ResourceSliceSpec', {
  driver: field(1, string),
  pool: field(2, resourcePool),
  nodeName: field(3, string).optional().pointer(),
  nodeSelector: field(4, nodeSelector).optional().pointer(),
  allNodes: field(5, boolean).optional().pointer(),
  devices: field(6, list(device)).printed().listAtomic(),
  perDeviceNodeSelection: field(7, boolean).optional().pointer(),
  sharedCounters: field(8, list(counterSet)).optional().listAtomic(),
})

export const resourceSlice = struct('resource.v1.ResourceSlice', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, resourceSliceSpec).implied(),
})

export type ResourceSlice = ObjectOf<typeof ResourceSlice>
export const ResourceSlice = defineKind({
  group: 'resource.k8s.io',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: resourceSlice }],
})
