/**
 * apps/v1 StatefulSet: Pods with stable names and storage, started and stopped in order.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, intOrString, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { persistentVolumeClaim } from '../core/persistent-volume-claim.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'

export interface StatefulSetOrdinals extends Infer<typeof statefulSetOrdinals> {}
export const statefulSetOrdinals = struct('apps.v1.StatefulSetOrdinals', {
  start: field(1, int32).printed(),
})

export interface StatefulSetPersistentVolumeClaimRetentionPolicy extends Infer<typeof statefulSetPersistentVolumeClaimRetentionPolicy> {}
export const statefulSetPersistentVolumeClaimRetentionPolicy = struct('apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy', {
  whenDeleted: field(1, string).optional().enum('Delete', 'Retain'),
  whenScaled: field(2, string).optional().enum('Delete', 'Retain'),
})

export interface RollingUpdateStatefulSetStrategy extends Infer<typeof rollingUpdateStatefulSetStrategy> {}
export const rollingUpdateStatefulSetStrategy = struct('apps.v1.RollingUpdateStatefulSetStrategy', {
  partition: field(1, int32).optional().pointer(),
  maxUnavailable: field(2, intOrString).optional().pointer(),
})

export interface StatefulSetUpdateStrategy extends Infer<typeof statefulSetUpdateStrategy> {}
export const statefulSetUpdateStrategy = struct('apps.v1.StatefulSetUpdateStrategy', {
  type: field(1, string).optional().enum('OnDelete', 'RollingUpdate'),
  rollingUpdate: field(2, rollingUpdateStatefulSetStrategy).optional().pointer(),
})

export interface StatefulSetSpec extends Infer<typeof statefulSetSpec> {}
export const statefulSetSpec = struct('apps.v1.StatefulSetSpec', {
  replicas: field(1, int32).optional().pointer(),
  selector: field(2, labelSelector).pointer(),
  template: field(3, podTemplateSpec),
  volumeClaimTemplates: field(4, list(persistentVolumeClaim)).optional().listAtomic(),
  serviceName: field(5, string).printed(),
  podManagementPolicy: field(6, string).optional().enum('OrderedReady', 'Parallel'),
  updateStrategy: field(7, statefulSetUpdateStrategy).optional(),
  revisionHistoryLimit: field(8, int32).optional().pointer(),
  minReadySeconds: field(9, int32).optional(),
  persistentVolumeClaimRetentionPolicy: field(10, statefulSetPersistentVolumeClaimRetentionPolicy).optional().pointer(),
  ordinals: field(11, statefulSetOrdinals).optional().pointer(),
})

export interface StatefulSetCondition extends Infer<typeof statefulSetCondition> {}
export const statefulSetCondition = struct('apps.v1.StatefulSetCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface StatefulSetStatus extends Infer<typeof statefulSetStatus> {}
export const statefulSetStatus = struct('apps.v1.StatefulSetStatus', {
  observedGeneration: field(1, int64).optional(),
  replicas: field(2, int32),
  readyReplicas: field(3, int32).optional(),
  currentReplicas: field(4, int32).optional(),
  updatedReplicas: field(5, int32).optional(),
  currentRevision: field(6, string).optional(),
  updateRevision: field(7, string).optional(),
  collisionCount: field(9, int32).optional().pointer(),
  conditions: field(10, list(statefulSetCondition)).optional().listMap('type').patchMerge('type'),
  availableReplicas: field(11, int32).printed(),
})

export const statefulSet = struct('apps.v1.StatefulSet', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, statefulSetSpec).implied(),
  status: field(3, statefulSetStatus).optional(),
})

export type StatefulSet = ObjectOf<typeof StatefulSet>
export const StatefulSet = defineKind({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: statefulSet }],
  hasStatus: true,
})
