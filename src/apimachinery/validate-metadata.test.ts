/**
 * Errors of metadata in their order, and what an update may not change.
 */
import { describe, expect, test } from 'vitest'
import { errorBody, type FieldError } from './field-error.ts'
import { nameIsDnsSubdomain } from './names.ts'
import type { ObjectMeta } from './object.ts'
import {
  hasKubernetesFinalizers,
  semanticallyEqual,
  validateFieldManager,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from './validate-metadata.ts'

const texts = (errors: Iterable<FieldError>): string[] => [...errors].map((error) => `${error.field}: ${errorBody(error)}`)

describe('validateObjectMeta()', () => {
  const check = (metadata: ObjectMeta, scope: 'Namespaced' | 'Cluster', ...expected: readonly string[]): void => {
    const found = texts(validateObjectMeta(metadata, { scope, validateName: nameIsDnsSubdomain }))
    expect(found).toHaveLength(expected.length)
    for (const [i, text] of expected.entries()) expect(found[i]).toContain(text)
  }
  test('names and namespaces', () => {
    check({ name: 'a', namespace: 'default' }, 'Namespaced')
    check({ generateName: 'a-' }, 'Cluster', 'metadata.name: Required value: name or generateName is required')
    check(
      { name: 'AB-x', generateName: 'AB-' },
      'Cluster',
      'metadata.generateName: Invalid value: "AB-"',
      'metadata.name: Invalid value: "AB-x"',
    )
    check({ name: 'a' }, 'Namespaced', 'metadata.namespace: Required value')
    check({ name: 'a', namespace: 'a.b' }, 'Namespaced', 'metadata.namespace: Invalid value: "a.b": must not contain dots')
    check({ name: 'a', namespace: 'b' }, 'Cluster', 'metadata.namespace: Forbidden: not allowed on this type')
  })
  test('everything else, in order', () => {
    check(
      {
        name: 'a',
        generation: -1,
        labels: { 'a b': 'c d' },
        annotations: { 'A.B/c': 'x'.repeat(262_144) },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u', controller: true },
          { apiVersion: 'a/b/c', kind: 'K', name: 'e', uid: '', controller: true },
        ],
        finalizers: ['orphan', 'foregroundDeletion', 'b c'],
        managedFields: [{ operation: 'x', fieldsType: 'y', manager: 'm\x01', subresource: 's'.repeat(257) }],
      },
      'Cluster',
      'metadata.generation: Invalid value: -1: must be greater than or equal to 0',
      'metadata.labels: Invalid value: "a b": name part',
      'metadata.labels: Invalid value: "c d": a valid label',
      'metadata.annotations: Too long: may not be more than 262144 bytes',
      '"controller":true}: /v1, Kind=Event is disallowed from being an owner',
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      'Only one reference can have Controller set to true. Found "true" in references for Event/e and K/e',
      'metadata.finalizers: Invalid value: "b c": name part',
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion","b c"]: finalizer orphan and foregroundDeletion cannot be both set',
      'metadata.managedFields[0].operation: Invalid value: "x": must be `Apply` or `Update`',
      'metadata.managedFields[0].fieldsType: Invalid value: "y": must be `FieldsV1`',
      'metadata.managedFields[0].manager: Invalid value: "m\\x01": invalid character U+0001 (at position 1)',
      'metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes',
    )
  })
})

describe('validateObjectMetaUpdate()', () => {
  const old: ObjectMeta = {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    generation: 2,
    creationTimestamp: '2026-01-01T00:00:00Z',
  }
  test('an unchanged object passes', () => expect(texts(validateObjectMetaUpdate(old, old))).toEqual([]))
  test('what may not change', () => {
    const changed = { name: 'b', namespace: 'm', uid: 'v', generation: 1, deletionGracePeriodSeconds: 3 }
    expect(texts(validateObjectMetaUpdate(changed, old))).toEqual([
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.namespace: Invalid value: "m": field is immutable',
      'metadata.uid: Invalid value: "v": field is immutable',
      'metadata.creationTimestamp: Invalid value: null: field is immutable',
      'metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable',
    ])
  })
  test('no new finalizers while the object goes', () => {
    const going = { ...old, deletionTimestamp: '2026-01-02T00:00:00Z', finalizers: ['a/b'] }
    expect(texts(validateObjectMetaUpdate({ ...going, finalizers: ['a/b', 'd/e', 'c/d'] }, going))).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d", "d/e"}',
    ])
    expect(texts(validateObjectMetaUpdate({ ...going, finalizers: [] }, going))).toEqual([])
  })
})

test('validateFieldManager()', () => {
  expect(texts(validateFieldManager('\x01', 'fieldManager'))).toEqual([
    'fieldManager: Invalid value: "\\x01": invalid character U+0001 (at position 0)',
  ])
  expect(texts(validateFieldManager('é'.repeat(65), 'fieldManager'))).toEqual(['fieldManager: Too long: may not be more than 128 bytes'])
})

test.each([
  [null, undefined, true],
  [[], undefined, true],
  [{ a: [] }, {}, true],
  [{ a: 1 }, { a: 1, b: null }, true],
  [{ emptyDir: {} }, {}, false],
  [[1], [1, 2], false],
  ['', null, false],
  [{ a: { b: [1] } }, { a: { b: [1] } }, true],
])('semanticallyEqual(%j, %j) is %s', (a, b, equal) => {
  expect(semanticallyEqual(a, b)).toBe(equal)
  expect(semanticallyEqual(b, a)).toBe(equal)
})

test('validateKubernetesFinalizers() takes a domain or one of three names', () => {
  const metadata = { finalizers: ['orphan', 'example.com/x', 'x'] }
  expect(texts(validateKubernetesFinalizers(metadata))).toEqual([
    'metadata.finalizers[2]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
  ])
  expect([hasKubernetesFinalizers('apps'), hasKubernetesFinalizers('coordination.k8s.io')]).toEqual([true, false])
})
