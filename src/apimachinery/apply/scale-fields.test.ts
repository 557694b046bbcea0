/**
 * Who owns replicas after a scale: upstream's table.
 */
import { describe, expect, test } from 'vitest'
import type { ManagedFieldsEntry } from '../object.ts'
import { fromScaleEntries, toScaleEntries } from './scale-fields.ts'

const paths = new Map([['apps/v1', ['f:spec', 'f:replicas']]])
const entry = (
  manager: string,
  operation: string,
  apiVersion: string,
  names: readonly string[],
  subresource?: string,
): ManagedFieldsEntry =>
  ({
    manager,
    operation,
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': Object.fromEntries(names.map((name) => [`f:${name}`, {}])) },
    ...(subresource === undefined ? {} : { subresource }),
  }) as ManagedFieldsEntry
const parent = (manager: string, operation: string, ...names: readonly string[]): ManagedFieldsEntry =>
  entry(manager, operation, 'apps/v1', names)
const scale = (manager: string, operation: string): ManagedFieldsEntry => entry(manager, operation, 'autoscaling/v1', ['replicas'], 'scale')
const scaled = (manager: string, operation: string): ManagedFieldsEntry => entry(manager, operation, 'apps/v1', ['replicas'], 'scale')

describe('toScaleEntries()', () => {
  test('keeps those who own the replicas', () => {
    expect(toScaleEntries([parent('m', 'Apply', 'replicas', 'selector'), parent('n', 'Update', 'selector')], paths)).toEqual([
      entry('m', 'Apply', 'autoscaling/v1', ['replicas']),
    ])
  })
  test('drops unknown versions', () => expect(toScaleEntries([entry('m', 'Apply', 'apps/v10', ['replicas'])], paths)).toBeUndefined())
})

describe('fromScaleEntries()', () => {
  test.each<[string, ManagedFieldsEntry[], ManagedFieldsEntry[], ManagedFieldsEntry[]]>([
    [
      'apply, update by another',
      [parent('test', 'Apply', 'replicas', 'selector')],
      [scale('scale', 'Update')],
      [parent('test', 'Apply', 'selector'), scaled('scale', 'Update')],
    ],
    [
      'apply, apply by another',
      [parent('test', 'Apply', 'replicas', 'selector')],
      [scale('scale', 'Apply')],
      [scaled('scale', 'Apply'), parent('test', 'Apply', 'selector')],
    ],
    [
      'update, update by the same',
      [parent('test', 'Update', 'replicas', 'selector')],
      [scale('test', 'Update')],
      [parent('test', 'Update', 'selector'), scaled('test', 'Update')],
    ],
    ['replicas of nobody', [parent('test', 'Apply', 'replicas', 'selector')], [], [parent('test', 'Apply', 'selector')]],
    ['all that there was', [parent('test', 'Apply', 'replicas')], [scale('scale', 'Update')], [scaled('scale', 'Update')]],
    [
      'apply that shares',
      [parent('test', 'Apply', 'replicas', 'selector')],
      [entry('test', 'Apply', 'autoscaling/v1', ['replicas']), scale('scale', 'Apply')],
      [scaled('scale', 'Apply'), parent('test', 'Apply', 'replicas', 'selector')],
    ],
    ['an unknown version', [entry('m', 'Apply', 'apps/v10', ['replicas'])], [], []],
  ])('%s', (_, entries, scaleEntries, expected) => {
    expect(fromScaleEntries(entries, scaleEntries, 'apps/v1', paths) ?? []).toEqual(expected)
  })
})
