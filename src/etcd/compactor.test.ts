/**
 * Automatic compaction over hours of a virtual clock.
 */
import { expect, test } from 'vitest'
import { silentLog } from '../std/log.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { openEmbeddedStore } from '../store/embedded.ts'
import { type CompactorOptions, compactor } from './compactor.ts'
import { Member } from './member.ts'

const minuteMs = 60_000

/** One write a minute, revision = minute + 2; the compacted revision after each of these minutes. */
async function compactedAt(options: CompactorOptions, minutes: readonly number[]): Promise<number[]> {
  const clock = new VirtualClock()
  const store = await openEmbeddedStore({ clock, log: silentLog, historyMsMax: Number.POSITIVE_INFINITY })
  const limits = { requestBytesMax: 1e6, transactionOpsMax: 128, quotaBytes: 1e9, watchProgressMs: 1e6 }
  const member = new Member({
    store,
    clock,
    log: silentLog,
    name: 'default',
    clusterToken: 'etcd-cluster',
    peerUrls: [],
    clientUrls: [],
    ...limits,
  })
  using _compacting = compactor(member, options)
  const found: number[] = []
  for (let minute = 0; minute <= Math.max(...minutes); minute++) {
    if (minutes.includes(minute)) found.push(store.compactedRevision)
    await store.transact({ compare: [], then: [{ do: 'put', key: 'k', value: new Uint8Array(1) }] })
    await clock.advance(minuteMs)
  }
  await store.close()
  return found
}

test('by time: once a period, to where the store was a period before', async () => {
  expect(await compactedAt({ mode: 'periodic', periodMs: 10 * minuteMs }, [10, 12, 20, 22, 32])).toMatchInlineSnapshot(`
    [
      1,
      2,
      2,
      12,
      22,
    ]
  `)
})

test('by time: a long period is looked at every hour', async () => {
  expect(await compactedAt({ mode: 'periodic', periodMs: 180 * minuteMs }, [180, 190, 240, 250])).toMatchInlineSnapshot(`
    [
      1,
      7,
      7,
      67,
    ]
  `)
})

test('by revision: all but the newest so many, every five minutes', async () => {
  expect(await compactedAt({ mode: 'revision', revisions: 4 }, [4, 6, 9, 11])).toMatchInlineSnapshot(`
    [
      1,
      2,
      2,
      7,
    ]
  `)
})
