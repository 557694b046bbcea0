/** Times as Go reads and prints them. */
import { expect, test } from 'vitest'
import { microTimeProblem, parseMicroTime, parseTime, timeProblem } from './time.ts'

test.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T3:04:05Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05,999Z', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05.123456789+02:00', '2026-01-02T01:04:05Z'],
  ['2026-01-02T03:04:05-00:30', '2026-01-02T03:34:05Z'],
  ['2024-02-29T03:04:05Z', '2024-02-29T03:04:05Z'],
  ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00Z'],
  ['0001-01-01T00:00:00Z', null],
  ['0001-01-01T01:00:00.5+01:00', null],
])('parseTime(%s) is %s', (text, wanted) => {
  expect(parseTime(text)).toBe(wanted)
})

const as = (text: string): string => `parsing time "${text}" as "2006-01-02T15:04:05Z07:00": `
test.each([
  ['', 'cannot parse "" as "2006"'],
  ['2026-01-02', 'cannot parse "" as "T"'],
  ['2026-1-02T03:04:05Z', 'cannot parse "1-02T03:04:05Z" as "01"'],
  ['2026-01-02 03:04:05Z', 'cannot parse " 03:04:05Z" as "T"'],
  ['2026-01-02T03:04:05', 'cannot parse "" as "Z07:00"'],
  ['2026-01-02T03:04:05.Z', 'cannot parse ".Z" as "Z07:00"'],
  ['2026-01-02T03:04:05+0200', 'cannot parse "+0200" as "Z07:00"'],
])('timeProblem(%j): %s', (text, wanted) => {
  expect(timeProblem(text)).toBe(as(text) + wanted)
})

test.each([
  ['2026-13-02X', 'month out of range'],
  ['2026-02-29T03:04:05Z', 'day out of range'],
  ['2026-01-00T03:04:05Z', 'day out of range'],
  ['2026-01-02T24:04:05Z', 'hour out of range'],
  ['2026-01-02T03:04:60Z', 'second out of range'],
  ['2026-01-02T03:04:05+25:00', 'time zone offset hour out of range'],
  ['2026-02-30T03:04:05Zx', 'extra text: "x"'],
])('timeProblem(%j): %s', (text, wanted) => {
  expect(timeProblem(text)).toBe(`parsing time "${text}": ${wanted}`)
})

test('parseMicroTime() wants six digits', () => {
  expect(parseMicroTime('2026-01-02T03:04:05.000006+01:00')).toBe('2026-01-02T02:04:05.000006Z')
  expect(parseMicroTime('0001-01-01T00:00:00.000000Z')).toBeNull()
  const micro = 'as "2006-01-02T15:04:05.000000Z07:00": cannot parse'
  expect(microTimeProblem('2026-01-02T03:04:05Z')).toBe(`parsing time "2026-01-02T03:04:05Z" ${micro} "Z" as ".000000"`)
  expect(microTimeProblem('2026-01-02T03:04:05.123456789Z')).toBe(
    `parsing time "2026-01-02T03:04:05.123456789Z" ${micro} "789Z" as "Z07:00"`,
  )
})
