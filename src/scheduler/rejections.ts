/** Which nodes were rejected and why: a list, since a full cluster adds thousands and hardly anybody looks one up. */
import type { Rejection } from './framework.ts'
import type { NodeInfo } from './node-info.ts'

export class Rejections {
  readonly #nodes: NodeInfo[] = []
  readonly #rejections: Rejection[] = []

  get size(): number {
    return this.#nodes.length
  }

  add(node: NodeInfo, rejection: Rejection): void {
    this.#nodes.push(node)
    this.#rejections.push(rejection)
  }

  get(nodeName: string): Rejection | undefined {
    return this.#rejections[this.#nodes.findIndex(({ name }) => name === nodeName)]
  }

  /** Nodes that other Pods keep from being used: preemption may help. */
  get resolvable(): readonly NodeInfo[] {
    return this.#nodes.filter((_, i) => this.#rejections[i]?.code === 'Unschedulable')
  }

  /** Each rejection and how many nodes share it. */
  counts(): ReadonlyMap<Rejection, number> {
    const counts = new Map<Rejection, number>()
    for (const rejection of this.#rejections) counts.set(rejection, (counts.get(rejection) ?? 0) + 1)
    return counts
  }

  /** By name of the node. */
  toObject(): Readonly<Record<string, Rejection>> {
    return Object.fromEntries(this.#nodes.map(({ name }, i) => [name, this.#rejections[i] as Rejection]))
  }
}
