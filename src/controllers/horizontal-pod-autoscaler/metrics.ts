/**
 * What Pods use, as the metrics APIs tell it: metrics.k8s.io for cpu and memory, custom.metrics.k8s.io for what Pods and other objects say of
 * themselves, external.metrics.k8s.io for the rest. All three are served by others, if at all. Amounts are in thousandths.
 */
import { quantityMilli } from '../../apimachinery/quantity.ts'
import { formatSelector, type LabelSelectorObject } from '../../apimachinery/selectors/labels.ts'
import { statusOf } from '../../apimachinery/status-error.ts'
import type { Client } from '../../client/client.ts'
import { timeMs } from '../shared/time-text.ts'

export interface PodMetric {
  readonly milli: number
  readonly atMs: number
  readonly windowMs: number
}
export type PodMetrics = Map<string, PodMetric>

export interface Asking {
  readonly client: Client
  readonly namespace: string
  readonly signal: AbortSignal
}
interface MetricValue {
  readonly describedObject?: { readonly name?: string }
  readonly timestamp?: string
  readonly windowSeconds?: number
  readonly window?: number
  readonly value?: string
}
interface PodUsage {
  readonly metadata: { readonly name?: string }
  readonly timestamp?: string
  readonly window?: string
  readonly containers?: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[]
}

const defaultWindowMs = 60_000

/** Of all containers together, or of one. Pods with a container that says nothing are left out. */
export async function resourceMetrics(
  asking: Asking,
  resource: string,
  selector: string,
  container: string | undefined,
): Promise<PodMetrics> {
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${asking.namespace}/pods?labelSelector=${encodeURIComponent(selector)}`
  const items = (await ask(asking, path, 'resource metrics API', 'pods.metrics.k8s.io')) as readonly PodUsage[]
  if (items.length === 0) throw new Error('no metrics returned from resource metrics API')
  const metrics: PodMetrics = new Map()
  for (const { metadata, timestamp, window, containers = [] } of items) {
    const counted = container === undefined ? containers : containers.filter(({ name }) => name === container)
    if (container !== undefined && counted.length === 0)
      throw new Error(`container ${container} not present in metrics for pod ${asking.namespace}/${metadata.name}`)
    if (counted.some(({ usage }) => usage[resource] === undefined)) continue
    const milli = counted.reduce((sum, { usage }) => sum + quantityMilli(usage[resource] ?? '0'), 0)
    metrics.set(metadata.name ?? '', {
      milli,
      atMs: timeMs(timestamp),
      windowMs: Number.parseFloat(window ?? '') * 1000 || defaultWindowMs,
    })
  }
  return metrics
}

export async function podsMetric(
  asking: Asking,
  metric: string,
  selector: string,
  chosen: LabelSelectorObject | undefined,
): Promise<PodMetrics> {
  const query = `labelSelector=${encodeURIComponent(selector)}&metricLabelSelector=${encodeURIComponent(labelText(chosen))}`
  const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${asking.namespace}/pods/*/${metric}?${query}`
  const items = (await ask(asking, path, 'custom metrics API', `${metric}.custom.metrics.k8s.io`)) as readonly MetricValue[]
  if (items.length === 0) throw new Error('no metrics returned from custom metrics API')
  return new Map(
    items.map(({ describedObject, timestamp, windowSeconds, value }) => [
      describedObject?.name ?? '',
      { milli: quantityMilli(value ?? '0'), atMs: timeMs(timestamp), windowMs: (windowSeconds ?? 60) * 1000 },
    ]),
  )
}

/** `resource`: "services", "ingresses.networking.k8s.io". */
export async function objectMetric(
  asking: Asking,
  resource: string,
  name: string,
  metric: string,
  chosen: LabelSelectorObject | undefined,
): Promise<number> {
  const query = `metricLabelSelector=${encodeURIComponent(labelText(chosen))}`
  const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${asking.namespace}/${resource}/${name}/${metric}?${query}`
  const items = (await ask(asking, path, 'custom metrics API', `${metric}.custom.metrics.k8s.io`)) as readonly MetricValue[]
  return quantityMilli(items[0]?.value ?? '0')
}

/** The sum of all series. */
export async function externalMetric(asking: Asking, metric: string, chosen: LabelSelectorObject | undefined): Promise<number> {
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${asking.namespace}/${metric}?labelSelector=${encodeURIComponent(labelText(chosen))}`
  const items = (await ask(asking, path, 'external metrics API', `${metric}.external.metrics.k8s.io`)) as readonly MetricValue[]
  if (items.length === 0) throw new Error('no metrics returned from external metrics API')
  return items.reduce((sum, { value }) => sum + quantityMilli(value ?? '0'), 0)
}

function labelText(selector: LabelSelectorObject | undefined): string {
  return selector === undefined ? '' : formatSelector(selector)
}

async function ask({ client, signal }: Asking, path: string, api: string, what: string): Promise<readonly unknown[]> {
  try {
    return ((await client.raw(path, { signal })) as { items?: readonly unknown[] }).items ?? []
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause)
    const why = statusOf(cause)?.code === 404 ? `the server could not find the requested resource (get ${what})` : text
    throw new Error(`unable to fetch metrics from ${api}: ${why}`, { cause })
  }
}
