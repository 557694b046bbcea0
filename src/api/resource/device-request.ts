/**
 * What a claim asks of devices, shared by claims and their templates.
 */
import {
  boolean,
  field,
  type Infer,
  inline,
  int64,
  list,
  map,
  quantity,
  rawExtension,
  string,
  struct,
} from '../../apimachinery/schema/schema.ts'

export interface OpaqueDeviceConfiguration extends Infer<typeof opaqueDeviceConfiguration> {}
export const opaqueDeviceConfiguration = struct('resource.v1.OpaqueDeviceConfiguration', {
  driver: field(1, string),
  parameters: field(2, rawExtension),
})

export interface DeviceConfiguration extends Infer<typeof deviceConfiguration> {}
export const deviceConfiguration = struct('resource.v1.DeviceConfiguration', {
  opaque: field(1, opaqueDeviceConfiguration).optional().pointer(),
})

export interface CELDeviceSelector extends Infer<typeof celDeviceSelector> {}
export const celDeviceSelector = struct('resource.v1.CELDeviceSelector', {
  expression: field(1, string),
})

export interface DeviceSelector extends Infer<typeof deviceSelector> {}
export const deviceSelector = struct('resource.v1.DeviceSelector', {
  cel: field(1, celDeviceSelector).optional().pointer(),
})

export interface DeviceClaimConfiguration extends Infer<typeof deviceClaimConfiguration> {}
export const deviceClaimConfiguration = struct('resource.v1.DeviceClaimConfiguration', {
  requests: field(1, list(string)).optional().listAtomic(),
  ...inline(2, deviceConfiguration),
})

export interface DeviceConstraint extends Infer<typeof deviceConstraint> {}
export const deviceConstraint = struct('resource.v1.DeviceConstraint', {
  requests: field(1, list(string)).optional().listAtomic(),
  matchAttribute: field(2, string).optional().pointer(),
  distinctAttribute: field(3, string).optional().pointer(),
})

export interface CapacityRequirements extends Infer<typeof capacityRequirements> {}
export const capacityRequirements = struct('resource.v1.CapacityRequirements', {
  requests: field(1, map(quantity)).optional(),
})

export interface DeviceToleration extends Infer<typeof deviceToleration> {}
export const deviceToleration = struct('resource.v1.DeviceToleration', {
  key: field(1, string).optional(),
  operator: field(2, string).optional().default('Equal').enum('Equal', 'Exists'),
  value: field(3, string).optional(),
  effect: field(4, string).optional().enum('NoExecute', 'NoSchedule'),
  tolerationSeconds: field(5, int64).optional().pointer(),
})

export interface ExactDeviceRequest extends Infer<typeof exactDeviceRequest> {}
export const exactDeviceRequest = struct('resource.v1.ExactDeviceRequest', {
  deviceClassName: field(1, string),
  selectors: field(2, list(deviceSelector)).optional().listAtomic(),
  allocationMode: field(3, string).optional(),
  count: field(4, int64).optional(),
  adminAccess: field(5, boolean).optional().pointer(),
  tolerations: field(6, list(deviceToleration)).optional().listAtomic(),
  capacity: field(7, capacityRequirements).optional().pointer(),
})

export interface DeviceSubRequest extends Infer<typeof deviceSubRequest> {}
export const deviceSubRequest = struct('resource.v1.DeviceSubRequest', {
  name: field(1, string),
  deviceClassName: field(2, string),
  selectors: field(3, list(deviceSelector)).optional().listAtomic(),
  allocationMode: field(4, string).optional(),
  count: field(5, int64).optional(),
  tolerations: field(6, list(deviceToleration)).optional().listAtomic(),
  capacity: field(7, capacityRequirements).optional().pointer(),
})

export interface DeviceRequest extends Infer<typeof deviceRequest> {}
export const deviceRequest = struct('resource.v1.DeviceRequest', {
  name: field(1, string),
  exactly: field(2, exactDeviceRequest).optional().pointer(),
  firstAvailable: field(3, list(deviceSubRequest)).optional().listAtomic(),
})

export interface DeviceClaim extends Infer<typeof deviceClaim> {}
export const deviceClaim = struct('resource.v1.DeviceClaim', {
  requests: field(1, list(deviceRequest)).printed().listAtomic(),
  constraints: field(2, list(deviceConstraint)).optional().listAtomic(),
  config: field(3, list(deviceClaimConfiguration)).optional().listAtomic(),
})

export interface ResourceClaimSpec extends Infer<typeof resourceClaimSpec> {}
export const resourceClaimSpec = struct('resource.v1.ResourceClaimSpec', {
  devices: field(1, deviceClaim).printed(),
})
