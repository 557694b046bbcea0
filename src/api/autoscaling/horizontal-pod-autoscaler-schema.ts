/**
 * The shape of HorizontalPodAutoscalers as they are stored and served as autoscaling/v2. The older shape is in horizontal-pod-autoscaler-v1.ts.
 */
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, int64, list, quantity, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface HPAScalingPolicy extends Infer<typeof hpaScalingPolicy> {}
export const hpaScalingPolicy = struct('autoscaling.v2.HPAScalingPolicy', {
  type: field(1, string),
  value: field(2, int32),
  periodSeconds: field(3, int32),
})

export interface HPAScalingRules extends Infer<typeof hpaScalingRules> {}
export const hpaScalingRules = struct('autoscaling.v2.HPAScalingRules', {
  stabilizationWindowSeconds: field(3, int32).optional().pointer(),
  selectPolicy: field(1, string).optional().pointer(),
  policies: field(2, list(hpaScalingPolicy)).optional().listAtomic(),
  tolerance: field(4, quantity).optional().pointer(),
})

export interface HorizontalPodAutoscalerBehavior extends Infer<typeof horizontalPodAutoscalerBehavior> {}
export const horizontalPodAutoscalerBehavior = struct('autoscaling.v2.HorizontalPodAutoscalerBehavior', {
  scaleUp: field(1, hpaScalingRules).optional().pointer(),
  scaleDown: field(2, hpaScalingRules).optional().pointer(),
})

export interface MetricTarget extends Infer<typeof metricTarget> {}
export const metricTarget = struct('autoscaling.v2.MetricTarget', {
  type: field(1, string),
  value: field(2, quantity).optional().pointer(),
  averageValue: field(3, quantity).optional().pointer(),
  averageUtilization: field(4, int32).optional().pointer(),
})

export interface ContainerResourceMetricSource extends Infer<typeof containerResourceMetricSource> {}
export const containerResourceMetricSource = struct('autoscaling.v2.ContainerResourceMetricSource', {
  name: field(1, string),
  target: field(2, metricTarget),
  container: field(3, string),
})

export interface MetricIdentifier extends Infer<typeof metricIdentifier> {}
export const metricIdentifier = struct('autoscaling.v2.MetricIdentifier', {
  name: field(1, string),
  selector: field(2, labelSelector).optional().pointer(),
})

export interface ExternalMetricSource extends Infer<typeof externalMetricSource> {}
export const externalMetricSource = struct('autoscaling.v2.ExternalMetricSource', {
  metric: field(1, metricIdentifier),
  target: field(2, metricTarget),
})

export interface CrossVersionObjectReference extends Infer<typeof crossVersionObjectReference> {}
export const crossVersionObjectReference = struct('autoscaling.v2.CrossVersionObjectReference', {
  kind: field(1, string),
  name: field(2, string),
  apiVersion: field(3, string).optional(),
})

export interface ObjectMetricSource extends Infer<typeof objectMetricSource> {}
export const objectMetricSource = struct('autoscaling.v2.ObjectMetricSource', {
  describedObject: field(1, crossVersionObjectReference),
  target: field(2, metricTarget),
  metric: field(3, metricIdentifier),
})

export interface PodsMetricSource extends Infer<typeof podsMetricSource> {}
export const podsMetricSource = struct('autoscaling.v2.PodsMetricSource', {
  metric: field(1, metricIdentifier),
  target: field(2, metricTarget),
})

export interface ResourceMetricSource extends Infer<typeof resourceMetricSource> {}
export const resourceMetricSource = struct('autoscaling.v2.ResourceMetricSource', {
  name: field(1, string),
  target: field(2, metricTarget),
})

export interface MetricSpec extends Infer<typeof metricSpec> {}
export const metricSpec = struct('autoscaling.v2.MetricSpec', {
  type: field(1, string),
  object: field(2, objectMetricSource).optional().pointer(),
  pods: field(3, podsMetricSource).optional().pointer(),
  resource: field(4, resourceMetricSource).optional().pointer(),
  containerResource: field(7, containerResourceMetricSource).optional().pointer(),
  external: field(5, externalMetricSource).optional().pointer(),
})

export interface HorizontalPodAutoscalerSpec extends Infer<typeof horizontalPodAutoscalerSpec> {}
export const horizontalPodAutoscalerSpec = struct('autoscaling.v2.HorizontalPodAutoscalerSpec', {
  scaleTargetRef: field(1, crossVersionObjectReference),
  minReplicas: field(2, int32).optional().pointer(),
  maxReplicas: field(3, int32),
  metrics: field(4, list(metricSpec)).optional().listAtomic(),
  behavior: field(5, horizontalPodAutoscalerBehavior).optional().pointer(),
})

export interface HorizontalPodAutoscalerCondition extends Infer<typeof horizontalPodAutoscalerCondition> {}
export const horizontalPodAutoscalerCondition = struct('autoscaling.v2.HorizontalPodAutoscalerCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface MetricValueStatus extends Infer<typeof metricValueStatus> {}
export const metricValueStatus = struct('autoscaling.v2.MetricValueStatus', {
  value: field(1, quantity).optional().pointer(),
  averageValue: field(2, quantity).optional().pointer(),
  averageUtilization: field(3, int32).optional().pointer(),
})

export interface ContainerResourceMetricStatus extends Infer<typeof containerResourceMetricStatus> {}
export const containerResourceMetricStatus = struct('autoscaling.v2.ContainerResourceMetricStatus', {
  name: field(1, string),
  current: field(2, metricValueStatus),
  container: field(3, string),
})

export interface ExternalMetricStatus extends Infer<typeof externalMetricStatus> {}
export const externalMetricStatus = struct('autoscaling.v2.ExternalMetricStatus', {
  metric: field(1, metricIdentifier),
  current: field(2, metricValueStatus),
})

export interface ObjectMetricStatus extends Infer<typeof objectMetricStatus> {}
export const objectMetricStatus = struct('autoscaling.v2.ObjectMetricStatus', {
  metric: field(1, metricIdentifier),
  current: field(2, metricValueStatus),
  describedObject: field(3, crossVersionObjectReference),
})

export interface PodsMetricStatus extends Infer<typeof podsMetricStatus> {}
export const podsMetricStatus = struct('autoscaling.v2.PodsMetricStatus', {
  metric: field(1, metricIdentifier),
  current: field(2, metricValueStatus),
})

export interface ResourceMetricStatus extends Infer<typeof resourceMetricStatus> {}
export const resourceMetricStatus = struct('autoscaling.v2.ResourceMetricStatus', {
  name: field(1, string),
  current: field(2, metricValueStatus),
})

export interface MetricStatus extends Infer<typeof metricStatus> {}
export const metricStatus = struct('autoscaling.v2.MetricStatus', {
  type: field(1, string),
  object: field(2, objectMetricStatus).optional().pointer(),
  pods: field(3, podsMetricStatus).optional().pointer(),
  resource: field(4, resourceMetricStatus).optional().pointer(),
  containerResource: field(7, containerResourceMetricStatus).optional().pointer(),
  external: field(5, externalMetricStatus).optional().pointer(),
})

export interface HorizontalPodAutoscalerStatus extends Infer<typeof horizontalPodAutoscalerStatus> {}
export const horizontalPodAutoscalerStatus = struct('autoscaling.v2.HorizontalPodAutoscalerStatus', {
  observedGeneration: field(1, int64).optional().pointer(),
  lastScaleTime: field(2, time).optional().pointer(),
  currentReplicas: field(3, int32).optional(),
  desiredReplicas: field(4, int32),
  currentMetrics: field(5, list(metricStatus)).printed().listAtomic(),
  conditions: field(6, list(horizontalPodAutoscalerCondition)).optional().listMap('type').patchMerge('type'),
})

export const horizontalPodAutoscaler = struct('autoscaling.v2.HorizontalPodAutoscaler', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, horizontalPodAutoscalerSpec).implied(),
  status: field(3, horizontalPodAutoscalerStatus).optional(),
})

export interface AutoscalerObject extends Infer<typeof horizontalPodAutoscaler> {}
