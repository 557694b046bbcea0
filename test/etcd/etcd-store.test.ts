/**
 * The store on a real etcd when things go wrong: members that are killed and come back, endpoints that do not answer, a past that is
 * compacted away, another prefix, TLS with client certificates, and who compacts.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Compactor, compactRevisionKey } from '../../src/etcd/client/compactor.ts'
import { EtcdConnection } from '../../src/etcd/client/connection.ts'
import { type EtcdStoreOptions, openEtcdStore } from '../../src/etcd/client/etcd-store.ts'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { realRandom } from '../../src/std/random.ts'
import { VirtualClock } from '../../src/std/virtual-clock.ts'
import { prefixRange, type Store, type StoreError } from '../../src/store/store.ts'
import { EtcdClient } from '../../src/testing/etcd-client.ts'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { issueCertificate, makeAuthority } from '../../src/wire/x509.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const everything = prefixRange('/registry/')
const key = (name: string): string => `/registry/${name}`

interface OpenedStore extends AsyncDisposable {
  readonly store: Store
}
async function open(endpoints: readonly string[], options: Partial<EtcdStoreOptions> = {}): Promise<OpenedStore> {
  const store = await openEtcdStore({ endpoints, clock: realClock, log: silentLog, compactionMs: 0, ...options })
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

const put = (store: Store, name: string, value = '') =>
  store.transact({ compare: [], then: [{ do: 'put', key: key(name), value: Buffer.from(value) }] })

function watching(store: Store) {
  const seen: string[] = []
  const ended: StoreError[] = []
  store.watch(everything, store.revision, {
    onBatch: ({ revision, events }) => seen.push(...events.map(({ kv }) => `${revision} ${kv.key.slice(10)}=${Buffer.from(kv.value)}`)),
    onEnd: (error) => ended.push(error),
  })
  return { seen, ended }
}

async function eventually(test: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 1000 && !test(); attempt++) await realClock.sleep(10)
  expect(test()).toBe(true)
}

async function writeUntilDone(store: Store, name: string, value: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await put(store, name, value)
      return
    } catch (error) {
      // Nobody can know whether it was done: putting the same again is safe for whoever knows that it is the same.
      if ((error as StoreError).code !== 'unavailable' || attempt > 100) throw error
      await realClock.sleep(20)
    }
  }
}

describe.skipIf(realEtcdVersion() === undefined)('on a real etcd', () => {
  test('a restart during watches: no gap, nothing twice; reads wait for it', async () => {
    await using etcd = await startRealEtcd()
    await using opened = await open([etcd.address])
    const { store } = opened
    const { seen, ended } = watching(store)
    for (let i = 0; i < 5; i++) await put(store, 'a', String(i))
    const other = new EtcdClient(etcd.address)
    await etcd.members[0]?.kill()
    const reading = store.get(key('a'))
    etcd.members[0]?.launch()
    await etcd.members[0]?.healthy()
    // Written before our watch is back.
    await other.put({ key: key('a'), value: Buffer.from('5') })
    expect(Buffer.from((await reading)?.value ?? []).toString()).toMatch(/[45]/)
    await writeUntilDone(store, 'a', '6')
    expect(Buffer.from((await store.get(key('a')))?.value ?? []).toString()).toBe('6')
    await eventually(() => seen.length === 7)
    expect([seen, ended]).toEqual([[0, 1, 2, 3, 4, 5, 6].map((i) => `${i + 2} a=${i}`), []])
    other[Symbol.dispose]()
  })

  test('what was compacted while the watch was away ends watches; the state is loaded again', async () => {
    await using etcd = await startRealEtcd()
    await using opened = await open([etcd.address])
    const { store } = opened
    await put(store, 'a')
    await put(store, 'b')
    const { ended } = watching(store)
    const [member] = etcd.members
    await member?.kill()
    // Somebody else is quicker than we are: a client of its own writes and compacts before our watch is back.
    const other = new EtcdClient(etcd.address)
    const writing = (async () => {
      for (;;) {
        try {
          for (const name of ['c', 'd']) await other.put({ key: key(name) })
          await other.deleteRange({ key: key('a') })
          const { header } = await other.put({ key: key('e') })
          await other.compact({ revision: Number(header?.revision) })
          return
        } catch {
          await realClock.sleep(1)
        }
      }
    })()
    await realClock.sleep(1500)
    member?.launch()
    await writing
    await eventually(() => ended.length === 1 || store.revision >= 7)
    const { items } = await store.range(everything)
    expect(items.map((kv) => kv.key.slice(10))).toEqual(['b', 'c', 'd', 'e'])
    for (const error of ended) expect(error.code).toBe('compacted')
    const after = watching(store)
    await put(store, 'f')
    await eventually(() => after.seen.length === 1)
    other[Symbol.dispose]()
  })

  test('an etcd that has lost its past (a restored backup) is noticed', async () => {
    await using etcd = await startTestEtcd()
    await using opened = await open([etcd.address])
    const { store } = opened
    for (let i = 0; i < 5; i++) await put(store, `k${i}`)
    const { ended } = watching(store)
    const port = Number(etcd.address.split(':')[1])
    await etcd[Symbol.asyncDispose]()
    await using _again = await startTestEtcd({ port })
    await eventually(() => store.revision >= 6)
    expect((await store.range(everything)).items).toEqual([])
    await eventually(() => ended.length === 1)
    expect([ended[0]?.code, store.revision]).toEqual(['compacted', 1])
    await put(store, 'new')
    expect((await store.range(everything)).items.map((kv) => kv.key)).toEqual(['/registry/new'])
  })

  test('three members: any one may be killed', async () => {
    await using etcd = await startRealEtcd({ members: 3 })
    await using opened = await open(etcd.members.map(({ address }) => `http://${address}`))
    const { store } = opened
    const { seen, ended } = watching(store)
    let written = 0
    for (const member of etcd.members) {
      for (let i = 0; i < 10; i++) await writeUntilDone(store, 'a', String(written++))
      await member.kill()
      for (let i = 0; i < 10; i++) await writeUntilDone(store, 'a', String(written++))
      expect(Buffer.from((await store.get(key('a')))?.value ?? []).toString()).toBe(String(written - 1))
      await member.restart()
    }
    await eventually(() => seen.at(-1)?.endsWith(`=${written - 1}`) === true)
    // A write whose answer was lost may be there twice; nothing is missing, and the order is etcd's.
    const values = seen.map((line) => Number(line.split('=')[1]))
    expect([...new Set(values)]).toEqual(Array.from({ length: written }, (_, i) => i))
    expect(values).toEqual([...values].sort((a, b) => a - b))
    const revisions = seen.map((line) => Number(line.split(' ')[0]))
    expect(revisions).toEqual(Array.from({ length: revisions.length }, (_, i) => i + 2))
    expect(ended).toEqual([])
  }, 120_000)

  test('a member that hangs is left, by calls and by the watch', async () => {
    await using etcd = await startRealEtcd({ members: 3 })
    await using opened = await open(
      etcd.members.map(({ address }) => `http://${address}`),
      { callMsMax: 2000 },
    )
    const { store } = opened
    await put(store, 'a', '0')
    const { seen } = watching(store)
    etcd.members[0]?.pause()
    expect(Buffer.from((await store.get(key('a')))?.value ?? []).toString()).toBe('0')
    await writeUntilDone(store, 'a', '1')
    await eventually(() => seen.at(-1)?.endsWith('a=1') === true)
    const beforeMs = realClock.monotonicMs()
    for (let i = 2; i < 12; i++) await put(store, 'a', String(i))
    expect(realClock.monotonicMs() - beforeMs).toBeLessThan(5000)
    await eventually(() => seen.at(-1)?.endsWith('a=11') === true)
    etcd.members[0]?.resume()
  }, 60_000)

  test('an endpoint that nobody listens on is passed over; none at all is unavailable', async () => {
    await using etcd = await startRealEtcd()
    await using opened = await open(['http://127.0.0.1:1', etcd.address])
    await put(opened.store, 'a')
    expect((await opened.store.range(everything)).count).toBe(1)
    await expect(open(['http://127.0.0.1:1'], { callMsMax: 300 })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('TLS, and certificates that etcd asks for', async () => {
    const terms = { now: realClock.now(), random: realRandom }
    const authority = makeAuthority({ ...terms, commonName: 'etcd-ca', years: 1 })
    const server = issueCertificate(authority, {
      ...terms,
      commonName: 'etcd',
      usages: ['server', 'client'],
      ipAddresses: ['127.0.0.1'],
      days: 1,
    })
    const client = issueCertificate(authority, { ...terms, commonName: 'kube-apiserver', usages: ['client'], days: 1 })
    const directory = mkdtempSync(join(tmpdir(), 'etcd-tls-'))
    const file = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text)
      return join(directory, name)
    }
    const flags = ['--client-cert-auth', '--trusted-ca-file', file('ca.pem', authority.certificate)]
    flags.push('--cert-file', file('server.pem', server.certificate), '--key-file', file('server.key', server.key))
    await using etcd = await startRealEtcd({ scheme: 'https', flags })
    const pem = (text: string): Uint8Array => Buffer.from(text)
    const ca = pem(authority.certificate)
    const tls = { ca, certificate: pem(client.certificate), key: pem(client.key) }
    await using opened = await open([`https://${etcd.address}`], { tls })
    await put(opened.store, 'a', '1')
    expect(Buffer.from((await opened.store.get(key('a')))?.value ?? []).toString()).toBe('1')
    const quick = { callMsMax: 500 }
    await expect(open([`https://${etcd.address}`], { ...quick, tls: { ca } })).rejects.toMatchObject({ code: 'unavailable' })
    const { certificate } = makeAuthority({ ...terms, commonName: 'another', years: 1 })
    await expect(open([`https://${etcd.address}`], { ...quick, tls: { ...tls, ca: pem(certificate) } })).rejects.toMatchObject({
      code: 'unavailable',
    })
    // Its certificate is for 127.0.0.1 and for nothing else, and the other one for a name only.
    const refused = async (endpoint: string) =>
      expect(open([endpoint], { ...quick, tls: { ...tls, ca } })).rejects.toMatchObject({ code: 'unavailable' })
    const named = issueCertificate(authority, {
      ...terms,
      commonName: 'etcd',
      usages: ['server', 'client'],
      dnsNames: ['localhost'],
      days: 1,
    })
    const namedFlags = [
      ...flags.slice(0, 3),
      '--cert-file',
      file('named.pem', named.certificate),
      '--key-file',
      file('named.key', named.key),
    ]
    await using other = await startRealEtcd({ scheme: 'https', flags: namedFlags })
    const port = ({ address }: { readonly address: string }): string | undefined => address.split(':')[1]
    await refused(`https://localhost:${port(etcd)}`)
    await using byName = await open([`https://localhost:${port(other)}`], { tls })
    expect(byName.store.revision).toBe(1)
    await refused(`https://127.0.0.1:${port(other)}`)
    rmSync(directory, { recursive: true, force: true })
  })

  test('clusters with prefixes of their own share an etcd', async () => {
    await using etcd = await startRealEtcd()
    await using one = await open([etcd.address], { prefix: '/one/registry' })
    await using two = await open([etcd.address], { prefix: 'two' })
    const { seen } = watching(one.store)
    await put(one.store, 'a', '1')
    await put(two.store, 'a', '2')
    await put(two.store, 'b')
    const keys = async ({ store }: OpenedStore) => (await store.range(everything)).items.map((kv) => `${kv.key}=${Buffer.from(kv.value)}`)
    expect(await keys(one)).toEqual(['/registry/a=1'])
    expect(await keys(two)).toEqual(['/registry/a=2', '/registry/b='])
    expect([seen, one.store.revision]).toEqual([['2 a=1'], 4])
    using client = new EtcdClient(etcd.address)
    const { kvs } = await client.range({ key: '\0', rangeEnd: '\0' })
    expect(kvs.map((kv) => kv.key)).toEqual(['/one/registry/a', '/two/a', '/two/b'])
    await one.store.transact({ compare: [], then: [{ do: 'delete', range: { start: '', end: '\0' } }] })
    expect([await keys(one), (await keys(two)).length]).toEqual([[], 2])
    const elsewhere = one.store.transact({ compare: [], then: [{ do: 'put', key: '/elsewhere', value: Buffer.from('') }] })
    await expect(elsewhere).rejects.toMatchObject({ code: 'invalid' })
  })

  test("of two that compact one does, and what both take part in is upstream's key", async () => {
    await using etcd = await startRealEtcd()
    const connection = new EtcdConnection({ endpoints: [etcd.address], clock: realClock })
    using client = new EtcdClient(etcd.address)
    const write = async (): Promise<number> => Number((await client.put({ key: key('a') })).header?.revision)
    const clock = new VirtualClock()
    using a = new Compactor(connection, clock, silentLog, 300_000)
    using b = new Compactor(connection, clock, silentLog, 300_000)
    expect(await a.round()).toBe(undefined)
    expect(await b.round()).toBe(undefined)
    const first = await write()
    const rounds = [await a.round(), await b.round()]
    expect(rounds.filter((one) => one !== undefined)).toHaveLength(1)
    const compacted = rounds.find((one) => one !== undefined) as number
    expect(compacted).toBeLessThan(first)
    await expect(client.range({ key: key('a'), revision: compacted - 1 })).rejects.toMatchObject({ code: 11 })
    expect((await client.range({ key: key('a'), revision: first })).count).toBe(1)
    const { kvs } = await client.range({ key: compactRevisionKey })
    expect([Buffer.from(kvs[0]?.value ?? []).toString(), kvs[0]?.version]).toEqual([String(compacted), 2])
    connection.close()
  })
})
