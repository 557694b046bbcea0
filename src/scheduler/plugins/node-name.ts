/** NodeName: a Pod that names its node goes nowhere else. Pods in the queue name none, so this is for those who ask about others. */
import type { Plugin, Rejection } from '../framework.ts'

const name = 'NodeName'
const otherNode: Rejection = {
  plugin: name,
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match the requested node name"],
}

export function nodeName(): Plugin {
  return {
    name,
    events: [{ resource: 'Node', actions: ['Add'] }],
    preFilter({ pod }) {
      const wanted = pod.spec.nodeName ?? ''
      if (wanted === '') return undefined
      return { filter: (node) => (node.name === wanted ? undefined : otherNode) }
    },
  }
}
