/**
 * What sets the Pods of a StatefulSet apart from each other: their ordinals, and all that follows from those: names, labels, host names, claims. Pure.
 */
import { StatefulSet } from '../../api/apps/stateful-set.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import { podFromTemplate } from '../shared/pod-from-template.ts'

const podNameLabel = 'statefulset.kubernetes.io/pod-name'
const indexLabel = 'apps.kubernetes.io/pod-index'
export const revisionLabel = 'controller-revision-hash'

/** The revision that a template has. */
export interface Revisioned {
  readonly name: string
  readonly template: PodTemplateSpec
}

/** Undefined for a Pod that is none of its. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const [, parent, digits = ''] = /^(.*)-([0-9]+)$/.exec(pod.metadata.name ?? '') ?? []
  const ordinal = Number(digits)
  return parent === set.metadata.name && digits !== '' && ordinal < 2 ** 31 ? ordinal : undefined
}

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0
}

export function isWanted(set: StatefulSet, ordinal: number): boolean {
  const first = firstOrdinal(set)
  return ordinal >= first && ordinal < first + (set.spec.replicas ?? 1)
}

export function podNameOf({ metadata }: StatefulSet, ordinal: number): string {
  return `${metadata.name}-${ordinal}`
}

export function revisionOf(pod: Pod): string {
  return pod.metadata.labels?.[revisionLabel] ?? ''
}

export function statefulPod(set: StatefulSet, ordinal: number, revision: Revisioned): Pod {
  const { generateName: _, ...metadata } = podFromTemplate(revision.template, set, StatefulSet).metadata
  const name = podNameOf(set, ordinal)
  const labels = { ...metadata.labels, [podNameLabel]: name, [indexLabel]: String(ordinal), [revisionLabel]: revision.name }
  const spec = { ...revision.template.spec, hostname: name, subdomain: set.spec.serviceName }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata, name, labels },
    spec: withClaims(set, ordinal, spec as unknown as Pod['spec']),
  }
}

/** Volumes of claim templates come first and stand in for volumes of the same name. */
function withClaims(set: StatefulSet, ordinal: number, spec: Pod['spec']): Pod['spec'] {
  const claims = claimNames(set, ordinal)
  if (claims.size === 0) return spec
  const ofClaims = [...claims].map(([name, claimName]) => ({ name, persistentVolumeClaim: { claimName } }))
  const others = (spec.volumes ?? []).filter(({ name }) => !claims.has(name))
  return { ...spec, volumes: [...ofClaims, ...others] as unknown as Pod['spec']['volumes'] }
}

/** Volume name → claim name. */
export function claimNames({ metadata, spec }: StatefulSet, ordinal: number): ReadonlyMap<string, string> {
  const templates = (spec.volumeClaimTemplates ?? []).map((one) => one.metadata.name ?? '')
  return new Map(templates.map((name) => [name, `${name}-${metadata.name}-${ordinal}`]))
}

export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  const names = claimNames(set, ordinal)
  return (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => {
    const labels = { ...metadata.labels, ...set.spec.selector.matchLabels }
    const { annotations, name } = metadata
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: names.get(name ?? ''),
        namespace: set.metadata.namespace,
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec,
    } as PersistentVolumeClaim
  })
}

/** Somebody took its label away, or it mounts other claims than its own. */
export function isOutOfShape(set: StatefulSet, ordinal: number, pod: Pod): boolean {
  if (pod.metadata.labels?.[podNameLabel] !== pod.metadata.name) return true
  const mounted = new Map(pod.spec.volumes?.map(({ name, persistentVolumeClaim }) => [name, persistentVolumeClaim?.claimName]))
  return [...claimNames(set, ordinal)].some(([volume, claim]) => mounted.get(volume) !== claim)
}

/** As it should be again. */
export function backInShape(set: StatefulSet, ordinal: number, pod: Pod): Pod {
  const labels = { ...pod.metadata.labels, [podNameLabel]: pod.metadata.name ?? '', [indexLabel]: String(ordinal) }
  return { ...pod, metadata: { ...pod.metadata, labels }, spec: withClaims(set, ordinal, pod.spec) }
}
