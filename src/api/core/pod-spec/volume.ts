/**
 * Volumes of a Pod: where files come from. One struct per volume type and the projections that a projected volume
 * combines.
 */
import { labelSelector } from '../../../apimachinery/meta.ts'
import {
  boolean,
  field,
  type Infer,
  inline,
  int32,
  int64,
  list,
  map,
  quantity,
  string,
  struct,
} from '../../../apimachinery/schema/schema.ts'
import { persistentVolumeClaimTemplate } from '../persistent-volume-claim-schema.ts'
import { localObjectReference } from '../references.ts'
import { objectFieldSelector, resourceFieldSelector } from './env.ts'

export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof awsElasticBlockStoreVolumeSource> {}
export const awsElasticBlockStoreVolumeSource = struct('core.v1.AWSElasticBlockStoreVolumeSource', {
  volumeID: field(1, string),
  fsType: field(2, string).optional(),
  partition: field(3, int32).optional(),
  readOnly: field(4, boolean).optional(),
})

export interface AzureDiskVolumeSource extends Infer<typeof azureDiskVolumeSource> {}
export const azureDiskVolumeSource = struct('core.v1.AzureDiskVolumeSource', {
  diskName: field(1, string),
  diskURI: field(2, string),
  cachingMode: field(3, string).optional().pointer().default('ReadWrite').enum('None', 'ReadOnly', 'ReadWrite'),
  fsType: field(4, string).optional().pointer().default('ext4'),
  readOnly: field(5, boolean).optional().pointer().default(false),
  kind: field(6, string).optional().pointer().default('Shared').enum('Dedicated', 'Managed', 'Shared'),
})

export interface FCVolumeSource extends Infer<typeof fcVolumeSource> {}
export const fcVolumeSource = struct('core.v1.FCVolumeSource', {
  targetWWNs: field(1, list(string)).optional().listAtomic(),
  lun: field(2, int32).optional().pointer(),
  fsType: field(3, string).optional(),
  readOnly: field(4, boolean).optional(),
  wwids: field(5, list(string)).optional().listAtomic(),
})

export interface FlockerVolumeSource extends Infer<typeof flockerVolumeSource> {}
export const flockerVolumeSource = struct('core.v1.FlockerVolumeSource', {
  datasetName: field(1, string).optional(),
  datasetUUID: field(2, string).optional(),
})

export interface GCEPersistentDiskVolumeSource extends Infer<typeof gcePersistentDiskVolumeSource> {}
export const gcePersistentDiskVolumeSource = struct('core.v1.GCEPersistentDiskVolumeSource', {
  pdName: field(1, string),
  fsType: field(2, string).optional(),
  partition: field(3, int32).optional(),
  readOnly: field(4, boolean).optional(),
})

export interface HostPathVolumeSource extends Infer<typeof hostPathVolumeSource> {}
export const hostPathVolumeSource = struct('core.v1.HostPathVolumeSource', {
  path: field(1, string),
  type: field(2, string)
    .optional()
    .pointer()
    .enum('', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'),
})

export interface LocalVolumeSource extends Infer<typeof localVolumeSource> {}
export const localVolumeSource = struct('core.v1.LocalVolumeSource', {
  path: field(1, string),
  fsType: field(2, string).optional().pointer(),
})

export interface NFSVolumeSource extends Infer<typeof nfsVolumeSource> {}
export const nfsVolumeSource = struct('core.v1.NFSVolumeSource', {
  server: field(1, string),
  path: field(2, string),
  readOnly: field(3, boolean).optional(),
})

export interface PhotonPersistentDiskVolumeSource extends Infer<typeof photonPersistentDiskVolumeSource> {}
export const photonPersistentDiskVolumeSource = struct('core.v1.PhotonPersistentDiskVolumeSource', {
  pdID: field(1, string),
  fsType: field(2, string).optional(),
})

export interface PortworxVolumeSource extends Infer<typeof portworxVolumeSource> {}
export const portworxVolumeSource = struct('core.v1.PortworxVolumeSource', {
  volumeID: field(1, string),
  fsType: field(2, string).optional(),
  readOnly: field(3, boolean).optional(),
})

export interface QuobyteVolumeSource extends Infer<typeof quobyteVolumeSource> {}
export const quobyteVolumeSource = struct('core.v1.QuobyteVolumeSource', {
  registry: field(1, string),
  volume: field(2, string),
  readOnly: field(3, boolean).optional(),
  user: field(4, string).optional(),
  group: field(5, string).optional(),
  tenant: field(6, string).optional(),
})

export interface VsphereVirtualDiskVolumeSource extends Infer<typeof vsphereVirtualDiskVolumeSource> {}
export const vsphereVirtualDiskVolumeSource = struct('core.v1.VsphereVirtualDiskVolumeSource', {
  volumePath: field(1, string),
  fsType: field(2, string).optional(),
  storagePolicyName: field(3, string).optional(),
  storagePolicyID: field(4, string).optional(),
})

export interface AzureFileVolumeSource extends Infer<typeof azureFileVolumeSource> {}
export const azureFileVolumeSource = struct('core.v1.AzureFileVolumeSource', {
  secretName: field(1, string),
  shareName: field(2, string),
  readOnly: field(3, boolean).optional(),
})

export interface CephFSVolumeSource extends Infer<typeof cephFSVolumeSource> {}
export const cephFSVolumeSource = struct('core.v1.CephFSVolumeSource', {
  monitors: field(1, list(string)).listAtomic(),
  path: field(2, string).optional(),
  user: field(3, string).optional(),
  secretFile: field(4, string).optional(),
  secretRef: field(5, localObjectReference).optional().pointer(),
  readOnly: field(6, boolean).optional(),
})

export interface CinderVolumeSource extends Infer<typeof cinderVolumeSource> {}
export const cinderVolumeSource = struct('core.v1.CinderVolumeSource', {
  volumeID: field(1, string),
  fsType: field(2, string).optional(),
  readOnly: field(3, boolean).optional(),
  secretRef: field(4, localObjectReference).optional().pointer(),
})

export interface KeyToPath extends Infer<typeof keyToPath> {}
export const keyToPath = struct('core.v1.KeyToPath', {
  key: field(1, string),
  path: field(2, string),
  mode: field(3, int32).optional().pointer(),
})

export interface ConfigMapVolumeSource extends Infer<typeof configMapVolumeSource> {}
export const configMapVolumeSource = struct('core.v1.ConfigMapVolumeSource', {
  ...inline(1, localObjectReference),
  items: field(2, list(keyToPath)).optional().listAtomic(),
  defaultMode: field(3, int32).optional().pointer(),
  optional: field(4, boolean).optional().pointer(),
})

export interface CSIVolumeSource extends Infer<typeof csiVolumeSource> {}
export const csiVolumeSource = struct('core.v1.CSIVolumeSource', {
  driver: field(1, string),
  readOnly: field(2, boolean).optional().pointer(),
  fsType: field(3, string).optional().pointer(),
  volumeAttributes: field(4, map(string)).optional(),
  nodePublishSecretRef: field(5, localObjectReference).optional().pointer(),
})

export interface DownwardAPIVolumeFile extends Infer<typeof downwardAPIVolumeFile> {}
export const downwardAPIVolumeFile = struct('core.v1.DownwardAPIVolumeFile', {
  path: field(1, string),
  fieldRef: field(2, objectFieldSelector).optional().pointer(),
  resourceFieldRef: field(3, resourceFieldSelector).optional().pointer(),
  mode: field(4, int32).optional().pointer(),
})

export interface DownwardAPIVolumeSource extends Infer<typeof downwardAPIVolumeSource> {}
export const downwardAPIVolumeSource = struct('core.v1.DownwardAPIVolumeSource', {
  items: field(1, list(downwardAPIVolumeFile)).optional().listAtomic(),
  defaultMode: field(2, int32).optional().pointer(),
})

export interface EmptyDirVolumeSource extends Infer<typeof emptyDirVolumeSource> {}
export const emptyDirVolumeSource = struct('core.v1.EmptyDirVolumeSource', {
  medium: field(1, string).optional(),
  sizeLimit: field(2, quantity).optional().pointer(),
})

export interface EphemeralVolumeSource extends Infer<typeof ephemeralVolumeSource> {}
export const ephemeralVolumeSource = struct('core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: field(1, persistentVolumeClaimTemplate).optional().pointer(),
})

export interface FlexVolumeSource extends Infer<typeof flexVolumeSource> {}
export const flexVolumeSource = struct('core.v1.FlexVolumeSource', {
  driver: field(1, string),
  fsType: field(2, string).optional(),
  secretRef: field(3, localObjectReference).optional().pointer(),
  readOnly: field(4, boolean).optional(),
  options: field(5, map(string)).optional(),
})

export interface GitRepoVolumeSource extends Infer<typeof gitRepoVolumeSource> {}
export const gitRepoVolumeSource = struct('core.v1.GitRepoVolumeSource', {
  repository: field(1, string),
  revision: field(2, string).optional(),
  directory: field(3, string).optional(),
})

export interface GlusterfsVolumeSource extends Infer<typeof glusterfsVolumeSource> {}
export const glusterfsVolumeSource = struct('core.v1.GlusterfsVolumeSource', {
  endpoints: field(1, string),
  path: field(2, string),
  readOnly: field(3, boolean).optional(),
})

export interface ImageVolumeSource extends Infer<typeof imageVolumeSource> {}
export const imageVolumeSource = struct('core.v1.ImageVolumeSource', {
  reference: field(1, string).optional(),
  pullPolicy: field(2, string).optional().enum('Always', 'IfNotPresent', 'Never'),
})

export interface ISCSIVolumeSource extends Infer<typeof iscsiVolumeSource> {}
export const iscsiVolumeSource = struct('core.v1.ISCSIVolumeSource', {
  targetPortal: field(1, string),
  iqn: field(2, string),
  lun: field(3, int32),
  iscsiInterface: field(4, string).optional().default('default'),
  fsType: field(5, string).optional(),
  readOnly: field(6, boolean).optional(),
  portals: field(7, list(string)).optional().listAtomic(),
  chapAuthDiscovery: field(8, boolean).optional(),
  chapAuthSession: field(11, boolean).optional(),
  secretRef: field(10, localObjectReference).optional().pointer(),
  initiatorName: field(12, string).optional().pointer(),
})

export interface PersistentVolumeClaimVolumeSource extends Infer<typeof persistentVolumeClaimVolumeSource> {}
export const persistentVolumeClaimVolumeSource = struct('core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: field(1, string),
  readOnly: field(2, boolean).optional(),
})

export interface ClusterTrustBundleProjection extends Infer<typeof clusterTrustBundleProjection> {}
export const clusterTrustBundleProjection = struct('core.v1.ClusterTrustBundleProjection', {
  name: field(1, string).optional().pointer(),
  signerName: field(2, string).optional().pointer(),
  labelSelector: field(3, labelSelector).optional().pointer(),
  optional: field(5, boolean).optional().pointer(),
  path: field(4, string),
})

export interface ConfigMapProjection extends Infer<typeof configMapProjection> {}
export const configMapProjection = struct('core.v1.ConfigMapProjection', {
  ...inline(1, localObjectReference),
  items: field(2, list(keyToPath)).optional().listAtomic(),
  optional: field(4, boolean).optional().pointer(),
})

export interface DownwardAPIProjection extends Infer<typeof downwardAPIProjection> {}
export const downwardAPIProjection = struct('core.v1.DownwardAPIProjection', {
  items: field(1, list(downwardAPIVolumeFile)).optional().listAtomic(),
})

export interface PodCertificateProjection extends Infer<typeof podCertificateProjection> {}
export const podCertificateProjection = struct('core.v1.PodCertificateProjection', {
  signerName: field(1, string).omitEmpty(),
  keyType: field(2, string).omitEmpty(),
  maxExpirationSeconds: field(3, int32).optional().pointer(),
  credentialBundlePath: field(4, string).optional(),
  keyPath: field(5, string).optional(),
  certificateChainPath: field(6, string).optional(),
})

export interface SecretProjection extends Infer<typeof secretProjection> {}
export const secretProjection = struct('core.v1.SecretProjection', {
  ...inline(1, localObjectReference),
  items: field(2, list(keyToPath)).optional().listAtomic(),
  optional: field(4, boolean).optional().pointer(),
})

export interface ServiceAccountTokenProjection extends Infer<typeof serviceAccountTokenProjection> {}
export const serviceAccountTokenProjection = struct('core.v1.ServiceAccountTokenProjection', {
  audience: field(1, string).optional(),
  expirationSeconds: field(2, int64).optional().pointer(),
  path: field(3, string),
})

export interface VolumeProjection extends Infer<typeof volumeProjection> {}
export const volumeProjection = struct('core.v1.VolumeProjection', {
  secret: field(1, secretProjection).optional().pointer(),
  downwardAPI: field(2, downwardAPIProjection).optional().pointer(),
  configMap: field(3, configMapProjection).optional().pointer(),
  serviceAccountToken: field(4, serviceAccountTokenProjection).optional().pointer(),
  clusterTrustBundle: field(5, clusterTrustBundleProjection).optional().pointer(),
  podCertificate: field(6, podCertificateProjection).optional().pointer(),
})

export interface ProjectedVolumeSource extends Infer<typeof projectedVolumeSource> {}
export const projectedVolumeSource = struct('core.v1.ProjectedVolumeSource', {
  sources: field(1, list(volumeProjection)).printed().listAtomic(),
  defaultMode: field(2, int32).optional().pointer(),
})

export interface RBDVolumeSource extends Infer<typeof rbdVolumeSource> {}
export const rbdVolumeSource = struct('core.v1.RBDVolumeSource', {
  monitors: field(1, list(string)).listAtomic(),
  image: field(2, string),
  fsType: field(3, string).optional(),
  pool: field(4, string).optional().default('rbd'),
  user: field(5, string).optional().default('admin'),
  keyring: field(6, string).optional().default('/etc/ceph/keyring'),
  secretRef: field(7, localObjectReference).optional().pointer(),
  readOnly: field(8, boolean).optional(),
})

export interface ScaleIOVolumeSource extends Infer<typeof scaleIOVolumeSource> {}
export const scaleIOVolumeSource = struct('core.v1.ScaleIOVolumeSource', {
  gateway: field(1, string),
  system: field(2, string),
  secretRef: field(3, localObjectReference).pointer(),
  sslEnabled: field(4, boolean).optional(),
  protectionDomain: field(5, string).optional(),
  storagePool: field(6, string).optional(),
  storageMode: field(7, string).optional().default('ThinProvisioned'),
  volumeName: field(8, string).optional(),
  fsType: field(9, string).optional().default('xfs'),
  readOnly: field(10, boolean).optional(),
})

export interface SecretVolumeSource extends Infer<typeof secretVolumeSource> {}
export const secretVolumeSource = struct('core.v1.SecretVolumeSource', {
  secretName: field(1, string).optional(),
  items: field(2, list(keyToPath)).optional().listAtomic(),
  defaultMode: field(3, int32).optional().pointer(),
  optional: field(4, boolean).optional().pointer(),
})

export interface StorageOSVolumeSource extends Infer<typeof storageOSVolumeSource> {}
export const storageOSVolumeSource = struct('core.v1.StorageOSVolumeSource', {
  volumeName: field(1, string).optional(),
  volumeNamespace: field(2, string).optional(),
  fsType: field(3, string).optional(),
  readOnly: field(4, boolean).optional(),
  secretRef: field(5, localObjectReference).optional().pointer(),
})

export interface VolumeSource extends Infer<typeof volumeSource> {}
export const volumeSource = struct('core.v1.VolumeSource', {
  hostPath: field(1, hostPathVolumeSource).optional().pointer(),
  emptyDir: field(2, emptyDirVolumeSource).optional().pointer(),
  gcePersistentDisk: field(3, gcePersistentDiskVolumeSource).optional().pointer(),
  awsElasticBlockStore: field(4, awsElasticBlockStoreVolumeSource).optional().pointer(),
  gitRepo: field(5, gitRepoVolumeSource).optional().pointer(),
  secret: field(6, secretVolumeSource).optional().pointer(),
  nfs: field(7, nfsVolumeSource).optional().pointer(),
  iscsi: field(8, iscsiVolumeSource).optional().pointer(),
  glusterfs: field(9, glusterfsVolumeSource).optional().pointer(),
  persistentVolumeClaim: field(10, persistentVolumeClaimVolumeSource).optional().pointer(),
  rbd: field(11, rbdVolumeSource).optional().pointer(),
  flexVolume: field(12, flexVolumeSource).optional().pointer(),
  cinder: field(13, cinderVolumeSource).optional().pointer(),
  cephfs: field(14, cephFSVolumeSource).optional().pointer(),
  flocker: field(15, flockerVolumeSource).optional().pointer(),
  downwardAPI: field(16, downwardAPIVolumeSource).optional().pointer(),
  fc: field(17, fcVolumeSource).optional().pointer(),
  azureFile: field(18, azureFileVolumeSource).optional().pointer(),
  configMap: field(19, configMapVolumeSource).optional().pointer(),
  vsphereVolume: field(20, vsphereVirtualDiskVolumeSource).optional().pointer(),
  quobyte: field(21, quobyteVolumeSource).optional().pointer(),
  azureDisk: field(22, azureDiskVolumeSource).optional().pointer(),
  photonPersistentDisk: field(23, photonPersistentDiskVolumeSource).optional().pointer(),
  projected: field(26, projectedVolumeSource).optional().pointer(),
  portworxVolume: field(24, portworxVolumeSource).optional().pointer(),
  scaleIO: field(25, scaleIOVolumeSource).optional().pointer(),
  storageos: field(27, storageOSVolumeSource).optional().pointer(),
  csi: field(28, csiVolumeSource).optional().pointer(),
  ephemeral: field(29, ephemeralVolumeSource).optional().pointer(),
  image: field(30, imageVolumeSource).optional().pointer(),
})

export interface Volume extends Infer<typeof volume> {}
export const volume = struct('core.v1.Volume', {
  name: field(1, string),
  ...inline(2, volumeSource),
})
