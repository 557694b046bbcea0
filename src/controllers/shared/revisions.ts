/**
 * The templates that a DaemonSet or StatefulSet has had: ControllerRevisions, each a patch that brings a template back (`kubectl rollout undo` sends it
 * as it is). Which of them an object is at, and which may go. Pure.
 */
import type { ControllerRevision } from '../../api/apps/controller-revision.ts'
import type { PodTemplateSpec } from '../../api/core/pod-spec/pod-spec.ts'
import { canonicalJson, withSortedKeys } from './template-hash.ts'

/** Keys are sorted because kubectl compares bytes. */
export function revisionData(template: PodTemplateSpec): NonNullable<ControllerRevision['data']> {
  return withSortedKeys({ spec: { template: { ...template, $patch: 'replace' } } }) as NonNullable<ControllerRevision['data']>
}

export function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (data as unknown as { readonly spec: { readonly template: PodTemplateSpec & { $patch?: string } } })
    .spec.template
  return template as PodTemplateSpec
}

export function hasData({ data }: ControllerRevision, wanted: ControllerRevision['data']): boolean {
  return canonicalJson(data) === canonicalJson(wanted)
}

/** Oldest first. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision
  const [ageA, ageB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (ageA !== ageB) return ageA < ageB ? -1 : 1
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}

export function maxRevision(revisions: readonly ControllerRevision[]): number {
  return revisions.reduce((max, { revision }) => Math.max(max, revision), 0)
}

/** The oldest of those that nobody uses, so that `limit` stay. */
export function surplusRevisions(revisions: readonly ControllerRevision[], limit: number): readonly ControllerRevision[] {
  return limit < 0 ? [] : revisions.toSorted(byRevision).slice(0, Math.max(0, revisions.length - limit))
}

/** "web" and a hash, as a name. */
export function revisionName(owner: string, hash: string): string {
  return `${owner.slice(0, 223)}-${hash}`
}
