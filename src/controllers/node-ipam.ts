/**
 * Gives every node the range that its Pods' addresses come from, cut out of the cluster's (one per family). Nodes that come with a range keep it. Off unless
 * the cluster has ranges to give: simulated nodes bring their own.
 */
import { Node } from '../api/core/node.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { NodeRanges } from './node-ipam/ranges.ts'

export const nodeIpamController: Controller = {
  name: 'node-ipam-controller',
  account: 'node-controller',
  component: 'cidrAllocator',
  start: (context) => {
    const { informers, flags } = context
    if (flags.clusterCidrs.length === 0) return
    const sets = flags.clusterCidrs.map((cidr) => new NodeRanges(cidr))
    // One at a time: a range is taken before anything is awaited, but a failure must give it back before the next is taken.
    const loop = startLoop(context, {
      name: 'node-ipam-controller',
      workers: 1,
      reconcile: (name, signal) => allocate(context, sets, name, signal),
    })
    const seen = (node: Node): void => {
      for (const [i, range] of rangesOf(node).entries()) sets[i]?.occupy(range)
      if (rangesOf(node).length === 0) loop.add(node.metadata.name ?? '')
    }
    informers.of(Node).subscribe({
      onAdd: seen,
      onUpdate: seen,
      onDelete: (node) => {
        for (const [i, range] of rangesOf(node).entries()) sets[i]?.giveBack(range)
      },
    })
  },
}

function rangesOf({ spec }: Node): readonly string[] {
  return spec.podCIDRs ?? (spec.podCIDR === undefined || spec.podCIDR === '' ? [] : [spec.podCIDR])
}

async function allocate(
  { client, informers, events }: ControllerContext,
  sets: readonly NodeRanges[],
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const node = informers.of(Node).get(name)
  if (node === undefined || isTerminating(node) || rangesOf(node).length > 0) return
  const podCIDRs = sets.map((set) => set.take())
  const giveBack = (): void => {
    for (const [i, range] of podCIDRs.entries()) if (range !== undefined) sets[i]?.giveBack(range)
  }
  if (podCIDRs.includes(undefined)) {
    giveBack()
    events.record(Node, node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`)
    throw new Error(`Cannot give node "${name}" a range for Pods: none is left`)
  }
  try {
    await client
      .of(Node)
      .patch(name, { metadata: { uid: node.metadata.uid }, spec: { podCIDR: podCIDRs[0], podCIDRs } }, { type: 'strategic', signal })
  } catch (error) {
    giveBack()
    if (reasonOf(error) !== 'NotFound') throw error
  }
}
