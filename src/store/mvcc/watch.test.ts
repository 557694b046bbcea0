/**
 * Watches see every event after their revision once, in order, a revision never split, whenever they join and however
 * often they pause; and those that cannot are told so. Each case is run against what the history should have shown.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logTo, silentLog } from '../../std/log.ts'
import { VirtualClock } from '../../std/virtual-clock.ts'
import { type KeyRange, type Operation, prefixRange, type StoreBatch, type StoreEvent } from '../store.ts'
import { sweep } from './compact.ts'
import { contains } from './key-index.ts'
import { Mvcc } from './mvcc.ts'
import { Watches } from './watch.ts'

const put = (key: string, value = ''): Operation => ({ do: 'put', key, value: new TextEncoder().encode(value) })
const remove = (start: string): Operation => ({ do: 'delete', range: { start } })

function show({ type, kv, previous }: StoreEvent): string {
  return `${type} ${kv.key}${previous === undefined ? '' : ` was ${previous.modRevision}`}`
}

class World {
  readonly clock = new VirtualClock()
  readonly mvcc = new Mvcc()
  readonly logged: string[] = []
  readonly watches = new Watches(
    this.mvcc,
    this.clock,
    logTo((_level, message) => this.logged.push(message)),
  )

  write(...then: Operation[]): void {
    this.mvcc.run({ compare: [], then }, { outcomes: [true], writes: true })
  }

  publish(): void {
    const before = this.mvcc.durable
    this.mvcc.publishTo(this.mvcc.head)
    this.watches.publish(before)
  }

  compact(revision: number): void {
    this.mvcc.compactTo(revision)
    while (!sweep(this.mvcc, revision, 100));
    this.watches.swept()
  }

  /** A watch that notes what it is told. */
  start(range: KeyRange, after: number, onBatch: (batch: StoreBatch) => void = () => {}) {
    const told: string[] = []
    const watch = this.watches.start(range, after, {
      onBatch: (batch) => {
        told.push(`${batch.revision}: ${batch.events.map(show).join(', ')}`)
        onBatch(batch)
      },
      onEnd: (error) => told.push(error.code),
    })
    return { told, watch }
  }
}

const everything = { start: '', end: '\0' }

test('the past comes on a later tick, then what happens, in order and once', async () => {
  const world = new World()
  world.write(put('a'))
  world.write(put('b'), put('a'), remove('a/x'))
  world.publish()
  const { told } = world.start(everything, 1)
  expect(told).toEqual([])
  world.write(remove('a'))
  world.publish()
  await world.clock.settled()
  world.write(put('a'), put('c'))
  world.publish()
  expect(told).toEqual(['2: put a', '3: put b, put a was 2', '4: delete a was 3', '5: put a, put c'])
})

test('a pending write is not shown', () => {
  const world = new World()
  const { told } = world.start(everything, 1)
  world.write(put('a'))
  expect(told).toEqual([])
  world.publish()
  expect(told).toEqual(['2: put a'])
})

test('a delete carries the key, the revision and no value', () => {
  const world = new World()
  const events: StoreEvent[] = []
  world.start(everything, 1, (batch) => events.push(...batch.events))
  world.write(put('a', 'v'))
  world.write(remove('a'))
  world.publish()
  expect(events[1]).toEqual({
    type: 'delete',
    kv: { key: 'a', value: new Uint8Array(0), createRevision: 0, modRevision: 3, version: 0, lease: 0 },
    previous: expect.objectContaining({ key: 'a', modRevision: 2, value: new TextEncoder().encode('v') }),
  })
})

const rangeCases: [string, KeyRange, string[]][] = [
  ['a key', { start: 'a/1' }, ['a/1']],
  ['a prefix', prefixRange('a/'), ['a/1', 'a/2']],
  ['a longer prefix', prefixRange('a/1'), ['a/1']],
  ['everything', everything, ['a', 'a/1', 'a/2', 'b', '\xff\xff']],
  ['everything, as etcd writes it', { start: '\0', end: '\0' }, ['a', 'a/1', 'a/2', 'b', '\xff\xff']],
  ['from a key on', { start: 'a/2', end: '\0' }, ['a/2', 'b', '\xff\xff']],
  ['an odd range', { start: 'a/1', end: 'b' }, ['a/1', 'a/2']],
  ['a prefix without an end', prefixRange('\xff'), ['\xff\xff']],
  ['nothing', { start: 'b', end: 'a' }, []],
]
test.each(rangeCases)('watching %s, live and from the past', async (_name, range, keys) => {
  const world = new World()
  const live = world.start(range, 1)
  const write = ['a', 'a/1', 'a/2', 'b', '\xff\xff'].map((key) => put(key))
  world.write(...write)
  world.publish()
  const past = world.start(range, 1)
  await world.clock.settled()
  const expected = keys.length === 0 ? [] : [`2: ${keys.map((key) => `put ${key}`).join(', ')}`]
  expect([live.told, past.told]).toEqual([expected, expected])
  live.watch[Symbol.dispose]()
  past.watch[Symbol.dispose]()
  world.write(...write)
  world.publish()
  expect([live.told, past.told, world.watches.count]).toEqual([expected, expected, 0])
})

test('a revision in the future: nothing up to it, then everything after', () => {
  const world = new World()
  const { told } = world.start(everything, 3)
  for (let count = 0; count < 4; count++) world.write(put('a'))
  world.publish()
  expect(told).toEqual(['4: put a was 3', '5: put a was 4'])
})

test('compaction: a past that is gone ends the watch, the one that is kept does not', async () => {
  const world = new World()
  for (let count = 0; count < 5; count++) world.write(put('a'))
  world.publish()
  world.compact(4)
  const gone = world.start(everything, 2)
  const kept = world.start(everything, 3)
  await world.clock.settled()
  expect(gone.told).toEqual(['compacted'])
  expect(kept.told).toEqual(['4: put a', '5: put a was 4', '6: put a was 5'])
})

test('a deletion at the compacted revision is still told', async () => {
  const world = new World()
  world.write(put('a'))
  world.write(remove('a'))
  world.publish()
  world.compact(3)
  const { told } = world.start(everything, 2)
  await world.clock.settled()
  expect([told, world.mvcc.index.size]).toEqual([['3: delete a'], 0])
})

test('a paused watch goes on where it was; once that is compacted it has been too slow', async () => {
  const world = new World()
  const { told, watch } = world.start(prefixRange('a'), 1)
  const slow = world.start(prefixRange('a'), 1)
  watch.pause()
  slow.watch.pause()
  world.write(put('a'))
  world.write(put('b'))
  world.write(put('a'))
  world.publish()
  watch.resume()
  await world.clock.settled()
  world.compact(4)
  expect(told).toEqual(['2: put a', '4: put a was 2'])
  expect(slow.told).toEqual(['tooSlow'])
})

test('pausing, starting and ending watches from inside a delivery', async () => {
  const world = new World()
  const late: string[][] = []
  const pauses = world.start(everything, 1, ({ revision }) => revision === 2 && others.watch.pause())
  const others = world.start(everything, 1)
  const ends = world.start(everything, 1, () => ends.watch[Symbol.dispose]())
  const starts = world.start({ start: 'a' }, 1, ({ revision }) => void late.push(world.start(everything, revision).told))
  world.write(put('a'))
  world.write(put('b'), put('c'))
  world.write(put('a'))
  world.publish()
  expect(others.told).toEqual([])
  others.watch.resume()
  await world.clock.settled()
  const all = ['2: put a', '3: put b, put c', '4: put a was 2']
  expect([pauses.told, others.told, ends.told]).toEqual([all, all, all.slice(0, 1)])
  expect(starts.told).toEqual([all[0], all[2]])
  expect(late).toEqual([all.slice(1), []])
})

test('closing ends everyone; a listener that throws ends only its own watch', async () => {
  const world = new World()
  const bad = world.start(everything, 1, () => {
    throw new Error('bug')
  })
  const good = world.start(everything, 1)
  const paused = world.start(everything, 1)
  paused.watch.pause()
  world.write(put('a'))
  world.publish()
  world.watches.close()
  expect([bad.told, good.told, paused.told]).toEqual([['2: put a', 'unavailable'], ['2: put a', 'closed'], ['closed']])
  expect(world.logged).toEqual(['A watch listener threw; the watch is ended'])
  const late = world.start(everything, 2)
  await world.clock.settled()
  expect([late.told, world.watches.count]).toEqual([['closed'], 0])
})

test('whatever happens, a watch has seen all that is in its range and nothing twice', async () => {
  const key = fc.constantFrom('a', 'a/1', 'a/2', 'b', 'b/1', 'c')
  const range: fc.Arbitrary<KeyRange> = fc.oneof(
    key.map((start) => ({ start })),
    key.map(prefixRange),
    fc.tuple(key, key).map(([start, end]) => ({ start, end })),
    fc.constant(everything),
  )
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        keys: fc.uniqueArray(key, { minLength: 1, maxLength: 3 }),
        removes: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.constant({ do: 'publish' as const }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), range, back: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), which: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'settle' as const }) },
  )
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const world = new World()
    const started: { range: KeyRange; after: number; seen: StoreBatch[]; watch: { pause(): void; resume(): void } }[] = []
    for (const one of steps) {
      if (one.do === 'write') world.write(...one.keys.map((each) => (one.removes ? remove(each) : put(each))))
      else if (one.do === 'publish') world.publish()
      else if (one.do === 'settle') await world.clock.settled()
      else if (one.do === 'start') {
        const after = Math.max(1, world.mvcc.durable - one.back)
        const seen: StoreBatch[] = []
        const watch = world.watches.start(one.range, after, { onBatch: (batch) => seen.push(batch), onEnd: () => {} })
        started.push({ range: one.range, after, seen, watch })
      } else started[one.which]?.watch[one.do]()
    }
    for (const { watch } of started) watch.resume()
    world.publish()
    await world.clock.settled()
    const all = Array.from({ length: world.mvcc.history.endPosition }, (_, position) => world.mvcc.history.at(position))
    for (const { range: watched, after, seen } of started) {
      const expected = all.filter((version) => version.modRevision > after && contains(watched, version.key))
      expect(seen.flatMap((batch) => batch.events.map((event) => event.kv))).toEqual(expected)
      const revisions = seen.map((batch) => batch.revision)
      expect(revisions).toEqual([...new Set(expected.map((version) => version.modRevision))])
    }
  })
  await fc.assert(property, { numRuns: 150 })
})

test('a long past is read in slices: others get their turn between them', async () => {
  const world = new World()
  for (let count = 0; count < 10_000; count++) world.write(put('a'))
  world.publish()
  const turnsAt: number[] = []
  const watches = new Watches(world.mvcc, world.clock, silentLog)
  let seen = 0
  watches.start(everything, 1, { onBatch: () => void seen++, onEnd: () => {} })
  while (seen < 10_000) {
    await world.clock.yieldTurn()
    turnsAt.push(seen)
  }
  expect(turnsAt.length).toBeGreaterThan(4)
})
