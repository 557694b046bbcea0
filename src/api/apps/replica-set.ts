/**
 * apps/v1 ReplicaSet: keeps a number of Pods of one template running. Mostly owned by a Deployment.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'

export interface ReplicaSetSpec extends Infer<typeof replicaSetSpec> {}
export const replicaSetSpec = struct('apps.v1.ReplicaSetSpec', {
  replicas: field(1, int32).optional().pointer(),
  selector: field(2, labelSelector).pointer(),
  template: field(3, podTemplateSpec).optional(),
  minReadySeconds: field(4, int32).optional(),
})

export interface ReplicaSetCondition extends Infer<typeof replicaSetCondition> {}
export const replicaSetCondition = struct('apps.v1.ReplicaSetCondition', {
  type: field(1, string).enum('ReplicaFailure'),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface ReplicaSetStatus extends Infer<typeof replicaSetStatus> {}
export const replicaSetStatus = struct('apps.v1.ReplicaSetStatus', {
  replicas: field(1, int32),
  fullyLabeledReplicas: field(2, int32).optional(),
  observedGeneration: field(3, int64).optional(),
  readyReplicas: field(4, int32).optional(),
  availableReplicas: field(5, int32).optional(),
  conditions: field(6, list(replicaSetCondition)).optional().listMap('type').patchMerge('type'),
  terminatingReplicas: field(7, int32).optional().pointer(),
})

export const replicaSet = struct('apps.v1.ReplicaSet', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, replicaSetSpec).implied(),
  status: field(3, replicaSetStatus).optional(),
})

export type ReplicaSet = ObjectOf<typeof ReplicaSet>
export const ReplicaSet = defineKind({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: replicaSet }],
  hasStatus: true,
})
