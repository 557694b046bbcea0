/**
 * Who owns which field after a change: the arithmetic behind managed-fields.ts and apply.ts, as structured-merge-diff's
 * updater does it. A change takes changed fields away from everybody else; an apply may only do so by force.
 *
 *     live .replicas 1, owned by "hpa"
 *     update to 2 by "kubectl"            "kubectl" owns .replicas, "hpa" no longer
 *     apply of 2 by "ci"                  conflict with "hpa", unless forced
 *     apply of 1 by "ci"                  both own it: nothing changed
 *
 * Owners speak in the API version in which they wrote. `Versions` converts; who speaks in a version that is no longer served
 * is forgotten. The sets of an owner are first mended for schemas that changed (remove.ts).
 */
import type { JsonObject } from '../patch/plain-json.ts'
import type { StructSchema } from '../schema/schema.ts'
import { type Comparison, compareTyped, excludeFields } from './compare.ts'
import { differenceOf, emptySet, type FieldSet, intersectionOf, isEmptySet, recursiveDifferenceOf, unionOf } from './field-set.ts'
import { type ManagerName, managerId, type Owner, type Owners } from './managed-entries.ts'
import { mergeTyped } from './merge.ts'
import { reconcileWithSchema, removeFields } from './remove.ts'
import { type MapShape, shapeOfObject } from './shape.ts'
import { fieldsOf, withNamedFields } from './typed.ts'

export interface VersionedObject {
  readonly schema: StructSchema
  readonly object: JsonObject
}
/**
 * To another version, from the one that the object says it is in. Undefined: that version is not served, or not known.
 * An object that is in that version already is given back as it is.
 */
export type Convert = (object: JsonObject, apiVersion: string) => VersionedObject | undefined

/** The version of the request, and the way to the others. */
export interface Versions {
  readonly schema: StructSchema
  readonly apiVersion: string
  readonly convert?: Convert | undefined
  /** What this endpoint cannot change, in the version of the request: the status of the main resource, the spec of /status. */
  readonly resetFields?: FieldSet | undefined
}

/** What an apply would take from whom. */
export interface Conflicts {
  readonly id: string
  readonly owner: Owner
  readonly fields: FieldSet
}

/** `object` is in the version of the request unless `from` says otherwise. */
export function inVersion(
  versions: Versions,
  object: JsonObject,
  apiVersion: string,
  from = versions.apiVersion,
): { shape: MapShape; object: JsonObject } | undefined {
  if (apiVersion === versions.apiVersion && from === apiVersion) return { shape: shapeOfObject(versions.schema), object }
  const converted = versions.convert?.(object, apiVersion)
  return converted === undefined ? undefined : { shape: shapeOfObject(converted.schema), object: converted.object }
}

/** Without owners in versions that are gone, and with sets that fit today's schema. */
export function reconciledOwners(versions: Versions, live: JsonObject, owners: Owners): Owners {
  const reconciled: Owners = new Map()
  for (const [id, owner] of owners) {
    const converted = inVersion(versions, live, owner.apiVersion)
    if (converted === undefined) continue
    const fields = reconcileWithSchema(converted.shape, owner.fields)
    reconciled.set(id, fields === owner.fields ? owner : { ...owner, fields })
  }
  return reconciled
}

export interface Update {
  readonly owners: Owners
  readonly conflicts: readonly Conflicts[]
  /** In the version of the request, without what it could not change. */
  readonly comparison: Comparison
}

/** Takes what changed between `live` and `next` from all owners but `actor`, who is the one that changed it. */
export function takeFromOthers(versions: Versions, live: JsonObject, next: JsonObject, owners: Owners, actor: string): Update {
  const { schema, resetFields } = versions
  const comparison = excludeFields(compareTyped(shapeOfObject(schema), live, withReset(live, next, resetFields)), resetFields)
  const comparisons = new Map<string, Comparison | undefined>([[versions.apiVersion, comparison]])
  const conflicts: Conflicts[] = []
  const left: Owners = new Map()
  for (const [id, owner] of owners) {
    if (id === actor) {
      if (!isEmptySet(owner.fields)) left.set(id, owner)
      continue
    }
    const theirs = comparisonInVersion(versions, comparisons, live, next, owner.apiVersion)
    if (theirs === undefined) continue
    const taken = intersectionOf(owner.fields, unionOf(theirs.modified, theirs.added))
    if (!isEmptySet(taken)) conflicts.push({ id, owner, fields: taken })
    const fields = differenceOf(differenceOf(owner.fields, taken), theirs.removed)
    if (!isEmptySet(fields)) left.set(id, fields === owner.fields ? owner : { ...owner, fields })
  }
  return { owners: left, conflicts, comparison }
}

/** Whole fields that this endpoint cannot change need no look: a status is written without comparing specs. */
function withReset(live: JsonObject, next: JsonObject, resetFields: FieldSet | undefined): JsonObject {
  if (resetFields?.children === undefined) return next
  const reset: Record<string, unknown> = { ...next }
  for (const [element, { isMember }] of resetFields.children) {
    const name = element.slice(2)
    if (isMember && element.startsWith('f:') && Object.hasOwn(live, name)) reset[name] = live[name]
  }
  return reset
}

function comparisonInVersion(
  versions: Versions,
  comparisons: Map<string, Comparison | undefined>,
  live: JsonObject,
  next: JsonObject,
  apiVersion: string,
): Comparison | undefined {
  if (comparisons.has(apiVersion)) return comparisons.get(apiVersion)
  const old = inVersion(versions, live, apiVersion)
  const changed = inVersion(versions, next, apiVersion)
  const comparison = old === undefined || changed === undefined ? undefined : compareTyped(old.shape, old.object, changed.object)
  comparisons.set(apiVersion, comparison)
  return comparison
}

/** What the one who updated owns from this update alone. */
export function fieldsOfUpdate({ added, modified }: Comparison, resetFields: FieldSet | undefined): FieldSet {
  const fields = unionOf(modified, added)
  return resetFields === undefined ? fields : recursiveDifferenceOf(fields, resetFields)
}

/** Lays `applied` over `live` and removes what the applier owned before, does not name now, and nobody else owns. */
export function mergeApplied(
  versions: Versions,
  live: JsonObject,
  applied: JsonObject,
  owners: Owners,
  applier: ManagerName,
): { object: JsonObject; owners: Owners } {
  const shape = shapeOfObject(versions.schema)
  const merged = (mergeTyped(shape, live, applied) ?? {}) as JsonObject
  const named = fieldsOf(shape, applied)
  const fields = versions.resetFields === undefined ? named : recursiveDifferenceOf(named, versions.resetFields)
  const id = managerId(applier)
  const last = owners.get(id)
  const withApplier: Owners = new Map(owners).set(id, { ...applier, fields, time: last?.time })
  return { object: prune(versions, merged, withApplier, last), owners: withApplier }
}

function prune(versions: Versions, merged: JsonObject, owners: Owners, last: Owner | undefined): JsonObject {
  if (last === undefined || isEmptySet(last.fields)) return merged
  const then = inVersion(versions, merged, last.apiVersion)
  if (then === undefined) return merged
  const { shape, object } = then
  const lastFields = withNamedFields(shape, last.fields)
  const removed = (removeFields(shape, object, lastFields) ?? {}) as JsonObject
  const withOwned = addBackOwned(versions, object, removed, last.apiVersion, owners)
  const pruned = addBackDangling(shape, object, withOwned, lastFields)
  return inVersion(versions, pruned, versions.apiVersion, last.apiVersion)?.object ?? merged
}

/** Fields that went but that somebody owns, the applier's new configuration included, come back. Each version by itself. */
function addBackOwned(versions: Versions, merged: JsonObject, pruned: JsonObject, apiVersion: string, owners: Owners): JsonObject {
  const ownedByVersion = new Map<string, FieldSet>()
  for (const owner of owners.values()) {
    ownedByVersion.set(owner.apiVersion, unionOf(ownedByVersion.get(owner.apiVersion) ?? emptySet, owner.fields))
  }
  // The version of the last apply first: pruned fields may be needed to convert.
  const others = [...ownedByVersion.keys()].filter((version) => version !== apiVersion)
  let current: Both = { merged, pruned, apiVersion }
  for (const version of ownedByVersion.has(apiVersion) ? [apiVersion, ...others] : others) {
    const whole = inVersion(versions, current.merged, version, current.apiVersion)
    const part = inVersion(versions, current.pruned, version, current.apiVersion)
    if (whole === undefined || part === undefined) continue
    const { shape } = whole
    const have = withNamedFields(shape, fieldsOf(shape, whole.object))
    const owned = withNamedFields(shape, ownedByVersion.get(version) as FieldSet)
    const keep = unionOf(withNamedFields(shape, fieldsOf(shape, part.object)), owned)
    const kept = removeFields(shape, whole.object, differenceOf(have, keep))
    current = { merged: whole.object, pruned: (kept ?? {}) as JsonObject, apiVersion: version }
  }
  if (current.apiVersion === apiVersion) return current.pruned
  return inVersion(versions, current.pruned, apiVersion, current.apiVersion)?.object ?? pruned
}

interface Both {
  readonly merged: JsonObject
  readonly pruned: JsonObject
  readonly apiVersion: string
}

/** Fields that went without having been the applier's: list elements and map entries of nobody, or of updaters, stay. */
function addBackDangling(shape: MapShape, merged: JsonObject, pruned: JsonObject, lastFields: FieldSet): JsonObject {
  const keep = withNamedFields(shape, fieldsOf(shape, pruned))
  const have = withNamedFields(shape, fieldsOf(shape, merged))
  return (removeFields(shape, merged, intersectionOf(differenceOf(have, keep), lastFields)) ?? {}) as JsonObject
}
