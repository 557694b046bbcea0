/** Deployments: rollouts of both kinds, rollover, proportional scaling, scale and status. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, randomName, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { agnhostImage, missingImage, pauseImage, previousAgnhostImage, runningPods } from '../pods.ts'
import {
  deployment,
  hasRevision,
  newReplicaSet,
  podTemplate,
  replicaSet,
  replicaSetsOf,
  unpullable,
  waitForComplete,
  waitForRevision,
} from '../workloads.ts'

const api = await connect()
const apps = 'apps/v1'

async function start() {
  const namespace = await api.namespace('deployment')
  const deployments = api.of(apps, 'deployments', namespace)
  const replicaSets = api.of(apps, 'replicasets', namespace)
  return { namespace, deployments, replicaSets }
}

const scaled = (replicas: number) => (set: Json) => set.spec.replicas === replicas
const settled = (set: Json) => set.status.observedGeneration >= set.metadata.generation && set.status.replicas === set.spec.replicas

describe.concurrent('deployments', () => {
  test('[sig-apps] Deployment RollingUpdateDeployment should delete old pods and create new ones [Conformance]', async () => {
    const { namespace, deployments, replicaSets } = await start()
    const labels = { name: 'sample-pod' }
    const old = replicaSet({ name: 'test-rolling-update-controller', replicas: 1, labels: { ...labels, pod: 'agnhost' } })
    old.metadata.annotations = { 'deployment.kubernetes.io/revision': '3546343826724305832' }
    old.spec.template.spec.containers[0].image = previousAgnhostImage
    await replicaSets.create(old)
    await runningPods(api, namespace, 1, 'name=sample-pod')
    const name = 'test-rolling-update-deployment'
    await deployments.create(deployment({ name, replicas: 1, labels }))
    await waitForRevision(api, namespace, name, '3546343826724305833', agnhostImage)
    const complete = await waitForComplete(deployments, name)
    // The ReplicaSet that was there is adopted, and the old one now.
    const sets = await replicaSetsOf(api, namespace, complete)
    expect(sets.filter((one) => one.metadata.name === 'test-rolling-update-controller')).toHaveLength(1)
    expect(sets).toHaveLength(2)
  })

  test('[sig-apps] Deployment RecreateDeployment should delete old pods and create new ones [Conformance]', async () => {
    const { namespace, deployments } = await start()
    const name = 'test-recreate-deployment'
    const template = { name, replicas: 1, labels: { name: 'sample-pod-3' }, image: previousAgnhostImage }
    await deployments.create(deployment(template, { strategy: { type: 'Recreate' } }))
    await waitForRevision(api, namespace, name, '1', previousAgnhostImage)
    await waitForComplete(deployments, name)
    const changed = await deployments.change(name, (copy) => {
      copy.spec.template.spec.containers[0].image = agnhostImage
    })
    await using watch = await deployments.watchName(name, { resourceVersion: changed.metadata.resourceVersion })
    await watch.until('the new Pods', ({ object: { metadata, spec, status } }) => {
      // Never both at once.
      if ((status.updatedReplicas ?? 0) > 0) expect(status.replicas).toBe(status.updatedReplicas)
      return (
        spec.replicas === status.replicas && spec.replicas === status.updatedReplicas && metadata.generation <= status.observedGeneration
      )
    })
  })

  test('[sig-apps] Deployment deployment should delete old replica sets [Conformance]', async () => {
    const { namespace, deployments, replicaSets } = await start()
    const labels = { name: 'cleanup-pod' }
    await replicaSets.create(
      replicaSet({ name: 'test-cleanup-controller', replicas: 1, labels: { ...labels, pod: 'agnhost' }, image: previousAgnhostImage }),
    )
    await runningPods(api, namespace, 1, 'name=cleanup-pod')
    const pods = api.of('v1', 'pods', namespace)
    const { resourceVersion } = (await pods.list()).metadata
    await using watch = await pods.watch({ resourceVersion })
    const name = 'test-cleanup-deployment'
    await deployments.create(deployment({ name, replicas: 1, labels }, { revisionHistoryLimit: 0 }))
    await replicaSets.disappears('test-cleanup-controller', 60_000)
    const made = await waitForComplete(deployments, name)
    expect(await replicaSetsOf(api, namespace, made)).toHaveLength(1)
    const added: WatchEvent[] = []
    for (let event = await watch.next(0); event !== undefined; event = await watch.next(0)) if (event.type === 'ADDED') added.push(event)
    expect(added).toHaveLength(1)
  })

  test('[sig-apps] Deployment deployment should support rollover [Conformance]', { timeout: 120_000 }, async () => {
    const { namespace, deployments, replicaSets } = await start()
    const labels = { name: 'rollover-pod' }
    const oldName = 'test-rollover-controller'
    await replicaSets.create(replicaSet({ name: oldName, replicas: 1, labels: { ...labels, pod: 'agnhost' }, image: previousAgnhostImage }))
    await replicaSets.appears(oldName, ({ status }) => status.readyReplicas === 1)
    const name = 'test-rollover-deployment'
    const missing = 'gcr.io/google_samples/gb-redisslave:nonexistent'
    const template = { name, replicas: 1, labels, container: 'redis-slave', image: missing, annotations: unpullable }
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } }
    await deployments.create(deployment(template, { strategy, minReadySeconds: 10 }))
    const stuck = await deployments.appears(name, ({ status }) => status.updatedReplicas >= 1)
    expect(hasRevision(stuck, '1')).toBe(true)
    expect((await replicaSets.get(oldName)).spec.replicas).toBe(1)
    const first = await newReplicaSet(api, namespace, stuck)
    await replicaSets.appears(first.metadata.name, (set) => set.spec.replicas === 1 && set.status.replicas === 1)

    await deployments.change(name, (copy) => {
      copy.spec.template = podTemplate({ name, replicas: 1, labels })
    })
    await waitForRevision(api, namespace, name, '2', agnhostImage)
    await deployments.appears(
      name,
      ({ metadata, spec, status }) => {
        // Something is available all the time.
        expect(status.availableReplicas).toBeGreaterThanOrEqual(1)
        return (
          status.observedGeneration >= metadata.generation &&
          status.updatedReplicas === spec.replicas &&
          status.replicas === spec.replicas &&
          status.availableReplicas === spec.replicas
        )
      },
      90_000,
    )
    for (const gone of [oldName, first.metadata.name]) {
      await replicaSets.appears(gone, (set) => set.spec.replicas === 0 && set.status.replicas === 0)
    }
  })

  test('[sig-apps] Deployment deployment should support proportional scaling [Conformance]', { timeout: 120_000 }, async () => {
    const { namespace, deployments, replicaSets } = await start()
    const name = 'webserver-deployment'
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } }
    await deployments.create(deployment({ name, replicas: 10, labels: { name: 'agnhost' } }, { strategy }))
    const complete = await waitForComplete(deployments, name)
    const first = (await newReplicaSet(api, namespace, complete)).metadata.name
    const changed = await deployments.change(name, (copy) => {
      copy.spec.template.spec.containers[0].image = missingImage
      copy.spec.template.metadata.annotations = unpullable
    })
    await deployments.appears(name, ({ status }) => status.observedGeneration >= changed.metadata.generation)
    // 10 - 2 stay available; 10 + 3 - 8 are new.
    await replicaSets.appears(first, ({ spec, status }) => spec.replicas === 8 && status.availableReplicas === 8)
    await replicaSets.appears(first, settled)
    const second = (await newReplicaSet(api, namespace, changed)).metadata.name
    const blocked = await replicaSets.appears(second, scaled(5))
    expect(blocked.status.availableReplicas ?? 0).toBe(0)
    await replicaSets.appears(second, settled)
    expect((await deployments.get(name)).status.availableReplicas).toBeGreaterThanOrEqual(8)
    await deployments.change(name, (copy) => {
      copy.spec.replicas = 30
    })
    // 20 more, by share: 8 + 20 * 8/13 and 5 + 20 * 5/13, rounded.
    await replicaSets.appears(first, scaled(20))
    await replicaSets.appears(second, scaled(13))
  })

  test('[sig-apps] Deployment Deployment should have a working scale subresource [Conformance]', async () => {
    const { namespace, deployments } = await start()
    const name = 'test-new-deployment'
    await deployments.create(deployment({ name, replicas: 1, labels: { name: 'agnhost' } }))
    await waitForRevision(api, namespace, name, '1', agnhostImage)
    await waitForComplete(deployments, name)
    const scale = await deployments.get(name, 'scale')
    expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1 } })
    // Without a resourceVersion the update is unconditional.
    delete scale.metadata.resourceVersion
    scale.spec.replicas = 2
    expect((await deployments.update(scale, 'scale')).spec.replicas).toBe(2)
    expect((await deployments.get(name)).spec.replicas).toBe(2)
    await deployments.patch(name, { spec: { replicas: 4 } }, { type: 'strategic', subresource: 'scale' })
    expect((await deployments.get(name)).spec.replicas).toBe(4)
  })

  test('[sig-apps] Deployment should run the lifecycle of a Deployment [Conformance]', async () => {
    const { namespace, deployments } = await start()
    const name = 'test-deployment'
    const selected = { labelSelector: 'test-deployment-static=true' }
    const { resourceVersion } = (await api.of(apps, 'deployments').list(selected)).metadata
    await using watch = await deployments.watch({ ...selected, resourceVersion })
    const template = {
      name,
      replicas: 2,
      labels: { 'test-deployment-static': 'true' },
      container: name,
      image: previousAgnhostImage,
      pod: { terminationGracePeriodSeconds: 1 },
    }
    const created = await deployments.create(deployment(template))
    expectResourceVersion(created)
    await watch.until('the Deployment', ({ type, object }) => type === 'ADDED' && object.metadata.name === name)
    await watch.until('2 ready Pods', ({ object }) => object.status.readyReplicas === 2)

    const containers = [{ name, image: pauseImage }]
    const patch = {
      metadata: { labels: { 'test-deployment': 'patched' } },
      spec: { replicas: 1, template: { spec: { terminationGracePeriodSeconds: 2, containers } } },
    }
    expectLater(await deployments.patch(name, patch, { type: 'strategic' }), created)
    await watch.until('the patch', ({ type }) => type === 'MODIFIED')
    const allNew = (replicas: number, image: string) => {
      return ({ object: { spec, status } }: WatchEvent) =>
        status.readyReplicas === replicas &&
        status.updatedReplicas === replicas &&
        (status.unavailableReplicas ?? 0) === 0 &&
        spec.template.spec.containers[0].image === image
    }
    const patched = await watch.until('1 patched Pod', allNew(1, pauseImage))
    expect(patched.object.spec.template.spec.terminationGracePeriodSeconds).toBe(2)
    const { items } = await api.of(apps, 'deployments').list(selected)
    expect(items.map(({ metadata }: Json) => `${metadata.namespace}/${metadata.name}`)).toContain(`${namespace}/${name}`)

    const update = deployment({ ...template, image: agnhostImage })
    update.metadata.labels = { ...update.metadata.labels, 'test-deployment': 'updated' }
    await deployments.update(update)
    await watch.until('the update', ({ type }) => type === 'MODIFIED')
    const updated = await deployments.get(name, 'status')
    expect(updated.spec.template.spec.containers[0].image).toBe(agnhostImage)
    expect(updated.metadata.labels).toMatchObject({ 'test-deployment': 'updated' })
    await watch.until('2 updated Pods', allNew(2, agnhostImage))

    await deployments.patch(name, { status: { readyReplicas: 0, availableReplicas: 0 } }, { type: 'strategic', subresource: 'status' })
    await watch.until(
      'the patched status',
      ({ object: { status } }) => (status.readyReplicas ?? 0) === 0 && (status.availableReplicas ?? 0) === 0,
    )
    expect((await deployments.get(name, 'status')).metadata.labels).toMatchObject({ 'test-deployment': 'updated' })
    await watch.until('the controller to mend it', allNew(2, agnhostImage))
    await deployments.deleteCollection(selected, { gracePeriodSeconds: 1 })
    await watch.until('the end', ({ type }) => type === 'DELETED')
  })

  test('[sig-apps] Deployment should validate Deployment Status endpoints [Conformance]', async () => {
    const { namespace, deployments } = await start()
    const name = randomName('test-deployment')
    const selected = { labelSelector: 'e2e=testing' }
    const { resourceVersion } = (await api.of(apps, 'deployments').list(selected)).metadata
    await deployments.create(deployment({ name, replicas: 1, labels: { name: 'agnhost', e2e: 'testing' } }))
    await waitForRevision(api, namespace, name, '1', agnhostImage)
    await waitForComplete(deployments, name)
    await using watch = await deployments.watch({ ...selected, resourceVersion })
    await deployments.get(name, 'status')
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
    const updated = await deployments.change(
      name,
      (copy) => {
        copy.status.conditions.push(condition)
      },
      'status',
    )
    expect(updated.status.conditions).toContainEqual(expect.objectContaining(condition))
    const has = (type: string) => (event: WatchEvent) => event.object.status.conditions?.some((one: Json) => one.type === type)
    await watch.until('the updated status', has('StatusUpdate'))
    const patch = { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } }
    await deployments.patch(name, patch, { subresource: 'status' })
    await watch.until('the patched status', has('StatusPatched'))
  })
})
