/**
 * The order of merged lists (upstream's own table) and what merging and removing leave.
 */
import { describe, expect, test } from 'vitest'
import { thing } from './example-schema.ts'
import { setOf } from './field-set.ts'
import { mergeTyped } from './merge.ts'
import { removeFields } from './remove.ts'
import { shapeOfObject } from './shape.ts'

const shape = shapeOfObject(thing)
const merge = (live: object, applied: object): unknown => (mergeTyped(shape, { spec: live }, { spec: applied }) as { spec: unknown }).spec

describe('mergeTyped()', () => {
  // [live, applied, merged], each letter an element: upstream's table of orders.
  test.each([
    ['abc', 'ab', 'abc'],
    ['ab', 'abc', 'abc'],
    ['abc', '', 'abc'],
    ['', 'abc', 'abc'],
    ['ab', 'ba', 'ba'],
    ['abc', 'def', 'abcdef'],
    ['abc', 'cdef', 'abcdef'],
    ['abcgf', 'cdef', 'abcgdef'],
    ['abc', 'defxyz', 'abcdefxyz'],
    ['cdef', 'ace', 'acdef'],
    ['abcxyz', 'def', 'abcxyzdef'],
    ['abcxyz', 'defxyz', 'abcdefxyz'],
    ['cagf', 'cfag', 'cfag'],
    ['abcd', 'defa', 'bcdefa'],
    ['cdefghij', '2h3e4kl', 'cdfg2hij3e4kl'],
    ['abcdefghij', '1b2h3e4kl', 'a1bcdfg2hij3e4kl'],
    ['abb', 'c', 'abbc'],
    ['abb', 'b', 'ab'],
    ['abb', 'a', 'abb'],
    ['abcdec', '1b2ed', 'a1bc2ecd'],
    ['abcdec', '1b2ced', 'a1b2ced'],
    ['aabb', 'bcd', 'aabcd'],
    ['aabb', '', 'aabb'],
    ['abc', 'axc', 'abxc'],
    ['aba', 'b', 'aba'],
  ])('%s and %s make %s', (live, applied, merged) => {
    const result = merge({ set: [...live] }, { set: [...applied] }) as { set: string[] }
    expect(result.set.join('')).toBe(merged)
  })
  test.each([
    [{ text: 'a', on: true }, { text: 'b' }, { text: 'b', on: true }],
    [
      { items: [{ name: 'a', value: '1' }] },
      { items: [{ name: 'a', ports: [{ port: 1 }] }] },
      { items: [{ name: 'a', value: '1', ports: [{ port: 1 }] }] },
    ],
    [{ atomic: ['a'] }, { atomic: ['b'] }, { atomic: ['b'] }],
    [{ selector: { a: '1' } }, { selector: { b: '1' } }, { selector: { b: '1' } }],
    [{ labels: { a: '1' } }, { labels: { b: '1' } }, { labels: { a: '1', b: '1' } }],
    [{ labels: { a: '1' } }, { labels: null }, { labels: { a: '1' } }],
    [{ labels: {} }, { labels: null }, { labels: null }],
    [{ any: { a: 1 } }, { any: { b: [2] } }, { any: { a: 1, b: [2] } }],
    [{ any: { a: 1 } }, { any: 5 }, { any: 5 }],
    [{ raw: { a: 1 } }, { raw: { b: 1 } }, { raw: { b: 1 } }],
    [{ text: 'a' }, { text: null }, { text: null }],
  ])('%j and %j', (live, applied, merged) => expect(merge(live, applied)).toEqual(merged))

  test('what changes nothing gives back the live object', () => {
    const live = { spec: { items: [{ name: 'a', value: '1' }, { name: 'b' }], labels: { a: '1' } } }
    expect(mergeTyped(shape, live, { spec: { items: [{ name: 'b' }] } })).toBe(live)
  })
})

test('removeFields() takes out fields, elements and entries', () => {
  const value = { spec: { text: 'a', labels: { a: '1', b: '2' }, items: [{ name: 'a', value: 'x' }, { name: 'b' }], set: ['x'] } }
  const fields = setOf(
    ['f:spec', 'f:text'],
    ['f:spec', 'f:labels', 'f:a'],
    ['f:spec', 'f:items', 'k:{"name":"a"}', 'f:value'],
    ['f:spec', 'f:items', 'k:{"name":"b"}'],
    ['f:spec', 'f:set', 'v:"x"'],
  )
  expect(removeFields(shape, value, fields)).toEqual({ spec: { labels: { b: '2' }, items: [{ name: 'a' }], set: null } })
  expect(removeFields(shape, value, setOf())).toBe(value)
})
