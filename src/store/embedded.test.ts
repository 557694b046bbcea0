/**
 * The embedded store as its users meet it: what is answered when, what a failing disk does, leases and budgets over
 * time, closing, and one directory for one process. What survives crashes is in `crash.test.ts` and `wal/`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { realClock } from '../std/clock.ts'
import { logTo, silentLog } from '../std/log.ts'
import { type DiskFault, MemoryDisk } from '../std/memory-disk.ts'
import { realDisk } from '../std/real-disk.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { type EmbeddedStoreOptions, openEmbeddedStore } from './embedded.ts'
import type { LeaseId, Operation, Store, StoreError, TransactionResult } from './store.ts'

const everything = { start: '', end: '\0' }
const put = (key: string, bytes = 10, lease: LeaseId = 0): Operation => ({ do: 'put', key, value: new Uint8Array(bytes).fill(1), lease })
const remove = (start: string): Operation => ({ do: 'delete', range: { start } })

function write(store: Store, ...then: Operation[]): Promise<TransactionResult> {
  return store.transact({ compare: [], then })
}

async function openOn(options: Partial<EmbeddedStoreOptions> = {}) {
  const clock = new VirtualClock()
  const logged: string[] = []
  const log = logTo((level, message) => level !== 'debug' && logged.push(message))
  const store = await openEmbeddedStore({ clock, log, ...options })
  return {
    store,
    clock,
    logged,
    keys: () =>
      store
        .range(everything)
        .items.map((kv) => kv.key)
        .join(),
  }
}

const onDisk = (disk: MemoryDisk): Partial<EmbeddedStoreOptions> => ({ disk, directory: '/data' })

describe('answers', () => {
  test('a write is shown, watched and answered once it is durable, in this order', async () => {
    const gate = Promise.withResolvers<void>()
    let isGated = false
    const disk = new MemoryDisk({ turn: () => (isGated ? gate.promise : Promise.resolve()) })
    const { store } = await openOn(onDisk(disk))
    const order: string[] = []
    store.watch(everything, 1, {
      onBatch: ({ revision }) => order.push(`watched ${revision}, readable ${store.get('a')?.modRevision}`),
      onEnd: () => {},
    })
    isGated = true
    const first = write(store, put('a')).then(({ revision }) => order.push(`answered ${revision}`))
    const second = write(store, put('a')).then(({ revision }) => order.push(`answered ${revision}`))
    const reading = store
      .transact({ compare: [{ key: 'a', target: 'version', is: '=', than: 2 }], then: [] })
      .then(({ succeeded }) => order.push(`compared ${succeeded}`))
    await new Promise((resolve) => setImmediate(resolve))
    expect([order, store.get('a'), store.revision]).toEqual([[], undefined, 1])
    gate.resolve()
    await Promise.all([first, second, reading])
    expect(order).toEqual(['watched 2, readable 3', 'watched 3, readable 3', 'answered 2', 'answered 3', 'compared true'])
  })

  test('writes while one is on its way share the next frame', async () => {
    const disk = new MemoryDisk()
    const { store } = await openOn(onDisk(disk))
    const path = '/data/log-0000000000000001.wal'
    const frames = (): number => Buffer.from(disk.bytesOf(path)).toString('latin1').split('T8F1').length - 1
    const writes = [write(store, put('first'))]
    for (let promises = 0; promises < 3; promises++) await Promise.resolve()
    for (let index = 0; index < 50; index++) writes.push(write(store, put(`k${index}`)))
    const revisions = (await Promise.all(writes)).map(({ revision }) => revision)
    expect(revisions).toEqual(Array.from({ length: 51 }, (_, index) => index + 2))
    expect(frames()).toBe(2)
  })

  /** A disk whose writes to the log end when and in the order in which they are let go. */
  async function openHeld() {
    const held: { resolve(): void; reject(error: Error): void }[] = []
    let isHeld = false
    const hold = (): Promise<void> => new Promise((resolve, reject) => held.push({ resolve, reject }))
    const disk = new MemoryDisk({ turn: () => (isHeld ? hold() : Promise.resolve()) })
    const { store } = await openOn({ ...onDisk(disk), worthwhileBytes: 100 })
    const answered: string[] = []
    store.watch(everything, 1, { onBatch: ({ revision }) => answered.push(`saw ${revision}`), onEnd: () => {} })
    isHeld = true
    const writes = ['a', 'b', 'c', 'd'].map((key) =>
      write(store, put(key, 200)).then(
        () => answered.push(key),
        (error: StoreError) => answered.push(`${key} ${error.code}`),
      ),
    )
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    await turn()
    return { disk, store, held, answered, turn, done: Promise.all(writes), letGo: () => (isHeld = false) }
  }

  test('two frames may be on their way; whichever is durable first, they are told in order', async () => {
    const { disk, store, held, answered, turn, done, letGo } = await openHeld()
    expect(held.length).toBe(2)
    held[1]?.resolve()
    await turn()
    expect([answered, store.revision, held.length]).toEqual([[], 1, 2])
    held[0]?.resolve()
    await turn()
    expect([answered, held.length]).toEqual([['saw 2', 'saw 3', 'a', 'b'], 3])
    held[2]?.resolve()
    await done
    expect(answered.slice(4)).toEqual(['saw 4', 'saw 5', 'c', 'd'])
    letGo()
    await store.close()
    expect((await openOn(onDisk(disk))).keys()).toBe('a,b,c,d')
  })

  test('when the first of two cannot be written, nobody is told that the second was', async () => {
    const { disk, store, held, answered, turn, done, letGo } = await openHeld()
    held[1]?.resolve()
    await turn()
    held[0]?.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
    await done
    expect([answered, store.revision, store.range(everything).count]).toEqual([
      ['a readOnly', 'b readOnly', 'c readOnly', 'd readOnly'],
      1,
      0,
    ])
    letGo()
    await store.close()
    expect((await openOn(onDisk(disk))).keys()).toBe('')
  })

  test('what changes nothing takes no revision and is answered at once', async () => {
    const { store } = await openOn()
    expect(await write(store, remove('missing'))).toEqual({ succeeded: true, results: [{ did: 'delete', deleted: [] }], revision: 1 })
  })

  test('a signal gives up waiting, not the write', async () => {
    const gate = Promise.withResolvers<void>()
    let isGated = false
    const disk = new MemoryDisk({ turn: () => (isGated ? gate.promise : Promise.resolve()) })
    const { store } = await openOn(onDisk(disk))
    isGated = true
    const controller = new AbortController()
    const waiting = store.transact({ compare: [], then: [put('a')] }, controller.signal)
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(store.transact({ compare: [], then: [put('b')] }, controller.signal)).rejects.toThrow('enough')
    gate.resolve()
    await write(store, put('c'))
    expect(store.range(everything).items.map((kv) => kv.key)).toEqual(['a', 'c'])
  })

  test('nothing outlives a store without a disk', async () => {
    const { store, keys } = await openOn()
    await write(store, put('a'))
    expect(keys()).toBe('a')
    await expect(openOn({ directory: '/data' })).rejects.toMatchObject({ code: 'invalid' })
  })
})

describe('a failing disk', () => {
  const faults: [string, DiskFault, string][] = [
    ['EIO on write', { operation: 'write', path: /\.wal/, code: 'EIO' }, 'readOnly'],
    ['EIO after a part', { operation: 'write', path: /\.wal/, code: 'EIO', writtenBytes: 50 }, 'readOnly'],
    ['no space', { operation: 'write', path: /\.wal/, code: 'ENOSPC' }, 'noSpace'],
    ['no space after a part', { operation: 'write', path: /\.wal/, code: 'ENOSPC', writtenBytes: 70, times: 1 }, 'noSpace'],
    ['quota', { operation: 'write', path: /\.wal/, code: 'EDQUOT' }, 'noSpace'],
  ]
  test.each(faults)('%s: writes are refused from then on, reads go on, a restart is clean', async (_name, fault, code) => {
    const disk = new MemoryDisk()
    const { store, clock, keys, logged } = await openOn(onDisk(disk))
    await write(store, put('a'))
    await clock.settled() // space is laid out ahead: the fault is for the write
    const told: number[] = []
    store.watch(everything, store.revision, { onBatch: ({ revision }) => told.push(revision), onEnd: () => {} })
    disk.inject(fault)
    const failing = [write(store, put('a'), put('b')), write(store, remove('a')), write(store, put('c'))]
    for (const one of failing) await expect(one).rejects.toMatchObject({ code })
    await expect(write(store, put('d'))).rejects.toMatchObject({ code })
    await expect(store.compact(2)).rejects.toMatchObject({ code })
    await expect(store.grantLease(10)).rejects.toMatchObject({ code })
    expect([keys(), store.revision, told, store.stats().readOnly?.code]).toEqual(['a', 2, [], code])
    expect(store.get('a')).toMatchObject({ modRevision: 2, version: 1 })
    expect(await store.transact({ compare: [], then: [{ do: 'range', range: everything }] })).toMatchObject({ revision: 2 })
    expect(logged.at(-1)).toBe('Cannot write the log; the store is read-only until it is started again')
    await store.close()
    disk.heal()
    const again = await openOn(onDisk(disk))
    expect([again.keys(), again.store.revision]).toEqual(['a', 2])
    expect((await write(again.store, put('b'))).revision).toBe(3)
  })

  test('a disk that is nearly full: no segment is begun that would leave no room', async () => {
    const disk = new MemoryDisk({ capacityBytes: 600_000 })
    const { store } = await openOn({ ...onDisk(disk), segmentBytes: 400_000 })
    const writeOn = async (): Promise<never> => {
      for (;;) await write(store, put('k', 20_000))
    }
    await expect(writeOn()).rejects.toMatchObject({
      code: 'noSpace',
      message: expect.stringMatching(/^There are 0.3 MB free .* and 0.5 MB are needed/),
    })
    await expect(write(store, put('k'))).rejects.toMatchObject({ code: 'noSpace' })
    expect(await disk.freeBytes()).toBeGreaterThan(150_000)
    const { revision } = store
    await store.close()
    expect((await openOn(onDisk(disk))).store.revision).toBe(revision)
    await expect(openOn({ disk: new MemoryDisk({ capacityBytes: 1e6 }), directory: '/data' })).rejects.toMatchObject({ code: 'noSpace' })
  })

  test('a disk that others fill', async () => {
    const disk = new MemoryDisk({ capacityBytes: 600_000 })
    const { store } = await openOn({ ...onDisk(disk), segmentBytes: 512 * 1024 })
    disk.setBytes('/others', new Uint8Array(200_000))
    let acknowledged = 0
    const error = await (async () => {
      for (;;) acknowledged = (await write(store, put('k', 20_000))).revision
    })().catch((caught: StoreError) => caught)
    // What was laid out is there to be written to; the next segment is not begun.
    expect(acknowledged).toBeGreaterThan(10)
    expect(error).toMatchObject({ code: 'noSpace', message: expect.stringMatching(/^There are 0.1 MB free .* and 0.7 MB are needed/) })
    await store.close()
    expect((await openOn(onDisk(disk))).store.revision).toBe(acknowledged)
  })

  test('a directory that cannot be written says so', async () => {
    const disk = new MemoryDisk()
    disk.inject({ operation: 'makeDirectory', code: 'EACCES', times: 1 })
    await expect(openOn(onDisk(disk))).rejects.toMatchObject({
      code: 'readOnly',
      message: 'Data directory "/data" cannot be written (EACCES). Change its owner or permissions, or use another directory',
    })
    disk.inject({ operation: 'open', code: 'ENOSPC', times: 1 })
    await expect(openOn(onDisk(disk))).rejects.toMatchObject({ code: 'noSpace' })
    await expect(openOn(onDisk(disk))).resolves.toBeDefined()
  })
})

describe('leases', () => {
  test('expiry deletes the keys at one revision; renewal and moving keep them', async () => {
    const { store, clock, keys } = await openOn()
    const told: string[] = []
    const { id, ttlSeconds } = await store.grantLease(10)
    await store.grantLease(10, 7)
    await write(store, put('a', 1, id), put('b', 1, id), put('c', 1, id), put('d', 1, 7))
    await write(store, put('c', 1, 7))
    store.watch(everything, store.revision, {
      onBatch: ({ events }) => told.push(events.map(({ type, kv }) => `${type} ${kv.key}`).join()),
      onEnd: () => {},
    })
    expect([ttlSeconds, store.leases().find((lease) => lease.id === 7)]).toEqual([
      10,
      { id: 7, ttlSeconds: 10, remainingMs: 10_000, keys: ['c', 'd'] },
    ])
    await clock.advance(6000)
    expect(store.renewLease(7)).toEqual({ id: 7, ttlSeconds: 10 })
    await clock.advance(5000)
    expect([keys(), told, store.revision]).toEqual(['c,d', ['delete a,delete b'], 4])
    await clock.advance(5000)
    expect([keys(), store.leases()]).toEqual(['', []])
  })

  test('refusals', async () => {
    const { store } = await openOn()
    await store.grantLease(1, 3)
    expect(store.leases()[0]?.ttlSeconds).toBe(2)
    await expect(store.grantLease(10, 3)).rejects.toMatchObject({ code: 'leaseExists' })
    await expect(store.grantLease(10, 0)).rejects.toMatchObject({ code: 'invalid' })
    await expect(store.grantLease(1e10)).rejects.toMatchObject({ code: 'leaseTimeTooLong' })
    await expect(store.revokeLease(4)).rejects.toMatchObject({ code: 'leaseNotFound' })
    await expect(write(store, put('a', 1, 4))).rejects.toMatchObject({ code: 'leaseNotFound' })
    expect(() => store.renewLease(4)).toThrow(expect.objectContaining({ code: 'leaseNotFound' }))
    await store.revokeLease(3)
    expect(store.revision).toBe(1)
  })

  test('survive a restart with their whole time; what was revoked stays so', async () => {
    const disk = new MemoryDisk()
    const first = await openOn(onDisk(disk))
    await first.store.grantLease(100, 1)
    await first.store.grantLease(100, 2)
    await write(first.store, put('a', 1, 1), put('b', 1, 2))
    await first.store.revokeLease(2)
    await first.clock.advance(90_000)
    await first.store.close()
    const { store, clock, keys } = await openOn(onDisk(disk))
    expect([keys(), store.leases()]).toEqual(['a', [{ id: 1, ttlSeconds: 100, remainingMs: 100_000, keys: ['a'] }]])
    await clock.advance(99_000)
    expect(keys()).toBe('a')
    await clock.advance(2_000)
    expect(keys()).toBe('')
    await store.close()
    expect((await openOn(onDisk(disk))).keys()).toBe('')
  })
})

describe('the past', () => {
  test('is kept within its budget of bytes', async () => {
    const { store, clock } = await openOn({ historyBytesMax: 100_000 })
    for (let count = 0; count < 300; count++) await write(store, put('k', 1000))
    await clock.settled()
    const { historyBytes } = store.stats()
    expect(historyBytes).toBeLessThanOrEqual(100_000)
    expect(historyBytes).toBeGreaterThan(80_000)
    expect(store.range(everything, { at: store.compactedRevision }).count).toBe(1)
    expect(() => store.range(everything, { at: store.compactedRevision - 1 })).toThrow(expect.objectContaining({ code: 'compacted' }))
  })

  test('is kept within its budget of time, also through a restart', async () => {
    const disk = new MemoryDisk()
    const { store, clock } = await openOn({ ...onDisk(disk), historyMsMax: 60_000 })
    const startMs = clock.now()
    for (let count = 0; count < 10; count++) {
      await write(store, put('k'))
      await clock.advance(10_000)
    }
    expect([store.revision, store.compactedRevision]).toEqual([11, 5])
    expect([store.revisionAt(startMs + 45_000), store.revisionAt(startMs + 95_000), store.revisionAt(startMs - 1)]).toEqual([
      6,
      11,
      undefined,
    ])
    await store.close()
    const later = new VirtualClock(clock.now())
    const again = await openOn({ ...onDisk(disk), clock: later, historyMsMax: 60_000 })
    expect([again.store.compactedRevision, again.store.revisionAt(startMs + 45_000)]).toEqual([5, 6])
    await later.advance(30_000)
    expect(again.store.compactedRevision).toBe(9)
  })

  test('compact() keeps the newest version of a live key and refuses what is gone or not yet there', async () => {
    const { store, clock } = await openOn()
    await write(store, put('live'))
    await write(store, put('dead'))
    await write(store, remove('dead'))
    await store.compact(4)
    await clock.settled()
    expect([store.get('live')?.modRevision, store.stats().keys, store.compactedRevision]).toEqual([2, 1, 4])
    await expect(store.compact(4)).rejects.toMatchObject({ code: 'compacted' })
    await expect(store.compact(5)).rejects.toMatchObject({ code: 'futureRevision' })
  })

  test('a snapshot under way is not disturbed by compaction, nor is closing by a snapshot', async () => {
    const disk = new MemoryDisk()
    const { store, clock } = await openOn({ ...onDisk(disk), segmentBytes: 8192, snapshotAfterBytes: 8192, historyBytesMax: 20_000 })
    for (let count = 0; count < 400; count++) {
      await write(store, put(`k${count % 40}`, 200))
      if (count % 10 === 0) await clock.advance(1)
    }
    await clock.advance(1000)
    const expected = store.range(everything).items.map((kv) => [kv.key, kv.modRevision, kv.version])
    expect(store.stats().snapshotBytes).toBeGreaterThan(0)
    expect(store.stats().logBytes).toBeLessThan(120_000)
    await store.close()
    const again = await openOn(onDisk(disk))
    expect(again.store.range(everything).items.map((kv) => [kv.key, kv.modRevision, kv.version])).toEqual(expected)
  })
})

describe('closing', () => {
  test('makes everything durable, ends watches, refuses what comes later and frees the directory', async () => {
    const disk = new MemoryDisk()
    const { store } = await openOn(onDisk(disk))
    const ended: string[] = []
    store.watch(everything, 1, { onBatch: () => {}, onEnd: (error) => ended.push(error.code) })
    const last = write(store, put('a'))
    const closing = store.close()
    expect(store.close()).toBe(closing)
    await closing
    expect(await last).toMatchObject({ revision: 2 })
    expect(ended).toEqual(['closed'])
    await expect(write(store, put('b'))).rejects.toMatchObject({ code: 'closed' })
    expect((await openOn(onDisk(disk))).keys()).toBe('a')
  })

  test('by a signal', async () => {
    const controller = new AbortController()
    const { store } = await openOn({ signal: controller.signal })
    controller.abort()
    await expect(write(store, put('b'))).rejects.toMatchObject({ code: 'closed' })
    await expect(openOn({ signal: controller.signal })).rejects.toThrow()
  })

  test('a directory is for one store at a time', async () => {
    const disk = new MemoryDisk()
    await openOn(onDisk(disk))
    await expect(openOn(onDisk(disk))).rejects.toMatchObject({
      code: 'locked',
      message: 'Data directory "/data" is in use by this process. Stop it, or use another directory',
    })
  })
})

test('on a real disk: write, close, open, read', async () => {
  const directory = join(await mkdtemp(join(tmpdir(), 'store-')), 'data')
  try {
    const options = { disk: realDisk, directory, clock: realClock, log: silentLog }
    const store = await openEmbeddedStore(options)
    await Promise.all(Array.from({ length: 200 }, (_, index) => write(store, put(`k${index}`, 2000))))
    await expect(openEmbeddedStore(options)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    await store.close()
    const again = await openEmbeddedStore(options)
    expect([again.revision, again.range(everything).count]).toEqual([201, 200])
    expect((await write(again, put('more'))).revision).toBe(202)
    await again.close()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
