/**
 * Differences between two specs, one sort of field at a time.
 */
import { expect, test } from 'vitest'
import { compareTyped } from './compare.ts'
import { thing } from './example-schema.ts'
import { type FieldSet, pathsOf } from './field-set.ts'
import { printPath } from './path-element.ts'
import { shapeOfObject } from './shape.ts'

const shown = (set: FieldSet): string => [...pathsOf(set)].map(printPath).join(' ').replaceAll('.spec', '')

test.each<[string, object, object, { added?: string; modified?: string; removed?: string }]>([
  ['nothing', { text: 'a' }, { text: 'a' }, {}],
  ['a scalar', { text: 'a' }, { text: 'b' }, { modified: '.text' }],
  ['null and absent', { text: null }, {}, { removed: '.text' }],
  ['a whole list comes', {}, { items: [{ name: 'a' }] }, { added: '.items .items[name="a"] .items[name="a"].name' }],
  [
    'an element comes',
    { items: [{ name: 'a' }] },
    { items: [{ name: 'b' }, { name: 'a' }] },
    { added: '.items[name="b"] .items[name="b"].name' },
  ],
  ['only the order', { items: [{ name: 'a' }, { name: 'b' }] }, { items: [{ name: 'b' }, { name: 'a' }] }, {}],
  ['an atomic list', { atomic: ['a'] }, { atomic: ['a', 'b'] }, { modified: '.atomic' }],
  ['an atomic map', { selector: { a: '1' } }, { selector: { a: '2' } }, { modified: '.selector' }],
  ['an atomic element', { owners: [{ uid: 'u' }] }, { owners: [{ uid: 'u', name: 'x' }] }, { modified: '.owners[uid="u"]' }],
  [
    'map entries',
    { labels: { a: '1', b: '1' } },
    { labels: { b: '2', c: '1' } },
    { added: '.labels.c', modified: '.labels.b', removed: '.labels.a' },
  ],
  ['empty and null lists', { items: [] }, { items: null }, { modified: '.items' }],
  ['null becomes a list', { items: null }, { items: [{ name: 'a' }] }, { added: '.items[name="a"] .items[name="a"].name' }],
  ['an element twice', { set: ['a'] }, { set: ['a', 'a'] }, { added: '.set[="a"]', removed: '.set[="a"]' }],
  ['no longer twice', { set: ['a', 'a'] }, { set: ['a'] }, { added: '.set[="a"]', removed: '.set[="a"]' }],
  [
    'twice, changed',
    { items: [{ name: 'a' }, { name: 'a' }] },
    { items: [{ name: 'a' }, { name: 'a', value: 'x' }] },
    { modified: '.items[name="a"]' },
  ],
  [
    'a default key',
    { items: [{ name: 'a', ports: [{ port: 1 }] }] },
    { items: [{ name: 'a', ports: [{ port: 1, protocol: 'TCP' }] }] },
    { added: '.items[name="a"].ports[port=1,protocol="TCP"].protocol' },
  ],
  ['free form', { any: { a: 1 } }, { any: { a: 2, b: { c: 1 } } }, { added: '.any.b .any.b.c', modified: '.any.a' }],
  ['free form of another sort', { any: { a: 1 } }, { any: 'x' }, { modified: '.any', removed: '.any.a' }],
  ['raw', { raw: { a: 1 } }, { raw: { a: 2 } }, { modified: '.raw' }],
])('compareTyped(): %s', (_, old, next, { added = '', modified = '', removed = '' }) => {
  const result = compareTyped(shapeOfObject(thing), { spec: old }, { spec: next })
  expect({ added: shown(result.added), modified: shown(result.modified), removed: shown(result.removed) }).toEqual({
    added,
    modified,
    removed,
  })
})
