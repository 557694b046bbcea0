/**
 * Field selectors: text, escapes, matching.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  escapeFieldValue,
  formatFieldSelector,
  matchesFields,
  parseFieldSelector,
  requiredFieldValue,
  unescapeFieldValue,
} from './fields.ts'
import { SelectorError } from './labels.ts'

test.each([
  ['', ''],
  ['metadata.name=a', 'metadata.name=a'],
  ['b=1,a==2,c!=3', 'a=2,b=1,c!=3'],
  ['a=b\\,c', 'a=b\\,c'],
  ['a=b\\=\\\\', 'a=b\\=\\\\'],
  ['a=', 'a='],
  [',,', ''],
  ['=', ''],
])('parseFieldSelector(%j) prints as %j', (text, printed) => expect(formatFieldSelector(parseFieldSelector(text))).toBe(printed))

test.each([
  [',foo', "invalid selector: ',foo'; can't understand 'foo'"],
  ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ['a=b\\d', 'invalid field selector: invalid escape sequence: \\d'],
  ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
])('parseFieldSelector(%j) is refused', (text, message) => expect(() => parseFieldSelector(text)).toThrow(new SelectorError(message)))

test('values survive escaping', () => {
  fc.assert(fc.property(fc.string(), (value) => unescapeFieldValue(escapeFieldValue(value)) === value))
})

test('a field that is not there counts as empty', () => {
  const fieldOf = (field: string): string => ({ 'spec.nodeName': 'n1' })[field] ?? ''
  expect(matchesFields(parseFieldSelector('spec.nodeName=n1,status.phase!=Running'), fieldOf)).toBe(true)
  expect(matchesFields(parseFieldSelector('status.phase='), fieldOf)).toBe(true)
  expect(matchesFields(parseFieldSelector('spec.nodeName!=n1'), fieldOf)).toBe(false)
  expect(requiredFieldValue(parseFieldSelector('metadata.name=x'), 'metadata.name')).toBe('x')
})
