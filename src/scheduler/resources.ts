/**
 * Amounts as numbers that filters can subtract: milli-CPU, bytes as doubles (exact up to 8 PiB), and the rest by name.
 * Quantities are parsed here, once per revision of a Pod or node, never inside a filter.
 */
import { quantityMilli, quantityValue } from '../apimachinery/quantity.ts'

export interface Resources {
  readonly milliCpu: number
  readonly memory: number
  readonly ephemeralStorage: number
  /** Extended, huge page and attachable volume resources, by name. */
  readonly scalars: readonly ScalarAmount[]
}
export interface ScalarAmount {
  readonly name: string
  readonly amount: number
}

export type Quantities = Readonly<Record<string, string>>

const noScalars: readonly ScalarAmount[] = []
export const noResources: Resources = { milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: noScalars }

/** {cpu: '500m', memory: '1Gi'} as numbers. "pods" is not among them: nodes keep it apart. */
export function resourcesOf(quantities: Quantities | null | undefined): Resources {
  if (quantities === null || quantities === undefined) return noResources
  let milliCpu = 0
  let memory = 0
  let ephemeralStorage = 0
  let scalars: ScalarAmount[] | undefined
  for (const name in quantities) {
    const text = quantities[name] as string
    if (name === 'cpu') milliCpu = milliOf(text)
    else if (name === 'memory') memory = bytesOf(text)
    else if (name === 'ephemeral-storage') ephemeralStorage = bytesOf(text)
    else if (isScalarName(name)) (scalars ??= []).push({ name, amount: bytesOf(text) })
  }
  return { milliCpu, memory, ephemeralStorage, scalars: scalars ?? noScalars }
}

/** "250m" and "2", as nearly everybody writes them, without big numbers; the rest by the general way. */
function milliOf(text: string): number {
  const isMilli = text.endsWith('m')
  const whole = wholeNumber(isMilli ? text.slice(0, -1) : text)
  return whole < 0 ? quantityMilli(text) : isMilli ? whole : whole * 1000
}

/** "512Mi" and "1073741824". */
function bytesOf(text: string): number {
  const unit = text.endsWith('Mi') ? 2 ** 20 : text.endsWith('Gi') ? 2 ** 30 : text.endsWith('Ki') ? 2 ** 10 : 1
  const whole = wholeNumber(unit === 1 ? text : text.slice(0, -2))
  return whole < 0 ? quantityValue(text) : whole * unit
}

/** -1 for anything but up to nine digits. */
function wholeNumber(text: string): number {
  if (text.length === 0 || text.length > 9) return -1
  let number = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number
}

/** schedutil.IsScalarResourceName: everything with a domain, huge pages and attachable volumes. */
export function isScalarName(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')
}

export function amountOf(resources: Resources, name: string): number {
  for (const scalar of resources.scalars) if (scalar.name === name) return scalar.amount
  return 0
}
