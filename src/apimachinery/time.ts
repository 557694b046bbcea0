/**
 * Times as the API writes them: RFC 3339 in UTC, whole seconds (metav1.Time) or exactly six digits behind them (metav1.MicroTime). What cannot be read
 * throws a TimeError with the words of Go's time.Parse.
 *
 *     parseTime('2026-01-02T03:04:05.5+02:00') === '2026-01-02T01:04:05Z'      parseTime('0001-01-01T00:00:00Z') === null
 *
 * What a newcomer would get wrong: Go takes one digit for the hour and a comma before the fraction; the zero time is printed as null.
 */
export class TimeError extends Error {
  override readonly name = 'TimeError'
}

const layout = '2006-01-02T15:04:05Z07:00'
const microLayout = '2006-01-02T15:04:05.000000Z07:00'
const canonical = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/
const zeroSecond = '0001-01-01T00:00:00'

/** "2026-01-02T03:04:05Z"; null for Go's zero time. Throws TimeError. */
export function parseTime(text: string): string | null {
  if (canonical.test(text)) return text === `${zeroSecond}Z` ? null : text
  const second = secondText(read(text, layout).ms)
  return second === zeroSecond ? null : `${second}Z`
}

/** "2026-01-02T03:04:05.000006Z"; null for Go's zero time. Throws TimeError. */
export function parseMicroTime(text: string): string | null {
  const { ms, fraction } = read(text, microLayout)
  const second = secondText(ms)
  return second === zeroSecond && fraction === '000000' ? null : `${second}.${fraction}Z`
}

/** What is wrong with it, in Go's words; undefined when nothing is. */
export function timeProblem(text: string): string | undefined {
  return problemOf(text, layout)
}
export function microTimeProblem(text: string): string | undefined {
  return problemOf(text, microLayout)
}

function problemOf(text: string, wanted: string): string | undefined {
  try {
    read(text, wanted)
    return undefined
  } catch (error) {
    if (error instanceof TimeError) return error.message
    throw error
  }
}

/** Without the zone. Years have four digits, or more beyond 9999. */
function secondText(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T')
  return `${date.replace(/^\+0*/, '')}T${time.slice(0, 8)}`
}

interface Element {
  readonly shape: RegExp
  /** As Go's layouts call it. */
  readonly name: string
  readonly range?: readonly [min: number, max: number, what: string]
}

const elements: readonly Element[] = [
  { shape: /^\d{4}/, name: '2006' },
  { shape: /^-/, name: '-' },
  { shape: /^\d\d/, name: '01', range: [1, 12, 'month'] },
  { shape: /^-/, name: '-' },
  { shape: /^\d\d/, name: '02' },
  { shape: /^T/, name: 'T' },
  { shape: /^\d\d?/, name: '15', range: [0, 23, 'hour'] },
  { shape: /^:/, name: ':' },
  { shape: /^\d\d/, name: '04', range: [0, 59, 'minute'] },
  { shape: /^:/, name: ':' },
  { shape: /^\d\d/, name: '05', range: [0, 59, 'second'] },
]
const someFraction: Element = { shape: /^(?:[.,]\d+)?/, name: '' }
const sixDigits: Element = { shape: /^[.,]\d{6}/, name: '.000000' }
const zone: Element = { shape: /^(?:Z|[+-]\d\d:\d\d)/, name: 'Z07:00' }

/** Milliseconds of the whole second, and the digits behind it. */
function read(text: string, wanted: string): { readonly ms: number; readonly fraction: string } {
  const found: string[] = []
  let rest = text
  for (const { shape, name, range } of [...elements, wanted === layout ? someFraction : sixDigits, zone]) {
    const part = shape.exec(rest)?.[0]
    if (part === undefined)
      throw new TimeError(
        `parsing time ${JSON.stringify(text)} as ${JSON.stringify(wanted)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`,
      )
    if (range !== undefined && (Number(part) < range[0] || Number(part) > range[1])) throw outOfRange(text, range[2])
    rest = rest.slice(part.length)
    found.push(part)
  }
  const [year = '', , month = '', , day = '', , hour = '', , minute = '', , second = '', fraction = '', offset = ''] = found
  const offsetMinutes = minutesOf(text, offset)
  if (rest !== '') throw new TimeError(`parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`)
  if (Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) throw outOfRange(text, 'day')
  const local = Date.parse(`${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${second}Z`)
  return { ms: local - offsetMinutes * 60_000, fraction: fraction.slice(1) }
}

function minutesOf(text: string, offset: string): number {
  if (offset === 'Z') return 0
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number)
  if (hours > 24) throw outOfRange(text, 'time zone offset hour')
  if (minutes > 60) throw outOfRange(text, 'time zone offset minute')
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function outOfRange(text: string, what: string): TimeError {
  return new TimeError(`parsing time ${JSON.stringify(text)}: ${what} out of range`)
}

function daysIn(year: number, month: number): number {
  // Years below 100 would be taken for those of the last century; the calendar repeats after 400.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}
