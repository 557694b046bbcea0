/**
 * Volumes, claims, classes and what storage drivers say of themselves: defaults, refusals in upstream's words, what may change.
 */
import { describe, expect, test } from 'vitest'
import { judged } from '../../testing/judged.ts'
import { PersistentVolume } from '../core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts'
import { CSIDriver } from './csi-driver.ts'
import { CSINode } from './csi-node.ts'
import { CSIStorageCapacity } from './csi-storage-capacity.ts'
import { StorageClass } from './storage-class.ts'
import { VolumeAttachment } from './volume-attachment.ts'
import { VolumeAttributesClass } from './volume-attributes-class.ts'

describe('PersistentVolume', () => {
  const { made, updated, errors, updateErrors, warnings, cells } = judged(PersistentVolume, {
    metadata: { name: 'pv1', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
  })
  test('starts pending, and notes when its phase changes', () => {
    expect(made()).toMatchObject({
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } },
      status: { phase: 'Pending', lastPhaseTransitionTime: '2026-01-01T00:00:00Z' },
    })
    expect(updated({ status: { phase: 'Bound' } }, {}, 'status').status).toEqual({
      phase: 'Bound',
      lastPhaseTransitionTime: '2026-01-02T03:04:05Z',
    })
    expect(updated({ status: { lastPhaseTransitionTime: undefined } }, {}, 'status').status?.lastPhaseTransitionTime).toBe(
      '2026-01-01T00:00:00Z',
    )
  })
  test.each([
    ['a good one', {}, []],
    ['no source', { hostPath: undefined }, ['spec: Required value: must specify a volume type']],
    ['two sources', { nfs: { server: 's', path: '/p' } }, ['spec.nfs: Forbidden: may not specify more than 1 volume type']],
    [
      'no capacity',
      { capacity: undefined },
      ['spec.capacity: Required value', 'spec.capacity: Unsupported value: null: supported values: "storage"'],
    ],
    ['an empty capacity', { capacity: { storage: '0' } }, ['spec.capacity[storage]: Invalid value: "0": must be greater than zero']],
    [
      'modes that do not go together',
      { accessModes: ['ReadWriteOncePod', 'ReadWriteMany', 'Maybe'] },
      [
        'spec.accessModes: Unsupported value: "Maybe": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
      ],
    ],
    ['steps back', { hostPath: { path: '/a/../b' } }, ['spec.hostPath.path: Invalid value: "/a/../b": must not contain \'..\'']],
    [
      'a local volume that is everywhere',
      { hostPath: undefined, local: { path: '/d' } },
      ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
    ],
    [
      'disks with too many partitions',
      { hostPath: undefined, gcePersistentDisk: { pdName: 'd', partition: 256 } },
      ['spec.persistentDisk.partition: Invalid value: 256: must be between 1 and 255, inclusive'],
    ],
    [
      'a secret without a namespace',
      { hostPath: undefined, cinder: { volumeID: 'v', secretRef: { name: 's' } } },
      ['spec.cinder.secretRef.namespace: Required value'],
    ],
    [
      'endpoints in no namespace',
      { hostPath: undefined, glusterfs: { endpoints: 'e', path: 'p', endpointsNamespace: '' } },
      ['spec.glusterfs.endpointsNamespace: Invalid value: "": if the endpointnamespace is set, it must be a valid namespace name'],
    ],
    [
      'a managed disk that is a blob',
      { hostPath: undefined, azureDisk: { diskName: 'd', diskURI: 'https://a/b', kind: 'Managed' } },
      [
        'spec.azureDisk.diskURI: Unsupported value: "https://a/b": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"',
      ],
    ],
    [
      'half a driver',
      { hostPath: undefined, csi: { driver: 'A_B', nodePublishSecretRef: { name: 's' } } },
      [
        "spec.csi.driver: Invalid value: \"A_B\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'spec.csi.volumeHandle: Required value',
        'spec.csi.nodePublishSecretRef.namespace: Required value',
      ],
    ],
  ])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
  test('keeps its source', () => {
    expect(updateErrors({ spec: { hostPath: { path: '/other' } } })[0]).toMatch(
      /^spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -2,7 \+2,7 @@\n {2}"GCEPersistentDisk": null,\n/,
    )
    expect(updateErrors({ spec: { volumeMode: 'Block' } })).toEqual(['volumeMode: Invalid value: "Block": field is immutable'])
    expect(updateErrors({ spec: { capacity: { storage: '2Gi' } } })).toEqual([])
  })
  test('warns of what is going away', () => {
    expect(warnings({ spec: { persistentVolumeReclaimPolicy: 'Recycle' } })).toEqual([
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    ])
  })
  test('shows modes in short', () => {
    expect(
      cells({
        spec: { accessModes: ['ReadOnlyMany', 'ReadWriteOnce'], claimRef: { namespace: 'a', name: 'b' }, storageClassName: 'fast' },
      }),
    ).toMatchObject({
      Capacity: '1Gi',
      'Access Modes': 'RWO,ROX',
      'Reclaim Policy': 'Retain',
      Claim: 'a/b',
      StorageClass: 'fast',
      VolumeAttributesClass: '<unset>',
      VolumeMode: 'Filesystem',
    })
  })
})

describe('PersistentVolumeClaim', () => {
  const { made, errors, updateErrors, statusErrors, cells } = judged(PersistentVolumeClaim, {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } },
  })
  test('says twice where its data comes from, and drops what cannot be', () => {
    const dataSource = { apiGroup: null, kind: 'PersistentVolumeClaim', name: 'a' }
    expect(made({ spec: { dataSource } }).spec.dataSourceRef).toEqual(dataSource)
    expect(made({ spec: { dataSource: { kind: 'Bucket', name: 'a' } } }).spec.dataSource).toBeUndefined()
    expect(made().status).toEqual({ phase: 'Pending' })
  })
  test.each([
    ['a good one', {}, []],
    ['no modes', { accessModes: [] }, ['spec.accessModes: Required value: at least 1 access mode is required']],
    ['no size', { resources: { requests: undefined } }, ['spec.resources[storage]: Required value']],
    ['nothing', { resources: { requests: { storage: '0' } } }, ['spec.resources[storage]: Invalid value: "0": must be greater than zero']],
    [
      'two sources',
      { dataSource: { kind: 'PersistentVolumeClaim', name: 'a' }, dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' } },
      ['spec: Invalid value: {}: must match dataSourceRef'],
    ],
  ])('takes or refuses %s', (_name, spec, expected) => expect(errors({ spec })).toEqual(expected))
  test('grows when bound, and takes back what was too much', () => {
    const bound = { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }
    const grown = (storage: string) => ({ ...bound, spec: { resources: { requests: { storage } } } })
    expect(updateErrors(grown('3Gi'))).toEqual([])
    expect(updateErrors({ spec: { volumeName: 'pv1' } })).toEqual([])
    expect(updateErrors(grown('1Gi'))).toEqual([])
    expect(updateErrors({ spec: { resources: { requests: { storage: '3Gi' } } } })[0]).toContain(
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -6,7 +6,7 @@\n  "Resources": {\n   "Limits": null,\n   "Requests": {\n-   "storage": "2Gi"\n+   "storage": "3Gi"\n   }\n  },\n  "VolumeName": "",\n',
    )
  })
  test('looks at statuses', () => {
    expect(statusErrors({ status: { capacity: { storage: '-1' }, allocatedResources: { cpu: '1' } } })).toEqual([
      'status.capacity[storage]: Invalid value: -1: must be a valid resource quantity',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ])
  })
  test('shows what it got', () => {
    expect(
      cells({ spec: { volumeName: 'pv1' }, status: { capacity: { storage: '2Gi' }, accessModes: ['ReadWriteOnce'], phase: 'Bound' } }),
    ).toMatchObject({
      Status: 'Bound',
      Volume: 'pv1',
      Capacity: '2Gi',
      'Access Modes': 'RWO',
    })
    expect(cells()).toMatchObject({ Status: 'Pending', Volume: '', Capacity: '', 'Access Modes': '' })
  })
})

test('StorageClass keeps all that makes volumes', () => {
  const { made, errors, updateErrors, cells } = judged(StorageClass, { metadata: { name: 'fast' }, provisioner: 'example.com/disk' })
  expect(made()).toMatchObject({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })
  expect(errors({ provisioner: '', reclaimPolicy: 'Recycle', volumeBindingMode: 'Never' })).toEqual([
    'provisioner: Required value',
    'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
    'volumeBindingMode: Unsupported value: "Never": supported values: "Immediate", "WaitForFirstConsumer"',
  ])
  const term = { matchLabelExpressions: [{ key: 'zone', values: ['a'] }] }
  expect(errors({ allowedTopologies: [term, term, { matchLabelExpressions: [{ key: 'zone', values: [] }] }] })).toEqual([
    'allowedTopologies[1].matchLabelExpressions: Duplicate value: ""',
    'allowedTopologies[2].matchLabelExpressions[0].values: Required value',
  ])
  expect(updateErrors({ parameters: { a: 'b' }, allowVolumeExpansion: true })).toEqual([
    'parameters: Invalid value: {"a":"b"}: field is immutable',
  ])
  expect(cells({ metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } } })).toMatchObject({
    Name: 'fast (default)',
    AllowVolumeExpansion: false,
  })
})

test('VolumeAttributesClass wants parameters that stay', () => {
  const { errors, updateErrors } = judged(VolumeAttributesClass, {
    metadata: { name: 'gold' },
    driverName: 'a.b',
    parameters: { iops: '1' },
  })
  expect(errors({ parameters: undefined })).toEqual(['parameters: Required value: must contain at least one key/value pair'])
  expect(updateErrors({ driverName: 'c.d', parameters: { iops: '2' } })).toEqual([
    'driverName: Forbidden: updates to driverName are forbidden.',
    'parameters: Forbidden: updates to parameters are forbidden.',
  ])
})

test('CSIDriver has defaults, and counts changes from nothing', () => {
  const { made, errors, updateErrors, cells } = judged(CSIDriver, { metadata: { name: 'a.b', generation: 1 }, spec: {} })
  expect(made()).toEqual({
    metadata: { name: 'a.b' },
    spec: {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      volumeLifecycleModes: ['Persistent'],
      requiresRepublish: false,
      seLinuxMount: false,
    },
  })
  expect(
    errors({
      spec: {
        volumeLifecycleModes: ['Never'],
        tokenRequests: [{ audience: '' }, { audience: '' }, { audience: 'a', expirationSeconds: 1 }],
      },
    }),
  ).toEqual([
    'spec.tokenRequests[1].audience: Duplicate value: ""',
    'spec.tokenRequests[2].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
    'spec.volumeLifecycleModes: Unsupported value: "Never": supported values: "Persistent", "Ephemeral"',
  ])
  expect(updateErrors({ spec: { attachRequired: false } })).toEqual(['spec.attachedRequired: Invalid value: false: field is immutable'])
  expect(cells()).toMatchObject({ AttachRequired: true, TokenRequests: '<unset>', Modes: 'Persistent' })
})

test('CSINode keeps its drivers and their limits', () => {
  const driver = { name: 'a.b', nodeID: 'n1', topologyKeys: ['zone'] }
  const { errors, updateErrors } = judged(CSINode, { metadata: { name: 'n1' }, spec: { drivers: [driver] } })
  expect(errors({ spec: { drivers: [driver, { ...driver, nodeID: '', topologyKeys: ['a', 'a'] }] } })).toEqual([
    'spec.drivers[1].nodeID: Required value',
    'spec.drivers[1].name: Duplicate value: "a.b"',
    'spec.drivers[1]: Duplicate value: "a"',
  ])
  expect(updateErrors({ spec: { drivers: [{ ...driver, allocatable: { count: 5 } }] } })).toEqual([
    'spec.drivers: Invalid value: {"Name":"a.b","NodeID":"n1","TopologyKeys":["zone"],"Allocatable":{"Count":5}}: field is immutable',
  ])
  expect(updateErrors({ spec: { drivers: [{ ...driver, nodeID: 'n2' }] } })).toEqual([
    'spec.drivers: Invalid value: {"Name":"a.b","NodeID":"n2","TopologyKeys":["zone"],"Allocatable":null}: field is immutable',
  ])
})

test('CSIStorageCapacity keeps what was asked', () => {
  const { errors, updateErrors } = judged(CSIStorageCapacity, { metadata: { name: 'c' }, storageClassName: 'fast' })
  expect(errors({ capacity: '-1' })).toEqual(['capacity: Invalid value: "-1": must be greater than or equal to 0'])
  expect(updateErrors({ storageClassName: 'slow', capacity: '1Gi' })).toEqual([
    'storageClassName: Invalid value: "slow": field is immutable',
  ])
})

test('VolumeAttachment has one source', () => {
  const { errors, updateErrors } = judged(VolumeAttachment, {
    metadata: { name: 'va' },
    spec: { attacher: 'a.b', nodeName: 'n1', source: { persistentVolumeName: 'pv1' } },
  })
  expect(errors()).toEqual([])
  expect(errors({ spec: { source: { persistentVolumeName: undefined } } })).toEqual([
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ])
  expect(
    errors({
      spec: {
        source: { persistentVolumeName: undefined, inlineVolumeSpec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1' } } },
      },
    }),
  ).toEqual([
    'spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes',
    'spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes',
    'spec.source.inlineVolumeSpec: Required value: must specify a volume type',
  ])
  expect(updateErrors({ spec: { nodeName: 'n2' } })).toHaveLength(1)
})
