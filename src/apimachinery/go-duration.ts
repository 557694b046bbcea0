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
