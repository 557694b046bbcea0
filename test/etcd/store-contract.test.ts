/**
 * What every `Store` promises (src/store/store.ts), on the embedded one, on our etcd over gRPC, and on a real etcd where there is one:
 * one body, three stores.
 */
import { describe, expect, test } from 'vitest'
import { openEtcdStore } from '../../src/etcd/client/etcd-store.ts'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { type Operation, prefixRange, type Store, type StoreBatch, type StoreError, type TransactionResult } from '../../src/store/store.ts'
import { startTestEtcd } from '../../src/testing/etcd-server.ts'
import { realEtcdVersion, startRealEtcd } from './real-etcd.ts'

interface Opened extends AsyncDisposable {
  readonly store: Store
}

const common = { clock: realClock, log: silentLog }

async function onEtcd(etcd: AsyncDisposable & { readonly address: string }): Promise<Opened> {
  const store = await openEtcdStore({ ...common, endpoints: [etcd.address], compactionMs: 0 })
  const end = async (): Promise<void> => {
    await store.close()
    await etcd[Symbol.asyncDispose]()
  }
  return { store, [Symbol.asyncDispose]: end }
}

const stores: Record<string, () => Promise<Opened>> = {
  embedded: async () => {
    const store = await openEmbeddedStore(common)
    return { store, [Symbol.asyncDispose]: () => store.close() }
  },
  'our etcd': async () => onEtcd(await startTestEtcd()),
  ...(realEtcdVersion() === undefined ? {} : { 'a real etcd': async () => onEtcd(await startRealEtcd()) }),
}

const key = (name: string): string => `/registry/things/${name}`
const bytes = (text: string): Uint8Array => Buffer.from(text)
const put = (name: string, text = name): Operation => ({ do: 'put', key: key(name), value: bytes(text) })
const remove = (name: string): Operation => ({ do: 'delete', range: { start: key(name) } })
const everything = prefixRange('/registry/')
const write = (store: Store, ...then: Operation[]): Promise<TransactionResult> => store.transact({ compare: [], then })

interface Shown {
  readonly key: string
  readonly value: Uint8Array
  readonly createRevision: number
  readonly modRevision: number
  readonly version: number
}
const shown = (kv: Shown | undefined): string =>
  kv === undefined
    ? 'nothing'
    : `${kv.key.slice(key('').length)}=${Buffer.from(kv.value)} ${kv.createRevision}/${kv.modRevision}/${kv.version}`
const list = async (store: Store, options: object = {}): Promise<string[]> => (await store.range(everything, options)).items.map(shown)

class Listener {
  readonly batches: StoreBatch[] = []
  ended: StoreError | undefined
  caughtUp: number | undefined
  #waiting: (() => void)[] = []

  onBatch(batch: StoreBatch): void {
    this.batches.push(batch)
    this.#wake()
  }
  onCaughtUp(revision: number): void {
    this.caughtUp = revision
    this.#wake()
  }
  onEnd(error: StoreError): void {
    this.ended = error
    this.#wake()
  }
  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
  async until(test: () => boolean): Promise<void> {
    while (!test()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
  get lines(): string[] {
    return this.batches.map(
      ({ revision, events }) =>
        `${revision}: ${events.map((event) => `${event.type} ${shown(event.kv)} was ${shown(event.previous)}`).join('; ')}`,
    )
  }
}

describe.each(Object.keys(stores))('%s', (name) => {
  const open = stores[name] as () => Promise<Opened>

  test('puts, deletes and their revisions', async () => {
    await using opened = await open()
    const { store } = opened
    expect([store.revision, await store.get(key('a'))]).toEqual([1, undefined])
    expect(await write(store, put('a', '1'))).toEqual({ succeeded: true, results: [{ did: 'put' }], revision: 2 })
    const { results } = await write(store, put('a', '2'), put('b'))
    expect(results.map((one) => one.did === 'put' && shown(one.previous))).toEqual(['a=1 2/2/1', 'nothing'])
    expect([shown(await store.get(key('a'))), store.revision]).toEqual(['a=2 2/3/2', 3])
    const deleted = await write(store, remove('a'), remove('missing'))
    expect(deleted.results.map((one) => one.did === 'delete' && one.deleted.map(shown))).toEqual([['a=2 2/3/2'], []])
    expect([await list(store), await store.get(key('a')), deleted.revision]).toEqual([['b=b 3/3/1'], undefined, 4])
    await write(store, put('a'))
    expect(shown(await store.get(key('a')))).toBe('a=a 5/5/1')
    expect((await write(store, remove('missing'))).revision).toBe(5)
  })

  test('ranges: limits, counts, the past', async () => {
    await using opened = await open()
    const { store } = opened
    for (const one of ['c', 'a', 'b']) await write(store, put(one))
    await write(store, remove('a'))
    expect(await list(store)).toEqual(['b=b 4/4/1', 'c=c 2/2/1'])
    expect(await list(store, { at: 4 })).toEqual(['a=a 3/3/1', 'b=b 4/4/1', 'c=c 2/2/1'])
    const page = await store.range(everything, { at: 4, limit: 1 })
    expect([page.items.map(shown), page.count, page.revision]).toEqual([['a=a 3/3/1'], 3, 5])
    expect(await store.range(everything, { countOnly: true })).toEqual({ items: [], count: 2, revision: 5 })
    expect((await store.range({ start: key('b'), end: key('c') })).items.map(shown)).toEqual(['b=b 4/4/1'])
    await expect((async () => store.range(everything, { at: 99 }))()).rejects.toMatchObject({ code: 'futureRevision' })
  })

  test('transactions compare, and do one of two lists', async () => {
    await using opened = await open()
    const { store } = opened
    const create = { compare: [{ key: key('a'), target: 'modRevision', is: '=', than: 0 }], then: [put('a')], else: [] } as const
    expect((await store.transact(create)).succeeded).toBe(true)
    const again = await store.transact({ ...create, else: [{ do: 'range', range: { start: key('a') } }] })
    const found = again.results.map((one) => one.did === 'range' && one.result.items.map(shown))
    expect([again.succeeded, again.revision, found]).toEqual([false, 2, [['a=a 2/2/1']]])
    const value = await store.transact({
      compare: [
        { key: key('a'), target: 'value', is: '=', than: bytes('a') },
        { key: key('a'), target: 'version', is: '<', than: 2 },
      ],
      then: [{ do: 'transaction', transaction: { compare: [], then: [put('b'), put('c')] } }],
    })
    expect([value.succeeded, value.revision]).toEqual([true, 3])
    await expect(write(store, put('a'), put('a'))).rejects.toMatchObject({ code: 'duplicateKey' })
    await expect(write(store, { ...put('missing'), keepsValue: true } as Operation)).rejects.toMatchObject({ code: 'keyNotFound' })
    const races = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        store.transact({ compare: [{ key: key('a'), target: 'modRevision', is: '=', than: 2 }], then: [put('a', String(i))] }),
      ),
    )
    expect(races.filter(({ succeeded }) => succeeded)).toHaveLength(1)
  })

  test('watches: the past, then what happens, whole revisions with what was before', async () => {
    await using opened = await open()
    const { store } = opened
    await write(store, put('a', '1'))
    await write(store, put('a', '2'), put('b'))
    const [past, now] = [new Listener(), new Listener()]
    store.watch(everything, 2, past)
    using _ = store.watch(prefixRange(key('b')), store.revision, now)
    await past.until(() => past.caughtUp !== undefined)
    expect([past.lines, past.caughtUp]).toEqual([['3: put a=2 2/3/2 was a=1 2/2/1; put b=b 3/3/1 was nothing'], 3])
    await write(store, remove('b'), put('c'))
    await past.until(() => past.batches.length === 2)
    expect(past.lines[1]).toBe('4: delete b= 0/4/0 was b=b 3/3/1; put c=c 4/4/1 was nothing')
    expect([now.lines, now.caughtUp]).toEqual([['4: delete b= 0/4/0 was b=b 3/3/1'], undefined])
    await store.close()
    expect([past.ended?.code, now.ended?.code]).toEqual(['closed', 'closed'])
  })

  test('an answered write has been watched, and is what everybody reads', async () => {
    await using opened = await open()
    const { store } = opened
    const listener = new Listener()
    store.watch(everything, store.revision, listener)
    for (let i = 0; i < 50; i++) {
      const { revision } = await write(store, put(`k${i % 7}`, String(i)))
      expect([store.revision, listener.batches.at(-1)?.revision]).toEqual([revision, revision])
      expect((await store.get(key(`k${i % 7}`)))?.modRevision).toBe(revision)
    }
    await Promise.all(Array.from({ length: 200 }, (_, i) => write(store, put(`p${i}`))))
    expect((await store.range(prefixRange(key('p')))).count).toBe(200)
    expect(listener.batches.map(({ revision }) => revision)).toEqual(Array.from({ length: 250 }, (_, i) => i + 2))
  })

  test('compaction ends the past', async () => {
    await using opened = await open()
    const { store } = opened
    for (let i = 0; i < 10; i++) await write(store, put('a', String(i)))
    await store.compact(8)
    await expect((async () => store.range(everything, { at: 7 }))()).rejects.toMatchObject({ code: 'compacted' })
    expect(await list(store, { at: 8 })).toEqual(['a=6 2/8/7'])
    const listener = new Listener()
    store.watch(everything, 3, listener)
    await listener.until(() => listener.ended !== undefined)
    expect(listener.ended?.code).toBe('compacted')
    await expect(store.compact(8)).rejects.toMatchObject({ code: 'compacted' })
    await expect(store.compact(99)).rejects.toMatchObject({ code: 'futureRevision' })
  })

  test('leases take their keys with them', async () => {
    await using opened = await open()
    const { store } = opened
    const { id, ttlSeconds } = await store.grantLease(60)
    expect(ttlSeconds).toBe(60)
    await write(store, { ...put('a'), lease: id } as Operation, put('b'))
    expect((await store.get(key('a')))?.lease).toEqual(id)
    await store.revokeLease(id)
    expect(await list(store)).toEqual(['b=b 2/2/1'])
    await expect(store.revokeLease(id)).rejects.toMatchObject({ code: 'leaseNotFound' })
    await expect(write(store, { ...put('a'), lease: 12345 } as Operation)).rejects.toMatchObject({ code: 'leaseNotFound' })
    expect(await store.grantLease(30, 77)).toEqual({ id: 77, ttlSeconds: 30 })
    await expect(store.grantLease(30, 77)).rejects.toMatchObject({ code: 'leaseExists' })
  })
})
