/**
 * RFC 6902 and the habits of the library that Kubernetes uses.
 */
import { describe, expect, test } from 'vitest'
import { jsonPatch, unknownJsonPatchFields } from './json-patch.ts'

const document = { a: [1, { b: 2 }, null], o: { x: { y: 1 }, n: null }, '~/': 1 }
type Operations = readonly object[]

describe('jsonPatch()', () => {
  const cases: readonly [string, Operations, unknown][] = [
    ['adds a key', [{ op: 'add', path: '/k', value: 1 }], { ...document, k: 1 }],
    ['replaces a missing key by adding it', [{ op: 'replace', path: '/o/z', value: 1 }], { ...document, o: { ...document.o, z: 1 } }],
    ['inserts', [{ op: 'add', path: '/a/0', value: 0 }], { ...document, a: [0, 1, { b: 2 }, null] }],
    ['appends', [{ op: 'add', path: '/a/-', value: 0 }], { ...document, a: [1, { b: 2 }, null, 0] }],
    ['appends at -1', [{ op: 'add', path: '/a/-1', value: 0 }], { ...document, a: [1, { b: 2 }, null, 0] }],
    ['removes the last at -1', [{ op: 'remove', path: '/a/-1' }], { ...document, a: [1, { b: 2 }] }],
    ['takes 00 for 0', [{ op: 'replace', path: '/a/00', value: 9 }], { ...document, a: [9, { b: 2 }, null] }],
    ['decodes ~0 and ~1', [{ op: 'remove', path: '/~0~1' }], { a: document.a, o: document.o }],
    ['moves', [{ op: 'move', from: '/o/x', path: '/x' }], { ...document, o: { n: null }, x: { y: 1 } }],
    ['copies', [{ op: 'copy', from: '/o/x', path: '/a/0' }], { ...document, a: [{ y: 1 }, 1, { b: 2 }, null] }],
    ['copies what is missing as null', [{ op: 'copy', from: '/zz', path: '/k' }], { ...document, k: null }],
    ['tests null on a missing key', [{ op: 'test', path: '/zz', value: null }], document],
    ['tests deeply', [{ op: 'test', path: '/o', value: { n: null, x: { y: 1 } } }], document],
    ['replaces the whole', [{ op: 'replace', path: '', value: { k: 1 } }], { k: 1 }],
    ['ignores a scalar for the whole', [{ op: 'replace', path: '', value: 1 }], document],
    ['counts a missing value as null', [{ op: 'add', path: '/k' }], { ...document, k: null }],
    [
      'keeps copies apart',
      [
        { op: 'add', path: '/o/x/y', value: 5 },
        { op: 'copy', from: '/o/x', path: '/k' },
        { op: 'add', path: '/k/y', value: 6 },
      ],
      { ...document, o: { x: { y: 5 }, n: null }, k: { y: 6 } },
    ],
  ]
  test.each(cases)('%s', (_, patch, result) => {
    const before = JSON.stringify([document, patch])
    expect(jsonPatch(document, patch)).toEqual(result)
    expect(JSON.stringify([document, patch])).toBe(before)
  })

  test.each<[string, Operations]>([
    ['a failing test', [{ op: 'test', path: '/a/0', value: 2 }]],
    ['an unknown operation', [{ op: 'frobnicate', path: '/a' }]],
    ['no operation', [{ path: '/a' }]],
    ['no path', [{ op: 'add', value: 1 }]],
    ['removal of a missing key', [{ op: 'remove', path: '/zz' }]],
    ['a missing parent', [{ op: 'add', path: '/zz/y', value: 1 }]],
    ['a scalar parent', [{ op: 'add', path: '/a/0/x', value: 1 }]],
    ['a null parent', [{ op: 'add', path: '/o/n/x', value: 1 }]],
    ['an index too far', [{ op: 'add', path: '/a/9', value: 1 }]],
    ['an index that is none', [{ op: 'add', path: '/a/x', value: 1 }]],
    ['replacing behind the end', [{ op: 'replace', path: '/a/-', value: 1 }]],
    ['adding the whole', [{ op: 'add', path: '', value: {} }]],
    ['a path without slash', [{ op: 'add', path: 'a', value: 1 }]],
    ['moving what is not there', [{ op: 'move', from: '/zz', path: '/k' }]],
    ['an inherited name', [{ op: 'remove', path: '/constructor' }]],
  ])('%s is a 422 without details', (_, patch) => {
    expect(() => jsonPatch(document, patch)).toThrow(
      expect.objectContaining({
        status: expect.objectContaining({
          code: 422,
          reason: 'Invalid',
          message: 'the server rejected our request due to an error in our request',
          details: {},
        }),
      }),
    )
  })

  test.each([
    [{}, 400, 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
    ['x', 400, 'error decoding patch: json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
    [[1], 400, 'error decoding patch: json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
    [[{ op: 1 }], 400, 'error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string'],
    [
      Array.from({ length: 10_001 }, () => ({})),
      413,
      'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ],
  ])('bad patch %#', (patch, code, message) => {
    expect(() => jsonPatch(document, patch)).toThrow(expect.objectContaining({ code, message }))
  })

  test('null is a no-op', () => expect(jsonPatch(document, null)).toBe(document))
  test('ten thousand operations on one list are quick', () => {
    const patch = Array.from({ length: 10_000 }, (_, i) => ({ op: 'add', path: '/l/-', value: i }))
    expect((jsonPatch({ l: [] }, patch) as { l: number[] }).l).toHaveLength(10_000)
  })
  test('copies that double and double end', () => {
    const patch = Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '', path: `/${i}` }))
    expect(() => jsonPatch({ l: 'x'.repeat(1000) }, patch)).toThrow(expect.objectContaining({ code: 422 }))
    const doubling = Array.from({ length: 60 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a/${i}` }))
    expect(() => jsonPatch({ a: { x: 'y' } }, doubling)).toThrow(expect.objectContaining({ code: 422 }))
  })
  test('__proto__ is a key like any other', () => {
    const patched = jsonPatch({}, [{ op: 'add', path: '/__proto__', value: { polluted: 1 } }])
    expect(JSON.stringify(patched)).toBe('{"__proto__":{"polluted":1}}')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })
  test('unknownJsonPatchFields()', () => {
    expect(unknownJsonPatchFields([{ op: 'add', bogus: 1 }])).toEqual(['json patch unknown field "[0].bogus"'])
  })
})
