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
    if (name === 'cpu') milliCpu = quantityMilli(text)
    else if (name === 'memory') memory = quantityValue(text)
    else if (name === 'ephemeral-storage') ephemeralStorage = quantityValue(text)
    else if (isScalarName(name)) (scalars ??= []).push({ name, amount: quantityValue(text) })
  }
  return { milliCpu, memory, ephemeralStorage, scalars: scalars ?? noScalars }
}

/** schedutil.IsScalarResourceName: everything with a domain, huge pages and attachable volumes. */
export function isScalarName(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')
}

export function amountOf(resources: Resources, name: string): number {
  for (const scalar of resources.scalars) if (scalar.name === name) return scalar.amount
  return 0
}
