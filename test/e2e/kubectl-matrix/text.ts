/**
 * Expected text with blanks: `web {hash}` matches what a cluster makes up itself. Between columns any number of spaces from two on
 * counts as the same, because the width of a column depends on what stands in it; spaces at the start of a line (YAML) count exactly,
 * and those at its end not at all.
 *
 *     {age} 5s, 2m3s      {ip} 10.96.0.7       {hash} what is made up for names     {time} 2026-01-31T12:00:00Z
 *     {uid}               {port} 30123         {word} anything without spaces       {date} Mon, 31 Jan 2026 12:00:00 +0000
 *     {number}            {any} to the end of the line, or until what follows       {lines} a line of its own: any number of lines
 */

const blanks: Readonly<Record<string, string>> = {
  age: '(?:\\d+[smhdy])+',
  ip: '\\d+\\.\\d+\\.\\d+\\.\\d+',
  hash: '[a-z0-9]{4,16}',
  time: '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ',
  date: '\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d [+-]\\d{4}',
  uid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  port: '\\d{2,5}',
  number: '\\d+',
  word: '\\S+',
  any: '.*?',
}
const blank = new RegExp(`\\{(${Object.keys(blanks).join('|')})\\}`)
const anyLines = '{lines}'

/** Undefined when it matches; otherwise what was there, told in the words of what was expected wherever a line matches. */
export function difference(actual: string, expected: string): string | undefined {
  const wanted = linesOf(expected)
  const seen = linesOf(actual)
  return matches(seen, wanted) ? undefined : retold(seen, wanted)
}

/** As globs are matched: after a line that does not fit, `{lines}` takes one more. */
function matches(seen: readonly string[], wanted: readonly string[]): boolean {
  let at = 0
  let retry: { wantedAt: number; seenAt: number } | undefined
  for (let line = 0; line < seen.length; ) {
    if (wanted[at] === anyLines) retry = { wantedAt: ++at, seenAt: line }
    else if (wanted[at] !== undefined && fits(seen[line] as string, wanted[at] as string)) {
      at++
      line++
    } else if (retry !== undefined) {
      at = retry.wantedAt
      line = ++retry.seenAt
    } else return false
  }
  return wanted.slice(at).every((one) => one === anyLines)
}

function retold(seen: readonly string[], wanted: readonly string[]): string {
  return seen.map((line) => wanted.find((one) => one !== anyLines && fits(line, one)) ?? line).join('\n')
}

const known = new Map<string, RegExp>()

function fits(line: string, wanted: string): boolean {
  let expression = known.get(wanted)
  if (expression === undefined) known.set(wanted, (expression = new RegExp(`^${pattern(wanted)}$`)))
  return line === wanted || expression.test(line)
}

/** Neither the end of the text nor spaces at the end of a line are compared. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trimEnd())
  while (lines.at(-1) === '') lines.pop()
  return lines
}

function pattern(line: string): string {
  const [, indent = '', rest = ''] = /^( *)(.*)$/.exec(line) ?? []
  const pieces = rest.split(blank)
  // Every second piece is the name of a blank.
  const regularExpression = pieces.map((piece, index) =>
    index % 2 === 1 ? (blanks[piece] as string) : quoted(piece).replace(/ {2,}/g, ' {2,}'),
  )
  return `${indent}${regularExpression.join('')}`
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
