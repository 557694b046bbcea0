/** Endpoints: packing and cutting of subsets, what is worth a write, and a Service's life. */
import { expect, test } from 'vitest'
import { type EndpointSubset, Endpoints } from '../api/core/endpoints.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { repackSubsets, truncateSubsets } from './endpoints/subsets.ts'
import { endpointsController } from './endpoints.ts'
import { runControllers } from './run.ts'

type Port = NonNullable<EndpointSubset['ports']>[number]
const http: Port = { name: 'http', port: 80, protocol: 'TCP' }
const https: Port = { name: 'https', port: 443, protocol: 'TCP' }

/** "10.0.0.1 10.0.0.2 | 10.0.0.3 | http:80 https:443" per subset. */
function show(subsets: readonly EndpointSubset[]): readonly string[] {
  const ips = (list: EndpointSubset['addresses']): string => (list ?? []).map(({ ip }) => ip).join(' ')
  return subsets.map(
    ({ addresses, notReadyAddresses, ports }) =>
      `${ips(addresses)} | ${ips(notReadyAddresses)} | ${(ports ?? []).map(({ name, port }) => `${name}:${port}`).join(' ')}`,
  )
}
const ready = (ip: string, ...ports: Port[]): EndpointSubset => ({ addresses: [{ ip }], ports })
const notReady = (ip: string, ...ports: Port[]): EndpointSubset => ({ notReadyAddresses: [{ ip }], ports })

test('repackSubsets() joins what has the same ports and addresses', () => {
  expect(show(repackSubsets([ready('10.0.0.2', http), ready('10.0.0.1', http)]))).toEqual(['10.0.0.1 10.0.0.2 |  | http:80'])
  const [both] = repackSubsets([ready('10.0.0.1', http), ready('10.0.0.1', https)])
  expect(both?.ports?.map(({ port }) => port).sort()).toEqual([443, 80])
  expect(show(repackSubsets([ready('10.0.0.1', http), notReady('10.0.0.1', http)]))).toEqual([' | 10.0.0.1 | http:80'])
  expect(show(repackSubsets([ready('10.0.0.1', http), ready('10.0.0.2', https)])).length).toBe(2)
  expect(show(repackSubsets([{ addresses: [{ ip: '10.0.0.1' }] }]))).toEqual(['10.0.0.1 |  | '])
  expect(repackSubsets([])).toEqual([])
})

test('truncateSubsets() keeps a thousand, ready ones first', () => {
  const many = (count: number): { ip: string }[] => Array.from({ length: count }, (_, i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }))
  const counts = (subsets: readonly EndpointSubset[] | undefined): unknown =>
    subsets?.map(({ addresses, notReadyAddresses }) => [addresses?.length ?? 0, notReadyAddresses?.length ?? 0])
  expect(counts(truncateSubsets([{ addresses: many(1000), ports: [http] }]))).toBeUndefined()
  expect(counts(truncateSubsets([{ addresses: many(1001), notReadyAddresses: many(5), ports: [http] }]))).toEqual([[1000, 0]])
  expect(
    counts(
      truncateSubsets([
        { addresses: many(400), notReadyAddresses: many(600), ports: [http] },
        { addresses: many(300), notReadyAddresses: many(300), ports: [https] },
      ]),
    ),
  ).toEqual([
    [400, 200],
    [300, 100],
  ])
})

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  await runControllers({ ...world, clientFor: () => world.client, controllers: [endpointsController] })
  return world
}

async function makePod(world: TestClient, name: string, ip: string, isReady: boolean): Promise<void> {
  const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }] }
  const made = await world.api.request('POST', '/api/v1/namespaces/default/pods', { metadata: { name, labels: { app: 'web' } }, spec })
  expect(made.status).toBe(201)
  await setStatus(world, name, ip, isReady)
}
async function setStatus(world: TestClient, name: string, ip: string, isReady: boolean): Promise<void> {
  const condition = { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: '2026-01-02T03:05:00Z' }
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions: [condition] }
  const path = `/api/v1/namespaces/default/pods/${name}/status`
  const patched = await world.api.request('PATCH', path, { status }, { headers: { 'content-type': 'application/merge-patch+json' } })
  expect(patched.status).toBe(200)
}

test('a Service with a selector has Endpoints that follow its Pods', async () => {
  await using world = await start()
  await makePod(world, 'a', '10.0.0.1', true)
  await makePod(world, 'b', '10.0.0.2', false)
  const spec = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] }
  const metadata = { name: 'web', labels: { team: 'shop' } }
  expect((await world.api.request('POST', '/api/v1/namespaces/default/services', { metadata, spec })).status).toBe(201)
  await world.clock.advance(1000)
  const endpoints = world.client.of(Endpoints).in('default')
  const first = await endpoints.get('web')
  expect(show(first.subsets ?? [])).toEqual(['10.0.0.1 | 10.0.0.2 | http:8080'])
  expect(first.metadata.labels).toEqual({ team: 'shop', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' })
  expect(first.subsets?.[0]?.addresses?.[0]?.targetRef?.name).toBe('a')
  await setStatus(world, 'b', '10.0.0.2', true)
  await world.clock.advance(1000)
  const second = await endpoints.get('web')
  expect(show(second.subsets ?? [])).toEqual(['10.0.0.1 10.0.0.2 |  | http:8080'])
  expect(second.metadata.annotations?.['endpoints.kubernetes.io/last-change-trigger-time']).toBeUndefined()
  await world.api.request('DELETE', '/api/v1/namespaces/default/services/web')
  await world.clock.advance(1000)
  await expect(endpoints.get('web')).rejects.toThrow('endpoints "web" not found')
  expect(world.complaints).toEqual([])
})

test('headless Services are labelled; without ports they still list addresses; Endpoints made by hand are left alone', async () => {
  await using world = await start()
  await makePod(world, 'a', '10.0.0.1', false)
  const spec = { clusterIP: 'None', selector: { app: 'web' }, publishNotReadyAddresses: true }
  await world.api.request('POST', '/api/v1/namespaces/default/services', { metadata: { name: 'peers' }, spec })
  const byHand = { metadata: { name: 'by-hand' }, subsets: [ready('192.0.2.1', http)] }
  await world.api.request('POST', '/api/v1/namespaces/default/endpoints', byHand)
  await world.clock.advance(1000)
  const endpoints = world.client.of(Endpoints).in('default')
  const peers = await endpoints.get('peers')
  expect(show(peers.subsets ?? [])).toEqual(['10.0.0.1 |  | '])
  expect(peers.metadata.labels?.['service.kubernetes.io/headless']).toBe('')
  expect(show((await endpoints.get('by-hand')).subsets ?? [])).toEqual(['192.0.2.1 |  | http:80'])
})
