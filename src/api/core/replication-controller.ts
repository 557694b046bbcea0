/**
 * v1 ReplicationController: the ancestor of ReplicaSet, with a plain map as selector and a default of orphaning its
 * Pods.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, list, map, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { podTemplateSpec } from './pod-spec/pod-spec.ts'

export interface ReplicationControllerSpec extends Infer<typeof replicationControllerSpec> {}
export const replicationControllerSpec = struct('core.v1.ReplicationControllerSpec', {
  replicas: field(1, int32).optional().pointer().default(1),
  selector: field(2, map(string)).optional().atomic(),
  template: field(3, podTemplateSpec).optional().pointer(),
  minReadySeconds: field(4, int32).optional().default(0),
})

export interface ReplicationControllerCondition extends Infer<typeof replicationControllerCondition> {}
export const replicationControllerCondition = struct('core.v1.ReplicationControllerCondition', {
  type: field(1, string).enum('ReplicaFailure'),
  status: field(2, string).enum('False', 'True', 'Unknown'),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface ReplicationControllerStatus extends Infer<typeof replicationControllerStatus> {}
export const replicationControllerStatus = struct('core.v1.ReplicationControllerStatus', {
  replicas: field(1, int32),
  fullyLabeledReplicas: field(2, int32).optional(),
  observedGeneration: field(3, int64).optional(),
  readyReplicas: field(4, int32).optional(),
  availableReplicas: field(5, int32).optional(),
  conditions: field(6, list(replicationControllerCondition)).optional().listMap('type').patchMerge('type'),
})

export const replicationController = struct('core.v1.ReplicationController', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, replicationControllerSpec).implied(),
  status: field(3, replicationControllerStatus).optional(),
})

export type ReplicationController = ObjectOf<typeof ReplicationController>
export const ReplicationController = defineKind({
  group: '',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: replicationController }],
  hasStatus: true,
})
