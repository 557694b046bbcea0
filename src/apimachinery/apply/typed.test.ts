/**
 * What is wrong with a configuration, in the words of the real server, and which fields a right one has.
 */
import { describe, expect, test } from 'vitest'
import { thing } from './example-schema.ts'
import { pathsOf } from './field-set.ts'
import { printPath } from './path-element.ts'
import { shapeOfObject } from './shape.ts'
import { fieldsOf, validateTyped } from './typed.ts'

const shape = shapeOfObject(thing)

describe('validateTyped()', () => {
  test.each<[unknown, string | undefined]>([
    [
      { replicas: 1, text: 'x', items: [{ name: 'a', ports: [{ port: 1 }, { port: 1, protocol: 'UDP' }] }], any: { a: [1] }, amount: 5 },
      undefined,
    ],
    [{ replicas: null, items: null, labels: null }, undefined],
    [{ bogus: 1 }, '.spec.bogus: field not declared in schema'],
    [{ replicas: 'x' }, '.spec.replicas: expected numeric (int or float), got string'],
    [{ replicas: {} }, '.spec.replicas: expected numeric (int or float), got map[string]interface {}'],
    [{ text: 5 }, '.spec.text: expected string, got &value.valueUnstructured{Value:5}'],
    [{ text: [1, 'a'] }, '.spec.text: expected string, got &value.valueUnstructured{Value:[]interface {}{1, "a"}}'],
    [{ on: 'x' }, '.spec.on: expected boolean, got &{x}'],
    [{ amount: {} }, '.spec.amount: expected any scalar, got &{map[]}'],
    [{ items: { a: 1 } }, '.spec.items: expected list, got &{map[a:1]}'],
    [{ labels: ['a'] }, '.spec.labels: expected map, got &{[a]}'],
    [{ labels: { a: 1000000 } }, '.spec.labels.a: expected string, got &value.valueUnstructured{Value:1e+06}'],
    [{ items: [{ name: 'a' }, { name: 'a' }] }, '.spec.items: duplicate entries for key [name="a"]'],
    [{ items: [{ name: 'a', value: 1 }] }, '.spec.items[name="a"].value: expected string, got &value.valueUnstructured{Value:1}'],
    [{ items: [null] }, '.spec.items: element 0: associative list with keys may not have a null element'],
    [{ items: ['a'] }, '.spec.items: element 0: associative list with keys may not have non-map elements'],
    [{ set: ['a', 'a'] }, '.spec.set: duplicate entries for key [="a"]'],
    [{ set: [null] }, ".spec.set: element 0: associative list without keys has an element that's an explicit null"],
    [{ set: [{}] }, ".spec.set: element 0: associative list without keys has an element that's a map type"],
    [{ atomic: [1] }, '.spec.atomic[0]: expected string, got &value.valueUnstructured{Value:1}'],
    [
      { text: 1, on: 1 },
      'errors:\n  .spec.text: expected string, got &value.valueUnstructured{Value:1}\n  .spec.on: expected boolean, got &{1}',
    ],
  ])('%j', (spec, message) => {
    const validate = (): void => validateTyped(shape, { spec }, { allowDuplicates: false })
    if (message === undefined) validate()
    else expect(validate).toThrow(expect.objectContaining({ message }))
  })
  test('live objects may have duplicates', () => {
    validateTyped(shape, { spec: { set: ['a', 'a'], items: [{ name: 'a' }, { name: 'a' }] } }, { allowDuplicates: true })
  })
})

test('fieldsOf() finds leaves, list elements and map entries', () => {
  const value = {
    spec: {
      text: 'x',
      items: [{ name: 'a', ports: [{ port: 1 }] }],
      set: ['x', 'y', 'y'],
      atomic: ['x'],
      labels: { k: 'v' },
      selector: { k: 'v' },
      owners: [{ uid: 'u', name: 'n' }],
      raw: { a: { b: 1 } },
      any: { a: { b: [1] } },
    },
    status: {},
  }
  expect([...pathsOf(fieldsOf(shape, value))].map(printPath)).toEqual([
    '.status',
    '.spec.atomic',
    '.spec.raw',
    '.spec.selector',
    '.spec.text',
    '.spec.any.a',
    '.spec.any.a.b',
    '.spec.items[name="a"]',
    '.spec.items[name="a"].name',
    '.spec.items[name="a"].ports[port=1,protocol="TCP"]',
    '.spec.items[name="a"].ports[port=1,protocol="TCP"].port',
    '.spec.labels.k',
    '.spec.owners[uid="u"]',
    '.spec.set[="x"]',
    '.spec.set[="y"]',
  ])
})
