/** What goes with its owner, what stays as an orphan, and in which order. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json, randomName, refused, sleep } from '../api.ts'
import { pauseImage, runningPods, webImage } from '../pods.ts'
import { controllerOf, deployment, replicationController } from '../workloads.ts'

const api = await connect()
const apps = 'apps/v1'
/** Upstream takes ten for each node, a hundred at most. */
const many = 30

async function start() {
  const namespace = await api.namespace('gc')
  return {
    namespace,
    deployments: api.of(apps, 'deployments', namespace),
    sets: api.of(apps, 'replicasets', namespace),
    controllers: api.of('v1', 'replicationcontrollers', namespace),
    pods: api.of('v1', 'pods', namespace),
  }
}

const options = (propagationPolicy: string, { metadata }: Json) => ({ propagationPolicy, preconditions: { uid: metadata.uid } })
const owner = (name: string, replicas: number) =>
  replicationController({ name, replicas, labels: { [randomName('gctest')]: 'gctest' }, container: 'nginx', image: webImage })

describe.concurrent('garbage collection', () => {
  test('[sig-api-machinery] Garbage collector should delete pods created by rc when not orphaning [Conformance]', async () => {
    const { controllers, pods } = await start()
    const made = await controllers.create(owner('simpletest.rc', 2))
    await eventually(
      'a Pod',
      () => pods.list(),
      ({ items }) => items.length > 0,
    )
    await controllers.delete('simpletest.rc', options('Background', made))
    await controllers.disappears('simpletest.rc')
    await eventually(
      'the Pods to go',
      () => pods.list(),
      ({ items }) => items.length === 0,
      60_000,
    )
  })

  test('[sig-api-machinery] Garbage collector should orphan pods created by rc if delete options say so [Serial] [Conformance]', async () => {
    const { controllers, pods } = await start()
    const made = await controllers.create(owner('simpletest.rc', many))
    await controllers.appears('simpletest.rc', ({ status }) => status.replicas === many)
    await controllers.delete('simpletest.rc', options('Orphan', made))
    await controllers.disappears('simpletest.rc')
    // Upstream waits 30 s to see that nothing goes.
    await sleep(3000)
    const { items } = await pods.list()
    expect(items).toHaveLength(many)
    for (const pod of items) expect(pod.metadata.deletionTimestamp ?? controllerOf(pod)).toBeUndefined()
  })

  test('[sig-api-machinery] Garbage collector should delete RS created by deployment when not orphaning [Conformance]', async () => {
    const { deployments, sets, pods } = await start()
    const name = 'simpletest.deployment'
    const made = await deployments.create(deployment({ name, replicas: 2, labels: { gctest: name }, image: webImage }))
    await eventually(
      'a ReplicaSet',
      () => sets.list(),
      ({ items }) => items.length > 0,
    )
    await deployments.delete(name, options('Background', made))
    for (const resource of [deployments, sets, pods]) {
      await eventually(
        `${resource.path} to be empty`,
        () => resource.list(),
        ({ items }) => items.length === 0,
        60_000,
      )
    }
  })

  test('[sig-api-machinery] Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]', async () => {
    const { deployments, sets, pods } = await start()
    const name = 'simpletest.deployment'
    const made = await deployments.create(deployment({ name, replicas: 2, labels: { gctest: name }, image: webImage }))
    await eventually(
      'the ReplicaSet and its Pods',
      () => sets.list(),
      ({ items }) =>
        items.length === 1 && items[0].status.observedGeneration >= items[0].metadata.generation && items[0].status.replicas === 2,
    )
    await deployments.delete(name, options('Orphan', made))
    await deployments.disappears(name)
    const left = (await sets.list()).items
    expect(left).toHaveLength(1)
    expect(controllerOf(left[0])).toBeUndefined()
    expect((await pods.list()).items).toHaveLength(2)
  })

  test('[sig-api-machinery] Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial] [Conformance]', async () => {
    const { controllers, pods } = await start()
    const made = await controllers.create(owner('simpletest.rc', many))
    await controllers.appears('simpletest.rc', ({ status }) => status.replicas === many)
    await controllers.delete('simpletest.rc', options('Foreground', made))
    await controllers.disappears('simpletest.rc', 60_000)
    expect((await pods.list()).items).toHaveLength(0)
  })

  test("[sig-api-machinery] Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial] [Conformance]", async () => {
    const { controllers, pods } = await start()
    const first = await controllers.create(owner('simpletest-rc-to-be-deleted', many))
    const second = await controllers.create(owner('simpletest-rc-to-stay', 0))
    await controllers.appears('simpletest-rc-to-be-deleted', ({ status }) => status.replicas === many)
    const shared = (await pods.list()).items.slice(0, many / 2)
    const { name, uid } = second.metadata
    const patch = { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ReplicationController', name, uid }] } }
    for (const pod of shared) await pods.patch(pod.metadata.name, patch, { type: 'strategic' })
    await controllers.delete('simpletest-rc-to-be-deleted', options('Foreground', first))
    await controllers.disappears('simpletest-rc-to-be-deleted', 60_000)
    const left = (await pods.list()).items
    expect(left).toHaveLength(shared.length)
    for (const { metadata } of left) {
      expect(metadata.deletionTimestamp).toBeUndefined()
      expect(metadata.ownerReferences.map((one: Json) => one.name)).toEqual(['simpletest-rc-to-stay'])
    }
  })

  test('[sig-api-machinery] Garbage collector should not be blocked by dependency circle [Conformance]', async () => {
    const { pods } = await start()
    const make = (name: string) =>
      pods.create({ metadata: { name }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'nginx', image: webImage }] } })
    const [one, two, three] = [await make('pod1'), await make('pod2'), await make('pod3')]
    const own = ({ metadata }: Json, by: Json) => {
      const reference = {
        apiVersion: 'v1',
        kind: 'Pod',
        name: by.metadata.name,
        uid: by.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      }
      return pods.patch(metadata.name, { metadata: { ownerReferences: [reference] } }, { type: 'strategic' })
    }
    await own(one, three)
    await own(two, one)
    await own(three, two)
    await pods.delete('pod1', options('Foreground', one))
    await eventually(
      'the circle to go',
      () => pods.list(),
      ({ items }) => items.length === 0,
      60_000,
    )
  })

  const namespaces = api.of('v1', 'namespaces')

  test('[sig-api-machinery] Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted [Conformance]', {
    timeout: 120_000,
  }, async () => {
    const name = await api.namespace('nsdeletetest')
    const pods = api.of('v1', 'pods', name)
    await pods.create({ metadata: { name: 'test-pod' }, spec: { containers: [{ name: 'nginx', image: pauseImage }] } })
    await runningPods(api, name, 1)
    await namespaces.delete(name)
    await namespaces.disappears(name, 90_000)
    await namespaces.create({ metadata: { name } })
    expect(await refused(pods.get('test-pod'))).toMatchObject({ code: 404, reason: 'NotFound' })
  })

  test('[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first [Conformance]', {
    timeout: 120_000,
  }, async () => {
    const name = await api.namespace('nsdeletetest')
    const pods = api.of('v1', 'pods', name)
    const configMaps = api.of('v1', 'configmaps', name)
    const finalizers = ['e2e.example.com/finalizer']
    await pods.create({ metadata: { name: 'test-pod', finalizers }, spec: { containers: [{ name: 'nginx', image: pauseImage }] } })
    await runningPods(api, name, 1)
    await configMaps.create({ metadata: { name: 'test-configmap' }, data: { key: 'value' } })
    await namespaces.delete(name)
    await namespaces.appears(
      name,
      ({ status }) =>
        status.phase === 'Terminating' && status.conditions?.some((one: Json) => one.type === 'NamespaceDeletionContentFailure'),
      60_000,
    )
    // The Pod comes first, and it is not gone yet.
    expect(await configMaps.find('test-configmap')).toBeDefined()
    await pods.appears('test-pod', ({ metadata }) => metadata.deletionTimestamp !== undefined)
    expect(await configMaps.find('test-configmap')).toBeDefined()
    await pods.change('test-pod', (copy) => {
      copy.metadata.finalizers = []
    })
    await pods.disappears('test-pod', 60_000)
    await namespaces.disappears(name, 90_000)
  })
})
