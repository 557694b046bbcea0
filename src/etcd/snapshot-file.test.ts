/**
 * A snapshot from our etcd through a file into a new store: everything that could be read before can be read there. And files that are cut off,
 * changed, or made to hurt: a clear error and nothing left behind.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { realClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import { MemoryDisk } from '../std/memory-disk.ts'
import { seededRandom } from '../std/random.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../store/embedded.ts'
import { makeDataDirectory } from '../store/wal/restore.ts'
import { startTestEtcd } from '../testing/etcd-server.ts'
import { boltFile, type Pair } from './bolt.ts'
import { EtcdConnection } from './client/connection.ts'
import { saveSnapshot } from './client/snapshot.ts'
import { revisionKey } from './hash.ts'
import { keyValue } from './messages.ts'
import { contentsOf, statusOf } from './snapshot-file.ts'

const signal = new AbortController().signal
const path = '/data/member'
const lease = 2n ** 62n + 1n

async function opened(disk: MemoryDisk): Promise<EmbeddedStore> {
  return openEmbeddedStore({ disk, directory: path, clock: realClock, log: silentLog, historyMsMax: Number.POSITIVE_INFINITY })
}

async function fill(store: EmbeddedStore, isCompacted: boolean): Promise<void> {
  const put = (key: string, value: Uint8Array, id: bigint | number = 0) => ({ do: 'put' as const, key, value, lease: id })
  await store.grantLease(5000, lease)
  await store.grantLease(60, -7)
  const writes: Promise<unknown>[] = []
  for (let index = 0; index < 400; index++)
    writes.push(store.transact({ compare: [], then: [put(`key/${index % 150}`, new Uint8Array(200).fill(index))] }))
  await Promise.all(writes)
  await store.transact({
    compare: [],
    then: [{ do: 'delete', range: { start: 'key/1', end: 'key/12' } }, put('two', new Uint8Array(9000))],
  })
  if (isCompacted) await store.compact(300)
  await store.transact({ compare: [], then: [put('leased', new Uint8Array([0, 255]), lease), put('\u00ff\u0000', new Uint8Array(0), -7)] })
  await store.transact({ compare: [], then: [{ do: 'delete', range: { start: 'two' } }] })
}

async function savedBy(isCompacted: boolean): Promise<{ disk: MemoryDisk; store: EmbeddedStore } & AsyncDisposable> {
  const ours = await startTestEtcd()
  await fill(ours.store, isCompacted)
  const disk = new MemoryDisk()
  await disk.makeDirectory('/backup')
  const connection = new EtcdConnection({ endpoints: [`http://${ours.address}`], clock: realClock })
  const status = await saveSnapshot(connection, { disk, path: '/backup/file', signal })
  connection.close()
  expect(status.revision).toBe(ours.store.revision)
  expect(await disk.list('/backup')).toEqual(['file'])
  return { disk, store: ours.store, [Symbol.asyncDispose]: () => ours[Symbol.asyncDispose]() }
}

/** What came of it: the revision or the error. */
async function restored(disk: MemoryDisk, bytes: Uint8Array, skipsHash = false): Promise<number | Error> {
  disk.setBytes('/backup/file', bytes)
  const file = await disk.open('/backup/file', { mode: 'read' })
  try {
    return await makeDataDirectory({ disk, path, clock: realClock, signal }, await contentsOf(file, { skipsHash }))
  } catch (error) {
    expect(['SnapshotError', 'StoreError'], String((error as Error).stack)).toContain((error as Error).name)
    expect(await disk.list(path)).toEqual([])
    expect(await disk.list(`${path}.restoring`)).toEqual([])
    return error as Error
  } finally {
    await file.close()
  }
}

async function messageOf(bytes: Uint8Array, skipsHash = false): Promise<string> {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/backup')
  const result = await restored(disk, bytes, skipsHash)
  return result instanceof Error ? result.message : `restored at ${result}`
}

for (const isCompacted of [false, true]) {
  test(`makeDataDirectory() brings back state, history and leases${isCompacted ? ' behind a compaction' : ''}`, async () => {
    await using saved = await savedBy(isCompacted)
    const { disk, store } = saved
    expect(await restored(disk, disk.bytesOf('/backup/file'))).toBe(store.revision)
    for (let start = 0; start < 2; start++) {
      const copy = await opened(disk)
      expect(await copy.retained()).toEqual(await store.retained())
      const leasesOf = (one: EmbeddedStore) => one.leases().map(({ id, ttlSeconds, keys }) => ({ id, ttlSeconds, keys }))
      expect(leasesOf(copy)).toEqual(leasesOf(store))
      for (const at of [isCompacted ? 300 : 2, 350, store.revision - 1])
        expect(copy.range({ start: '', end: '\0' }, { at }).items).toEqual(store.range({ start: '', end: '\0' }, { at }).items)
      await copy.close()
    }
    const copy = await opened(disk)
    const put = { do: 'put' as const, key: 'leased', value: new Uint8Array(1), lease }
    expect((await copy.transact({ compare: [], then: [put] })).revision).toBe(store.revision + 1)
    expect(copy.get('leased')?.version).toBe(2)
    await copy.close()
  })
}

test('a file that is cut off anywhere, or has a bit changed anywhere, is refused', async () => {
  await using saved = await savedBy(true)
  const bytes = Buffer.from(saved.disk.bytesOf('/backup/file'))
  for (const length of [0, 1, 31, 32, 100, 4096, 8192 + 32, bytes.length - 4096, bytes.length - 33, bytes.length - 1])
    expect(await messageOf(bytes.subarray(0, length)), `${length} bytes`).toMatch(/SHA-256|cut off|not a database/)
  const random = seededRandom(7)
  for (let attempt = 0; attempt < 20; attempt++) {
    const changed = Buffer.from(bytes)
    const at = Math.floor(random.fraction() * bytes.length)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    expect(await messageOf(changed), `byte ${at}`).toMatch(/^It is damaged: its SHA-256 should be/)
  }
})

test('without the hash, a changed file is read or refused, and never a crash', async () => {
  await using saved = await savedBy(false)
  const bytes = Buffer.from(saved.disk.bytesOf('/backup/file'))
  const random = seededRandom(11)
  let refused = 0
  for (let attempt = 0; attempt < 150; attempt++) {
    const changed = Buffer.from(bytes)
    // Half of them in the headers of pages, where it hurts most.
    const page = Math.floor(random.fraction() * (bytes.length / 4096 - 1)) * 4096
    const at = attempt % 2 === 0 ? page + Math.floor(random.fraction() * 80) : Math.floor(random.fraction() * bytes.length)
    changed.writeUInt8(Math.floor(random.fraction() * 256), at)
    if (!(await messageOf(changed, true)).startsWith('restored')) refused++
  }
  expect(refused).toBeGreaterThan(30)
})

test('the disk that fills up while restoring leaves nothing behind', async () => {
  await using saved = await savedBy(true)
  const bytes = saved.disk.bytesOf('/backup/file')
  for (const operation of ['write', 'rename'] as const) {
    const disk = new MemoryDisk()
    await disk.makeDirectory('/backup')
    disk.setBytes('/backup/file', bytes)
    const file = await disk.open('/backup/file', { mode: 'read' })
    const contents = await contentsOf(file, { skipsHash: false })
    disk.inject({ operation, code: 'ENOSPC' })
    await expect(makeDataDirectory({ disk, path, clock: realClock, signal }, contents)).rejects.toMatchObject({ code: 'ENOSPC' })
    disk.heal()
    expect(await disk.list('/data')).toEqual([])
  }
})

test('saveSnapshot() leaves nothing behind when nobody answers, or it is told to stop', async () => {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/backup')
  const gone = await startTestEtcd()
  await gone[Symbol.asyncDispose]()
  const connection = new EtcdConnection({ endpoints: [gone.address], clock: realClock })
  await expect(saveSnapshot(connection, { disk, path: '/backup/file', signal })).rejects.toMatchObject({ code: 14 })
  await expect(saveSnapshot(connection, { disk, path: '/backup/file', signal: AbortSignal.abort(new Error('stop')) })).rejects.toThrow(
    'stop',
  )
  connection.close()
  expect(await disk.list('/backup')).toEqual([])
})

async function fileWith(buckets: Readonly<Record<string, readonly Pair[]>>): Promise<Buffer> {
  const made = Object.entries(buckets).map(([name, pairs]) => {
    const pair = (index: number): Pair => pairs[index] as Pair
    const pairBytes = (index: number): number => pair(index).key.length + pair(index).value.length
    return { name, count: pairs.length, pairBytes, key: (index: number) => pair(index).key, pair }
  })
  const bytes = Buffer.concat([...(await boltFile(made, async () => {})).parts()])
  return Buffer.concat([bytes, createHash('sha256').update(bytes).digest()])
}

function stored(revision: number, kv: Parameters<typeof keyValue.encode>[0], isTombstone = false): Pair {
  return { key: revisionKey(revision, 0, isTombstone), value: keyValue.encode(kv) }
}

const a = { key: 'a', createRevision: 2, modRevision: 2, version: 1 }

test('a database with a right hash that contradicts itself is refused', async () => {
  const check = async (...pairs: readonly Pair[]): Promise<string> => messageOf(await fileWith({ key: pairs }))
  expect(await check(stored(2, a))).toBe('restored at 2')
  expect(await check(stored(2, a), stored(3, { key: 'a' }, true), stored(4, { ...a, createRevision: 4, modRevision: 4 }))).toBe(
    'restored at 4',
  )
  expect(await check(stored(2, a), stored(3, { ...a, modRevision: 3, version: 9 }))).toMatch(/does not follow/)
  expect(await check(stored(2, a), stored(3, { key: 'b' }, true))).toMatch(/does not follow/)
  expect(await check(stored(2, { ...a, modRevision: 5 }))).toMatch(/^It is damaged: what is stored at revision 2/)
  expect(await check({ key: revisionKey(2, 0, false), value: Buffer.from([0x0a, 0x7f]) })).toMatch(/revision 2 cannot be read/)
  expect(await check({ key: Buffer.from('short'), value: Buffer.alloc(0) })).toMatch(/is not a revision/)
  expect(await check(stored(2, a), stored(2, a))).toMatch(/not in order/)
  expect(await messageOf(await fileWith({ other: [] }))).toMatch(/no bucket "key"/)
})

test('where etcd skipped revisions, the history begins behind the gap', async () => {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/backup')
  const bytes = await fileWith({
    key: [stored(2, a), stored(900, { ...a, modRevision: 900, version: 2 }), stored(901, { ...a, modRevision: 901, version: 3 })],
  })
  expect(await restored(disk, bytes)).toBe(901)
  const store = await opened(disk)
  expect([store.revision, store.compactedRevision, store.get('a')?.version]).toEqual([901, 900, 3])
  await store.close()
})

test('a page that is its own child is refused, and so are bytes that two pairs claim', async () => {
  const pairs = Array.from({ length: 300 }, (_, index) => ({ key: revisionKey(index + 2, 0, false), value: Buffer.alloc(40) }))
  const bytes = await fileWith({ key: pairs })
  const pages = Array.from({ length: Math.floor(bytes.length / 4096) }, (_, number) => bytes.subarray(number * 4096, (number + 1) * 4096))
  const branch = pages.findIndex((page) => page.readUInt16LE(8) === 1)
  const check = async (change: (copy: Buffer) => void): Promise<void> => {
    const copy = Buffer.from(bytes.subarray(0, -32))
    change(copy)
    const disk = new MemoryDisk()
    disk.setBytes('/file', copy)
    await statusOf(await disk.open('/file', { mode: 'read' }), 'if there')
  }
  await check(() => {})
  const looped = check((copy) => void copy.writeBigUInt64LE(BigInt(branch), branch * 4096 + 16 + 8))
  await expect(looped).rejects.toThrow(`It is damaged: page ${branch} is in it twice`)
  const second = 3 * 4096 + 32 + 4
  const doubled = check((copy) => void copy.writeUInt32LE(copy.readUInt32LE(second) - 16, second))
  await expect(doubled).rejects.toThrow('element 1 of page 3 lies outside its place')
})
