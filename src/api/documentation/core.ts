/**
 * What the fields of the core group's other kinds mean, a line each: Services, nodes, namespaces, quotas, events. Forms and rules:
 * apimachinery/schema/documentation.ts.
 */
export const coreDocumentation = `
core.v1.Service: A name and an address for a set of Pods, or for something outside.
core.v1.ServiceSpec: How a Service is reached, and what is behind it.
  ports: The ports that it offers.
  selector: Labels of the Pods behind it. Unset: its endpoints are made by somebody else. Not for ExternalName.
  type: ClusterIP (reached inside the cluster), NodePort (also on a port of each node), LoadBalancer (also from outside) or ExternalName (a DNS alias). Default ClusterIP.
  clusterIP: Its address inside the cluster; None makes it headless: its name stands for the Pods themselves. Filled in, cannot change.
  clusterIPs: Its addresses inside the cluster, at most one of each family; the first is clusterIP.
  ipFamilies: IPv4, IPv6 or both, in the order of clusterIPs. Filled in.
  ipFamilyPolicy: SingleStack, PreferDualStack or RequireDualStack. Default SingleStack.
  externalIPs: Further addresses that nodes accept traffic for; the cluster does not care for them.
  externalName: The DNS name that it is an alias of. Only for ExternalName.
  sessionAffinity: ClientIP to send a client to the same Pod each time, or None. Default None.
  sessionAffinityConfig: Settings of session affinity.
  loadBalancerIP: The address wished for. Deprecated: providers have annotations of their own.
  loadBalancerSourceRanges: CIDRs of clients that the load balancer lets in.
  loadBalancerClass: Which implementation makes the load balancer. Unset: the cloud's. Cannot change while type is LoadBalancer.
  allocateLoadBalancerNodePorts: Whether node ports are taken for a LoadBalancer. Default true.
  externalTrafficPolicy: Cluster (to any Pod) or Local (only to Pods of the node that got it, which keeps the client's address). Default Cluster.
  internalTrafficPolicy: Cluster (to any Pod) or Local (only to Pods of the same node). Default Cluster.
  healthCheckNodePort: The port of nodes that tells whether they have Pods of the Service. Only for LoadBalancer with Local. Filled in.
  publishNotReadyAddresses: Whether Pods that are not ready count as well.
  trafficDistribution: Which Pods are preferred: PreferClose, PreferSameZone or PreferSameNode. Unset: all alike.

core.v1.ServicePort: A port of a Service.
  name: Its name, a DNS label. Needed if there are several.
  protocol: TCP, UDP or SCTP. Default TCP.
  appProtocol: What is spoken on it, for instance kubernetes.io/h2c.
  port: The port of the Service.
  targetPort: The port of the Pods, a number or the name of a container's port. Default: port.
  nodePort: The port of each node. Filled in for NodePort and LoadBalancer.

core.v1.SessionAffinityConfig: Settings of session affinity.
  clientIP: For ClientIP.
core.v1.ClientIPConfig: Settings of session affinity by client address.
  timeoutSeconds: How long it lasts, 1 to 86400. Default 10800.

core.v1.ServiceStatus: What was made for the Service.
  loadBalancer: Where the load balancer can be reached.
  conditions: Facts about the Service.
core.v1.LoadBalancerStatus: Where a load balancer can be reached.
  ingress: Its addresses.
core.v1.LoadBalancerIngress: One address of a load balancer.
  ip: Its IP address, if it has one.
  hostname: Its DNS name, if it has one.
  ipMode: VIP (packets arrive with this address) or Proxy (with the node's or Pod's). Only with ip.
  ports: How its ports are.
core.v1.PortStatus, networking.v1.IngressPortStatus: How a port of a load balancer is.
  port: The port.
  protocol: TCP, UDP or SCTP.
  error: Why it does not work, in one word.

core.v1.Endpoints: The addresses behind a Service. Deprecated: use EndpointSlices.
  subsets: Addresses and ports; the Service's endpoints are all pairs of each subset.
core.v1.EndpointSubset: Addresses that share ports.
  addresses: Those that are ready.
  notReadyAddresses: Those that are not ready.
  ports: Their ports.
core.v1.EndpointAddress: One address.
  ip: The IP address; not loopback, link-local or multicast.
  hostname: Its host name.
  nodeName: The node it is on.
  targetRef: The object that has it, mostly a Pod.
core.v1.EndpointPort: One port.
  name: Its name, as in the Service. Needed if there are several.
  port: The number.
  protocol: TCP, UDP or SCTP.
  appProtocol: What is spoken on it.

core.v1.ConfigMap: Settings for Pods to read.
  data: Texts, by key. Keys are letters, digits, "-", "_" and ".".
  binaryData: Bytes, by key, in base64. No key may be in both.
  immutable: True: data can never change again; only deleting helps.

core.v1.Secret: Passwords, tokens and keys. At most 1 MiB.
  data: Bytes, by key, in base64.
  stringData: The same as plain text, for writing only; it goes into data.
  type: What kind of secret it is, which says which keys it needs. Default Opaque. Cannot change.
  immutable: True: data can never change again; only deleting helps.

core.v1.Namespace: A scope for names, rights and quotas.
core.v1.NamespaceSpec: What is wanted of a namespace.
  finalizers: What must be removed from here before the namespace goes.
core.v1.NamespaceStatus: Where a namespace stands.
  phase: Active or Terminating.
  conditions: Facts about it, mostly on what keeps it from going.

core.v1.Node: A machine that runs Pods.
core.v1.NodeSpec: What is wanted of a node.
  podCIDR: The range that its Pods get addresses from.
  podCIDRs: The same, at most one of each family; the first is podCIDR.
  providerID: How the cloud calls it: <provider>://<id>.
  unschedulable: No new Pods are placed on it.
  taints: What keeps Pods away from it.
  configSource: No longer used.
  externalID: No longer used.
core.v1.Taint: Keeps Pods away that do not tolerate it.
  key: Its key.
  value: Its value.
  effect: NoSchedule (no new Pods), PreferNoSchedule (rather not) or NoExecute (those there have to go as well).
  timeAdded: When it was added.
core.v1.NodeStatus: What was last seen of a node.
  capacity: All that the node has of each resource.
  allocatable: What of it Pods can have. Default: capacity.
  phase: No longer used.
  conditions: Facts about the node.
  addresses: Its addresses and names.
  daemonEndpoints: The ports of what runs on it.
  nodeInfo: Versions and ids.
  images: The images that it has.
  volumesInUse: Volumes mounted on it.
  volumesAttached: Volumes attached to it.
  config: No longer used.
  runtimeHandlers: What its container runtimes can do.
  features: What its container runtime can do.
core.v1.NodeCondition: A fact about a node.
  type: Ready, MemoryPressure, DiskPressure, PIDPressure, NetworkUnavailable and others.
  lastHeartbeatTime: When it was last said.
core.v1.NodeAddress: One address of a node.
  type: Hostname, InternalIP, ExternalIP, InternalDNS or ExternalDNS.
  address: The address.
core.v1.NodeDaemonEndpoints: The ports of what runs on a node.
  kubeletEndpoint: The kubelet's.
core.v1.DaemonEndpoint: A port.
  Port: The number.
core.v1.NodeSystemInfo: Versions and ids of a node.
  machineID: Its /etc/machine-id.
  systemUUID: The id of the hardware.
  bootID: The id of this boot.
  kernelVersion: The kernel, as uname -r says.
  osImage: The operating system, as /etc/os-release says.
  containerRuntimeVersion: The container runtime: <name>://<version>.
  kubeletVersion: The kubelet.
  kubeProxyVersion: No longer used.
  operatingSystem: linux or windows.
  architecture: amd64, arm64 and so on.
  swap: Its swap space.
core.v1.NodeSwapStatus: Swap space.
  capacity: How much, in bytes.
core.v1.ContainerImage: An image that a node has.
  names: Its names.
  sizeBytes: Its size.
core.v1.AttachedVolume: A volume attached to a node.
  name: The volume.
  devicePath: Where it is.
core.v1.NodeRuntimeHandler: A handler of the container runtime.
  name: Its name; empty for the default one.
  features: What it can do.
core.v1.NodeRuntimeHandlerFeatures: What a handler can do.
  recursiveReadOnlyMounts: Mounts that are read-only all the way down.
  userNamespaces: User namespaces.
core.v1.NodeFeatures: What a container runtime can do.
  supplementalGroupsPolicy: The field of that name in Pods.
core.v1.NodeConfigSource: No longer used.
  configMap: No longer used.
core.v1.NodeConfigStatus: No longer used.
  assigned, active, lastKnownGood, error: No longer used.
core.v1.ConfigMapNodeConfigSource: No longer used.
  namespace, name, uid, resourceVersion, kubeletConfigKey: No longer used.

core.v1.ServiceAccount: Who the processes of Pods are when they talk to the API.
  secrets: Secrets that its Pods may mount, if it is annotated so.
  imagePullSecrets: Secrets with credentials for image registries, for all its Pods.
  automountServiceAccountToken: Whether its token is mounted into Pods; a Pod can say otherwise.

core.v1.LimitRange: Bounds and defaults for what each object of a namespace asks for.
core.v1.LimitRangeSpec: The bounds.
  limits: The bounds.
core.v1.LimitRangeItem: Bounds for one kind of thing.
  type: Container, Pod or PersistentVolumeClaim.
  max: The most, by resource.
  min: The least, by resource.
  default: The limit of containers that name none.
  defaultRequest: The request of containers that name none.
  maxLimitRequestRatio: How many times its request a limit may be.

core.v1.ResourceQuota: Bounds for what a namespace takes in all.
core.v1.ResourceQuotaSpec: The bounds.
  hard: The most, by resource: requests.cpu, pods, count/deployments.apps and so on.
  scopes: Which objects count: Terminating, NotTerminating, BestEffort, NotBestEffort and others. All must fit.
  scopeSelector: The same, with operators and values. All must fit.
core.v1.ResourceQuotaStatus: What is taken.
  hard: The bounds in force.
  used: What is taken of each.
core.v1.ScopeSelector: Scopes that must all fit.
  matchExpressions: The requirements.
core.v1.ScopedResourceSelectorRequirement: One requirement.
  scopeName: The scope.
  operator: In, NotIn, Exists or DoesNotExist.
  values: Values, for In and NotIn.

core.v1.ReplicationController: Keeps a number of Pods running. Use Deployments instead.
core.v1.ReplicationControllerSpec: How many Pods of which kind.
  replicas: How many. Default 1.
  selector: Labels of the Pods that count. Default: those of the template.
  template: What new Pods are made from.
  minReadySeconds: How long a Pod must be ready to count as available. Default 0.
core.v1.ReplicationControllerStatus: How many there are.
  replicas: Pods there are.
  fullyLabeledReplicas: Those with all labels of the template.
  readyReplicas: Those that are ready.
  availableReplicas: Those that were ready for minReadySeconds.
  observedGeneration: The generation that this speaks of.
  conditions: Facts about it.

core.v1.Event: Something that happened to an object. Kept for an hour.
  involvedObject: What it happened to.
  related: A second object that had to do with it.
  reason: Why, in one word, for programs.
  message: What happened, for people.
  action: What was done.
  type: Normal or Warning.
  source: Who says so. Old form of reportingComponent and reportingInstance.
  reportingComponent: Who says so: kubernetes.io/kubelet.
  reportingInstance: Which one of them.
  firstTimestamp: When it first happened.
  lastTimestamp: When it last happened.
  eventTime: When it first happened, with microseconds.
  count: How often it happened.
  series: How often it happened. Unset: once.
core.v1.EventSeries, events.v1.EventSeries: Something that happened again and again.
  count: How often up to now.
  lastObservedTime: When last.
core.v1.EventSource: Who says so.
  component: The component.
  host: The node it runs on.
events.v1.Event: Something that happened to an object. Kept for an hour.
  eventTime: When it first happened.
  regarding: What it happened to.
  related: A second object that had to do with it.
  reason: Why, in one word.
  note: What happened, for people. At most 1 kB.
  action: What was done.
  type: Normal or Warning.
  reportingController: Who says so: kubernetes.io/kubelet.
  reportingInstance: Which one of them.
  series: How often it happened. Unset: once.
  deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount: What core/v1 Events have in its place.

core.v1.ComponentStatus: How a component of the control plane is. Deprecated.
  conditions: What was seen.
core.v1.ComponentCondition: What was seen of a component.
  type: Healthy.
  message: Text for people.
  error: An error, for people.

core.v1.ObjectReference: An object, as exactly as need be.
  kind: Its kind.
  namespace: Its namespace.
  name: Its name.
  uid: Its uid.
  apiVersion: The version it is meant in.
  resourceVersion: The version of the object that is meant.
  fieldPath: A part of it: spec.containers{name}.
core.v1.LocalObjectReference: An object of the same namespace.
  name: Its name.
core.v1.SecretReference: A Secret.
  name: Its name.
  namespace: Its namespace.

meta.v1.LabelSelector: Chooses objects by labels. All must hold; empty chooses all, unset none.
  matchLabels: Labels that must be there with these values.
  matchExpressions: Further requirements.
meta.v1.LabelSelectorRequirement: One requirement.
  key: The label.
  operator: In, NotIn, Exists or DoesNotExist.
  values: The values; none for Exists and DoesNotExist.
meta.v1.FieldSelectorRequirement: One requirement.
  key: The field.
  operator: In, NotIn, Exists or DoesNotExist.
  values: The values; none for Exists and DoesNotExist.
meta.v1.Condition: A fact about an object.
  observedGeneration: The generation of the object that this speaks of.

meta.v1.ObjectMeta: What every object has: a name, labels, who owns it.
meta.v1.OwnerReference: An object that this one goes with. Same namespace, or none.
meta.v1.ManagedFieldsEntry: Fields that one manager set by one kind of operation.
meta.v1.ListMeta: The version of a list, and how to go on.
  selfLink: No longer used.
meta.v1.DeleteOptions: How to delete.
  gracePeriodSeconds: How long the object has; 0 deletes at once. Default: the kind's own.
  preconditions: What must hold for it to be deleted.
  orphanDependents: Old form of propagationPolicy: true is Orphan.
  propagationPolicy: What becomes of what it owns: Orphan, Background or Foreground.
  dryRun: All: everything is checked, nothing is done.
  ignoreStoreReadErrorWithClusterBreakingPotential: Deletes an object that cannot be read, without its finalizers. Dangerous.
meta.v1.APIVersions: The versions of the core group.
  versions: The versions.
  serverAddressByClientCIDRs: Where to find the server, by the address of the client.
meta.v1.APIGroup: An API group.
  name: Its name.
  versions: Its versions, preferred first.
  preferredVersion: The one to use.
  serverAddressByClientCIDRs: Where to find the server, by the address of the client.
meta.v1.APIGroupList: All API groups.
  groups: The groups.
meta.v1.APIResource: A resource.
  name: Its name in URLs.
  singularName: For one of them, in commands.
  namespaced: Its objects live in namespaces.
  group, version: Of its kind, if not those of the list.
  kind: The kind of its objects.
  verbs: What can be done.
  shortNames: Short names for commands.
  categories: Names for several resources at once: all.
  storageVersionHash: Changes with the version in which objects are stored. Nothing else to be read from it.
meta.v1.APIResourceList: The resources of one version of a group.
  groupVersion: The group and its version.
  resources: The resources.
meta.v1.GroupVersionForDiscovery: A version of a group.
  groupVersion: The group and its version.
  version: The version.
meta.v1.ServerAddressByClientCIDR: Where clients find the server.
  clientCIDR: Which clients.
  serverAddress: Its address.
meta.v1.WatchEvent: One change.
  type: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.
  object: The object as it is now, or was last; of an error its Status.
io.k8s.apimachinery.pkg.version.Info: As which version a server behaves.
  major, minor: The version of the binary.
  emulationMajor, emulationMinor: The version that it emulates.
  minCompatibilityMajor, minCompatibilityMinor: The oldest version that it gets along with.
  gitVersion, gitCommit, gitTreeState: Of what it was built.
  buildDate: When it was built.
  goVersion, compiler, platform: How it was built, and for what.
meta.v1.Preconditions: What must hold of an object.
  uid: It has this uid.
  resourceVersion: It has this version.
meta.v1.Status: How a request went, if there is no object to answer with.
  metadata: Nothing, mostly.
  status: Success or Failure.
  message: What happened, for people.
  reason: Why it failed, in one word, for programs.
  details: More on why it failed.
  code: The HTTP status.
meta.v1.StatusDetails: More on why a request failed.
  name: The object.
  group: Its API group.
  kind: Its kind, or its resource.
  uid: Its uid.
  causes: The single errors.
  retryAfterSeconds: How long to wait before trying again.
meta.v1.StatusCause: One error.
  reason: What is wrong, in one word.
  message: What is wrong, for people.
  field: The field that is wrong.
core.v1.NamespaceCondition: A fact about a namespace.
core.v1.ReplicationControllerCondition: A fact about a ReplicationController.
`
