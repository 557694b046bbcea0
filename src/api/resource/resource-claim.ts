/**
 * resource.k8s.io/v1 ResourceClaim: a request for devices, and what was allocated.
 */

import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required, tooLong, tooMany } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { validateInterfaceAddress } from '../../apimachinery/ip-address.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
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
import { validateConditions } from '../../apimachinery/validate-conditions.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { nodeSelector } from '../core/node-selector.ts'
import { validateNodeSelector } from '../core/persistent-volume-rules.ts'
import { validateDriverName } from '../core/persistent-volume-sources.ts'
import { goForm } from '../go-form.ts'
import { deviceConfiguration, deviceToleration, resourceClaimSpec } from './device-request.ts'
import {
  configsMax,
  dropDisabledRequestFields,
  isSet,
  requestNames,
  setRequestDefaults,
  validateClaimSpec,
  validateJsonObject,
  validateLabel,
  validateOpaque,
  validatePoolName,
  validateRequestRef,
  validateRequestRefs,
  validateSet,
  validateSlice,
} from './device-rules.ts'
import { claimConversion, inV1beta1 } from './v1beta1.ts'

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
  shareID: field(7, string).optional().pointer(),
  conditions: field(4, list(condition)).printed().listMap('type'),
  data: field(5, rawExtension).optional().pointer(),
  networkData: field(6, networkDeviceData).optional().pointer(),
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
  spec: field(2, resourceClaimSpec),
  status: field(3, resourceClaimStatus).optional(),
})

export type ResourceClaim = ObjectOf<typeof ResourceClaim>
export const ResourceClaim = defineKind({
  group: 'resource.k8s.io',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  versions: [
    { name: 'v1', schema: resourceClaim },
    { name: 'v1beta2', schema: inVersion(resourceClaim, 'resource.v1', 'resource.v1beta2'), isOff: true },
    { name: 'v1beta1', schema: inV1beta1(resourceClaim), isOff: true, ...claimConversion },
  ],
  hasStatus: true,
  setDefaults: ({ spec }) => setRequestDefaults(spec),
  prepareForCreate: ({ spec }, { gates }) => dropDisabledRequestFields(spec, gates),
  prepareForUpdate: (draft, old, { subresource, gates }) => {
    if (subresource !== 'status') return dropDisabledRequestFields(draft.spec, gates, old.spec)
    resetMetadata(draft.metadata, old.metadata)
    dropDisabledStatusFields(draft.status, gates)
    // Devices that are no longer allocated have nothing to say.
    if (old.status?.allocation && draft.status && !draft.status.allocation) delete draft.status.devices
  },
  generation: 'none',
  validateName: nameIsDnsSubdomain,
  validate: ({ spec }) => validateClaimSpec(spec, 'spec'),
  validateUpdate: ({ spec }, old) => validateImmutable(spec, old.spec, 'spec', (value) => goForm('ResourceClaimSpec', value)),
  validateStatusUpdate: (object, old) => validateStatus(object, old),
  returnsDeletedObject: true,
  columns: [
    {
      name: 'State',
      type: 'string',
      description: 'A summary of the current state (allocated, pending, reserved, etc.).',
      value: (object) => stateText(object),
    },
  ],
})

type Claim = Infer<typeof resourceClaim>

function stateText({ metadata, status }: Claim): string {
  const states: string[] = []
  if (metadata.deletionTimestamp) states.push('deleted')
  if (status?.allocation) states.push('allocated')
  else if (!metadata.deletionTimestamp) states.push('pending')
  if (status?.allocation && (status.reservedFor ?? []).length > 0) states.push('reserved')
  return states.join(',')
}

function dropDisabledStatusFields(status: Mutable<ResourceClaimStatus> | undefined, gates: FeatureGates): void {
  const isShared = gates.isOn('DRAConsumableCapacity')
  const isConditional = gates.isOn('DRADeviceBindingConditions') && gates.isOn('DRAResourceClaimDeviceStatus')
  for (const result of status?.allocation?.devices?.results ?? []) {
    if (!isShared) for (const name of ['shareID', 'consumedCapacity'] as const) delete result[name]
    if (!isConditional) for (const name of ['bindingConditions', 'bindingFailureConditions'] as const) delete result[name]
  }
  if (status?.allocation && !isConditional) delete status.allocation.allocationTimestamp
  if (!isShared) for (const device of status?.devices ?? []) delete device.shareID
}

const reservedMax = 256
const resultsMax = 32

function* validateStatus({ metadata, spec, status = {} }: Claim, old: Claim): Generator<FieldError> {
  const { reservedFor, devices, allocation } = status
  const path = 'status.reservedFor'
  yield* validateSet(reservedFor, path, reservedMax, validateConsumer, { name: 'uid', of: ({ uid }) => uid ?? '' })
  const allocated = new Set((allocation?.devices?.results ?? []).map(idOf))
  yield* validateSet(devices, 'status.devices', -1, (device, at) => validateDevice(device, at, allocated), {
    name: 'deviceID',
    of: idOf,
    shown: shownId,
  })
  if ((reservedFor ?? []).length > 0) {
    if (!allocation) yield forbiddenField(path, 'may not be specified when `allocated` is not set')
    else if (metadata.deletionTimestamp) {
      const had = old.status?.reservedFor ?? []
      const isNew = (reservedFor ?? []).some((one) => !had.some((other) => semanticallyEqual(one, other)))
      const detail = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'
      if (isNew) yield forbiddenField(path, detail)
    }
  }
  if (!allocation) return
  if (old.status?.allocation) yield* validateImmutable(allocation, old.status.allocation, 'status.allocation')
  else yield* validateAllocation(allocation, requestNames(spec.devices ?? {}))
}

interface DeviceId {
  readonly driver: string
  readonly pool: string
  readonly device: string
}
function idOf({ driver, pool, device }: DeviceId): string {
  return JSON.stringify([driver, pool, device])
}
/** Upstream interns these texts, and prints the handles. */
const shownId = { Driver: {}, Pool: {}, Device: {}, ShareID: {} }

function* validateConsumer({ resource = '', name = '', uid = '' }: ResourceClaimConsumerReference, path: string): Generator<FieldError> {
  for (const [field, value] of Object.entries({ resource, name, uid })) if (value === '') yield required(child(path, field))
}

function* validateAllocation(
  { devices, nodeSelector }: AllocationResult,
  names: ReadonlyMap<string, ReadonlySet<string>>,
): Generator<FieldError> {
  const path = 'status.allocation.devices'
  yield* validateSlice(devices?.results, child(path, 'results'), resultsMax, function* (result, at) {
    yield* validateRequestRef(result.request ?? '', child(at, 'request'), names)
    yield* validateDriverName(result.driver ?? '', child(at, 'driver'))
    yield* validatePoolName(result.pool ?? '', child(at, 'pool'))
    yield* validateLabel(result.device ?? '', child(at, 'device'))
  })
  yield* validateSlice(devices?.config, child(path, 'config'), 2 * configsMax, function* (config, at) {
    const sources = ['FromClaim', 'FromClass']
    if (!config.source) yield required(child(at, 'source'))
    else if (!sources.includes(config.source)) yield notSupported(child(at, 'source'), config.source, sources)
    yield* validateRequestRefs(config.requests, child(at, 'requests'), names)
    yield* validateOpaque(config, at)
  })
  if (nodeSelector) yield* validateNodeSelector(nodeSelector, 'status.allocation.nodeSelector')
}

const conditionsMax = 8
const dataBytesMax = 10 * 1024
const addressesMax = 16
const interfaceNameBytesMax = 256
const hardwareAddressBytesMax = 128

function* validateDevice(device: AllocatedDeviceStatus, path: string, allocated: ReadonlySet<string>): Generator<FieldError> {
  yield* validateDriverName(device.driver ?? '', child(path, 'driver'))
  yield* validatePoolName(device.pool ?? '', child(path, 'pool'))
  yield* validateLabel(device.device ?? '', child(path, 'device'))
  if (!allocated.has(idOf(device))) yield invalidValue(path, shownId, 'must be an allocated device in the claim')
  const count = device.conditions?.length ?? 0
  if (count > conditionsMax) yield tooMany(child(path, 'conditions'), count, conditionsMax)
  yield* validateConditions(device.conditions, child(path, 'conditions'))
  if (isSet(device.data)) yield* validateJsonObject(device.data, child(path, 'data'), dataBytesMax)
  if (!device.networkData) return
  const { interfaceName = '', hardwareAddress = '', ips } = device.networkData
  const at = child(path, 'networkData')
  if (utf8Length(interfaceName) > interfaceNameBytesMax) yield tooLong(child(at, 'interfaceName'), interfaceNameBytesMax)
  if (utf8Length(hardwareAddress) > hardwareAddressBytesMax) yield tooLong(child(at, 'hardwareAddress'), hardwareAddressBytesMax)
  yield* validateSet(ips, child(at, 'ips'), addressesMax, (ip, ipPath) => validateInterfaceAddress(ipPath, ip), { of: (ip) => ip })
}
