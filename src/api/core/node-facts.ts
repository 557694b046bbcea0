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
