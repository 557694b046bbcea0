/**
 * The shape of PersistentVolumes. What is allowed: persistent-volume-rules.ts.
 */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, inline, int32, list, map, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { nodeSelector } from './node-selector.ts'
import {
  awsElasticBlockStoreVolumeSource,
  azureDiskVolumeSource,
  fcVolumeSource,
  flockerVolumeSource,
  gcePersistentDiskVolumeSource,
  hostPathVolumeSource,
  localVolumeSource,
  nfsVolumeSource,
  photonPersistentDiskVolumeSource,
  portworxVolumeSource,
  quobyteVolumeSource,
  vsphereVirtualDiskVolumeSource,
} from './pod-spec/volume.ts'
import { objectReference, secretReference } from './references.ts'

export interface VolumeNodeAffinity extends Infer<typeof volumeNodeAffinity> {}
export const volumeNodeAffinity = struct('core.v1.VolumeNodeAffinity', {
  required: field(1, nodeSelector).optional().pointer(),
})

export interface AzureFilePersistentVolumeSource extends Infer<typeof azureFilePersistentVolumeSource> {}
export const azureFilePersistentVolumeSource = struct('core.v1.AzureFilePersistentVolumeSource', {
  secretName: field(1, string),
  shareName: field(2, string),
  readOnly: field(3, boolean).optional(),
  secretNamespace: field(4, string).printed().pointer(),
})

export interface CephFSPersistentVolumeSource extends Infer<typeof cephFSPersistentVolumeSource> {}
export const cephFSPersistentVolumeSource = struct('core.v1.CephFSPersistentVolumeSource', {
  monitors: field(1, list(string)).listAtomic(),
  path: field(2, string).optional(),
  user: field(3, string).optional(),
  secretFile: field(4, string).optional(),
  secretRef: field(5, secretReference).optional().pointer(),
  readOnly: field(6, boolean).optional(),
})

export interface CinderPersistentVolumeSource extends Infer<typeof cinderPersistentVolumeSource> {}
export const cinderPersistentVolumeSource = struct('core.v1.CinderPersistentVolumeSource', {
  volumeID: field(1, string),
  fsType: field(2, string).optional(),
  readOnly: field(3, boolean).optional(),
  secretRef: field(4, secretReference).optional().pointer(),
})

export interface CSIPersistentVolumeSource extends Infer<typeof csiPersistentVolumeSource> {}
export const csiPersistentVolumeSource = struct('core.v1.CSIPersistentVolumeSource', {
  driver: field(1, string),
  volumeHandle: field(2, string),
  readOnly: field(3, boolean).optional(),
  fsType: field(4, string).optional(),
  volumeAttributes: field(5, map(string)).optional(),
  controllerPublishSecretRef: field(6, secretReference).optional().pointer(),
  nodeStageSecretRef: field(7, secretReference).optional().pointer(),
  nodePublishSecretRef: field(8, secretReference).optional().pointer(),
  controllerExpandSecretRef: field(9, secretReference).optional().pointer(),
  nodeExpandSecretRef: field(10, secretReference).optional().pointer(),
})

export interface FlexPersistentVolumeSource extends Infer<typeof flexPersistentVolumeSource> {}
export const flexPersistentVolumeSource = struct('core.v1.FlexPersistentVolumeSource', {
  driver: field(1, string),
  fsType: field(2, string).optional(),
  secretRef: field(3, secretReference).optional().pointer(),
  readOnly: field(4, boolean).optional(),
  options: field(5, map(string)).optional(),
})

export interface GlusterfsPersistentVolumeSource extends Infer<typeof glusterfsPersistentVolumeSource> {}
export const glusterfsPersistentVolumeSource = struct('core.v1.GlusterfsPersistentVolumeSource', {
  endpoints: field(1, string),
  path: field(2, string),
  readOnly: field(3, boolean).optional(),
  endpointsNamespace: field(4, string).optional().pointer(),
})

export interface ISCSIPersistentVolumeSource extends Infer<typeof iscsiPersistentVolumeSource> {}
export const iscsiPersistentVolumeSource = struct('core.v1.ISCSIPersistentVolumeSource', {
  targetPortal: field(1, string),
  iqn: field(2, string),
  lun: field(3, int32),
  iscsiInterface: field(4, string).optional().default('default'),
  fsType: field(5, string).optional(),
  readOnly: field(6, boolean).optional(),
  portals: field(7, list(string)).optional().listAtomic(),
  chapAuthDiscovery: field(8, boolean).optional(),
  chapAuthSession: field(11, boolean).optional(),
  secretRef: field(10, secretReference).optional().pointer(),
  initiatorName: field(12, string).optional().pointer(),
})

export interface RBDPersistentVolumeSource extends Infer<typeof rbdPersistentVolumeSource> {}
export const rbdPersistentVolumeSource = struct('core.v1.RBDPersistentVolumeSource', {
  monitors: field(1, list(string)).listAtomic(),
  image: field(2, string),
  fsType: field(3, string).optional(),
  pool: field(4, string).optional().default('rbd'),
  user: field(5, string).optional().default('admin'),
  keyring: field(6, string).optional().default('/etc/ceph/keyring'),
  secretRef: field(7, secretReference).optional().pointer(),
  readOnly: field(8, boolean).optional(),
})

export interface ScaleIOPersistentVolumeSource extends Infer<typeof scaleIOPersistentVolumeSource> {}
export const scaleIOPersistentVolumeSource = struct('core.v1.ScaleIOPersistentVolumeSource', {
  gateway: field(1, string),
  system: field(2, string),
  secretRef: field(3, secretReference).pointer(),
  sslEnabled: field(4, boolean).optional(),
  protectionDomain: field(5, string).optional(),
  storagePool: field(6, string).optional(),
  storageMode: field(7, string).optional().default('ThinProvisioned'),
  volumeName: field(8, string).optional(),
  fsType: field(9, string).optional().default('xfs'),
  readOnly: field(10, boolean).optional(),
})

export interface StorageOSPersistentVolumeSource extends Infer<typeof storageOSPersistentVolumeSource> {}
export const storageOSPersistentVolumeSource = struct('core.v1.StorageOSPersistentVolumeSource', {
  volumeName: field(1, string).optional(),
  volumeNamespace: field(2, string).optional(),
  fsType: field(3, string).optional(),
  readOnly: field(4, boolean).optional(),
  secretRef: field(5, objectReference).optional().pointer(),
})

export interface PersistentVolumeSource extends Infer<typeof persistentVolumeSource> {}
export const persistentVolumeSource = struct('core.v1.PersistentVolumeSource', {
  gcePersistentDisk: field(1, gcePersistentDiskVolumeSource).optional().pointer(),
  awsElasticBlockStore: field(2, awsElasticBlockStoreVolumeSource).optional().pointer(),
  hostPath: field(3, hostPathVolumeSource).optional().pointer(),
  glusterfs: field(4, glusterfsPersistentVolumeSource).optional().pointer(),
  nfs: field(5, nfsVolumeSource).optional().pointer(),
  rbd: field(6, rbdPersistentVolumeSource).optional().pointer(),
  iscsi: field(7, iscsiPersistentVolumeSource).optional().pointer(),
  cinder: field(8, cinderPersistentVolumeSource).optional().pointer(),
  cephfs: field(9, cephFSPersistentVolumeSource).optional().pointer(),
  fc: field(10, fcVolumeSource).optional().pointer(),
  flocker: field(11, flockerVolumeSource).optional().pointer(),
  flexVolume: field(12, flexPersistentVolumeSource).optional().pointer(),
  azureFile: field(13, azureFilePersistentVolumeSource).optional().pointer(),
  vsphereVolume: field(14, vsphereVirtualDiskVolumeSource).optional().pointer(),
  quobyte: field(15, quobyteVolumeSource).optional().pointer(),
  azureDisk: field(16, azureDiskVolumeSource).optional().pointer(),
  photonPersistentDisk: field(17, photonPersistentDiskVolumeSource).optional().pointer(),
  portworxVolume: field(18, portworxVolumeSource).optional().pointer(),
  scaleIO: field(19, scaleIOPersistentVolumeSource).optional().pointer(),
  local: field(20, localVolumeSource).optional().pointer(),
  storageos: field(21, storageOSPersistentVolumeSource).optional().pointer(),
  csi: field(22, csiPersistentVolumeSource).optional().pointer(),
})

export interface PersistentVolumeSpec extends Infer<typeof persistentVolumeSpec> {}
export const persistentVolumeSpec = struct('core.v1.PersistentVolumeSpec', {
  capacity: field(1, map(quantity)).optional(),
  ...inline(2, persistentVolumeSource),
  accessModes: field(3, list(string)).optional().enum('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod').listAtomic(),
  claimRef: field(4, objectReference).optional().pointer().granular(),
  persistentVolumeReclaimPolicy: field(5, string).optional().enum('Delete', 'Recycle', 'Retain'),
  storageClassName: field(6, string).optional(),
  mountOptions: field(7, list(string)).optional().listAtomic(),
  volumeMode: field(8, string).optional().pointer().enum('Block', 'Filesystem'),
  nodeAffinity: field(9, volumeNodeAffinity).optional().pointer(),
  volumeAttributesClassName: field(10, string).optional().pointer(),
})

export interface PersistentVolumeStatus extends Infer<typeof persistentVolumeStatus> {}
export const persistentVolumeStatus = struct('core.v1.PersistentVolumeStatus', {
  phase: field(1, string).optional().enum('Available', 'Bound', 'Failed', 'Pending', 'Released'),
  message: field(2, string).optional(),
  reason: field(3, string).optional(),
  lastPhaseTransitionTime: field(4, time).optional().pointer(),
})

export const persistentVolume = struct('core.v1.PersistentVolume', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, persistentVolumeSpec).implied(),
  status: field(3, persistentVolumeStatus).optional(),
})

export interface VolumeObject extends Infer<typeof persistentVolume> {}
