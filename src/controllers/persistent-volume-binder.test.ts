/** Claims and volumes: which suit each other, what is said of those that wait, and their life from a promise to a release. */
import { expect, test } from 'vitest'
import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import type { StorageClass } from '../api/storage/storage-class.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { findVolume, mismatch } from './persistent-volume-binder/match.ts'
import { planClaim } from './persistent-volume-binder/plan.ts'
import { volumeBinderController } from './persistent-volume-binder.ts'
import { runControllers } from './run.ts'

const volume = (name: string, storage: string, spec: object = {}): PersistentVolume =>
  ({
    metadata: { name, labels: { name } },
    spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], ...spec },
    status: { phase: 'Available' },
  }) as PersistentVolume
const claim = (storage: string, spec: object = {}, annotations: Record<string, string> = {}): PersistentVolumeClaim =>
  ({
    metadata: { name: 'c', namespace: 'default', uid: 'u', annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec },
  }) as PersistentVolumeClaim

test('findVolume() takes the smallest that suits, or the one that is promised', () => {
  const volumes = [
    volume('large', '10Gi'),
    volume('small', '1Gi'),
    volume('middle', '5Gi'),
    volume('fast', '2Gi', { storageClassName: 'fast' }),
  ]
  const found = (one: PersistentVolumeClaim, more: readonly PersistentVolume[] = [], waits = false): string | undefined =>
    findVolume(one, [...volumes, ...more], waits)?.metadata.name
  expect([
    found(claim('2Gi')),
    found(claim('20Gi')),
    found(claim('1Gi', { storageClassName: 'fast' })),
    found(claim('1Gi', { accessModes: ['ReadWriteMany'] })),
  ]).toEqual(['middle', undefined, 'fast', undefined])
  expect(found(claim('1Gi', { selector: { matchLabels: { name: 'large' } } }))).toBe('large')
  const promised = volume('promised', '50Gi', { claimRef: { namespace: 'default', name: 'c' } })
  expect([found(claim('1Gi'), [promised]), found(claim('1Gi'), [promised], true), found(claim('1Gi'), [], true)]).toEqual([
    'promised',
    'promised',
    undefined,
  ])
  expect(found(claim('6Gi'), [volume('other', '7Gi', { claimRef: { namespace: 'default', name: 'd' } })])).toBe('large')
})

test('mismatch() says why a named volume does not suit', () => {
  expect([
    mismatch(volume('v', '1Gi'), claim('1Gi')),
    mismatch(volume('v', '1Gi'), claim('2Gi')),
    mismatch(volume('v', '1Gi', { storageClassName: 'a' }), claim('1Gi')),
    mismatch(volume('v', '1Gi', { volumeMode: 'Block' }), claim('1Gi')),
    mismatch(volume('v', '1Gi'), claim('1Gi', { accessModes: ['ReadWriteMany'] })),
  ]).toEqual([
    undefined,
    'requested PV is too small',
    'storageClassName does not match',
    'incompatible volumeMode',
    'incompatible accessMode',
  ])
})

function plan(
  one: PersistentVolumeClaim,
  classes: readonly object[] = [],
  volumes: readonly PersistentVolume[] = [],
  waiting: readonly string[] = [],
): string {
  const volumeByName = (name: string): PersistentVolume | undefined => volumes.find(({ metadata }) => metadata.name === name)
  const made = planClaim({ claim: one, volumes, volumeByName, classes: classes as readonly StorageClass[], waitingPods: () => waiting })
  if (made.do === 'bind') return `bind ${made.volume.metadata.name}`
  if (made.do === 'default-class') return `class ${made.name}`
  return made.do === 'nothing' ? 'nothing' : `${made.do}: ${made.say?.reason} ${made.say?.message}`
}

test('planClaim() waits, asks a provisioner, or binds', () => {
  const late = { metadata: { name: 'late' }, provisioner: 'example.com/p', volumeBindingMode: 'WaitForFirstConsumer' }
  const now = {
    metadata: { name: 'now', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'example.com/p',
  }
  expect(plan(claim('1Gi'))).toBe('phase: FailedBinding no persistent volumes available for this claim and no storage class is set')
  expect(plan(claim('1Gi'), [now])).toBe('class now')
  expect(plan(claim('1Gi', { storageClassName: '' }), [now])).toContain('no storage class is set')
  expect(plan(claim('1Gi', { storageClassName: 'late' }), [late])).toBe(
    'phase: WaitForFirstConsumer waiting for first consumer to be created before binding',
  )
  expect(plan(claim('1Gi', { storageClassName: 'late' }), [late], [], ['p'])).toBe(
    'phase: WaitForPodScheduled waiting for pod p to be scheduled',
  )
  expect(plan(claim('1Gi', { storageClassName: 'late' }, { 'volume.kubernetes.io/selected-node': 'n1' }), [late])).toContain(
    'provision: ExternalProvisioning Waiting for',
  )
  expect(plan(claim('1Gi', { storageClassName: 'none' }))).toBe('phase: ProvisioningFailed storageclass.storage.k8s.io "none" not found')
  expect(plan(claim('1Gi', { volumeName: 'v' }), [], [volume('v', '1Gi')])).toBe('bind v')
  const done = { 'pv.kubernetes.io/bind-completed': 'yes' }
  expect(plan(claim('1Gi', { volumeName: 'v' }, done))).toBe(
    'phase: ClaimLost Bound claim has lost its PersistentVolume. Data on the volume is lost!',
  )
  expect(plan(claim('1Gi', { volumeName: 'v' }, done), [], [volume('v', '1Gi', { claimRef: { uid: 'other' } })])).toContain('ClaimMisbound')
})

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  await runControllers({ ...world, clientFor: () => world.client, controllers: [volumeBinderController] })
  return world
}
const makeVolume = (world: TestClient, name: string, spec: object = {}): Promise<unknown> =>
  world.client.of(PersistentVolume).create({
    metadata: { name },
    spec: {
      capacity: { storage: '5Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: '/data' },
      persistentVolumeReclaimPolicy: 'Retain',
      ...spec,
    },
  })
const makeClaim = (world: TestClient, name: string): Promise<unknown> =>
  world.client
    .of(PersistentVolumeClaim)
    .in('default')
    .create({
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: '', resources: { requests: { storage: '2Gi' } } },
    })

test('a claim gets its volume, another waits for the next; a deleted claim leaves its volume released', async () => {
  await using world = await start()
  const { client, clock } = world
  const claims = client.of(PersistentVolumeClaim).in('default')
  const volumes = client.of(PersistentVolume)
  await makeVolume(world, 'v1')
  await clock.advance(1000)
  expect((await volumes.get('v1')).status?.phase).toBe('Available')
  await makeClaim(world, 'a')
  await clock.advance(1000)
  await makeClaim(world, 'b')
  await clock.advance(1000)
  const bound = await claims.get('a')
  expect(bound.status).toMatchObject({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' } })
  expect([bound.spec.volumeName, bound.metadata.annotations]).toEqual([
    'v1',
    { 'pv.kubernetes.io/bound-by-controller': 'yes', 'pv.kubernetes.io/bind-completed': 'yes' },
  ])
  expect((await volumes.get('v1')).spec.claimRef).toMatchObject({
    kind: 'PersistentVolumeClaim',
    namespace: 'default',
    name: 'a',
    uid: bound.metadata.uid,
  })
  expect((await claims.get('b')).status?.phase).toBe('Pending')
  await makeVolume(world, 'v2')
  await clock.advance(16_000)
  expect((await claims.get('b')).spec.volumeName).toBe('v2')
  await claims.patch('a', { metadata: { finalizers: null } }, { type: 'merge' })
  await claims.delete('a')
  await clock.advance(1000)
  expect((await volumes.get('v1')).status?.phase).toBe('Released')
  expect(world.complaints).toEqual([])
})

test('a claim whose volume is gone is lost', async () => {
  await using world = await start()
  const { client, clock } = world
  await makeVolume(world, 'v1')
  await makeClaim(world, 'a')
  await clock.advance(1000)
  await client.of(PersistentVolume).patch('v1', { metadata: { finalizers: null } }, { type: 'merge' })
  await client.of(PersistentVolume).delete('v1')
  await clock.advance(1000)
  expect((await client.of(PersistentVolumeClaim).in('default').get('a')).status?.phase).toBe('Lost')
})
