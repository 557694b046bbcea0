/**
 * The shape of PersistentVolumeClaims and of the templates that make them. What is allowed: persistent-volume-claim-rules.ts.
 */
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, map, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { typedLocalObjectReference, typedObjectReference } from './references.ts'

export interface ModifyVolumeStatus extends Infer<typeof modifyVolumeStatus> {}
export const modifyVolumeStatus = struct('core.v1.ModifyVolumeStatus', {
  targetVolumeAttributesClassName: field(1, string).optional(),
  status: field(2, string).enum('InProgress', 'Infeasible', 'Pending'),
})

export interface VolumeResourceRequirements extends Infer<typeof volumeResourceRequirements> {}
export const volumeResourceRequirements = struct('core.v1.VolumeResourceRequirements', {
  limits: field(1, map(quantity)).optional(),
  requests: field(2, map(quantity)).optional(),
})

export interface PersistentVolumeClaimSpec extends Infer<typeof persistentVolumeClaimSpec> {}
export const persistentVolumeClaimSpec = struct('core.v1.PersistentVolumeClaimSpec', {
  accessModes: field(1, list(string)).optional().enum('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod').listAtomic(),
  selector: field(4, labelSelector).optional().pointer(),
  resources: field(2, volumeResourceRequirements).optional(),
  volumeName: field(3, string).optional(),
  storageClassName: field(5, string).optional().pointer(),
  volumeMode: field(6, string).optional().pointer().enum('Block', 'Filesystem'),
  dataSource: field(7, typedLocalObjectReference).optional().pointer(),
  dataSourceRef: field(8, typedObjectReference).optional().pointer(),
  volumeAttributesClassName: field(9, string).optional().pointer(),
})

export interface PersistentVolumeClaimCondition extends Infer<typeof persistentVolumeClaimCondition> {}
export const persistentVolumeClaimCondition = struct('core.v1.PersistentVolumeClaimCondition', {
  type: field(1, string),
  status: field(2, string),
  lastProbeTime: field(3, time).optional(),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string).optional(),
  message: field(6, string).optional(),
})

export interface PersistentVolumeClaimStatus extends Infer<typeof persistentVolumeClaimStatus> {}
export const persistentVolumeClaimStatus = struct('core.v1.PersistentVolumeClaimStatus', {
  phase: field(1, string).optional().enum('Bound', 'Lost', 'Pending'),
  accessModes: field(2, list(string)).optional().enum('ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod').listAtomic(),
  capacity: field(3, map(quantity)).optional(),
  conditions: field(4, list(persistentVolumeClaimCondition)).optional().listMap('type').patchMerge('type'),
  allocatedResources: field(5, map(quantity)).optional(),
  allocatedResourceStatuses: field(7, map(string))
    .granular()
    .optional()
    .enum('ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress', 'NodeResizeInfeasible', 'NodeResizePending'),
  currentVolumeAttributesClassName: field(8, string).optional().pointer(),
  modifyVolumeStatus: field(9, modifyVolumeStatus).optional().pointer(),
})

export interface PersistentVolumeClaimTemplate extends Infer<typeof persistentVolumeClaimTemplate> {}
export const persistentVolumeClaimTemplate = struct('core.v1.PersistentVolumeClaimTemplate', {
  metadata: field(1, objectMeta).optional(),
  spec: field(2, persistentVolumeClaimSpec),
})

export const persistentVolumeClaim = struct('core.v1.PersistentVolumeClaim', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, persistentVolumeClaimSpec).implied(),
  status: field(3, persistentVolumeClaimStatus).optional(),
})

export interface ClaimObject extends Infer<typeof persistentVolumeClaim> {}
