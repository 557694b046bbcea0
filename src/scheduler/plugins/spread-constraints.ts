/**
 * Topology spread constraints, read off a Pod or filled in. A Pod without any gets the system's: spread over zones (skew 5) and
 * hosts (skew 3) if possible, among the Pods of the same Services and the same owner.
 */
import { ReplicaSet } from '../../api/apps/replica-set.ts'
import { StatefulSet } from '../../api/apps/stateful-set.ts'
import type { NodeMatcher } from '../../api/core/node-matcher.ts'
import type { Pod } from '../../api/core/pod.ts'
import { ReplicationController } from '../../api/core/replication-controller.ts'
import { Service } from '../../api/core/service.ts'
import { controllerOf } from '../../apimachinery/object.ts'
import { type LabelRequirements, matchesLabels, requirementsOfLabels } from '../../apimachinery/selectors/labels.ts'
import type { Listers } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { type Labels, type PodInfo, parseSelector } from '../pod-info.ts'
import { toleratesHard } from './taint-toleration.ts'

export const hostnameLabel = 'kubernetes.io/hostname'
const zoneLabel = 'topology.kubernetes.io/zone'

export interface SpreadConstraint {
  readonly maxSkew: number
  readonly topologyKey: string
  readonly selector: LabelRequirements
  readonly minDomains: number
  readonly honorsAffinity: boolean
  readonly honorsTaints: boolean
}

export type WhenUnsatisfiable = 'DoNotSchedule' | 'ScheduleAnyway'

/** The constraints of a Pod of the kind asked for. */
export function constraintsOf({ spec, metadata }: Pod, when: WhenUnsatisfiable): readonly SpreadConstraint[] {
  return (spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
    .map((constraint) => ({
      maxSkew: constraint.maxSkew,
      topologyKey: constraint.topologyKey,
      selector: withLabelKeys(parseSelector(constraint.labelSelector), constraint.matchLabelKeys ?? [], metadata.labels ?? {}),
      minDomains: constraint.minDomains ?? 1,
      honorsAffinity: constraint.nodeAffinityPolicy !== 'Ignore',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    }))
}

/** matchLabelKeys: only Pods with the same values of these labels count (revisions of a Deployment apart). */
function withLabelKeys(selector: LabelRequirements, keys: readonly string[], labels: Labels): LabelRequirements {
  const own = keys.filter((key) => labels[key] !== undefined)
  if (own.length === 0) return selector
  return [...requirementsOfLabels(Object.fromEntries(own.map((key) => [key, labels[key] as string]))), ...selector]
}

/** The system's constraints, as preferences; none for a Pod that belongs to nothing. */
export function defaultConstraints(pod: Pod, listers: Listers): readonly SpreadConstraint[] {
  const selector = defaultSelector(pod, listers)
  if (selector.length === 0) return []
  const constraint = { selector, minDomains: 1, honorsAffinity: true, honorsTaints: false }
  return [
    { ...constraint, topologyKey: hostnameLabel, maxSkew: 3 },
    { ...constraint, topologyKey: zoneLabel, maxSkew: 5 },
  ]
}

/** What the Pod's Services and its owner select. */
function defaultSelector(pod: Pod, listers: Listers): LabelRequirements {
  const namespace = pod.metadata.namespace ?? ''
  let labels: Labels = {}
  for (const { spec } of listers.of(Service).inNamespace(namespace)) {
    if (spec?.selector && matchesLabels(requirementsOfLabels(spec.selector), pod.metadata.labels)) labels = { ...labels, ...spec.selector }
  }
  const owner = controllerOf(pod)
  const key = `${namespace}/${owner?.name ?? ''}`
  switch (`${owner?.apiVersion} ${owner?.kind}`) {
    case 'v1 ReplicationController':
      return requirementsOfLabels({ ...labels, ...listers.of(ReplicationController).get(key)?.spec?.selector })
    case 'apps/v1 ReplicaSet':
      return withSelector(labels, listers.of(ReplicaSet).get(key)?.spec.selector)
    case 'apps/v1 StatefulSet':
      return withSelector(labels, listers.of(StatefulSet).get(key)?.spec.selector)
    default:
      return requirementsOfLabels(labels)
  }
}

function withSelector(labels: Labels, selector: Parameters<typeof parseSelector>[0]): LabelRequirements {
  const own = requirementsOfLabels(labels)
  return selector === undefined ? own : [...own, ...parseSelector(selector)]
}

/** Has all the labels that constraints spread over. */
export function hasTopologies(labels: Labels, constraints: readonly SpreadConstraint[]): boolean {
  for (let i = 0; i < constraints.length; i++) {
    if (!Object.hasOwn(labels, (constraints[i] as SpreadConstraint).topologyKey)) return false
  }
  return true
}

/** Pods on nodes where this one could not go do not count, if the constraint says so. */
export function includesNode(constraint: SpreadConstraint, node: NodeInfo, { pod }: PodInfo, matches: NodeMatcher | undefined): boolean {
  if (constraint.honorsAffinity && matches !== undefined && !matches(node)) return false
  return !constraint.honorsTaints || node.hardTaints.length === 0 || toleratesHard(pod.spec.tolerations ?? [], node.hardTaints)
}
