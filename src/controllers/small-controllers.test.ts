/** Controllers of one file each: aggregated roles, ServiceCIDRs, node TTLs, protected claims, ephemeral volumes, bootstrap tokens. */
import { expect, test } from 'vitest'
import { ConfigMap } from '../api/core/config-map.ts'
import { Node } from '../api/core/node.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Secret } from '../api/core/secret.ts'
import { IPAddress } from '../api/networking/ip-address.ts'
import { ServiceCIDR } from '../api/networking/service-cidr.ts'
import { ClusterRole } from '../api/rbac/cluster-role.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { controllers } from './all.ts'
import { attributesClassProtectionController } from './attributes-class-protection.ts'
import { bootstrapSigner } from './bootstrap-signer.ts'
import { aggregatedRules, clusterRoleAggregationController } from './cluster-role-aggregation.ts'
import type { Controller } from './controller.ts'
import { ephemeralVolumeController } from './ephemeral-volume.ts'
import { runControllers } from './run.ts'
import { mayGo, serviceCidrController } from './service-cidr.ts'
import { tokenCleaner } from './token-cleaner.ts'
import { nextStep, ttlController } from './ttl.ts'
import { claimProtectionController } from './volume-protection.ts'

async function start(...some: readonly Controller[]): Promise<TestClient> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  // The server loads what apply needs when it is first asked, which takes time that no virtual clock knows of.
  const warmUp = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'warm-up' } }
  await world.client.of(ConfigMap).in('default').patch('warm-up', warmUp, { type: 'apply', fieldManager: 'test', dryRun: true })
  await runControllers({ ...world, clientFor: () => world.client, controllers: some })
  return world
}

test('every controller has a name, an account and a component of its own kind', () => {
  const names = controllers.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, account, component } of controllers)
    expect([name, account, component].every((one) => /^[A-Za-z_:-]+$/.test(one))).toBe(true)
})

const rule = (resource: string) => ({ verbs: ['get'], apiGroups: [''], resources: [resource] })
const role = (name: string, labels: Record<string, string>, ...resources: string[]): ClusterRole => ({
  metadata: { name, labels },
  rules: resources.map(rule),
})

test('aggregatedRules() takes the rules of chosen roles by name, each once, and never its own', () => {
  const selectors = { clusterRoleSelectors: [{ matchLabels: { to: 'a' } }] }
  const whole: ClusterRole = { ...role('whole', { to: 'a' }, 'own'), aggregationRule: selectors }
  const parts = [whole, role('z', { to: 'a' }, 'pods'), role('b', { to: 'a' }, 'nodes', 'pods'), role('c', {}, 'secrets')]
  expect(aggregatedRules(whole, parts)?.map(({ resources }) => resources?.[0])).toEqual(['nodes', 'pods'])
  expect(aggregatedRules({ ...whole, rules: [rule('nodes'), rule('pods')] }, parts)).toBeUndefined()
  expect(aggregatedRules(role('plain', {}), parts)).toBeUndefined()
})

test('aggregated roles follow their parts, and what is written into them by hand goes', async () => {
  await using world = await start(clusterRoleAggregationController)
  const roles = world.client.of(ClusterRole)
  await roles.create({ ...role('whole', {}), rules: [], aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'a' } }] } })
  await roles.create(role('part', { to: 'a' }, 'pods'))
  await world.clock.advance(1000)
  const resources = async (): Promise<unknown> => (await roles.get('whole')).rules?.flatMap((one) => one.resources ?? []) ?? []
  expect(await resources()).toEqual(['pods'])
  await roles.patch('whole', { rules: [rule('secrets')] }, { type: 'merge' })
  await world.clock.advance(1000)
  expect(await resources()).toEqual(['pods'])
  await roles.delete('part')
  await world.clock.advance(1000)
  expect(await resources()).toEqual([])
})

const cidr = (name: string, ...cidrs: string[]): ServiceCIDR => ({ metadata: { name }, spec: { cidrs } })
const address = (name: string): IPAddress => ({
  metadata: { name, labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
  spec: { parentRef: { resource: 'services', name: 'a' } },
})

test('mayGo() asks whether every address lies in another range too', () => {
  const one = cidr('one', '10.0.0.0/24')
  expect([
    mayGo(one, [one], []),
    mayGo(one, [one], [address('10.0.0.9')]),
    mayGo(one, [one], [address('10.0.1.9')]),
    mayGo(one, [one, cidr('two', '10.0.0.0/28')], [address('10.0.0.9')]),
    mayGo(one, [one, cidr('two', '10.0.0.0/28')], [address('10.0.0.99')]),
    mayGo(one, [one, cidr('two', '10.0.0.0/16')], [address('10.0.0.99')]),
  ]).toEqual([true, false, true, true, false, true])
})

test('a ServiceCIDR is ready, and one that is deleted waits for its addresses', async () => {
  await using world = await start(serviceCidrController)
  const cidrs = world.client.of(ServiceCIDR)
  await cidrs.create(cidr('more', '10.200.0.0/24'))
  await world.client.of(IPAddress).create(address('10.200.0.9'))
  await world.clock.advance(1000)
  const created = await cidrs.get('more')
  expect(created.metadata.finalizers).toEqual(['networking.k8s.io/service-cidr-finalizer'])
  expect(created.status?.conditions?.map(({ type, status, message }) => `${type}=${status}: ${message}`)).toEqual([
    'Ready=True: Kubernetes Service CIDR is ready',
  ])
  await cidrs.delete('more')
  await world.clock.advance(20_000)
  expect((await cidrs.get('more')).status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'Terminating' })
  await world.client.of(IPAddress).delete('10.200.0.9')
  await world.clock.advance(11_000)
  await expect(cidrs.get('more')).rejects.toThrow('not found')
})

test('nextStep() grows and shrinks with a gap between', () => {
  expect([nextStep(0, 100), nextStep(0, 101), nextStep(1, 95), nextStep(1, 89), nextStep(0, 5000), nextStep(4, 0)]).toEqual([
    0, 1, 1, 0, 4, 0,
  ])
})

test('nodes are told how long Secrets may be kept', async () => {
  await using world = await start(ttlController)
  await world.client.of(Node).create({ metadata: { name: 'n1' }, spec: {} })
  await world.clock.advance(3000)
  expect((await world.client.of(Node).get('n1')).metadata.annotations?.['node.alpha.kubernetes.io/ttl']).toBe('0')
})

const claimSpec = { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } }

test('a claim waits for the last Pod on a node that uses it', async () => {
  await using world = await start(claimProtectionController)
  const claims = world.client.of(PersistentVolumeClaim).in('default')
  await claims.create({ metadata: { name: 'data' }, spec: claimSpec })
  await world.clock.advance(1000)
  expect((await claims.get('data')).metadata.finalizers).toEqual(['kubernetes.io/pvc-protection'])
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
  const spec = { nodeName: 'n1', volumes, containers: [{ name: 'c', image: 'i' }] }
  await world.api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'user' }, spec })
  await claims.delete('data')
  await world.clock.advance(5000)
  expect((await claims.get('data')).metadata.deletionTimestamp).toBeDefined()
  await world.api.request('DELETE', '/api/v1/namespaces/default/pods/user?gracePeriodSeconds=0')
  await world.clock.advance(1000)
  await expect(claims.get('data')).rejects.toThrow('not found')
})

test('an ephemeral volume gets a claim that belongs to its Pod; a stranger of that name is not taken', async () => {
  await using world = await start(ephemeralVolumeController)
  const claims = world.client.of(PersistentVolumeClaim).in('default')
  await claims.create({ metadata: { name: 'b-v' }, spec: claimSpec })
  const volumes = [{ name: 'v', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec: claimSpec } } }]
  for (const name of ['a', 'b']) {
    const spec = { volumes, containers: [{ name: 'c', image: 'i' }] }
    expect((await world.api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name }, spec })).status).toBe(201)
  }
  await world.clock.advance(100)
  const made = await claims.get('a-v')
  expect([made.metadata.labels, made.metadata.ownerReferences?.[0]?.name]).toEqual([{ a: 'b' }, 'a'])
  const events = await world.api.request('GET', '/api/v1/namespaces/default/events')
  expect(events.json.items.map(({ reason, message }: { reason: string; message: string }) => `${reason}: ${message}`)).toEqual([
    'FailedBinding: ephemeral volume v: PVC default/b-v was not created for pod default/b (pod is not owner)',
  ])
})

test('bootstrap tokens sign cluster-info while they live, and go at their second', async () => {
  await using world = await start(tokenCleaner, bootstrapSigner)
  const { client, clock } = world
  const expiration = `${new Date(clock.now() + 60_000).toISOString().slice(0, 19)}Z`
  const stringData = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', expiration, 'usage-bootstrap-signing': 'true' }
  await client
    .of(Secret)
    .in('kube-system')
    .create({ metadata: { name: 'bootstrap-token-abcdef' }, type: 'bootstrap.kubernetes.io/token', stringData })
  await world.api.request('POST', '/api/v1/namespaces', { metadata: { name: 'kube-public' } })
  const infos = client.of(ConfigMap).in('kube-public')
  await infos.create({ metadata: { name: 'cluster-info' }, data: { kubeconfig: 'text' } })
  await clock.advance(1000)
  const signature = (await infos.get('cluster-info')).data?.['jws-kubeconfig-abcdef'] ?? ''
  expect(JSON.parse(atob(signature.split('.')[0] ?? ''))).toEqual({ alg: 'HS256', kid: 'abcdef' })
  expect(signature).toMatch(/^[\w-]+\.\.[\w-]{43}$/)
  await clock.advance(58_000)
  expect((await client.of(Secret).in('kube-system').list()).items.length).toBe(1)
  await clock.advance(2000)
  expect((await client.of(Secret).in('kube-system').list()).items.length).toBe(0)
  expect((await infos.get('cluster-info')).data).toEqual({ kubeconfig: 'text' })
  expect(world.complaints).toEqual([])
})

test('a VolumeAttributesClass stays while a claim or a volume names it', async () => {
  await using world = await start(attributesClassProtectionController)
  const classes = '/apis/storage.k8s.io/v1/volumeattributesclasses'
  const merge = { headers: { 'content-type': 'application/merge-patch+json' } }
  for (const name of ['used', 'unused', 'on-volume']) {
    await world.api.request('POST', classes, { metadata: { name }, driverName: 'd.example.com', parameters: { a: '1' } })
  }
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeAttributesClassName: 'used' }
  const claims = '/api/v1/namespaces/default/persistentvolumeclaims'
  await world.api.request('POST', claims, { metadata: { name: 'c' }, spec })
  const csi = { driver: 'd.example.com', volumeHandle: 'h' }
  const volume = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi, volumeAttributesClassName: 'on-volume' }
  expect((await world.api.request('POST', '/api/v1/persistentvolumes', { metadata: { name: 'v' }, spec: volume })).status).toBe(201)
  await world.clock.settled()
  for (const name of ['used', 'unused', 'on-volume']) await world.api.request('DELETE', `${classes}/${name}`)
  await world.clock.settled()
  const names = async (): Promise<unknown> =>
    (await world.api.request('GET', classes)).json.items.map((one: { metadata: { name: string } }) => one.metadata.name)
  expect(await names()).toEqual(['on-volume', 'used'])
  await world.api.request('PATCH', `${claims}/c`, { metadata: { finalizers: null } }, merge)
  await world.api.request('DELETE', `${claims}/c`)
  await world.api.request('PATCH', '/api/v1/persistentvolumes/v', { metadata: { finalizers: null } }, merge)
  await world.api.request('DELETE', '/api/v1/persistentvolumes/v')
  await world.clock.settled()
  expect(await names()).toEqual([])
})
