/**
 * What the fields of the kinds around workloads mean, a line each: networking, storage, nodes, rights, reviews, leases, flow control. Forms and
 * rules: apimachinery/schema/documentation.ts.
 */
export const clusterDocumentation = `
networking.v1.Ingress: Leads HTTP requests from outside to Services, by host and path. An ingress controller does the work.
networking.v1.IngressSpec: Which requests go where.
  ingressClassName: The IngressClass, that is the controller, it is for.
  defaultBackend: Where requests go that no rule matches.
  tls: Certificates, by host.
  rules: Where requests go.
networking.v1.IngressTLS: A certificate.
  hosts: The hosts it is for.
  secretName: The Secret with tls.crt and tls.key.
networking.v1.IngressRule: Where requests for a host go.
  host: The host; "*." at its beginning stands for one label. Empty: all hosts.
  http: Where they go.
networking.v1.HTTPIngressRuleValue: Where requests go, by path.
  paths: The paths.
networking.v1.HTTPIngressPath: Where requests for a path go.
  path: The path, beginning with "/".
  pathType: Exact, Prefix (by whole parts between slashes) or ImplementationSpecific.
  backend: Where they go.
networking.v1.IngressBackend: Where requests go. Exactly one is set.
  service: A Service.
  resource: An object of another kind in the same namespace.
networking.v1.IngressServiceBackend: A port of a Service.
  name: The Service.
  port: The port.
networking.v1.ServiceBackendPort: A port. Exactly one is set.
  name: Its name.
  number: Its number.
networking.v1.IngressStatus: Where the Ingress can be reached.
  loadBalancer: Where.
networking.v1.IngressLoadBalancerStatus: Where a load balancer can be reached.
  ingress: Its addresses.
networking.v1.IngressLoadBalancerIngress: One address of a load balancer.
  ip: Its IP address, if it has one.
  hostname: Its DNS name, if it has one.
  ports: How its ports are.
networking.v1.IngressClass: A controller for Ingresses, with its settings.
networking.v1.IngressClassSpec: The controller and its settings.
  controller: The controller, for instance example.com/ingress. Cannot change.
  parameters: An object with its settings.
networking.v1.IngressClassParametersReference: An object with settings.
  apiGroup: Its API group. Unset: the core group.
  kind: Its kind.
  name: Its name.
  scope: Cluster or Namespace. Default Cluster.
  namespace: Its namespace, if scope is Namespace.

networking.v1.NetworkPolicy: Which traffic Pods may have. A Pod that no policy chooses may have all.
networking.v1.NetworkPolicySpec: Which Pods, and which traffic.
  podSelector: The Pods it is about. Empty: all of the namespace.
  ingress: What may come in. None: nothing.
  egress: What may go out. None: nothing.
  policyTypes: Ingress, Egress or both. Default Ingress, and Egress if there are egress rules.
networking.v1.NetworkPolicyIngressRule: Traffic that may come in: both must fit.
  ports: To these ports. None: to any.
  from: From these. None: from anywhere.
networking.v1.NetworkPolicyEgressRule: Traffic that may go out: both must fit.
  ports: To these ports. None: to any.
  to: To these. None: to anywhere.
networking.v1.NetworkPolicyPeer: Who traffic is with. ipBlock stands alone.
  podSelector: Pods with these labels, in namespaceSelector's namespaces or else the own one.
  namespaceSelector: All Pods (or those of podSelector) in namespaces with these labels.
  ipBlock: Addresses.
networking.v1.NetworkPolicyPort: A port.
  protocol: TCP, UDP or SCTP. Default TCP.
  port: The port of the Pod, a number or a name. Unset: all.
  endPort: Makes it a range from port to this one.
networking.v1.IPBlock: A range of addresses.
  cidr: The range.
  except: Parts of it that do not count.

networking.v1.ServiceCIDR: Ranges that Services get addresses from.
networking.v1.ServiceCIDRSpec: The ranges.
  cidrs: At most one of each family. Cannot change.
networking.v1.ServiceCIDRStatus: Whether the ranges are in use.
  conditions: Ready and others.
networking.v1.IPAddress: An address that is taken. Its name is the address.
networking.v1.IPAddressSpec: Who has it.
  parentRef: Who has it.
networking.v1.ParentReference: An object.
  group: Its API group.
  resource: Its resource, in the plural.
  namespace: Its namespace.
  name: Its name.

discovery.v1.EndpointSlice: Some of the addresses behind a Service. All slices of a Service count together.
  addressType: IPv4, IPv6 or FQDN. Cannot change.
  endpoints: The addresses, at most 1000.
  ports: The ports that each of them has, at most 100.
discovery.v1.Endpoint: A Pod or something like it.
  addresses: Its addresses; they all lead to the same.
  conditions: How it is.
  hostname: Its host name.
  targetRef: The object that it is, mostly a Pod.
  deprecatedTopology: Left over from v1beta1.
  nodeName: Its node.
  zone: Its zone.
  hints: For whom it is meant.
discovery.v1.EndpointConditions: How an endpoint is.
  ready: It can take traffic. Unset: it can.
  serving: As ready, also while it is being ended.
  terminating: It is being ended.
discovery.v1.EndpointHints: For whom an endpoint is meant.
  forZones: For clients of these zones.
  forNodes: For clients on these nodes.
discovery.v1.ForZone: A zone.
  name: Its name.
discovery.v1.ForNode: A node.
  name: Its name.
discovery.v1.EndpointPort: One port.
  name: Its name, as in the Service.
  port: The number.
  protocol: TCP, UDP or SCTP.
  appProtocol: What is spoken on it.

storage.v1.StorageClass: A sort of storage that claims can ask for.
  provisioner: Who makes the volumes.
  parameters: What it wants to know.
  reclaimPolicy: What happens to a volume once its claim is gone: Delete or Retain. Default Delete.
  mountOptions: Options for mounting the volumes. Not checked.
  allowVolumeExpansion: Whether claims may grow.
  volumeBindingMode: Immediate, or WaitForFirstConsumer to wait for a Pod that uses the claim. Default Immediate.
  allowedTopologies: Where volumes may be made.
storage.v1.VolumeAttributesClass: Settings of volumes that can change while in use.
  driverName: The CSI driver. Cannot change.
  parameters: The settings. Cannot change.
storage.v1.VolumeAttachment: A volume that is, or is to be, attached to a node.
storage.v1.VolumeAttachmentSpec: Which volume, to which node. Cannot change.
  attacher: Who is to do it, a CSI driver.
  source: The volume.
  nodeName: The node.
storage.v1.VolumeAttachmentSource: The volume. Exactly one is set.
  persistentVolumeName: A PersistentVolume.
  inlineVolumeSpec: A volume of a Pod, while it moves to CSI.
storage.v1.VolumeAttachmentStatus: How it went. Written by the attacher.
  attached: Whether it is attached.
  attachmentMetadata: What the attacher has to say for mounting it.
  attachError: Why attaching failed last.
  detachError: Why detaching failed last.
storage.v1.VolumeError: An error.
  time: When.
  message: What.
  errorCode: The gRPC code of it.
storage.v1.CSIDriver: What a CSI driver can do. Its name is the driver's.
storage.v1.CSIDriverSpec: What it can do.
  attachRequired: Whether volumes must be attached before they are mounted. Default true.
  podInfoOnMount: Whether it is told about the Pod when it mounts. Default false.
  volumeLifecycleModes: Persistent, Ephemeral or both. Default Persistent.
  storageCapacity: Whether the scheduler looks at its CSIStorageCapacities. Default false.
  fsGroupPolicy: Whether volumes change hands for fsGroup: ReadWriteOnceWithFSType, File or None. Default the first.
  tokenRequests: Tokens of the Pod's ServiceAccount that it gets when it mounts.
  requiresRepublish: Whether it is called again and again to refresh a volume. Default false.
  seLinuxMount: Whether it can mount with an SELinux context. Default false.
  nodeAllocatableUpdatePeriodSeconds: How often the number of volumes a node can take is asked for.
storage.v1.TokenRequest: A token for a driver.
  audience: Who is to accept it.
  expirationSeconds: How long it is good for.
storage.v1.CSINode: The CSI drivers of a node. Its name is the node's.
storage.v1.CSINodeSpec: The drivers.
  drivers: The drivers.
storage.v1.CSINodeDriver: A driver on a node.
  name: The driver.
  nodeID: How it calls the node.
  topologyKeys: Labels of the node that say where its volumes can be.
  allocatable: How much the node can take.
storage.v1.VolumeNodeResources: How much a node can take.
  count: How many volumes. Unset: no limit.
storage.v1.CSIStorageCapacity: How much room there is for a StorageClass in some place.
  nodeTopology: The nodes it is about. Unset: none.
  storageClassName: The StorageClass. Cannot change.
  capacity: How much room there is. Unset: not known.
  maximumVolumeSize: How large one volume can be. Unset: not known.

node.v1.RuntimeClass: A container runtime that Pods can ask for.
  handler: How nodes call it. Cannot change.
  overhead: What running a Pod with it costs.
  scheduling: Which nodes have it.
node.v1.Overhead: What running a Pod costs on top.
  podFixed: For each Pod.
node.v1.Scheduling: Which nodes have a runtime.
  nodeSelector: Labels of those nodes; joined with the Pod's.
  tolerations: Tolerations that its Pods get.
scheduling.v1.PriorityClass: A name for how important Pods are.
  value: How important; the higher, the more. At most 1000000000. Cannot change.
  globalDefault: Whether Pods that name no class have this one.
  description: What it is meant for.
  preemptionPolicy: Whether its Pods may push out others: PreemptLowerPriority or Never. Cannot change.
coordination.v1.Lease: Who holds something, and since when: leaders, nodes that are alive.
coordination.v1.LeaseSpec: Who holds it.
  holderIdentity: Who holds it.
  leaseDurationSeconds: How long after renewTime it holds.
  acquireTime: When it was taken.
  renewTime: When it was last renewed.
  leaseTransitions: How often it changed hands.
  strategy: How the next leader is chosen.
  preferredHolder: Who should hold it.

rbac.v1.Role: Rights within a namespace.
  rules: The rights.
rbac.v1.ClusterRole: Rights in the whole cluster, or in a namespace when a RoleBinding gives them.
  rules: The rights.
  aggregationRule: Puts the rights together from other ClusterRoles; rules is then filled in.
rbac.v1.AggregationRule: Which ClusterRoles to put together.
  clusterRoleSelectors: Labels of them; one selector that fits is enough.
rbac.v1.PolicyRule: Verbs on resources, or on paths.
  verbs: get, list, watch, create, update, patch, delete, deletecollection and others; "*" for all.
  apiGroups: The API groups; "" is the core group, "*" all.
  resources: The resources, in the plural; a subresource as pods/log; "*" for all.
  resourceNames: Only objects of these names. None: all.
  nonResourceURLs: Paths, as /healthz; a "*" at the end stands for what follows. Only in ClusterRoles.
rbac.v1.RoleBinding: Gives the rights of a role to somebody, within a namespace.
  subjects: Who gets them.
  roleRef: The Role or ClusterRole. Cannot change.
rbac.v1.ClusterRoleBinding: Gives the rights of a ClusterRole to somebody, everywhere.
  subjects: Who gets them.
  roleRef: The ClusterRole. Cannot change.
rbac.v1.RoleRef: A role.
  apiGroup: rbac.authorization.k8s.io.
  kind: Role or ClusterRole.
  name: Its name.
rbac.v1.Subject: Somebody.
  kind: User, Group or ServiceAccount.
  apiGroup: rbac.authorization.k8s.io for User and Group, empty for ServiceAccount.
  name: The name.
  namespace: The namespace of a ServiceAccount.

authentication.v1.TokenReview: Asks whose token this is.
authentication.v1.TokenReviewSpec: The question.
  token: The token.
  audiences: Who would accept it. Default: the API server.
authentication.v1.TokenReviewStatus: The answer.
  authenticated: Whether the token is good.
  user: Whose it is.
  audiences: Who of those asked for may accept it.
  error: Why it could not be checked.
authentication.v1.UserInfo: A user.
  username: The name.
  uid: An id that is never used again.
  groups: The groups.
  extra: What else is known.
authentication.v1.SelfSubjectReview: Asks who I am.
authentication.v1.SelfSubjectReviewStatus: The answer.
  userInfo: Who you are.
authentication.v1.TokenRequest: Asks for a token of a ServiceAccount.
authentication.v1.TokenRequestSpec: Which token.
  audiences: Who is to accept it. Default: the API server.
  expirationSeconds: How long it should be good for, at least 600.
  boundObjectRef: The object that it ends with: a Pod, Node or Secret.
authentication.v1.TokenRequestStatus: The token.
  token: The token.
  expirationTimestamp: Until when it is good.
authentication.v1.BoundObjectReference: An object that a token ends with.
  kind: Pod, Node or Secret.
  apiVersion: v1.
  name: Its name.
  uid: Its uid.

authorization.v1.SubjectAccessReview: Asks whether somebody may do something.
authorization.v1.LocalSubjectAccessReview: Asks whether somebody may do something in this namespace.
authorization.v1.SelfSubjectAccessReview: Asks whether I may do something.
authorization.v1.SubjectAccessReviewSpec, authorization.v1.SelfSubjectAccessReviewSpec: The question. Exactly one of resourceAttributes and nonResourceAttributes is set.
  resourceAttributes: Doing something with a resource.
  nonResourceAttributes: Doing something with a path.
  user: Who.
  groups: Their groups.
  uid: Their uid.
  extra: What else is known of them.
authorization.v1.ResourceAttributes: Doing something with a resource.
  namespace: The namespace. Empty: all, or none for what has no namespace.
  verb: The verb; "*" for all.
  group: The API group; "*" for all.
  version: The version; "*" for all.
  resource: The resource; "*" for all.
  subresource: The subresource.
  name: The name. Empty: all.
  fieldSelector: Only objects with these fields.
  labelSelector: Only objects with these labels.
authorization.v1.FieldSelectorAttributes, authorization.v1.LabelSelectorAttributes: A selector. Exactly one is set.
  rawSelector: As in a query.
  requirements: In parts; all must hold.
authorization.v1.NonResourceAttributes: Doing something with a path.
  path: The path.
  verb: The HTTP verb, in lower case.
authorization.v1.SubjectAccessReviewStatus: The answer.
  allowed: Whether they may.
  denied: Whether somebody said no, so that nobody else was asked.
  reason: Why.
  evaluationError: What went wrong while finding out. The answer can be right all the same.
authorization.v1.SelfSubjectRulesReview: Asks what I may do in a namespace.
authorization.v1.SelfSubjectRulesReviewSpec: The question.
  namespace: The namespace.
authorization.v1.SubjectRulesReviewStatus: The answer.
  resourceRules: What they may do with resources.
  nonResourceRules: What they may do with paths.
  incomplete: Whether there may be more.
  evaluationError: What went wrong while finding out.
authorization.v1.ResourceRule: Verbs on resources.
  verbs: The verbs.
  apiGroups: The API groups.
  resources: The resources.
  resourceNames: Only objects of these names. None: all.
authorization.v1.NonResourceRule: Verbs on paths.
  verbs: The verbs.
  nonResourceURLs: The paths.

certificates.v1.CertificateSigningRequest: Asks for a certificate.
certificates.v1.CertificateSigningRequestSpec: Which certificate. Cannot change.
  request: A PKCS#10 request in PEM, in base64.
  signerName: Who is to sign it: kubernetes.io/kube-apiserver-client and others.
  expirationSeconds: How long it should be good for, at least 600.
  usages: What it is for: digital signature, client auth and so on.
  username: Who asks. Filled in.
  uid: Their uid. Filled in.
  groups: Their groups. Filled in.
  extra: What else is known of them. Filled in.
certificates.v1.CertificateSigningRequestStatus: How it went.
  conditions: Approved, Denied or Failed.
  certificate: The certificate, in PEM, in base64.
certificates.v1.CertificateSigningRequestCondition: A decision.
  type: Approved, Denied or Failed.
  status: True.
  lastUpdateTime: When it was last changed.

flowcontrol.v1.FlowSchema: Which requests belong together, and how important they are.
flowcontrol.v1.FlowSchemaSpec: Which requests.
  priorityLevelConfiguration: How important they are.
  matchingPrecedence: In which order schemas are looked at; the lowest first, 1 to 10000. Default 1000.
  distinguisherMethod: What makes a flow of its own. Unset: nothing does.
  rules: Which requests; one that fits is enough.
flowcontrol.v1.FlowDistinguisherMethod: What makes a flow of its own.
  type: ByUser or ByNamespace.
flowcontrol.v1.PriorityLevelConfigurationReference: A priority level.
  name: Its name.
flowcontrol.v1.PolicyRulesWithSubjects: Requests, by who makes them and what they are.
  subjects: Who makes them.
  resourceRules: Requests for resources.
  nonResourceRules: Requests for paths.
flowcontrol.v1.Subject: Who makes requests. The one named by kind is set.
  kind: User, Group or ServiceAccount.
  user: A user.
  group: A group.
  serviceAccount: A ServiceAccount.
flowcontrol.v1.UserSubject: A user.
  name: The name; "*" for all.
flowcontrol.v1.GroupSubject: A group.
  name: The name; "*" for all.
flowcontrol.v1.ServiceAccountSubject: A ServiceAccount.
  namespace: Its namespace.
  name: Its name; "*" for all.
flowcontrol.v1.ResourcePolicyRule: Requests for resources.
  verbs: The verbs; "*" for all.
  apiGroups: The API groups; "*" for all.
  resources: The resources; "*" for all.
  clusterScope: Also those that have no namespace.
  namespaces: Those of these namespaces; "*" for all.
flowcontrol.v1.NonResourcePolicyRule: Requests for paths.
  verbs: The verbs; "*" for all.
  nonResourceURLs: The paths; a "*" at the end stands for what follows.
flowcontrol.v1.FlowSchemaStatus, flowcontrol.v1.PriorityLevelConfigurationStatus: What was seen.
  conditions: Facts about it.
flowcontrol.v1.PriorityLevelConfiguration: A share of what the API server can do at a time.
flowcontrol.v1.PriorityLevelConfigurationSpec: The share. The one named by type is set.
  type: Limited or Exempt.
  limited: For Limited.
  exempt: For Exempt.
flowcontrol.v1.LimitedPriorityLevelConfiguration: A limited share.
  nominalConcurrencyShares: Its share, set against those of all others. Default 30.
  limitResponse: What happens to requests that are too many.
  lendablePercent: How much of it others may borrow. Default 0.
  borrowingLimitPercent: How much it may borrow, as a percentage of its share. Unset: no limit.
flowcontrol.v1.ExemptPriorityLevelConfiguration: An unlimited share.
  nominalConcurrencyShares: How much is set aside for it. Default 0.
  lendablePercent: How much of it others may borrow. Default 0.
flowcontrol.v1.LimitResponse: What happens to requests that are too many.
  type: Queue or Reject.
  queuing: Settings of queues.
flowcontrol.v1.QueuingConfiguration: Settings of queues.
  queues: How many. Default 64.
  handSize: Among how many of them each flow picks. Default 8.
  queueLengthLimit: How many requests may wait in each. Default 50.
flowcontrol.v1.FlowSchemaCondition: A fact about a FlowSchema.
flowcontrol.v1.PriorityLevelConfigurationCondition: A fact about a priority level.

certificates.v1beta1.ClusterTrustBundle: Certificates that Pods can trust.
certificates.v1beta1.ClusterTrustBundleSpec: The certificates.
  signerName: The signer whose certificates these are. Cannot change.
  trustBundle: Certificates of authorities, in PEM.
certificates.v1alpha1.PodCertificateRequest: Asks for a certificate for a Pod. Made by kubelets.
certificates.v1alpha1.PodCertificateRequestSpec: Which certificate. Cannot change.
  signerName: Who is to sign it.
  podName: The Pod.
  podUID: Its UID.
  serviceAccountName: The Pod's service account.
  serviceAccountUID: Its UID.
  nodeName: The Pod's node.
  nodeUID: Its UID.
  maxExpirationSeconds: How long it should be good for at most, at least 3600. Default 86400.
  pkixPublicKey: The public key, PKIX, in base64.
  proofOfPossession: The Pod's UID, signed with the private key, in base64.
certificates.v1alpha1.PodCertificateRequestStatus: What became of it.
  conditions: Issued, Denied or Failed; none: nobody has decided yet.
  certificateChain: The certificate and those above it, in PEM.
  notBefore: Since when it is good.
  beginRefreshAt: When to ask for the next one.
  notAfter: Until when it is good.

coordination.v1beta1.LeaseCandidate: Somebody who would hold a Lease.
coordination.v1beta1.LeaseCandidateSpec: Which Lease, and how old the candidate is.
  leaseName: The Lease. Cannot change.
  pingTime: When the server last asked whether it is still there.
  renewTime: When it last answered.
  binaryVersion: The version of its program.
  emulationVersion: The version that it behaves as.
  strategy: How the next leader is chosen.

apiserverinternal.v1alpha1.StorageVersion: In which version each API server writes a resource. Named <group>.<resource>.
apiserverinternal.v1alpha1.StorageVersionSpec: Empty.
apiserverinternal.v1alpha1.StorageVersionStatus: What each server says.
  storageVersions: A line for each server.
  commonEncodingVersion: The version that all of them write. Unset while they do not agree.
  conditions: Facts about it.
apiserverinternal.v1alpha1.ServerStorageVersion: What one server says.
  apiServerID: The server.
  encodingVersion: The version that it writes.
  decodableVersions: The versions that it reads.
  servedVersions: The versions that it serves.
apiserverinternal.v1alpha1.StorageVersionCondition: A fact about a StorageVersion.
  observedGeneration: The generation that this speaks of.
storagemigration.v1alpha1.StorageVersionMigration: Writes all objects of a resource again, in the version that is stored today.
storagemigration.v1alpha1.StorageVersionMigrationSpec: Which resource. Cannot change.
  resource: The resource.
  continueToken: Where to go on.
storagemigration.v1alpha1.GroupVersionResource: A resource.
  group: Its group.
  version: Its version.
  resource: Its name.
storagemigration.v1alpha1.StorageVersionMigrationStatus: How far it is.
  conditions: Running, Succeeded or Failed.
  resourceVersion: Objects that were written later need no migration.
storagemigration.v1alpha1.MigrationCondition: A fact about a migration.
  lastUpdateTime: When it was last written.
`
