/**
 * What a HorizontalPodAutoscaler must look like, in the shape of autoscaling/v2 whatever version was spoken.
 *
 * What a newcomer would get wrong: an unknown metric type is reported twice; only the first of several sources is looked at, in the
 * order object, external, pods, resource, containerResource; and a target's apiVersion is asked only when it changed.
 */

import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { dns1123LabelErrors, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { compareQuantities } from '../../apimachinery/quantity.ts'
import { validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { checkContainerResourceName } from '../core/pod-spec/validate-resources.ts'
import type {
  AutoscalerObject,
  CrossVersionObjectReference,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from './horizontal-pod-autoscaler-schema.ts'

export function* validateAutoscaler({ spec }: AutoscalerObject, gates?: FeatureGates, old?: AutoscalerObject): Generator<FieldError> {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics, behavior } = spec
  // What has no replicas already may keep none.
  const least = gates?.isOn('HPAScaleToZero') || old?.spec.minReplicas === 0 ? 0 : 1
  if (isSet(minReplicas) && minReplicas < least) {
    yield invalidValue('spec.minReplicas', minReplicas, `must be greater than or equal to ${least}`)
  }
  if (maxReplicas < 1) yield invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0')
  if (isSet(minReplicas) && maxReplicas < minReplicas) {
    yield invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`')
  }
  yield* validateReference(scaleTargetRef, 'spec.scaleTargetRef', targetRules(spec, old))
  yield* validateMetrics(metrics ?? [], minReplicas, metricRules(old))
  if (behavior?.scaleUp) yield* validateRules(behavior.scaleUp, 'spec.behavior.scaleUp')
  if (behavior?.scaleDown) yield* validateRules(behavior.scaleDown, 'spec.behavior.scaleDown')
}

interface ReferenceRules {
  readonly skipsVersion: boolean
  readonly allowsCore: boolean
}
function targetRules({ scaleTargetRef }: AutoscalerObject['spec'], old: AutoscalerObject | undefined): ReferenceRules {
  const had = old?.spec.scaleTargetRef
  const isSame = had !== undefined && had.kind === scaleTargetRef.kind && (had.apiVersion ?? '') === (scaleTargetRef.apiVersion ?? '')
  return { skipsVersion: isSame, allowsCore: scaleTargetRef.kind === 'ReplicationController' }
}
function metricRules(old: AutoscalerObject | undefined): ReferenceRules {
  const rules = { skipsVersion: false, allowsCore: true }
  const wasInvalid = (old?.spec.metrics ?? []).some(
    ({ type, object }) => type === 'Object' && object && versionProblem(object.describedObject, rules) !== undefined,
  )
  return { ...rules, skipsVersion: wasInvalid }
}

function* validateReference(reference: CrossVersionObjectReference, path: string, rules: ReferenceRules): Generator<FieldError> {
  const { kind = '', name = '', apiVersion = '' } = reference ?? {}
  yield* validateSegment(kind, child(path, 'kind'))
  yield* validateSegment(name, child(path, 'name'))
  const problem = versionProblem({ kind, name, apiVersion }, rules)
  if (problem !== undefined) yield invalidValue(child(path, 'apiVersion'), apiVersion, problem)
}

function* validateSegment(text: string, path: string, detail = ''): Generator<FieldError> {
  if (text === '') yield required(path, detail)
  else for (const problem of pathSegmentNameErrors(text, false)) yield invalidValue(path, text, problem)
}

function versionProblem({ apiVersion = '' }: CrossVersionObjectReference, rules: ReferenceRules): string | undefined {
  if (rules.skipsVersion) return undefined
  const parts = apiVersion.split('/')
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`
  const group = parts.length === 2 ? parts[0] : ''
  return group === '' && !rules.allowsCore ? 'apiVersion must specify API group' : undefined
}

function* validateMetrics(metrics: readonly MetricSpec[], minReplicas: number | undefined, rules: ReferenceRules): Generator<FieldError> {
  for (const [i, metric] of metrics.entries()) yield* validateMetric(metric, index('spec.metrics', i), rules)
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    yield forbiddenField('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')
  }
}

const sources = ['object', 'external', 'pods', 'resource', 'containerResource'] as const
type Source = (typeof sources)[number]
const sourceOfType: Readonly<Record<string, Source>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
}
const metricTypes = Object.keys(sourceOfType)

function* validateMetric(metric: MetricSpec, path: string, rules: ReferenceRules): Generator<FieldError> {
  const { type = '' } = metric
  const typePath = child(path, 'type')
  if (type === '') yield required(typePath, 'must specify a metric source type')
  const expected = Object.hasOwn(sourceOfType, type) ? sourceOfType[type] : undefined
  if (expected === undefined) yield notSupported(typePath, type, metricTypes)
  const present = sources.filter((source) => isSet(metric[source]))
  const [first] = present
  if (first !== undefined) yield* validateSource(metric, first, child(path, first), rules)
  if (expected === undefined) yield notSupported(typePath, type, metricTypes)
  else if (!present.includes(expected)) yield required(child(path, expected), 'must populate information for the given metric source')
  if (present.length === 1) return
  for (const source of present) {
    if (source !== expected) yield forbiddenField(child(path, source), 'must populate the given metric source only')
  }
}

function* validateSource(metric: MetricSpec, source: Source, path: string, rules: ReferenceRules): Generator<FieldError> {
  const { object, external, pods, resource, containerResource } = metric
  if (source === 'object' && object) {
    yield* validateReference(object.describedObject, child(path, 'describedObject'), rules)
    yield* validateMeasure(object, path)
    const { value, averageValue } = object.target
    const detail = 'must set either a target value or averageValue'
    if (!isSet(value) && !isSet(averageValue)) yield required(child(path, 'target', 'averageValue'), detail)
  } else if (source === 'external' && external) {
    yield* validateMeasure(external, path)
    const { value, averageValue } = external.target
    const target = child(path, 'target')
    if (!isSet(value) && !isSet(averageValue)) {
      yield required(child(target, 'averageValue'), 'must set either a target value for metric or a per-pod target')
    }
    if (isSet(value) && isSet(averageValue)) {
      yield forbiddenField(child(target, 'value'), 'may not set both a target value for metric and a per-pod target')
    }
  } else if (source === 'pods' && pods) {
    yield* validateMeasure(pods, path)
    if (!isSet(pods.target.averageValue))
      yield required(child(path, 'target', 'averageValue'), 'must specify a positive target averageValue')
  } else if (source === 'resource' && resource) {
    if (!resource.name) yield required(child(path, 'name'), 'must specify a resource name')
    yield* validateResourceTarget(resource.target, child(path, 'target'))
  } else if (containerResource) {
    const { name = '', container = '', target } = containerResource
    if (name === '') yield required(child(path, 'name'), 'must specify a resource name')
    else yield* validateContainerResourceName(name, child(path, 'name'))
    if (container === '') yield required(child(path, 'container'), 'must specify a container')
    else for (const problem of dns1123LabelErrors(container)) yield invalidValue(child(path, 'container'), container, problem)
    yield* validateResourceTarget(target, child(path, 'target'))
  }
}

function validateContainerResourceName(name: string, path: string): readonly FieldError[] {
  const out: FieldError[] = []
  checkContainerResourceName(name, path, out)
  return out
}

function* validateMeasure(
  { metric, target }: { readonly metric: MetricIdentifier; readonly target: MetricTarget },
  path: string,
): Generator<FieldError> {
  yield* validateSegment(metric.name ?? '', child(path, 'metric', 'name'), 'must specify a metric name')
  yield* validateTarget(target, child(path, 'target'))
}

function* validateResourceTarget(target: MetricTarget, path: string): Generator<FieldError> {
  yield* validateTarget(target, path)
  const { averageUtilization, averageValue } = target
  if (!isSet(averageUtilization) && !isSet(averageValue)) {
    yield required(child(path, 'averageUtilization'), 'must set either a target raw value or a target utilization')
  }
  if (isSet(averageUtilization) && isSet(averageValue)) {
    yield forbiddenField(child(path, 'averageValue'), 'may not set both a target raw value and a target utilization')
  }
}

function* validateTarget({ type = '', value, averageValue, averageUtilization }: MetricTarget, path: string): Generator<FieldError> {
  if (type === '') yield required(child(path, 'type'), 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    yield invalidValue(child(path, 'type'), type, 'must be either Utilization, Value, or AverageValue')
  }
  if (isSet(value) && compareQuantities(value, '0') <= 0) yield invalidValue(child(path, 'value'), value, 'must be positive')
  if (isSet(averageValue) && compareQuantities(averageValue, '0') <= 0) {
    yield invalidValue(child(path, 'averageValue'), averageValue, 'must be positive')
  }
  if (isSet(averageUtilization) && averageUtilization < 1) {
    yield invalidValue(child(path, 'averageUtilization'), averageUtilization, 'must be greater than 0')
  }
}

const windowSecondsMax = 3600
const periodSecondsMax = 1800
const selectPolicies = ['Disabled', 'Max', 'Min']

function* validateRules(rules: HPAScalingRules, path: string): Generator<FieldError> {
  const { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance } = rules
  const windowPath = child(path, 'stabilizationWindowSeconds')
  if (isSet(window) && window < 0) yield invalidValue(windowPath, window, 'must be greater than or equal to zero')
  if (isSet(window) && window > windowSecondsMax)
    yield invalidValue(windowPath, window, `must be less than or equal to ${windowSecondsMax}`)
  if (isSet(selectPolicy) && !selectPolicies.includes(selectPolicy)) {
    yield notSupported(child(path, 'selectPolicy'), selectPolicy, selectPolicies)
  }
  const policiesPath = child(path, 'policies')
  if ((policies ?? []).length === 0) yield required(policiesPath, 'must specify at least one Policy')
  for (const [i, policy] of (policies ?? []).entries()) yield* validatePolicy(policy, index(policiesPath, i))
  if (isSet(tolerance) && compareQuantities(tolerance, '0') < 0) {
    yield invalidValue(child(path, 'tolerance'), tolerance, 'must be greater than or equal to 0')
  }
}

function* validatePolicy({ type = '', value = 0, periodSeconds = 0 }: HPAScalingPolicy, path: string): Generator<FieldError> {
  if (type !== 'Pods' && type !== 'Percent') yield notSupported(child(path, 'type'), type, ['Percent', 'Pods'])
  if (value <= 0) yield invalidValue(child(path, 'value'), value, 'must be greater than zero')
  const periodPath = child(path, 'periodSeconds')
  if (periodSeconds <= 0) yield invalidValue(periodPath, periodSeconds, 'must be greater than zero')
  if (periodSeconds > periodSecondsMax) yield invalidValue(periodPath, periodSeconds, `must be less than or equal to ${periodSecondsMax}`)
}

export function* validateAutoscalerStatus({ status }: AutoscalerObject): Generator<FieldError> {
  yield* validateNonNegative(status?.currentReplicas ?? 0, 'status.currentReplicas')
  yield* validateNonNegative(status?.desiredReplicas ?? 0, 'status.desiredReplicas')
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
