/** Quantities as resource.Quantity reads and prints them. */
import { expect, test } from 'vitest'
import { scaledValue } from './int-or-string.ts'
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  quantityMilli,
  quantityProblem,
  quantityValue,
  subtractQuantities,
} from './quantity.ts'

test.each([
  ['0', '0'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1.5Gi', '1536Mi'],
  ['1024Mi', '1Gi'],
  ['1023', '1023'],
  ['512Ki', '512Ki'],
  ['0.5Ki', '512'],
  ['0.1Ki', '102400m'],
  ['12000', '12k'],
  ['1500', '1500'],
  ['1e3', '1e3'],
  ['1E3', '1E3'],
  ['1e-3', '1e-3'],
  ['1E', '1E'],
  ['+5', '+5'],
  ['-5Mi', '-5Mi'],
  ['.5', '500m'],
  ['5.', '5.'],
  ['007', '007'],
  ['0.0000000001', '1n'],
  ['9223372036854775808', '9223372036854775808'],
  ['1.500', '1.500'],
  ['01000', '1k'],
  ['0m', '0'],
  ['m', '0'],
  ['-', '0'],
  ['1e-12', '1e-9'],
  ['1e2', '100'],
  ['10e1000000', '100e999999'],
  ['1e1000000', '10e999999'],
  ['1000E', '1'],
  ['0.1Mi', '104857600m'],
  ['0.0001Ki', '102400u'],
  ['-8Ei', '-9223372036854775807'],
  ['100Ei', '9223372036854775807'],
])('%s prints as %s', (text, printed) => {
  expect(canonicalQuantity(text)).toBe(printed)
})

test.each([
  ['', 'format'],
  ['abc', 'format'],
  ['1 Gi', 'format'],
  ['1Gib', 'format'],
  ['e-12', 'numeric'],
  ['.e-99', 'numeric'],
  ['1..5', 'format'],
  ['１', 'format'],
  ['1ki', 'suffix'],
  ['1mm', 'suffix'],
  ['1e', 'suffix'],
  ['1m5', 'suffix'],
  ['1--1', 'format'],
  ['--1', 'suffix'],
  ['1Ki5', 'suffix'],
  ['1e5e', 'format'],
  ['1e0x10', 'format'],
])('%j is no quantity: %s', (text, problem) => {
  expect([canonicalQuantity(text), quantityProblem(text)]).toEqual([undefined, problem])
})

test('arithmetic', () => {
  expect([compareQuantities('1', '1000m'), compareQuantities('1Gi', '1G'), compareQuantities('-1', '0')]).toEqual([0, 1, -1])
  expect([addQuantities('500m', '1.5'), addQuantities('0', '1Gi'), subtractQuantities('1Gi', '512Mi')]).toEqual(['2', '1Gi', '512Mi'])
  expect([quantityValue('1500m'), quantityValue('1Ki'), quantityMilli('0.0001'), quantityMilli('2')]).toEqual([2, 1024, 1, 2000])
})

test('scaledValue()', () => {
  expect([scaledValue(3, 10, true), scaledValue('25%', 10, true), scaledValue('25%', 10, false), scaledValue('x', 10, true)]).toEqual([
    3,
    3,
    2,
    undefined,
  ])
})
