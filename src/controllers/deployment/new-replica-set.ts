/**
 * Which ReplicaSet has the Deployment's current template, and how a new one is made: name and label from a hash of the template, annotations
 * copied down, revisions counted. Pure.
 *
 * What a newcomer would get wrong: equality of templates decides, not the hash. So a rollback finds the old ReplicaSet, and a
 * hash that collides with a stranger's is made anew with a count.
 */
import { Deployment } from '../../api/apps/deployment.ts'
import type { ReplicaSet } from '../../api/apps/replica-set.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { controllerReference } from '../shared/owner.ts'
import { templateHash } from '../shared/template-hash.ts'
import { annotations, byAge, maxSurgeOf, newReplicasOf, parseRevision, revisionOf, wantedOf } from './arithmetic.ts'

export const hashLabel = 'pod-template-hash'
const revisionHistoryMax = 2000

/** Not copied down: they are the Deployment's own business. */
const keptFromReplicaSets = new Set<string>([
  'kubectl.kubernetes.io/last-applied-configuration',
  annotations.revision,
  annotations.revisionHistory,
  annotations.desiredReplicas,
  annotations.maxReplicas,
  'deprecated.deployment.rollback.to',
])

type Annotations = Readonly<Record<string, string>>

export function findNewReplicaSet({ spec }: Deployment, all: readonly ReplicaSet[]): ReplicaSet | undefined {
  return all.toSorted(byAge).find((one) => hasTemplate(one, spec.template))
}

export function hasTemplate({ spec }: ReplicaSet, template: PodTemplateSpec): boolean {
  return semanticallyEqual(withoutHash(spec.template), withoutHash(template))
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { metadata, spec } = template ?? {}
  const { [hashLabel]: _, ...labels } = metadata?.labels ?? {}
  return { metadata: { ...metadata, labels }, spec }
}

export function makeReplicaSet(deployment: Deployment, old: readonly ReplicaSet[], revision: bigint): ReplicaSet {
  const { metadata, spec, status } = deployment
  const hash = templateHash(spec.template, status?.collisionCount ?? 0)
  const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash }
  const replicas = newReplicasOf(deployment, old, 0)
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      labels,
      annotations: { ...annotationsFor(deployment, undefined, revision), ...replicaAnnotations(deployment) },
      ownerReferences: [controllerReference(Deployment, deployment)],
    },
    spec: {
      replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  }
}

/** The revision that the new ReplicaSet gets: one more than any old one has. */
export function nextRevision(old: readonly ReplicaSet[]): bigint {
  return old.map(revisionOf).reduce((max, one) => (one > max ? one : max), 0n) + 1n
}

/** The annotations that the new ReplicaSet should have, or undefined when it has them. */
export function annotationsFor(deployment: Deployment, before: Annotations | undefined, revision: bigint): Annotations | undefined {
  const next: Record<string, string> = { ...before }
  let isChanged = false
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (keptFromReplicaSets.has(name) || next[name] === value) continue
    next[name] = value
    isChanged = true
  }
  const had = before?.[annotations.revision]
  const hadNumber = had === undefined || had === '' ? 0n : parseRevision(had)
  if (hadNumber === undefined) return undefined
  if (hadNumber < revision) {
    next[annotations.revision] = String(revision)
    isChanged = true
    if (had !== undefined) next[annotations.revisionHistory] = historyWith(before?.[annotations.revisionHistory] ?? '', had)
  }
  return isChanged ? next : undefined
}

/** A ReplicaSet that is used again remembers which revisions it was. */
function historyWith(history: string, revision: string): string {
  const revisions = history === '' ? [] : history.split(',')
  revisions.push(revision)
  while (revisions.length > 1 && revisions.join(',').length > revisionHistoryMax) revisions.shift()
  return revisions.join(',')
}

export function replicaAnnotations(deployment: Deployment): Annotations {
  const wanted = wantedOf(deployment)
  return { [annotations.desiredReplicas]: String(wanted), [annotations.maxReplicas]: String(wanted + maxSurgeOf(deployment)) }
}
