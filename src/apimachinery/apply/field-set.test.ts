/**
 * Sets of paths: their arithmetic as a table, their JSON in and out, and laws for random sets.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeFieldSet,
  differenceOf,
  emptySet,
  encodeFieldSet,
  equalSets,
  type FieldSet,
  hasPath,
  intersectionOf,
  isEmptySet,
  leavesOf,
  pathsOf,
  recursiveDifferenceOf,
  setOf,
  sizeOf,
  unionOf,
} from './field-set.ts'
import { type Path, printPath } from './path-element.ts'

const path = (text: string): Path => text.split('.').map((name) => (name.startsWith('[') ? `k:{"k":"${name.slice(1, -1)}"}` : `f:${name}`))
const set = (...paths: readonly string[]): FieldSet => setOf(...paths.map(path))
const shown = (some: FieldSet): string[] => [...pathsOf(some)].map((one) => printPath(one).slice(1))

describe('sets of paths', () => {
  // Upstream's own table: what a set operation does to parents and children.
  test.each<[string, FieldSet, FieldSet, string[], string[], string[], string[]]>([
    ['disjoint', set('a'), set('b'), ['a', 'b'], [], ['a'], ['a']],
    ['same', set('a', 'a.b'), set('a', 'a.b'), ['a', 'a.b'], ['a', 'a.b'], [], []],
    ['parent minus child', set('a'), set('a.b'), ['a', 'a.b'], [], ['a'], ['a']],
    ['child minus parent', set('a.b'), set('a'), ['a', 'a.b'], [], ['a.b'], []],
    ['both minus parent', set('a', 'a.b'), set('a'), ['a', 'a.b'], ['a'], ['a.b'], []],
    ['both minus child', set('a', 'a.b', 'a.c'), set('a.b'), ['a', 'a.b', 'a.c'], ['a.b'], ['a', 'a.c'], ['a', 'a.c']],
    ['nothing', set('a.b'), emptySet, ['a.b'], [], ['a.b'], ['a.b']],
    ['from nothing', emptySet, set('a.b'), ['a.b'], [], [], []],
  ])('%s', (_, a, b, union, intersection, difference, recursive) => {
    expect(shown(unionOf(a, b))).toEqual(union)
    expect(shown(intersectionOf(a, b))).toEqual(intersection)
    expect(shown(differenceOf(a, b))).toEqual(difference)
    expect(shown(recursiveDifferenceOf(a, b))).toEqual(recursive)
  })

  test('are walked members first, then what is below, both sorted', () => {
    expect(shown(set('b.x', 'a', 'c', 'b', 'a.y', 'a.[k]'))).toEqual(['a', 'b', 'c', 'a.y', 'a[k="k"]', 'b.x'])
  })
  test('know their members, size and leaves', () => {
    const some = set('a', 'a.b', 'c.d')
    expect(hasPath(some, path('a.b'))).toBe(true)
    expect(hasPath(some, path('c'))).toBe(false)
    expect(hasPath(some, [])).toBe(false)
    expect(sizeOf(some)).toBe(3)
    expect(shown(leavesOf(some))).toEqual(['a.b', 'c.d'])
    expect(isEmptySet(setOf())).toBe(true)
  })
})

describe('FieldsV1', () => {
  test.each([
    ['{}', set()],
    ['{"f:a":{}}', set('a')],
    ['{"f:a":{".":{},"f:b":{}}}', set('a', 'a.b')],
    ['{"f:a":{"f:b":{},"k:{\\"k\\":\\"x\\"}":{".":{},"f:k":{}}}}', set('a.b', 'a.[x]', 'a.[x].k')],
  ])('%s', (json, some) => {
    expect(JSON.stringify(encodeFieldSet(some))).toBe(json)
    const { set: decoded, isCanonical } = decodeFieldSet(JSON.parse(json))
    expect(equalSets(decoded, some)).toBe(true)
    expect(isCanonical).toBe(true)
  })
  test.each([
    ['{"f:b":{},"f:a":{}}', '{"f:a":{},"f:b":{}}'],
    ['{"f:a":{".":{}}}', '{"f:a":{}}'],
    ['{"f:a":{"f:b":{},".":{}}}', '{"f:a":{".":{},"f:b":{}}}'],
    ['{"f:a":null}', '{"f:a":{}}'],
    ['{"z:new":{"f:x":{}},"f:a":{"z:new":{}}}', '{"f:a":{}}'],
    ['{"v:10":{},"v:9":{}}', '{"v:9":{},"v:10":{}}'],
  ])('%s is written as %s', (sent, written) => {
    const { set: decoded, isCanonical } = decodeFieldSet(JSON.parse(sent))
    expect(JSON.stringify(encodeFieldSet(decoded))).toBe(written)
    expect(isCanonical).toBe(false)
  })
  test.each(['{"f:a":1}', '{"x":{}}', '{"k:[":{}}', '[]', '"x"'])('%s is refused', (json) =>
    expect(() => decodeFieldSet(JSON.parse(json))).toThrow(),
  )

  const element = fc.oneof(
    fc.string({ maxLength: 3 }).map((name) => `f:${name}`),
    fc.string({ maxLength: 3 }).map((value) => `v:${JSON.stringify(value).replace(/[<>&]/g, 'x')}`),
    fc.nat(20).map((key) => `k:{"n":${key}}`),
  )
  const anySet = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 8 }).map((paths) => setOf(...paths))
  test('every set survives JSON', () => {
    fc.assert(fc.property(anySet, (some) => equalSets(decodeFieldSet(JSON.parse(JSON.stringify(encodeFieldSet(some)))).set, some)))
  })
  test('union, intersection and difference hang together', () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const rest = differenceOf(a, b)
        return (
          equalSets(unionOf(a, b), unionOf(b, a)) &&
          equalSets(unionOf(rest, intersectionOf(a, b)), a) &&
          isEmptySet(intersectionOf(rest, b)) &&
          sizeOf(rest) + sizeOf(intersectionOf(a, b)) === sizeOf(a)
        )
      }),
    )
  })
})
