/** FNV-1a with 128 bits against its published vectors, and Go's printed structs against hashes that Go made of them. */
import { expect, test } from 'vitest'
import { portText as slicePortText } from '../endpoint-slice/slice-facts.ts'
import { portText, subsetText } from '../endpoints/subsets.ts'
import { fnv128aHex } from './go-hash.ts'

test('fnv128aHex() gives the published values', () => {
  expect(['', 'a', 'foobar'].map(fnv128aHex)).toEqual([
    '6c62272e07bb014262b821756295c58d',
    'd228cb696f1a8caf78912b704e4a8964',
    '343e1662793c64bf6f0d3597ba446f18',
  ])
})

test('ports and subsets are printed as Go does', () => {
  const port = { name: 'dns', port: 53, protocol: 'UDP' } as const
  const targetRef = { kind: 'Pod', namespace: 'a', name: 'b', uid: 'c' }
  const subset = { addresses: [{ ip: '10.0.0.1', nodeName: 'n1', targetRef }], ports: [port] }
  expect([slicePortText(port), portText(port), subsetText(subset)].map(fnv128aHex)).toEqual([
    '1caf216365b57b5d2659d4ba9f662580',
    'cf684d8c2a0def1ba31f64600b9051ae',
    '09c5e5aa3982a518fb9ffc1e570d893a',
  ])
})
