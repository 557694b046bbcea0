/**
 * Locks and elections over JSON, as a shell script uses them: who waits gets its turn when the one before goes, whichever way it goes; and
 * observers see every leader and everything it says. The single calls are laid beside a real etcd's in test/etcd/gateway.test.ts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EtcdClient } from '../testing/etcd-client.ts'
import { startTestEtcd, type TestEtcd } from '../testing/etcd-server.ts'

let etcd: TestEtcd
let client: EtcdClient
beforeAll(async () => {
  etcd = await startTestEtcd()
  client = new EtcdClient(etcd.address)
  for (const ID of [1, 2, 3]) await etcd.store.grantLease(1000, ID)
})
afterAll(async () => {
  client[Symbol.dispose]()
  await etcd[Symbol.asyncDispose]()
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const call = (path: string, body: object, signal?: AbortSignal) =>
  fetch(`http://${etcd.address}/v3/${path}`, { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) })
const answer = async (path: string, body: object) => (await (await call(path, body)).json()) as Record<string, unknown>
/** Until a key is there, or is not. */
const until = async (key: string, isThere: boolean) => {
  while ((etcd.store.get(key) !== undefined) !== isThere) await new Promise((resolve) => setImmediate(resolve))
}

test('a lock: who waits has its turn when the holder unlocks, or its lease ends, or the one between hangs up', async () => {
  const name = base64('lock')
  expect(await answer('lock/lock', { name, lease: 1 })).toMatchObject({ key: base64('lock/1') })
  const impatient = new AbortController()
  const second = call('lock/lock', { name, lease: 2 }, impatient.signal)
  await until('lock/2', true)
  const third = answer('lock/lock', { name, lease: 3 })
  await until('lock/3', true)
  impatient.abort()
  await expect(second).rejects.toThrow('aborted')
  await until('lock/2', false)
  const unlocked = await answer('lock/unlock', { key: base64('lock/1') })
  expect(await third).toEqual({ ...unlocked, key: base64('lock/3') })
  const again = answer('lock/lock', { name, lease: 2 })
  await until('lock/2', true)
  await etcd.store.revokeLease(3)
  expect(await again).toMatchObject({ key: base64('lock/2') })
  await etcd.store.grantLease(1000, 3)
})

test('a lock whose lease ended while it waited is not had', async () => {
  const name = base64('late')
  await answer('lock/lock', { name, lease: 1 })
  const waiting = answer('lock/lock', { name, lease: 3 })
  await until('late/3', true)
  await etcd.store.transact({
    compare: [],
    then: ['late/1', 'late/3'].map((start) => ({ do: 'delete', range: { start } }) as const),
  })
  expect(await waiting).toEqual({ code: 2, message: 'mutex: session is expired' })
})

test('without a lease of its own it gets one of a minute', async () => {
  const { key } = await answer('lock/lock', { name: base64('own') })
  const lease = Number.parseInt(
    Buffer.from(key as string, 'base64')
      .toString()
      .replace('own/', ''),
    16,
  )
  expect(etcd.store.lease(lease)).toMatchObject({ ttlSeconds: 60, keys: [`own/${lease.toString(16)}`] })
})

test('an election: leaders in the order in which they came, and observers see all that they say', async () => {
  const name = base64('el')
  const stop = new AbortController()
  const observed: unknown[] = []
  const response = await call('election/observe', { name }, stop.signal)
  const observing = (async () => {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      for (const line of new TextDecoder().decode(chunk).trim().split('\n')) {
        const { result } = JSON.parse(line) as { result: { kv: { value: string } } }
        observed.push(Buffer.from(result.kv.value, 'base64').toString())
      }
  })().catch(() => undefined)
  const first = await answer('election/campaign', { name, lease: 1, value: base64('one') })
  expect(first).toMatchObject({ leader: { name, key: base64('el/1'), lease: '1' } })
  const second = answer('election/campaign', { name, lease: 2, value: base64('two') })
  await until('el/2', true)
  await answer('election/proclaim', { leader: first['leader'], value: base64('uno') })
  await answer('election/resign', { leader: first['leader'] })
  const { leader } = (await second) as { leader: object }
  expect(await answer('election/leader', { name })).toMatchObject({ kv: { value: base64('two') } })
  expect(await answer('election/proclaim', { leader: first['leader'], value: base64('late') })).toEqual({
    code: 2,
    message: 'election: not leader',
  })
  await answer('election/resign', { leader })
  expect(await answer('election/leader', { name })).toEqual({ code: 2, message: 'election: no leader' })
  while (observed.length < 3) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await observing
  expect(observed).toEqual(['one', 'uno', 'two'])
})

test('a candidate that hangs up leaves the line', async () => {
  const name = base64('left')
  await answer('election/campaign', { name, lease: 1, value: '' })
  const impatient = new AbortController()
  const campaign = call('election/campaign', { name, lease: 2, value: '' }, impatient.signal)
  await until('left/2', true)
  impatient.abort()
  await expect(campaign).rejects.toThrow('aborted')
  await until('left/2', false)
  expect((await client.range({ key: 'left/', rangeEnd: 'left0' })).count).toBe(1)
})
