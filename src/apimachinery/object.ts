/**
 * What every API object has: identity, metadata, owners. The schemas here are shared by all kinds; the types are read
 * off them. Objects are plain JSON values, readonly to the bottom: a change is a new object. `Mutable` is only for
 * drafts that have not been handed to anybody yet (defaulting, admission, strategies).
 *
 * What a newcomer would get wrong: absent, null and empty are three things, as on the wire.
 */
import { atomicStruct, boolean, field, fieldsV1, type Infer, int64, list, map, string, struct, time } from './schema/schema.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'

export type OwnerReference = Infer<typeof ownerReference>
export const ownerReference = atomicStruct(`${meta}.OwnerReference`, {
  apiVersion: field(5, string).doc('API version of the owner.'),
  kind: field(1, string).doc('Kind of the owner.'),
  name: field(3, string).doc('Name of the owner.'),
  uid: field(4, string).doc('UID of the owner: a new object of the same name is another owner.'),
  controller: field(6, boolean).optional().pointer().doc('True for the one owner that manages this object.'),
  blockOwnerDeletion: field(7, boolean).optional().pointer().doc('With foreground deletion the owner waits until this object is gone.'),
})

export type ManagedFieldsEntry = Infer<typeof managedFieldsEntry>
export const managedFieldsEntry = struct(`${meta}.ManagedFieldsEntry`, {
  manager: field(1, string).optional().doc('Who manages these fields.'),
  operation: field(2, string).optional().doc('Apply or Update.'),
  apiVersion: field(3, string).optional().doc('The version in which the fields are named.'),
  time: field(4, time).optional().pointer().doc('When the set of fields last changed.'),
  fieldsType: field(6, string).optional().doc('FieldsV1.'),
  fieldsV1: field(7, fieldsV1).optional().pointer().doc('The fields, as a tree of "f:name" keys.'),
  subresource: field(8, string).optional().doc('The subresource that was written through, if any.'),
})

export type ObjectMeta = Infer<typeof objectMeta>
export const objectMeta = struct(`${meta}.ObjectMeta`, {
  name: field(1, string).optional().doc('Unique within the namespace and the kind; cannot be changed.'),
  generateName: field(2, string).optional().doc('Beginning of a name that the server completes.'),
  namespace: field(3, string).optional().doc('The namespace of this object; empty for cluster-wide kinds.'),
  selfLink: field(4, string).optional().doc('No longer filled in.'),
  uid: field(5, string).optional().doc('Unique in time and space; set by the server.'),
  resourceVersion: field(6, string).optional().doc('Opaque version of this object; send it back to be told of a conflict.'),
  generation: field(7, int64).optional().doc('Counts the changes of what is wanted.'),
  creationTimestamp: field(8, time).optional().omitZero().doc('When the server created this object.'),
  deletionTimestamp: field(9, time).optional().pointer().doc('When this object will be gone; set by a graceful delete.'),
  deletionGracePeriodSeconds: field(10, int64).optional().pointer().doc('How long it may take to end.'),
  labels: field(11, map(string)).optional().doc('Names and values to select objects by.'),
  annotations: field(12, map(string)).optional().doc('Anything that tools want to keep with the object.'),
  ownerReferences: field(13, list(ownerReference))
    .optional()
    .patchMerge('uid')
    .listMap('uid')
    .doc('What this object belongs to; when all are gone it goes too.'),
  finalizers: field(14, list(string)).optional().patchMerge().listSet().doc('Must be empty before the object is removed.'),
  managedFields: field(17, list(managedFieldsEntry)).optional().listAtomic().doc('Who set which field.'),
})

export type ListMeta = Infer<typeof listMeta>
export const listMeta = struct(`${meta}.ListMeta`, {
  selfLink: field(1, string).optional(),
  resourceVersion: field(2, string).optional().doc('The version of the list: watch from here.'),
  continue: field(3, string).optional().doc('Set when more items follow: ask again with this token.'),
  remainingItemCount: field(4, int64).optional().pointer().doc('How many items follow, when known.'),
})

/** The least that can be said of any object. */
export interface KubeObject {
  readonly apiVersion?: string | undefined
  readonly kind?: string | undefined
  readonly metadata: ObjectMeta
}
export interface ObjectList<T> {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ListMeta
  readonly items: readonly T[]
}

export type Mutable<T> = T extends (...args: never[]) => unknown ? T : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T

/** An object nobody knows the kind of at compile time. */
export interface UnknownObject extends KubeObject {
  readonly [key: string]: unknown
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}
export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** ('apps', 'v1') prints as "apps/v1", ('', 'v1') as "v1". */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** "shop/web", or "web" for cluster-wide kinds: how informers and queues name objects. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name ?? ''}`
}
export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** The owner that manages the object, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}
