/**
 * A thousand power cuts. Each run writes from several writers to a disk that loses power at a random moment, tearing
 * whatever was in flight; then the store is opened again on what is left, often to be cut once more. What was
 * acknowledged or shown to anyone must be there with the same revision, and no revision may ever mean two things.
 */
import { expect, test } from 'vitest'
import { silentLog } from '../std/log.ts'
import { MemoryDisk } from '../std/memory-disk.ts'
import { type Random, seededRandom } from '../std/random.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { type EmbeddedStore, openEmbeddedStore } from './embedded.ts'

const directory = '/data'

/** What the outside world has been told so far, through all lives of the store. */
class Witness {
  /** revision -> key=value, as acknowledged or watched. */
  readonly seen = new Map<number, string>()
  newest = 1

  saw(revision: number, what: string): void {
    const before = this.seen.get(revision)
    if (before !== undefined && before !== what) throw new Error(`Revision ${revision} was "${before}" and is "${what}"`)
    this.seen.set(revision, what)
    this.newest = Math.max(this.newest, revision)
  }
}

function turns(random: Random): () => Promise<void> {
  return async () => {
    for (let left = random.integer(4); left > 0; left--) await Promise.resolve()
  }
}

function open(disk: MemoryDisk, random: Random): Promise<EmbeddedStore> {
  const clock = new VirtualClock()
  clock.yieldTurn = async () => {}
  clock.sleep = async () => {}
  return openEmbeddedStore({
    disk,
    directory,
    clock,
    log: silentLog,
    segmentBytes: 2048 + random.integer(6000),
    worthwhileBytes: 1 + random.integer(1500),
    snapshotAfterBytes: 2048,
    historyBytesMax: 2000 + random.integer(20_000),
  })
}

async function life(disk: MemoryDisk, random: Random, witness: Witness): Promise<MemoryDisk> {
  const store = await open(disk, random)
  if (store.revision < witness.newest)
    throw new Error(`Revision ${witness.newest} was seen, but ${store.revision} is the newest after the crash`)
  verify(store, witness)
  let isOver = false
  store.watch({ start: '', end: '\0' }, store.revision, {
    onBatch: ({ revision, events }) => {
      if (!isOver) witness.saw(revision, events.map(({ type, kv }) => `${type} ${kv.key} ${kv.value.join()}`).join(';'))
    },
    onEnd: () => {},
  })
  const stepsLeft = { count: 3 + random.integer(60) }
  const writers = Array.from({ length: 1 + random.integer(8) }, () => write(store, random, stepsLeft, () => isOver, witness))
  await Promise.race([Promise.all(writers), pause(20 + random.integer(400))])
  isOver = true
  const left = disk.powerLoss(random, { turn: turns(random) })
  await Promise.allSettled(writers)
  await store.close().catch(() => undefined)
  return left
}

/** The power goes while the store is being opened: recovery itself must be repeatable. */
async function cutWhileOpening(disk: MemoryDisk, random: Random): Promise<MemoryDisk> {
  const opening = open(disk, random)
    .then((store) => store.close())
    .catch(() => undefined)
  await pause(random.integer(120))
  const left = disk.powerLoss(random, { turn: turns(random) })
  await opening
  return left
}

async function pause(microtasks: number): Promise<void> {
  for (let left = microtasks; left > 0; left--) await Promise.resolve()
}

async function write(
  store: EmbeddedStore,
  random: Random,
  steps: { count: number },
  isOver: () => boolean,
  witness: Witness,
): Promise<void> {
  while (steps.count-- > 0 && !isOver()) {
    const key = `/k${random.integer(12)}`
    const value = random.bytes(1 + random.integer(8) * random.integer(100))
    const deletes = random.integer(5) === 0
    const result = await store.transact({
      compare: [],
      then: [deletes ? { do: 'delete', range: { start: key } } : { do: 'put', key, value }],
    })
    if (isOver()) return
    const what = deletes ? `delete ${key} ` : `put ${key} ${value.join()}`
    const did = result.results[0]
    if (did?.did === 'delete' && did.deleted.length === 0) continue
    witness.saw(result.revision, what)
    if (random.integer(20) === 0)
      await store.compact(Math.max(store.compactedRevision, store.revision - random.integer(10))).catch(() => undefined)
  }
}

/** Replays what was witnessed on a plain map and compares the store with it, now and at every readable revision. */
function verify(store: EmbeddedStore, witness: Witness): void {
  const state = new Map<string, string>()
  for (let revision = 2; revision <= witness.newest; revision++) {
    const what = witness.seen.get(revision)
    if (what === undefined) throw new Error(`Revision ${revision} was never witnessed, but ${witness.newest} was`)
    for (const change of what.split(';')) {
      const [type, key, value] = change.split(' ') as [string, string, string]
      if (type === 'put') state.set(key, value)
      else state.delete(key)
    }
    if (revision < store.compactedRevision) continue
    const { items } = store.range({ start: '', end: '\0' }, { at: revision })
    const stored = new Map(items.map((kv) => [kv.key, kv.value.join()]))
    if (stored.size !== state.size || [...state].some(([key, value]) => stored.get(key) !== value)) {
      throw new Error(`At revision ${revision} the store holds ${[...stored.keys()]}, and should hold ${[...state.keys()]}`)
    }
  }
  // What nobody was told about but the disk kept is part of the story from now on.
  for (const { revision, what } of untold(store, witness)) witness.saw(revision, what)
}

function untold(store: EmbeddedStore, witness: Witness): { revision: number; what: string }[] {
  const found: { revision: number; what: string }[] = []
  for (let revision = witness.newest + 1; revision <= store.revision; revision++) {
    const before = new Map(store.range({ start: '', end: '\0' }, { at: revision - 1 }).items.map((kv) => [kv.key, kv]))
    const after = store.range({ start: '', end: '\0' }, { at: revision }).items
    const put = after.find((kv) => kv.modRevision === revision)
    const gone = [...before.keys()].find((key) => !after.some((kv) => kv.key === key))
    found.push({ revision, what: put === undefined ? `delete ${gone} ` : `put ${put.key} ${put.value.join()}` })
  }
  return found
}

async function run(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const witness = new Witness()
  let disk = new MemoryDisk({ turn: turns(random) })
  for (let lives = 1 + random.integer(4); lives > 0; lives--) {
    if (random.integer(4) === 0) disk = await cutWhileOpening(disk, random)
    disk = await life(disk, random, witness)
  }
  const store = await open(disk, random)
  if (store.revision < witness.newest)
    throw new Error(`Revision ${witness.newest} was seen, but ${store.revision} is the newest after the crash`)
  verify(store, witness)
  await store.close()
}

test('what was acknowledged survives 1,000 power cuts, and no revision is used twice', { timeout: 60_000 }, async () => {
  const failures: string[] = []
  const from = Number(process.env['SEED'] ?? 1)
  const runs = process.env['SEED'] === undefined ? 1000 : 1
  for (let seed = from; seed < from + runs; seed++) {
    await run(seed).catch((error: unknown) => failures.push(`seed ${seed}: ${error instanceof Error ? error.stack : error}`))
    if (failures.length > 3) break
  }
  expect(failures).toEqual([])
})
