/** Fields whose gate is off are dropped without a word, whatever else is on; with the gate they stay. */
import { describe, expect, test } from 'vitest'
import { startTestApiServer } from '../testing/api-server.ts'

const container = { name: 'c', image: 'busybox' }
const pod = (spec: object) => ({ metadata: { name: 'a' }, spec: { containers: [container], ...spec } })
const selector = { matchLabels: { app: 'a' } }
const template = (spec: object) => ({ metadata: { labels: { app: 'a' } }, spec: { containers: [container], ...spec } })
const projected = (source: object) => [{ name: 'v', projected: { sources: [source] } }]
const bundle = { clusterTrustBundle: { name: 'x', path: 'ca.pem' } }
const podCertificate = { podCertificate: { signerName: 'example.com/s', keyType: 'ED25519', credentialBundlePath: 'x.pem' } }
const fromFile = { name: 'E', valueFrom: { fileKeyRef: { volumeName: 'v', path: 'env', key: 'E' } } }
const slice = (device: object) => ({
  metadata: { name: 'a' },
  spec: {
    driver: 'd.example.com',
    pool: { name: 'p', resourceSliceCount: 1, generation: 1 },
    nodeName: 'n',
    devices: [{ name: 'one', ...device }],
  },
})
const request = { name: 'r', exactly: { deviceClassName: 'c', capacity: { requests: { memory: '1Gi' } } } }
const external = { type: 'External', external: { metric: { name: 'm' }, target: { type: 'Value', value: '1' } } }
const scale = (spec: object) => ({
  metadata: { name: 'a' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3, metrics: [external], ...spec },
})
const storage = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const elsewhere = { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's', namespace: 'other' }

/** The gate, where to post what, the path of the field. */
const cases: readonly (readonly [string, string, object, string])[] = [
  ['HostnameOverride', '/api/v1/namespaces/default/pods', pod({ hostnameOverride: 'h' }), 'spec.hostnameOverride'],
  [
    'ClusterTrustBundleProjection',
    '/api/v1/namespaces/default/pods',
    pod({ volumes: projected(bundle) }),
    'spec.volumes.0.projected.sources.0.clusterTrustBundle',
  ],
  [
    'PodCertificateRequest',
    '/api/v1/namespaces/default/pods',
    pod({ volumes: projected(podCertificate) }),
    'spec.volumes.0.projected.sources.0.podCertificate',
  ],
  [
    'ImageVolume',
    '/api/v1/namespaces/default/pods',
    pod({ volumes: [{ name: 'v', image: { reference: 'a:b' } }] }),
    'spec.volumes.0.image',
  ],
  [
    'ImageVolume',
    '/apis/apps/v1/namespaces/default/deployments',
    { metadata: { name: 'a' }, spec: { selector, template: template({ volumes: [{ name: 'v', image: { reference: 'a:b' } }] }) } },
    'spec.template.spec.volumes.0.image',
  ],
  [
    'MaxUnavailableStatefulSet',
    '/apis/apps/v1/namespaces/default/statefulsets',
    {
      metadata: { name: 'a' },
      spec: { selector, serviceName: 's', template: template({}), updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } },
    },
    'spec.updateStrategy.rollingUpdate.maxUnavailable',
  ],
  [
    'DRADeviceTaints',
    '/apis/resource.k8s.io/v1/resourceslices',
    slice({ taints: [{ key: 'k', effect: 'NoExecute' }] }),
    'spec.devices.0.taints.0.timeAdded',
  ],
  [
    'DRAConsumableCapacity',
    '/apis/resource.k8s.io/v1/resourceslices',
    slice({ allowMultipleAllocations: true }),
    'spec.devices.0.allowMultipleAllocations',
  ],
  [
    'DRAConsumableCapacity',
    '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims',
    { metadata: { name: 'a' }, spec: { devices: { requests: [request] } } },
    'spec.devices.requests.0.exactly.capacity',
  ],
  [
    'DRAExtendedResource',
    '/apis/resource.k8s.io/v1/deviceclasses',
    { metadata: { name: 'a' }, spec: { extendedResourceName: 'example.com/gpu' } },
    'spec.extendedResourceName',
  ],
  [
    'HPAConfigurableTolerance',
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    scale({ behavior: { scaleUp: { tolerance: '0.1' } } }),
    'spec.behavior.scaleUp.tolerance',
  ],
  [
    'CoordinatedLeaderElection',
    '/apis/coordination.k8s.io/v1/namespaces/default/leases',
    { metadata: { name: 'a' }, spec: { strategy: 'OldestEmulationVersion' } },
    'spec.strategy',
  ],
  [
    'MutableCSINodeAllocatableCount',
    '/apis/storage.k8s.io/v1/csidrivers',
    { metadata: { name: 'a' }, spec: { nodeAllocatableUpdatePeriodSeconds: 60 } },
    'spec.nodeAllocatableUpdatePeriodSeconds',
  ],
  [
    'CrossNamespaceVolumeDataSource',
    '/api/v1/namespaces/default/persistentvolumeclaims',
    { metadata: { name: 'a' }, spec: { ...storage, dataSourceRef: elsewhere } },
    'spec.dataSourceRef.namespace',
  ],
]

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((one, key) => (one as Record<string, unknown> | undefined)?.[key], value)

describe.each(cases)('%s: %s', (gate, path, body, field) => {
  test(`decides on ${field}`, async () => {
    for (const isOn of [false, true]) {
      await using api = await startTestApiServer({ flags: { featureGates: { [gate]: isOn } } })
      if (path.includes('/pods')) await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
      const { status, json } = await api.request('POST', path, body)
      expect([status, json.message, at(json, field) !== undefined]).toEqual([201, undefined, isOn])
    }
  })
})

test('HPAScaleToZero decides whether nothing is enough', async () => {
  const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
  await using off = await startTestApiServer()
  expect((await off.request('POST', path, scale({ minReplicas: 0 }))).json.message).toBe(
    'HorizontalPodAutoscaler.autoscaling "a" is invalid: spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
  )
  await using on = await startTestApiServer({ flags: { featureGates: { HPAScaleToZero: true } } })
  expect((await on.request('POST', path, scale({ minReplicas: 0 }))).status).toBe(201)
})

test('EnvFiles decides whether a variable from a file comes from anywhere', async () => {
  const body = pod({ containers: [{ ...container, env: [fromFile] }], volumes: [{ name: 'v', emptyDir: {} }] })
  const statuses: number[] = []
  for (const isOn of [false, true]) {
    await using api = await startTestApiServer({ flags: { featureGates: { EnvFiles: isOn } } })
    await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
    statuses.push((await api.request('POST', '/api/v1/namespaces/default/pods', body)).status)
  }
  expect(statuses).toEqual([422, 201])
})

test('what devices say behind gates is judged', async () => {
  await using api = await startTestApiServer({ flags: { featureGates: { DRADeviceTaints: true, DRADeviceBindingConditions: true } } })
  const device = { taints: [{ key: 'k', effect: 'x' }], bindingConditions: ['a', 'a'], bindingFailureConditions: ['a'] }
  expect((await api.request('POST', '/apis/resource.k8s.io/v1/resourceslices', slice(device))).json.message).toBe(
    'ResourceSlice.resource.k8s.io "a" is invalid: [spec.devices[0].taints[0].effect: Unsupported value: "x": supported values: "NoExecute", "NoSchedule", spec.devices[0].bindingConditions[1]: Duplicate value: "a", spec.devices[0].bindingFailureConditions[0]: Invalid value: "a": bindingFailureConditions must not overlap with bindingConditions]',
  )
})
