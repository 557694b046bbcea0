/**
 * Slabs: values are copies, slabs go when their values have gone, and moving what is left changes no byte that anyone
 * sees.
 */
import { expect, test } from 'vitest'
import { sweep } from './compact.ts'
import { Mvcc } from './mvcc.ts'
import { Values } from './values.ts'

test('small values share memory of ours, large ones have their own, and none pins what it was cut from', () => {
  const values = new Values()
  const foreign = new Uint8Array(200_000).fill(3)
  const small = values.keep(foreign.subarray(10, 20))
  const next = values.keep(foreign.subarray(0, 5))
  const large = values.keep(foreign.subarray(0, 100_000))
  expect([small.buffer === next.buffer, large.buffer === small.buffer, large.buffer.byteLength]).toEqual([true, false, 100_000])
  foreign.fill(0)
  expect([small.every((byte) => byte === 3), next.length, large[99_999]]).toEqual([true, 5, 3])
  expect(values.keep(new Uint8Array(0)).length).toBe(0)
})

test('a slab goes with its last value', () => {
  const values = new Values()
  const kept = Array.from({ length: 64 }, () => values.keep(new Uint8Array(60_000)))
  expect(values.slabCount).toBe(4)
  for (const value of kept) values.release(value)
  expect(values.slabCount).toBe(1)
})

test('a few living values do not hold many slabs once they are evacuated', () => {
  const mvcc = new Mvcc()
  const value = (number: number): Uint8Array => new Uint8Array(1000).fill(number % 251)
  for (let number = 0; number < 40_000; number++) {
    mvcc.replayAt(mvcc.head + 1)
    mvcc.put(number % 100 === 0 ? `/stays/${number}` : '/churns', value(number), 0)
  }
  mvcc.publishTo(mvcc.head)
  const before = mvcc.range({ start: '/stays/', end: '/stays0' }, undefined).items.map((kv) => [kv, kv.value] as const)
  mvcc.compactTo(mvcc.head)
  sweep(mvcc, mvcc.head, 1e9)
  expect([mvcc.values.isWasteful, mvcc.values.slabCount > 35]).toEqual([true, true])
  const condemned = mvcc.values.condemned()
  for (let start: string | undefined = ''; start !== undefined; ) start = mvcc.values.evacuate(mvcc.index, condemned, start, 7)
  expect([mvcc.values.isWasteful, mvcc.values.slabCount]).toEqual([false, 1])
  for (const [kv, held] of before) {
    const expected = value(Number(kv.key.slice(7)))
    expect([kv.value, held, mvcc.get(kv.key)?.value]).toEqual([expected, expected, expected])
  }
})
