/** Autoscalers: how many replicas a metric calls for, how fast they may come and go, and what is said when nobody serves metrics. */
import { expect, test } from 'vitest'
import { ReplicaSet } from '../api/apps/replica-set.ts'
import { HorizontalPodAutoscaler } from '../api/autoscaling/horizontal-pod-autoscaler.ts'
import type { Pod } from '../api/core/pod.ts'
import { startTestClient } from '../testing/test-client.ts'
import { type History, limit, remember } from './horizontal-pod-autoscaler/behavior.ts'
import type { PodMetrics } from './horizontal-pod-autoscaler/metrics.ts'
import { byAverage, byShare, byTotal, byUtilization } from './horizontal-pod-autoscaler/replicas.ts'
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.ts'
import { runControllers } from './run.ts'

const nowMs = Date.parse('2026-01-01T01:00:00Z')
const tolerances = { up: 0.1, down: 0.1 }

type Usage = readonly (number | '-' | '?')[]
/** Each Pod requests 1000 thousandths; '-' says nothing, '?' is pending. */
function pods(...usage: Usage): { pods: Pod[]; metrics: PodMetrics } {
  const metrics: PodMetrics = new Map()
  const made = usage.map((used, i) => {
    const name = `p${i}`
    if (typeof used === 'number') metrics.set(name, { milli: used, atMs: nowMs, windowMs: 60_000 })
    return {
      metadata: { name },
      spec: { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
      status: {
        phase: used === '?' ? 'Pending' : 'Running',
        startTime: '2026-01-01T00:00:00Z',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:01:00Z' }],
      },
    } as unknown as Pod
  })
  return { pods: made, metrics }
}
const percent = (target: number, ...usage: Usage): number =>
  byUtilization({ ...pods(...usage), resource: 'cpu', current: usage.length, tolerances, nowMs }, target, undefined).replicas

test('byUtilization() brings the average to its target, and counts silent Pods against the change', () => {
  expect([percent(50, 500, 500), percent(50, 1000, 1000), percent(50, 100, 100), percent(50, 540, 540)]).toEqual([2, 4, 1, 2])
  expect([percent(50, 1000, '-'), percent(50, 100, '-'), percent(50, 1000, '?'), percent(50, 900, 900, '-')]).toEqual([2, 2, 2, 4])
  expect(() => percent(50, '-', '-')).toThrow('did not receive metrics for targeted pods (pods might be unready)')
  expect(() => percent(50)).toThrow('no pods returned by selector')
})

test('byAverage(), byTotal() and byShare() for values', () => {
  expect(byAverage({ ...pods(300, 500), resource: 'memory', current: 2, tolerances, nowMs }, 100).replicas).toBe(8)
  expect([byTotal(3000, 1000, 2, 2, tolerances).replicas, byTotal(1050, 1000, 2, 2, tolerances).replicas]).toEqual([6, 2])
  expect([byShare(3000, 1000, 2, 2, tolerances).replicas, byShare(2100, 1000, 2, 2, tolerances).replicas]).toEqual([3, 2])
})

const behaviour = (behavior?: object) =>
  ({ spec: { maxReplicas: 50, scaleTargetRef: { kind: 'a', name: 'a' }, behavior } }) as HorizontalPodAutoscaler
const fresh = (): History => ({ recommendations: [], ups: [], downs: [] })

test('limit() waits before it goes down, and grows no faster than it may', () => {
  const range = { min: 1, max: 50 }
  const history = fresh()
  const go = (current: number, desired: number, seconds: number) =>
    limit(behaviour(), { ...range, current, desired }, history, nowMs + seconds * 1000)
  expect(go(10, 10, 0).replicas).toBe(10)
  expect(go(10, 2, 100)).toMatchObject({
    replicas: 10,
    able: ['ScaleDownStabilized', 'recent recommendations were higher than current one, applying the highest recent recommendation'],
  })
  expect(go(10, 2, 301)).toMatchObject({
    replicas: 2,
    able: ['ReadyForNewScale', 'recommended size matches current size'],
    limited: ['False', 'DesiredWithinRange', expect.any(String)],
  })
  expect(limit(behaviour(), { ...range, current: 3, desired: 40 }, fresh(), nowMs)).toMatchObject({
    replicas: 6,
    limited: ['True', 'ScaleUpLimit', expect.any(String)],
  })
  expect(limit(behaviour(), { ...range, current: 40, desired: 99 }, fresh(), nowMs)).toMatchObject({
    replicas: 50,
    limited: ['True', 'TooManyReplicas', expect.any(String)],
  })
  expect(limit(behaviour(), { ...range, min: 3, current: 5, desired: 0 }, fresh(), nowMs)).toMatchObject({
    replicas: 3,
    limited: ['True', 'TooFewReplicas', expect.any(String)],
  })
})

test('limit() keeps to policies within their period', () => {
  const scaleUp = { policies: [{ type: 'Pods', value: 2, periodSeconds: 60 }] }
  const scaleDown = { stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' }
  const history = fresh()
  const go = (current: number, desired: number, seconds: number): number =>
    limit(behaviour({ scaleUp, scaleDown }), { min: 1, max: 50, current, desired }, history, nowMs + seconds * 1000).replicas
  expect(go(4, 20, 0)).toBe(6)
  remember(history, 4, 6, nowMs)
  expect([go(6, 20, 30), go(6, 20, 61), go(6, 1, 90)]).toEqual([6, 8, 6])
})

test('without metrics the conditions say so; bounds are kept all the same', async () => {
  await using world = await startTestClient()
  const { client, clock } = world
  await runControllers({ ...world, clientFor: () => client, controllers: [horizontalPodAutoscalerController] })
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const spec = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template }
  await world.api.request('POST', '/apis/apps/v1/namespaces/default/replicasets', { metadata: { name: 'web' }, spec })
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } }
  const scaler = (name: string, target: string) => ({
    metadata: { name },
    spec: {
      minReplicas: 2,
      maxReplicas: 5,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: target },
      metrics: [{ type: 'Resource', resource }],
    },
  })
  for (const [name, target] of [
    ['web', 'web'],
    ['lost', 'nothing'],
  ] as const) {
    const made = await world.api.request('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', scaler(name, target))
    expect(made.status).toBe(201)
  }
  await clock.advance(1000)
  expect((await client.of(ReplicaSet).in('default').get('web')).spec.replicas).toBe(2)
  await clock.advance(16_000)
  const told = async (name: string): Promise<unknown> =>
    (await client.of(HorizontalPodAutoscaler).in('default').get(name)).status?.conditions?.map(
      ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
    )
  expect(await told('web')).toEqual([
    "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
    'ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
  ])
  expect(await told('lost')).toEqual([
    `AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: replicasets.apps "nothing" not found`,
  ])
})
