/**
 * The order in which nodes are tried: zones take turns, so that a sample of the nodes is a sample of every zone.
 *
 *     zone a: a1 a2 a3   zone b: b1      →  a1 b1 a2 a3
 */
import type { Node } from '../api/core/node.ts'

export class NodeTree {
  /** Names of nodes by zone; zones in the order in which they appeared. */
  readonly #zones = new Map<string, string[]>()

  add(node: Node): void {
    const zone = zoneOf(node)
    const names = this.#zones.get(zone)
    const name = node.metadata.name ?? ''
    if (names === undefined) this.#zones.set(zone, [name])
    else if (!names.includes(name)) names.push(name)
  }

  remove(node: Node): void {
    const zone = zoneOf(node)
    const rest = this.#zones.get(zone)?.filter((name) => name !== node.metadata.name)
    if (rest === undefined) return
    if (rest.length === 0) this.#zones.delete(zone)
    else this.#zones.set(zone, rest)
  }

  /** True when the order has changed. */
  update(old: Node, node: Node): boolean {
    if (zoneOf(old) === zoneOf(node)) return false
    this.remove(old)
    this.add(node)
    return true
  }

  list(): string[] {
    const zones = [...this.#zones.values()]
    const longest = zones.reduce((most, names) => Math.max(most, names.length), 0)
    const ordered: string[] = []
    for (let turn = 0; turn < longest; turn++) {
      for (const names of zones) if (turn < names.length) ordered.push(names[turn] as string)
    }
    return ordered
  }
}

/** Region and zone together; '' for a node with neither. */
function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {}
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? ''
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? ''
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`
}
