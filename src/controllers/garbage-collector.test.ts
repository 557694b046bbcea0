/** The garbage collector: what becomes of dependents when their owner goes, by each policy; owners that never were; references that lie. */
import { expect, test } from 'vitest'
import { Deployment } from '../api/apps/deployment.ts'
import { ReplicaSet } from '../api/apps/replica-set.ts'
import { ConfigMap } from '../api/core/config-map.ts'
import { Event } from '../api/core/event.ts'
import { Node } from '../api/core/node.ts'
import { Pod } from '../api/core/pod.ts'
import type { KubeObject, OwnerReference } from '../apimachinery/object.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { controllers } from './all.ts'
import { garbageCollector } from './garbage-collector.ts'
import { runControllers } from './run.ts'

async function start(alsoRun: readonly string[] = []): Promise<TestClient> {
  const world = await startTestClient()
  const others = controllers.filter(({ name }) => alsoRun.includes(name))
  await runControllers({ ...world, clientFor: () => world.client, controllers: [...others, garbageCollector] })
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await world.clock.settled()
  return world
}

function referenceTo(owner: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name ?? '', uid: owner.metadata.uid ?? '', ...more }
}

async function make(world: TestClient, name: string, ownerReferences: readonly OwnerReference[] = []): Promise<ConfigMap> {
  return world.client.of(ConfigMap).in('default').create({ metadata: { name, ownerReferences } })
}

async function names(world: TestClient): Promise<string[]> {
  const { items } = await world.client.of(ConfigMap).in('default').list()
  return items.map(({ metadata }) => `${metadata.name}${metadata.deletionTimestamp === undefined ? '' : ' (going)'}`).sort()
}

test('a deleted owner takes its dependents, and theirs', async () => {
  await using world = await start()
  const owner = await make(world, 'owner')
  const child = await make(world, 'child', [referenceTo(owner)])
  await make(world, 'grandchild', [referenceTo(child)])
  await make(world, 'stranger')
  await world.clock.settled()
  await world.client.of(ConfigMap).in('default').delete('owner')
  await world.clock.advance(100)
  expect(await names(world)).toEqual(['stranger'])
  expect(world.complaints).toEqual([])
})

test('an object whose owner never was goes, one with another owner loses the reference', async () => {
  await using world = await start()
  const owner = await make(world, 'owner')
  await make(world, 'lost', [referenceTo({ metadata: { name: 'ghost', uid: 'no-such-uid' } })])
  await make(world, 'kept', [referenceTo({ metadata: { name: 'ghost', uid: 'no-such-uid' } }), referenceTo(owner)])
  await world.clock.advance(100)
  expect(await names(world)).toEqual(['kept', 'owner'])
  const kept = await world.client.of(ConfigMap).in('default').get('kept')
  expect(kept.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['owner'])
})

test('orphaned dependents stay and lose their reference', async () => {
  await using world = await start()
  const owner = await make(world, 'owner')
  await make(world, 'child', [referenceTo(owner)])
  await world.clock.settled()
  await world.client.of(ConfigMap).in('default').delete('owner', { propagationPolicy: 'Orphan' })
  await world.clock.advance(100)
  expect(await names(world)).toEqual(['child'])
  expect((await world.client.of(ConfigMap).in('default').get('child')).metadata.ownerReferences).toBeUndefined()
})

test('in the foreground the owner waits for dependents that block it, and only for those', async () => {
  await using world = await start()
  const owner = await make(world, 'owner')
  await make(world, 'blocking', [referenceTo(owner, { blockOwnerDeletion: true })])
  await make(world, 'other', [referenceTo(owner)])
  const configMaps = world.client.of(ConfigMap).in('default')
  for (const name of ['blocking', 'other'])
    await configMaps.patch(name, { metadata: { finalizers: ['example.com/hold'] } }, { type: 'merge' })
  await world.clock.settled()
  await configMaps.delete('owner', { propagationPolicy: 'Foreground' })
  await world.clock.advance(100)
  expect(await names(world)).toEqual(['blocking (going)', 'other (going)', 'owner (going)'])
  await configMaps.patch('blocking', { metadata: { finalizers: null } }, { type: 'merge' })
  await world.clock.advance(100)
  expect(await names(world)).toEqual(['other (going)'])
})

test('a uid under another name is no owner', async () => {
  await using world = await start()
  const owner = await make(world, 'owner')
  await make(world, 'child', [referenceTo(owner, { name: 'somebody-else' })])
  await world.clock.advance(100)
  expect(await names(world)).toEqual(['owner'])
})

test('an owner in another namespace is told of, and its dependent goes; a cluster-wide dependent stays', async () => {
  await using world = await start()
  const { client, clock } = world
  const elsewhere = await client
    .of(ConfigMap)
    .in('kube-system')
    .create({ metadata: { name: 'elsewhere' } })
  await clock.settled()
  await make(world, 'child', [referenceTo(elsewhere)])
  await client.of(Node).create({ metadata: { name: 'n1', ownerReferences: [referenceTo(elsewhere)] }, spec: {} })
  await clock.advance(2000)
  expect(await names(world)).toEqual([])
  expect((await client.of(Node).get('n1')).metadata.name).toBe('n1')
  const { items } = await client.of(Event).list()
  const about = items
    .filter(({ reason }) => reason === 'OwnerRefInvalidNamespace')
    .map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`)
  const uid = elsewhere.metadata.uid
  expect(about).toEqual([
    `child: ownerRef [v1/ConfigMap, namespace: default, name: elsewhere, uid: ${uid}] does not exist in namespace "default"`,
    `n1: ownerRef [v1/ConfigMap, namespace: , name: elsewhere, uid: ${uid}] does not exist in namespace ""`,
  ])
})

test('a deleted Deployment takes its ReplicaSets and Pods', async () => {
  await using world = await start(['deployment-controller', 'replicaset-controller'])
  const { client, clock } = world
  const labels = { app: 'web' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  await world.api.request('POST', '/apis/apps/v1/namespaces/default/deployments', {
    metadata: { name: 'web' },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  })
  await clock.advance(2000)
  expect((await client.of(Pod).in('default').list()).items.length).toBe(3)
  await client.of(Deployment).in('default').delete('web', { propagationPolicy: 'Foreground' })
  await clock.advance(5000)
  for (const kind of [Deployment, ReplicaSet, Pod] as const) {
    const { items } = await client.dynamic({ group: kind.group, version: 'v1', resource: kind.plural }).in('default').list()
    expect([kind.kind, items.length]).toEqual([kind.kind, 0])
  }
})
