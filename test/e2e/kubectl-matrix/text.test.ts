/** Expected text with blanks: what matches, what does not, and how the difference is told. */
import { expect, test } from 'vitest'
import { difference } from './text.ts'

function check(actual: string, expected: string, told?: string): void {
  expect(difference(actual, expected)).toBe(told)
}

test('blanks and columns', () => {
  check('web-5d4f-x7k2p   1/1     Running   0   12s\n', 'web-{hash}-{hash}   1/1   Running   0          {age}')
  check('web 2\n', 'web {number}')
  check('web two\n', 'web {number}', 'web two')
  check('a  b', 'a b', 'a  b')
  check('a b{', 'a b{')
})

test('the beginning of a line counts, its end does not', () => {
  check('  a: 1  ', '  a: 1')
  check('   a: 1', '  a: 1', '   a: 1')
})

test('any number of lines', () => {
  check('a\nb\nc\nd', 'a\n{lines}\nd')
  check('a\nd', 'a\n{lines}\nd')
  check('a\nd\nd', 'a\n{lines}\nd')
  check('a\nd\ne', 'a\n{lines}\nd', 'a\nd\ne')
  check('', '{lines}')
  check('a', '', 'a')
})

test('the difference speaks the words of what was expected', () => {
  check('p1   Running   5s\np2   Pending   6s', 'p1   Running   {age}\np2   Running   {age}', 'p1   Running   {age}\np2   Pending   6s')
})
