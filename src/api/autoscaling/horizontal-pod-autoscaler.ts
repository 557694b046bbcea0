/**
 * autoscaling HorizontalPodAutoscaler: keeps the size of a workload in step with what is measured. Stored as v2; v1
 * (horizontal-pod-autoscaler-v1.ts) is the same object in an older shape. Acted on by controllers/horizontal-pod-autoscaler.ts.
 */
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { defineKind, type KindVersion, type ObjectOf } from '../../apimachinery/kind.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { validateAutoscaler, validateAutoscalerStatus } from './horizontal-pod-autoscaler-rules.ts'
import {
  type AutoscalerObject,
  type HorizontalPodAutoscalerBehavior,
  type HPAScalingRules,
  horizontalPodAutoscaler,
  type MetricSpec,
  type MetricStatus,
} from './horizontal-pod-autoscaler-schema.ts'
import { autoscalerFromV1, autoscalerToV1, horizontalPodAutoscalerV1 } from './horizontal-pod-autoscaler-v1.ts'

const v1 = {
  name: 'v1',
  schema: horizontalPodAutoscalerV1,
  toStored: autoscalerFromV1,
  fromStored: autoscalerToV1,
} as unknown as KindVersion<AutoscalerObject>

export type HorizontalPodAutoscaler = ObjectOf<typeof HorizontalPodAutoscaler>
export const HorizontalPodAutoscaler = defineKind({
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v2', schema: horizontalPodAutoscaler }, v1],
  hasStatus: true,
  setDefaults: ({ spec }) => {
    spec.minReplicas ??= 1
    if ((spec.metrics ?? []).length === 0) {
      spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }]
    }
    if (!spec.behavior) return
    spec.behavior.scaleUp = withDefaults(spec.behavior.scaleUp, scaleUp)
    spec.behavior.scaleDown = withDefaults(spec.behavior.scaleDown, scaleDown)
  },
  prepareForCreate: ({ spec }, { gates }) => dropTolerance(spec.behavior, undefined, gates),
  prepareForUpdate: ({ spec }, old, { subresource, gates }) => {
    if (subresource !== 'status') dropTolerance(spec.behavior, old.spec.behavior, gates)
  },
  generation: 'none',
  validate: (object, _apiVersion, gates) => validateAutoscaler(object, gates),
  validateUpdate: (object, old, _apiVersion, gates) => validateAutoscaler(object, gates, old),
  validateStatusUpdate: (object) => validateAutoscalerStatus(object),
  columns: [
    {
      name: 'Reference',
      type: 'string',
      description:
        'scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.',
      value: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    },
    {
      name: 'Targets',
      type: 'string',
      description:
        'metrics contains the specifications for which to use to calculate the desired replica count (the maximum replica count across all metrics will be used).  The desired replica count is calculated multiplying the ratio between the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as the pod count is increased, and vice-versa.  See the individual metric source types for more information about how each type of metric must respond. If not set, the default metric will be set to 80% average CPU utilization.',
      value: ({ spec, status }) => metricsText(spec.metrics ?? [], status?.currentMetrics ?? []),
    },
    {
      name: 'MinPods',
      type: 'string',
      description:
        'minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one Object or External metric is configured.  Scaling is active as long as at least one metric value is available.',
      value: ({ spec }) => (spec.minReplicas === undefined ? '<unset>' : String(spec.minReplicas)),
    },
    {
      name: 'MaxPods',
      type: 'string',
      description:
        'maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be less that minReplicas.',
      value: ({ spec }) => spec.maxReplicas,
    },
    {
      name: 'Replicas',
      type: 'string',
      description: 'currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscaler.',
      value: ({ status }) => status?.currentReplicas ?? 0,
    },
  ],
})

const scaleUp: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}
/** How long to wait before scaling down is the controller's own setting when nobody says. */
const scaleDown: HPAScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] }

function withDefaults(rules: HPAScalingRules | null | undefined, defaults: HPAScalingRules): Mutable<HPAScalingRules> {
  const all = structuredClone(defaults) as Mutable<HPAScalingRules>
  for (const [name, value] of Object.entries(rules ?? {})) {
    if (value !== undefined && value !== null) Object.assign(all, { [name]: value })
  }
  return all
}

type Behavior = Mutable<HorizontalPodAutoscalerBehavior> | null | undefined

function dropTolerance(behavior: Behavior, old: HorizontalPodAutoscalerBehavior | null | undefined, gates: FeatureGates): void {
  if (gates.isOn('HPAConfigurableTolerance') || old?.scaleUp?.tolerance || old?.scaleDown?.tolerance) return
  for (const rules of [behavior?.scaleUp, behavior?.scaleDown]) if (rules) delete rules.tolerance
}

/** The first two; how many more. */
function metricsText(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return '<none>'
  const texts = specs.slice(0, 2).map((spec, i) => metricText(spec, statuses[i]))
  const more = specs.length > 2 ? ` + ${specs.length - 2} more...` : ''
  return texts.join(', ') + more
}

const unknown = '<unknown>'

function metricText({ type, external, pods, object, resource, containerResource }: MetricSpec, status: MetricStatus | undefined): string {
  if (type === 'External' && external) return valueText(external.target, status?.external?.current)
  if (type === 'Pods' && pods)
    return `${status?.pods ? (status.pods.current.averageValue ?? '0') : unknown}/${pods.target.averageValue ?? '0'}`
  if (type === 'Object' && object) return valueText(object.target, status?.object?.current)
  if (type === 'Resource' && resource) return `${resource.name}: ${resourceText(resource.target, status?.resource?.current)}`
  if (type === 'ContainerResource' && containerResource) {
    return `${containerResource.name}: ${resourceText(containerResource.target, status?.containerResource?.current)}`
  }
  return '<unknown type>'
}

type Target = NonNullable<MetricSpec['external']>['target']
type Current = NonNullable<MetricStatus['external']>['current'] | undefined

function valueText(target: Target, current: Current): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`
  return `${current === undefined ? unknown : (current.value ?? '<nil>')}/${target.value ?? '<nil>'}`
}
function resourceText(target: Target, current: Current): string {
  if (target.averageValue !== undefined)
    return `${current === undefined ? unknown : (current.averageValue ?? '<nil>')}/${target.averageValue}`
  const now = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`
  return `${now}/${target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`}`
}
