/** NodeAffinity: nodeSelector and node affinity, required and preferred. A Pod that names its nodes is only tried on those. */
import type { Node } from '../../api/core/node.ts'
import { matcherOfTerm, type NodeMatcher, namedNodes, requiredNodeMatcher } from '../../api/core/node-matcher.ts'
import type { Filter, Plugin, Rejection } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { normalizeScores } from '../normalize.ts'

const name = 'NodeAffinity'
const mismatch: Rejection = {
  plugin: name,
  code: 'UnschedulableAndUnresolvable',
  reasons: ["node(s) didn't match Pod's node affinity/selector"],
}
const contradiction: Rejection = { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: ['pod affinity terms conflict'] }

export function nodeAffinity(): Plugin {
  return {
    name,
    events: [
      {
        resource: 'Node',
        actions: ['Add', 'UpdateNodeLabel'],
        hint({ pod }, event) {
          const matches = requiredNodeMatcher(pod)
          const matched = (node: Node): boolean => matches === undefined || matches(namedAndLabelled(node))
          if (!matched(event.new as Node)) return false
          return event.old === undefined || !matched(event.old as Node)
        },
      },
    ],
    preFilter({ pod }) {
      const matches = requiredNodeMatcher(pod)
      if (matches === undefined) return undefined
      const nodeNames = namedNodes(pod)
      if (nodeNames?.size === 0) return contradiction
      const filter: Filter = { filter: (node) => (matches(node) ? undefined : mismatch) }
      return nodeNames === undefined ? filter : { ...filter, nodeNames }
    },
    preScore({ pod }) {
      const preferred: { readonly weight: number; readonly matches: NodeMatcher }[] = []
      for (const { weight, preference } of pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
        const matches = matcherOfTerm(preference)
        if (weight !== 0 && matches !== undefined) preferred.push({ weight, matches })
      }
      if (preferred.length === 0) return undefined
      return {
        score(node) {
          let sum = 0
          for (const { weight, matches } of preferred) if (matches(node)) sum += weight
          return sum
        },
        normalize: (scores) => normalizeScores(scores, { isLessBetter: false }),
      }
    },
  }
}

function namedAndLabelled({ metadata }: Node): Pick<NodeInfo, 'name' | 'labels'> {
  return { name: metadata.name ?? '', labels: metadata.labels ?? {} }
}
