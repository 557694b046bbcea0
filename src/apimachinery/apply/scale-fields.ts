/**
 * Ownership of replicas when an object is scaled: the /scale endpoint shows and takes a Scale, whose .spec.replicas is
 * some other field of the object itself. So entries go out to the Scale before a write through it (`toScaleEntries`), are tracked
 * or applied there like any other, and come back (`fromScaleEntries`): who took .spec.replicas of the Scale has
 * taken that field of the object.
 *
 * What a newcomer would get wrong: who scales gets an entry without a time, because times are looked up in the object, where
 * such an updater is known by another version; upstream is like that, and so are the entries that everybody has seen.
 *
 * `replicasPaths` says for each API version of the object where its replicas are; entries in other versions are dropped.
 */
import type { ManagedFieldsEntry } from '../object.ts'
import { differenceOf, hasPath, isEmptySet, setOf } from './field-set.ts'
import { decodeOwners, encodeOwners, type Owners } from './managed-entries.ts'
import type { Path } from './path-element.ts'

/** Undefined: that version is served, but has no scale. */
export type ReplicasPaths = ReadonlyMap<string, Path | undefined>

const scaleVersion = 'autoscaling/v1'
const replicasInScale: Path = ['f:spec', 'f:replicas']

type Entries = readonly ManagedFieldsEntry[] | null | undefined

export function toScaleEntries(entries: Entries, replicasPaths: ReplicasPaths): readonly ManagedFieldsEntry[] | undefined {
  const inScale: Owners = new Map()
  for (const [id, owner] of decodeOwners(entries)) {
    const path = replicasPaths.get(owner.apiVersion)
    if (path !== undefined && hasPath(owner.fields, path))
      inScale.set(id, { ...owner, apiVersion: scaleVersion, fields: setOf(replicasInScale) })
  }
  return encodeOwners(inScale)
}

/** `apiVersion`: of the object, for those who came by the Scale. */
export function fromScaleEntries(
  entries: Entries,
  scaleEntries: Entries,
  apiVersion: string,
  replicasPaths: ReplicasPaths,
): readonly ManagedFieldsEntry[] | undefined {
  const parents = decodeOwners(entries)
  const scaled = decodeOwners(scaleEntries)
  const owners: Owners = new Map()
  for (const [id, owner] of parents) {
    if (!replicasPaths.has(owner.apiVersion)) continue
    const path = replicasPaths.get(owner.apiVersion)
    if (path === undefined || !hasPath(owner.fields, path)) {
      owners.set(id, owner)
      continue
    }
    if (scaled.delete(id)) owners.set(id, owner)
    else {
      const fields = differenceOf(owner.fields, setOf(path))
      if (!isEmptySet(fields)) owners.set(id, { ...owner, fields })
    }
  }
  const path = replicasPaths.get(apiVersion)
  for (const [id, owner] of scaled) {
    if (path === undefined || !hasPath(owner.fields, replicasInScale)) continue
    owners.set(id, { ...owner, apiVersion, fields: setOf(path), time: parents.get(id)?.time })
  }
  return encodeOwners(owners)
}
