/**
 * How long kubelets may use Secrets and ConfigMaps before asking again: an annotation on every node, longer the larger the cluster is. The bounds
 * overlap, so that a cluster that grows and shrinks by one node is not written over and over.
 */
import { Node } from '../api/core/node.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, startLoop } from './controller.ts'

const annotation = 'node.alpha.kubernetes.io/ttl'
const patienceMs = 2000

const bounds: readonly { readonly min: number; readonly max: number; readonly ttlSeconds: number }[] = [
  { min: 0, max: 100, ttlSeconds: 0 },
  { min: 90, max: 500, ttlSeconds: 15 },
  { min: 450, max: 1000, ttlSeconds: 30 },
  { min: 900, max: 2000, ttlSeconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, ttlSeconds: 300 },
]

/** The step to be on for so many nodes, coming from `step`. */
export function nextStep(step: number, nodeCount: number): number {
  let next = step
  while (nodeCount > (bounds[next]?.max ?? 0)) next++
  while (nodeCount < (bounds[next]?.min ?? 0)) next--
  return next
}

export const ttlController: Controller = {
  name: 'ttl-controller',
  account: 'ttl-controller',
  component: 'ttl-controller',
  start: (context) => {
    const { client, informers } = context
    const nodes = informers.of(Node)
    let step = 0
    const loop = startLoop(context, {
      name: 'ttl-controller',
      workers: 5,
      reconcile: async (name, signal) => {
        const node = nodes.get(name)
        const wanted = `${bounds[step]?.ttlSeconds ?? 0}`
        if (node === undefined || node.metadata.annotations?.[annotation] === wanted) return
        const patch = { metadata: { annotations: { [annotation]: wanted } } }
        await client
          .of(Node)
          .patch(name, patch, { type: 'strategic', signal })
          .catch((error: unknown) => {
            if (reasonOf(error) !== 'NotFound') throw error
          })
      },
    })
    const changed = ({ metadata }: Node): void => {
      step = nextStep(step, nodes.size)
      // Not at once: while many nodes register the steps change, and each would be written several times.
      loop.addAfter(metadata.name ?? '', patienceMs)
    }
    nodes.subscribe({ onAdd: changed, onUpdate: changed, onDelete: () => (step = nextStep(step, nodes.size)) })
  },
}
