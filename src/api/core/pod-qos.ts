/**
 * The quality of service class of a Pod, from what its containers ask for: Guaranteed when each may use as much cpu and memory as it asks for and no
 * more, BestEffort when none asks for anything, Burstable else. Set at creation and never again.
 *
 * What a newcomer would get wrong: an amount of zero is none; and a Pod that has resources of its own, even empty ones, is judged by them alone.
 */
import { addQuantities, compareQuantities } from '../../apimachinery/quantity.ts'
import type { Pod } from './pod-schema.ts'
import type { Amounts } from './pod-spec/container-sums.ts'

interface Asking {
  readonly resources?: { readonly requests?: Amounts | null | undefined; readonly limits?: Amounts | null | undefined } | null | undefined
}
const counted = ['cpu', 'memory'] as const
export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

export function qosClassOf({ spec }: Pick<Pod, 'spec'>): QosClass {
  const requests: Record<string, string> = {}
  const limits: Record<string, string> = {}
  let isGuaranteed = true
  const own = spec.resources
  if (own) {
    add(requests, own.requests)
    if (Object.keys(own.limits ?? {}).length > 0 && add(limits, own.limits) < counted.length) isGuaranteed = false
  } else {
    for (const list of [spec.containers, spec.initContainers] as readonly (readonly Asking[] | undefined)[]) {
      for (const { resources } of list ?? []) {
        add(requests, resources?.requests)
        if (add(limits, resources?.limits) < counted.length) isGuaranteed = false
      }
    }
  }
  if (count(requests) === 0 && count(limits) === 0) return 'BestEffort'
  for (const name in requests) {
    if (limits[name] === undefined || compareQuantities(limits[name], requests[name] as string) !== 0) isGuaranteed = false
  }
  return isGuaranteed && count(requests) === count(limits) ? 'Guaranteed' : 'Burstable'
}

function count(amounts: Record<string, string>): number {
  return Object.keys(amounts).length
}

/** How many of the two are given. */
function add(sums: Record<string, string>, amounts: Amounts | null | undefined): number {
  let found = 0
  for (const name of counted) {
    const amount = amounts?.[name]
    if (amount === undefined || compareQuantities(amount, '0') <= 0) continue
    found++
    sums[name] = sums[name] === undefined ? amount : addQuantities(sums[name], amount)
  }
  return found
}
