/**
 * What a damaged or cut-off data directory makes of the store: every cut through the last records, every flipped bit,
 * missing files. Two outcomes are right: what was acknowledged is there, or a refusal that says where the damage is.
 */
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { logTo, silentLog } from '../../std/log.ts'
import { MemoryDisk } from '../../std/memory-disk.ts'
import { VirtualClock } from '../../std/virtual-clock.ts'
import { type EmbeddedStore, type EmbeddedStoreOptions, openEmbeddedStore } from '../embedded.ts'
import { StoreError } from '../store.ts'
import { segmentName, snapshotName } from './file-header.ts'

const directory = '/data'
const everything = { start: '', end: '\0' }

function open(disk: MemoryDisk, options: Partial<EmbeddedStoreOptions> = {}): Promise<EmbeddedStore> {
  return openEmbeddedStore({ disk, directory, clock: new VirtualClock(), log: silentLog, segmentBytes: 4096, ...options })
}

async function put(store: EmbeddedStore, key: string, bytes = 10): Promise<number> {
  const value = new Uint8Array(bytes).fill(key.charCodeAt(key.length - 1))
  return (await store.transact({ compare: [], then: [{ do: 'put', key, value }] })).revision
}

function contents(store: EmbeddedStore): string {
  return store
    .range(everything)
    .items.map((kv) => `${kv.key}@${kv.modRevision}`)
    .join(' ')
}

/** Three frames in one segment; `ends` are the offsets behind each. */
async function threeFrames(): Promise<{ disk: MemoryDisk; path: string; ends: number[] }> {
  const disk = new MemoryDisk()
  const store = await open(disk)
  const path = `${directory}/${segmentName(1)}`
  const ends: number[] = []
  for (const key of ['a', 'b', 'c']) {
    await put(store, key)
    ends.push(disk.bytesOf(path).findLastIndex((byte) => byte !== 0) + 1)
  }
  await store.close()
  return { disk, path, ends: ends.map((end) => Math.ceil(end / 8) * 8) }
}

async function outcome(disk: MemoryDisk): Promise<string> {
  try {
    const store = await open(disk)
    const found = contents(store)
    // Whatever was recovered can be written to and recovered again.
    const revision = await put(store, 'z')
    await store.close()
    const again = await open(disk)
    expect(contents(again)).toBe(`${found} z@${revision}`.trim())
    await again.close()
    return found
  } catch (error) {
    if (error instanceof StoreError) return error.code
    throw error
  }
}

describe('the last write', () => {
  test('cut off at any byte: it is gone, everything before is there', async () => {
    const { disk, path, ends } = await threeFrames()
    const whole = disk.bytesOf(path).slice()
    const [, second, third] = ends as [number, number, number]
    for (let cut = second; cut < third; cut++) {
      for (const rest of ['nothing', 'zeros']) {
        const copy = disk.clone()
        const bytes = rest === 'nothing' ? whole.slice(0, cut) : whole.slice().fill(0, cut)
        copy.setBytes(path, bytes)
        const padding = whole.subarray(cut, third).every((byte) => byte === 0)
        const expected = padding && rest === 'zeros' ? 'a@2 b@3 c@4' : 'a@2 b@3'
        expect(`${cut} ${rest}: ${await outcome(copy)}`).toBe(`${cut} ${rest}: ${expected}`)
      }
    }
  })

  test('is cut away with a word in the log', async () => {
    const { disk, path, ends } = await threeFrames()
    const bytes = disk.bytesOf(path).slice()
    bytes.fill(0, (ends[2] as number) - 16, ends[2])
    disk.setBytes(path, bytes)
    const lines: unknown[] = []
    const store = await open(disk, { log: logTo((level, message, fields) => lines.push([level, message, fields])) })
    expect([contents(store), lines]).toEqual([
      'a@2 b@3',
      [['warn', 'The last write to the log was cut off before it was acknowledged; it is removed', { path, offset: ends[1] }]],
    ])
  })
})

describe('two frames that were on their way together', () => {
  /** a; then b and c at once. `starts` are the offsets of the three frames. */
  async function overlapping(): Promise<{ disk: MemoryDisk; path: string; starts: number[] }> {
    const disk = new MemoryDisk()
    const store = await open(disk, { worthwhileBytes: 1 })
    const path = `${directory}/${segmentName(1)}`
    await put(store, 'a')
    await Promise.all([put(store, 'b'), put(store, 'c')])
    await store.close()
    const starts = [...Buffer.from(disk.bytesOf(path)).toString('latin1').matchAll(/T8F1/g)].map((found) => found.index)
    expect(starts.length).toBe(3)
    return { disk, path, starts }
  }

  test('the second may have been faster: what is missing of the first takes both away', async () => {
    const { disk, path, starts } = await overlapping()
    const [, second, third] = starts as [number, number, number]
    const whole = disk.bytesOf(path).slice()
    expect(await outcome(disk.clone())).toBe('a@2 b@3 c@4')
    for (let offset = second; offset < third; offset += 8) {
      const copy = disk.clone()
      copy.setBytes(path, whole.slice().fill(0, second, offset + 8))
      expect(`${offset}: ${await outcome(copy)}`).toBe(`${offset}: a@2`)
    }
  })

  test('once a third says that they were durable, it is damage', async () => {
    const { disk, path, starts } = await overlapping()
    const store = await open(disk)
    await put(store, 'd')
    await store.close()
    flip(disk, path, (starts[1] as number) + 40)
    expect(await outcome(disk)).toBe('corrupt')
  })
})

describe('a flipped bit', () => {
  test('anywhere: what was acknowledged is there, or only the very last write is gone, or we refuse', async () => {
    const { disk, path, ends } = await threeFrames()
    const [, second, third] = ends as [number, number, number]
    const whole = disk.bytesOf(path).slice()
    for (let offset = 0; offset < third + 64; offset++) {
      for (const bit of [1, 128]) {
        const copy = disk.clone()
        const bytes = whole.slice()
        bytes[offset] = (bytes[offset] as number) ^ bit
        copy.setBytes(path, bytes)
        const expected = offset < second ? ['corrupt'] : offset < third ? ['a@2 b@3'] : ['a@2 b@3 c@4']
        expect(expected, `byte ${offset} of ${third}`).toContain(await outcome(copy))
      }
    }
  })

  test('in the middle is refused with where and what to do, and nothing is changed', async () => {
    const { disk, path, ends } = await threeFrames()
    const bytes = disk.bytesOf(path).slice()
    disk.setBytes(path, bytes)
    flip(disk, path, (ends[0] as number) + 40)
    bytes.set(disk.bytesOf(path))
    const error = await open(disk).catch((caught: unknown) => caught)
    expect(error).toMatchObject({
      code: 'corrupt',
      message: `File "${path}" is damaged at offset ${ends[0]}: frame 2 is unreadable, but frame 3 follows at offset ${ends[1]}. Nothing was changed. Restore the data directory from a copy, or begin anew with an empty one`,
    })
    expect(disk.bytesOf(path)).toEqual(bytes)
    expect(await open(disk).catch((caught: StoreError) => caught.code)).toBe('corrupt')
  })

  test('a value that looks like our frames is not taken for one', async () => {
    const { disk, path } = await threeFrames()
    const copyOfLog = disk.bytesOf(path).slice(0, 1024)
    const other = new MemoryDisk()
    const clock = new VirtualClock(1_000_000_000_000)
    const store = await open(other, { clock })
    await put(store, 'a')
    await store.transact({ compare: [], then: [{ do: 'put', key: 'copy', value: copyOfLog }] })
    await store.close()
    flip(other, path, 200) // in the last frame, whose value holds whole frames with higher numbers
    const again = await open(other, { clock })
    expect(contents(again)).toBe('a@2')
  })
})

/** Several segments and a snapshot: 20 keys written over and over, compacted on the way. */
async function longLife(): Promise<MemoryDisk> {
  const disk = new MemoryDisk()
  const clock = new VirtualClock()
  const store = await open(disk, { clock, snapshotAfterBytes: 4096 })
  await store.grantLease(60, 5)
  for (let round = 0; round < 10; round++) {
    for (let number = 0; number < 20; number++) await put(store, `k${number}`, 50)
    if (round === 6) await store.compact(store.revision - 5)
    await clock.advance(100)
  }
  await store.close()
  return disk
}

describe('several files', () => {
  test('a snapshot takes the place of old segments, and the past behind it is still readable', async () => {
    const disk = await longLife()
    const names = await disk.list(directory)
    expect(names.filter((name) => name.startsWith('snapshot'))).toEqual([snapshotName(136)])
    expect(names).not.toContain(segmentName(1))
    const store = await open(disk)
    expect([store.revision, store.compactedRevision, store.range(everything).count, store.leases().length]).toEqual([201, 136, 20, 1])
    expect(store.range({ start: 'k19' }, { at: 150 }).items[0]).toMatchObject({ modRevision: 141, version: 7, createRevision: 21 })
    expect(() => store.range(everything, { at: 135 })).toThrow(expect.objectContaining({ code: 'compacted' }))
  })

  const damages: [string, (disk: MemoryDisk, segments: readonly string[], snapshot: string) => Promise<void>, string][] = [
    ['nothing', async () => {}, '201'],
    ['the snapshot is missing', async (disk, _, snapshot) => disk.remove(snapshot), 'corrupt'],
    ['a bit of the snapshot', async (disk, _, snapshot) => flip(disk, snapshot, 300), 'corrupt'],
    ['a bit of its header', async (disk, _, snapshot) => flip(disk, snapshot, 33), 'corrupt'],
    ['the snapshot is cut', async (disk, _, snapshot) => disk.setBytes(snapshot, disk.bytesOf(snapshot).slice(0, -40)), 'corrupt'],
    ['the snapshot is empty', async (disk, _, snapshot) => disk.setBytes(snapshot, new Uint8Array(0)), 'corrupt'],
    ['the first segment is missing', async (disk, segments) => disk.remove(segments[0] as string), 'corrupt'],
    ['a segment in the middle is missing', async (disk, segments) => disk.remove(segments[1] as string), 'corrupt'],
    ['all segments are missing', async (disk, segments) => void (await Promise.all(segments.map((path) => disk.remove(path)))), 'corrupt'],
    ['a bit of a segment in the middle', async (disk, segments) => flip(disk, segments[1] as string, 200), 'corrupt'],
    ['the last frame of a segment in the middle', async (disk, segments) => cutTail(disk, segments[1] as string), 'corrupt'],
    ['a segment is empty', async (disk, segments) => disk.setBytes(segments.at(-1) as string, new Uint8Array(0)), 'corrupt'],
    [
      'a segment of a newer version',
      async (disk, segments) => disk.setBytes(segments[0] as string, newer(disk.bytesOf(segments[0] as string))),
      'invalid',
    ],
    [
      'a segment that was begun and not finished',
      async (disk) => disk.setBytes(`${directory}/${segmentName(99)}.tmp`, new Uint8Array(9)),
      '201',
    ],
    [
      'a snapshot that was begun and not finished',
      async (disk) => disk.setBytes(`${directory}/${snapshotName(99)}.tmp`, new Uint8Array(9)),
      '201',
    ],
    [
      'an older snapshot that was not yet removed',
      async (disk) => disk.setBytes(`${directory}/${snapshotName(9)}`, new Uint8Array(9)),
      '201',
    ],
    ['files that are not ours', async (disk) => disk.setBytes(`${directory}/notes.txt`, new Uint8Array(9)), '201'],
  ]
  test.each(damages)('%s', async (_name, damage, expected) => {
    const disk = await longLife()
    const names = (await disk.list(directory)).map((name) => `${directory}/${name}`)
    const segments = names.filter((name) => name.endsWith('.wal'))
    expect(segments.length).toBeGreaterThan(2)
    await damage(disk, segments, names.find((name) => name.endsWith('.state')) as string)
    const result = await open(disk).then(
      async (store) => String(store.revision),
      (error: StoreError) => error.code,
    )
    expect(result).toBe(expected)
  })
})

function flip(disk: MemoryDisk, path: string, offset: number): void {
  const bytes = disk.bytesOf(path).slice()
  bytes[offset] = (bytes[offset] as number) ^ 16
  disk.setBytes(path, bytes)
}

function cutTail(disk: MemoryDisk, path: string): void {
  const bytes = disk.bytesOf(path)
  const end = bytes.findLastIndex((byte) => byte !== 0)
  disk.setBytes(path, bytes.slice().fill(0, end - 60))
}

function newer(bytes: Uint8Array): Uint8Array {
  const changed = Buffer.from(bytes)
  changed.writeUInt32LE(2, 8)
  changed.writeUInt32LE(crc32(changed.subarray(0, 60)), 60)
  return new Uint8Array(changed)
}
