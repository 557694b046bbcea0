/**
 * The quality of service class of a Pod, from what its containers ask for: Guaranteed when all ask for as much as they may use, BestEffort when
 * none asks for anything, Burstable else. Set at creation and never again.
 */
import { compareQuantities } from '../../apimachinery/quantity.ts'
import type { Pod } from './pod-schema.ts'
import { containersOf } from './pod-spec/walk.ts'

type Amounts = Readonly<Record<string, string>> | null | undefined
interface Asking {
  readonly resources?: { readonly requests?: Amounts; readonly limits?: Amounts } | null | undefined
}
const counted = ['cpu', 'memory'] as const

export function qosClassOf({ spec }: Pick<Pod, 'spec'>): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const own = spec.resources
  const asking: readonly Asking[] = own?.requests || own?.limits ? [{ resources: own }] : [...containersOf<Asking>(spec as never)]
  let asksAnything = false
  let isGuaranteed = true
  for (const { resources } of asking) {
    for (const name of counted) {
      const [request, limit] = [amount(resources?.requests, name), amount(resources?.limits, name)]
      if (request !== undefined || limit !== undefined) asksAnything = true
      if (limit === undefined || (request !== undefined && compareQuantities(request, limit) !== 0)) isGuaranteed = false
    }
  }
  if (!asksAnything) return 'BestEffort'
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}

/** Zero counts as nothing. */
function amount(amounts: Amounts, name: string): string | undefined {
  const text = amounts?.[name]
  return text === undefined || compareQuantities(text, '0') <= 0 ? undefined : text
}
