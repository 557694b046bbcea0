/**
 * resource.k8s.io/v1 ResourceClaim: a request for devices, and what was allocated.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import {
  boolean,
  field,
  type Infer,
  inline,
  list,
  map,
  quantity,
  rawExtension,
  string,
  struct,
  time,
} from '../../apimachinery/schema/schema.ts'
import { nodeSelector } from '../core/node-selector.ts'
import { deviceConfiguration, deviceToleration, resourceClaimSpec } from './device-request.ts'

export interface DeviceAllocationConfiguration extends Infer<typeof deviceAllocationConfiguration> {}
export const deviceAllocationConfiguration = struct('resource.v1.DeviceAllocationConfiguration', {
  source: field(1, string),
  requests: field(2, list(string)).optional().listAtomic(),
  ...inline(3, deviceConfiguration),
})

export interface DeviceRequestAllocationResult extends Infer<typeof deviceRequestAllocationResult> {}
export const deviceRequestAllocationResult = struct('resource.v1.DeviceRequestAllocationResult', {
  request: field(1, string),
  driver: field(2, string),
  pool: field(3, string),
  device: field(4, string),
  adminAccess: field(5, boolean).optional().pointer(),
  tolerations: field(6, list(deviceToleration)).optional().listAtomic(),
  bindingConditions: field(7, list(string)).optional().listAtomic(),
  bindingFailureConditions: field(8, list(string)).optional().listAtomic(),
  shareID: field(9, string).optional().pointer(),
  consumedCapacity: field(10, map(quantity)).optional(),
})

export interface DeviceAllocationResult extends Infer<typeof deviceAllocationResult> {}
export const deviceAllocationResult = struct('resource.v1.DeviceAllocationResult', {
  results: field(1, list(deviceRequestAllocationResult)).optional().listAtomic(),
  config: field(2, list(deviceAllocationConfiguration)).optional().listAtomic(),
})

export interface AllocationResult extends Infer<typeof allocationResult> {}
export const allocationResult = struct('resource.v1.AllocationResult', {
  devices: field(1, deviceAllocationResult).optional(),
  nodeSelector: field(3, nodeSelector).optional().pointer(),
  allocationTimestamp: field(5, time).optional().pointer(),
})

export interface NetworkDeviceData extends Infer<typeof networkDeviceData> {}
export const networkDeviceData = struct('resource.v1.NetworkDeviceData', {
  interfaceName: field(1, string).optional(),
  ips: field(2, list(string)).optional().listAtomic(),
  hardwareAddress: field(3, string).optional(),
})

export interface AllocatedDeviceStatus extends Infer<typeof allocatedDeviceStatus> {}
export const allocatedDeviceStatus = struct('resource.v1.AllocatedDeviceStatus', {
  driver: field(1, string),
  pool: field(2, string),
  device: field(3, string),
  conditions: field(4, list(condition)).printed().listMap('type'),
  data: field(5, rawExtension).optional().pointer(),
  networkData: field(6, networkDeviceData).optional().pointer(),
  shareID: field(7, string).optional().pointer(),
})

export interface ResourceClaimConsumerReference extends Infer<typeof resourceClaimConsumerReference> {}
export const resourceClaimConsumerReference = struct('resource.v1.ResourceClaimConsumerReference', {
  apiGroup: field(1, string).optional(),
  resource: field(3, string),
  name: field(4, string),
  uid: field(5, string),
})

export interface ResourceClaimStatus extends Infer<typeof resourceClaimStatus> {}
export const resourceClaimStatus = struct('resource.v1.ResourceClaimStatus', {
  allocation: field(1, allocationResult).optional().pointer(),
  reservedFor: field(2, list(resourceClaimConsumerReference)).optional().listMap('uid').patchMerge('uid'),
  devices: field(4, list(allocatedDeviceStatus)).optional().listMap('driver', 'device', 'pool', 'shareID'),
})

export const resourceClaim = struct('resource.v1.ResourceClaim', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, resourceClaimSpec).implied(),
  status: field(3, resourceClaimStatus).optional(),
})

export type ResourceClaim = ObjectOf<typeof ResourceClaim>
export const ResourceClaim = defineKind({
  group: 'resource.k8s.io',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: resourceClaim }],
  hasStatus: true,
})
