/**
 * Several API servers on one etcd: a write through one is in every read and every watch through another, and the endpoints of the Service
 * `kubernetes` are those that are alive. On our etcd, and on a real one where there is one.
 */
import { describe, expect, test } from 'vitest'
import { kinds } from '../../src/api/kinds.ts'
import type { KindDefinition } from '../../src/apimachinery/kind.ts'
import { foreignValues } from '../../src/apiserver/registry/foreign-values.ts'
import type { ApiServerFlags } from '../../src/apiserver/server-parts.ts'
import { openEtcdStore } from '../../src/etcd/client/etcd-store.ts'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { realRandom } from '../../src/std/random.ts'
import type { Store } from '../../src/store/store.ts'
import { startTestApiServer, type TestApiServer, type TestWatch } from '../../src/testing/api-server.ts'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const readValue = foreignValues(kinds as readonly KindDefinition[])
const clusters: Record<string, () => Promise<AsyncDisposable & { readonly address: string }>> = {
  'our etcd': () => startTestEtcd(),
  ...(realEtcdVersion() === undefined ? {} : { 'a real etcd': () => startRealEtcd() }),
}

async function startOn(
  address: string,
  ip: string,
  flags: Partial<ApiServerFlags> = {},
): Promise<TestApiServer & { readonly store: Store }> {
  const store = await openEtcdStore({ endpoints: [address], clock: realClock, log: silentLog, readValue, compactionMs: 0 })
  return startTestApiServer({ store, random: realRandom, flags: { advertiseAddress: ip, ...flags } })
}

const configMaps = '/api/v1/namespaces/default/configmaps'
const headers = { 'content-type': 'application/json' }
const configMap = (name: string, value = '1') => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name }, data: { value } })

async function eventually(test: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !test(); attempt++) await realClock.sleep(10)
  expect(test()).toBe(true)
}
const told = ({ events }: TestWatch): string[] => events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.data?.value}`)

describe.each(Object.keys(clusters))('two API servers on %s', (name) => {
  const start = clusters[name] as (typeof clusters)[string]

  test('what one writes the other serves and tells its watchers', async () => {
    await using etcd = await start()
    await using a = await startOn(etcd.address, '10.0.0.1')
    await using b = await startOn(etcd.address, '10.0.0.2')
    const watch = await b.watch(`${configMaps}?watch=1`)
    for (let i = 0; i < 20; i++) {
      const created = await a.request('POST', configMaps, configMap(`c${i}`), { headers })
      expect(created.status).toBe(201)
      // Never older than what was acknowledged, whoever acknowledged it.
      expect((await b.request('GET', `${configMaps}/c${i}`)).text).toBe(created.text)
      expect((await b.request('GET', configMaps)).json.items).toHaveLength(i + 1)
      const { resourceVersion } = created.json.metadata
      expect((await b.request('GET', `${configMaps}?resourceVersion=${resourceVersion}`)).status).toBe(200)
    }
    const current = (await b.request('GET', `${configMaps}/c3`)).json
    const [first, second] = await Promise.all([
      a.request('PUT', `${configMaps}/c3`, { ...current, data: { value: 'a' } }, { headers }),
      b.request('PUT', `${configMaps}/c3`, { ...current, data: { value: 'b' } }, { headers }),
    ])
    expect([first.status, second.status].sort()).toEqual([200, 409])
    await a.request('DELETE', `${configMaps}/c0`)
    await eventually(() => watch.events.length === 22)
    const winner = first.status === 200 ? 'a' : 'b'
    expect(told(watch)).toEqual([...Array.from({ length: 20 }, (_, i) => `ADDED c${i} 1`), `MODIFIED c3 ${winner}`, 'DELETED c0 1'])
    expect([a.errors, b.errors]).toEqual([[], []])
    watch.stop()
  })

  test('the kubernetes Service lists all that are alive', async () => {
    await using etcd = await start()
    const addresses = async (api: TestApiServer): Promise<unknown[]> => {
      const { json } = await api.request('GET', '/api/v1/namespaces/default/endpoints/kubernetes')
      const slice = (await api.request('GET', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes')).json
      const ips = (json.subsets ?? []).flatMap((subset: { addresses: { ip: string }[] }) => subset.addresses.map(({ ip }) => ip))
      expect((slice.endpoints ?? []).map((endpoint: { addresses: string[] }) => endpoint.addresses[0])).toEqual(ips)
      return ips
    }
    await using a = await startOn(etcd.address, '10.0.0.1')
    expect(await addresses(a)).toEqual(['10.0.0.1'])
    const b = await startOn(etcd.address, '10.0.0.2')
    expect(await addresses(a)).toEqual(['10.0.0.1', '10.0.0.2'])
    await b[Symbol.asyncDispose]()
    expect(await addresses(a)).toEqual(['10.0.0.1'])
    // One that is killed takes nothing back; its time runs out.
    const [key, lease] = ['/registry/masterleases/10.0.0.9', await a.store.grantLease(2)]
    const value = Buffer.from('{"kind":"Endpoints","apiVersion":"v1","metadata":{},"subsets":[{"addresses":[{"ip":"10.0.0.9"}]}]}')
    await a.store.transact({ compare: [], then: [{ do: 'put', key, value, lease: lease.id }] })
    await a.clock.advance(11_000)
    await eventuallyAsync(async () => (await addresses(a)).length === 2)
    await eventuallyAsync(async () => (await a.store.get(key)) === undefined)
    await a.clock.advance(11_000)
    await eventuallyAsync(async () => (await addresses(a)).length === 1)
  })
})

describe.each(Object.keys(clusters))('addresses and ports of Services on %s', (name) => {
  test('no two servers give the same', async () => {
    await using etcd = await (clusters[name] as (typeof clusters)[string])()
    const flags = { nodePortFirst: 30_000, nodePortLast: 30_009, serviceClusterIpRange: '10.96.0.0/28' }
    await using a = await startOn(etcd.address, '10.0.0.1', flags)
    await using b = await startOn(etcd.address, '10.0.0.2', flags)
    const services = '/api/v1/namespaces/default/services'
    const service = (one: string, spec: object = {}) => ({
      metadata: { name: one },
      spec: { type: 'NodePort', ports: [{ port: 80 }], ...spec },
    })
    const create = (api: TestApiServer, one: string, spec?: object) => api.request('POST', services, service(one, spec), { headers })
    const made = await Promise.all(Array.from({ length: 10 }, (_, i) => create(i % 2 === 0 ? a : b, `s${i}`)))
    expect(made.map(({ status }) => status)).toEqual(made.map(() => 201))
    const ports = made.map(({ json }) => json.spec.ports[0].nodePort)
    const addresses = made.map(({ json }) => json.spec.clusterIP)
    expect([...ports].sort()).toEqual(Array.from({ length: 10 }, (_, i) => 30_000 + i))
    expect(new Set(addresses).size).toBe(10)
    expect((await create(a, 'more')).json.message).toBe('Internal error occurred: failed to allocate a nodePort: range is full')
    const same = await create(b, 'same', { type: 'ClusterIP', clusterIP: addresses[0] })
    expect(same.json.message).toBe(
      `Service "same" is invalid: spec.clusterIPs: Invalid value: ["${addresses[0]}"]: failed to allocate IP ${addresses[0]}: provided IP is already allocated`,
    )
    // What one gives back the other can give.
    expect((await a.request('DELETE', `${services}/s1`)).status).toBe(200)
    await eventuallyAsync(async () => (await create(b, 'again', { ports: [{ port: 80, nodePort: ports[1] }] })).status === 201)
    expect([a.errors, b.errors]).toEqual([[], []])
  })
})

test.skipIf(realEtcdVersion() === undefined)('without etcd a server is neither healthy nor ready, and then is again', async () => {
  await using etcd = await startRealEtcd()
  const store = await openEtcdStore({ endpoints: [etcd.address], clock: realClock, log: silentLog, compactionMs: 0, callMsMax: 500 })
  await using api = await startTestApiServer({ store, random: realRandom })
  const says = async (path: string) => {
    const { status, text } = await api.request('GET', path)
    return [status, ...text.split('\n').filter((line) => !line.startsWith('[+]'))]
  }
  const ok = [200, 'ok']
  expect([await says('/readyz'), await says('/livez/etcd'), await says('/healthz/ping')]).toEqual([ok, ok, ok])
  await etcd.members[0]?.kill()
  const withheld = (name: string): string => `[-]${name} failed: reason withheld`
  expect(await says('/readyz')).toEqual([500, withheld('etcd'), withheld('etcd-readiness'), 'readyz check failed', ''])
  expect(await says('/livez')).toEqual([500, withheld('etcd'), 'livez check failed', ''])
  expect(await says('/livez/etcd')).toEqual([500, 'internal server error: reason withheld', ''])
  expect([await says('/livez/ping'), await says('/livez?exclude=etcd')]).toEqual([ok, ok])
  expect((await api.request('GET', configMaps)).json).toMatchObject({ kind: 'Status', code: 503 })
  await etcd.members[0]?.restart()
  await eventuallyAsync(async () => (await says('/readyz'))[0] === 200)
  expect((await api.request('GET', configMaps)).status).toBe(200)
})

async function eventuallyAsync(test: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await test()) return
    await realClock.sleep(20)
  }
  expect('it').toBe('come to pass')
}
