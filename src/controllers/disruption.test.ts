/** PodDisruptionBudgets: how much room is left, what evictions make of it, and what is taken back. */
import { expect, test } from 'vitest'
import { ReplicaSet } from '../api/apps/replica-set.ts'
import { Event } from '../api/core/event.ts'
import { Pod } from '../api/core/pod.ts'
import { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { readyStatus, startTinyKubelet, type TinyKubelet } from '../testing/tiny-kubelet.ts'
import { goSelectorText } from './disruption/budget.ts'
import { disruptionController } from './disruption.ts'
import { replicaSetController } from './replica-set.ts'
import { runControllers } from './run.ts'

interface World extends TestClient {
  readonly kubelet: TinyKubelet
}
async function start(): Promise<World> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const kubelet = startTinyKubelet(world)
  await runControllers({ ...world, clientFor: () => world.client, controllers: [replicaSetController, disruptionController] })
  return { ...world, kubelet }
}
const labels = { app: 'web' }
const containers = [{ name: 'c', image: 'a' }]
const replicas = (world: World, count: number): Promise<unknown> =>
  world.client
    .of(ReplicaSet)
    .in('default')
    .create({
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: count,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      } as unknown as ReplicaSet['spec'],
    })
const guard = (world: World, spec: object): Promise<unknown> =>
  world.client
    .of(PodDisruptionBudget)
    .in('default')
    .create({
      metadata: { name: 'guard', namespace: 'default' },
      spec: { selector: { matchLabels: labels }, ...spec },
    } as PodDisruptionBudget)
const statusOf = async ({ client }: World): Promise<PodDisruptionBudget['status']> =>
  (await client.of(PodDisruptionBudget).in('default').get('guard')).status
const pods = async ({ client }: World): Promise<readonly Pod[]> => (await client.of(Pod).in('default').list()).items
const told = async ({ client }: World): Promise<string[]> =>
  (await client.of(Event).in('default').list()).items.map(({ reason, message }) => `${reason}: ${message}`)
const evict = (world: World, name: string): Promise<{ status: number; json: { message?: string } }> =>
  world.api.request('POST', `/api/v1/namespaces/default/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace: 'default' },
  })

test.each([
  ['a number that must stay', { minAvailable: 2 }, { expectedPods: 3, desiredHealthy: 2, currentHealthy: 3, disruptionsAllowed: 1 }],
  ['a share that must stay', { minAvailable: '50%' }, { expectedPods: 3, desiredHealthy: 2, currentHealthy: 3, disruptionsAllowed: 1 }],
  ['a number that may go', { maxUnavailable: 2 }, { expectedPods: 3, desiredHealthy: 1, currentHealthy: 3, disruptionsAllowed: 2 }],
  ['a share that may go', { maxUnavailable: '0%' }, { expectedPods: 3, desiredHealthy: 3, currentHealthy: 3, disruptionsAllowed: 0 }],
])('%s', async (_, spec, wanted) => {
  await using world = await start()
  await replicas(world, 3)
  await guard(world, spec)
  await world.clock.advance(1000)
  const status = await statusOf(world)
  expect(status).toMatchObject({ ...wanted, observedGeneration: 1 })
  const [value, reason] = wanted.disruptionsAllowed > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods']
  expect(status?.conditions?.[0]).toMatchObject({ type: 'DisruptionAllowed', status: value, reason, observedGeneration: 1, message: '' })
})

test('an eviction uses the room up; what follows waits until Pods are back', async () => {
  await using world = await start()
  await replicas(world, 2)
  await guard(world, { minAvailable: 1 })
  await world.clock.advance(1000)
  const [first, second] = (await pods(world)).map(({ metadata }) => metadata.name ?? '')
  // New Pods do not get ready for now.
  world.kubelet.statusOf = () => undefined
  expect((await evict(world, first ?? '')).status).toBe(201)
  const refused = await evict(world, second ?? '')
  expect(refused.status).toBe(429)
  expect(refused.json.message).toBe("Cannot evict pod as it would violate the pod's disruption budget.")
  await world.clock.advance(1000)
  expect(await statusOf(world)).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 0 })
  expect((await statusOf(world))?.disruptedPods).toBeUndefined()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  world.kubelet.look()
  await world.clock.advance(1000)
  expect((await evict(world, second ?? '')).status).toBe(201)
})

test('an eviction that was allowed and never happened is taken back after two minutes', async () => {
  await using world = await start()
  await replicas(world, 1)
  await guard(world, { maxUnavailable: 1 })
  await world.clock.advance(1000)
  const [{ metadata } = { metadata: {} as Pod['metadata'] }] = await pods(world)
  const name = metadata.name ?? ''
  const time = `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`
  const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: time }
  await world.client
    .of(Pod)
    .in('default')
    .patch(name, { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status' })
  await world.client
    .of(PodDisruptionBudget)
    .in('default')
    .patch('guard', { status: { disruptedPods: { [name]: time } } }, { type: 'merge', subresource: 'status' })
  await world.clock.advance(60_000)
  expect(await statusOf(world)).toMatchObject({ currentHealthy: 0, disruptedPods: { [name]: time } })
  await world.clock.advance(63_000)
  expect(await statusOf(world)).toMatchObject({ currentHealthy: 1, disruptionsAllowed: 1 })
  expect(await told(world)).toContain("NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't")
  const pod = await world.client.of(Pod).in('default').get(name)
  expect(pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status).toBe('False')
})

test('Pods that nobody controls, or whose owner has no scale', async () => {
  await using world = await start()
  const bare = (name: string, extra: object = {}): Promise<unknown> =>
    world.client
      .of(Pod)
      .in('default')
      .create({ metadata: { name, namespace: 'default', labels, ...extra }, spec: { containers } } as unknown as Pod)
  await guard(world, { maxUnavailable: 1 })
  await world.clock.advance(1000)
  expect(await told(world)).toContain('NoPods: No matching pods found')
  await bare('bare')
  await world.clock.advance(1000)
  expect(await statusOf(world)).toMatchObject({ expectedPods: 0, currentHealthy: 1, disruptionsAllowed: 0 })
  expect((await told(world)).find((one) => one.startsWith('UnmanagedPods'))).toContain(
    '(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},})',
  )
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'work', uid: 'a-b-c', controller: true }
  await bare('owned', { ownerReferences: [owner] })
  await world.clock.advance(1000)
  const status = await statusOf(world)
  expect(status?.disruptionsAllowed).toBe(0)
  expect(status?.conditions?.[0]).toMatchObject({
    status: 'False',
    reason: 'SyncFailed',
    message: 'jobs.batch does not implement the scale subresource',
  })
})

test('goSelectorText()', () => {
  const matchExpressions = [{ key: 'a', operator: 'In', values: ['x', 'y'] }]
  const budget = { spec: { selector: { matchExpressions } } } as unknown as PodDisruptionBudget
  expect(goSelectorText(budget)).toBe(
    '&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:a,Operator:In,Values:[x y],},},}',
  )
})
