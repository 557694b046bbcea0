/** ResourceQuotas: what is counted, how soon, and what is refused. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json, randomName, refused } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()
const dongle = 'example.com/dongle'

function testQuota(name: string, hard: Json = {}): Json {
  return {
    metadata: { name },
    spec: {
      hard: {
        pods: '5',
        services: '10',
        'services.nodeports': '1',
        'services.loadbalancers': '1',
        replicationcontrollers: '10',
        resourcequotas: '1',
        cpu: '1',
        memory: '500Mi',
        configmaps: '10',
        secrets: '10',
        persistentvolumeclaims: '10',
        'requests.storage': '10Gi',
        'ephemeral-storage': '50Gi',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '10',
        'gold.storageclass.storage.k8s.io/requests.storage': '10Gi',
        'count/replicasets.apps': '5',
        [`requests.${dongle}`]: '3',
        ...hard,
      },
    },
  }
}

function scopedQuota(name: string, scope: string, hard: Json = {}): Json {
  return { metadata: { name }, spec: { hard: { pods: '5', ...hard }, scopes: [scope] } }
}

/** No node takes it: the quota is what is tested. */
function testPod(name: string, requests: Json = {}, limits: Json = {}): Json {
  return {
    metadata: { name },
    spec: {
      nodeSelector: { 'x-test.k8s.io/unsatisfiable': 'not-schedulable' },
      containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10', resources: { requests, limits } }],
    },
  }
}

async function startQuota(quota: Json) {
  const namespace = await api.namespace('resourcequota')
  const quotas = api.of('v1', 'resourcequotas', namespace)
  const waitForUsed = (name: string, used: Json) =>
    quotas.appears(name, ({ status }) => Object.entries(used).every(([key, value]) => status?.used?.[key] === value))
  const create = async (one: Json): Promise<void> => {
    await quotas.create(one)
    await quotas.appears(one.metadata.name, ({ spec, status }) => JSON.stringify(status?.hard) === JSON.stringify(spec.hard))
  }
  await create(quota)
  const { name } = quota.metadata
  return { namespace, quotas, create, waitForUsed, used: (used: Json) => waitForUsed(name, used), pods: api.of('v1', 'pods', namespace) }
}

describe.concurrent('resource quotas', () => {
  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and ensure its status is promptly calculated. [Conformance]', async () => {
    const { used } = await startQuota(testQuota('test-quota'))
    await used({ resourcequotas: '1' })
  })

  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a secret. [Conformance]', async () => {
    const namespace = await api.namespace('resourcequota')
    const secrets = api.of('v1', 'secrets', namespace)
    const quotas = api.of('v1', 'resourcequotas', namespace)
    const before = (await secrets.list()).items.length
    await quotas.create(testQuota('test-quota', { secrets: String(before + 1) }))
    const used = (count: number) =>
      quotas.appears('test-quota', ({ status }) => status?.used?.resourcequotas === '1' && status.used.secrets === String(count))
    await used(before)
    await secrets.create({ metadata: { name: 'test-secret' }, data: { 'data-1': 'dmFsdWUtMQ==' } })
    await used(before + 1)
    await secrets.delete('test-secret')
    await used(before)
  })

  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a configMap. [Conformance]', async () => {
    // The namespace is ready when kube-root-ca.crt is there: it counts.
    const namespace = await api.namespace('resourcequota')
    const configMaps = api.of('v1', 'configmaps', namespace)
    const quotas = api.of('v1', 'resourcequotas', namespace)
    const before = (await configMaps.list()).items.length
    await quotas.create(testQuota('test-quota', { configmaps: String(before + 1) }))
    const used = (count: number) =>
      quotas.appears('test-quota', ({ status }) => status?.used?.resourcequotas === '1' && status.used.configmaps === String(count))
    await used(before)
    await configMaps.create({ metadata: { name: 'test-configmap' }, data: { a: 'b' } })
    await used(before + 1)
    await configMaps.delete('test-configmap')
    await used(before)
  })

  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a pod. [Conformance]', async () => {
    const { used, pods } = await startQuota(testQuota('test-quota'))
    await used({ resourcequotas: '1' })
    const requests = { cpu: '500m', memory: '252Mi', 'ephemeral-storage': '30Gi', [dongle]: '2' }
    const created = await pods.create(testPod('test-pod', requests, { [dongle]: '2' }))
    const taken = {
      resourcequotas: '1',
      pods: '1',
      cpu: '500m',
      memory: '252Mi',
      'ephemeral-storage': '30Gi',
      [`requests.${dongle}`]: '2',
    }
    await used(taken)
    expect(await refused(pods.create(testPod('fail-pod', { cpu: '600m', memory: '100Mi' })))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: expect.stringContaining('exceeded quota: test-quota, requested: '),
    })
    const second = { cpu: '500m', memory: '100Mi', 'ephemeral-storage': '30Gi', [dongle]: '2' }
    expect(await refused(pods.create(testPod('fail-pod-for-extended-resource', second, { [dongle]: '2' })))).toMatchObject({ code: 403 })
    created.spec.containers[0].resources.requests = { cpu: '100m', memory: '100Mi', 'ephemeral-storage': '10Gi' }
    await refused(pods.update(created))
    await used(taken)
    await pods.delete('test-pod', { gracePeriodSeconds: 0 })
    await used({
      resourcequotas: '1',
      pods: '0',
      cpu: '0',
      memory: '0',
      'ephemeral-storage': '0',
      [`requests.${dongle}`]: '0',
    })
  })

  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replica set. [Conformance]', async () => {
    const { used, namespace } = await startQuota(testQuota('test-quota'))
    const replicaSets = api.of('apps/v1', 'replicasets', namespace)
    await used({ resourcequotas: '1', 'count/replicasets.apps': '0' })
    await replicaSets.create({
      metadata: { name: 'test-rs' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { name: 'test-rs' } },
        template: { metadata: { labels: { name: 'test-rs' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
      },
    })
    await used({ 'count/replicasets.apps': '1' })
    await replicaSets.delete('test-rs')
    await used({ 'count/replicasets.apps': '0' })
  })

  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a replication controller. [Conformance]', async () => {
    const { used, namespace } = await startQuota(testQuota('test-quota'))
    const controllers = api.of('v1', 'replicationcontrollers', namespace)
    await used({ resourcequotas: '1', replicationcontrollers: '0' })
    await controllers.create({
      metadata: { name: 'test-rc' },
      spec: {
        replicas: 0,
        selector: { name: 'test-rc' },
        template: { metadata: { labels: { name: 'test-rc' } }, spec: { containers: [{ name: 'nginx', image: 'nginx' }] } },
      },
    })
    await used({ replicationcontrollers: '1' })
    await controllers.delete('test-rc', { propagationPolicy: 'Background' })
    await used({ replicationcontrollers: '0' })
  })

  test('[sig-api-machinery] ResourceQuota should create a ResourceQuota and capture the life of a service. [Conformance]', async () => {
    const { used, namespace } = await startQuota(testQuota('test-quota'))
    const services = api.of('v1', 'services', namespace)
    const service = (name: string, spec: Json) => ({ metadata: { name }, spec: { ports: [{ port: 80, targetPort: 80 }], ...spec } })
    await used({ resourcequotas: '1' })
    await services.create(service('test-service', { type: 'ClusterIP' }))
    await services.create(service('test-service-np', { type: 'NodePort' }))
    const third = service('test-service-lb', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: true })
    expect(await refused(services.create(third))).toMatchObject({ code: 403, message: expect.stringContaining('services.nodeports') })
    await used({ resourcequotas: '1', services: '2', 'services.nodeports': '1' })
    await services.delete('test-service')
    await services.delete('test-service-np')
    await used({ resourcequotas: '1', services: '0', 'services.nodeports': '0' })
  })

  test('[sig-api-machinery] ResourceQuota should verify ResourceQuota with best effort scope. [Conformance]', async () => {
    const { waitForUsed, create, pods } = await startQuota(scopedQuota('quota-besteffort', 'BestEffort'))
    await waitForUsed('quota-besteffort', { pods: '0' })
    await create(scopedQuota('quota-not-besteffort', 'NotBestEffort'))
    await waitForUsed('quota-not-besteffort', { pods: '0' })
    await pods.create(testPod('test-pod'))
    await waitForUsed('quota-besteffort', { pods: '1' })
    await waitForUsed('quota-not-besteffort', { pods: '0' })
    await pods.delete('test-pod', { gracePeriodSeconds: 0 })
    await waitForUsed('quota-besteffort', { pods: '0' })
    await pods.create(testPod('burstable-pod', { cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' }))
    await waitForUsed('quota-not-besteffort', { pods: '1' })
    await waitForUsed('quota-besteffort', { pods: '0' })
    await pods.delete('burstable-pod', { gracePeriodSeconds: 0 })
    await waitForUsed('quota-not-besteffort', { pods: '0' })
  })

  test('[sig-api-machinery] ResourceQuota should verify ResourceQuota with terminating scopes. [Conformance]', async () => {
    const hard = { 'requests.cpu': '1', 'requests.memory': '500Mi', 'limits.cpu': '2', 'limits.memory': '1Gi' }
    const { waitForUsed, create, pods } = await startQuota(scopedQuota('quota-terminating', 'Terminating', hard))
    await waitForUsed('quota-terminating', { pods: '0' })
    await create(scopedQuota('quota-not-terminating', 'NotTerminating', hard))
    await waitForUsed('quota-not-terminating', { pods: '0' })
    const taken = { pods: '1', 'requests.cpu': '500m', 'requests.memory': '200Mi', 'limits.cpu': '1', 'limits.memory': '400Mi' }
    const free = { pods: '0', 'requests.cpu': '0', 'requests.memory': '0', 'limits.cpu': '0', 'limits.memory': '0' }
    const pod = testPod('test-pod', { cpu: '500m', memory: '200Mi' }, { cpu: '1', memory: '400Mi' })
    await pods.create(pod)
    await waitForUsed('quota-not-terminating', taken)
    await waitForUsed('quota-terminating', free)
    await pods.delete('test-pod', { gracePeriodSeconds: 0 })
    await waitForUsed('quota-not-terminating', free)
    await pods.create({ metadata: { name: 'terminating-pod' }, spec: { ...pod.spec, activeDeadlineSeconds: 3600 } })
    await waitForUsed('quota-terminating', taken)
    await waitForUsed('quota-not-terminating', free)
    await pods.delete('terminating-pod', { gracePeriodSeconds: 0 })
    await waitForUsed('quota-terminating', free)
  })

  test('[sig-api-machinery] ResourceQuota should be able to update and delete ResourceQuota. [Conformance]', async () => {
    const quotas = api.of('v1', 'resourcequotas', await api.namespace('resourcequota'))
    const quota = (cpu: string, memory: string) => ({ metadata: { name: 'test-quota' }, spec: { hard: { cpu, memory } } })
    await quotas.create(quota('1', '500Mi'))
    expect((await quotas.get('test-quota')).spec.hard).toEqual({ cpu: '1', memory: '500Mi' })
    expect((await quotas.update(quota('2', '1Gi'))).spec.hard).toEqual({ cpu: '2', memory: '1Gi' })
    expect((await quotas.get('test-quota')).spec.hard).toEqual({ cpu: '2', memory: '1Gi' })
    await quotas.delete('test-quota')
    expect(await refused(quotas.get('test-quota'))).toMatchObject({ code: 404, reason: 'NotFound' })
  })

  test('[sig-api-machinery] ResourceQuota should manage the lifecycle of a ResourceQuota [Conformance]', async () => {
    const quotas = api.of('v1', 'resourcequotas', await api.namespace('resourcequota'))
    const name = randomName('e2e-quota')
    const selected = { labelSelector: `e2e-rq-label=${name}` }
    await quotas.create({ metadata: { name, labels: { 'e2e-rq-label': name } }, spec: { hard: { cpu: '1', memory: '500Mi' } } })
    const read = await quotas.get(name)
    expect(read.spec.hard).toEqual({ cpu: '1', memory: '500Mi' })
    expectResourceVersion(read)
    const listed = await api.of('v1', 'resourcequotas').list(selected)
    expect(listed.items).toHaveLength(1)
    const patch = { metadata: { labels: { [name]: 'patched' } }, spec: { hard: { memory: '750Mi' } } }
    const patched = await quotas.patch(name, patch, { type: 'strategic' })
    expect(patched.metadata.labels[name]).toBe('patched')
    expect(patched.spec.hard.memory).toBe('750Mi')
    expectLater(patched, listed.items[0])
    await quotas.deleteCollection(selected)
    expect(await refused(quotas.get(name))).toMatchObject({ code: 404 })
  })

  test('[sig-api-machinery] ResourceQuota should apply changes to a resourcequota status [Conformance]', async () => {
    const quotas = api.of('v1', 'resourcequotas', await api.namespace('resourcequota'))
    const name = randomName('e2e-rq-status')
    const selected = { labelSelector: `e2e-rq-label=${name}` }
    const { resourceVersion } = (await api.of('v1', 'resourcequotas').list(selected)).metadata
    await using watch = await quotas.watch({ ...selected, resourceVersion })
    const untilHard = (hard: Json) =>
      watch.until(`hard ${JSON.stringify(hard)}`, ({ object }) => JSON.stringify(object.status?.hard) === JSON.stringify(hard))
    const hard = { cpu: '500m', memory: '500Mi' }
    await quotas.create({ metadata: { name, labels: { 'e2e-rq-label': name } }, spec: { hard } })
    expect((await quotas.get(name)).spec.hard).toEqual(hard)
    await quotas.change(
      name,
      (copy) => {
        copy.status = { hard }
      },
      'status',
    )
    await untilHard(hard)
    const more = { cpu: '1', memory: '1Gi' }
    await quotas.patch(name, { spec: { hard: more } }, { type: 'strategic' })
    await quotas.patch(name, { status: { hard: more } }, { type: 'strategic', subresource: 'status' })
    await untilHard(more)
    expect((await quotas.get(name, 'status')).status.hard).toEqual(more)
    const other = { cpu: '2', memory: '2Gi' }
    const repatched = await quotas.patch(name, { status: { hard: other } }, { type: 'strategic', subresource: 'status' })
    expect(repatched.status.hard).toEqual(other)
    expect(repatched.spec.hard).toEqual(more)
    await untilHard(other)
    await eventually(
      'the controller to set the status right',
      () => quotas.get(name),
      (quota) => JSON.stringify(quota.status.hard) === JSON.stringify(more),
    )
  })
})
