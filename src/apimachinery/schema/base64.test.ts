/** Base64 with Go's judgement. */
import { expect, test } from 'vitest'
import { base64Problem, canonicalBase64 } from './base64.ts'

test.each([
  ['', ''],
  ['YWJj', 'YWJj'],
  ['YW\r\nJj\n', 'YWJj'],
  ['YQ==', 'YQ=='],
  ['YR==', 'YQ=='],
])('canonicalBase64(%j) is %j', (text, wanted) => {
  expect([canonicalBase64(text), base64Problem(text)]).toEqual([wanted, undefined])
})

test.each([
  ['YW', 0],
  ['YWJjY', 4],
  ['YW=', 3],
  ['YW=x', 2],
  ['Y===', 1],
  ['YWJj*', 4],
  ['YQ==YQ==', 4],
  ['Y-Jj', 1],
])('base64Problem(%j) is at byte %i', (text, at) => {
  expect(base64Problem(text)).toBe(`illegal base64 data at input byte ${at}`)
})
