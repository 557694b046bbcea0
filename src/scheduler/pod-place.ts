/** Where a Pod stands between created and running: whose it is, whether it has a node, whether it is over. */
import type { Pod } from '../api/core/pod.ts'

/** It has a node, or one is being cleared for it. */
export function isPlaced({ spec, status }: Pod): boolean {
  return isAssigned({ spec }) || (status?.nominatedNodeName ?? '') !== ''
}

export function isAssigned({ spec }: Pick<Pod, 'spec'>): boolean {
  return (spec.nodeName ?? '') !== ''
}

/** Takes nothing from its node any more. */
export function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

/** As it would be with this node. */
export function onNode(pod: Pod, node: string): Pod {
  return { ...pod, spec: { ...pod.spec, nodeName: node } }
}
