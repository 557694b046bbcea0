/**
 * Keeps metadata.managedFields true on creates and updates (everything that is not an apply): whoever changed a field owns
 * it, everybody else loses it. In: the live object and the one about to be stored, in the version of the request. Out: the
 * entries to store with it; undefined when nobody owns anything.
 *
 * What a newcomer would get wrong
 * - An object that has no entries gets none on update: tracking begins with the create, or with the first apply.
 * - A client that sends no managedFields, or broken ones, keeps those of the live object; one that sends [] or [{}] clears them.
 *   Through a subresource nobody can touch them.
 * - The time changes only when the manager's set gained something from this very update.
 * - More than ten updating managers are too many: the oldest of one version are thrown together as "ancient-changes".
 * - Whatever goes wrong here is nobody's error: the object is then stored without managedFields.
 */
import type { ManagedFieldsEntry } from '../object.ts'
import { get, isObject, type JsonObject, jsonEqual } from '../patch/plain-json.ts'
import type { StructSchema } from '../schema/schema.ts'
import { fieldsOfNewObject, strippedFields, strippedMetadata, zeroObject } from './added-fields.ts'
import { differenceOf, type FieldSet, isEmptySet, setOf, unionOf } from './field-set.ts'
import {
  decodeOwners,
  encodeOwners,
  isReset,
  type ManagerName,
  managedFieldsEntry,
  managerId,
  type Owners,
  secondsOf,
} from './managed-entries.ts'
import { type Convert, fieldsOfUpdate, reconciledOwners, takeFromOthers, type Versions } from './ownership.ts'
import { BadPathElement, fieldElement } from './path-element.ts'
import { TypedError } from './shape.ts'

export const updateManagersMax = 10
const oldUpdates = 'ancient-changes'

export interface TrackOptions {
  /** Of the version of the request. */
  readonly schema: StructSchema
  /** Absent: the object is being created. */
  readonly live?: JsonObject | undefined
  readonly next: JsonObject
  readonly manager: string
  readonly operation?: 'Update'
  readonly apiVersion: string
  /** '' for the main resource. */
  readonly subresource: string
  /** RFC 3339, whole seconds. */
  readonly nowText: string
  readonly resetFields?: FieldSet | undefined
  readonly convert?: Convert | undefined
}

/** What nobody ever owns. */
export const stripSet: FieldSet = setOf(
  ...[...strippedFields, 'metadata'].map((name) => [fieldElement(name)]),
  ...[...strippedMetadata].map((name) => [fieldElement('metadata'), fieldElement(name)]),
)

export function trackCreateOrUpdate(options: TrackOptions): readonly ManagedFieldsEntry[] | undefined {
  try {
    return track(options)
  } catch (error) {
    if (error instanceof TypedError || error instanceof BadPathElement) return undefined
    throw error
  }
}

function track(options: TrackOptions): readonly ManagedFieldsEntry[] | undefined {
  const { live, next, subresource } = options
  const sent = managedFieldsOf(next)
  if (live === undefined && (sent === undefined || sent === null || sent.length === 0)) return entriesOfCreate(options)
  const owners = subresource !== '' ? ownersOrNone(managedFieldsOf(live)) : ownersOfUpdate(sent, managedFieldsOf(live))
  if (owners.size === 0) {
    if (live === undefined) return entriesOfCreate(options)
    if (uidOf(live) !== '') return undefined
  }
  return encodeOwners(ownersAfterUpdate(options, owners))
}

/** The entries of an object whose status, scale or the like was written, or that came through the main resource. */
function ownersOfUpdate(sent: Entries, live: Entries): Owners {
  if (isReset(sent)) return new Map()
  const owners = ownersOrNone(sent)
  return owners.size === 0 ? ownersOrNone(live) : owners
}

type Entries = readonly ManagedFieldsEntry[] | null | undefined

function ownersOrNone(entries: Entries): Owners {
  try {
    return decodeOwners(entries)
  } catch {
    return new Map()
  }
}

function metadataOf(object: JsonObject | undefined): JsonObject {
  const metadata = object === undefined ? undefined : get(object, 'metadata')
  return isObject(metadata) ? metadata : {}
}
export function managedFieldsOf(object: JsonObject | undefined): Entries {
  return metadataOf(object).managedFields as Entries
}
function uidOf(object: JsonObject): string {
  return (metadataOf(object).uid as string | undefined) ?? ''
}

export function withoutManagedFields(object: JsonObject): JsonObject {
  const metadata = metadataOf(object)
  if (metadata.managedFields === undefined) return object
  const { managedFields: _, ...rest } = metadata
  return { ...object, metadata: rest }
}

function nameOf({ manager, apiVersion, subresource }: TrackOptions): ManagerName {
  return { manager: manager === '' ? 'unknown' : manager, operation: 'Update', apiVersion, subresource }
}

function entriesOfCreate(options: TrackOptions): readonly ManagedFieldsEntry[] | undefined {
  const fields = fieldsOfNewObject(options.schema, options.next, options.resetFields)
  return fields === undefined ? undefined : [managedFieldsEntry(nameOf(options), options.nowText, fields)]
}

function ownersAfterUpdate(options: TrackOptions, owners: Owners): Owners {
  const { schema, apiVersion, convert, resetFields } = options
  const versions: Versions = { schema, apiVersion, convert, resetFields }
  const live = withoutManagedFields(options.live ?? zeroObject(schema))
  return updateOwners(versions, live, withoutManagedFields(options.next), owners, nameOf(options), options.nowText)
}

/** The update of one manager, from the owners before to the owners after it. */
export function updateOwners(
  versions: Versions,
  live: JsonObject,
  next: JsonObject,
  owners: Owners,
  name: ManagerName,
  nowText: string,
): Owners {
  // Nobody is the actor: the manager's older fields go the way of everybody's, and come back with the new ones.
  const update = takeFromOthers(versions, live, next, reconciledOwners(versions, live, owners), '')
  const fields = differenceOf(fieldsOfUpdate(update.comparison, versions.resetFields), stripSet)
  if (!isEmptySet(fields)) {
    const id = managerId(name)
    const before = update.owners.get(id)
    update.owners.set(id, { ...name, time: nowText, fields: before === undefined ? fields : unionOf(fields, before.fields) })
  }
  return withoutTooMany(update.owners)
}

/** Of each version's oldest updates the first stays as it is until a second comes: then both become the bucket. */
function withoutTooMany(owners: Owners): Owners {
  const updaters = [...owners].filter(([, owner]) => owner.operation === 'Update')
  if (updaters.length <= updateManagersMax) return owners
  updaters.sort(([a, left], [b, right]) => secondsOf(left) - secondsOf(right) || (a < b ? -1 : 1))
  const firstOfVersion = new Map<string, string>()
  let count = updaters.length
  for (const [id, owner] of updaters) {
    if (count <= updateManagersMax) break
    const name: ManagerName = { manager: oldUpdates, operation: 'Update', apiVersion: owner.apiVersion, subresource: '' }
    const bucketId = managerId(name)
    const first = firstOfVersion.get(owner.apiVersion)
    if (first === undefined) {
      firstOfVersion.set(owner.apiVersion, id)
      continue
    }
    const bucket = owners.get(bucketId) ?? owners.get(first)
    if (!owners.has(bucketId)) owners.delete(first)
    if (bucket !== undefined) owners.set(bucketId, { ...name, time: owner.time, fields: unionOf(owner.fields, bucket.fields) })
    owners.delete(id)
    count--
  }
  return owners
}

/**
 * The old entries when the new ones differ in nothing but times and the rest of the object did not change either: an apply or
 * update that does nothing must not make a new revision.
 */
export function keepTimesOfNoop(live: JsonObject, next: JsonObject): readonly ManagedFieldsEntry[] | null | undefined {
  const old = managedFieldsOf(live)
  const entries = managedFieldsOf(next)
  if (!old || !entries || old.length !== entries.length || entries.length === 0) return entries
  if (entries.every((entry, i) => entry.time === old[i]?.time)) return entries
  const timeless = (all: readonly ManagedFieldsEntry[]): unknown => all.map(({ time: _, ...entry }) => entry)
  if (!jsonEqual(timeless(old), timeless(entries))) return entries
  return jsonEqual(withoutManagedFields(live), withoutManagedFields(next)) ? old : entries
}
