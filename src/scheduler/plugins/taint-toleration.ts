/** TaintToleration: nodes keep off Pods that do not tolerate their taints; those with fewer PreferNoSchedule taints score higher. */
import type { Node, Taint } from '../../api/core/node-schema.ts'
import type { Toleration } from '../../api/core/pod-spec/affinity.ts'
import { tolerates } from '../../api/core/tolerations.ts'
import type { Plugin, Rejection } from '../framework.ts'
import { normalizeScores } from '../normalize.ts'

const name = 'TaintToleration'
const untolerated: Rejection = { plugin: name, code: 'UnschedulableAndUnresolvable', reasons: ['node(s) had untolerated taint(s)'] }

export function taintToleration(): Plugin {
  return {
    name,
    events: [
      {
        resource: 'Node',
        actions: ['Add', 'UpdateNodeTaint'],
        hint({ pod }, event) {
          const tolerations = pod.spec.tolerations ?? []
          const wasKeptOff = event.old === undefined || !toleratesHard(tolerations, (event.old as Node).spec.taints ?? [])
          return wasKeptOff && toleratesHard(tolerations, (event.new as Node).spec.taints ?? [])
        },
      },
      { resource: 'Pod', actions: ['UpdatePodToleration'], hint: (pod, event) => event.new?.metadata.uid === pod.uid },
    ],
    preFilter({ pod }) {
      const tolerations = pod.spec.tolerations ?? []
      return { filter: ({ hardTaints }) => (hardTaints.length === 0 || toleratesHard(tolerations, hardTaints) ? undefined : untolerated) }
    },
    preScore({ pod }) {
      const tolerations = (pod.spec.tolerations ?? []).filter(({ effect }) => (effect ?? '') === '' || effect === 'PreferNoSchedule')
      return {
        score({ softTaints }) {
          let count = 0
          for (let i = 0; i < softTaints.length; i++) if (!tolerates(tolerations, softTaints[i] as Taint)) count++
          return count
        },
        normalize: (scores) => normalizeScores(scores, { isLessBetter: true }),
      }
    },
  }
}

/** Of all taints, those that keep Pods off are tolerated. */
export function toleratesHard(tolerations: readonly Toleration[], taints: readonly Taint[]): boolean {
  for (let i = 0; i < taints.length; i++) {
    const taint = taints[i] as Taint
    if (taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint)) return false
  }
  return true
}
