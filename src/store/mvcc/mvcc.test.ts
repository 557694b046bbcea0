/**
 * The state against a model too simple to be wrong: an array of whole maps, one for each revision. Random transactions,
 * durability that lags behind, roll-backs, compaction in slices, and every kind of read at every readable revision.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Operation } from '../store.ts'
import { sweep } from './compact.ts'
import { Mvcc } from './mvcc.ts'
import { retainedBytes } from './version.ts'

interface ModelKey {
  readonly value: string
  readonly created: number
  readonly changed: number
  readonly version: number
}
type ModelState = ReadonlyMap<string, ModelKey>

type Step =
  | { readonly step: 'write'; readonly operations: readonly Operation[] }
  | { readonly step: 'publish' | 'rollBack' }
  | { readonly step: 'compact'; readonly back: number; readonly slice: number }

const keys = fc.constantFrom('a', 'a/1', 'a/2', 'a/20', 'b', 'b/\xff', 'c', '\xff', '\xff\xff')
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('put' as const), key: keys, value: fc.uint8Array({ maxLength: 3 }) }) },
  { weight: 1, arbitrary: keys.map((start) => ({ do: 'delete' as const, range: { start } })) },
  { weight: 1, arbitrary: fc.tuple(keys, keys).map(([start, end]) => ({ do: 'delete' as const, range: { start, end } })) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ step: fc.constant('write' as const), operations: fc.array(operation, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.constant({ step: 'publish' as const }) },
  { weight: 1, arbitrary: fc.constant({ step: 'rollBack' as const }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('compact' as const), back: fc.nat(6), slice: fc.integer({ min: 1, max: 4 }) }) },
)

class Model {
  /** Index 0 is revision 1. */
  states: ModelState[] = [new Map()]
  durable = 1
  compacted = 1

  get head(): number {
    return this.states.length
  }

  write(operations: readonly Operation[]): void {
    const revision = this.head + 1
    const state = new Map(this.states[this.head - 1])
    let changed = false
    for (const operation of operations) {
      if (operation.do === 'put') {
        const before = state.get(operation.key)
        changed = true
        state.set(operation.key, {
          value: operation.value.join(),
          created: before?.created ?? revision,
          changed: revision,
          version: (before?.version ?? 0) + 1,
        })
      } else if (operation.do === 'delete') {
        for (const key of [...state.keys()])
          if (inRange(key, operation.range.start, operation.range.end)) changed = state.delete(key) || changed
      }
    }
    if (changed) this.states.push(state)
  }
}

function inRange(key: string, start: string, end: string | undefined): boolean {
  return end === undefined ? key === start : key >= start && (end === '\0' || key < end)
}

function apply(mvcc: Mvcc, model: Model, one: Step): void {
  switch (one.step) {
    case 'write': {
      const transaction = { compare: [], then: one.operations }
      let decision: ReturnType<Mvcc['decide']>
      try {
        decision = mvcc.decide(transaction)
      } catch {
        return // a key written twice
      }
      mvcc.run(transaction, decision)
      return model.write(one.operations)
    }
    case 'publish':
      mvcc.publishTo(mvcc.head)
      model.durable = model.head
      return
    case 'rollBack':
      mvcc.rollBack()
      model.states.length = model.durable
      return
    case 'compact': {
      const revision = mvcc.durable - one.back
      if (revision <= mvcc.compacted) return
      mvcc.compactTo(revision)
      model.compacted = revision
      while (!sweep(mvcc, revision, one.slice)) check(mvcc, model)
    }
  }
}

const ranges = [
  { start: '', end: '\0' },
  { start: 'a/', end: 'a0' },
  { start: 'a/2', end: '\xff' },
  { start: 'b' },
  { start: 'c', end: 'a' },
]

function check(mvcc: Mvcc, model: Model): void {
  expect([mvcc.head, mvcc.durable, mvcc.compacted]).toEqual([model.head, model.durable, model.compacted])
  for (let revision = model.compacted; revision <= model.durable; revision++) {
    const state = model.states[revision - 1] as ModelState
    for (const range of ranges) {
      const expected = [...state.keys()].filter((key) => inRange(key, range.start, range.end)).sort()
      for (const at of revision === model.durable ? [revision, undefined] : [revision]) {
        const options = at === undefined ? {} : { at }
        const all = mvcc.range(range, options)
        expect(all.items.map((kv) => kv.key)).toEqual(expected)
        expect(all.count).toBe(expected.length)
        expect(mvcc.range(range, { ...options, countOnly: true })).toMatchObject({ items: [], count: expected.length })
        const limited = mvcc.range(range, { ...options, limit: 2 })
        expect([limited.items.map((kv) => kv.key), limited.count]).toEqual([expected.slice(0, 2), expected.length])
        for (const kv of all.items) {
          const { value, createRevision, modRevision, version } = kv
          expect({ value: value.join(), created: createRevision, changed: modRevision, version }).toEqual(state.get(kv.key))
        }
      }
    }
  }
}

/** Once nothing is pending and everything before the head is compacted, only live keys may cost anything. */
function checkNothingIsLeft(mvcc: Mvcc): void {
  mvcc.publishTo(mvcc.head)
  if (mvcc.head > mvcc.compacted) mvcc.compactTo(mvcc.head)
  while (!sweep(mvcc, mvcc.head, 100));
  expect(mvcc.history.bytes).toBe(0)
  expect(mvcc.index.size).toBe(mvcc.range({ start: '', end: '\0' }, undefined).count)
}

describe('Mvcc', () => {
  test('reads at every revision agree with a model of whole maps', () => {
    const property = fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const mvcc = new Mvcc()
      const model = new Model()
      for (const one of steps) apply(mvcc, model, one)
      check(mvcc, model)
      checkNothingIsLeft(mvcc)
    })
    fc.assert(property, { numRuns: 300 })
  })

  test('readers see a write only when it is published, compares see it at once', () => {
    const mvcc = new Mvcc()
    const write = {
      compare: [{ key: 'k', target: 'version' as const, is: '=' as const, than: 0 }],
      then: [{ do: 'put' as const, key: 'k', value: new Uint8Array(1) }],
    }
    expect(mvcc.run(write, mvcc.decide(write)).succeeded).toBe(true)
    expect([mvcc.get('k'), mvcc.range({ start: 'k' }, undefined).count, mvcc.durable, mvcc.head]).toEqual([undefined, 0, 1, 2])
    expect(mvcc.run(write, mvcc.decide(write)).succeeded).toBe(false)
    mvcc.publishTo(2)
    expect(mvcc.get('k')?.modRevision).toBe(2)
  })

  test('refuses to read what is compacted and what is not yet', () => {
    const mvcc = new Mvcc()
    for (let count = 0; count < 4; count++)
      mvcc.run({ compare: [], then: [{ do: 'put', key: 'k', value: new Uint8Array(1) }] }, { outcomes: [true], writes: true })
    mvcc.publishTo(4)
    mvcc.compactTo(3)
    const read = (at: number) => () => mvcc.range({ start: 'k' }, { at })
    expect(read(2)).toThrow(
      expect.objectContaining({ code: 'compacted', message: 'Revision 2 has been compacted; the oldest that can be read is 3' }),
    )
    expect(read(3)().items[0]?.modRevision).toBe(3)
    expect(read(5)).toThrow(expect.objectContaining({ code: 'futureRevision' }))
    expect(() => mvcc.compactTo(3)).toThrow(expect.objectContaining({ code: 'compacted' }))
    expect(() => mvcc.compactTo(5)).toThrow(expect.objectContaining({ code: 'futureRevision' }))
  })

  test('many keys: chunks split, fill and empty without losing order', () => {
    const mvcc = new Mvcc()
    const put = (key: string): void => void mvcc.put(key, new Uint8Array(0), 0)
    const key = (number: number): string => `/k/${String(number).padStart(6, '0')}`
    mvcc.replayAt(2)
    for (let number = 0; number < 3000; number++) put(key(number * 2))
    mvcc.publishTo(2)
    mvcc.replayAt(3)
    for (let number = 2999; number >= 0; number--) put(key(number * 2 + 1))
    mvcc.publishTo(3)
    const all = (at: number) => mvcc.range({ start: '/k/', end: '/k0' }, { at }).items.map((kv) => kv.key)
    expect(all(2)).toEqual(Array.from({ length: 3000 }, (_, number) => key(number * 2)))
    expect(all(3)).toEqual(Array.from({ length: 6000 }, (_, number) => key(number)))
    for (const chunk of mvcc.index.chunks) expect(chunk.entries.length).toBeLessThanOrEqual(512)
    mvcc.replayAt(4)
    mvcc.delete({ start: key(100), end: key(5900) })
    mvcc.publishTo(4)
    expect(mvcc.range({ start: '', end: '\0' }, { limit: 3 })).toMatchObject({ count: 200 })
    mvcc.compactTo(4)
    sweep(mvcc, 4, 1e9)
    expect([mvcc.index.size, mvcc.history.bytes, all(4).length]).toEqual([200, 0, 200])
  })

  test('the history costs what was replaced and tombstones, not what lives', () => {
    const mvcc = new Mvcc()
    const run = (operation: Operation): void => void mvcc.run({ compare: [], then: [operation] }, { outcomes: [true], writes: true })
    run({ do: 'put', key: 'k', value: new Uint8Array(1000) })
    expect(mvcc.history.bytes).toBe(0)
    const first = mvcc.history.at(0)
    run({ do: 'put', key: 'k', value: new Uint8Array(10) })
    expect(mvcc.history.bytes).toBe(retainedBytes(first))
    mvcc.rollBack()
    expect(mvcc.history.bytes).toBe(0)
  })
})
