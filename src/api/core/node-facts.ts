/**
 * Facts read off a Node: its conditions and taints.
 */
import type { Node, Taint } from './node-schema.ts'

type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number]

export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((one) => one.type === type)
}

export function isNodeReady(node: Node): boolean {
  return nodeCondition(node, 'Ready')?.status === 'True'
}

export function hasTaint(node: Node, wanted: Pick<Taint, 'key' | 'effect'>): boolean {
  return node.spec.taints?.some(({ key, effect }) => key === wanted.key && effect === wanted.effect) ?? false
}

export function taintsOf(node: Node, ...effects: readonly string[]): readonly Taint[] {
  const taints = node.spec.taints ?? []
  return effects.length === 0 ? taints : taints.filter(({ effect }) => effects.includes(effect))
}

/** The first address of a type: "InternalIP". */
export function nodeAddress(node: Node, type: string): string | undefined {
  return node.status?.addresses?.find((one) => one.type === type)?.address
}
