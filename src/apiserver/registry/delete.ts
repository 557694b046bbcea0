/**
 * Deleting: at once, or, when somebody must do something first, by marking the object. Two things hold it back: finalizers
 * (the policy adds `orphan` or `foregroundDeletion`, the garbage collector removes them) and grace (Pods: the
 * kubelet deletes again with grace 0 when the containers have stopped). Store.Delete and rest.BeforeDelete upstream.
 *
 *     DELETE               pod on a node      deletionTimestamp = now + 30 s
 *     DELETE grace 5                          only ever shorter
 *     DELETE grace 0                          gone, unless a finalizer holds it
 */

import type { KubeObject, Mutable, ObjectMeta } from '../../apimachinery/object.ts'
import { conflict, notFound, objectModified } from '../../apimachinery/status-error.ts'
import type { KeyValue } from '../../store/store.ts'
import { admit, validateAdmission } from '../admission/admit.ts'
import type { Write } from '../server-parts.ts'
import { extensionOf } from './extensions/extension.ts'
import type { Draft } from './resource-store.ts'
import { type Stored, storedOf, timeText, transact } from './write.ts'

export interface DeleteRequest {
  readonly name: string
  readonly gracePeriodSeconds?: number | undefined
  readonly propagationPolicy?: string | undefined
  readonly orphanDependents?: boolean | undefined
  readonly uid?: string | undefined
  readonly resourceVersion?: string | undefined
  /** An eviction has been admitted as what it is, and is no delete to anybody else. */
  readonly isAdmitted?: boolean
}

export interface DeleteResult extends Stored {
  /** The object is gone, or would be. */
  readonly isGone: boolean
  readonly object: KubeObject
}

const roundsMax = 64
const orphan = 'orphan'
const foreground = 'foregroundDeletion'

export async function deleteObject(write: Write, request: DeleteRequest): Promise<DeleteResult> {
  const { server, resource, namespace } = write
  const key = resource.store.keyOf(namespace, request.name)
  for (let round = 0; round < roundsMax; round++) {
    const kv = await server.store.get(key)
    if (kv === undefined) throw notFound(resource.groupResource, request.name)
    const result = await deleteOnce(write, request, key, kv)
    if (result !== undefined) return result
  }
  throw conflict(resource.groupResource, request.name, objectModified)
}

/** Undefined: the object changed meanwhile. */
async function deleteOnce(write: Write, request: DeleteRequest, key: string, kv: KeyValue): Promise<DeleteResult | undefined> {
  const { server, resource, isDryRun } = write
  const { store } = resource
  const old = store.objectOf(kv)
  const { namespace, user, warn } = write
  const attributes = {
    operation: 'DELETE' as const,
    server,
    resource,
    subresource: '',
    namespace,
    name: request.name,
    oldObject: old,
    user,
    isDryRun,
    warn,
  }
  if (!request.isAdmitted) await admit(attributes)
  checkPreconditions(write, request, old)
  if (!request.isAdmitted) await validateAdmission(attributes)
  const draft = store.draftOf(kv)
  const grace = applyGrace(write, draft, request)
  if (grace === 'pending') return { ...storedOf(kv), object: old, isGone: false }
  const marked = extensionOf(server, resource)?.beforeDelete?.(write, draft) ?? false
  updateFinalizers(write, draft, request)
  const isHeld = (draft.metadata.finalizers?.length ?? 0) > 0
  if (grace === 'none' && isHeld && !marked) markAsDeleting(draft, server.clock.now())
  if (grace === 'none' && !isHeld && !marked) return removeOrPretend(write, key, kv, old)
  const mayEnd = grace === 'graceful' && draft.metadata.deletionGracePeriodSeconds === 0 && !isHeld
  if (mayEnd && !marked) return removeOrPretend(write, key, kv, old)
  const { bytes } = store.encode(draft as KubeObject)
  const object = draft as KubeObject
  if (bytes.equals(kv.value)) return { ...storedOf(kv), object: old, isGone: false }
  if (isDryRun) return { bytes, revision: kv.modRevision, object, isGone: false }
  const result = await transact(write, {
    compare: [{ key, is: '=', target: 'modRevision', than: kv.modRevision }],
    then: [{ do: 'put', key, value: bytes }],
  })
  return result.succeeded ? { bytes, revision: result.revision, object, isGone: false } : undefined
}

async function removeOrPretend(write: Write, key: string, kv: KeyValue, old: KubeObject): Promise<DeleteResult | undefined> {
  if (write.isDryRun) return { ...storedOf(kv), object: old, isGone: true }
  const revision = await removeStored(write, key, kv)
  return revision === undefined ? undefined : { bytes: kv.value, revision, object: old, isGone: true }
}

/** The revision of the delete, or undefined when the object has changed. */
export async function removeStored(write: Write, key: string, kv: KeyValue): Promise<number | undefined> {
  const { server, resource } = write
  const result = await transact(write, {
    compare: [{ key, is: '=', target: 'modRevision', than: kv.modRevision }],
    then: [{ do: 'delete', range: { start: key } }],
  })
  if (!result.succeeded) return undefined
  extensionOf(server, resource)?.afterDelete?.(server, resource.store.objectOf(kv))
  return result.revision
}

function checkPreconditions(write: Write, { name, uid, resourceVersion }: DeleteRequest, old: KubeObject): void {
  const { metadata } = old
  if (uid !== undefined && uid !== metadata.uid) throw preconditionConflict(write, name, 'UID', [uid, metadata.uid ?? ''])
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw preconditionConflict(write, name, 'ResourceVersion', [resourceVersion, metadata.resourceVersion ?? ''])
  }
}

const whatHappened = {
  UID: 'The object might have been deleted and then recreated',
  ResourceVersion: 'The object might have been modified',
} as const

function preconditionConflict(
  { server, resource }: Write,
  name: string,
  what: keyof typeof whatHappened,
  [wanted, found]: readonly [string, string],
): Error {
  if (extensionOf(server, resource)?.hasOwnDelete) {
    return conflict(
      resource.groupResource,
      name,
      `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
    )
  }
  // The Kind stands where everybody else puts the resource.
  const named = { group: resource.kind.group, resource: resource.kind.kind }
  const why = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). ${whatHappened[what]}`
  return conflict(named, name, why)
}

/** 'none': this kind, or this object, has no grace. 'pending': it is on its way out and nothing gets shorter. */
function applyGrace({ server, resource }: Write, draft: Draft, request: DeleteRequest): 'none' | 'pending' | 'graceful' {
  const { graceSeconds } = resource.kind
  if (graceSeconds === undefined) return 'none'
  const { metadata } = draft
  const requested = request.gracePeriodSeconds === undefined ? undefined : request.gracePeriodSeconds < 0 ? 1 : request.gracePeriodSeconds
  if (metadata.deletionTimestamp) return shortenGrace(metadata, requested, server.clock.now())
  const seconds = graceSeconds(draft as KubeObject, requested)
  if (seconds === undefined) return 'none'
  metadata.deletionTimestamp = timeText(server.clock.now() + seconds * 1000)
  metadata.deletionGracePeriodSeconds = seconds
  if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation as number) + 1
  return 'graceful'
}

function shortenGrace(metadata: Mutable<ObjectMeta>, requested: number | undefined, nowMs: number): 'none' | 'pending' | 'graceful' {
  const current = metadata.deletionGracePeriodSeconds ?? 0
  if (current === 0) return 'none'
  if (requested === undefined || requested >= current) return 'pending'
  let period = requested
  let endMs = Date.parse(metadata.deletionTimestamp as string) - current * 1000 + requested * 1000
  if (endMs < nowMs) {
    endMs = nowMs
    // Somebody still has to see the change and delete with grace 0.
    if (period !== 0) period = 1
  }
  metadata.deletionTimestamp = timeText(endMs)
  metadata.deletionGracePeriodSeconds = period
  return 'graceful'
}

function markAsDeleting({ metadata }: Draft, nowMs: number): void {
  if (!metadata.deletionTimestamp && (metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation as number) + 1
  if (!metadata.deletionTimestamp || Date.parse(metadata.deletionTimestamp) > nowMs) metadata.deletionTimestamp = timeText(nowMs)
  metadata.deletionGracePeriodSeconds = 0
}

function updateFinalizers({ resource }: Write, { metadata }: Draft, request: DeleteRequest): void {
  const before = metadata.finalizers ?? []
  const policy = policyFor(resource.kind.defaultPropagation ?? 'Background', request, before)
  const after = before.filter((one) => one !== orphan && one !== foreground)
  if (policy === 'Orphan') after.push(orphan)
  if (policy === 'Foreground') after.push(foreground)
  const isSame = after.length === before.length && after.every((one) => before.includes(one))
  if (!isSame) metadata.finalizers = after
}

function policyFor(byDefault: string, { orphanDependents, propagationPolicy }: DeleteRequest, finalizers: readonly string[]): string {
  if (byDefault === 'None') return 'Background'
  if (orphanDependents !== undefined) return orphanDependents ? 'Orphan' : 'Background'
  if (propagationPolicy !== undefined && propagationPolicy !== 'nil') return propagationPolicy
  for (const finalizer of finalizers) {
    if (finalizer === orphan) return 'Orphan'
    if (finalizer === foreground) return 'Foreground'
  }
  return byDefault
}
