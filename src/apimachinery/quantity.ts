/**
 * Quantities: "100m", "1Gi", "1e3". An exact number (kept as a whole number of billionths, the finest step Kubernetes knows) and the family of
 * suffixes that it was written in, which decides how it is printed. resource.Quantity upstream.
 *
 *     canonicalQuantity('1500m') === '1500m'   canonicalQuantity('12000') === '12k'   canonicalQuantity('1.5Gi') === '1536Mi'
 *
 * What a newcomer would get wrong: finer than a billionth is rounded away from zero, more than 2^63-1 is cut off there, and whoever asks for
 * whole units (`quantityValue`) or thousandths (`quantityMilli`) gets them rounded up. Parsed texts are remembered: a cluster
 * has a few dozen of them, over and over.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

export interface Quantity {
  readonly nanos: bigint
  readonly format: QuantityFormat
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

const shape = /^([+-]?)(\d*)(\.?)(\d*)([A-Za-z]*)([+-]?\d*)$/

function parse(text: string): Quantity | QuantityProblem {
  const match = shape.exec(text)
  if (match === null) return 'format'
  const [, sign = '', whole = '', , fraction = '', letters = '', power = ''] = match
  if (text === '' || !/^[eEinumkKMGTP]*$/.test(letters)) return 'format'
  if (whole === '' && fraction === '') return 'numeric'
  let format: QuantityFormat = 'DecimalSI'
  let exponent = 0
  let factor = 1n
  if (power !== '') {
    if ((letters !== 'e' && letters !== 'E') || !/\d/.test(power) || power.length > 5) return 'suffix'
    format = 'DecimalExponent'
    exponent = Number(power)
  } else if (letters in decimalExponents) exponent = decimalExponents[letters] as number
  else if (letters in binaryFactors) {
    format = 'BinarySI'
    factor = binaryFactors[letters] as bigint
  } else return 'suffix'
  const magnitude = scaled(BigInt(whole + fraction) * factor, exponent - fraction.length + 9)
  const limited = magnitude > nanosMax ? nanosMax : magnitude
  return { nanos: sign === '-' ? -limited : limited, format }
}

/** `amount` times ten to the `exponent`, rounded up to a whole number. */
function scaled(amount: bigint, exponent: number): bigint {
  if (amount === 0n) return 0n
  if (exponent >= 0) return exponent > 60 ? nanosMax : amount * 10n ** BigInt(exponent)
  if (exponent < -1200) return 1n
  const divisor = 10n ** BigInt(-exponent)
  return (amount + divisor - 1n) / divisor
}

/** As Kubernetes prints it: the largest suffix of its family that leaves a whole number. */
export function quantityText({ nanos, format }: Quantity): string {
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
  for (; exponent < 18 && amount % 1000n === 0n; exponent += 3) amount /= 1000n
  if (format === 'DecimalExponent') return exponent === 0 ? `${amount}` : `${amount}e${exponent}`
  return `${amount}${decimalSuffixes.get(exponent)}`
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

/** Whole units, rounded up. Beyond 2^53 the number is not exact. */
export function quantityValue(text: string): number {
  return Number(roundedUp(nanosOf(text), billion))
}
/** Thousandths, rounded up. */
export function quantityMilli(text: string): number {
  return Number(roundedUp(nanosOf(text), million))
}
function roundedUp(nanos: bigint, unit: bigint): bigint {
  return nanos > 0n ? (nanos + unit - 1n) / unit : nanos / unit
}
