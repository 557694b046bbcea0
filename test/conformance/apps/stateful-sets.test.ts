/** StatefulSets: scale, patches, collections, status. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { pauseImage, webImage } from '../pods.ts'

const api = await connect()
const apps = 'apps/v1'

async function start(name: string, labels: Json) {
  const namespace = await api.namespace('statefulset')
  const sets = api.of(apps, 'statefulsets', namespace)
  await api.of('v1', 'services', namespace).create({
    metadata: { name: 'test', labels: { name: 'test' } },
    spec: { clusterIP: 'None', selector: labels, ports: [{ port: 80, name: 'http', protocol: 'TCP' }] },
  })
  const readinessProbe = { httpGet: { path: '/index.html', port: 80 }, periodSeconds: 1, successThreshold: 1, failureThreshold: 1 }
  const created = await sets.create({
    metadata: { name },
    spec: {
      serviceName: 'test',
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'webserver', image: webImage, readinessProbe }] } },
      updateStrategy: { type: 'RollingUpdate' },
    },
  })
  const ready = (count: number) =>
    sets.appears(
      name,
      ({ metadata, status }) =>
        status.observedGeneration >= metadata.generation && status.replicas === count && status.readyReplicas === count,
      60_000,
    )
  await ready(1)
  return { sets, created, ready }
}

describe.concurrent('stateful sets', () => {
  test('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should have a working scale subresource [Conformance]', async () => {
    const { sets } = await start('ss', { foo: 'bar', baz: 'blah' })
    const scale = await sets.get('ss', 'scale')
    expect(scale).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 1 } })
    delete scale.metadata.resourceVersion
    scale.spec.replicas = 2
    expect((await sets.update(scale, 'scale')).spec.replicas).toBe(2)
    expect((await sets.get('ss')).spec.replicas).toBe(2)
    await sets.patch('ss', { spec: { replicas: 4 } }, { type: 'strategic', subresource: 'scale' })
    expect((await sets.get('ss')).spec.replicas).toBe(4)
  })

  test('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should list, patch and delete a collection of StatefulSets [Conformance]', async () => {
    const name = 'test-ss'
    const { sets, created, ready } = await start(name, { name: 'sample-pod', pod: 'agnhost' })
    expectResourceVersion(created)
    const patch = {
      metadata: { labels: { 'test-ss': 'patched' } },
      spec: {
        replicas: 2,
        template: { spec: { terminationGracePeriodSeconds: 1, containers: [{ name, image: pauseImage }] } },
      },
    }
    expectLater(await sets.patch(name, patch, { type: 'strategic' }), created)
    const read = await sets.get(name)
    expect(read.spec.replicas).toBe(2)
    expect(read.spec.template.spec.containers[0].image).toBe(pauseImage)
    await ready(2)
    const everywhere = api.of(apps, 'statefulsets')
    const selected = { labelSelector: 'test-ss=patched' }
    expect((await everywhere.list(selected)).items).toHaveLength(1)
    await sets.deleteCollection(selected, { gracePeriodSeconds: 1 })
    expect((await everywhere.list(selected)).items).toHaveLength(0)
  })

  test('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] should validate Statefulset Status endpoints [Conformance]', async () => {
    const selected = { labelSelector: 'e2e=testing' }
    const { resourceVersion } = (await api.of(apps, 'statefulsets').list(selected)).metadata
    const { sets } = await start('ss', { foo: 'bar', baz: 'blah' })
    await sets.patch('ss', { metadata: { labels: { e2e: 'testing' } } }, { type: 'strategic' })
    await using watch = await sets.watch({ ...selected, resourceVersion })
    await sets.get('ss', 'status')
    const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from e2e test' }
    const has = (type: string) => (event: WatchEvent) => event.object.status.conditions?.some((one: Json) => one.type === type)
    await sets.change(
      'ss',
      (copy) => {
        copy.status.conditions = [...(copy.status.conditions ?? []), condition]
      },
      'status',
    )
    await watch.until('the updated status', has('StatusUpdate'))
    await sets.patch('ss', { status: { conditions: [{ type: 'StatusPatched', status: 'True' }] } }, { subresource: 'status' })
    await watch.until('the patched status', has('StatusPatched'))
  })

  test('[sig-apps] StatefulSet Basic StatefulSet functionality [StatefulSetBasic] Should recreate evicted statefulset [Conformance]', {
    timeout: 120_000,
  }, async () => {
    const namespace = await api.namespace('statefulset')
    const pods = api.of('v1', 'pods', namespace)
    const nodeName = (await api.of('v1', 'nodes').list()).items.find(({ spec }: Json) => spec.unschedulable !== true).metadata.name
    const ports = [{ hostPort: 21017, containerPort: 21017, name: 'conflict' }]
    const labels = { foo: 'bar', baz: 'blah' }
    await pods.create({ metadata: { name: 'test-pod' }, spec: { nodeName, containers: [{ name: 'agnhost', image: webImage, ports }] } })
    await pods.appears('test-pod', ({ status }) => status.phase === 'Running')
    const { resourceVersion } = (await pods.list()).metadata
    await using watch = await pods.watchName('ss-0', { resourceVersion })
    await api.of(apps, 'statefulsets', namespace).create({
      metadata: { name: 'ss' },
      spec: {
        serviceName: 'test',
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { nodeName, containers: [{ name: 'webserver', image: webImage, ports }] } },
      },
    })
    // The node does not take it: its port is in use.
    const refusedPod = await watch.until('the Pod to be refused', ({ object }) => object.status.phase === 'Failed')
    expect(refusedPod.object.status.reason).toBe('NodePorts')
    const first = await watch.until('the Pod to be deleted', ({ type }) => type === 'DELETED')
    await pods.delete('test-pod', { gracePeriodSeconds: 0 })
    const again = await pods.appears('ss-0', ({ status }) => status.phase === 'Running', 60_000)
    expect(again.metadata.uid).not.toBe(first.object.metadata.uid)
  })
})
