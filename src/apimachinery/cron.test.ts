/**
 * Schedules: which times match, what comes next over months, leap years and clock changes, what is refused and in which words.
 */
import { describe, expect, test } from 'vitest'
import { CronError, type CronSchedule, nextTime, parseCron } from './cron.ts'

const at = (text: string): number => Date.parse(text.length > 19 ? text : `${text}Z`)
const shown = (ms: number | undefined): string => (ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 16))

describe('nextTime()', () => {
  const check = (spec: string, after: string, expected: string): void => {
    test(`${spec} after ${after}`, () => expect(shown(nextTime(parseCron(spec), at(after)))).toBe(expected))
  }
  check('0/15 * * * *', '2012-07-09T14:45:00', '2012-07-09T15:00')
  check('0/15 * * * *', '2012-07-09T14:59:59', '2012-07-09T15:00')
  check('20-35/15 * * * *', '2012-07-09T15:45:00', '2012-07-09T16:20')
  check('*/15 * * * *', '2012-07-09T23:46:00', '2012-07-10T00:00')
  check('20-35/15 1/2 */2 * *', '2012-07-09T23:35:51', '2012-07-11T01:20')
  check('20-35/15 * 9-20 Jul *', '2012-07-09T23:35:51', '2012-07-10T00:20')
  check('0 0 9 Apr-Oct ?', '2012-07-09T23:35:00', '2012-08-09T00:00')
  check('0 0 */5 Apr,Aug,Oct Mon', '2012-07-09T23:35:00', '2012-08-01T00:00')
  check('0 0 * Feb Mon', '2012-07-09T23:35:00', '2013-02-04T00:00')
  check('0 0 * Feb Mon/2', '2012-07-09T23:35:00', '2013-02-01T00:00')
  check('* * * * *', '2012-12-31T23:59:45', '2013-01-01T00:00')
  check('0 0 29 Feb ?', '2012-07-09T23:35:00', '2016-02-29T00:00')
  check('0 0 30 Feb ?', '2012-07-09T23:35:00', 'never')
  check('30 08 15 Jul ?', '2012-07-15T08:29:59', '2012-07-15T08:30')
  check('* * 1,15 * Sun', '2012-06-14T23:59:59', '2012-06-15T00:00')
  check('* * 1,15 * *', '2012-07-08T23:59:59', '2012-07-15T00:00')
  check('@weekly', '2012-07-09T00:00:00', '2012-07-15T00:00')
  check('@every 90m', '2012-07-09T00:00:10', '2012-07-09T01:30')
})

describe('nextTime() when clocks change in New York', () => {
  const check = (spec: string, after: string, expected: string): void => {
    const schedule: CronSchedule = { ...parseCron(spec), timeZone: 'America/New_York' }
    test(`${spec} after ${after}`, () => expect(nextTime(schedule, at(after))).toBe(at(expected)))
  }
  check('30 2 11 Mar ?', '2012-03-11T00:00:00-05:00', '2013-03-11T02:30:00-04:00')
  check('0 * * * ?', '2012-03-11T01:00:00-05:00', '2012-03-11T03:00:00-04:00')
  check('0 1 * * ?', '2012-03-11T01:00:00-05:00', '2012-03-12T01:00:00-04:00')
  check('0 2 * * ?', '2012-03-11T00:00:00-05:00', '2012-03-12T02:00:00-04:00')
  check('30 1 04 Nov ?', '2012-11-04T01:45:00-04:00', '2012-11-04T01:30:00-05:00')
  check('0 * * * ?', '2012-11-04T01:00:00-04:00', '2012-11-04T01:00:00-05:00')
  check('0 1 * * ?', '2012-11-04T00:00:00-04:00', '2012-11-04T01:00:00-04:00')
  check('0 1 * * ?', '2012-11-04T01:00:00-05:00', '2012-11-05T01:00:00-05:00')
  check('0 3 3 * ?', '2012-11-04T00:00:00-04:00', '2012-12-03T03:00:00-05:00')
})

test('parseCron() takes a time zone in front', () => {
  expect(nextTime(parseCron('TZ=Europe/Berlin 0 3 * * *'), at('2026-07-01T00:00:00'))).toBe(at('2026-07-01T01:00:00'))
  expect(nextTime(parseCron('CRON_TZ=America/Sao_Paulo 0 0 * * *'), at('2018-11-03T12:00:00'))).toBe(at('2018-11-05T02:00:00'))
})

describe('parseCron() refuses', () => {
  const check = (spec: string, expected: string): void => {
    test(JSON.stringify(spec), () => expect(() => parseCron(spec)).toThrow(new CronError(expected)))
  }
  check('', 'empty spec string')
  check('error', 'expected exactly 5 fields, found 1: [error]')
  check('* * * *', 'expected exactly 5 fields, found 4: [* * * *]')
  check('* * * * * *', 'expected exactly 5 fields, found 6: [* * * * * *]')
  check('60 * * * *', 'end of range (60) above maximum (59): 60')
  check('* * 0 * *', 'beginning of range (0) below minimum (1): 0')
  check('* * * * 7', 'end of range (7) above maximum (6): 7')
  check('5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1')
  check('1-2-3 * * * *', 'too many hyphens: 1-2-3')
  check('*/2/3 * * * *', 'too many slashes: */2/3')
  check('*/0 * * * *', 'step of range should be a positive number: */0')
  check('x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax')
  check('-1 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax')
  check('@often', 'unrecognized descriptor: @often')
  check('@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"')
  check('@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"')
  check('TZ=Mars/Base 0 0 * * *', 'provided bad location Mars/Base: unknown time zone Mars/Base')
  check('TZ=0', 'invalid schedule format: runtime error: slice bounds out of range [:-1]')
})
