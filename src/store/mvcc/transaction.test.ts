/**
 * What etcd says about transactions, as tables: which compares hold, what one revision may do, what operations see of
 * each other, what is refused.
 */
import { describe, expect, test } from 'vitest'
import type { Compare, Operation, OperationResult, Transaction } from '../store.ts'
import { Mvcc } from './mvcc.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const put = (key: string, value = key): Operation => ({ do: 'put', key, value: bytes(value) })
const remove = (start: string, end?: string): Operation => ({ do: 'delete', range: end === undefined ? { start } : { start, end } })
const list = (start: string, end?: string): Operation => ({ do: 'range', range: end === undefined ? { start } : { start, end } })
const nested = (transaction: Transaction): Operation => ({ do: 'transaction', transaction })

function run(mvcc: Mvcc, ...then: Operation[]) {
  return transact(mvcc, { compare: [], then })
}

function transact(mvcc: Mvcc, transaction: Transaction) {
  const result = mvcc.run(transaction, mvcc.decide(transaction))
  mvcc.publishTo(mvcc.head)
  return result
}

/** a=1 (revisions 2 and 3, version 2), b=2 (revision 4), c was deleted at 6. */
function prepared(): Mvcc {
  const mvcc = new Mvcc()
  run(mvcc, put('a', '0'))
  run(mvcc, put('a', '1'))
  run(mvcc, put('b', '2'))
  run(mvcc, put('c', '3'))
  run(mvcc, remove('c'))
  return mvcc
}

function show(result: OperationResult): string {
  switch (result.did) {
    case 'put':
      return `put${result.previous ? ` over ${result.previous.modRevision}` : ''}`
    case 'delete':
      return `deleted ${result.deleted.map((kv) => kv.key).join() || 'nothing'}`
    case 'range':
      return `found ${result.result.items.map((kv) => `${kv.key}@${kv.modRevision}`).join() || 'nothing'} of ${result.result.count} at ${result.result.revision}`
    case 'transaction':
      return `{${result.result.succeeded} ${result.result.results.map(show).join('; ')}}`
  }
}

describe('compare', () => {
  const cases: [Compare, boolean][] = [
    [{ key: 'a', target: 'modRevision', is: '=', than: 3 }, true],
    [{ key: 'a', target: 'modRevision', is: '=', than: 2 }, false],
    [{ key: 'a', target: 'modRevision', is: '!=', than: 2 }, true],
    [{ key: 'a', target: 'modRevision', is: '<', than: 3 }, false],
    [{ key: 'a', target: 'modRevision', is: '>', than: 2 }, true],
    [{ key: 'a', target: 'createRevision', is: '=', than: 2 }, true],
    [{ key: 'a', target: 'version', is: '=', than: 2 }, true],
    [{ key: 'a', target: 'lease', is: '=', than: 0 }, true],
    [{ key: 'a', target: 'value', is: '=', than: bytes('1') }, true],
    [{ key: 'a', target: 'value', is: '<', than: bytes('10') }, true],
    [{ key: 'a', target: 'value', is: '>', than: bytes('0') }, true],
    [{ key: 'missing', target: 'modRevision', is: '=', than: 0 }, true],
    [{ key: 'missing', target: 'version', is: '>', than: 0 }, false],
    [{ key: 'c', target: 'createRevision', is: '=', than: 0 }, true],
    // Comparing the value of a missing key is never true, not even for '!='.
    [{ key: 'missing', target: 'value', is: '=', than: bytes('') }, false],
    [{ key: 'missing', target: 'value', is: '!=', than: bytes('x') }, false],
    [{ key: 'c', target: 'value', is: '!=', than: bytes('x') }, false],
    // A range: all of it, or the absent key when there is nothing.
    [{ key: 'a', end: 'c', target: 'modRevision', is: '>', than: 2 }, true],
    [{ key: 'a', end: 'c', target: 'modRevision', is: '>', than: 3 }, false],
    [{ key: 'x', end: '\0', target: 'version', is: '=', than: 0 }, true],
    [{ key: 'a', end: '\0', target: 'version', is: '<', than: 3 }, true],
  ]
  test.each(cases)('%j: %j', (compare, holds) => {
    expect(transact(prepared(), { compare: [compare], then: [] }).succeeded).toBe(holds)
  })

  test('all must hold', () => {
    const yes: Compare = { key: 'a', target: 'version', is: '=', than: 2 }
    const no: Compare = { key: 'b', target: 'version', is: '=', than: 2 }
    expect(transact(prepared(), { compare: [yes, no], then: [put('t')], else: [put('e')] })).toMatchObject({ succeeded: false })
  })
})

describe('operations', () => {
  const cases: [string, Operation[], string[], number][] = [
    ['a put takes the next revision', [put('n')], ['put'], 7],
    ['a put over something says what was there', [put('a')], ['put over 3'], 7],
    ['however many puts, one revision', [put('x'), put('y'), put('z')], ['put', 'put', 'put'], 7],
    ['deleting nothing takes none', [remove('missing')], ['deleted nothing'], 6],
    ['deleting what is deleted takes none', [remove('c')], ['deleted nothing'], 6],
    ['a deletion of many', [remove('a', 'c')], ['deleted a,b'], 7],
    ['reading takes none', [list('a', '\0')], ['found a@3,b@4 of 2 at 6'], 6],
    ['reads see the puts before them', [put('d'), list('a', '\0')], ['put', 'found a@3,b@4,d@7 of 3 at 7'], 7],
    ['reads do not see the puts after them', [list('d'), put('d')], ['found nothing of 0 at 6', 'put'], 7],
    ['reads see deletions before them', [remove('a'), list('a', '\0')], ['deleted a', 'found b@4 of 1 at 7'], 7],
    ['overlapping deletions: the second finds the rest', [remove('a'), remove('a', 'z')], ['deleted a', 'deleted b'], 7],
    // etcd looks for a later put of a deleted key only.
    [
      'put in one nested transaction and deleted in the next',
      [nested({ compare: [], then: [put('k')] }), nested({ compare: [], then: [remove('k')] })],
      ['{true put}', '{true deleted k}'],
      7,
    ],
    ['deleted with all from a key on, and put again', [remove('a', '\0'), put('a')], ['deleted a,b', 'put'], 7],
    [
      'a value that is kept',
      [{ do: 'put', key: 'a', value: bytes('other'), keepsValue: true }, list('a', '\0')],
      ['put over 3', 'found a@7,b@4 of 2 at 7'],
      7,
    ],
    ['the past', [{ do: 'range', range: { start: 'a', end: '\0' }, options: { at: 5 } }], ['found a@3,b@4,c@5 of 3 at 6'], 6],
    [
      'nested compares see the state before everything',
      [put('n'), nested({ compare: [{ key: 'n', target: 'version', is: '=', than: 0 }], then: [put('t')], else: [put('e')] })],
      ['put', '{true put}'],
      7,
    ],
    [
      'nested twice, beside each other',
      [
        nested({ compare: [{ key: 'a', target: 'version', is: '=', than: 9 }], then: [put('t')], else: [list('a')] }),
        nested({ compare: [], then: [nested({ compare: [], then: [put('deep')] }), list('deep')] }),
      ],
      ['{false found a@3 of 1 at 6}', '{true {true put}; found deep@7 of 1 at 7}'],
      7,
    ],
    [
      'both branches of a nested transaction may put the same key',
      [nested({ compare: [{ key: 'a', target: 'version', is: '=', than: 2 }], then: [put('k', '1')], else: [put('k', '2')] })],
      ['{true put}'],
      7,
    ],
  ]
  test.each(cases)('%s', (_name, then, shown, revision) => {
    const result = run(prepared(), ...then)
    expect([result.results.map(show), result.revision]).toEqual([shown, revision])
  })

  test('versions count from a creation and start again after a deletion', () => {
    const mvcc = new Mvcc()
    for (const operation of [put('k'), put('k'), remove('k'), put('k')]) run(mvcc, operation)
    const at = (revision: number) => mvcc.range({ start: 'k' }, { at: revision }).items[0]
    expect(at(2)).toMatchObject({ createRevision: 2, modRevision: 2, version: 1 })
    expect(at(3)).toMatchObject({ createRevision: 2, modRevision: 3, version: 2 })
    expect(at(4)).toBeUndefined()
    expect(at(5)).toMatchObject({ createRevision: 5, modRevision: 5, version: 1 })
  })
})

describe('refused, with nothing changed', () => {
  const twice = { code: 'duplicateKey', message: 'Key "k" is written more than once in one transaction' }
  const cases: [string, Operation[], object][] = [
    ['a key put twice', [put('k'), put('k')], twice],
    ['a key put and deleted', [put('k'), remove('k')], twice],
    ['a key deleted in a range and put', [remove('a', 'z'), put('k')], twice],
    ['a key put here and in a nested one', [put('k'), nested({ compare: [], then: [put('k')] })], twice],
    ['a key put in two nested ones', [nested({ compare: [], then: [put('k')] }), nested({ compare: [], then: [put('k')] })], twice],
    ['a key put in a nested one and deleted here', [nested({ compare: [], then: [put('k')] }), remove('k')], twice],
    ['a key deleted in a branch not taken and put here', [put('k'), nested({ compare: [], then: [], else: [remove('k')] })], twice],
    [
      'a value to keep where there is none',
      [put('x'), { do: 'put', key: 'c', value: bytes(''), keepsValue: true }],
      { code: 'keyNotFound' },
    ],
    ['a lease to keep where there is none', [{ do: 'put', key: 'y', value: bytes(''), keepsLease: true }], { code: 'keyNotFound' }],
    ['an unknown lease', [put('x'), { do: 'put', key: 'y', value: bytes(''), lease: 5 }], { code: 'leaseNotFound' }],
    ['the future', [put('x'), { do: 'range', range: { start: 'a' }, options: { at: 7 } }], { code: 'futureRevision' }],
  ]
  test.each(cases)('%s', (_name, then, error) => {
    const mvcc = prepared()
    expect(() => run(mvcc, ...then)).toThrow(expect.objectContaining(error))
    expect([mvcc.head, mvcc.range({ start: '', end: '\0' }, undefined).count]).toEqual([6, 2])
  })
})

test('a value handed in may be changed afterwards, and pins no foreign buffer', () => {
  const mvcc = new Mvcc()
  const socketRead = new Uint8Array(65536).fill(7)
  run(mvcc, { do: 'put', key: 'k', value: socketRead.subarray(100, 104) })
  socketRead.fill(0)
  const kept = mvcc.get('k')?.value as Uint8Array
  expect([...kept]).toEqual([7, 7, 7, 7])
  expect(kept.buffer).not.toBe(socketRead.buffer)
})
