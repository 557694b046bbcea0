/**
 * Which nodes a DaemonSet means: those that its template would fit. A node whose taints keep new Pods out may keep the one it has. Pure.
 */
import type { DaemonSet } from '../../api/apps/daemon-set.ts'
import type { Node } from '../../api/core/node.ts'
import { requiredNodeMatcher } from '../../api/core/node-matcher.ts'
import type { Pod } from '../../api/core/pod.ts'
import { findUntoleratedTaint } from '../../api/core/tolerations.ts'
import { daemonTolerations } from './daemon-pod.ts'

export interface Verdict {
  /** A Pod should run there. */
  readonly shouldRun: boolean
  /** A Pod that runs there may stay. */
  readonly mayStay: boolean
}
const no: Verdict = { shouldRun: false, mayStay: false }
const onlyStay: Verdict = { shouldRun: false, mayStay: true }
const yes: Verdict = { shouldRun: true, mayStay: true }

/** Reads the template once, for many nodes. */
export function nodeJudge(daemonSet: DaemonSet): (node: Node) => Verdict {
  const { template } = daemonSet.spec
  const matches = requiredNodeMatcher({ metadata: {}, spec: template.spec } as Pod)
  const tolerations = daemonTolerations(template)
  const pinnedTo = template.spec.nodeName ?? ''
  return ({ metadata, spec }) => {
    const name = metadata.name ?? ''
    if (pinnedTo !== '' && pinnedTo !== name) return no
    if (matches !== undefined && !matches({ name, labels: metadata.labels ?? {} })) return no
    const taints = spec?.taints ?? []
    if (findUntoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined) return yes
    return findUntoleratedTaint(taints, tolerations, ['NoExecute']) === undefined ? onlyStay : no
  }
}
