/** StatefulSets: order, identity, updates and going back, claims and who owns them. */
import { expect, test } from 'vitest'
import { ControllerRevision } from '../api/apps/controller-revision.ts'
import { StatefulSet } from '../api/apps/stateful-set.ts'
import { Event } from '../api/core/event.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { readyStatus, startTinyKubelet, type TinyKubelet } from '../testing/tiny-kubelet.ts'
import { runControllers } from './run.ts'
import { statefulSetController } from './stateful-set.ts'

interface World extends TestClient {
  readonly kubelet: TinyKubelet
}
async function start(): Promise<World> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const kubelet = startTinyKubelet(world)
  await runControllers({ ...world, clientFor: () => world.client, controllers: [statefulSetController] })
  return { ...world, kubelet }
}

function web(spec: object = {}, image = 'a'): StatefulSet {
  const labels = { app: 'web' }
  return {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      serviceName: 'web',
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
      ...spec,
    } as unknown as StatefulSet['spec'],
  }
}
const sets = ({ client }: World) => client.of(StatefulSet).in('default')
const pods = async ({ client }: World): Promise<readonly Pod[]> => (await client.of(Pod).in('default').list()).items
const images = async (world: World): Promise<string[]> =>
  (await pods(world)).map(({ metadata, spec }) => `${metadata.name}: ${spec.containers[0]?.image}`)
const setImage = (world: World, image: string): Promise<StatefulSet> =>
  sets(world).patch('web', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } }, { type: 'strategic' })
const scale = (world: World, replicas: number): Promise<StatefulSet> => sets(world).patch('web', { spec: { replicas } }, { type: 'merge' })
const claims = async ({ client }: World): Promise<string[]> =>
  (await client.of(PersistentVolumeClaim).in('default').list()).items.map(
    ({ metadata }) => `${metadata.name}: ${(metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`).join(', ')}`,
  )
const told = async ({ client }: World): Promise<string[]> =>
  (await client.of(Event).in('default').list()).items.map(({ reason, message }) => `${reason}: ${message}`)

test('Pods come one after the other, each with its number, and go from the highest down', async () => {
  await using world = await start()
  world.kubelet.statusOf = (pod) => (pod.metadata.name === 'web-1' ? undefined : readyStatus(world.clock.now()))
  await sets(world).create(web())
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a', 'web-1: a'])
  const [first] = await pods(world)
  expect(first?.metadata.labels).toMatchObject({
    app: 'web',
    'statefulset.kubernetes.io/pod-name': 'web-0',
    'apps.kubernetes.io/pod-index': '0',
    'controller-revision-hash': expect.stringMatching(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/),
  })
  expect(first?.spec).toMatchObject({ hostname: 'web-0', subdomain: 'web' })
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  world.kubelet.look()
  await world.clock.advance(1000)
  expect((await images(world)).length).toBe(3)
  const { status } = await sets(world).get('web')
  expect(status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    collisionCount: 0,
  })
  expect(status?.currentRevision).toBe(status?.updateRevision)
  expect(await told(world)).toContain('SuccessfulCreate: create Pod web-2 in StatefulSet web successful')

  world.kubelet.holdsTerminating = true
  await scale(world, 1)
  await world.clock.advance(1000)
  expect((await pods(world)).map(({ metadata }) => metadata.deletionTimestamp !== undefined)).toEqual([false, false, true])
  world.kubelet.holdsTerminating = false
  world.kubelet.look()
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a'])
  expect((await told(world)).filter((one) => one.startsWith('SuccessfulDelete'))).toEqual([
    'SuccessfulDelete: delete Pod web-2 in StatefulSet web successful',
    'SuccessfulDelete: delete Pod web-1 in StatefulSet web successful',
  ])
})

test('updates go from the highest down to the partition, and back; old revisions are kept for it', async () => {
  await using world = await start()
  await sets(world).create(web({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } }, revisionHistoryLimit: 1 }))
  await world.clock.advance(1000)
  const { status: before } = await sets(world).get('web')
  await setImage(world, 'b')
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a', 'web-1: a', 'web-2: b'])
  const { status } = await sets(world).get('web')
  expect(status).toMatchObject({ currentRevision: before?.currentRevision, currentReplicas: 2, updatedReplicas: 1 })
  // Below the partition the old template comes back.
  await world.client.of(Pod).in('default').delete('web-0', { gracePeriodSeconds: 0 })
  await world.clock.advance(1000)
  expect((await images(world))[0]).toBe('web-0: a')
  await sets(world).patch('web', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } }, { type: 'merge' })
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: b', 'web-1: b', 'web-2: b'])
  expect((await sets(world).get('web')).status).toMatchObject({ currentRevision: status?.updateRevision, currentReplicas: 3 })
  await setImage(world, 'a')
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a', 'web-1: a', 'web-2: a'])
  expect((await sets(world).get('web')).status?.currentRevision).toBe(before?.currentRevision)
  const revisions = (await world.client.of(ControllerRevision).in('default').list()).items
  expect(revisions.map(({ revision }) => revision).sort()).toEqual([2, 3])
  await setImage(world, 'c')
  await world.clock.advance(1000)
  expect((await world.client.of(ControllerRevision).in('default').list()).items.length).toBe(2)
})

test('an update that does not get ready stops; OnDelete waits for somebody to delete', async () => {
  await using world = await start()
  await sets(world).create(web())
  await world.clock.advance(1000)
  world.kubelet.statusOf = (pod) => (pod.spec.containers[0]?.image === 'bad' ? undefined : readyStatus(world.clock.now()))
  await setImage(world, 'bad')
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a', 'web-1: a', 'web-2: bad'])
  await sets(world).patch('web', { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } }, { type: 'merge' })
  await setImage(world, 'b')
  await world.client.of(Pod).in('default').delete('web-2', { gracePeriodSeconds: 0 })
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a', 'web-1: a', 'web-2: b'])
})

test('Parallel does not wait; numbers can begin elsewhere; what failed is replaced', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => undefined
  await sets(world).create(web({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } }))
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-5: a', 'web-6: a', 'web-7: a'])
  const uid = (await pods(world))[0]?.metadata.uid
  await world.client
    .of(Pod)
    .in('default')
    .patch('web-5', { status: { phase: 'Failed' } }, { type: 'merge', subresource: 'status' })
  await world.clock.advance(1000)
  const again = await world.client.of(Pod).in('default').get('web-5')
  expect(again.metadata.uid).not.toBe(uid)
  expect(again.status?.phase).toBe('Pending')
  await scale(world, 0)
  await world.clock.advance(1000)
  expect(await pods(world)).toEqual([])
})

test('minReadySeconds holds up what follows', async () => {
  await using world = await start()
  await sets(world).create(web({ replicas: 2, minReadySeconds: 10 }))
  await world.clock.advance(9000)
  expect((await pods(world)).length).toBe(1)
  expect((await sets(world).get('web')).status).toMatchObject({ readyReplicas: 1, availableReplicas: 0 })
  await world.clock.advance(22_000)
  expect((await sets(world).get('web')).status).toMatchObject({ readyReplicas: 2, availableReplicas: 2 })
})

const template = {
  metadata: { name: 'data', labels: { tier: 'x' } },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}

test('claims come with the Pods and stay', async () => {
  await using world = await start()
  await sets(world).create(web({ replicas: 2, volumeClaimTemplates: [template] }))
  await world.clock.advance(1000)
  expect(await claims(world)).toEqual(['data-web-0: ', 'data-web-1: '])
  const { metadata } = await world.client.of(PersistentVolumeClaim).in('default').get('data-web-0')
  expect(metadata.labels).toEqual({ tier: 'x', app: 'web' })
  const [first] = await pods(world)
  expect(first?.spec.volumes?.[0]).toMatchObject({ name: 'data', persistentVolumeClaim: { claimName: 'data-web-0' } })
  expect(await told(world)).toContain('SuccessfulCreate: create Claim data-web-0 Pod web-0 in StatefulSet web success')
  await scale(world, 1)
  await world.clock.advance(1000)
  expect(await claims(world)).toEqual(['data-web-0: ', 'data-web-1: '])
})

test('claims that are to go belong to the set, or to the Pod that goes', async () => {
  await using world = await start()
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' }
  await sets(world).create(web({ replicas: 2, volumeClaimTemplates: [template], persistentVolumeClaimRetentionPolicy }))
  await world.clock.advance(1000)
  expect(await claims(world)).toEqual(['data-web-0: StatefulSet web', 'data-web-1: StatefulSet web'])
  world.kubelet.holdsTerminating = true
  await scale(world, 1)
  await world.clock.advance(1000)
  expect(await claims(world)).toEqual(['data-web-0: StatefulSet web', 'data-web-1: Pod web-1'])
  world.kubelet.holdsTerminating = false
  world.kubelet.look()
  await world.clock.advance(1000)
  // Nobody collects garbage here: the claim of the Pod before is still there, so the next Pod has to wait.
  await scale(world, 2)
  await world.clock.advance(1000)
  expect(await images(world)).toEqual(['web-0: a'])
  await sets(world).patch(
    'web',
    { spec: { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Retain' } } },
    { type: 'merge' },
  )
  await world.clock.advance(1000)
  expect((await claims(world))[0]).toBe('data-web-0: ')
})

test('a label that was taken away comes back; orphans with the right name are adopted', async () => {
  await using world = await start()
  await sets(world).create(web({ replicas: 1 }))
  await world.clock.advance(1000)
  const resource = world.client.of(Pod).in('default')
  await resource.patch('web-0', { metadata: { labels: { 'statefulset.kubernetes.io/pod-name': null } } }, { type: 'merge' })
  await world.clock.advance(1000)
  expect((await resource.get('web-0')).metadata.labels?.['statefulset.kubernetes.io/pod-name']).toBe('web-0')
  await resource.patch('web-0', { metadata: { ownerReferences: null } }, { type: 'merge' })
  await world.clock.advance(1000)
  expect((await resource.get('web-0')).metadata.ownerReferences?.[0]?.name).toBe('web')
  expect(world.complaints).toEqual([])
})
