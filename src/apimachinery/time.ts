/**
 * Times as the API writes them: RFC 3339 in UTC, whole seconds (metav1.Time) or exactly six digits behind them (metav1.MicroTime).
 * What cannot be read throws an Error with the words of Go's time.Parse.
 */
const layout = '2006-01-02T15:04:05Z07:00'
const microLayout = '2006-01-02T15:04:05.000000Z07:00'
const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const canonicalSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** "2026-01-02T03:04:05Z" */
export function parseTime(text: string): string {
  const ms = instantOf(text, layout)
  if (canonicalSeconds.test(text)) return text
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

/** "2026-01-02T03:04:05.000006Z" */
export function parseMicroTime(text: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1]
  if (fraction?.length !== 6) throw problem(text, microLayout)
  const ms = instantOf(text, microLayout)
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

/** What is wrong with it, in Go's words; undefined when nothing is. */
export function timeProblem(text: string): string | undefined {
  return problemOf(() => parseTime(text))
}
export function microTimeProblem(text: string): string | undefined {
  return problemOf(() => parseMicroTime(text))
}
function problemOf(parse: () => unknown): string | undefined {
  try {
    parse()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function instantOf(text: string, wanted: string): number {
  const match = shape.exec(text)
  const ms = match === null ? Number.NaN : Date.parse(text)
  if (match === null || Number.isNaN(ms)) throw problem(text, wanted)
  // Date.parse takes 31 February for 3 March.
  const [, , month, day] = match.map(Number) as number[]
  if ((day as number) > daysIn(Number(match[1]), month as number)) throw new Error(`parsing time ${JSON.stringify(text)}: day out of range`)
  return ms
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

const elements: readonly (readonly [shape: RegExp, name: string])[] = [
  [/^\d{4}/, '2006'],
  [/^-/, '-'],
  [/^\d\d/, '01'],
  [/^-/, '-'],
  [/^\d\d/, '02'],
  [/^T/, 'T'],
  [/^\d\d/, '15'],
  [/^:/, ':'],
  [/^\d\d/, '04'],
  [/^:/, ':'],
  [/^\d\d/, '05'],
]

function problem(text: string, wanted: string): Error {
  let rest = text
  const isMicro = wanted === microLayout
  const steps = isMicro ? [...elements, [/^\.\d{6}(?!\d)/, '.000000'] as const] : elements
  for (const [element, name] of [...steps, [/^(Z|[+-]\d\d:\d\d)/, 'Z07:00'] as const]) {
    if (!isMicro && name === 'Z07:00') rest = rest.replace(/^\.\d+/, '')
    const match = element.exec(rest)
    if (match === null)
      return new Error(
        `parsing time ${JSON.stringify(text)} as ${JSON.stringify(wanted)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`,
      )
    rest = rest.slice(match[0].length)
  }
  if (rest !== '') return new Error(`parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`)
  const [month, hour] = [Number(text.slice(5, 7)), Number(text.slice(11, 13))]
  const what =
    month < 1 || month > 12
      ? 'month'
      : hour > 23
        ? 'hour'
        : Number(text.slice(14, 16)) > 59
          ? 'minute'
          : Number(text.slice(17, 19)) > 59
            ? 'second'
            : 'day'
  return new Error(`parsing time ${JSON.stringify(text)}: ${what} out of range`)
}
