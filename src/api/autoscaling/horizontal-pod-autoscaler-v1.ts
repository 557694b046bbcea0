/**
 * autoscaling/v1 HorizontalPodAutoscaler: the same object in an older shape. It knows one metric, CPU utilization; everything else
 * travels in annotations, as JSON, so that nothing is lost between the two shapes.
 *
 *     spec.metrics                 targetCPUUtilizationPercentage, and autoscaling.alpha.kubernetes.io/metrics
 *     spec.behavior                …/behavior, with Go's field names
 *     status.currentMetrics        currentCPUUtilizationPercentage, and …/current-metrics
 *     status.conditions            …/conditions
 */
import { goJson } from '../../apimachinery/go-strings.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { type KubeObject, objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, int32, int64, string, struct, time } from '../../apimachinery/schema/schema.ts'
import type {
  AutoscalerObject,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
} from './horizontal-pod-autoscaler-schema.ts'
import { metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './metrics-v1.ts'

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

export interface AutoscalerObjectV1 extends Infer<typeof horizontalPodAutoscalerV1> {}
export const horizontalPodAutoscalerV1 = struct('autoscaling.v1.HorizontalPodAutoscaler', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, horizontalPodAutoscalerSpecV1).implied(),
  status: field(3, horizontalPodAutoscalerStatusV1).optional(),
})

const prefix = 'autoscaling.alpha.kubernetes.io/'
const carried = ['metrics', 'behavior', 'scale-down-tolerance', 'scale-up-tolerance', 'current-metrics', 'conditions']

export function autoscalerFromV1(object: KubeObject): AutoscalerObject {
  const { metadata, spec, status, ...rest } = object as AutoscalerObjectV1
  const { scaleTargetRef, minReplicas, maxReplicas, targetCPUUtilizationPercentage: target } = spec
  const { annotations } = metadata
  const cpu = isSet(target) ? [cpuMetric(target)] : []
  const others = carriedList(annotations, 'metrics')?.map((one) => metricFromV1(one))
  const metrics = [...(others ?? []), ...cpu]
  const behavior = behaviorFromGo(carriedJson(annotations, 'behavior'))
  return {
    ...rest,
    metadata: withAnnotations(metadata, withoutCarried(annotations)),
    spec: {
      scaleTargetRef,
      ...(isSet(minReplicas) ? { minReplicas } : {}),
      maxReplicas,
      metrics: metrics.length > 0 ? metrics : [cpuMetric(80)],
      ...(behavior === undefined ? {} : { behavior }),
    },
    ...(status === undefined ? {} : { status: statusFromV1(status, annotations) }),
  } as AutoscalerObject
}

function statusFromV1(status: HorizontalPodAutoscalerStatusV1, annotations: Annotations): AutoscalerObject['status'] {
  const { currentCPUUtilizationPercentage: current, ...counts } = status
  const metrics = carriedList(annotations, 'current-metrics')?.map((one) => metricStatusFromV1(one))
  const conditions = carriedList(annotations, 'conditions') as readonly HorizontalPodAutoscalerCondition[] | undefined
  const cpu: MetricStatus[] = isSet(current)
    ? [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }]
    : []
  const currentMetrics = metrics ?? cpu
  return { ...counts, ...(currentMetrics.length > 0 ? { currentMetrics } : {}), ...(conditions === undefined ? {} : { conditions }) }
}

export function autoscalerToV1(object: AutoscalerObject): AutoscalerObjectV1 {
  const { metadata, spec, status, ...rest } = object
  const { metrics, behavior, ...kept } = spec
  const { currentMetrics, conditions, ...counts } = status ?? { desiredReplicas: 0 }
  const cpu = (metrics ?? []).find(isCpuUtilization)
  const others = (metrics ?? []).filter((metric) => !isCpuUtilization(metric)).map(metricToV1)
  const annotations: Record<string, string> = { ...withoutCarried(metadata.annotations) }
  if (others.length > 0) annotations[`${prefix}metrics`] = goJson(others)
  if (currentMetrics && currentMetrics.length > 0) annotations[`${prefix}current-metrics`] = goJson(currentMetrics.map(metricStatusToV1))
  if (isSet(behavior)) annotations[`${prefix}behavior`] = goJson(behaviorToGo(behavior))
  if (conditions && conditions.length > 0) annotations[`${prefix}conditions`] = goJson(conditions.map(conditionToV1))
  const current = (currentMetrics ?? []).findLast(
    ({ type, resource }) => type === 'Resource' && resource?.name === 'cpu' && isSet(resource.current.averageUtilization),
  )?.resource?.current.averageUtilization
  const target = cpu?.resource?.target.averageUtilization
  return {
    ...rest,
    metadata: withAnnotations(metadata, annotations),
    spec: { ...kept, ...(isSet(target) ? { targetCPUUtilizationPercentage: target } : {}) },
    status: {
      ...counts,
      currentReplicas: counts.currentReplicas ?? 0,
      desiredReplicas: counts.desiredReplicas ?? 0,
      ...(isSet(current) ? { currentCPUUtilizationPercentage: current } : {}),
    },
  } as AutoscalerObjectV1
}

function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } }
}
function isCpuUtilization({ type, resource }: MetricSpec): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && isSet(resource.target.averageUtilization)
}

/** In Go's order, with a null time where there is none. */
function conditionToV1({ type, status, lastTransitionTime = null, reason, message }: HorizontalPodAutoscalerCondition): object {
  return { type, status, lastTransitionTime, ...(reason ? { reason } : {}), ...(message ? { message } : {}) }
}

function behaviorToGo({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): object {
  return { ScaleUp: rulesToGo(scaleUp), ScaleDown: rulesToGo(scaleDown) }
}
function rulesToGo(rules: HPAScalingRules | null | undefined): object | null {
  if (!isSet(rules)) return null
  const { stabilizationWindowSeconds = null, selectPolicy = null, policies, tolerance = null } = rules
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds,
    SelectPolicy: selectPolicy,
    Policies: policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ?? null,
    Tolerance: tolerance,
  }
}
function behaviorFromGo(value: unknown): HorizontalPodAutoscalerBehavior | undefined {
  const { ScaleUp, ScaleDown } = (value ?? {}) as { ScaleUp?: GoRules | null; ScaleDown?: GoRules | null }
  if (!isSet(ScaleUp) && !isSet(ScaleDown)) return undefined
  return {
    ...(isSet(ScaleUp) ? { scaleUp: rulesFromGo(ScaleUp) } : {}),
    ...(isSet(ScaleDown) ? { scaleDown: rulesFromGo(ScaleDown) } : {}),
  }
}
interface GoRules {
  readonly StabilizationWindowSeconds?: number | null
  readonly SelectPolicy?: string | null
  readonly Policies?: readonly { readonly Type: string; readonly Value: number; readonly PeriodSeconds: number }[] | null
  readonly Tolerance?: string | null
}
function rulesFromGo({ StabilizationWindowSeconds, SelectPolicy, Policies, Tolerance }: GoRules): HPAScalingRules {
  return {
    ...(isSet(SelectPolicy) ? { selectPolicy: SelectPolicy } : {}),
    ...(isSet(Policies)
      ? { policies: Policies.map(({ Type, Value, PeriodSeconds }) => ({ type: Type, value: Value, periodSeconds: PeriodSeconds })) }
      : {}),
    ...(isSet(StabilizationWindowSeconds) ? { stabilizationWindowSeconds: StabilizationWindowSeconds } : {}),
    ...(isSet(Tolerance) ? { tolerance: Tolerance } : {}),
  }
}

type Annotations = Readonly<Record<string, string>> | undefined

/** Annotations that cannot be read are as good as absent. */
function carriedJson(annotations: Annotations, name: string): unknown {
  const text = annotations?.[prefix + name]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
function carriedList(annotations: Annotations, name: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  const value = carriedJson(annotations, name)
  return Array.isArray(value) ? value : undefined
}
function withoutCarried(annotations: Annotations): Annotations {
  if (annotations === undefined) return undefined
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !carried.some((one) => name === prefix + one)))
}
function withAnnotations(metadata: KubeObject['metadata'], annotations: Annotations): KubeObject['metadata'] {
  const { annotations: _replaced, ...rest } = metadata
  return Object.keys(annotations ?? {}).length === 0 ? rest : { ...rest, annotations }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
