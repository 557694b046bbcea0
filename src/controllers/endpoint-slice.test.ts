/** EndpointSlices: how few writes a change costs, what an endpoint says, hints, mirrored Endpoints, and a Service's life. */
import { expect, test } from 'vitest'
import type { Endpoints } from '../api/core/endpoints.ts'
import type { Pod } from '../api/core/pod.ts'
import type { Service } from '../api/core/service.ts'
import { EndpointSlice } from '../api/discovery/endpoint-slice.ts'
import type { Endpoint } from '../api/discovery/slice-schema.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { fillSlices } from './endpoint-slice/fill.ts'
import { planSlices } from './endpoint-slice/plan.ts'
import { endpointSliceController } from './endpoint-slice.ts'
import { planMirror } from './endpoint-slice-mirroring.ts'
import { runControllers } from './run.ts'

const endpoint = (name: string): Endpoint => ({ addresses: [name], conditions: { ready: true } })
const slice = (name: string, ...endpoints: string[]): EndpointSlice => ({
  metadata: { name },
  addressType: 'IPv4',
  endpoints: endpoints.map(endpoint),
  ports: [],
})

/** Slices of at most three; answers "create a b", "update s: a b", "remove s". */
function fill(existing: readonly EndpointSlice[], ...desired: string[]): readonly string[] {
  const { create, update, remove } = fillSlices({ existing, desired: desired.map(endpoint), template: slice(''), endpointsMax: 3 })
  const names = ({ endpoints }: EndpointSlice): string => endpoints.map(({ addresses }) => addresses[0]).join(' ')
  return [
    ...create.map((one) => `create ${names(one)}`),
    ...update.map((one) => `update ${one.metadata.name}: ${names(one)}`),
    ...remove.map((one) => `remove ${one.metadata.name}`),
  ]
}

test('fillSlices() writes as few slices as it can', () => {
  expect(fill([], 'a', 'b', 'c', 'd')).toEqual(['create a b c', 'create d'])
  expect(fill([slice('s', 'a', 'b')], 'a', 'b')).toEqual([])
  expect(fill([slice('s', 'a'), slice('t', 'b', 'c')], 'a', 'b', 'c', 'd')).toEqual(['update t: b c d'])
  expect(fill([slice('s', 'a', 'b', 'c'), slice('t', 'd')], 'a', 'b', 'd', 'e', 'f')).toEqual(['update s: a b e', 'update t: d f'])
  expect(fill([slice('s', 'a')])).toEqual(['remove s'])
  expect(fill([slice('s', 'a', 'b', 'c')], 'a', 'b', 'c', 'd', 'e', 'f', 'g')).toEqual(['create d e f', 'create g'])
})

const service = (spec: object, metadata: object = {}): Service =>
  ({
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', ...metadata },
    spec: { clusterIP: '10.96.0.9', ipFamilies: ['IPv4'], ...spec },
  }) as Service
function pod(name: string, parts: { ips?: string[]; ready?: boolean; going?: boolean; spec?: object } = {}): Pod {
  const { ips = ['10.0.0.1'], ready = true, going = false, spec = {} } = parts
  return {
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...(going ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }], ...spec },
    status: {
      phase: 'Running',
      podIP: ips[0],
      podIPs: ips.map((ip) => ({ ip })),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  } as unknown as Pod
}
const zones: Record<string, string> = { n1: 'z1' }
const plan = (one: Service, pods: readonly Pod[], existing: readonly EndpointSlice[] = []) =>
  planSlices({ service: one, pods, existing, zoneOf: (name) => zones[name] })
const ports = [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }]

test('planSlices() tells of each Pod: ready, serving, terminating, where it is', () => {
  const [created] = plan(service({ ports }), [pod('a'), pod('b', { ready: false }), pod('c', { going: true })]).create
  expect(created?.ports).toEqual([{ name: 'http', protocol: 'TCP', port: 8080 }])
  expect(
    created?.endpoints.map(({ conditions }) =>
      Object.values(conditions ?? {})
        .map(Number)
        .join(''),
    ),
  ).toEqual(['110', '000', '011'])
  expect(created?.endpoints[0]).toMatchObject({
    addresses: ['10.0.0.1'],
    nodeName: 'n1',
    zone: 'z1',
    targetRef: { kind: 'Pod', name: 'a' },
  })
  expect(created?.metadata).toMatchObject({
    generateName: 'web-',
    labels: { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
    ownerReferences: [{ kind: 'Service', name: 'web', uid: 'u1', controller: true, blockOwnerDeletion: true }],
  })
})

test('planSlices() makes slices per family and set of ports, an empty one when there is nothing', () => {
  const families = plan(service({ ports, ipFamilies: ['IPv6', 'IPv4'] }), [pod('a', { ips: ['10.0.0.1', 'fd00::1'] })]).create
  expect(families.map(({ addressType, endpoints }) => [addressType, endpoints[0]?.addresses[0]])).toEqual([
    ['IPv6', 'fd00::1'],
    ['IPv4', '10.0.0.1'],
  ])
  const other = { containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 9090 }] }] }
  expect(plan(service({ ports }), [pod('a'), pod('b', { spec: other })]).create.map((one) => one.ports?.[0]?.port)).toEqual([8080, 9090])
  const empty = plan(service({ ports }), [])
  expect(empty.create.map(({ endpoints, ports }) => [endpoints.length, ports?.length])).toEqual([[0, 0]])
  const there = { ...(empty.create[0] as EndpointSlice), metadata: { ...empty.create[0]?.metadata, name: 'web-x' } }
  expect(plan(service({ ports }), [], [there])).toEqual({ create: [], update: [], remove: [], problems: [] })
  expect(plan(service({ ports }), [pod('a')], [there])).toMatchObject({ create: [], update: [{ metadata: { name: 'web-x' } }], remove: [] })
})

test('planSlices() waits for a Pod whose node is not known, tells hostnames behind headless Services, and hints zones when asked', () => {
  expect(plan(service({ ports }), [pod('a', { spec: { nodeName: 'n9' } })]).problems).toEqual([
    'skipping Pod a for Service shop/web: Node n9 Not Found',
  ])
  const headless = plan(service({ clusterIP: 'None' }), [pod('a', { spec: { hostname: 'a', subdomain: 'web' } })]).create[0]
  expect([headless?.endpoints[0]?.hostname, headless?.metadata.labels?.['service.kubernetes.io/headless']]).toEqual(['a', ''])
  const near = plan(service({ ports, trafficDistribution: 'PreferClose' }), [pod('a')]).create[0]
  expect(near?.endpoints[0]?.hints).toEqual({ forZones: [{ name: 'z1' }] })
  const found = { ...(near as EndpointSlice), metadata: { ...near?.metadata, name: 'web-x' } }
  expect(plan(service({ ports }), [pod('a')], [found]).update[0]?.endpoints[0]?.hints).toBeUndefined()
})

test('planMirror() mirrors by family, skips what is no address, and is silent when nothing changes', () => {
  const endpoints = {
    metadata: {
      name: 'db',
      namespace: 'shop',
      uid: 'e1',
      annotations: { a: 'b', 'endpoints.kubernetes.io/last-change-trigger-time': 'x' },
    },
    subsets: [
      { addresses: [{ ip: '192.0.2.1' }, { ip: 'fd00::1' }, { ip: 'nonsense' }], ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] },
    ],
  } as unknown as Endpoints
  const { create, invalid, skipped } = planMirror(endpoints, [])
  expect(create.map(({ addressType, endpoints: list }) => [addressType, list.map(({ addresses }) => addresses[0])])).toEqual([
    ['IPv4', ['192.0.2.1']],
    ['IPv6', ['fd00::1']],
  ])
  expect([invalid, skipped, create[0]?.metadata.annotations]).toEqual([1, 1, { a: 'b' }])
  const there = create.map((one, i) => ({ ...one, metadata: { ...one.metadata, name: `db-${i}` } }))
  expect(planMirror(endpoints, there)).toMatchObject({ create: [], update: [], remove: [] })
})

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await world.api.request('POST', '/api/v1/nodes', { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } } })
  await runControllers({ ...world, clientFor: () => world.client, controllers: [endpointSliceController] })
  return world
}

test('a Service has slices that follow its Pods, and one change costs one write', async () => {
  await using world = await start()
  const { api, clock, client } = world
  for (const [name, ip] of [
    ['a', '10.0.0.1'],
    ['b', '10.0.0.2'],
  ]) {
    const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] }
    await api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name, labels: { app: 'web' } }, spec })
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] }
    const headers = { 'content-type': 'application/merge-patch+json' }
    await api.request('PATCH', `/api/v1/namespaces/default/pods/${name}/status`, { status }, { headers })
  }
  const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] }
  await api.request('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'web' }, spec })
  await clock.advance(1000)
  const ofWeb = async (): Promise<readonly EndpointSlice[]> =>
    (await client.of(EndpointSlice).in('default').list({ labelSelector: 'kubernetes.io/service-name=web' })).items
  const [first] = await ofWeb()
  expect(first?.endpoints.map(({ addresses, zone }) => `${addresses[0]} ${zone}`)).toEqual(['10.0.0.1 z1', '10.0.0.2 z1'])
  const watch = await api.watch(`/apis/discovery.k8s.io/v1/endpointslices?watch=true&resourceVersion=${first?.metadata.resourceVersion}`)
  await api.request('DELETE', '/api/v1/namespaces/default/pods/b?gracePeriodSeconds=0')
  await clock.advance(1000)
  expect((await ofWeb()).map((one) => one.endpoints.map(({ addresses }) => addresses[0]))).toEqual([['10.0.0.1']])
  expect(watch.events.map(({ type }) => type)).toEqual(['MODIFIED'])
  watch.stop()
  expect(world.complaints).toEqual([])
})
