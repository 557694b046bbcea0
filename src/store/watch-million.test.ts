/**
 * A million events for watchers that come, go away at random and come back at the revision they saw last: each sees every revision that
 * touched its range, in order, once, and nothing else.
 */
import { expect, test } from 'vitest'
import { silentLog } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { openEmbeddedStore } from './embedded.ts'
import { type Operation, prefixRange, type Store, type StoreBatch } from './store.ts'

const eventsMin = 1_000_000
const prefixes = 8
const value = new Uint8Array(1)

/** What one watcher was shown: two numbers an event, its revision and a number for what happened to which key. */
class Checker {
  readonly range
  readonly shown: number[] = []
  last = 0
  resumptions = 0
  #watch: Disposable | undefined

  constructor(prefix: string) {
    this.range = prefixRange(prefix)
  }

  start(store: Store): void {
    this.#watch = store.watch(this.range, this.last, {
      onBatch: (batch) => this.#see(batch),
      onEnd: () => {
        this.#watch = undefined
      },
    })
  }

  goAwayAndComeBack(store: Store): void {
    this.#watch?.[Symbol.dispose]()
    this.resumptions++
    this.start(store)
  }

  #see({ revision, events }: StoreBatch): void {
    this.last = revision
    for (const { type, kv } of events) this.shown.push(kv.modRevision, name(kv.key, type === 'delete'))
  }
}

function name(key: string, isDelete: boolean): number {
  const [, prefix, number] = key.split('/')
  return (Number(prefix) * 1000 + Number(number)) * 2 + (isDelete ? 1 : 0)
}

test(`${eventsMin} events, and nobody misses one, gets one twice or out of order`, { timeout: 120_000 }, async () => {
  const clock = new VirtualClock()
  const random = seededRandom(5)
  const store = await openEmbeddedStore({ clock, log: silentLog })
  const checkers = ['', ...Array.from({ length: prefixes }, (_, prefix) => `/${prefix}/`)].map((prefix) => new Checker(prefix))
  for (const checker of checkers) {
    checker.last = store.revision
    checker.start(store)
  }
  // What was done, in order of its revisions: the writers' own account of it.
  const done: { revision: number; names: number[]; prefix: number }[] = []
  const live = new Set<string>()
  let events = 0
  while (events < eventsMin / 2) {
    const writes: Promise<void>[] = []
    for (let count = 0; count < 256; count++) {
      const prefix = random.integer(prefixes)
      const keys = new Set(Array.from({ length: 1 + random.integer(4) }, () => `/${prefix}/${random.integer(500)}`))
      const then: Operation[] = []
      const names: number[] = []
      for (const key of keys) {
        const isDelete = live.has(key) && random.integer(3) === 0
        if (isDelete) live.delete(key)
        else live.add(key)
        then.push(isDelete ? { do: 'delete', range: { start: key } } : { do: 'put', key, value })
        names.push(name(key, isDelete))
      }
      events += names.length
      writes.push(
        store.transact({ compare: [], then }).then(({ revision }) => {
          done.push({ revision, names, prefix })
        }),
      )
      if (random.integer(64) === 0) checkers[random.integer(checkers.length)]?.goAwayAndComeBack(store)
    }
    await Promise.all(writes)
  }
  await clock.settled()

  done.sort((a, b) => a.revision - b.revision)
  const expected = checkers.map(() => [] as number[])
  for (const { revision, names, prefix } of done) {
    for (const one of names) {
      expected[0]?.push(revision, one)
      expected[prefix + 1]?.push(revision, one)
    }
  }
  let shown = 0
  for (const [index, checker] of checkers.entries()) {
    const wanted = expected[index] ?? []
    const wrong = wanted.findIndex((number, at) => checker.shown[at] !== number)
    expect({ range: checker.range, wrong, events: checker.shown.length }).toEqual({
      range: checker.range,
      wrong: -1,
      events: wanted.length,
    })
    expect(checker.resumptions).toBeGreaterThan(10)
    shown += wanted.length / 2
  }
  expect(shown).toBeGreaterThanOrEqual(eventsMin)
  await store.close()
})
