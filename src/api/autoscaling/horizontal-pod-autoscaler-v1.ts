/**
 * autoscaling HorizontalPodAutoscaler: keeps the size of a workload in step with what is measured. Stored as v2; v1
 * (horizontal-pod-autoscaler-v1.ts) is the same object in an older shape.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, int32, int64, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface CrossVersionObjectReferenceV1 extends Infer<typeof crossVersionObjectReferenceV1> {}
export const crossVersionObjectReferenceV1 = atomicStruct('autoscaling.v1.CrossVersionObjectReference', {
  kind: field(1, string),
  name: field(2, string),
  apiVersion: field(3, string).optional(),
})

export interface HorizontalPodAutoscalerSpecV1 extends Infer<typeof horizontalPodAutoscalerSpecV1> {}
export const horizontalPodAutoscalerSpecV1 = struct('autoscaling.v1.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: field(1, crossVersionObjectReferenceV1),
  minReplicas: field(2, int32).optional().pointer(),
  maxReplicas: field(3, int32),
  targetCPUUtilizationPercentage: field(4, int32).optional().pointer(),
})

export interface HorizontalPodAutoscalerStatusV1 extends Infer<typeof horizontalPodAutoscalerStatusV1> {}
export const horizontalPodAutoscalerStatusV1 = struct('autoscaling.v1.HorizontalPodAutoscalerStatus', {
  observedGeneration: field(1, int64).optional().pointer(),
  lastScaleTime: field(2, time).optional().pointer(),
  currentReplicas: field(3, int32),
  desiredReplicas: field(4, int32),
  currentCPUUtilizationPercentage: field(5, int32).optional().pointer(),
})

export const horizontalPodAutoscalerV1 = struct('autoscaling.v1.HorizontalPodAutoscaler', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, horizontalPodAutoscalerSpecV1).implied(),
  status: field(3, horizontalPodAutoscalerStatusV1).optional(),
})

export type HorizontalPodAutoscalerV1 = ObjectOf<typeof HorizontalPodAutoscalerV1>
export const HorizontalPodAutoscalerV1 = defineKind({
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: horizontalPodAutoscalerV1 }],
  hasStatus: true,
})
