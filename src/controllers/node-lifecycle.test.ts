/** Nodes that fall silent, and what becomes of their Pods: by the clock, from the last lease to the last Pod. */
import { expect, test } from 'vitest'
import { Lease } from '../api/coordination/lease.ts'
import { Event } from '../api/core/event.ts'
import { Node } from '../api/core/node.ts'
import { nodeCondition } from '../api/core/node-facts.ts'
import type { Taint } from '../api/core/node-schema.ts'
import { Pod } from '../api/core/pod.ts'
import { podCondition } from '../api/core/pod-facts.ts'
import type { Toleration } from '../api/core/pod-spec/affinity.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { EvictionBudget, rateOf, zoneState, zonesOf } from './node-lifecycle/zones.ts'
import { nodeLifecycleController } from './node-lifecycle.ts'
import { runControllers } from './run.ts'
import { evictionDelayMs, taintEvictionController } from './taint-eviction.ts'

const node = (name: string, status: string, zone = 'a'): Node => ({
  metadata: { name, labels: { 'topology.kubernetes.io/zone': zone } },
  spec: {},
  status: { conditions: [{ type: 'Ready', status }] },
})
const nodes = (good: number, bad: number, zone = 'a'): readonly Node[] =>
  Array.from({ length: good + bad }, (_, i) => node(`${zone}${i}`, i < good ? 'True' : 'Unknown', zone))

test('zoneState() judges by how many of a zone are not ready', () => {
  const state = (good: number, bad: number): string => zoneState(nodes(good, bad))
  expect([state(3, 0), state(1, 2), state(2, 3), state(3, 3), state(0, 1), state(0, 0)]).toEqual([
    'Normal',
    'Normal',
    'PartialDisruption',
    'Normal',
    'FullDisruption',
    'Normal',
  ])
  expect(zonesOf([...nodes(0, 2), ...nodes(1, 0, 'b')]).isEverythingDown).toBe(false)
  expect(zonesOf([...nodes(0, 2), ...nodes(0, 1, 'b')]).isEverythingDown).toBe(true)
  expect(zonesOf([]).isEverythingDown).toBe(false)
})

test('rateOf() slows down in large zones, and stops in small ones and when all is down', () => {
  expect([
    rateOf('Normal', 9, false),
    rateOf('FullDisruption', 9, false),
    rateOf('PartialDisruption', 50, false),
    rateOf('PartialDisruption', 51, false),
    rateOf('Normal', 9, true),
  ]).toEqual([0.1, 0.1, 0, 0.01, 0])
  const budget = new EvictionBudget(0)
  expect([budget.take(0.1, 0), budget.take(0.1, 9000), budget.take(0.1, 10_000), budget.take(0, 99_000)]).toEqual([
    true,
    false,
    true,
    false,
  ])
})

const taint = (key: string): Taint => ({ key, effect: 'NoExecute' })
const delay = (taints: readonly string[], ...tolerations: Toleration[]): number | undefined =>
  evictionDelayMs({ spec: { containers: [], tolerations } }, taints.map(taint))

test('evictionDelayMs() is the shortest of what is tolerated, 0 for what is not', () => {
  expect(delay(['a'])).toBe(0)
  expect(delay(['a'], { operator: 'Exists' })).toBeUndefined()
  expect(delay(['a'], { key: 'a', operator: 'Exists', tolerationSeconds: 30 })).toBe(30_000)
  expect(delay(['a'], { key: 'a', operator: 'Exists', tolerationSeconds: -1 })).toBe(0)
  expect(
    delay(['a', 'b'], { key: 'a', operator: 'Exists', tolerationSeconds: 30 }, { key: 'b', operator: 'Exists', tolerationSeconds: 20 }),
  ).toBe(20_000)
  expect(delay(['a', 'b'], { key: 'a', operator: 'Exists', tolerationSeconds: 30 })).toBe(0)
  expect(delay(['a'], { key: 'a', operator: 'Exists' }, { operator: 'Exists', tolerationSeconds: 5 })).toBeUndefined()
})

async function start(names: readonly string[]): Promise<TestClient> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  for (const name of names) {
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: time(world), lastTransitionTime: time(world) }]
    await world.api.request('POST', '/api/v1/nodes', { metadata: { name }, spec: {}, status: { conditions } })
    await world.client
      .of(Lease)
      .in('kube-node-lease')
      .create({ metadata: { name }, spec: { holderIdentity: name, renewTime: `${time(world).slice(0, 19)}.000000Z` } })
  }
  await runControllers({ ...world, clientFor: () => world.client, controllers: [nodeLifecycleController, taintEvictionController] })
  return world
}
const time = ({ clock }: TestClient): string => `${new Date(clock.now()).toISOString().slice(0, 19)}Z`

async function makePod(world: TestClient, name: string, nodeName: string): Promise<void> {
  const spec = { nodeName, containers: [{ name: 'c', image: 'i' }] }
  expect((await world.api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name }, spec })).status).toBe(201)
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: time(world) }] }
  await world.client.of(Pod).in('default').patch(name, { status }, { type: 'merge', subresource: 'status' })
}

/** Lets time pass while these nodes renew their leases. */
async function pass(world: TestClient, seconds: number, alive: readonly string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    await world.clock.advance(5000)
    for (const name of alive) {
      const patch = { spec: { renewTime: `${time(world).slice(0, 19)}.000000Z` } }
      await world.client.of(Lease).in('kube-node-lease').patch(name, patch, { type: 'merge' })
    }
  }
  await world.clock.settled()
}
async function said(world: TestClient, name: string): Promise<string[]> {
  const { items } = await world.client.of(Event).list()
  return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason, message }) => `${reason}: ${message}`)
}

test('a node whose lease stops is not ready after 50 s, and its Pods go 300 s later', async () => {
  await using world = await start(['n1', 'n2'])
  const { client } = world
  await makePod(world, 'a', 'n1')
  await makePod(world, 'b', 'n2')
  await pass(world, 50, ['n2'])
  expect(nodeCondition(await client.of(Node).get('n1'), 'Ready')?.status).toBe('True')
  await pass(world, 5, ['n2'])
  const silent = await client.of(Node).get('n1')
  expect(nodeCondition(silent, 'Ready')).toMatchObject({
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  })
  expect(nodeCondition(silent, 'MemoryPressure')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusNeverUpdated' })
  expect(silent.spec.taints?.map(({ key, effect }) => `${key}:${effect}`).sort()).toEqual([
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/unreachable:NoSchedule',
  ])
  expect(podCondition(await client.of(Pod).in('default').get('a'), 'Ready')?.status).toBe('False')
  await pass(world, 295, ['n2'])
  expect((await client.of(Pod).in('default').get('a')).metadata.deletionTimestamp).toBeUndefined()
  await pass(world, 10, ['n2'])
  const going = await client.of(Pod).in('default').get('a')
  expect(going.metadata.deletionTimestamp).toBeDefined()
  expect(podCondition(going, 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'DeletionByTaintManager' })
  expect((await client.of(Pod).in('default').get('b')).metadata.deletionTimestamp).toBeUndefined()
  expect(await said(world, 'n1')).toEqual([
    'RegisteredNode: Node n1 event: Registered Node n1 in Controller',
    'NodeNotReady: Node n1 status is now: NodeNotReady',
  ])
  expect(await said(world, 'a')).toEqual(['NodeNotReady: Node is not ready', 'TaintManagerEviction: Marking for deletion Pod default/a'])
  expect(world.complaints).toEqual([])
})

test('a node that comes back in time keeps its Pods', async () => {
  await using world = await start(['n1', 'n2'])
  const { client } = world
  await makePod(world, 'a', 'n1')
  await pass(world, 60, ['n2'])
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: time(world), lastTransitionTime: time(world) }]
  await client.of(Node).patch('n1', { status: { conditions } }, { type: 'strategic', subresource: 'status' })
  await pass(world, 400, ['n1', 'n2'])
  expect((await client.of(Node).get('n1')).spec.taints ?? []).toEqual([])
  expect((await client.of(Pod).in('default').get('a')).metadata.deletionTimestamp).toBeUndefined()
  expect(await said(world, 'a')).toContain('TaintManagerEviction: Cancelling deletion of Pod default/a')
})

test('when every node falls silent none is given up, and all get their time anew when one is back', async () => {
  await using world = await start(['n1', 'n2'])
  const { client } = world
  await makePod(world, 'a', 'n1')
  await pass(world, 500, [])
  const taints = (await client.of(Node).get('n1')).spec.taints ?? []
  expect(taints.map(({ effect }) => effect)).toEqual(['NoSchedule'])
  expect((await client.of(Pod).in('default').get('a')).metadata.deletionTimestamp).toBeUndefined()
})

test('a node that says nothing from the start is Unknown after 60 s; conditions become taints; old labels follow', async () => {
  await using world = await start(['n1'])
  const { client } = world
  await world.api.request('POST', '/api/v1/nodes', { metadata: { name: 'new', labels: { 'kubernetes.io/os': 'linux' } }, spec: {} })
  await client
    .of(Node)
    .patch('n1', { status: { conditions: [{ type: 'DiskPressure', status: 'True' }] } }, { type: 'strategic', subresource: 'status' })
  await pass(world, 60, ['n1'])
  expect((await client.of(Node).get('n1')).spec.taints?.map(({ key }) => key)).toEqual(['node.kubernetes.io/disk-pressure'])
  await pass(world, 10, ['n1'])
  const fresh = await client.of(Node).get('new')
  expect(nodeCondition(fresh, 'Ready')).toMatchObject({
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  })
  expect(fresh.metadata.labels?.['beta.kubernetes.io/os']).toBe('linux')
})
