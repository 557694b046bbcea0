/** The four volume plugins: where a Pod with claims may go, and what it is told. */
import { expect, test } from 'vitest'
import { PersistentVolume } from '../../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod.ts'
import { CSIDriver } from '../../api/storage/csi-driver.ts'
import { CSINode } from '../../api/storage/csi-node.ts'
import { CSIStorageCapacity } from '../../api/storage/csi-storage-capacity.ts'
import { StorageClass } from '../../api/storage/storage-class.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { type ExampleCluster, exampleNode, examplePod, outcomeIn } from '../example-objects.ts'

const zone = 'topology.kubernetes.io/zone'
const bound = { 'pv.kubernetes.io/bind-completed': 'yes' }

function claim(name: string, spec: object = {}, annotations: Record<string, string> = {}): KubeObject {
  const metadata = { name, namespace: 'default', uid: `claim-${name}`, annotations }
  const whole = { resources: { requests: { storage: '1Gi' } }, accessModes: ['ReadWriteOnce'], ...spec }
  return { metadata, spec: whole, status: { phase: 'Pending' } } as KubeObject
}
function volume(name: string, spec: object = {}, labels: Record<string, string> = {}): KubeObject {
  const whole = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec }
  return { metadata: { name, labels }, spec: whole, status: { phase: 'Available' } } as KubeObject
}
const onHost = (host: string): object => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] }] },
  },
})
const storageClass = (name: string, volumeBindingMode: string, more: object = {}): KubeObject =>
  ({ metadata: { name }, provisioner: 'csi.example.com', volumeBindingMode, ...more }) as KubeObject
const withClaims = (...names: string[]): Pod =>
  examplePod('p', { spec: { volumes: names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })) } })

interface Storage {
  readonly claims?: readonly KubeObject[]
  readonly volumes?: readonly KubeObject[]
  readonly classes?: readonly KubeObject[]
  readonly others?: NonNullable<ExampleCluster['objects']>
}

const nodes = [exampleNode('a', { labels: { [zone]: 'a' } }), exampleNode('b', { labels: { [zone]: 'b' } })]

function outcome(
  pod: Pod,
  { claims = [], volumes = [], classes = [], others = [] }: Storage,
  running: ExampleCluster['running'] = {},
): string {
  const objects: ExampleCluster['objects'] = [
    [PersistentVolumeClaim as never, claims],
    [PersistentVolume as never, volumes],
    [StorageClass as never, classes],
    ...others,
  ]
  return outcomeIn({ nodes, objects, running }, pod).replace('0/2 nodes are available: ', '')
}

test('claims that are not there, on their way out, lost, or not bound', () => {
  expect(outcome(withClaims('data'), {})).toBe('persistentvolumeclaim "data" not found.')
  const leaving = claim('data')
  expect(outcome(withClaims('data'), { claims: [{ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: 'x' } }] })).toBe(
    'persistentvolumeclaim "data" is being deleted.',
  )
  const lost = { ...claim('data', { volumeName: 'pv' }), status: { phase: 'Lost' } } as KubeObject
  expect(outcome(withClaims('data'), { claims: [lost] })).toBe('persistentvolumeclaim "data" bound to non-existent persistentvolume "pv".')
  expect(
    outcome(withClaims('data'), { claims: [claim('data', { storageClassName: 'now' })], classes: [storageClass('now', 'Immediate')] }),
  ).toBe('pod has unbound immediate PersistentVolumeClaims.')
  const ephemeral = examplePod('p', { spec: { volumes: [{ name: 'scratch', ephemeral: {} }] } })
  expect(outcome(ephemeral, {})).toBe('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch".')
})

test('a bound claim draws its Pod to its volume', () => {
  const claims = [claim('data', { volumeName: 'pv' }, bound)]
  expect(outcome(withClaims('data'), { claims, volumes: [volume('pv', onHost('b'))] })).toBe('b')
  expect(outcome(withClaims('data'), { claims, volumes: [volume('pv', onHost('c'))] })).toBe(
    "2 node(s) didn't match PersistentVolume's node affinity.",
  )
  expect(outcome(withClaims('data'), { claims })).toBe('persistentvolume "pv" not found.')
})

test('a claim that waits for its first consumer: a free volume on the node, or one that can be made there', () => {
  const local = storageClass('local', 'WaitForFirstConsumer', { provisioner: 'kubernetes.io/no-provisioner' })
  const claims = [claim('data', { storageClassName: 'local' })]
  const here = (host: string, more: object = {}): KubeObject =>
    volume(`pv-${host}`, { ...onHost(host), storageClassName: 'local', ...more })
  const none = "2 node(s) didn't find available persistent volumes to bind."
  expect(outcome(withClaims('data'), { claims, classes: [local], volumes: [here('b')] })).toBe('b')
  expect(outcome(withClaims('data'), { claims, classes: [local] })).toBe(none)
  const unsuitable = [
    { capacity: { storage: '1Mi' } },
    { storageClassName: 'other' },
    { accessModes: ['ReadOnlyMany'] },
    { volumeMode: 'Block' },
    { claimRef: { namespace: 'default', name: 'other' } },
  ]
  for (const more of unsuitable) expect(outcome(withClaims('data'), { claims, classes: [local], volumes: [here('b', more)] })).toBe(none)
  // Two claims need two volumes.
  const two = [claim('x', { storageClassName: 'local' }), claim('y', { storageClassName: 'local' })]
  expect(outcome(withClaims('x', 'y'), { claims: two, classes: [local], volumes: [here('a'), here('b')] })).toBe(none)
  // Made where the class allows.
  const allowedTopologies = [{ matchLabelExpressions: [{ key: zone, values: ['b'] }] }]
  const classes = [storageClass('local', 'WaitForFirstConsumer', { allowedTopologies })]
  expect(outcome(withClaims('data'), { claims, classes })).toBe('b')
  const chosen = [claim('data', { storageClassName: 'local' }, { 'volume.kubernetes.io/selected-node': 'a' })]
  expect(outcome(withClaims('data'), { claims: chosen, classes: [storageClass('local', 'WaitForFirstConsumer')] })).toBe('a')
})

test('drivers that publish their capacity are asked for it', () => {
  const claims = [claim('data', { storageClassName: 'csi' })]
  const classes = [storageClass('csi', 'WaitForFirstConsumer')]
  const driver = { metadata: { name: 'csi.example.com' }, spec: { storageCapacity: true } }
  const capacity = { metadata: { name: 'c' }, storageClassName: 'csi', capacity: '2Gi', nodeTopology: { matchLabels: { [zone]: 'b' } } }
  const ask = (capacities: readonly object[]): string =>
    outcome(withClaims('data'), {
      claims,
      classes,
      others: [
        [CSIDriver as never, [driver]],
        [CSIStorageCapacity as never, capacities as never],
      ],
    })
  expect(ask([capacity])).toBe('b')
  expect(ask([{ ...capacity, capacity: '1Mi' }])).toBe('2 node(s) did not have enough free storage.')
})

test('VolumeZone: a volume with a zone in its labels', () => {
  const claims = [claim('data', { volumeName: 'pv' }, bound)]
  const at = (value: string, label = zone): string =>
    outcome(withClaims('data'), { claims, volumes: [volume('pv', {}, { [label]: value })] })
  expect(at('b')).toBe('b')
  expect(at('b', 'failure-domain.beta.kubernetes.io/zone')).toBe('b')
  expect(at('b__c')).toBe('b')
  expect(at('c')).toBe('2 node(s) had no available volume zone.')
})

test('VolumeRestrictions: ReadWriteOncePod is for one Pod in the cluster', () => {
  const claims = [claim('data', { volumeName: 'pv', accessModes: ['ReadWriteOncePod'] }, bound)]
  const other = { ...withClaims('data'), metadata: { name: 'other', namespace: 'default', uid: 'other' } }
  const text = '2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.'
  expect(outcome(withClaims('data'), { claims, volumes: [volume('pv')] }, { a: [other] })).toBe(text)
  expect(outcome(withClaims('data'), { claims, volumes: [volume('pv')] })).toMatch(/^[ab]$/)
})

test('VolumeRestrictions: one node, or one Pod, at a time for old disks', () => {
  const disk = (name: string, more: object): Pod => examplePod(name, { spec: { volumes: [{ name: 'd', ...more }] } })
  const gce = (readOnly: boolean) => ({ gcePersistentDisk: { pdName: 'x', readOnly } })
  const all = (more: object): ExampleCluster['running'] => ({ a: [disk('1', more)], b: [disk('2', more)] })
  const none = '2 node(s) had no available disk.'
  expect(outcome(disk('p', gce(false)), {}, all(gce(true)))).toBe(none)
  expect(outcome(disk('p', gce(true)), {}, all(gce(true)))).toMatch(/^[ab]$/)
  const ebs = { awsElasticBlockStore: { volumeID: 'v', readOnly: true } }
  expect(outcome(disk('p', ebs), {}, all(ebs))).toBe(none)
  const rbd = (monitor: string) => ({ rbd: { monitors: [monitor], image: 'i' } })
  expect(outcome(disk('p', rbd('m1')), {}, all(rbd('m1')))).toBe(none)
  expect(outcome(disk('p', rbd('m1')), {}, all(rbd('m2')))).toMatch(/^[ab]$/)
})

test('NodeVolumeLimits: a driver attaches only so many', () => {
  const csi = (name: string): KubeObject => volume(name, { csi: { driver: 'csi.example.com', volumeHandle: name } })
  const claims = ['one', 'two'].map((name) => claim(name, { volumeName: name }, bound))
  const limits = (name: string, count: number): object => ({
    metadata: { name },
    spec: { drivers: [{ name: 'csi.example.com', nodeID: name, topologyKeys: [], allocatable: { count } }] },
  })
  const storage = (count: number): Storage => ({
    claims,
    volumes: [csi('one'), csi('two')],
    others: [[CSINode as never, [limits('a', count), limits('b', 0)] as never]],
  })
  const user = { ...withClaims('one'), metadata: { name: 'user', namespace: 'default', uid: 'user' } }
  expect(outcome(withClaims('two'), storage(1), { a: [user] })).toBe('2 node(s) exceed max volume count.')
  expect(outcome(withClaims('two'), storage(2), { a: [user] })).toBe('a')
  // A volume that is there already costs nothing.
  expect(outcome(withClaims('one'), storage(1), { a: [user] })).toBe('a')
})
