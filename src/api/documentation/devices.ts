/**
 * What the fields of dynamic resource allocation mean, a line each. Forms and rules: apimachinery/schema/documentation.ts.
 */
export const deviceDocumentation = `
resource.v1.ResourceClaim: A request for devices, and what was given for it.
resource.v1.ResourceClaimSpec: What is asked for. Cannot change.
  devices: The devices.
resource.v1.DeviceClaim: Devices asked for.
  requests: What is asked for, one entry each; all must be met. At most 32.
  constraints: What the devices must have in common.
  config: Settings for drivers.
resource.v1.DeviceRequest: A request for devices. Exactly one of exactly and firstAvailable is set.
  name: How Pods refer to it.
  exactly: What is needed.
  firstAvailable: Several ways to meet it; the first that can be is taken.
resource.v1.ExactDeviceRequest, resource.v1.DeviceSubRequest: Devices of one sort.
  name: Its name; Pods refer to it as <request>/<name>.
  deviceClassName: The DeviceClass.
  selectors: What a device must be like; all must hold.
  allocationMode: ExactCount, or All to take all that fit. Default ExactCount.
  count: How many. Default 1.
  adminAccess: Looks at devices that others use. Only in namespaces labelled for it.
  tolerations: Taints of devices that it puts up with.
  capacity: How much of the device is needed.
resource.v1.DeviceSelector: What a device must be like.
  cel: As an expression.
resource.v1.CELDeviceSelector: An expression in CEL.
  expression: True if the device fits; it is called device.
resource.v1.DeviceConstraint: What devices must have in common, or not.
  requests: The requests that it is about. None: all.
  matchAttribute: An attribute that must be the same.
  distinctAttribute: An attribute that must differ.
resource.v1.DeviceClaimConfiguration: Settings for a driver.
  requests: The requests that they are about. None: all.
  opaque: The settings.
resource.v1.DeviceClassConfiguration: Settings for a driver.
  opaque: The settings.
resource.v1.OpaqueDeviceConfiguration: Settings that only a driver understands.
  driver: The driver.
  parameters: The settings. At most 10 KiB.
resource.v1.DeviceToleration: A taint of a device that does not matter.
  key: The taint's key. Empty with Exists: every taint.
  operator: Equal or Exists. Default Equal.
  value: The taint's value.
  effect: NoSchedule or NoExecute. Empty: both.
  tolerationSeconds: For NoExecute: how long. Unset: for ever.
resource.v1.CapacityRequirements: How much of a device is needed.
  requests: How much, by capacity.
resource.v1.ResourceClaimStatus: What was given.
  allocation: What was given. Unset: nothing yet.
  reservedFor: Who uses it, at most 256.
  devices: How the devices are, as drivers see it.
resource.v1.AllocationResult: What was given.
  devices: The devices.
  nodeSelector: The nodes where they can be used. Unset: all.
  allocationTimestamp: When.
resource.v1.DeviceAllocationResult: Devices that were given.
  results: The devices.
  config: Settings for drivers, from claim and class.
resource.v1.DeviceRequestAllocationResult: A device that was given.
  request: For which request.
  driver: Its driver.
  pool: Its pool.
  device: Its name within the pool.
  adminAccess: It was given only to be looked at.
  tolerations: The tolerations of the request.
  bindingConditions: What must be true of it before a Pod is bound.
  bindingFailureConditions: What must not be.
  shareID: Names the share, if it is shared.
  consumedCapacity: How much of it was given.
resource.v1.DeviceAllocationConfiguration: Settings for a driver.
  source: FromClass or FromClaim.
  requests: The requests that they are about. None: all.
  opaque: The settings.
resource.v1.ResourceClaimConsumerReference: Who uses a claim.
  apiGroup: The API group. Empty: the core group.
  resource: The resource, in the plural.
  name: The name.
  uid: The uid.
resource.v1.AllocatedDeviceStatus: How a device is.
  driver: Its driver.
  pool: Its pool.
  device: Its name within the pool.
  shareID: Names the share, if it is shared.
  conditions: Facts about it.
  data: What else the driver has to say.
  networkData: How it is on the network.
resource.v1.NetworkDeviceData: A device on the network.
  interfaceName: The interface in the Pod.
  ips: Its addresses.
  hardwareAddress: Its MAC address.
resource.v1.ResourceClaimTemplate: What ResourceClaims of Pods are made from.
resource.v1.ResourceClaimTemplateSpec: What they are made from. Cannot change.
  metadata: Labels and annotations that they get.
  spec: What is asked for.
resource.v1.DeviceClass: A sort of devices.
resource.v1.DeviceClassSpec: What makes the sort.
  selectors: What a device must be like; all must hold.
  config: Settings for drivers.
  extendedResourceName: The extended resource that such devices can stand for.
resource.v1.ResourceSlice: Devices that a driver offers. Written by drivers.
resource.v1.ResourceSliceSpec: The devices. Exactly one of nodeName, nodeSelector, allNodes and perDeviceNodeSelection is set.
  driver: The driver. Cannot change.
  pool: The pool that they are in.
  nodeName: The node that has them. Cannot change.
  nodeSelector: The nodes that can use them.
  allNodes: All nodes can use them.
  perDeviceNodeSelection: Each device says for itself.
  devices: The devices, at most 128.
  sharedCounters: What devices share.
resource.v1.ResourcePool: A pool of devices.
  name: Its name, mostly the node's.
  generation: Goes up when the pool changes; slices of older ones do not count.
  resourceSliceCount: How many slices it has.
resource.v1.Device: A device.
  name: Its name, unique in the pool.
  attributes: What it is like, by name.
  capacity: How much it has, by name.
  consumesCounters: What it takes of what devices share.
  nodeName: The node that has it.
  nodeSelector: The nodes that can use it.
  allNodes: All nodes can use it.
  taints: What keeps claims away from it.
  bindsToNode: Using it ties the Pod to a node.
  bindingConditions: What must be true of it before a Pod is bound.
  bindingFailureConditions: What must not be.
  allowMultipleAllocations: Whether it can be shared.
resource.v1.DeviceAttribute: A value. Exactly one is set.
  int: A number.
  bool: True or false.
  string: A text.
  version: A version: 1.2.3.
resource.v1.DeviceCapacity: How much a device has of something.
  value: How much.
  requestPolicy: In which amounts it can be asked for.
resource.v1.CapacityRequestPolicy: In which amounts something can be asked for.
  default: The amount if none is named.
  validValues: The amounts.
  validRange: The range.
resource.v1.CapacityRequestPolicyRange: A range of amounts.
  min: The least.
  max: The most.
  step: The step between them.
resource.v1.CounterSet: Things that devices share.
  name: Its name.
  counters: How much there is of each.
resource.v1.Counter: How much there is.
  value: How much.
resource.v1.DeviceCounterConsumption: What a device takes of what is shared.
  counterSet: The set.
  counters: How much of each.
resource.v1beta1.DeviceRequest: A request for devices. Exactly one of deviceClassName and firstAvailable is set.
  name: How Pods refer to it.
  deviceClassName: The DeviceClass.
  selectors: What a device must be like; all must hold.
  allocationMode: ExactCount, or All to take all that fit. Default ExactCount.
  count: How many. Default 1.
  adminAccess: Looks at devices that others use. Only in namespaces labelled for it.
  firstAvailable: Several ways to meet it; the first that can be is taken.
  tolerations: Taints of devices that it puts up with.
  capacity: How much of the device is needed.
resource.v1beta1.Device: A device.
  name: Its name, unique in the pool.
  basic: What there is to say of it.
resource.v1beta1.BasicDevice: What there is to say of a device.
  attributes: What it is like, by name.
  capacity: How much it has, by name.
  consumesCounters: What it takes of what devices share.
  nodeName: The node that has it.
  nodeSelector: The nodes that can use it.
  allNodes: All nodes can use it.
  taints: What keeps claims away from it.
  bindsToNode: Using it ties the Pod to a node.
  bindingConditions: What must be true of it before a Pod is bound.
  bindingFailureConditions: What must not be.
  allowMultipleAllocations: Whether it can be shared.
resource.v1alpha3.DeviceTaintRule: A taint for all devices that match.
resource.v1alpha3.DeviceTaintRuleSpec: The taint, and the devices.
  deviceSelector: The devices. Unset: none.
  taint: The taint.
resource.v1alpha3.DeviceTaintSelector: Devices. All parts must fit; empty: all devices.
  deviceClassName: Those that the selectors of this DeviceClass choose.
  driver: Those of this driver.
  pool: Those of this pool.
  device: Those of this name.
  selectors: Expressions that must all hold.
resource.v1.DeviceTaint: Keeps claims away that do not tolerate it.
  key: Its key.
  value: Its value.
  effect: NoSchedule or NoExecute.
  timeAdded: When it was added.
`
