/**
 * Metrics as autoscaling/v1 spells them inside its annotations: flat, a field per kind of target. Only horizontal-pod-autoscaler-v1.ts
 * reads and writes these.
 *
 *     {type: 'Pods', pods: {metric: {name: 'qps'}, target: {type: 'AverageValue', averageValue: '5'}}}
 *     {type: 'Pods', pods: {metricName: 'qps', targetAverageValue: '5'}}
 */
import type {
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from './horizontal-pod-autoscaler-schema.ts'

type Flat = Readonly<Record<string, unknown>>

/** Leaves out what is absent; keeps the order. */
function flat(fields: Flat): Flat {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}

export function metricToV1({ type, object, pods, resource, containerResource, external }: MetricSpec): object {
  return flat({
    type,
    object:
      object &&
      flat({
        target: referenceToV1(object.describedObject),
        metricName: object.metric.name,
        targetValue: object.target.value ?? '0',
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }),
    pods:
      pods && flat({ metricName: pods.metric.name, targetAverageValue: pods.target.averageValue ?? '0', selector: pods.metric.selector }),
    resource: resource && flat({ name: resource.name, ...targets(resource.target) }),
    containerResource:
      containerResource &&
      flat({ name: containerResource.name, ...targets(containerResource.target), container: containerResource.container }),
    external:
      external &&
      flat({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }),
  })
}

function targets({ averageUtilization, averageValue }: MetricTarget): Flat {
  return { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue }
}
function referenceToV1({ kind, name, apiVersion }: CrossVersionObjectReference): Flat {
  return { kind, name, ...(apiVersion ? { apiVersion } : {}) }
}

export function metricStatusToV1({ type, object, pods, resource, containerResource, external }: MetricStatus): object {
  return flat({
    type,
    object:
      object &&
      flat({
        target: referenceToV1(object.describedObject),
        metricName: object.metric.name,
        currentValue: object.current.value ?? '0',
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    pods:
      pods && flat({ metricName: pods.metric.name, currentAverageValue: pods.current.averageValue ?? '0', selector: pods.metric.selector }),
    resource: resource && flat({ name: resource.name, ...currents(resource.current) }),
    containerResource:
      containerResource &&
      flat({ name: containerResource.name, ...currents(containerResource.current), container: containerResource.container }),
    external:
      external &&
      flat({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? '0',
        currentAverageValue: external.current.averageValue,
      }),
  })
}
function currents({ averageUtilization, averageValue }: MetricValueStatus): Flat {
  return { currentAverageUtilization: averageUtilization, currentAverageValue: averageValue ?? '0' }
}

const sources = ['object', 'pods', 'resource', 'external', 'containerResource'] as const
type Source = (typeof sources)[number]

export function metricFromV1(metric: Flat): MetricSpec {
  return fromV1(metric, sourceFromV1) as unknown as MetricSpec
}
export function metricStatusFromV1(metric: Flat): MetricStatus {
  return fromV1(metric, statusFromV1) as unknown as MetricStatus
}
function fromV1(metric: Flat, convert: (source: Source, from: Flat) => Flat): Flat {
  const out: Record<string, unknown> = { type: metric.type ?? '' }
  for (const source of sources) {
    const from = metric[source]
    if (typeof from === 'object' && from !== null) out[source] = convert(source, from as Flat)
  }
  return out
}

function sourceFromV1(source: Source, from: Flat): Flat {
  switch (source) {
    case 'object': {
      const { averageValue, targetValue = '0' } = from
      const isAverage = averageValue !== undefined && averageValue !== null
      // A zero beside an average is v1's way of saying nothing.
      const value = isAverage && targetValue === '0' ? undefined : targetValue
      const target = flat({ type: isAverage ? 'AverageValue' : 'Value', value, averageValue })
      return { describedObject: from.target, target, metric: identifier(from.metricName, from.selector) }
    }
    case 'pods':
      return {
        metric: identifier(from.metricName, from.selector),
        target: { type: 'AverageValue', averageValue: from.targetAverageValue ?? '0' },
      }
    case 'external': {
      const { targetValue, targetAverageValue } = from
      const type = targetValue === undefined || targetValue === null ? 'AverageValue' : 'Value'
      return {
        metric: identifier(from.metricName, from.metricSelector),
        target: flat({ type, value: targetValue, averageValue: targetAverageValue }),
      }
    }
    case 'resource':
    case 'containerResource': {
      const { name, container, targetAverageUtilization: averageUtilization, targetAverageValue: averageValue } = from
      const type = averageUtilization === undefined || averageUtilization === null ? 'AverageValue' : 'Utilization'
      return flat({ name, target: flat({ type, averageValue, averageUtilization }), container })
    }
  }
}

function statusFromV1(source: Source, from: Flat): Flat {
  switch (source) {
    case 'object':
      return {
        metric: identifier(from.metricName, from.selector),
        current: flat({ value: from.currentValue ?? '0', averageValue: from.averageValue }),
        describedObject: from.target,
      }
    case 'pods':
      return { metric: identifier(from.metricName, from.selector), current: { averageValue: from.currentAverageValue ?? '0' } }
    case 'external':
      return {
        metric: identifier(from.metricName, from.metricSelector),
        current: flat({ value: from.currentValue ?? '0', averageValue: from.currentAverageValue }),
      }
    case 'resource':
    case 'containerResource': {
      const { name, container, currentAverageUtilization: averageUtilization, currentAverageValue: averageValue = '0' } = from
      return flat({ name, current: flat({ averageValue, averageUtilization }), container })
    }
  }
}

function identifier(name: unknown, selector: unknown): MetricIdentifier {
  return flat({ name: name ?? '', selector }) as unknown as MetricIdentifier
}
