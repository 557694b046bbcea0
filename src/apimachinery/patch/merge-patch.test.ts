/**
 * RFC 7386, and that the patch of a difference leads to the target.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergePatch } from './merge-patch.ts'
import { isObject, type JsonObject, jsonEqual } from './plain-json.ts'

describe('mergePatch()', () => {
  // RFC 7386, appendix A, as far as objects go, and upstream's habits.
  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    [{}, { a: [{ b: null }, null] }, { a: [{}, null] }],
    [{ a: {} }, { a: [{ b: null }] }, { a: [{ b: null }] }],
    [{ a: null }, { a: { b: null } }, { a: {} }],
  ])('%j with %j', (original, patch, result) => {
    const before = JSON.stringify([original, patch])
    expect(mergePatch(original, patch)).toEqual(result)
    expect(JSON.stringify([original, patch])).toBe(before)
  })

  test.each([
    [null, 'Invalid JSON Patch'],
    [[1], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'],
    [true, 'error decoding patch: json: cannot unmarshal bool into Go value of type map[string]interface {}'],
  ])('%j is a 400', (patch, message) => {
    expect(() => mergePatch({}, patch)).toThrow(expect.objectContaining({ code: 400, message }))
  })

  test('a patch that changes nothing returns the very object', () => {
    const original = { a: { b: 1 }, c: 2 }
    expect(mergePatch(original, { a: { b: 1, x: null }, c: 2 })).toBe(original)
  })
  test('__proto__ is a key like any other', () => {
    const patched = mergePatch({}, JSON.parse('{"__proto__":{"x":1},"constructor":null}'))
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"x":1}}')
  })

  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.integer(),
      fc.constant('s'),
      fc.array(fc.integer(), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any')),
    ),
  })).any
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value)

  test('the patch of a difference leads to the target', () => {
    fc.assert(fc.property(object, object, (from, to) => jsonEqual(mergePatch(from, difference(from, to)), to)))
  })
  function difference(from: JsonObject, to: JsonObject): JsonObject {
    const patch: Record<string, unknown> = {}
    for (const key of Object.keys(from)) if (!(key in to)) patch[key] = null
    for (const key of Object.keys(to)) {
      const [a, b] = [from[key], to[key]]
      if (!jsonEqual(a, b)) patch[key] = isObject(a) && isObject(b) ? difference(a, b) : b
    }
    return patch
  }
})
