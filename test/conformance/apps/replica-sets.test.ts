/** ReplicaSets and ReplicationControllers: adoption and release, scale, status, quotas in their way. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, type Resource, randomName, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { agnhostImage, isReady, pauseImage, runningPods } from '../pods.ts'
import { controllerOf, replicaSet, replicationController } from '../workloads.ts'

const api = await connect()
const apps = 'apps/v1'

const lone = (name: string) => ({
  metadata: { name, labels: { name } },
  spec: { containers: [{ name, image: agnhostImage }] },
})

async function startReplicaSets() {
  const namespace = await api.namespace('replicaset')
  return { namespace, sets: api.of(apps, 'replicasets', namespace), pods: api.of('v1', 'pods', namespace) }
}

async function startControllers() {
  const namespace = await api.namespace('replication-controller')
  return { namespace, controllers: api.of('v1', 'replicationcontrollers', namespace), pods: api.of('v1', 'pods', namespace) }
}

/** One of its Pods gets another label and is let go. */
async function expectRelease(pods: Resource, name: string, owner: Json): Promise<void> {
  const { items } = await pods.list({ labelSelector: `name=${name}` })
  const pod = items[0].metadata.name
  await pods.change(pod, (copy) => {
    copy.metadata.labels = { name: 'not-matching-name' }
  })
  await pods.appears(pod, (object) => controllerOf(object)?.uid !== owner.metadata.uid)
}

const has = (type: string) => (event: WatchEvent) => event.object.status.conditions?.some((one: Json) => one.type === type)

describe.concurrent('replica sets', () => {
  test('[sig-apps] ReplicaSet should adopt matching pods on creation and release no longer matching pods [Conformance]', async () => {
    const { namespace, sets, pods } = await startReplicaSets()
    const name = 'pod-adoption-release'
    await pods.create(lone(name))
    await pods.appears(name, isReady)
    const set = await sets.create(replicaSet({ name, replicas: 1, labels: { name }, container: name }))
    await pods.appears(name, (pod) => controllerOf(pod)?.uid === set.metadata.uid)
    await runningPods(api, namespace, 1, `name=${name}`)
    await expectRelease(pods, name, set)
  })

  test('[sig-apps] ReplicaSet Replicaset should have a working scale subresource [Conformance]', async () => {
    const { sets } = await startReplicaSets()
    const name = 'test-rs'
    await sets.create(replicaSet({ name, replicas: 1, labels: { name: 'sample-pod', pod: 'agnhost' } }))
    await sets.appears(name, ({ status }) => status.availableReplicas === 1)
    const scale = await sets.get(name, 'scale')
    expect(scale).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } })
    delete scale.metadata.resourceVersion
    scale.spec.replicas = 2
    expect((await sets.update(scale, 'scale')).spec.replicas).toBe(2)
    expect((await sets.get(name)).spec.replicas).toBe(2)
    await sets.patch(name, { spec: { replicas: 4 } }, { type: 'strategic', subresource: 'scale' })
    expect((await sets.get(name)).spec.replicas).toBe(4)
  })

  test('[sig-apps] ReplicaSet Replace and Patch tests [Conformance]', async () => {
    const { namespace, sets } = await startReplicaSets()
    const name = 'test-rs'
    const selected = { labelSelector: 'test-rs=patched' }
    const { resourceVersion } = (await api.of(apps, 'replicasets').list(selected)).metadata
    await using watch = await sets.watch({ ...selected, resourceVersion })
    const created = await sets.create(replicaSet({ name, replicas: 1, labels: { name: 'sample-pod', pod: 'agnhost' } }))
    expectResourceVersion(created)
    await runningPods(api, namespace, 1, 'name=sample-pod')
    await sets.change(name, (copy) => {
      copy.spec.replicas = 2
    })
    const containers = [{ name, image: pauseImage }]
    const patch = {
      metadata: { labels: { 'test-rs': 'patched' } },
      spec: { replicas: 3, template: { spec: { terminationGracePeriodSeconds: 0, containers } } },
    }
    expectLater(await sets.patch(name, patch, { type: 'strategic' }), created)
    const last = await watch.until('3 ready Pods', ({ object: { status } }) => status.readyReplicas === 3 && status.availableReplicas === 3)
    expect(last.object.spec.template.spec).toMatchObject({
      terminationGracePeriodSeconds: 0,
      containers: [{ name, image: pauseImage }, { name: 'agnhost' }],
    })
  })

  test('[sig-apps] ReplicaSet should list and delete a collection of ReplicaSets [Conformance]', async () => {
    const { namespace, sets } = await startReplicaSets()
    const value = randomName('e2e')
    await sets.create(replicaSet({ name: 'test-rs', replicas: 3, labels: { name: 'sample-pod', pod: 'agnhost', e2e: value } }))
    await runningPods(api, namespace, 3, 'name=sample-pod')
    const everywhere = api.of(apps, 'replicasets')
    const selected = { labelSelector: `e2e=${value}` }
    expect((await everywhere.list(selected)).items).toHaveLength(1)
    await sets.deleteCollection(selected, { gracePeriodSeconds: 1 })
    expect((await everywhere.list(selected)).items).toHaveLength(0)
  })

  test('[sig-apps] ReplicaSet should validate Replicaset Status endpoints [Conformance]', async () => {
    const { namespace, sets } = await startReplicaSets()
    const name = 'test-rs'
    const selected = { labelSelector: 'name=sample-pod,pod=agnhost' }
    const { resourceVersion } = (await api.of(apps, 'replicasets').list(selected)).metadata
    await using watch = await sets.watch({ ...selected, resourceVersion })
    await sets.create(replicaSet({ name, replicas: 1, labels: { name: 'sample-pod', pod: 'agnhost' } }))
    await runningPods(api, namespace, 1, 'name=sample-pod')
    await sets.get(name, 'status')
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
    await sets.change(
      name,
      (copy) => {
        copy.status.conditions = [...(copy.status.conditions ?? []), condition]
      },
      'status',
    )
    await watch.until('the updated status', has('StatusUpdate'))
    await sets.patch(name, { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } }, { subresource: 'status' })
    await watch.until('the patched status', has('StatusPatched'))
  })

  test('[sig-apps] ReplicationController should adopt matching pods on creation [Conformance]', async () => {
    const { controllers, pods } = await startControllers()
    const name = 'pod-adoption'
    await pods.create(lone(name))
    await pods.appears(name, isReady)
    const controller = await controllers.create(replicationController({ name, replicas: 1, labels: { name }, container: name }))
    await pods.appears(name, (pod) => controllerOf(pod)?.uid === controller.metadata.uid)
  })

  test('[sig-apps] ReplicationController should release no longer matching pods [Conformance]', async () => {
    const { namespace, controllers, pods } = await startControllers()
    const name = 'pod-release'
    const controller = await controllers.create(replicationController({ name, replicas: 1, labels: { name }, container: name }))
    await runningPods(api, namespace, 1, `name=${name}`)
    await expectRelease(pods, name, controller)
  })

  test('[sig-apps] ReplicationController should get and update a ReplicationController scale [Conformance]', async () => {
    const { controllers } = await startControllers()
    const name = randomName('e2e-rc')
    await controllers.create(replicationController({ name, replicas: 1, labels: { name } }))
    await controllers.appears(name, ({ status }) => status.replicas === 1)
    const scale = await controllers.get(name, 'scale')
    expect(scale.status.replicas).toBe(1)
    delete scale.metadata.resourceVersion
    scale.spec.replicas = 2
    await controllers.update(scale, 'scale')
    await controllers.appears(name, ({ status }) => status.replicas === 2)
  })

  test('[sig-apps] ReplicationController should surface a failure condition on a common issue like exceeded quota [Conformance]', async () => {
    const { namespace, controllers } = await startControllers()
    const name = 'condition-test'
    const quotas = api.of('v1', 'resourcequotas', namespace)
    await quotas.create({ metadata: { name }, spec: { hard: { pods: '2' } } })
    await quotas.appears(name, ({ status }) => status?.hard?.pods === '2')
    const { metadata } = await controllers.create(replicationController({ name, replicas: 3, labels: { name } }))
    const failed = ({ status }: Json) => status.conditions?.some((one: Json) => one.type === 'ReplicaFailure') === true
    const observed = (object: Json, generation: number) => object.status.observedGeneration >= generation
    const full = await controllers.appears(name, (object) => observed(object, metadata.generation) && failed(object))
    expect(full.status.conditions[0]).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' })
    const smaller = await controllers.change(name, (copy) => {
      copy.spec.replicas = 2
    })
    await controllers.appears(name, (object) => observed(object, smaller.metadata.generation) && !failed(object))
  })

  test('[sig-apps] ReplicationController should test the lifecycle of a ReplicationController [Conformance]', async () => {
    const { namespace, controllers } = await startControllers()
    const name = 'rc-test'
    const labels = { 'test-rc-static': 'true' }
    const selected = { labelSelector: 'test-rc-static=true' }
    const { resourceVersion } = (await controllers.list(selected)).metadata
    await using watch = await controllers.watch({ ...selected, resourceVersion })
    const template = replicationController({ name, replicas: 1, labels, container: name })
    const created = await controllers.create({ ...template, metadata: { name, labels } })
    expectResourceVersion(created)
    const modified = () => watch.until('a change', ({ type }) => type === 'MODIFIED')
    const ready = (count: number) =>
      watch.until(`${count} ready Pods`, ({ object: { status } }) => status.replicas === count && status.readyReplicas === count)
    await watch.until('the controller', ({ type }) => type === 'ADDED')
    await ready(1)
    const patched = await controllers.patch(name, { metadata: { labels: { 'test-rc': 'patched' } } }, { type: 'strategic' })
    expect(patched.metadata.labels).toMatchObject({ 'test-rc': 'patched' })
    expectLater(patched, created)
    await modified()
    const statusPatch = { status: { readyReplicas: 0, availableReplicas: 0 } }
    const status = await controllers.patch(name, statusPatch, { type: 'strategic', subresource: 'status' })
    expect(status.status.readyReplicas ?? 0).toBe(0)
    await modified()
    await watch.until('the Pod to be counted', ({ object }) => object.status.replicas === 1)
    expect((await controllers.get(name, 'status')).status.replicas).toBe(1)
    await controllers.patch(name, { spec: { replicas: 2 } }, { type: 'strategic', subresource: 'scale' })
    await modified()
    await ready(2)
    expect((await controllers.get(name)).metadata.labels).toMatchObject({ 'test-rc': 'patched' })
    await controllers.change(
      name,
      (copy) => {
        copy.status.availableReplicas = 1
        copy.status.readyReplicas = 1
      },
      'status',
    )
    await modified()
    const { items } = await api.of('v1', 'replicationcontrollers').list(selected)
    const found = items.find(({ metadata }: Json) => metadata.name === name && metadata.namespace === namespace)
    expect(found.metadata.labels).toMatchObject({ 'test-rc-static': 'true', 'test-rc': 'patched' })
    await controllers.deleteCollection(selected)
    await watch.until('the end', ({ type }) => type === 'DELETED')
  })
})
