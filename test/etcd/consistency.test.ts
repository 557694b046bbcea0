/**
 * Several stores on a real etcd of three members, writing and reading at once while members are killed and hang: no read is older than a
 * write that anybody was told about, and no watch misses a revision or gets one twice.
 */
import { expect, test } from 'vitest'
import { openEtcdStore } from '../../src/etcd/client/etcd-store.ts'
import { realClock } from '../../src/std/clock.ts'
import { silentLog } from '../../src/std/log.ts'
import { prefixRange, type Store } from '../../src/store/store.ts'
import { type EtcdMember, realEtcdVersion, startRealEtcd } from './real-etcd.ts'

const everything = prefixRange('/registry/')
const turnMs = 700

test.skipIf(realEtcdVersion() === undefined)(
  'reads are never older than acknowledged writes, whatever becomes of a member',
  async () => {
    await using etcd = await startRealEtcd({ members: 3 })
    const addresses = etcd.members.map(({ address }) => address)
    const common = { clock: realClock, log: silentLog, compactionMs: 0, callMsMax: 4000 }
    const stores: Store[] = []
    for (let i = 0; i < 3; i++)
      stores.push(await openEtcdStore({ ...common, endpoints: [...addresses.slice(i), ...addresses.slice(0, i)] }))
    const told = { acknowledged: 0, stale: 0, gaps: 0, reads: 0 }
    let isOver = false
    for (const store of stores) {
      let last = store.revision
      store.watch(everything, last, {
        onBatch: ({ revision }) => {
          if (revision !== last + 1) told.gaps++
          last = revision
        },
        onEnd: () => {},
      })
    }
    const untilOver = async (once: () => Promise<void>): Promise<void> => {
      // What cannot be done just now is tried again: members are being killed.
      while (!isOver) await once().catch(() => realClock.sleep(10))
    }
    const write = (store: Store, name: number) => async (): Promise<void> => {
      const put = { do: 'put', key: `/registry/${name}`, value: Buffer.from('v') } as const
      const { revision } = await store.transact({ compare: [], then: [put] })
      told.acknowledged = Math.max(told.acknowledged, revision)
    }
    const read = (store: Store) => async (): Promise<void> => {
      const floor = told.acknowledged
      const { revision, items } = await store.range(everything)
      told.reads++
      if (revision < floor || items.some((kv) => kv.modRevision > revision)) told.stale++
    }
    const running = stores.flatMap((store, i) => [untilOver(write(store, i)), untilOver(read(store))])
    const [first, second] = etcd.members as readonly EtcdMember[] as [EtcdMember, EtcdMember]
    await realClock.sleep(turnMs)
    await first.kill()
    await realClock.sleep(turnMs)
    await first.restart()
    await realClock.sleep(turnMs)
    second.pause()
    await realClock.sleep(4 * turnMs)
    second.resume()
    await realClock.sleep(turnMs)
    isOver = true
    await Promise.all(running)
    // Everyone has heard of everything once a read has waited for it.
    for (const store of stores) await store.range(everything)
    expect(told).toMatchObject({ stale: 0, gaps: 0 })
    expect(told.reads).toBeGreaterThan(100)
    expect(new Set(stores.map(({ revision }) => revision)).size).toBe(1)
    for (const store of stores) await store.close()
  },
  60_000,
)
