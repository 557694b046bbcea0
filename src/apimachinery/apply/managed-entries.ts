/**
 * metadata.managedFields as data to work with: who owns which fields, by manager. A manager is known by name, operation
 * and subresource, and for updates by API version as well: an applier keeps its identity when it moves to another version.
 *
 * In: entries as they are stored, or as a client sent them. Out: the same, in upstream's order: Apply before Update, then by
 * time in whole seconds (none first), name, version, subresource. Decoded sets are remembered with the FieldsV1 object
 * they came from: objects are never changed, and most entries of an object outlive many updates.
 */
import { compareStrings, goJson } from '../go-strings.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import { isObject } from '../patch/plain-json.ts'
import { decodeFieldSet, encodeFieldSet, type FieldSet, type FieldsV1, isEmptySet } from './field-set.ts'

export type Operation = 'Apply' | 'Update'

export interface ManagerName {
  readonly manager: string
  readonly operation: Operation
  readonly apiVersion: string
  readonly subresource: string
}
export interface Owner extends ManagerName {
  readonly fields: FieldSet
  readonly time: string | undefined
}
/** By `managerId`. */
export type Owners = Map<string, Owner>

/** Upstream's identifier, which also decides the order of conflicts. */
export function managerId({ manager, operation, apiVersion, subresource }: ManagerName): string {
  return goJson({
    ...(manager === '' ? {} : { manager }),
    operation,
    ...(operation === 'Apply' || apiVersion === '' ? {} : { apiVersion }),
    ...(subresource === '' ? {} : { subresource }),
  })
}

const decoded = new WeakMap<object, FieldSet>()
const encoded = new WeakMap<FieldSet, FieldsV1>()

function setOfFields(fields: unknown): FieldSet {
  if (!isObject(fields)) return decodeFieldSet(fields).set
  const known = decoded.get(fields)
  if (known !== undefined) return known
  const { set, isCanonical } = decodeFieldSet(fields)
  decoded.set(fields, set)
  // What a client wrote in another order is written anew.
  if (isCanonical && !isEmptySet(set)) encoded.set(set, fields as FieldsV1)
  return set
}

function fieldsOfSet(set: FieldSet): FieldsV1 {
  const known = encoded.get(set)
  if (known !== undefined) return known
  const fields = encodeFieldSet(set)
  if (!isEmptySet(set)) {
    decoded.set(fields, set)
    encoded.set(set, fields)
  }
  return fields
}

/** Throws an Error with upstream's text for entries that make no sense. */
export function decodeOwners(entries: readonly ManagedFieldsEntry[] | null | undefined): Owners {
  const owners: Owners = new Map()
  for (const [i, entry] of (entries ?? []).entries()) {
    const { manager = '', operation = '', apiVersion = '', subresource = '', fieldsType = '', time, fieldsV1 } = entry
    if (operation !== 'Apply' && operation !== 'Update') throw new Error('operation must be `Apply` or `Update`')
    if (apiVersion === '') throw new Error('apiVersion must not be empty')
    if (fieldsType === '') throw new Error(`missing fieldsType in managed fields entry ${i}`)
    if (fieldsType !== 'FieldsV1') throw new Error(`invalid fieldsType ${JSON.stringify(fieldsType)} in managed fields entry ${i}`)
    const owner = { manager, operation, apiVersion, subresource, time: time ?? undefined, fields: setOfFields(fieldsV1 ?? {}) } as const
    owners.set(managerId(owner), owner)
  }
  return owners
}

/** Undefined when nobody owns anything: the field is then absent. */
export function encodeOwners(owners: Owners): ManagedFieldsEntry[] | undefined {
  if (owners.size === 0) return undefined
  return [...owners.values()].sort(compareOwners).map(entryOf)
}

export function entryOf({ manager, operation, apiVersion, subresource, time, fields }: Owner): ManagedFieldsEntry {
  return managedFieldsEntry({ manager, operation, apiVersion, subresource }, time, fieldsOfSet(fields))
}

export function managedFieldsEntry(name: ManagerName, time: string | undefined, fieldsV1: FieldsV1): ManagedFieldsEntry {
  const { manager, operation, apiVersion, subresource } = name
  return {
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === '' ? {} : { subresource }),
  }
}

function compareOwners(a: Owner, b: Owner): number {
  return (
    compareStrings(a.operation, b.operation) ||
    secondsOf(a) - secondsOf(b) ||
    compareStrings(a.manager, b.manager) ||
    compareStrings(a.apiVersion, b.apiVersion) ||
    compareStrings(a.subresource, b.subresource)
  )
}
export function secondsOf({ time }: Owner): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
}

/** A client asks to forget all managers: with an empty list, or with one empty entry. */
export function isReset(entries: readonly ManagedFieldsEntry[] | null | undefined): boolean {
  if (entries === null || entries === undefined) return false
  return entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] as object).length === 0)
}
