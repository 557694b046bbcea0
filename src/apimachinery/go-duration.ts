/**
 * Durations as Go writes them: "1h30m", "300ms", "1.5h". Parsed to nanoseconds (a bigint: Go's are 64 bits wide), with Go's words for
 * what cannot be parsed.
 */
import { quote } from './go-strings.ts'

export class DurationError extends Error {
  override readonly name = 'DurationError'
}

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])
const nanosMax = 2n ** 63n - 1n

/** time.ParseDuration. Throws DurationError. */
export function parseGoDuration(text: string): bigint {
  const sign = /^[-+]/.exec(text)?.[0] ?? ''
  let rest = text.slice(sign.length)
  if (rest === '0') return 0n
  if (rest === '') throw new DurationError(`time: invalid duration ${quote(text)}`)
  let nanos = 0n
  while (rest !== '') {
    const number = /^(\d*)(?:\.(\d*))?/.exec(rest) as RegExpExecArray
    const [all, whole = '', fraction = ''] = number
    if (whole === '' && fraction === '') throw new DurationError(`time: invalid duration ${quote(text)}`)
    rest = rest.slice(all.length)
    const unit = /^[^.\d]*/.exec(rest)?.[0] ?? ''
    if (unit === '') throw new DurationError(`time: missing unit in duration ${quote(text)}`)
    const factor = units.get(unit)
    if (factor === undefined) throw new DurationError(`time: unknown unit ${quote(unit)} in duration ${quote(text)}`)
    rest = rest.slice(unit.length)
    nanos +=
      BigInt(whole === '' ? '0' : whole) * factor + (BigInt(fraction === '' ? '0' : fraction) * factor) / 10n ** BigInt(fraction.length)
    if (nanos > nanosMax) throw new DurationError(`time: invalid duration ${quote(text)}`)
  }
  return sign === '-' ? -nanos : nanos
}

/** What is wrong with it, in Go's words; undefined when nothing is. */
export function durationProblem(text: string): string | undefined {
  try {
    parseGoDuration(text)
    return undefined
  } catch (error) {
    if (error instanceof DurationError) return error.message
    throw error
  }
}

/** time.Duration's String: "1h30m0s", "1.5ms", "0s". */
export function formatGoDuration(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  if (size === 0n) return '0s'
  for (const [unit, factor] of [
    ['ns', 1n],
    ['µs', 1_000n],
    ['ms', 1_000_000n],
  ] as const)
    if (size < 1_000_000_000n && size < factor * 1000n) return `${sign}${decimal(size, factor)}${unit}`
  const minutes = size / 60_000_000_000n
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`
  if (minutes === 0n) return `${sign}${seconds}`
  const hours = minutes / 60n
  return hours === 0n ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60n}m${seconds}`
}

function decimal(size: bigint, unit: bigint): string {
  const fraction = (size % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '')
  return unit === 1n || fraction === '' ? `${size / unit}` : `${size / unit}.${fraction}`
}
