/** Pieces are kept in few, whatever they were, and come back as one. */
import { array, assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { Pieces } from './pieces.ts'

test('a body byte by byte is kept in few pieces', () => {
  const pieces = new Pieces()
  for (let n = 0; n < 100_000; n++) pieces.add(Uint8Array.of(n))
  expect(pieces.bytes).toBe(100_000)
  const kept = pieces.takePieces()
  expect(kept.length).toBeLessThan(12)
  expect(Buffer.concat(kept).every((byte, index) => byte === index % 256)).toBe(true)
  expect(pieces.bytes).toBe(0)
})

test('pieces of all sizes come back in order', () => {
  assert(
    property(array(integer({ min: 0, max: 3000 }), { maxLength: 30 }), (sizes) => {
      const given = sizes.map((size, index) => new Uint8Array(size).fill(index))
      const pieces = new Pieces()
      for (const one of given) pieces.add(one)
      expect(Buffer.compare(pieces.take(), Buffer.concat(given))).toBe(0)
      expect(pieces.take()).toHaveLength(0)
    }),
  )
})

test('one piece comes back as it is', () => {
  const pieces = new Pieces()
  const one = Uint8Array.of(1, 2, 3)
  pieces.add(one)
  expect(pieces.take()).toBe(one)
})
