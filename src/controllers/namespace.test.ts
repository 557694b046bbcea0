/** The namespace controller: what it says about a namespace on its way out, and namespaces going, in order. */
import { expect, test } from 'vitest'
import { ConfigMap } from '../api/core/config-map.ts'
import { Namespace } from '../api/core/namespace.ts'
import { Pod } from '../api/core/pod.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { type Findings, nextConditions } from './namespace/conditions.ts'
import { namespaceController } from './namespace.ts'
import { runControllers } from './run.ts'

const nothing: Findings = { discoveryFailures: [], deletionErrors: [], remaining: new Map(), finalizers: new Map() }
const nowMs = Date.parse('2026-01-02T03:04:05Z')

function say(findings: Partial<Findings>): readonly string[] {
  const conditions = nextConditions([], { ...nothing, ...findings }, nowMs) ?? []
  return conditions.filter(({ status }) => status === 'True').map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
}

test('nextConditions() tells all five, good or bad, in upstream words', () => {
  expect(nextConditions([], nothing, nowMs)?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered',
    'NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions',
    'NamespaceDeletionContentFailure=False ContentDeleted',
    'NamespaceContentRemaining=False ContentRemoved',
    'NamespaceFinalizersRemaining=False ContentHasNoFinalizers',
  ])
  expect(say({ discoveryFailures: ['metrics.k8s.io/v1: stale GroupVersion discovery: metrics.k8s.io/v1'] })).toEqual([
    'NamespaceDeletionDiscoveryFailure DiscoveryFailed: Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1: stale GroupVersion discovery: metrics.k8s.io/v1',
  ])
  expect(say({ deletionErrors: ['b', 'a'] })).toEqual([
    'NamespaceDeletionContentFailure ContentDeletionFailed: Failed to delete all resource types, 2 remaining: a, b',
  ])
  expect(
    say({
      remaining: new Map([
        ['pods.', 1],
        ['jobs.batch', 2],
      ]),
      finalizers: new Map([['example.com/f', 3]]),
    }),
  ).toEqual([
    'NamespaceContentRemaining SomeResourcesRemain: Some resources are remaining: jobs.batch has 2 resource instances, pods. has 1 resource instances',
    'NamespaceFinalizersRemaining SomeFinalizersRemain: Some content in the namespace has finalizers remaining: example.com/f in 3 resource instances',
  ])
})

test('nextConditions() moves the time only when a status turns, and is silent when nothing is new', () => {
  const first = nextConditions([], nothing, nowMs) ?? []
  expect(nextConditions(first, nothing, nowMs + 5000)).toBeUndefined()
  const second = nextConditions(first, { ...nothing, remaining: new Map([['pods.', 1]]) }, nowMs + 5000) ?? []
  const third = nextConditions(second, { ...nothing, remaining: new Map([['pods.', 2]]) }, nowMs + 9000) ?? []
  expect(third.map(({ lastTransitionTime }) => lastTransitionTime?.slice(17, 19))).toEqual(['05', '05', '05', '10', '05'])
})

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  await runControllers({ ...world, clientFor: () => world.client, controllers: [namespaceController] })
  await world.client.of(Namespace).create({ metadata: { name: 'shop' }, spec: { finalizers: ['kubernetes'] } })
  return world
}

const isGone = async (world: TestClient): Promise<boolean> =>
  world.client
    .of(Namespace)
    .get('shop')
    .then(
      () => false,
      (error: unknown) => reasonOf(error) === 'NotFound',
    )

test('a deleted namespace is empty before it goes', async () => {
  await using world = await start()
  await world.client
    .of(ConfigMap)
    .in('shop')
    .create({ metadata: { name: 'settings' } })
  await world.client.of(Namespace).delete('shop')
  await world.clock.advance(4900)
  expect(await isGone(world)).toBe(false)
  await world.clock.advance(200)
  expect(await isGone(world)).toBe(true)
  const { items } = await world.client.of(ConfigMap).list()
  expect(items.filter(({ metadata }) => metadata.namespace === 'shop')).toEqual([])
  expect(world.complaints).toEqual([])
})

test('Pods go first, and what they use stays until they are gone', async () => {
  await using world = await start()
  const { client, clock } = world
  await client
    .of(ConfigMap)
    .in('shop')
    .create({ metadata: { name: 'settings' } })
  const spec = { nodeName: 'n1', terminationGracePeriodSeconds: 20, containers: [{ name: 'c', image: 'i' }] }
  await world.api.request('POST', '/api/v1/namespaces/shop/serviceaccounts', { metadata: { name: 'default' } })
  const created = await world.api.request('POST', '/api/v1/namespaces/shop/pods', { metadata: { name: 'web' }, spec })
  expect(created.status).toBe(201)
  await client.of(Namespace).delete('shop')
  await clock.advance(6000)
  expect((await client.of(Pod).in('shop').get('web')).metadata.deletionGracePeriodSeconds).toBe(20)
  expect((await client.of(ConfigMap).in('shop').get('settings')).metadata.name).toBe('settings')
  await client.of(Pod).in('shop').delete('web', { gracePeriodSeconds: 0 })
  await clock.advance(11_000)
  expect(await isGone(world)).toBe(true)
})

test('a finalizer holds the namespace, which says so, and goes when it is taken away', async () => {
  await using world = await start()
  const { client, clock } = world
  await client
    .of(ConfigMap)
    .in('shop')
    .create({ metadata: { name: 'held', finalizers: ['example.com/hold'] } })
  await client.of(Namespace).delete('shop')
  await clock.advance(6000)
  const { status } = await client.of(Namespace).get('shop')
  expect(status?.conditions?.filter((one) => one.status === 'True').map(({ message }) => message)).toEqual([
    'Some resources are remaining: configmaps. has 1 resource instances',
    'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  ])
  await client
    .of(ConfigMap)
    .in('shop')
    .patch('held', { metadata: { finalizers: null } }, { type: 'merge' })
  await clock.advance(8000)
  expect(await isGone(world)).toBe(true)
})
