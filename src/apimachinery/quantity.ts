/**
 * Quantities: "100m", "1Gi", "1e3". An exact number (kept as a whole number of billionths, the finest step Kubernetes knows) and the family of
 * suffixes that it was written in, which decides how it is printed. resource.Quantity upstream.
 *
 *     canonicalQuantity('1000m') === '1'   canonicalQuantity('12000') === '12k'   canonicalQuantity('1.5Gi') === '1536Mi'
 *
 * What a newcomer would get wrong: a text that looks canonical at a glance is kept as it was written (`007`, `+5`, `1.500`, `1E3`); finer than a billionth
 * is rounded away from zero; only the binary family is cut off at 2^63-1; and whoever asks for whole units (`quantityValue`) or thousandths
 * (`quantityMilli`) gets them rounded away from zero. Parsed texts are remembered: a cluster has a few dozen of them, over and over.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  readonly nanos: bigint
  readonly format: QuantityFormat
  /** As it is printed, where that does not follow from the number. */
  readonly text?: string
}

export type QuantityProblem = 'format' | 'suffix' | 'numeric'
export const quantityProblems: Readonly<Record<QuantityProblem, string>> = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  suffix: "unable to parse quantity's suffix",
  numeric: 'unable to parse numeric part of quantity',
}

const billion = 1_000_000_000n
const million = 1_000_000n
const wholeMax = 2n ** 63n - 1n
const nanosMax = wholeMax * billion

const decimalExponents: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binaryFactors: Readonly<Record<string, bigint>> = {
  Ki: 1024n,
  Mi: 1024n ** 2n,
  Gi: 1024n ** 3n,
  Ti: 1024n ** 4n,
  Pi: 1024n ** 5n,
  Ei: 1024n ** 6n,
}
const decimalSuffixes = new Map(Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]))
const binarySuffixes = ['', ...Object.keys(binaryFactors)]

const known = new Map<string, Quantity>()
const knownMax = 4096

export const zeroQuantity: Quantity = { nanos: 0n, format: 'DecimalSI' }

/** Undefined for what is no quantity; `quantityProblem` says why. */
export function parseQuantity(text: string): Quantity | undefined {
  const found = known.get(text)
  if (found !== undefined) return found
  const parsed = parse(text)
  if (typeof parsed === 'string') return undefined
  if (known.size >= knownMax) known.clear()
  known.set(text, parsed)
  return parsed
}

export function quantityProblem(text: string): QuantityProblem | undefined {
  const parsed = parse(text)
  return typeof parsed === 'string' ? parsed : undefined
}

const shape = /^([+-]?)(0*)(\d*)(\.?)(\d*)([eEinumkKMGTP]*[-+]?\d*)$/
/** Beyond it nothing but the text is exact: 1e1000000 must not cost megabytes. */
const exponentMax = 120

function parse(text: string): Quantity | QuantityProblem {
  const match = text === '' ? null : shape.exec(text)
  if (match === null) return 'format'
  const [, sign = '', zeros = '', whole = '', , fraction = '', suffix = ''] = match
  const unit = unitOf(suffix)
  if (unit === undefined) return 'suffix'
  const { exponent, factor } = unit
  let { format } = unit
  const scale = exponent - fraction.length
  const digits = (whole === '' ? '0' : whole) + fraction
  const isShort =
    factor === 1n
      ? digits.length <= 18 && scale >= -9
      : fraction === '' && isShortBinary(whole === '' ? 1 : whole.length, BigInt(digits), factor)
  if (!isShort && zeros + whole + fraction === '') return 'numeric'
  const amount = BigInt(digits)
  let magnitude = scaled(amount * factor, scale + 9)
  const signed = (size: bigint): bigint => (sign === '-' ? -size : size)
  if (isShort && (factor === 1n ? isPrintedAsWritten(digits, scale) : (amount & 7n) !== 0n))
    return { nanos: signed(magnitude), format, text }
  if (format === 'BinarySI') {
    if (magnitude > nanosMax) magnitude = nanosMax
    else if (!isShort && magnitude > 0n && magnitude < billion) format = 'DecimalSI'
  }
  const quantity = { nanos: signed(magnitude), format }
  if (scale <= exponentMax) return quantity
  const significant = digits.replace(/^0+/, '').replace(/0+$/, '')
  const power = scale + digits.length - digits.replace(/0+$/, '').length
  const rest = ((power % 3) + 3) % 3
  return significant === ''
    ? quantity
    : { ...quantity, text: `${sign === '-' ? '-' : ''}${significant}${'0'.repeat(rest)}${suffixOf(format, power - rest)}` }
}

interface Unit {
  readonly exponent: number
  readonly factor: bigint
  readonly format: QuantityFormat
}

function unitOf(suffix: string): Unit | undefined {
  if (Object.hasOwn(decimalExponents, suffix)) return { exponent: decimalExponents[suffix] as number, factor: 1n, format: 'DecimalSI' }
  if (Object.hasOwn(binaryFactors, suffix)) return { exponent: 0, factor: binaryFactors[suffix] as bigint, format: 'BinarySI' }
  if (!/^[eE][+-]?\d{1,18}$/.test(suffix)) return undefined
  return { exponent: Number(suffix.slice(1)), factor: 1n, format: 'DecimalExponent' }
}

/** Upstream's glance: no thousand could be taken out, and it begins with a digit that counts. */
function isPrintedAsWritten(digits: string, scale: number): boolean {
  return scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
}

function isShortBinary(length: number, amount: bigint, factor: bigint): boolean {
  const power = factor.toString(2).length - 1
  return 15 - length - Math.trunc(power * 0.3) - 1 >= 0 && amount * factor <= wholeMax
}

/** `amount` times ten to the `exponent`, rounded up to a whole number. */
function scaled(amount: bigint, exponent: number): bigint {
  if (amount === 0n) return 0n
  if (exponent >= 0) return amount * 10n ** BigInt(Math.min(exponent, exponentMax))
  // As many digits as there are cannot reach a whole one.
  if (-exponent > amount.toString().length) return 1n
  const divisor = 10n ** BigInt(-exponent)
  return (amount + divisor - 1n) / divisor
}

/** As Kubernetes prints it: the largest suffix of its family that leaves a whole number. */
export function quantityText({ nanos, format, text }: Quantity): string {
  if (text !== undefined) return text
  if (nanos === 0n) return '0'
  if (format === 'BinarySI') {
    const isSmall = nanos > -1024n * billion && nanos < 1024n * billion
    if (!isSmall && nanos % billion === 0n) {
      let amount = nanos / billion
      let step = 0
      for (; step < binarySuffixes.length - 1 && amount % 1024n === 0n; step++) amount /= 1024n
      return `${amount}${binarySuffixes[step]}`
    }
  }
  let amount = nanos
  let exponent = -9
  for (; amount % 1000n === 0n; exponent += 3) amount /= 1000n
  return `${amount}${suffixOf(format === 'BinarySI' ? 'DecimalSI' : format, exponent)}`
}

/** Beyond E there is none, and upstream prints none: 1000E reads 1. */
function suffixOf(format: QuantityFormat, exponent: number): string {
  if (format === 'DecimalExponent') return exponent === 0 ? '' : `e${exponent}`
  return decimalSuffixes.get(exponent) ?? ''
}

/** Undefined for what is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const quantity = parseQuantity(text)
  return quantity === undefined ? undefined : quantityText(quantity)
}

function nanosOf(text: string): bigint {
  return parseQuantity(text)?.nanos ?? 0n
}

/** Below, at or above 0. What is no quantity counts as 0, here and below: validation has been before. */
export function compareQuantities(left: string, right: string): number {
  const [a, b] = [nanosOf(left), nanosOf(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** The sum, in the family of the first that is not zero. */
export function addQuantities(left: string, right: string): string {
  const [a, b] = [parseQuantity(left) ?? zeroQuantity, parseQuantity(right) ?? zeroQuantity]
  return quantityText({ nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format })
}
export function subtractQuantities(left: string, right: string): string {
  const [a, b] = [parseQuantity(left) ?? zeroQuantity, parseQuantity(right) ?? zeroQuantity]
  return quantityText({ nanos: a.nanos - b.nanos, format: a.nanos === 0n ? b.format : a.format })
}

/** Whole units, rounded away from zero. Beyond 2^53 the number is not exact. */
export function quantityValue(text: string): number {
  return Number(rounded(nanosOf(text), billion))
}
/** Thousandths, rounded away from zero. */
export function quantityMilli(text: string): number {
  return Number(rounded(nanosOf(text), million))
}
function rounded(nanos: bigint, unit: bigint): bigint {
  return nanos > 0n ? (nanos + unit - 1n) / unit : (nanos - unit + 1n) / unit
}
