/**
 * A fork is the store as it was, and neither hears of the other again.
 */
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { silentLog } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { type EmbeddedStore, openEmbeddedStore } from './embedded.ts'

const everything = { start: '', end: '\0' }

async function lived(seed: number): Promise<{ store: EmbeddedStore; clock: VirtualClock }> {
  const clock = new VirtualClock()
  const random = seededRandom(seed)
  const store = await openEmbeddedStore({ clock, log: silentLog, historyMsMax: Number.POSITIVE_INFINITY })
  await store.grantLease(100, 7)
  for (let count = 0; count < 300; count++) {
    const key = `k${random.integer(20)}`
    const value = random.bytes(random.integer(5) === 0 ? 70_000 : 20)
    const lease = random.integer(4) === 0 ? 7 : 0
    if (random.integer(4) === 0) await store.transact({ compare: [], then: [{ do: 'delete', range: { start: key, end: 'k9' } }] })
    else
      await store.transact({
        compare: [],
        then: [
          { do: 'put', key, value, lease },
          { do: 'put', key: 'both', value },
        ],
      })
    if (count === 150) await store.compact(store.revision - 20)
    await clock.advance(100)
  }
  return { store, clock }
}

/** Everything that anybody can see of a store. */
async function seen(store: EmbeddedStore): Promise<unknown> {
  const pasts: unknown[] = []
  for (let at = store.compactedRevision; at <= store.revision; at++) {
    pasts.push(
      store.range(everything, { at }).items.map((kv) => [kv.key, kv.createRevision, kv.modRevision, kv.version, kv.lease, crc32(kv.value)]),
    )
  }
  const { historyEvents, keys, leases } = store.stats()
  const { versions } = await store.retained()
  return {
    pasts,
    leases: store.leases(),
    stats: { historyEvents, keys, leases },
    versions: versions.map((version) => [version.key, version.modRevision]),
  }
}

test.each([1, 2, 3])('fork() shows all of the past and the present; seed %i', async (seed) => {
  const { store, clock } = await lived(seed)
  const before = await seen(store)
  const fork = await store.fork()
  expect(await seen(fork)).toEqual(before)
  expect(fork.memoryBytes).toBe(store.memoryBytes)
  expect(fork.revisionAt(clock.now() - 5000)).toBe(store.revisionAt(clock.now() - 5000))

  // The fork writes and compacts: the first one does not change.
  await fork.transact({ compare: [], then: [{ do: 'delete', range: everything }] })
  await fork.compact(fork.revision)
  await clock.settled()
  expect(await seen(store)).toEqual(before)

  // And the other way round, with a lease that ends in each.
  const second = await store.fork()
  await store.compact(store.revision)
  await clock.settled()
  expect(await seen(second)).toEqual(before)
  await clock.advance(100_000)
  expect([store, second].map((one) => one.range(everything).items.filter((kv) => kv.lease === 7).length)).toEqual([0, 0])
  for (const one of [store, fork, second]) await one.close()
})
