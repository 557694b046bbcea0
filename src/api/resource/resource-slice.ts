/**
 * resource.k8s.io/v1 ResourceSlice: devices that a driver offers on a node.
 */

import { duplicate, type FieldError, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf, type WriteContext } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { boolean, field, type Infer, int64, list, map, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { validateLabelName } from '../../apimachinery/selectors/labels.ts'
import { isSemanticVersion } from '../../apimachinery/semantic-version.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { nodeSelector } from '../core/node-selector.ts'
import { validateNodeSelector } from '../core/persistent-volume-rules.ts'
import { validateDriverName } from '../core/persistent-volume-sources.ts'
import { goForm } from '../go-form.ts'
import { isSet, validateLabel, validatePoolName, validateQualifiedName, validateSet, validateSlice, validateTaint } from './device-rules.ts'
import { inV1beta1, sliceConversion } from './v1beta1.ts'

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
  spec: field(2, resourceSliceSpec),
})

export type ResourceSlice = ObjectOf<typeof ResourceSlice>
export const ResourceSlice = defineKind({
  group: 'resource.k8s.io',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  versions: [
    { name: 'v1', schema: resourceSlice },
    { name: 'v1beta2', schema: inVersion(resourceSlice, 'resource.v1', 'resource.v1beta2'), isOff: true },
    { name: 'v1beta1', schema: inV1beta1(resourceSlice), isOff: true, ...sliceConversion },
  ],
  prepareForCreate: ({ spec }, context) => prepareSlice(spec, context),
  prepareForUpdate: ({ spec }, old, context) => prepareSlice(spec, context, old.spec),
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate: ({ spec }, old) => validateSpec(spec, 'spec', old.spec),
  returnsDeletedObject: true,
  selectableFields: { 'spec.nodeName': ({ spec }) => spec.nodeName ?? '', 'spec.driver': ({ spec }) => spec.driver ?? '' },
  fieldLabelErrors: (label) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${label}`,
  columns: [
    {
      name: 'Node',
      type: 'string',
      description:
        'NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable.',
      value: ({ spec }) => spec.nodeName ?? '',
    },
    {
      name: 'Driver',
      type: 'string',
      description:
        'Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable.',
      value: ({ spec }) => spec.driver,
    },
    {
      name: 'Pool',
      type: 'string',
      description:
        'Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable.',
      value: ({ spec }) => spec.pool.name,
    },
  ],
})

/** Fields of taints, partitions, binding conditions and shared capacity stay where their gates are on, and where they were. */
function prepareSlice(spec: Mutable<ResourceSliceSpec>, { gates, now }: WriteContext, old?: ResourceSliceSpec): void {
  const had = old?.devices ?? []
  if (!gates.isOn('DRAPartitionableDevices') && !old?.sharedCounters && !old?.perDeviceNodeSelection) {
    delete spec.sharedCounters
    delete spec.perDeviceNodeSelection
    for (const one of spec.devices ?? [])
      for (const name of ['consumesCounters', 'nodeName', 'nodeSelector', 'allNodes'] as const) delete one[name]
  }
  const hadTaints = gates.isOn('DRADeviceTaints') || had.some(({ taints }) => (taints ?? []).length > 0)
  const hadConditions =
    (gates.isOn('DRADeviceBindingConditions') && gates.isOn('DRAResourceClaimDeviceStatus')) ||
    had.some(({ bindingConditions }) => (bindingConditions ?? []).length > 0)
  const hadShared = gates.isOn('DRAConsumableCapacity') || had.some(({ allowMultipleAllocations }) => isSet(allowMultipleAllocations))
  for (const one of spec.devices ?? []) {
    if (!hadTaints) delete one.taints
    for (const taint of one.taints ?? []) taint.timeAdded ??= now
    if (!hadConditions) for (const name of ['bindingConditions', 'bindingFailureConditions', 'bindsToNode'] as const) delete one[name]
    if (hadShared) continue
    delete one.allowMultipleAllocations
    for (const capacity of Object.values(one.capacity ?? {})) delete capacity.requestPolicy
  }
}

const devicesMax = 128
const attributesMax = 32
const valueBytesMax = 64

function* validateSpec(spec: ResourceSliceSpec, path: string, old?: ResourceSliceSpec): Generator<FieldError> {
  yield* validateDriverName(spec.driver ?? '', child(path, 'driver'))
  yield* validatePool(spec.pool ?? {}, child(path, 'pool'))
  if (old !== undefined) {
    yield* validateImmutable(spec.pool.name, old.pool.name, child(path, 'pool', 'name'))
    yield* validateImmutable(spec.driver, old.driver, child(path, 'driver'))
    yield* validateImmutable(spec.nodeName, old.nodeName, child(path, 'nodeName'))
  }
  yield* validatePlace(spec, path)
  yield* validateSet(spec.devices, child(path, 'devices'), devicesMax, validateDevice, { name: 'name', of: ({ name }) => name ?? '' })
}

function* validatePool({ name = '', resourceSliceCount = 0, generation = 0 }: Partial<ResourcePool>, path: string): Generator<FieldError> {
  yield* validatePoolName(name, child(path, 'name'))
  if (resourceSliceCount <= 0) yield invalidValue(child(path, 'resourceSliceCount'), resourceSliceCount, 'must be greater than zero')
  if (generation < 0) yield invalidValue(child(path, 'generation'), generation, 'must be greater than or equal to zero')
}

/** Where the devices are: on one node, on some, on all, or each says for itself. */
function* validatePlace(spec: ResourceSliceSpec, path: string): Generator<FieldError> {
  const { nodeName, nodeSelector } = spec
  const set: string[] = []
  if (isSet(nodeName)) {
    if (nodeName === '') yield invalidValue(child(path, 'nodeName'), nodeName, 'must be either unset or set to a non-empty string')
    else {
      set.push('`nodeName`')
      for (const problem of nameIsDnsSubdomain(nodeName, false)) yield invalidValue(child(path, 'nodeName'), nodeName, problem)
    }
  }
  if (nodeSelector) {
    set.push('`nodeSelector`')
    const at = child(path, 'nodeSelector')
    yield* validateNodeSelector(nodeSelector, at)
    const terms = nodeSelector.nodeSelectorTerms?.map((term) => goForm('NodeSelectorTerm', term))
    if (terms?.length !== 1) yield invalidValue(child(at, 'nodeSelectorTerms'), terms, 'must have exactly one node selector term')
  }
  for (const name of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[name] === true) set.push(`\`${name}\``)
    else if (spec[name] === false) yield invalidValue(child(path, name), false, 'must be either unset or set to true')
  }
  const detail = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required'
  if (set.length === 0) yield required(path, detail)
  if (set.length > 1) yield invalidValue(path, `{${set.join(', ')}}`, `${detail}, but multiple fields are set`)
}

function* validateDevice(device: Device, path: string): Generator<FieldError> {
  const { name = '', attributes, capacity, taints } = device
  yield* validateLabel(name, child(path, 'name'))
  const count = Object.keys(attributes ?? {}).length + Object.keys(capacity ?? {}).length
  if (count > attributesMax)
    yield invalidValue(path, count, `the total number of attributes and capacities must not exceed ${attributesMax}`)
  for (const [attribute, value] of Object.entries(attributes ?? {})) {
    const at = key(child(path, 'attributes'), shortened(attribute))
    yield* validateQualifiedName(attribute, at)
    yield* validateAttribute(value, at)
  }
  for (const one of Object.keys(capacity ?? {})) yield* validateQualifiedName(one, key(child(path, 'capacity'), shortened(one)))
  yield* validateSlice(taints, child(path, 'taints'), taintsMax, validateTaint)
  yield* validateBindingConditions(device, path)
}

const taintsMax = 4
const conditionsMax = 4

function* validateBindingConditions(device: Device, path: string): Generator<FieldError> {
  const [wanted, failing] = [device.bindingConditions ?? [], device.bindingFailureConditions ?? []]
  const [wantedPath, failingPath] = [child(path, 'bindingConditions'), child(path, 'bindingFailureConditions')]
  yield* validateSlice(wanted, wantedPath, conditionsMax, validateLabelName)
  yield* validateSlice(failing, failingPath, conditionsMax, validateLabelName)
  for (const [i, one] of wanted.entries()) if (wanted.indexOf(one) < i) yield duplicate(index(wantedPath, i), one)
  for (const [i, one] of failing.entries()) {
    if (failing.indexOf(one) < i) yield duplicate(index(failingPath, i), one)
    if (wanted.includes(one))
      yield invalidValue(index(failingPath, i), one, 'bindingFailureConditions must not overlap with bindingConditions')
  }
  if (wanted.length === 0 && failing.length > 0) {
    yield invalidValue(wantedPath, device.bindingConditions ?? null, 'bindingConditions are required to use bindingFailureConditions')
  }
  if (wanted.length > 0 && failing.length === 0) {
    yield invalidValue(
      failingPath,
      device.bindingFailureConditions ?? null,
      'bindingFailureConditions are required to use bindingConditions',
    )
  }
}

const keyBytesMax = 63 + 1 + 32

/** Names that are too long lose their middle. */
function shortened(name: string): string {
  if (name.length <= keyBytesMax) return name
  const left = keyBytesMax - 3
  return `${name.slice(0, (left + 1) >> 1)}...${name.slice(name.length - (left >> 1))}`
}

function* validateAttribute({ bool, int, string: text, version }: DeviceAttribute, path: string): Generator<FieldError> {
  if (isSet(text) && utf8Length(text) > valueBytesMax) yield tooLong(child(path, 'string'), valueBytesMax)
  if (isSet(version)) {
    const at = child(path, 'version')
    if (!isSemanticVersion(version)) yield invalidValue(at, version, 'must be a string compatible with semver.org spec 2.0.0')
    if (utf8Length(version) > valueBytesMax) yield tooLong(at, valueBytesMax)
  }
  const count = [bool, int, text, version].filter(isSet).length
  if (count === 0) yield required(path, 'exactly one value must be specified')
  if (count > 1) {
    const shown = { IntValue: int ?? null, BoolValue: bool ?? null, StringValue: text ?? null, VersionValue: version ?? null }
    yield invalidValue(path, shown, 'exactly one value must be specified')
  }
}
