/** Deployments as users see them: rolled out, rolled back, scaled, paused, recreated; and the ReplicaSets under them. */
import { expect, test } from 'vitest'
import { Deployment } from '../api/apps/deployment.ts'
import { ReplicaSet } from '../api/apps/replica-set.ts'
import { Event } from '../api/core/event.ts'
import { Pod } from '../api/core/pod.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { startTinyKubelet, type TinyKubelet } from '../testing/tiny-kubelet.ts'
import { deploymentController } from './deployment.ts'
import { replicaSetController } from './replica-set.ts'
import { runControllers } from './run.ts'

interface World extends TestClient {
  readonly kubelet: TinyKubelet
}
async function start(): Promise<World> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await world.api.request('POST', '/api/v1/nodes', { metadata: { name: 'n1' } })
  const kubelet = startTinyKubelet(world)
  await runControllers({ ...world, clientFor: () => world.client, controllers: [deploymentController, replicaSetController] })
  return { ...world, kubelet }
}

function web(image: string, spec: object = {}): Deployment {
  const labels = { app: 'web' }
  return {
    metadata: { name: 'web', namespace: 'default', annotations: { 'kubernetes.io/change-cause': `use ${image}` } },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
      ...spec,
    } as Deployment['spec'],
  }
}
const deployments = ({ client }: World) => client.of(Deployment).in('default')
const get = (world: World): Promise<Deployment> => deployments(world).get('web')
const setImage = (world: World, image: string): Promise<Deployment> =>
  deployments(world).patch('web', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } }, { type: 'strategic' })
const replicaSets = async ({ client }: World): Promise<readonly ReplicaSet[]> => (await client.of(ReplicaSet).in('default').list()).items
const events = async ({ client }: World, reason: string): Promise<string[]> =>
  (await client.of(Event).in('default').list()).items.filter((one) => one.reason === reason).map(({ message = '' }) => message)
const images = (all: readonly ReplicaSet[]): Record<string, string> =>
  Object.fromEntries(
    all.map(({ spec, status, metadata }) => [
      spec.template?.spec.containers[0]?.image ?? '',
      `${spec.replicas} wanted, ${status?.availableReplicas ?? 0} available, revision ${metadata.annotations?.['deployment.kubernetes.io/revision']}`,
    ]),
  )
const condition = ({ status }: Deployment, type: string): string => {
  const found = status?.conditions?.find((one) => one.type === type)
  return `${found?.status} ${found?.reason}: ${found?.message}`
}

test('a Deployment becomes a ReplicaSet becomes Pods, and says so', async () => {
  await using world = await start()
  await deployments(world).create(web('a:1'))
  await world.clock.advance(2000)
  const [one] = await replicaSets(world)
  const hash = one?.metadata.labels?.['pod-template-hash'] ?? ''
  expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/)
  expect(one).toMatchObject({
    metadata: {
      name: `web-${hash}`,
      annotations: {
        'deployment.kubernetes.io/revision': '1',
        'deployment.kubernetes.io/desired-replicas': '3',
        'deployment.kubernetes.io/max-replicas': '4',
        'kubernetes.io/change-cause': 'use a:1',
      },
      labels: { app: 'web', 'pod-template-hash': hash },
      ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true, blockOwnerDeletion: true }],
    },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } },
    status: { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 },
  })
  const deployment = await get(world)
  expect(deployment.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1')
  expect(deployment.status).toMatchObject({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  })
  expect(condition(deployment, 'Available')).toBe('True MinimumReplicasAvailable: Deployment has minimum availability.')
  expect(condition(deployment, 'Progressing')).toBe(`True NewReplicaSetAvailable: ReplicaSet "web-${hash}" has successfully progressed.`)
  expect(await events(world, 'ScalingReplicaSet')).toEqual([`Scaled up replica set web-${hash} from 0 to 3`])
  expect((await events(world, 'SuccessfulCreate')).every((one) => one.startsWith(`Created pod: web-${hash}-`))).toBe(true)
  const before = deployment.metadata.resourceVersion
  await world.clock.advance(60_000)
  expect((await get(world)).metadata.resourceVersion).toBe(before)
  expect(world.complaints).toEqual([])
})

test('revisions are int64: an adopted ReplicaSet may have one that no JavaScript number holds', async () => {
  await using world = await start()
  const deployment = web('a:2')
  const template = { ...deployment.spec.template, metadata: { labels: { app: 'web', made: 'by-hand' } } }
  await world.client
    .of(ReplicaSet)
    .in('default')
    .create({
      metadata: { name: 'old', labels: { app: 'web' }, annotations: { 'deployment.kubernetes.io/revision': '3546343826724305832' } },
      spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template },
    })
  await deployments(world).create(deployment)
  await world.clock.advance(2000)
  expect((await get(world)).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3546343826724305833')
})

test('a rolling update keeps its floor, and a rollback finds the old ReplicaSet', async () => {
  await using world = await start()
  await deployments(world).create(web('a:1'))
  await world.clock.advance(2000)
  world.kubelet.statusOf = () => undefined
  await setImage(world, 'a:2')
  await world.clock.advance(2000)
  expect(images(await replicaSets(world))).toEqual({
    'a:1': '3 wanted, 3 available, revision 1',
    'a:2': '1 wanted, 0 available, revision 2',
  })
  world.kubelet.statusOf = () => readyAt(world)
  world.kubelet.look()
  await world.clock.advance(5000)
  expect(images(await replicaSets(world))).toEqual({
    'a:1': '0 wanted, 0 available, revision 1',
    'a:2': '3 wanted, 3 available, revision 2',
  })
  await setImage(world, 'a:1')
  await world.clock.advance(5000)
  const all = await replicaSets(world)
  expect(images(all)).toEqual({ 'a:1': '3 wanted, 3 available, revision 3', 'a:2': '0 wanted, 0 available, revision 2' })
  const back = all.find(({ spec }) => spec.replicas === 3)
  expect(back?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
  expect(world.complaints).toEqual([])
})

function readyAt(world: World): NonNullable<Pod['status']> {
  const time = `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`
  return { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: time }] }
}

test('a rollout that stands still runs into its deadline, and then gets over it', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => undefined
  await deployments(world).create(web('a:1', { progressDeadlineSeconds: 30 }))
  await world.clock.advance(10_000)
  expect(condition(await get(world), 'Progressing')).toMatch(/^True ReplicaSetUpdated: ReplicaSet "web-\w+" is progressing.$/)
  expect(condition(await get(world), 'Available')).toBe('False MinimumReplicasUnavailable: Deployment does not have minimum availability.')
  await world.clock.advance(40_000)
  expect(condition(await get(world), 'Progressing')).toMatch(
    /^False ProgressDeadlineExceeded: ReplicaSet "web-\w+" has timed out progressing.$/,
  )
  world.kubelet.statusOf = () => readyAt(world)
  world.kubelet.look()
  await world.clock.advance(2000)
  expect(condition(await get(world), 'Progressing')).toMatch(/^True NewReplicaSetAvailable: /)
})

test('minReadySeconds holds a rollout until Pods have been ready so long', async () => {
  await using world = await start()
  await deployments(world).create(web('a:1', { minReadySeconds: 20 }))
  await world.clock.advance(10_000)
  expect((await get(world)).status).toMatchObject({ readyReplicas: 3, unavailableReplicas: 3 })
  await world.clock.advance(12_000)
  expect((await get(world)).status?.availableReplicas).toBe(3)
})

test('Recreate waits until the last old Pod is gone', async () => {
  await using world = await start()
  await deployments(world).create(web('a:1', { strategy: { type: 'Recreate' } }))
  await world.clock.advance(2000)
  world.kubelet.holdsTerminating = true
  await setImage(world, 'a:2')
  await world.clock.advance(2000)
  expect(images(await replicaSets(world))).toEqual({ 'a:1': '0 wanted, 0 available, revision 1' })
  world.kubelet.holdsTerminating = false
  world.kubelet.look()
  await world.clock.advance(2000)
  expect(images(await replicaSets(world))).toEqual({
    'a:1': '0 wanted, 0 available, revision 1',
    'a:2': '3 wanted, 3 available, revision 2',
  })
  expect(world.complaints).toEqual([])
})

test('a paused Deployment scales but does not roll out; its history is limited', async () => {
  await using world = await start()
  await deployments(world).create(web('a:1', { revisionHistoryLimit: 1 }))
  await world.clock.advance(2000)
  await deployments(world).patch('web', { spec: { paused: true, replicas: 5 } }, { type: 'merge' })
  await setImage(world, 'a:2')
  await world.clock.advance(2000)
  expect(images(await replicaSets(world))).toEqual({ 'a:1': '5 wanted, 5 available, revision 1' })
  expect(condition(await get(world), 'Progressing')).toBe('Unknown DeploymentPaused: Deployment is paused')
  await deployments(world).patch('web', { spec: { paused: false } }, { type: 'merge' })
  await world.clock.advance(3000)
  await setImage(world, 'a:3')
  await world.clock.advance(3000)
  expect(images(await replicaSets(world))).toEqual({
    'a:2': '0 wanted, 0 available, revision 2',
    'a:3': '5 wanted, 5 available, revision 3',
  })
  expect(world.complaints).toEqual([])
})

test('a ReplicaSet whose Pods are refused says why, and stops saying so when they are not', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => undefined
  await world.client
    .of(ReplicaSet)
    .in('default')
    .create({
      metadata: { name: 'bad', namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'bad' } },
        template: { metadata: { labels: { app: 'bad' } }, spec: { serviceAccountName: 'nobody', containers: [{ name: 'c', image: 'i' }] } },
      } as ReplicaSet['spec'],
    })
  await world.clock.advance(100)
  const bad = await world.client.of(ReplicaSet).in('default').get('bad')
  expect(bad.status?.conditions?.[0]).toMatchObject({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' })
  expect((await events(world, 'FailedCreate'))[0]).toBe(
    'Error creating: pods "bad-" is forbidden: error looking up service account default/nobody: serviceaccount "nobody" not found',
  )
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'nobody' } })
  await world.clock.advance(60_000)
  const good = await world.client.of(ReplicaSet).in('default').get('bad')
  expect([good.status?.replicas, good.status?.conditions ?? []]).toEqual([2, []])
})

test('ReplicaSets adopt orphans that match, release Pods that no longer do, and delete the surplus', async () => {
  await using world = await start()
  const pods = world.client.of(Pod).in('default')
  await pods.create({
    metadata: { name: 'orphan', labels: { app: 'x' } },
    spec: { containers: [{ name: 'c', image: 'i' }] } as Pod['spec'],
  })
  const x = (replicas: number) => ({
    metadata: { name: 'x', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'x' } },
      template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    } as ReplicaSet['spec'],
  })
  await world.client.of(ReplicaSet).in('default').create(x(2))
  await world.clock.advance(1000)
  expect((await pods.list()).items.map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual(['x', 'x'])
  await pods.patch('orphan', { metadata: { labels: { app: 'free' } } }, { type: 'merge' })
  await world.clock.advance(1000)
  expect((await pods.get('orphan')).metadata.ownerReferences ?? []).toEqual([])
  expect((await pods.list()).items.length).toBe(3)
  await world.client
    .of(ReplicaSet)
    .in('default')
    .patch('x', { spec: { replicas: 0 } }, { type: 'merge' })
  await world.clock.advance(1000)
  expect((await pods.list()).items.map(({ metadata }) => metadata.name)).toEqual(['orphan'])
  expect((await events(world, 'SuccessfulDelete')).length).toBe(2)
  expect(world.complaints).toEqual([])
})
