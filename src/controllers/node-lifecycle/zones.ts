/**
 * How fast nodes may be given up. When much of a zone falls silent at once the fault is more likely ours than theirs: then evictions slow down, and
 * when everything has fallen silent they stop. Pure, but for the budget.
 */

import { isNodeReady, nodeCondition } from '../../api/core/node-facts.ts'
import type { Node } from '../../api/core/node-schema.ts'

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption'

export const evictionRate = 0.1
const secondaryRate = 0.01
const unhealthyThreshold = 0.55
const largeCluster = 50

export function zoneOf({ metadata }: Node): string {
  const region = metadata.labels?.['topology.kubernetes.io/region'] ?? ''
  const zone = metadata.labels?.['topology.kubernetes.io/zone'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`
}

export function zoneState(nodes: readonly Node[]): ZoneState {
  const counted = nodes.filter((node) => nodeCondition(node, 'Ready') !== undefined)
  const bad = counted.filter((node) => !isNodeReady(node)).length
  if (bad > 0 && bad === counted.length) return 'FullDisruption'
  return bad > 2 && bad / counted.length >= unhealthyThreshold ? 'PartialDisruption' : 'Normal'
}

/** Nodes per second; 0: none. */
export function rateOf(state: ZoneState, size: number, isEverythingDown: boolean): number {
  if (isEverythingDown) return 0
  if (state === 'Normal') return evictionRate
  if (state === 'FullDisruption') return evictionRate
  return size > largeCluster ? secondaryRate : 0
}

/** One node at once, then one whenever the rate allows. */
export class EvictionBudget {
  #tokens = 1
  #filledMs: number

  constructor(nowMs: number) {
    this.#filledMs = nowMs
  }

  take(rate: number, nowMs: number): boolean {
    this.#tokens = Math.min(1, this.#tokens + ((nowMs - this.#filledMs) / 1000) * rate)
    this.#filledMs = nowMs
    if (rate === 0 || this.#tokens < 1 - 1e-9) return false
    this.#tokens -= 1
    return true
  }
}
