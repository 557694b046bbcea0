/** Quotas: what an object uses of them, and a namespace's count as things come and go. */
import { expect, test } from 'vitest'
import type { Pod } from '../api/core/pod.ts'
import { countedResourceOf, matchesScope, usageOf } from '../api/core/quota-usage.ts'
import { ResourceQuota } from '../api/core/resource-quota.ts'
import { startTestClient } from '../testing/test-client.ts'
import { resourceQuotaController } from './resource-quota.ts'
import { runControllers } from './run.ts'

const nowMs = Date.parse('2026-01-01T00:01:00Z')
const pod = (spec: object = {}, more: object = {}): Pod =>
  ({
    metadata: { name: 'p' },
    spec: {
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '1' } } }],
      ...spec,
    },
    ...more,
  }) as Pod

test('usageOf() counts Pods by what they ask for', () => {
  expect(usageOf('pods', pod(), nowMs)).toEqual({
    'count/pods': '1',
    pods: '1',
    cpu: '100m',
    'requests.cpu': '100m',
    'limits.cpu': '1',
    memory: '1Gi',
    'requests.memory': '1Gi',
  })
  const init = { initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '2' } } }], overhead: { cpu: '50m' } }
  expect(usageOf('pods', pod(init), nowMs)['requests.cpu']).toBe('2050m')
  expect(usageOf('pods', pod({}, { status: { phase: 'Succeeded' } }), nowMs)).toEqual({ 'count/pods': '1' })
  const late = { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 } }
  expect(usageOf('pods', pod({}, late), nowMs)).toEqual({ 'count/pods': '1' })
})

test('usageOf() counts Services, claims and the rest', () => {
  const service = (spec: object) => usageOf('services', { metadata: {}, spec } as never, nowMs)
  expect(service({ type: 'LoadBalancer', ports: [{}, {}] })).toMatchObject({ 'services.nodeports': '2', 'services.loadbalancers': '1' })
  expect(service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{}, { nodePort: 1 }] })).toMatchObject({
    'services.nodeports': '1',
  })
  expect(service({ type: 'ClusterIP', ports: [{}] })).toMatchObject({ services: '1', 'services.nodeports': '0' })
  const claim = { metadata: {}, spec: { storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } } }
  expect(usageOf('persistentvolumeclaims', claim as never, nowMs)).toEqual({
    persistentvolumeclaims: '1',
    'count/persistentvolumeclaims': '1',
    'requests.storage': '5Gi',
    'fast.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    'fast.storageclass.storage.k8s.io/requests.storage': '5Gi',
  })
  expect(usageOf('secrets', { metadata: {} }, nowMs)).toEqual({ 'count/secrets': '1', secrets: '1' })
  expect(usageOf('deployments.apps', { metadata: {} }, nowMs)).toEqual({ 'count/deployments.apps': '1' })
})

test('countedResourceOf() knows whose a name is', () => {
  const names = [
    'requests.cpu',
    'hugepages-2Mi',
    'requests.example.com/gpu',
    'services.nodeports',
    'x.storageclass.storage.k8s.io/requests.storage',
    'count/jobs.batch',
    'secrets',
    'nonsense',
  ]
  expect(names.map(countedResourceOf)).toEqual([
    'pods',
    'pods',
    'pods',
    'services',
    'persistentvolumeclaims',
    'jobs.batch',
    'secrets',
    undefined,
  ])
})

test('matchesScope() sorts Pods', () => {
  const scope = (scopeName: string, operator = 'Exists', values: readonly string[] = []) => ({ scopeName, operator, values }) as never
  const matches = (one: Pod, ...args: Parameters<typeof scope>): boolean => matchesScope('pods', one, scope(...args))
  const bare = pod({ containers: [{ name: 'c', image: 'i' }] })
  expect([matches(pod(), 'BestEffort'), matches(bare, 'BestEffort'), matches(bare, 'NotBestEffort')]).toEqual([false, true, false])
  expect([matches(pod({ activeDeadlineSeconds: 5 }), 'Terminating'), matches(pod(), 'NotTerminating')]).toEqual([true, true])
  const high = pod({ priorityClassName: 'high' })
  expect([
    matches(high, 'PriorityClass', 'In', ['high']),
    matches(high, 'PriorityClass', 'NotIn', ['high']),
    matches(pod(), 'PriorityClass'),
  ]).toEqual([true, false, false])
  expect(matchesScope('services', { metadata: {} }, scope('BestEffort'))).toBe(false)
})

test('a quota says what is used, and gives back what goes', async () => {
  await using world = await startTestClient()
  const { api, client, clock } = world
  await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await runControllers({ ...world, clientFor: () => client, controllers: [resourceQuotaController] })
  const quotas = client.of(ResourceQuota).in('default')
  const hard = { pods: '5', 'requests.cpu': '1', 'count/configmaps': '10', 'count/widgets.example.com': '3' }
  await quotas.create({ metadata: { name: 'q' }, spec: { hard } })
  for (const name of ['a', 'b']) {
    const spec = { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }] }
    await api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name }, spec })
  }
  await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'c' } })
  await clock.advance(300_000)
  expect((await quotas.get('q')).status).toEqual({ hard, used: { pods: '2', 'requests.cpu': '200m', 'count/configmaps': '1' } })
  await api.request('DELETE', '/api/v1/namespaces/default/pods/a?gracePeriodSeconds=0')
  await api.request('DELETE', '/api/v1/namespaces/default/configmaps/c')
  await clock.advance(1000)
  expect((await quotas.get('q')).status?.used).toEqual({ pods: '1', 'requests.cpu': '100m', 'count/configmaps': '0' })
  await quotas.patch('q', { status: { hard: { pods: '7' } } }, { type: 'merge', subresource: 'status' })
  await clock.advance(1000)
  expect((await quotas.get('q')).status?.hard).toEqual(hard)
  expect(world.complaints).toEqual([])
})
