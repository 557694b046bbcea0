/**
 * A daemon's Pod: the template, pinned to its node, and tolerant of what befalls nodes. The scheduler places it like any other Pod. Pure.
 */
import { DaemonSet } from '../../api/apps/daemon-set.ts'
import type { Pod } from '../../api/core/pod.ts'
import type { Toleration } from '../../api/core/pod-spec/affinity.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import { podFromTemplate } from '../shared/pod-from-template.ts'

export const hashLabel = 'controller-revision-hash'
const generationLabel = 'pod-template-generation'
const generationAnnotation = 'deprecated.daemonset.template.generation'

const exists = (key: string, effect: string): Toleration => ({ key, operator: 'Exists', effect })
const always: readonly Toleration[] = [
  exists('node.kubernetes.io/not-ready', 'NoExecute'),
  exists('node.kubernetes.io/unreachable', 'NoExecute'),
  exists('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  exists('node.kubernetes.io/unschedulable', 'NoSchedule'),
]
const onHostNetwork: readonly Toleration[] = [exists('node.kubernetes.io/network-unavailable', 'NoSchedule')]

/** A toleration for the same thing is replaced where it stands. */
export function daemonTolerations({ spec }: PodTemplateSpec): readonly Toleration[] {
  const tolerations = [...(spec.tolerations ?? [])]
  for (const one of spec.hostNetwork === true ? [...always, ...onHostNetwork] : always) {
    const at = tolerations.findIndex(
      ({ key = '', operator = '', effect = '', value = '' }) =>
        key === one.key && operator === one.operator && effect === one.effect && value === '',
    )
    if (at < 0) tolerations.push(one)
    else tolerations[at] = one
  }
  return tolerations
}

export function templateGenerationOf({ metadata }: DaemonSet): string | undefined {
  const text = metadata.annotations?.[generationAnnotation]
  return text !== undefined && /^-?[0-9]+$/.test(text) ? text : undefined
}

export function isUpdated({ metadata }: Pod, daemonSet: DaemonSet, hash: string): boolean {
  const generation = templateGenerationOf(daemonSet)
  if (generation !== undefined && metadata.labels?.[generationLabel] === generation) return true
  return hash !== '' && metadata.labels?.[hashLabel] === hash
}

export function daemonPod(daemonSet: DaemonSet, node: string, hash: string): Pod {
  const pod = podFromTemplate(daemonSet.spec.template, daemonSet, DaemonSet)
  const generation = templateGenerationOf(daemonSet)
  const { affinity } = pod.spec
  const { nodeAffinity } = affinity ?? {}
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }]
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(generation === undefined ? {} : { [generationLabel]: generation }),
        ...(hash === '' ? {} : { [hashLabel]: hash }),
      },
    },
    spec: {
      ...pod.spec,
      affinity: {
        ...affinity,
        nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
      },
      tolerations: daemonTolerations(daemonSet.spec.template),
    },
  }
}

/** Where it runs or is meant to run. */
export function targetNodeOf({ spec }: Pod): string | undefined {
  if ((spec.nodeName ?? '') !== '') return spec.nodeName
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  for (const { matchFields } of terms)
    for (const { key, operator, values } of matchFields ?? [])
      if (key === 'metadata.name' && operator === 'In') return values?.length === 1 ? values[0] : undefined
  return undefined
}
