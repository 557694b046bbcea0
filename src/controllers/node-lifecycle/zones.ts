/**
 * How fast nodes may be given up. When much of a zone falls silent at once the fault is more likely ours than theirs: then evictions slow down, and
 * when everything has fallen silent they stop. Pure, but for the budget.
 */

import { isNodeReady } from '../../api/core/node-facts.ts'
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
  const bad = nodes.filter((node) => !isNodeReady(node)).length
  if (bad > 0 && bad === nodes.length) return 'FullDisruption'
  return bad > 2 && bad / nodes.length >= unhealthyThreshold ? 'PartialDisruption' : 'Normal'
}

export interface Zone {
  readonly name: string
  readonly state: ZoneState
  readonly size: number
}

/** All zones at a glance. Nodes with the label below do not count for or against their zone. */
export function zonesOf(nodes: readonly Node[]): { readonly zoneOf: (node: Node) => Zone; readonly isEverythingDown: boolean } {
  const counted = nodes.filter(({ metadata }) => metadata.labels?.['node.kubernetes.io/exclude-disruption'] === undefined)
  const zones = new Map<string, Zone>()
  for (const [name, members] of Map.groupBy(counted, zoneOf)) zones.set(name, { name, state: zoneState(members), size: members.length })
  const isEverythingDown = zones.size > 0 && [...zones.values()].every(({ state }) => state === 'FullDisruption')
  return { zoneOf: (node) => zones.get(zoneOf(node)) ?? { name: zoneOf(node), state: 'Normal', size: 0 }, isEverythingDown }
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

  /** It was not used after all. */
  giveBack(): void {
    this.#tokens = 1
  }

  /** Until there is another one. */
  waitMs(rate: number): number {
    return Math.ceil(((1 - this.#tokens) / rate) * 1000)
  }
}
