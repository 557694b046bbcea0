/** Quotas at the door: what is refused in which words, what is charged, and that nothing slips through when many come at once. */
import { expect, test } from 'vitest'
import { resourceQuotaController } from '../../../controllers/resource-quota.ts'
import { runControllers } from '../../../controllers/run.ts'
import { startTestClient, type TestClient } from '../../../testing/test-client.ts'

const base = '/api/v1/namespaces/default'

async function withQuotas(...quotas: readonly { readonly name: string; readonly spec: object }[]) {
  const world = await startTestClient()
  await world.api.request('POST', `${base}/serviceaccounts`, { metadata: { name: 'default' }, automountServiceAccountToken: false })
  await runControllers({ ...world, clientFor: () => world.client, controllers: [resourceQuotaController] })
  for (const { name, spec } of quotas) await world.api.request('POST', `${base}/resourcequotas`, { metadata: { name }, spec })
  await world.clock.settled()
  return world
}

async function post({ api }: TestClient, path: string, body: object): Promise<unknown[]> {
  const { status, json } = await api.request('POST', path, body)
  return status < 300 ? [status] : [status, json.message]
}

async function used({ api }: TestClient, name: string): Promise<unknown> {
  return (await api.request('GET', `${base}/resourcequotas/${name}`)).json.status.used
}

const pod = (name: string, resources: object = {}, spec: object = {}): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'i', resources }], ...spec },
})

test('Pods: every container must say what is counted, and all of it must fit', async () => {
  const hard = { pods: '3', 'requests.cpu': '1', 'limits.memory': '1Gi' }
  await using world = await withQuotas({ name: 'q', spec: { hard } })
  const forbidden = (name: string, why: string): unknown[] => [403, `pods "${name}" is forbidden: ${why}`]
  expect(await post(world, `${base}/pods`, pod('a', { requests: { cpu: '100m' } }))).toEqual(
    forbidden('a', 'failed quota: q: must specify limits.memory for: c'),
  )
  expect(await post(world, `${base}/pods`, pod('a'))).toEqual(
    forbidden('a', 'failed quota: q: must specify limits.memory for: c; requests.cpu for: c'),
  )
  const half = { requests: { cpu: '500m' }, limits: { memory: '400Mi', cpu: '1' } }
  expect(await post(world, `${base}/pods`, pod('a', half))).toEqual([201])
  expect(await used(world, 'q')).toEqual({ pods: '1', 'requests.cpu': '500m', 'limits.memory': '400Mi' })
  const much = { requests: { cpu: '600m' }, limits: { memory: '700Mi', cpu: '1' } }
  expect(await post(world, `${base}/pods`, pod('b', much))).toEqual(
    forbidden(
      'b',
      'exceeded quota: q, requested: limits.memory=700Mi,requests.cpu=600m, used: limits.memory=400Mi,requests.cpu=500m, limited: limits.memory=1Gi,requests.cpu=1',
    ),
  )
  // A Pod that asks as a whole has asked for its containers.
  expect(await post(world, `${base}/pods`, pod('c', {}, { resources: half }))).toEqual([201])
  await world.api.request('DELETE', `${base}/pods/a?gracePeriodSeconds=0`)
  await world.clock.settled()
  expect(await used(world, 'q')).toEqual({ pods: '1', 'requests.cpu': '500m', 'limits.memory': '400Mi' })
  expect(world.api.errors).toEqual([])
})

test('scopes choose Pods; a Pod that gets a deadline moves to another quota', async () => {
  const scopeSelector = { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] }
  await using world = await withQuotas(
    { name: 'high', spec: { hard: { pods: '0' }, scopeSelector } },
    { name: 'ending', spec: { hard: { pods: '1' }, scopes: ['Terminating'] } },
  )
  await world.api.request('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'high' }, value: 5 })
  expect(await post(world, `${base}/pods`, pod('a', {}, { priorityClassName: 'high' }))).toEqual([
    403,
    'pods "a" is forbidden: exceeded quota: high, requested: pods=1, used: pods=0, limited: pods=0',
  ])
  expect(await post(world, `${base}/pods`, pod('a'))).toEqual([201])
  expect(await used(world, 'ending')).toEqual({ pods: '0' })
  await world.api.request('PATCH', `${base}/pods/a`, { spec: { activeDeadlineSeconds: 60 } }, { headers: merge })
  expect(await used(world, 'ending')).toEqual({ pods: '1' })
  expect(await post(world, `${base}/pods`, pod('b', {}, { activeDeadlineSeconds: 5 }))).toEqual([
    403,
    'pods "b" is forbidden: exceeded quota: ending, requested: pods=1, used: pods=1, limited: pods=1',
  ])
})

const merge = { 'content-type': 'application/merge-patch+json' }

test('Services, claims and counts; a change costs what it adds', async () => {
  const hard = {
    services: '5',
    'services.nodeports': '1',
    'services.loadbalancers': '0',
    'requests.storage': '10Gi',
    'slow.storageclass.storage.k8s.io/requests.storage': '1Gi',
    'count/deployments.apps': '0',
    'gpu.deviceclass.resource.k8s.io/devices': '3',
  }
  await using world = await withQuotas({ name: 'q', spec: { hard } })
  const service = (name: string, type: string): object => ({ metadata: { name }, spec: { type, ports: [{ port: 80 }] } })
  expect(await post(world, `${base}/services`, service('a', 'ClusterIP'))).toEqual([201])
  expect(await post(world, `${base}/services`, service('b', 'LoadBalancer'))).toEqual([
    403,
    'services "b" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
  ])
  const changed = await world.api.request('PATCH', `${base}/services/a`, { spec: { type: 'NodePort' } }, { headers: merge })
  expect([changed.status, ((await used(world, 'q')) as Record<string, string>)['services.nodeports']]).toEqual([200, '1'])
  const claim = (name: string, storageClassName: string, storage: string): object => ({
    metadata: { name },
    spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  })
  expect(await post(world, `${base}/persistentvolumeclaims`, claim('a', 'slow', '2Gi'))).toEqual([
    403,
    'persistentvolumeclaims "a" is forbidden: exceeded quota: q, requested: slow.storageclass.storage.k8s.io/requests.storage=2Gi, used: slow.storageclass.storage.k8s.io/requests.storage=0, limited: slow.storageclass.storage.k8s.io/requests.storage=1Gi',
  ])
  expect(await post(world, `${base}/persistentvolumeclaims`, claim('a', 'fast', '2Gi'))).toEqual([201])
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const deployment = { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } }
  expect(await post(world, '/apis/apps/v1/namespaces/default/deployments', deployment)).toEqual([
    403,
    'deployments.apps "d" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
  ])
  const devices = { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'All' } }] }
  expect(
    await post(world, '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims', { metadata: { name: 'r' }, spec: { devices } }),
  ).toEqual([
    403,
    'resourceclaims.resource.k8s.io "r" is forbidden: exceeded quota: q, requested: gpu.deviceclass.resource.k8s.io/devices=32, used: gpu.deviceclass.resource.k8s.io/devices=0, limited: gpu.deviceclass.resource.k8s.io/devices=3',
  ])
  expect(world.api.errors).toEqual([])
})

test('of fifty that come at once as many get in as fit', async () => {
  await using world = await withQuotas({ name: 'q', spec: { hard: { 'count/configmaps': '7' } } })
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => world.api.request('POST', `${base}/configmaps`, { metadata: { name: `c${i}` } })),
  )
  expect(answers.filter(({ status }) => status === 201).length).toBe(7)
  expect(answers.filter(({ status }) => status === 403).length).toBe(43)
  expect(await used(world, 'q')).toEqual({ 'count/configmaps': '7' })
  const quota = await world.api.request('GET', `${base}/resourcequotas/q`)
  expect(
    quota.json.metadata.managedFields.map((one: { manager: string; subresource?: string }) => [one.manager, one.subresource]),
  ).toContainEqual(['kube-apiserver', 'status'])
})
