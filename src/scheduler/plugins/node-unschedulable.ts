/** NodeUnschedulable: cordoned nodes are for those who tolerate it (DaemonSets). */
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import { tolerates } from '../../api/core/tolerations.ts'
import type { Plugin, Rejection } from '../framework.ts'

const name = 'NodeUnschedulable'
const cordoned: Rejection = { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: ['node(s) were unschedulable'] }

export function nodeUnschedulable(): Plugin {
  return {
    name,
    events: [
      {
        resource: 'Node',
        actions: ['Add', 'UpdateNodeTaint'],
        hint(_, event) {
          const old = event.old as Node | undefined
          const isSchedulable = (event.new as Node).spec.unschedulable !== true
          return isSchedulable && (old === undefined || old.spec.unschedulable === true)
        },
      },
      {
        resource: 'Pod',
        actions: ['UpdatePodToleration'],
        hint: (pod, event) => event.new?.metadata.uid === pod.uid && toleratesCordon(event.new as Pod),
      },
    ],
    preFilter({ pod }) {
      if (toleratesCordon(pod)) return undefined
      return { filter: (node) => (node.isUnschedulable ? cordoned : undefined) }
    },
  }
}

function toleratesCordon({ spec }: Pod): boolean {
  return tolerates(spec.tolerations ?? [], { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
}
