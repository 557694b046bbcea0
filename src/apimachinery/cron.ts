/**
 * Schedules of CronJobs: five fields (minute, hour, day of month, month, day of week), `@daily` and its kin, `@every 1h30m`. The dialect
 * is that of robfig/cron, and so are the texts of errors.
 *
 *     nextTime(parseCron('30 8 * * Mon-Fri'), ms)
 *     nextTime({ ...parseCron('0 3 * * *'), timeZone: 'Europe/Berlin' }, ms)
 *
 * What a newcomer would get wrong: Sunday is 0 and never 7; `?` means `*`; `N/step` means `N-max/step`; when both days are
 * restricted one of them suffices, yet with a star in either both must match; and an hour that daylight saving skips is skipped.
 */
import { DurationError, parseGoDuration } from './go-duration.ts'
import { quote } from './go-strings.ts'
import { isTimeZone, offsetMs } from './time-zone.ts'

export class CronError extends Error {
  override readonly name = 'CronError'
}

interface Field {
  readonly values: ReadonlySet<number>
  readonly hasStar: boolean
}
interface Calendar {
  readonly type: 'calendar'
  readonly minute: Field
  readonly hour: Field
  readonly dayOfMonth: Field
  readonly month: Field
  readonly dayOfWeek: Field
}
interface Interval {
  readonly type: 'interval'
  readonly everyMs: number
}
export type CronSchedule = (Calendar | Interval) & {
  /** Absent: the clock's own, UTC. */
  readonly timeZone?: string
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}
const minutes: Bounds = { min: 0, max: 59 }
const hours: Bounds = { min: 0, max: 23 }
const daysOfMonth: Bounds = { min: 1, max: 31 }
const months: Bounds = { min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] }
const daysOfWeek: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] }

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Throws CronError. */
export function parseCron(spec: string): CronSchedule {
  if (spec === '') throw new CronError('empty spec string')
  if (!spec.startsWith('TZ=') && !spec.startsWith('CRON_TZ=')) return parseSchedule(spec)
  const space = spec.indexOf(' ')
  if (space < 0) throw new CronError('invalid schedule format: runtime error: slice bounds out of range [:-1]')
  const timeZone = spec.slice(spec.indexOf('=') + 1, space)
  if (!isTimeZone(timeZone)) throw new CronError(`provided bad location ${timeZone}: unknown time zone ${timeZone}`)
  return { ...parseSchedule(spec.slice(space).trim()), timeZone }
}

function parseSchedule(spec: string): CronSchedule {
  if (spec.startsWith('@')) return parseDescriptor(spec)
  const fields = spec.split(/\s+/).filter((one) => one !== '')
  if (fields.length !== 5) throw new CronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields as [string, string, string, string, string]
  return {
    type: 'calendar',
    minute: parseField(minute, minutes),
    hour: parseField(hour, hours),
    dayOfMonth: parseField(dayOfMonth, daysOfMonth),
    month: parseField(month, months),
    dayOfWeek: parseField(dayOfWeek, daysOfWeek),
  }
}

function parseDescriptor(spec: string): CronSchedule {
  const known = Object.hasOwn(descriptors, spec) ? descriptors[spec] : undefined
  if (known !== undefined) return parseSchedule(known)
  if (!spec.startsWith('@every ')) throw new CronError(`unrecognized descriptor: ${spec}`)
  try {
    const seconds = Number(parseGoDuration(spec.slice('@every '.length)) / 1_000_000_000n)
    return { type: 'interval', everyMs: Math.max(1, seconds) * 1000 }
  } catch (error) {
    if (error instanceof DurationError) throw new CronError(`failed to parse duration ${spec}: ${error.message}`)
    throw error
  }
}

function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>()
  let hasStar = false
  for (const expression of text.split(',')) {
    if (expression !== '') hasStar = addRange(values, expression, bounds) || hasStar
  }
  return { values, hasStar }
}

/** Whether the expression counts as a star: with a step it does not. */
function addRange(values: Set<number>, expression: string, bounds: Bounds): boolean {
  const [range = '', stepText, ...moreSteps] = expression.split('/')
  const [low = '', high, ...moreHighs] = range.split('-')
  const isStar = low === '*' || low === '?'
  const start = isStar ? bounds.min : parseNumber(low, bounds)
  let end = isStar ? bounds.max : start
  if (!isStar && high !== undefined) {
    if (moreHighs.length > 0) throw new CronError(`too many hyphens: ${expression}`)
    end = parseNumber(high, bounds)
  }
  if (moreSteps.length > 0) throw new CronError(`too many slashes: ${expression}`)
  let step = 1
  if (stepText !== undefined) {
    step = parseNumber(stepText)
    if (high === undefined) end = bounds.max
  }
  if (start < bounds.min) throw new CronError(`beginning of range (${start}) below minimum (${bounds.min}): ${expression}`)
  if (end > bounds.max) throw new CronError(`end of range (${end}) above maximum (${bounds.max}): ${expression}`)
  if (start > end) throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`)
  if (step === 0) throw new CronError(`step of range should be a positive number: ${expression}`)
  for (let value = start; value <= end; value += step) values.add(value)
  return isStar && step === 1
}

function parseNumber(text: string, { names, min = 0 }: Partial<Bounds> = {}): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  if (named >= 0) return named + min
  if (!/^[+-]?[0-9]+$/.test(text))
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${quote(text)}: invalid syntax`)
  const value = Number(text)
  if (Math.abs(value) >= 2 ** 63)
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${quote(text)}: value out of range`)
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`)
  return value
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** The first time after `ms`. Undefined: there is none within five years. */
export function nextTime(schedule: CronSchedule, ms: number): number | undefined {
  if (schedule.type === 'interval') return Math.floor(ms / 1000) * 1000 + schedule.everyMs
  const zone = schedule.timeZone ?? 'UTC'
  let at = Math.floor(ms / minuteMs) * minuteMs + minuteMs
  const yearMax = wallTime(zone, at).getUTCFullYear() + 5
  for (;;) {
    const wall = wallTime(zone, at)
    if (wall.getUTCFullYear() > yearMax) return undefined
    if (!schedule.month.values.has(wall.getUTCMonth() + 1)) {
      at = startOfDay(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() + 1, 1))
    } else if (!dayMatches(schedule, wall)) {
      at = startOfDay(zone, Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate() + 1))
    } else if (!schedule.hour.values.has(wall.getUTCHours())) {
      at += hourMs - wall.getUTCMinutes() * minuteMs
    } else {
      const minute = nextMinute(schedule.minute, wall.getUTCMinutes())
      if (minute !== undefined) return at + (minute - wall.getUTCMinutes()) * minuteMs
      at += hourMs - wall.getUTCMinutes() * minuteMs
    }
  }
}

function nextMinute({ values }: Field, from: number): number | undefined {
  for (let minute = from; minute < 60; minute++) if (values.has(minute)) return minute
  return undefined
}

/** What the clock on the wall shows, as if it were UTC. */
function wallTime(zone: string, at: number): Date {
  return new Date(at + offsetMs(zone, at))
}

/** The first moment at which clocks show this day, given as a wall time; where midnight is skipped, an hour later. */
function startOfDay(zone: string, wall: number): number {
  for (const offset of [offsetMs(zone, wall - dayMs), offsetMs(zone, wall + dayMs)]) {
    const at = wall - offset
    if (at + offsetMs(zone, at) === wall) return at
  }
  return wall + hourMs - offsetMs(zone, wall + dayMs)
}

function dayMatches({ dayOfMonth, dayOfWeek }: Calendar, wall: Date): boolean {
  const isDay = dayOfMonth.values.has(wall.getUTCDate())
  const isWeekday = dayOfWeek.values.has(wall.getUTCDay())
  return dayOfMonth.hasStar || dayOfWeek.hasStar ? isDay && isWeekday : isDay || isWeekday
}
