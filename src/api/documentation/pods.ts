/**
 * What the fields of Pods and of everything below them mean, a line each. Forms and rules: apimachinery/schema/documentation.ts.
 */
export const podDocumentation = `
core.v1.Pod: One or more containers that are placed on a node together and share its network and volumes.
  spec: What is to run, and how. Most of it cannot change once the Pod exists.
  status: What the kubelet last saw of it. Written by the node, not by people.

core.v1.PodSpec: What a Pod runs, where it may run, and with which rights.
  volumes: The volumes that its containers can mount.
  containers: The containers that run side by side. There is at least one; none can be added or removed later.
  initContainers: Containers that run before the others, one after the other, each to its end. One with restartPolicy Always is a sidecar: it keeps running.
  ephemeralContainers: Containers for debugging, added to a running Pod through its ephemeralcontainers subresource, never removed.
  restartPolicy: When a container that ended is started again: Always, OnFailure or Never. Default Always.
  terminationGracePeriodSeconds: How many seconds the processes have from the stop signal until they are killed; 0 kills at once. Default 30.
  activeDeadlineSeconds: How many seconds after its start the Pod is ended and called failed. Unset: no limit.
  dnsPolicy: Where names are looked up: ClusterFirst, ClusterFirstWithHostNet, Default (the node's own way) or None (only dnsConfig). Default ClusterFirst.
  dnsConfig: Name servers, search domains and options on top of what dnsPolicy gives.
  nodeSelector: Labels that a node must have for the Pod to run there.
  serviceAccountName: The ServiceAccount whose rights and token the Pod has. Default: default.
  serviceAccount: Old name of serviceAccountName; both are kept equal.
  automountServiceAccountToken: Whether the token of the ServiceAccount is mounted into the containers.
  nodeName: The node that the Pod is on. Set by the scheduler; who sets it goes past the scheduler.
  hostNetwork: Uses the node's network instead of an own one. Ports of the containers are then ports of the node.
  hostPID: Sees the processes of the node.
  hostIPC: Shares System V IPC with the node.
  hostUsers: Uses the user ids of the node. False gives the Pod a user namespace of its own. Default true.
  shareProcessNamespace: All containers of the Pod see each other's processes.
  securityContext: Rights and ids for all containers; a container can say otherwise for itself.
  imagePullSecrets: Secrets of this namespace with credentials for image registries.
  hostname: The name that the Pod sees as its own. Default: its metadata.name.
  hostnameOverride: The name that the Pod sees as its own, whatever hostname and subdomain say.
  subdomain: Makes the full name <hostname>.<subdomain>.<namespace>.svc.<cluster domain>.
  setHostnameAsFQDN: The Pod sees its full name as its hostname.
  affinity: Which nodes, and which neighbours, are needed, wished for or avoided.
  schedulerName: Which scheduler places the Pod. Default default-scheduler.
  tolerations: Taints of nodes that the Pod puts up with.
  hostAliases: Further lines for the Pod's /etc/hosts. Not for Pods on the host's network.
  priorityClassName: The PriorityClass that says how important the Pod is. Its value is copied to priority.
  priority: How important the Pod is; the higher, the earlier it is placed, and the fewer can push it out. Filled in from priorityClassName.
  preemptionPolicy: Whether the Pod may push out others to find a place: PreemptLowerPriority or Never. Default PreemptLowerPriority.
  readinessGates: Conditions that must be true, besides ready containers, before the Pod is ready.
  runtimeClassName: The RuntimeClass, that is the container runtime, to run it with.
  enableServiceLinks: Puts the addresses of the namespace's Services into environment variables. Default true.
  overhead: What running the Pod costs on top of its containers. Filled in from the RuntimeClass.
  topologySpreadConstraints: How evenly Pods that match are spread over zones, nodes or other domains. All must hold.
  os: The operating system that the containers need; fields of another system must then be unset.
  schedulingGates: As long as there is one, the Pod is not scheduled. Can be removed, not added.
  resourceClaims: The ResourceClaims that must be allocated before the Pod can start, by names that containers refer to.
  resources: What all containers together may take and are given: cpu, memory and hugepages.

core.v1.PodOS: The operating system of a Pod.
  name: linux or windows.

core.v1.PodSchedulingGate: What keeps a Pod from being scheduled for now.
  name: Names the gate; each name once.

core.v1.PodReadinessGate: A condition that counts for readiness.
  conditionType: The type of a condition in the Pod's status.

core.v1.PodResourceClaim: A claim for devices that a Pod uses. Exactly one of the two sources is set.
  name: How containers refer to it; unique in the Pod.
  resourceClaimName: A ResourceClaim of the Pod's namespace.
  resourceClaimTemplateName: A ResourceClaimTemplate of the namespace; a claim is made of it for this Pod and goes with it.

core.v1.HostAlias: One line of /etc/hosts.
  ip: The address.
  hostnames: The names for it.

core.v1.PodDNSConfig: How names are looked up inside a Pod, on top of its dnsPolicy.
  nameservers: Addresses of DNS servers, put before the others; duplicates are dropped.
  searches: Domains in which short names are looked for.
  options: Options of the resolver.

core.v1.PodDNSConfigOption: One option of the resolver.
  name: Its name, for instance ndots.
  value: Its value, if it has one.

core.v1.PodSecurityContext: Rights and ids for all containers of a Pod, and for its volumes.
  seLinuxOptions: The SELinux context of all containers. Unset: the runtime gives each a random one.
  windowsOptions: What applies only on Windows.
  runAsUser: The user id that the processes run with. Default: what the image says.
  runAsGroup: The main group id that the processes run with. Default: what the runtime gives.
  runAsNonRoot: The kubelet refuses to start a container that would run as user 0.
  supplementalGroups: Further groups of the first process of each container.
  supplementalGroupsPolicy: Whether the groups of the image count too: Merge or Strict. Default Merge.
  fsGroup: A group that owns the volumes which can be owned, so that all containers can write there.
  fsGroupChangePolicy: When volumes change hands for fsGroup: OnRootMismatch or Always. Default Always.
  sysctls: Kernel parameters of the Pod's namespaces.
  seccompProfile: Which system calls are allowed.
  appArmorProfile: The AppArmor profile of the containers.
  seLinuxChangePolicy: How volumes get their SELinux label: Recursive or MountOption.

core.v1.SecurityContext: Rights and ids of one container. What is set here counts more than what the Pod says.
  capabilities: Linux capabilities to give and to take away. Default: what the runtime grants.
  privileged: Nearly all rights of root on the node. Default false.
  seLinuxOptions: The SELinux context. Unset: the runtime gives a random one.
  windowsOptions: What applies only on Windows.
  runAsUser: The user id of the first process. Default: what the image says.
  runAsGroup: The main group id of the first process.
  runAsNonRoot: The kubelet refuses to start the container if it would run as user 0.
  readOnlyRootFilesystem: The container cannot write to its own root file system. Default false.
  allowPrivilegeEscalation: Whether a process can gain more rights than its parent. Always true if privileged or with CAP_SYS_ADMIN.
  procMount: How /proc is mounted: Default (parts hidden or read-only) or Unmasked.
  seccompProfile: Which system calls are allowed.
  appArmorProfile: The AppArmor profile of the container.

core.v1.Capabilities: Linux capabilities, by name.
  add: Given on top of the default.
  drop: Taken away; ALL takes all.

core.v1.SELinuxOptions: The labels of an SELinux context.
  user: The user label.
  role: The role label.
  type: The type label.
  level: The level label.

core.v1.SeccompProfile: A filter of system calls.
  type: RuntimeDefault (the runtime's own filter), Localhost (a file on the node) or Unconfined (none).
  localhostProfile: The file, below the kubelet's seccomp folder. Only with type Localhost.

core.v1.AppArmorProfile: An AppArmor profile.
  type: RuntimeDefault (the runtime's own profile), Localhost (one loaded on the node) or Unconfined (none).
  localhostProfile: The name of the profile loaded on the node. Only with type Localhost.

core.v1.WindowsSecurityContextOptions: Rights and ids on Windows.
  gmsaCredentialSpecName: The name of the GMSA credential spec to use.
  gmsaCredentialSpec: The text of the credential spec, usually filled in by a webhook.
  runAsUserName: The user that the first process runs as. Default: what the image says.
  hostProcess: Runs as a process of the host. All containers of a Pod do or none does; needs hostNetwork.

core.v1.Sysctl: One kernel parameter.
  name: Its name, for instance net.core.somaxconn.
  value: Its value.

core.v1.Container, core.v1.EphemeralContainer: One container of a Pod.
  name: Its name, a DNS label, unique in the Pod. Cannot change.
  image: The image to run.
  command: What to run, in place of the image's entrypoint; no shell. $(NAME) stands for an environment variable, $$ for a dollar sign.
  args: Arguments, in place of the image's. $(NAME) stands for an environment variable, $$ for a dollar sign.
  workingDir: The folder it starts in. Default: the image's.
  ports: The ports it listens on. For information, except hostPort; what is not named here can be reached all the same.
  envFrom: Sources whose keys all become environment variables. env counts more; of the same key the last source counts.
  env: Environment variables.
  resources: What it asks for and may take of cpu, memory and other resources.
  resizePolicy: Whether it restarts when one of its resources is resized.
  restartPolicy: For an init container Always makes it a sidecar. Otherwise it overrides the Pod's policy for this container.
  restartPolicyRules: Rules by exit code that decide before restartPolicy does.
  volumeMounts: Where volumes of the Pod appear in its file system.
  volumeDevices: Where block volumes of the Pod appear as devices.
  livenessProbe: Asked again and again; if it fails, the container is restarted.
  readinessProbe: Asked again and again; while it fails, the Pod gets no traffic from Services.
  startupProbe: Asked first; the other probes wait until it succeeds. If it never does, the container is restarted.
  lifecycle: What to do right after the start and right before the stop.
  terminationMessagePath: The file with the last words of the container, at most 4096 bytes of it. Default /dev/termination-log.
  terminationMessagePolicy: File, or FallbackToLogsOnError to take the end of the log if that file is empty. Default File.
  imagePullPolicy: When the image is pulled: Always, IfNotPresent or Never. Default Always for the tag latest, else IfNotPresent.
  securityContext: Rights and ids of this container.
  stdin: Keeps standard input open. Otherwise reading it gives the end at once.
  stdinOnce: Closes standard input when the first client that attached leaves.
  tty: Gives it a terminal; needs stdin.
  targetContainerName: The container whose processes it sees. Only in ephemeral containers.

core.v1.ContainerPort: A port that a container listens on.
  name: Its name, by which Services and probes can refer to it; unique in the Pod.
  containerPort: The number, 1 to 65535.
  hostPort: The port of the node that leads to it. Few need it.
  hostIP: The address of the node to bind hostPort to.
  protocol: TCP, UDP or SCTP. Default TCP.

core.v1.EnvVar: One environment variable. Either its value or where to take it from.
  name: Its name.
  value: Its value; $(NAME) stands for a variable named before. Default empty.
  valueFrom: Where its value comes from.

core.v1.EnvVarSource: Where the value of an environment variable comes from. Exactly one is set.
  fieldRef: A field of the Pod: metadata.name, metadata.namespace, metadata.labels['key'], metadata.annotations['key'], spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP and others.
  resourceFieldRef: A resource of a container: limits.cpu, requests.memory and so on.
  configMapKeyRef: A key of a ConfigMap.
  secretKeyRef: A key of a Secret.
  fileKeyRef: A key in a file of a volume.

core.v1.EnvFromSource: A source whose keys all become environment variables.
  prefix: Put before each key.
  configMapRef: The ConfigMap.
  secretRef: The Secret.

core.v1.ConfigMapEnvSource: A ConfigMap whose keys become environment variables.
  name: Its name.
  optional: The container starts even if it does not exist.

core.v1.SecretEnvSource: A Secret whose keys become environment variables.
  name: Its name.
  optional: The container starts even if it does not exist.

core.v1.ConfigMapKeySelector: A key of a ConfigMap in the same namespace.
  name: The ConfigMap.
  key: The key.
  optional: The container starts even if ConfigMap or key do not exist.

core.v1.SecretKeySelector: A key of a Secret in the same namespace.
  name: The Secret.
  key: The key.
  optional: The container starts even if Secret or key do not exist.

core.v1.FileKeySelector: A key in a file of lines KEY=value.
  volumeName: The volume with the file.
  path: The file, relative to the volume.
  key: The key.
  optional: The container starts even if file or key do not exist.

core.v1.ObjectFieldSelector: A field of the object itself.
  apiVersion: The version in which the path is written. Default v1.
  fieldPath: The path of the field, for instance metadata.name.

core.v1.ResourceFieldSelector: An amount of a container's resources.
  containerName: The container. Needed for volumes, optional for environment variables.
  resource: For instance limits.cpu or requests.memory.
  divisor: The unit in which it is given; the result is rounded up. Default 1.

core.v1.ResourceRequirements: What is asked for, and what may be taken, of each resource.
  limits: At most this much.
  requests: At least this much is set aside. Default: the limit, if there is one.
  claims: The Pod's resourceClaims that this container uses.

core.v1.ResourceClaim: A claim of the Pod that a container uses.
  name: Its name in the Pod's resourceClaims.
  request: The request within the claim. Unset: all of it.

core.v1.ContainerResizePolicy: What happens when a resource is resized.
  resourceName: cpu or memory.
  restartPolicy: NotRequired or RestartContainer. Default NotRequired.

core.v1.ContainerRestartRule: What to do when a container ended in a certain way.
  action: Restart is all there is.
  exitCodes: The exit codes that it is about.

core.v1.ContainerRestartRuleOnExitCodes: A set of exit codes.
  operator: In or NotIn.
  values: The codes, at most 255.

core.v1.Lifecycle: What to do at the beginning and at the end of a container.
  postStart: Done right after the start. If it fails, the container is stopped as its restart policy says.
  preStop: Done before the stop signal; the grace period counts from its beginning.
  stopSignal: The signal to stop it with. Default: the image's, or SIGTERM. Needs spec.os.

core.v1.LifecycleHandler: One thing to do. Exactly one is set.
  exec: Runs a command in the container.
  httpGet: Makes an HTTP request.
  tcpSocket: Deprecated, kept for old manifests; fails when run.
  sleep: Waits.

core.v1.SleepAction: A wait.
  seconds: How long.

core.v1.ExecAction: A command in the container.
  command: The program and its arguments, without a shell. Exit code 0 is success.

core.v1.HTTPGetAction: An HTTP GET; 200 to 399 is success.
  path: The path.
  port: The port, a number or a name of a container's port.
  host: The host. Default: the Pod's address. Set a Host header rather than this.
  scheme: HTTP or HTTPS. Default HTTP. The certificate is not checked.
  httpHeaders: Headers to send; a name may be there several times.

core.v1.HTTPHeader: One header.
  name: Its name.
  value: Its value.

core.v1.TCPSocketAction: Opening a TCP connection; that it opens is success.
  port: The port, a number or a name of a container's port.
  host: The host. Default: the Pod's address.

core.v1.GRPCAction: A call of gRPC's health service; SERVING is success.
  port: The port, a number.
  service: The name of the service to ask about. Default empty.

core.v1.Probe: A check that is repeated. Exactly one of exec, httpGet, tcpSocket and grpc is set.
  exec: Runs a command in the container.
  httpGet: Makes an HTTP request.
  tcpSocket: Opens a connection.
  grpc: Calls gRPC's health service.
  initialDelaySeconds: How long after the start the first check waits. Default 0.
  timeoutSeconds: How long one check may take. Default 1.
  periodSeconds: How often to check. Default 10.
  successThreshold: How many successes in a row make it succeed after a failure. Default 1, and 1 for liveness and startup.
  failureThreshold: How many failures in a row make it fail. Default 3.
  terminationGracePeriodSeconds: The grace period when this probe ends the container, instead of the Pod's. Not for readiness.

core.v1.Affinity: Where a Pod should and should not run.
  nodeAffinity: By the labels of nodes.
  podAffinity: Near other Pods.
  podAntiAffinity: Away from other Pods.

core.v1.NodeAffinity: Nodes that are needed or wished for.
  requiredDuringSchedulingIgnoredDuringExecution: A node must match one of the terms. Later changes of its labels do not matter.
  preferredDuringSchedulingIgnoredDuringExecution: Nodes that match are preferred; the weights of all terms that match are summed.

core.v1.PodAffinity, core.v1.PodAntiAffinity: Neighbours that are needed, wished for or avoided.
  requiredDuringSchedulingIgnoredDuringExecution: All of these must hold for a node to be taken.
  preferredDuringSchedulingIgnoredDuringExecution: Nodes for which these hold are preferred; weights are summed.

core.v1.PreferredSchedulingTerm: A wish about nodes, with its weight.
  weight: 1 to 100.
  preference: What the node should match.

core.v1.WeightedPodAffinityTerm: A wish about neighbours, with its weight.
  weight: 1 to 100.
  podAffinityTerm: The neighbours.

core.v1.PodAffinityTerm: Some Pods, and what counts as near.
  labelSelector: Which Pods. Unset: none.
  namespaces: In which namespaces. Neither this nor namespaceSelector: the Pod's own.
  namespaceSelector: In namespaces with these labels; empty means all. Joined with namespaces.
  topologyKey: The label whose value nodes must share to count as one place. Not empty.
  matchLabelKeys: Labels whose values are taken from the Pod that comes in and added to labelSelector as key in (value).
  mismatchLabelKeys: Labels whose values are taken from the Pod that comes in and added to labelSelector as key notin (value).

core.v1.NodeSelector: Terms of which a node must match one.
  nodeSelectorTerms: The terms; at least one.

core.v1.NodeSelectorTerm: Requirements that must all hold. An empty term matches nothing.
  matchExpressions: About labels of the node.
  matchFields: About fields of the node: metadata.name.

core.v1.NodeSelectorRequirement: One requirement.
  key: The label or field.
  operator: In, NotIn, Exists, DoesNotExist, Gt or Lt.
  values: The values; none for Exists and DoesNotExist, one integer for Gt and Lt.

core.v1.Toleration: A taint that does not keep the Pod away.
  key: The taint's key. Empty with operator Exists: every taint.
  operator: Equal, or Exists to take any value. Default Equal.
  value: The taint's value. Empty for Exists.
  effect: NoSchedule, PreferNoSchedule or NoExecute. Empty: all of them.
  tolerationSeconds: For NoExecute: how long the Pod stays once the taint is there. Unset: for ever; 0 or less: not at all.

core.v1.TopologySpreadConstraint: How evenly matching Pods are to be spread.
  maxSkew: How much more may be in one domain than in the emptiest. At least 1.
  topologyKey: The label of nodes whose values are the domains.
  whenUnsatisfiable: DoNotSchedule, or ScheduleAnyway to treat it as a wish.
  labelSelector: The Pods to count.
  minDomains: With fewer domains than this the emptiest counts as 0. Only with DoNotSchedule.
  nodeAffinityPolicy: Whether nodes that the Pod's nodeAffinity excludes are counted: Honor (not counted) or Ignore. Default Honor.
  nodeTaintsPolicy: Whether nodes whose taints the Pod does not tolerate are counted: Honor (not counted) or Ignore. Default Ignore.
  matchLabelKeys: Labels whose values are taken from the Pod that comes in, to count only Pods that share them.

core.v1.PodTemplateSpec: What Pods are made from.
  metadata: Labels and annotations that the Pods get.
  spec: What the Pods run.

core.v1.PodTemplate: A template of Pods, kept under a name.
  template: What Pods are made from.

core.v1.Binding: Puts a Pod on a node. Sent by schedulers.
  target: The node.

core.v1.PodStatus: What was last seen of a Pod. The node writes it, so it can be out of date.
  phase: Where the Pod stands, in a word: Pending, Running, Succeeded, Failed or Unknown. Look at conditions for more.
  conditions: Facts about the Pod that are true, false or unknown.
  message: Why it is as it is, for people.
  reason: Why it is as it is, in a word: Evicted.
  hostIP: The main address of its node.
  hostIPs: All addresses of its node, the main one first.
  podIP: Its main address. Empty until it has one.
  podIPs: All its addresses, at most one of each family; the first is podIP.
  startTime: When the kubelet took it on, before images were pulled.
  containerStatuses: One status for each container.
  initContainerStatuses: One status for each init container, in order.
  ephemeralContainerStatuses: One status for each ephemeral container.
  qosClass: Guaranteed, Burstable or BestEffort: who is pushed out first when a node runs short.
  nominatedNodeName: The node that is being cleared for this Pod. It may still land elsewhere.
  resize: Where a resize stands. Deprecated: conditions PodResizePending and PodResizeInProgress say it.
  resourceClaimStatuses: The claims made from templates for this Pod.
  extendedResourceClaimStatus: The claim made for extended resources that devices back.
  observedGeneration: The generation that this status speaks of.

core.v1.PodCondition: A fact about a Pod.
  type: PodScheduled, Initialized, ContainersReady, Ready, DisruptionTarget and others.
  status: True, False or Unknown.
  lastProbeTime: When it was last looked at.
  lastTransitionTime: When status last changed.
  reason: Why, in one word, for programs.
  message: Why, for people.
  observedGeneration: The generation of the Pod that this speaks of.

core.v1.PodIP: One address of a Pod.
  ip: The address.

core.v1.HostIP: One address of a node.
  ip: The address.

core.v1.PodResourceClaimStatus: The claim made for an entry of resourceClaims.
  name: The entry.
  resourceClaimName: The ResourceClaim. Unset: none is needed.

core.v1.PodExtendedResourceClaimStatus: The claim that backs extended resources.
  requestMappings: Which request of the claim stands for which resource of which container.
  resourceClaimName: The ResourceClaim.

core.v1.ContainerExtendedResourceRequest: A resource of a container and the request that stands for it.
  containerName: The container.
  resourceName: The extended resource.
  requestName: The request in the claim.

core.v1.ContainerStatus: What was last seen of one container.
  name: The container.
  state: What it does now.
  lastState: How it ended the time before.
  ready: Whether it passes its readiness probe.
  started: Whether it has started and passed its startup probe.
  restartCount: How often it was started again.
  image: The image it runs.
  imageID: The exact image.
  containerID: How the runtime calls it: <type>://<id>.
  allocatedResources: What the node has set aside for it.
  allocatedResourcesStatus: How the devices given to it are.
  resources: The requests and limits that are in force now.
  volumeMounts: How its volumes are mounted.
  user: The ids that its first process began with.
  stopSignal: The signal that will stop it.

core.v1.ContainerState: What a container does. One of three; none means waiting.
  waiting: It is not running yet, or not yet again.
  running: It runs.
  terminated: It has ended.

core.v1.ContainerStateWaiting: Why a container waits.
  reason: In one word: ContainerCreating, CrashLoopBackOff, ErrImagePull.
  message: For people.

core.v1.ContainerStateRunning: A running container.
  startedAt: Since when.

core.v1.ContainerStateTerminated: How a container ended.
  exitCode: Its exit code.
  signal: The signal that ended it.
  reason: In one word: Completed, Error, OOMKilled.
  message: Its last words.
  startedAt: When it began.
  finishedAt: When it ended.
  containerID: How the runtime calls it: <type>://<id>.

core.v1.ContainerUser: The ids of a container.
  linux: On Linux.

core.v1.LinuxContainerUser: The ids of a process on Linux.
  uid: The user.
  gid: The group.
  supplementalGroups: Further groups.

core.v1.ResourceStatus: How the devices of one resource are.
  name: The resource, or claim:<name>/<request>.
  resources: One entry for each device.

core.v1.ResourceHealth: How a device is.
  resourceID: The device.
  health: Healthy, Unhealthy or Unknown.

core.v1.VolumeMountStatus: How a volume is mounted.
  name: The volume.
  mountPath: Where.
  readOnly: Whether it is read-only.
  recursiveReadOnly: Whether everything mounted below is too: Disabled, IfPossible or Enabled.
`
