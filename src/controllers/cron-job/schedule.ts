/**
 * When a CronJob was last due, when it will be next, and how much it has missed meanwhile. Pure.
 *
 * What a newcomer would get wrong: of all that was missed only the most recent counts, and how many they were is reckoned from the distance of the
 * first two, not counted one by one: after a year of silence that would take long.
 */
import type { CronJob } from '../../api/batch/cron-job.ts'
import { type CronSchedule, nextTime, parseCron } from '../../apimachinery/cron.ts'
import { isTimeZone, offsetMs } from '../../apimachinery/time-zone.ts'
import { timeMs } from '../shared/time-text.ts'

/** So much after the due time it is looked at, so as not to be too early. */
const afterDueMs = 100
const manyMissed = 100
/** A day that does not come (February 31) is Go's zero time upstream, and the next such day is the same: a schedule without distances. */
const neverMs = Date.parse('0001-01-01T00:00:00Z')

export interface Due {
  /** Most recent time it was due and not yet looked at. */
  readonly dueMs?: number
  readonly earliestMs: number
  readonly missed: 'none' | 'few' | 'many'
}

/** Throws a CronError. */
export function scheduleOf({ spec }: CronJob): CronSchedule {
  const schedule = parseCron(spec.schedule)
  const { timeZone } = spec
  if (typeof timeZone !== 'string' || spec.schedule.includes('TZ') || !isTimeZone(timeZone)) return schedule
  return { ...schedule, timeZone }
}

/** `isDeadlineHeeded`: what is too late to be started does not count. Throws when the schedule makes no sense. */
export function mostRecentDue(cronJob: CronJob, schedule: CronSchedule, nowMs: number, isDeadlineHeeded: boolean): Due {
  const { startingDeadlineSeconds } = cronJob.spec
  const lastMs = timeMs(cronJob.status?.lastScheduleTime)
  let earliestMs = Number.isNaN(lastMs) ? timeMs(cronJob.metadata.creationTimestamp) : lastMs
  if (isDeadlineHeeded && typeof startingDeadlineSeconds === 'number')
    earliestMs = Math.max(earliestMs, nowMs - startingDeadlineSeconds * 1000)
  const first = nextTime(schedule, earliestMs) ?? neverMs
  if (nowMs < first) return { earliestMs, missed: 'none' }
  const second = first === neverMs ? neverMs : (nextTime(schedule, first) ?? neverMs)
  if (nowMs < second) return { earliestMs, dueMs: first, missed: 'none' }
  const everySeconds = Math.round((second - first) / 1000)
  if (everySeconds < 1) throw new Error('time difference between two schedules is less than 1 second')
  const count = Math.floor(Math.floor((nowMs - first) / 1000) / everySeconds) + 1
  let dueMs: number | undefined
  let next = nextTime(schedule, first + (count - 2) * everySeconds * 1000)
  while (next !== undefined && next <= nowMs) {
    dueMs = next
    next = nextTime(schedule, next)
  }
  return { earliestMs, missed: count > manyMissed ? 'many' : 'few', ...(dueMs === undefined ? {} : { dueMs }) }
}

/** How long until it is due again; undefined: never. */
export function untilNextMs(cronJob: CronJob, schedule: CronSchedule, nowMs: number): number | undefined {
  let fromMs = nowMs
  try {
    const { dueMs, earliestMs, missed } = mostRecentDue(cronJob, schedule, nowMs, false)
    fromMs = dueMs ?? (missed === 'none' ? earliestMs : nowMs)
  } catch {
    // Reckoned from now.
  }
  const next = nextTime(schedule, fromMs)
  return next === undefined ? undefined : Math.max(0, next + afterDueMs - nowMs)
}

/** RFC 3339 as the CronJob's time zone has it. */
export function zonedText(ms: number, timeZone: string | null | undefined): string {
  const offset = typeof timeZone === 'string' && timeZone !== '' ? offsetMs(timeZone, ms) : 0
  const text = new Date(ms + offset).toISOString().slice(0, 19)
  if (offset === 0) return `${text}Z`
  const minutes = Math.abs(Math.round(offset / 60_000))
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Mon, 02 Jan 2006 15:04:05 +0000 */
export function rfc1123Text(ms: number): string {
  const date = new Date(ms)
  const day = String(date.getUTCDate()).padStart(2, '0')
  return `${days[date.getUTCDay()]}, ${day} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} +0000`
}
