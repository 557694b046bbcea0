/** FNV-1a with 128 bits against its published vectors. */
import { expect, test } from 'vitest'
import { fnv128aHex } from './go-hash.ts'

test('fnv128aHex() gives the published values', () => {
  expect(['', 'a', 'foobar'].map(fnv128aHex)).toEqual([
    '6c62272e07bb014262b821756295c58d',
    'd228cb696f1a8caf78912b704e4a8964',
    '343e1662793c64bf6f0d3597ba446f18',
  ])
})
