/** The work queue: once per key, never two at a time, nothing forgotten; delays on a virtual clock. */
import { expect, test } from 'vitest'
import { VirtualClock } from '../std/virtual-clock.ts'
import { WorkQueue } from './work-queue.ts'

test('add() hands a key out once, however often it is put', async () => {
  const queue = new WorkQueue(new VirtualClock())
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
  expect([queue.length, await queue.take(), await queue.take(), queue.length]).toEqual([2, 'a', 'b', 0])
})

test('a key put while it is worked on comes again when that is done, not before', async () => {
  const queue = new WorkQueue(new VirtualClock())
  queue.add('a')
  await queue.take()
  queue.add('a')
  queue.add('a')
  expect(queue.length).toBe(0)
  queue.done('a')
  expect([queue.length, await queue.take()]).toEqual([1, 'a'])
})

test('take() waits for the next key, and ends with undefined when the queue closes', async () => {
  const queue = new WorkQueue(new VirtualClock())
  const [first, second] = [queue.take(), queue.take()]
  queue.add('a')
  expect(await Promise.race([first, second])).toBe('a')
  queue.close()
  expect(new Set([await first, await second])).toEqual(new Set(['a', undefined]))
  queue.add('b')
  expect(await queue.take()).toBeUndefined()
})

test('addAfter() keeps the earliest of several times', async () => {
  const clock = new VirtualClock()
  const queue = new WorkQueue(clock)
  queue.addAfter('a', 1000)
  queue.addAfter('a', 200)
  queue.addAfter('a', 5000)
  await clock.advance(199)
  expect(queue.length).toBe(0)
  await clock.advance(1)
  expect(queue.length).toBe(1)
  await queue.take()
  queue.done('a')
  await clock.advance(10_000)
  expect(queue.length).toBe(0)
})

test('addRateLimited() waits twice as long each time, until forget()', async () => {
  const clock = new VirtualClock()
  const queue = new WorkQueue(clock, { baseMs: 10, maxMs: 35 })
  const waits: number[] = []
  for (let failure = 0; failure < 4; failure++) {
    queue.addRateLimited('a')
    const startMs = clock.monotonicMs()
    while (queue.length === 0) await clock.advance(1)
    waits.push(clock.monotonicMs() - startMs)
    await queue.take()
    queue.done('a')
  }
  expect([waits, queue.failuresOf('a')]).toEqual([[10, 20, 35, 35], 4])
  queue.forget('a')
  expect(queue.failuresOf('a')).toBe(0)
})
