/**
 * One metric of an autoscaler: asked for, turned into a number of replicas, and into what the status says of it. The five kinds differ in whom they ask and
 * what an average is taken of; errors say what could not be had, in upstream's words.
 */
import type { HorizontalPodAutoscaler } from '../../api/autoscaling/horizontal-pod-autoscaler.ts'
import type { MetricSpec, MetricStatus, MetricTarget } from '../../api/autoscaling/horizontal-pod-autoscaler-schema.ts'
import type { Pod } from '../../api/core/pod.ts'
import { isPodReady } from '../../api/core/pod-facts.ts'
import { quantityMilli, quantityText } from '../../apimachinery/quantity.ts'
import type { DiscoveredResource } from '../shared/discover.ts'
import { messageOf } from '../shared/failures.ts'
import { type Asking, externalMetric, objectMetric, podsMetric, resourceMetrics } from './metrics.ts'
import { byAverage, byShare, byTotal, byUtilization, type Proposal, type Tolerances } from './replicas.ts'

export interface MetricWorld {
  readonly asking: Asking
  readonly selector: string
  readonly pods: readonly Pod[]
  readonly current: number
  readonly statusReplicas: number
  readonly tolerances: Tolerances
  readonly nowMs: number
  readonly resourceOf: (apiVersion: string, kind: string) => Promise<DiscoveredResource>
}
export interface Computed {
  readonly replicas: number
  /** How events and conditions call it. */
  readonly metric: string
  readonly status: MetricStatus
}

const usualTolerance = 0.1

export async function computeMetric(world: MetricWorld, spec: MetricSpec): Promise<Computed> {
  if (spec.resource) return ofResource(world, spec.resource, undefined)
  if (spec.containerResource) return ofResource(world, spec.containerResource, spec.containerResource.container)
  if (spec.pods) return ofPods(world, spec.pods)
  if (spec.object) return ofObject(world, spec.object)
  if (spec.external) return ofExternal(world, spec.external)
  throw new Error(`unknown metric source type "${spec.type}"`)
}

async function ofResource(
  world: MetricWorld,
  source: NonNullable<MetricSpec['resource']>,
  container: string | undefined,
): Promise<Computed> {
  const { name: resource, target } = source
  const { asking, selector } = world
  const isAverage = typeof target.averageValue === 'string'
  const computed = await explained(`failed to get ${resource} ${isAverage ? 'usage' : 'utilization'}`, async () => {
    const metrics = await explained(`unable to get metrics for resource ${resource}`, () =>
      resourceMetrics(asking, resource, selector, container),
    )
    const all = { ...world, metrics, resource }
    return isAverage
      ? byAverage(all, quantityMilli(target.averageValue ?? '0'))
      : byUtilization(all, target.averageUtilization ?? 0, container)
  })
  const of = container === undefined ? 'resource' : 'container resource'
  const metric = isAverage ? `${resource} resource` : `${resource} ${of} utilization (percentage of request)`
  const status = { name: resource, current: currentOf(computed) }
  const whole =
    container === undefined
      ? { type: 'Resource', resource: status }
      : { type: 'ContainerResource', containerResource: { ...status, container } }
  return { replicas: computed.replicas, metric, status: whole as MetricStatus }
}

async function ofPods(world: MetricWorld, { metric, target }: NonNullable<MetricSpec['pods']>): Promise<Computed> {
  const { asking, selector } = world
  const metrics = await explained(`unable to get metric ${metric.name}`, () =>
    podsMetric(asking, metric.name, selector, metric.selector ?? undefined),
  )
  const computed = byAverage({ ...world, metrics, resource: '' }, quantityMilli(target.averageValue ?? '0'))
  const status = { type: 'Pods', pods: { metric, current: currentOf(computed) } } as MetricStatus
  return { replicas: computed.replicas, metric: `pods metric ${metric.name}`, status }
}

async function ofObject(world: MetricWorld, { describedObject, metric, target }: NonNullable<MetricSpec['object']>): Promise<Computed> {
  const { asking, resourceOf } = world
  const { kind, name, apiVersion } = describedObject
  const { resource, group } = await resourceOf(apiVersion ?? '', kind)
  const used = await explained(`unable to get metric ${metric.name}: ${kind} on ${asking.namespace} ${name}`, () =>
    objectMetric(asking, group === '' ? resource : `${resource}.${group}`, name, metric.name, metric.selector ?? undefined),
  )
  const computed = shared(world, target, used)
  const status = { type: 'Object', object: { metric, describedObject, current: currentOf(computed, target) } } as MetricStatus
  return { replicas: computed.replicas, metric: `${kind} metric ${metric.name}`, status }
}

async function ofExternal(world: MetricWorld, { metric, target }: NonNullable<MetricSpec['external']>): Promise<Computed> {
  const { asking } = world
  const used = await explained(`unable to get external metric ${asking.namespace}/${metric.name}`, () =>
    externalMetric(asking, metric.name, metric.selector ?? undefined),
  )
  const computed = shared(world, target, used)
  const status = { type: 'External', external: { metric, current: currentOf(computed, target) } } as MetricStatus
  return { replicas: computed.replicas, metric: `external metric ${metric.name}`, status }
}

/** One value for all replicas together. */
function shared({ pods, current, statusReplicas, tolerances }: MetricWorld, target: MetricTarget, used: number): Proposal {
  if (typeof target.averageValue === 'string') return byShare(used, quantityMilli(target.averageValue), current, statusReplicas, tolerances)
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length
  return byTotal(used, quantityMilli(target.value ?? '0'), current, ready, tolerances)
}

export const failedReasons: Readonly<Record<string, string>> = {
  Resource: 'FailedGetResourceMetric',
  ContainerResource: 'FailedGetContainerResourceMetric',
  Pods: 'FailedGetPodsMetric',
  Object: 'FailedGetObjectMetric',
  External: 'FailedGetExternalMetric',
}

export function metricName({ type, resource, containerResource }: MetricSpec): string {
  if (resource) return `${resource.name} resource`
  if (containerResource) return `${containerResource.name} container`
  return type.toLowerCase()
}

export function tolerancesOf({ spec }: HorizontalPodAutoscaler): Tolerances {
  const of = (text: string | null | undefined): number => (typeof text === 'string' ? quantityMilli(text) / 1000 : usualTolerance)
  return { up: of(spec.behavior?.scaleUp?.tolerance), down: of(spec.behavior?.scaleDown?.tolerance) }
}

function currentOf(
  { milli, utilization }: Proposal,
  target?: MetricTarget,
): { value?: string; averageValue?: string; averageUtilization?: number } {
  const amount = quantityText({ nanos: BigInt(milli) * 1_000_000n, format: 'DecimalSI' })
  if (target !== undefined && typeof target.averageValue !== 'string') return { value: amount }
  return { averageValue: amount, ...(utilization === undefined ? {} : { averageUtilization: utilization }) }
}

async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new Error(`${what}: ${messageOf(cause)}`, { cause })
  }
}
