/**
 * What the fields of volumes mean, those of Pods and PersistentVolumes, a line each. Forms and rules: apimachinery/schema/documentation.ts.
 */
export const volumeDocumentation = `
core.v1.Volume: A volume of a Pod. Besides the name exactly one source is set.
  name: Its name, a DNS label, unique in the Pod.
  emptyDir: An empty folder that lives as long as the Pod.
  hostPath: A file or folder of the node. Dangerous: it shares the node with the Pod.
  configMap: The keys of a ConfigMap as files.
  secret: The keys of a Secret as files.
  projected: Several sources in one folder.
  downwardAPI: Facts about the Pod as files.
  persistentVolumeClaim: The volume bound to a claim of the namespace.
  ephemeral: A claim made for this Pod, that goes with it.
  csi: A volume that a CSI driver makes for this Pod.
  image: The content of an image, read-only.
  nfs: A folder of an NFS server.
  iscsi: A disk over iSCSI.
  fc: A disk over Fibre Channel.
  gitRepo: A clone of a Git repository. Deprecated and unsafe: use an init container.
  gcePersistentDisk, awsElasticBlockStore, azureDisk, azureFile, cinder, vsphereVolume: A disk or share of a cloud. Deprecated: served by its CSI driver.
  portworxVolume: A Portworx volume. Deprecated: served by its CSI driver.
  glusterfs, rbd, cephfs, flocker, quobyte, photonPersistentDisk, scaleIO, storageos: No longer supported.
  flexVolume: A volume of an exec-based driver. Deprecated: use csi.

core.v1.EmptyDirVolumeSource: An empty folder.
  medium: Empty for the node's disk, Memory for RAM.
  sizeLimit: The most it may hold; for Memory at most what the containers may take.

core.v1.HostPathVolumeSource: A file or folder of the node.
  path: The path on the node.
  type: What must be there or is made: DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice. Default: no check.

core.v1.ConfigMapVolumeSource, core.v1.ConfigMapProjection: The keys of a ConfigMap as files.
  name: The ConfigMap.
  items: Which keys, and where to. Unset: all, each as a file of its name.
  defaultMode: Permission bits of the files, 0 to 0777 octal. Default 0644.
  optional: It is fine if the ConfigMap or its keys do not exist.

core.v1.SecretVolumeSource, core.v1.SecretProjection: The keys of a Secret as files.
  secretName, name: The Secret.
  items: Which keys, and where to. Unset: all, each as a file of its name.
  defaultMode: Permission bits of the files, 0 to 0777 octal. Default 0644.
  optional: It is fine if the Secret or its keys do not exist.

core.v1.KeyToPath: A key, and the file that it becomes.
  key: The key.
  path: The file, relative, without "..".
  mode: Permission bits of this file. Default: the volume's.

core.v1.ProjectedVolumeSource: Several sources in one folder.
  sources: The sources.
  defaultMode: Permission bits of the files. Default 0644.

core.v1.VolumeProjection: One source of a projected volume. Exactly one is set.
  secret: Keys of a Secret.
  configMap: Keys of a ConfigMap.
  downwardAPI: Facts about the Pod.
  serviceAccountToken: A token of the Pod's ServiceAccount, renewed in time.
  clusterTrustBundle: Certificates that the cluster trusts.
  podCertificate: A key and a certificate made for this Pod.

core.v1.ServiceAccountTokenProjection: A token for the Pod's ServiceAccount.
  audience: Who is to accept it. Default: the API server.
  expirationSeconds: How long it is good for; it is renewed before. Default 3600, at least 600.
  path: The file, relative.

core.v1.ClusterTrustBundleProjection: Certificates from ClusterTrustBundles in one file.
  name: One bundle, by name.
  signerName: All bundles of a signer, together with labelSelector.
  labelSelector: Which bundles of the signer. Unset: none; empty: all.
  path: The file, relative.
  optional: It is fine if there are none.

core.v1.PodCertificateProjection: A private key and a certificate made for this Pod.
  signerName: Who is to sign it.
  keyType: RSA3072, RSA4096, ECDSAP256, ECDSAP384, ECDSAP521 or ED25519.
  maxExpirationSeconds: How long it may be good for. Default 24 hours.
  credentialBundlePath: One file with key and certificates.
  keyPath: The file with the key alone.
  certificateChainPath: The file with the certificates alone.

core.v1.DownwardAPIVolumeSource, core.v1.DownwardAPIProjection: Facts about the Pod as files.
  items: The files.
  defaultMode: Permission bits of the files. Default 0644.

core.v1.DownwardAPIVolumeFile: A file with a fact about the Pod.
  path: The file, relative, without "..".
  fieldRef: A field of the Pod: name, namespace, uid, labels, annotations.
  resourceFieldRef: A resource of a container.
  mode: Permission bits of this file.

core.v1.PersistentVolumeClaimVolumeSource: A claim in the Pod's namespace.
  claimName: The claim.
  readOnly: Mounts it read-only everywhere.

core.v1.EphemeralVolumeSource: A claim made for the Pod.
  volumeClaimTemplate: What the claim is made from; it is called <pod>-<volume>.

core.v1.PersistentVolumeClaimTemplate: What a claim is made from.
  metadata: Labels and annotations that the claim gets.
  spec: What is claimed.

core.v1.CSIVolumeSource: A volume that a CSI driver makes for a Pod.
  driver: The CSI driver.
  readOnly: Mounts it read-only.
  fsType: The file system. Default: the driver's.
  volumeAttributes: What the driver wants to know.
  nodePublishSecretRef: The Secret that the driver gets when it mounts.

core.v1.CSIPersistentVolumeSource: A volume of a CSI driver.
  driver: The CSI driver.
  volumeHandle: How the driver calls the volume. Cannot change.
  readOnly: Mounts it read-only.
  fsType: The file system.
  volumeAttributes: What the driver wants to know.
  controllerPublishSecretRef: The Secret for attaching.
  nodeStageSecretRef: The Secret for staging on a node.
  nodePublishSecretRef: The Secret for mounting.
  controllerExpandSecretRef: The Secret for growing, outside the node.
  nodeExpandSecretRef: The Secret for growing, on the node.

core.v1.ImageVolumeSource: The content of an image.
  reference: The image.
  pullPolicy: When it is pulled: Always, IfNotPresent or Never. Default as for containers.

core.v1.NFSVolumeSource: A folder of an NFS server.
  server: The server.
  path: The folder it exports.
  readOnly: Mounts it read-only.

core.v1.ISCSIVolumeSource, core.v1.ISCSIPersistentVolumeSource: A disk over iSCSI.
  targetPortal: Address of the target, with :port unless it is 3260.
  iqn: Name of the target.
  lun: Number of the disk.
  iscsiInterface: Interface to use. Default: default (tcp).
  fsType: The file system.
  readOnly: Mounts it read-only.
  portals: Further addresses.
  chapAuthDiscovery: Uses CHAP when looking for targets.
  chapAuthSession: Uses CHAP for the session.
  secretRef: The Secret for CHAP.
  initiatorName: Name of the initiator.

core.v1.FCVolumeSource: A disk over Fibre Channel. Either targetWWNs and lun, or wwids.
  targetWWNs: World wide names of the targets.
  lun: Number of the disk.
  wwids: World wide ids of the disk.
  fsType: The file system.
  readOnly: Mounts it read-only.

core.v1.GitRepoVolumeSource: A clone of a Git repository. Deprecated.
  repository: Its URL.
  revision: The commit.
  directory: The folder to clone into.

core.v1.GCEPersistentDiskVolumeSource: A disk of Google's cloud. Deprecated.
  pdName: Its name.
  fsType: The file system.
  partition: The partition.
  readOnly: Mounts it read-only.

core.v1.AWSElasticBlockStoreVolumeSource: A disk of Amazon's cloud. Deprecated.
  volumeID: Its id.
  fsType: The file system.
  partition: The partition.
  readOnly: Mounts it read-only.

core.v1.AzureDiskVolumeSource: A disk of Microsoft's cloud. Deprecated.
  diskName: Its name.
  diskURI: Its URI.
  cachingMode: None, ReadOnly or ReadWrite.
  fsType: The file system.
  readOnly: Mounts it read-only.
  kind: Shared, Dedicated or Managed.

core.v1.AzureFileVolumeSource, core.v1.AzureFilePersistentVolumeSource: A share of Microsoft's cloud. Deprecated.
  secretName: The Secret with account and key.
  secretNamespace: Its namespace.
  shareName: Its name.
  readOnly: Mounts it read-only.

core.v1.CinderVolumeSource, core.v1.CinderPersistentVolumeSource: A disk of OpenStack. Deprecated.
  volumeID: Its id.
  fsType: The file system.
  readOnly: Mounts it read-only.
  secretRef: The Secret with how to reach OpenStack.

core.v1.VsphereVirtualDiskVolumeSource: A disk of vSphere. Deprecated.
  volumePath: Its path.
  fsType: The file system.
  storagePolicyName: The storage policy, by name.
  storagePolicyID: The storage policy, by id.

core.v1.PortworxVolumeSource: A Portworx volume. Deprecated.
  volumeID: Its id.
  fsType: The file system.
  readOnly: Mounts it read-only.

core.v1.GlusterfsVolumeSource, core.v1.GlusterfsPersistentVolumeSource: A Glusterfs volume. No longer supported.
  endpoints: The Endpoints that name the servers.
  endpointsNamespace: Their namespace.
  path: The volume.
  readOnly: Mounts it read-only.

core.v1.CephFSVolumeSource, core.v1.CephFSPersistentVolumeSource: A Ceph file system. No longer supported.
  monitors: The monitors.
  path: The folder. Default /.
  user: The user. Default admin.
  secretFile: The key ring file.
  secretRef: The Secret, in place of secretFile.
  readOnly: Mounts it read-only.

core.v1.RBDVolumeSource, core.v1.RBDPersistentVolumeSource: A Ceph block device. No longer supported.
  monitors: The monitors.
  image: Its name.
  pool: Its pool. Default rbd.
  user: The user. Default admin.
  keyring: The key ring file. Default /etc/ceph/keyring.
  secretRef: The Secret, in place of keyring.
  fsType: The file system.
  readOnly: Mounts it read-only.

core.v1.FlockerVolumeSource: A Flocker dataset. No longer supported.
  datasetName: Its name.
  datasetUUID: Its id.

core.v1.QuobyteVolumeSource: A Quobyte volume. No longer supported.
  registry: The registries, host:port, separated by commas.
  volume: Its name.
  readOnly: Mounts it read-only.
  user: The user to map to.
  group: The group to map to.
  tenant: The tenant.

core.v1.PhotonPersistentDiskVolumeSource: A Photon disk. No longer supported.
  pdID: Its id.
  fsType: The file system.

core.v1.ScaleIOVolumeSource, core.v1.ScaleIOPersistentVolumeSource: A ScaleIO volume. No longer supported.
  gateway: The API gateway.
  system: The storage system.
  secretRef: The Secret to log in with.
  sslEnabled: Uses TLS.
  protectionDomain: The protection domain.
  storagePool: The storage pool.
  storageMode: ThickProvisioned or ThinProvisioned.
  volumeName: The volume.
  fsType: The file system.
  readOnly: Mounts it read-only.

core.v1.StorageOSVolumeSource, core.v1.StorageOSPersistentVolumeSource: A StorageOS volume. No longer supported.
  volumeName: Its name.
  volumeNamespace: Its namespace within StorageOS.
  fsType: The file system.
  readOnly: Mounts it read-only.
  secretRef: The Secret to log in with.

core.v1.FlexVolumeSource, core.v1.FlexPersistentVolumeSource: A volume of an exec-based driver. Deprecated.
  driver: The driver.
  fsType: The file system.
  secretRef: The Secret that the driver gets.
  readOnly: Mounts it read-only.
  options: Options for the driver.

core.v1.LocalVolumeSource: A disk or folder of one node.
  path: The path on the node.
  fsType: The file system, if it is a block device.

core.v1.VolumeMount: Where a volume appears in a container.
  name: The volume.
  mountPath: Where; without ":".
  readOnly: Read-only for the container. Default false.
  recursiveReadOnly: Whether what is mounted below is read-only too: Disabled, IfPossible or Enabled.
  subPath: The part of the volume to mount. Default: its root.
  subPathExpr: As subPath, with $(NAME) for environment variables.
  mountPropagation: How mounts travel between node and container: None, HostToContainer or Bidirectional. Default None.

core.v1.VolumeDevice: Where a block volume appears in a container.
  name: The volume, a claim with volumeMode Block.
  devicePath: The path of the device.

core.v1.PersistentVolume: A piece of storage in the cluster, whoever will use it.
core.v1.PersistentVolumeSpec: What the storage is. Exactly one source is set.
  capacity: How much it holds.
  accessModes: In which ways it can be mounted.
  claimRef: The claim that it is bound to.
  persistentVolumeReclaimPolicy: What happens once its claim is gone: Retain, Delete or Recycle (deprecated). Default Retain, Delete if it was provisioned.
  storageClassName: The StorageClass it belongs to; empty for none.
  mountOptions: Options for mounting it.
  volumeMode: Filesystem or Block. Default Filesystem.
  nodeAffinity: The nodes from which it can be reached.
  volumeAttributesClassName: The VolumeAttributesClass it belongs to.
  csi: A volume of a CSI driver.
  local: A disk or folder of one node.
  hostPath: A folder of the node, for trying things on one node.
  nfs: A folder of an NFS server.
  iscsi: A disk over iSCSI.
  fc: A disk over Fibre Channel.
  gcePersistentDisk, awsElasticBlockStore, azureDisk, azureFile, cinder, vsphereVolume: A disk or share of a cloud. Deprecated: served by its CSI driver.
  portworxVolume: A Portworx volume. Deprecated: served by its CSI driver.
  glusterfs, rbd, cephfs, flocker, quobyte, photonPersistentDisk, scaleIO, storageos: No longer supported.
  flexVolume: A volume of an exec-based driver. Deprecated: use csi.

core.v1.PersistentVolumeStatus: Where the volume stands.
  phase: Pending, Available, Bound, Released or Failed.
  message: Why, for people.
  reason: Why, in one word.
  lastPhaseTransitionTime: When the phase last changed.

core.v1.VolumeNodeAffinity: Nodes from which a volume can be reached.
  required: What a node must match.

core.v1.PersistentVolumeClaim: A request for storage, and the hold on a volume that answers it.
core.v1.PersistentVolumeClaimSpec: What storage is asked for.
  accessModes: In which ways it must be mountable: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
  resources: How much of it; can grow if the StorageClass allows.
  volumeName: The volume that it is, or is to be, bound to.
  selector: Which volumes can be taken, by labels.
  storageClassName: The StorageClass wanted. Unset: the default one; empty: none.
  volumeMode: Filesystem or Block. Default Filesystem.
  dataSource: A snapshot or claim to begin with. Kept equal to dataSourceRef.
  dataSourceRef: Any object to begin with, that a populator knows.
  volumeAttributesClassName: The VolumeAttributesClass wanted. Can be changed later.

core.v1.VolumeResourceRequirements: How much storage.
  requests: At least this much.
  limits: At most this much.

core.v1.PersistentVolumeClaimStatus: Where the claim stands.
  phase: Pending, Bound or Lost.
  accessModes: The ways in which the volume can be mounted.
  capacity: How much the volume holds.
  conditions: Facts about the claim, for instance that it is being resized.
  allocatedResources: How much is set aside while it grows.
  allocatedResourceStatuses: Where growing stands: ControllerResizeInProgress, NodeResizePending and so on.
  currentVolumeAttributesClassName: The VolumeAttributesClass in force. Unset: none.
  modifyVolumeStatus: Where a change of the class stands. Unset: none is under way.

core.v1.PersistentVolumeClaimCondition: A fact about a claim.
  lastProbeTime: When it was last looked at.

core.v1.ModifyVolumeStatus: A change of the VolumeAttributesClass that is under way.
  targetVolumeAttributesClassName: The class to come.
  status: Pending, InProgress or Infeasible.

core.v1.TypedLocalObjectReference: An object of some kind in the same namespace.
  apiGroup: Its API group. Unset: the core group.
  kind: Its kind.
  name: Its name.

core.v1.TypedObjectReference: An object of some kind.
  apiGroup: Its API group. Unset: the core group.
  kind: Its kind.
  name: Its name.
  namespace: Its namespace. Another than the own one needs a ReferenceGrant there.

core.v1.TopologySelectorTerm: Labels of places.
  matchLabelExpressions: What the labels of the place must be.

core.v1.TopologySelectorLabelRequirement: A label and its values.
  key: The label.
  values: The values, of which one must match.
`
