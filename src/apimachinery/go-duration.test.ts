/** Durations as Go reads and prints them. */
import { expect, test } from 'vitest'
import { durationProblem, formatGoDuration, parseGoDuration } from './go-duration.ts'

test.each([
  ['0', '0s'],
  ['90m', '1h30m0s'],
  ['1.5h', '1h30m0s'],
  ['-1m30.5s', '-1m30.5s'],
  ['1500us', '1.5ms'],
  ['100ns', '100ns'],
  ['2µs', '2µs'],
  ['.5s', '500ms'],
])('%s prints as %s', (text, wanted) => {
  expect(formatGoDuration(parseGoDuration(text))).toBe(wanted)
})

test.each([
  ['', 'time: invalid duration ""'],
  ['5', 'time: missing unit in duration "5"'],
  ['5d', 'time: unknown unit "d" in duration "5d"'],
  ['x', 'time: invalid duration "x"'],
  ['9999999h', 'time: invalid duration "9999999h"'],
])('durationProblem(%j)', (text, wanted) => {
  expect(durationProblem(text)).toBe(wanted)
})
