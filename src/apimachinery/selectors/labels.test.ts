/**
 * Label selectors: both forms, what they match, and what is said of broken ones.
 */
import { describe, expect, test } from 'vitest'
import { errorBody } from '../field-error.ts'
import { parseLabelSelector } from './label-parser.ts'
import {
  formatRequirements,
  formatSelector,
  type LabelSelectorObject,
  matchesLabels,
  requiredValue,
  SelectorError,
  selectorFromLabelSelector,
  validateLabelSelector,
} from './labels.ts'

describe('parseLabelSelector()', () => {
  test.each([
    ['', ''],
    ['a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1', 'a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1'],
    ['b,a', 'a,b'],
    [' x = a , y == b ', 'x=a,y==b'],
    ['a in ()', 'a in ()'],
    ['a in (,)', 'a in ()'],
    ['a in (,,b)', 'a in (,b)'],
    ['a in (c,b,c)', 'a in (b,c)'],
    ['a=', 'a='],
    ['a=,b', 'a=,b'],
    ['in in (in)', 'in in (in)'],
    ['notin', 'notin'],
    ['a=in', 'a=in'],
    ['!a=b', undefined],
    ['a<1', 'a<1'],
  ])('%j', (text, printed) => {
    if (printed === undefined) expect(() => parseLabelSelector(text)).toThrow()
    else expect(formatRequirements(parseLabelSelector(text))).toBe(printed)
  })

  test.each([
    ['=', "found '=', expected: !, identifier, or 'end of string'"],
    [',foo', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['a,', "found '', expected: identifier after ','"],
    ['a=b)', "found ')', expected: ',' or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in (=)', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
    ['!(', "unable to parse requirement: found '(', expected: identifier"],
    ['a=x y/', "found 'y/', expected: ',' or 'end of string'"],
    ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
    [
      'a=b/c',
      "unable to parse requirement: values[0][a]: Invalid value: \"b/c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
    ['/a=b', 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty'],
  ])('%j is refused', (text, message) => expect(() => parseLabelSelector(text)).toThrow(new SelectorError(message)))
})

describe('matchesLabels()', () => {
  const labels = { a: 'b', n: '5', e: '' }
  test.each([
    ['', true],
    ['a=b', true],
    ['a!=b', false],
    ['x!=b', true],
    ['a in (b,c)', true],
    ['a notin (c)', true],
    ['x notin (c)', true],
    ['x in (c)', false],
    ['a,!x', true],
    ['!a', false],
    ['n>4,n<6', true],
    ['n>5', false],
    ['a>1', false],
    ['e=', true],
    ['x=', false],
    ['toString', false],
  ])('%j', (text, matches) => expect(matchesLabels(parseLabelSelector(text), labels)).toBe(matches))
  test('an absent selector matches nothing, an empty one everything', () => {
    expect(matchesLabels(selectorFromLabelSelector(null), labels)).toBe(false)
    expect(matchesLabels(selectorFromLabelSelector({}), labels)).toBe(true)
    expect(matchesLabels(selectorFromLabelSelector({}), null)).toBe(true)
  })
  test('requiredValue() finds the only value a key may have', () => {
    expect(requiredValue(parseLabelSelector('a in (b),c'), 'a')).toBe('b')
    expect(requiredValue(parseLabelSelector('a in (b,d)'), 'a')).toBeUndefined()
  })
})

describe('the object form', () => {
  const check = (selector: LabelSelectorObject | null, text: string, ...errors: readonly string[]): void => {
    expect(formatSelector(selector)).toBe(text)
    expect([...validateLabelSelector(selector, 's')].map((error) => `${error.field}: ${errorBody(error)}`)).toEqual(errors)
  }
  test('prints', () => {
    check(null, '<none>')
    check({}, '<none>')
    check({ matchLabels: { b: 'x', a: 'y' } }, 'a=y,b=x')
    check({ matchLabels: { b: 'x' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['2', '1'] }] }, 'a in (1,2),b=x')
    check({ matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, '!a')
  })
  test('is refused', () => {
    check(
      { matchExpressions: [{ key: 'a', operator: 'In' }] },
      '<error>',
      "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    )
    check(
      { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] },
      '<error>',
      "s.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    )
    check(
      { matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] },
      '<error>',
      's.matchExpressions[0].operator: Invalid value: "Gt": not a valid selector operator',
    )
    expect(() => selectorFromLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Gt' }] })).toThrow(
      '"Gt" is not a valid label selector operator',
    )
  })
})
