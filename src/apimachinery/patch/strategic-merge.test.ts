/**
 * Every directive, the orders of lists, and every way to get a patch wrong.
 */
import { describe, expect, test } from 'vitest'
import { boolean, field, int32, list, map, rawExtension, string, struct } from '../schema/schema.ts'
import type { JsonObject } from './plain-json.ts'
import { strategicMergePatch } from './strategic-merge.ts'

const port = struct('test.v1.Port', { port: field(1, int32), protocol: field(2, string).optional() })
const container = struct('test.v1.Container', {
  name: field(1, string),
  image: field(2, string).optional(),
  args: field(3, list(string)).optional(),
  ports: field(4, list(port)).optional().patchMerge('port'),
})
const strategy = struct('test.v1.Strategy', { type: field(1, string).optional(), rolling: field(2, map(string)).optional() })
const schema = struct('test.v1.Thing', {
  name: field(1, string).optional(),
  labels: field(2, map(string)).optional(),
  containers: field(3, list(container)).optional().patchMerge('name'),
  finalizers: field(4, list(string)).optional().patchMerge(),
  strategy: field(5, strategy).optional().retainKeys(),
  whole: field(6, strategy).optional().patchReplace(),
  pairs: field(7, map(port)).optional(),
  keyless: field(8, list(port)).optional().patchMerge(),
  raw: field(9, rawExtension).optional(),
  on: field(10, boolean).optional(),
})

const cs = (...names: readonly string[]): object[] => names.map((name) => ({ name }))

describe('strategicMergePatch()', () => {
  const cases: readonly [string, JsonObject, JsonObject, JsonObject][] = [
    ['maps are merged', { labels: { a: '1', b: '2' } }, { labels: { b: null, c: '3' } }, { labels: { a: '1', c: '3' } }],
    [
      'null where there is nothing is nothing',
      {},
      { labels: null, strategy: { type: null, rolling: { a: '1' } } },
      { strategy: { rolling: { a: '1' } } },
    ],
    [
      'elements are merged by key',
      { containers: [{ name: 'a', image: '1' }] },
      { containers: [{ name: 'a', args: ['x'] }] },
      { containers: [{ name: 'a', image: '1', args: ['x'] }] },
    ],
    [
      'lists without strategy are replaced',
      { containers: [{ name: 'a', args: ['x'] }] },
      { containers: [{ name: 'a', args: ['y'] }] },
      { containers: [{ name: 'a', args: ['y'] }] },
    ],
    ['new elements stand in front', { containers: cs('a', 'b') }, { containers: cs('x') }, { containers: cs('x', 'a', 'b') }],
    ['the patch keeps its order', { containers: cs('a', 'b', 'c') }, { containers: cs('c', 'a') }, { containers: cs('b', 'c', 'a') }],
    [
      'nested lists merge too',
      { containers: [{ name: 'a', ports: [{ port: 1 }] }] },
      { containers: [{ name: 'a', ports: [{ port: 2 }] }] },
      { containers: [{ name: 'a', ports: [{ port: 2 }, { port: 1 }] }] },
    ],
    ['scalars are united', { finalizers: ['a', 'b'] }, { finalizers: ['c', 'a'] }, { finalizers: ['c', 'a', 'b'] }],
    ['an element is deleted', { containers: cs('a', 'b') }, { containers: [{ name: 'a', $patch: 'delete' }] }, { containers: cs('b') }],
    ['a list is replaced', { containers: cs('a', 'b') }, { containers: [{ $patch: 'replace' }, ...cs('c')] }, { containers: cs('c') }],
    ['a map is replaced', { labels: { a: '1' } }, { labels: { $patch: 'replace', b: '2' } }, { labels: { b: '2' } }],
    ['a map is emptied', { labels: { a: '1' } }, { labels: { $patch: 'delete', b: '2' } }, { labels: {} }],
    ['$patch: merge where nothing is vanishes', {}, { labels: { $patch: 'merge', b: '2' } }, {}],
    ['deleting what is not there', {}, { containers: [{ name: 'a', $patch: 'delete' }, ...cs('b')] }, { containers: cs('b') }],
    [
      '$retainKeys',
      { strategy: { type: 'R', rolling: { a: '1' } } },
      { strategy: { $retainKeys: ['type'], type: 'X' } },
      { strategy: { type: 'X' } },
    ],
    ['strategy replace', { whole: { type: 'a', rolling: { a: '1' } } }, { whole: { type: 'b' } }, { whole: { type: 'b' } }],
    ['$deleteFromPrimitiveList', { finalizers: ['a', 'b', 'a'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }, { finalizers: ['b'] }],
    ['$deleteFromPrimitiveList of nothing', {}, { '$deleteFromPrimitiveList/finalizers': ['a'] }, {}],
    [
      '$setElementOrder alone',
      { containers: cs('a', 'b', 'c') },
      { '$setElementOrder/containers': cs('c', 'a') },
      { containers: cs('b', 'c', 'a') },
    ],
    [
      '$setElementOrder with additions',
      { containers: cs('a', 'b') },
      { containers: [{ name: 'x', image: '1' }], '$setElementOrder/containers': cs('a', 'x') },
      { containers: [{ name: 'a' }, { name: 'x', image: '1' }, { name: 'b' }] },
    ],
    [
      '$setElementOrder with deletions',
      { containers: cs('a', 'b', 'c') },
      { containers: [{ name: 'b', $patch: 'delete' }], '$setElementOrder/containers': cs('c', 'a') },
      { containers: cs('c', 'a') },
    ],
    [
      '$setElementOrder of scalars',
      { finalizers: ['a', 'b'] },
      { finalizers: ['c'], '$setElementOrder/finalizers': ['b', 'c'] },
      { finalizers: ['a', 'b', 'c'] },
    ],
    ['$setElementOrder where nothing is', {}, { '$setElementOrder/containers': cs('a') }, {}],
    ['another type replaces', { name: 'a' }, { name: { x: 1 } }, { name: { x: 1 } }],
    [
      'lists without strategy keep directives',
      { containers: [{ name: 'a', args: ['x'] }] },
      { containers: [{ name: 'a', args: [{ $patch: 'replace' }] }] },
      { containers: [{ name: 'a', args: [{ $patch: 'replace' }] }] },
    ],
    ['an empty patch', { name: 'a' }, {}, { name: 'a' }],
  ]
  test.each(cases)('%s', (_, original, patch, result) => {
    const before = JSON.stringify([original, patch])
    expect(strategicMergePatch(schema, original, patch)).toEqual(result)
    expect(JSON.stringify([original, patch])).toBe(before)
  })

  test.each<[string, JsonObject, unknown, number, string]>([
    [
      'unknown directive',
      { labels: {} },
      { labels: { $patch: 'foo', b: '2' } },
      500,
      'unknown patch type: foo in map: map[$patch:foo b:2]',
    ],
    [
      '$patch: merge in a map',
      { labels: { a: '1' } },
      { labels: { $patch: 'merge' } },
      500,
      'unknown patch type: merge in map: map[$patch:merge]',
    ],
    [
      '$patch: merge in a list',
      { containers: cs('a') },
      { containers: [{ $patch: 'merge' }] },
      500,
      'merging lists cannot yet be specified in the patch',
    ],
    [
      'unknown directive in a list',
      { containers: cs('a') },
      { containers: [{ $patch: 1 }] },
      500,
      'unknown patch type: %!s(int64=1) in map: map[$patch:1]',
    ],
    [
      'missing merge key',
      { containers: cs('a') },
      { containers: [{ image: 'x' }] },
      500,
      'map: map[image:x] does not contain declared merge key: name',
    ],
    [
      'missing merge key of the object',
      { containers: [{ image: 'x' }] },
      { containers: cs('a') },
      500,
      'map: map[image:x] does not contain declared merge key: name',
    ],
    [
      'mixed elements',
      { finalizers: ['a'] },
      { finalizers: [{ $patch: 'replace' }, 'b'] },
      500,
      'list element types are not identical: [[a] [map[$patch:replace] b]]',
    ],
    ['lists of lists', { finalizers: [] }, { finalizers: [['a']] }, 422, 'the server rejected our request due to an error in our request'],
    [
      'no merge key declared',
      { keyless: [{ port: 1 }] },
      { keyless: [{ port: 2 }] },
      500,
      'cannot merge lists without merge key for struct',
    ],
    ['unknown field in depth', { bogus: {} }, { bogus: {} }, 500, 'unable to find api field in struct Thing for the json field "bogus"'],
    [
      'maps inside maps',
      { pairs: { a: { port: {} } } },
      { pairs: { a: { port: { x: 1 } } } },
      500,
      'merging an object in json but data type is not struct, instead is: map',
    ],
    [
      'objects inside raw JSON',
      { raw: { a: {} } },
      { raw: { a: {} } },
      500,
      'unable to find api field in struct RawExtension for the json field "a"',
    ],
    [
      'a list where the schema has none',
      { strategy: { type: [] } },
      { strategy: { type: ['a'] } },
      500,
      'expected slice or array type, but got: struct',
    ],
    [
      '$retainKeys without a key of the patch',
      { strategy: {} },
      { strategy: { $retainKeys: ['rolling'], type: 'X' } },
      400,
      'invalid patch format of retainKeys',
    ],
    ['$retainKeys that is no list', { strategy: {} }, { strategy: { $retainKeys: 'x' } }, 400, 'invalid patch format of retainKeys'],
    ['$deleteFromPrimitiveList without a slash', {}, { $deleteFromPrimitiveList: ['x'] }, 400, 'invalid patch format of primitive list'],
    ['$setElementOrder without a slash', {}, { $setElementOrder: ['x'] }, 400, 'invalid patch format of setElementOrder list'],
    [
      '$setElementOrder that is no list',
      {},
      { '$setElementOrder/containers': 'x' },
      500,
      'expected a []interface {}, but received a string',
    ],
    [
      '$setElementOrder in another order',
      { containers: cs('a') },
      { containers: cs('b', 'a'), '$setElementOrder/containers': cs('a', 'b') },
      500,
      "The order in patch list:\n[map[name:b] map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    ],
    ['a list', {}, [1], 400, 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
  ])('%s is refused', (_, original, patch, code, message) => {
    expect(() => strategicMergePatch(schema, original, patch)).toThrow(expect.objectContaining({ code, message }))
  })

  test('null changes nothing', () => expect(strategicMergePatch(schema, { name: 'a' }, null)).toEqual({ name: 'a' }))
  test('__proto__ is a key like any other', () => {
    const merged = strategicMergePatch(schema, { labels: {} }, { labels: JSON.parse('{"__proto__":"x","constructor":"y"}') })
    expect(JSON.stringify(merged)).toBe('{"labels":{"__proto__":"x","constructor":"y"}}')
  })
})
