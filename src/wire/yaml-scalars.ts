/**
 * What an unquoted YAML 1.1 scalar means, as sigs.k8s.io/yaml understands it: `yes` and `on` are true, `010` is eight, `0x10` sixteen, `1_000`
 * a thousand, `12:30` stays text, and a date stays the text it is. Both directions need it: `yaml.ts` to read, `yaml-format.ts` to know
 * what must be quoted.
 */
export type Scalar = string | number | boolean | null

const words = new Map<string, Scalar>()
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) words.set(word, true)
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) words.set(word, false)
for (const word of ['', '~', 'null', 'Null', 'NULL']) words.set(word, null)
for (const word of ['.nan', '.NaN', '.NAN']) words.set(word, Number.NaN)
for (const word of ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']) words.set(word, Number.POSITIVE_INFINITY)
for (const word of ['-.inf', '-.Inf', '-.INF']) words.set(word, Number.NEGATIVE_INFINITY)

const integers: readonly (readonly [pattern: RegExp, radix: number])[] = [
  [/^[-+]?0[xX]([0-9a-fA-F]+)$/, 16],
  [/^[-+]?0[bB]([01]+)$/, 2],
  [/^[-+]?0[oO]?([0-7]+)$/, 8],
  [/^[-+]?(0|[1-9][0-9]*)$/, 10],
]
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const dotFloat = /^\.[0-9]+([eE][-+]?[0-9]+)?$/
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const timestamp =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})| [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?)?$/
const int64Min = -(2n ** 63n)
const uint64Max = 2n ** 64n - 1n

/** The value of a plain scalar. Integers beyond 2^53 lose their last digits, as in JSON.parse. */
export function resolveScalar(text: string): Scalar {
  const word = words.get(text)
  if (word !== undefined) return word
  const first = text.charCodeAt(0)
  if (first === 46) return dotFloat.test(text) ? Number(text) : text
  const isNumberLike = (first >= 48 && first <= 57) || first === 43 || first === 45
  if (!isNumberLike || isTimestamp(text)) return text
  const plain = text.replaceAll('_', '')
  for (const [pattern, radix] of integers) {
    const match = pattern.exec(plain)
    if (match === null) continue
    const prefix = radix === 16 ? '0x' : radix === 8 ? '0o' : radix === 2 ? '0b' : ''
    const magnitude = BigInt(prefix + (match[1] as string))
    const value = plain.startsWith('-') ? -magnitude : magnitude
    if (value >= int64Min && value <= uint64Max && !(plain.startsWith('+') && value >= 2n ** 63n)) return Number(value)
  }
  if (!float.test(plain)) return text
  const value = Number(plain)
  return Number.isFinite(value) ? value : text
}

/** Whether an unquoted `text` is read as text, here and by readers that know base-60 numbers. */
export function resolvesToString(text: string): boolean {
  if (isTimestamp(text) || base60.test(text)) return false
  return typeof resolveScalar(text) === 'string'
}

function isTimestamp(text: string): boolean {
  if (!timestamp.test(text)) return false
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (text.match(/[0-9]+/g) ?? []).map(Number)
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return month >= 1 && month <= 12 && day >= 1 && day <= days && hour <= 23 && minute <= 59 && second <= 59
}
