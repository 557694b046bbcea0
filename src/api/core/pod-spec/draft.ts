/**
 * Objects while they are being completed. Drafts are looser than the inferred types, which are too deep for the compiler when made mutable.
 */
import { parseQuantity, quantityText } from '../../../apimachinery/quantity.ts'

export interface Draft {
  [key: string]: unknown
}

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

const noItems: readonly Draft[] = []
export function items(list: unknown): readonly Draft[] {
  return (list as readonly Draft[] | null | undefined) ?? noItems
}

export function part(holder: Draft | undefined, name: string): Draft | undefined {
  const value = holder?.[name]
  return typeof value === 'object' && value !== null ? (value as Draft) : undefined
}

export function setFieldRefDefaults(fieldRef: Draft | undefined): void {
  if (fieldRef !== undefined && isEmpty(fieldRef.apiVersion)) fieldRef.apiVersion = 'v1'
}

export function roundResources(resources: Draft | undefined): void {
  if (resources === undefined) return
  roundAmounts(resources.limits)
  roundAmounts(resources.requests)
}

const milli = 1_000_000n

/** Nothing is finer than a thousandth. */
export function roundAmounts(amounts: unknown): void {
  const list = amounts as Record<string, string> | null | undefined
  for (const name in list) {
    const quantity = parseQuantity(list[name] as string)
    if (quantity === undefined || quantity.nanos % milli === 0n) continue
    const { nanos, format } = quantity
    const whole = (nanos / milli) * milli
    list[name] = quantityText({ nanos: nanos > 0n ? whole + milli : whole - milli, format })
  }
}
