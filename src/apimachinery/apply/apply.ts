/**
 * Server-side apply: a configuration says which fields one manager wants and how; the object becomes so, and what the
 * manager wanted before and does not mention now goes, unless somebody else wants it too.
 *
 * In: the live object (absent: it is to be created) and the configuration, both in the version of the request. Out: the
 * merged object, not yet defaulted, and the managedFields to store with it. A conflict with other managers is a 409 that
 * names each field; `force` takes the fields instead.
 *
 * What a newcomer would get wrong
 * - An object of which nobody owns anything is first given to "before-first-apply", or the first apply could delete nothing
 *   and conflict with nobody.
 * - A configuration that changes nothing still makes its manager a co-owner, with an entry that has no time.
 * - A field that is not in the schema, a wrong type, a key that comes twice: 500 without a reason, as upstream.
 *
 * Decoding the body, checking name, uid and resourceVersion against the live object, and defaulting are the API server's.
 */

import { quote, sortStrings } from '../go-strings.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import { parseApiVersion } from '../object.ts'
import { get, isObject, type JsonObject, jsonEqual } from '../patch/plain-json.ts'
import { badRequest, plainError, type StatusCause, StatusError } from '../status-error.ts'
import { zeroObject } from './added-fields.ts'
import { differenceOf, hasPath, isEmptySet, pathsOf } from './field-set.ts'
import { fieldsOfLastApplied, lastAppliedManager, lastAppliedOf, withLastApplied } from './last-applied.ts'
import { decodeOwners, encodeOwners, type ManagerName, managerId, type Owner, type Owners } from './managed-entries.ts'
import { managedFieldsOf, stripSet, type TrackOptions, updateOwners, withoutManagedFields } from './managed-fields.ts'
import { type Conflicts, mergeApplied, reconciledOwners, takeFromOthers, type Versions } from './ownership.ts'
import { type Path, printPath } from './path-element.ts'
import { shapeOfObject, TypedError } from './shape.ts'
import { validateTyped } from './typed.ts'

const beforeFirstApply = 'before-first-apply'

export interface ApplyOptions extends Omit<TrackOptions, 'next' | 'operation'> {
  readonly kind: string
  readonly applied: JsonObject
  readonly force: boolean
}
export interface Applied {
  /** Without managedFields. The live object itself (without managedFields) when nothing changed. */
  readonly object: JsonObject
  readonly managedFields: readonly ManagedFieldsEntry[] | undefined
  readonly isNoop: boolean
}

/** Throws StatusError: 400 for what cannot be applied, 409 for conflicts, 500 for what does not fit the schema. */
export function applyPatch(options: ApplyOptions): Applied {
  checkTypeOf(options)
  const { schema, apiVersion, convert, resetFields, applied } = options
  const live = withoutManagedFields(options.live ?? zeroObject(schema))
  const versions: Versions = { schema, apiVersion, convert, resetFields }
  const owners = ownersOf(options, versions, live)
  try {
    validateTyped(shapeOfObject(schema), applied, { allowDuplicates: false })
  } catch (error) {
    throw asPlainError(error, `failed to create typed patch object (${described(applied)})`)
  }
  try {
    return apply(options, versions, live, owners)
  } catch (error) {
    if (error instanceof TypedError) validateLive(versions, live, `failed to create typed live object (${described(live)})`)
    throw asPlainError(error, 'failed to merge config')
  }
}

function checkTypeOf({ applied, apiVersion, kind }: ApplyOptions): void {
  if (applied.apiVersion !== apiVersion || applied.kind !== kind) throw badRequest(`invalid object type: ${typeText(applied)}`)
  const metadata = get(applied, 'metadata')
  if (isObject(metadata) && Array.isArray(metadata.managedFields)) throw badRequest('metadata.managedFields must be nil')
}

function typeText(object: JsonObject): string {
  const apiVersion = typeof object.apiVersion === 'string' ? object.apiVersion : ''
  const { group, version } = parseApiVersion(apiVersion)
  return `${group}/${version}, Kind=${typeof object.kind === 'string' ? object.kind : ''}`
}

function described(applied: JsonObject): string {
  const metadata = get(applied, 'metadata')
  const { namespace = '', name = '' } = isObject(metadata) ? metadata : {}
  return `${String(namespace)}/${String(name)}; ${typeText(applied)}`
}

function asPlainError(error: unknown, prefix: string): unknown {
  return error instanceof TypedError ? plainError(`${prefix}: ${error.message}`) : error
}

function ownersOf(options: ApplyOptions, versions: Versions, live: JsonObject): Owners {
  let owners: Owners
  try {
    owners = decodeOwners(managedFieldsOf(options.live))
  } catch (error) {
    throw plainError(`failed to decode managed fields: ${(error as Error).message}`)
  }
  if (owners.size > 0) return owners
  const { apiVersion, subresource, nowText } = options
  const name: ManagerName = { manager: beforeFirstApply, operation: 'Update', apiVersion, subresource }
  try {
    return updateOwners(versions, zeroObject(versions.schema), live, owners, name, nowText)
  } catch (error) {
    if (!(error instanceof TypedError)) throw error
    validateLive(
      versions,
      live,
      `failed to create manager for existing fields: failed to convert new object (${described(live)}) to smd typed`,
    )
    throw error
  }
}

/** The walk that failed knows the mistake, this one also where it is. */
function validateLive(versions: Versions, live: JsonObject, prefix: string): void {
  try {
    validateTyped(shapeOfObject(versions.schema), live, { allowDuplicates: true })
  } catch (error) {
    throw asPlainError(error, prefix)
  }
}

function apply(options: ApplyOptions, versions: Versions, live: JsonObject, owners: Owners): Applied {
  const { applied, manager, apiVersion, subresource, nowText } = options
  const applier: ManagerName = { manager: manager === '' ? 'unknown' : manager, operation: 'Apply', apiVersion, subresource }
  const merged = mergeApplied(versions, live, applied, reconciledOwners(versions, live, owners), applier)
  const id = managerId(applier)
  const update = takeFromOthers(versions, live, merged.object, merged.owners, id)
  const isForced = options.force || isKubectlsOwn(options, versions, update.conflicts)
  if (update.conflicts.length > 0 && !isForced) throw conflictError(update.conflicts.flatMap(pathsOfConflict))

  const isNoop = jsonEqual(live, merged.object)
  const own = update.owners.get(id)
  if (own !== undefined) {
    const fields = differenceOf(own.fields, stripSet)
    if (isEmptySet(fields)) update.owners.delete(id)
    else update.owners.set(id, { ...own, fields, time: isNoop ? own.time : nowText })
  }
  const object = isNoop ? live : merged.object
  return {
    object: manager === lastAppliedManager ? withLastApplied(object, applied) : object,
    managedFields: encodeOwners(update.owners),
    isNoop,
  }
}

/** Conflicts that the last-applied annotation explains are allowed; if some remain, only those are told. */
function isKubectlsOwn(options: ApplyOptions, versions: Versions, conflicts: readonly Conflicts[]): boolean {
  if (options.manager !== lastAppliedManager || conflicts.length === 0) return false
  const live = options.live
  if (live === undefined || lastAppliedOf(live) === '') return false
  const allowed = fieldsOfLastApplied(versions, live)
  if (allowed === undefined) return false
  const remaining = conflicts.flatMap(pathsOfConflict).filter(({ path }) => !hasPath(allowed, path))
  if (remaining.length > 0) throw conflictError(remaining)
  return true
}

interface ConflictingPath {
  readonly id: string
  readonly owner: Owner
  readonly path: Path
}
function pathsOfConflict({ id, owner, fields }: Conflicts): ConflictingPath[] {
  return [...pathsOf(fields)].map((path) => ({ id, owner, path }))
}

/** Sorted by manager; upstream's order of causes is that of a Go map. */
function conflictError(conflicts: readonly ConflictingPath[]): StatusError {
  const ids = sortStrings(new Set(conflicts.map(({ id }) => id)))
  const ordered = ids.flatMap((id) => conflicts.filter((one) => one.id === id))
  const causes: StatusCause[] = ordered.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${printManager(owner)}`,
    field: printPath(path),
  }))
  const [first] = ordered
  if (first !== undefined && ordered.length === 1) {
    const text = `Apply failed with 1 conflict: conflict with ${printManager(first.owner)}: ${printPath(first.path)}`
    return new StatusError(409, 'Conflict', text, { causes })
  }
  const lines = ids.flatMap((id) => {
    const theirs = ordered.filter((one) => one.id === id)
    return [`conflicts with ${printManager((theirs[0] as ConflictingPath).owner)}:`, ...theirs.map(({ path }) => `- ${printPath(path)}`)]
  })
  return new StatusError(409, 'Conflict', `Apply failed with ${ordered.length} conflicts: ${lines.join('\n')}`, { causes })
}

function printManager({ manager, operation, apiVersion, subresource }: Owner): string {
  const name = subresource === '' ? quote(manager) : `${quote(manager)} with subresource ${quote(subresource)}`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}
