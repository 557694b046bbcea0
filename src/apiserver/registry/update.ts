/**
 * Changing an object: read, let somebody make the next state of what was read, check that, and store it if nobody else was
 * faster; else again. GuaranteedUpdate and Store.Update upstream.
 *
 * What a newcomer would get wrong: a change that changes nothing is not stored, and the resourceVersion stays (unless an old
 * key encrypts what is stored); an update
 * that removes the last finalizer of an object on its way out deletes it; an object without resourceVersion is an
 * unconditional update, which some kinds refuse.
 */

import { keepTimesOfNoop } from '../../apimachinery/apply/managed-fields.ts'
import { invalidValue } from '../../apimachinery/field-error.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { conflict, invalid, notFound, objectModified } from '../../apimachinery/status-error.ts'
import type { KeyValue, Transaction } from '../../store/store.ts'
import { admit, validateAdmission } from '../admission/admit.ts'
import { parseStoredRevision } from '../request/revision.ts'
import type { Attributes, Write } from '../server-parts.ts'
import { createAttributes, createPrepared, dedupeOwners, setManagedFields } from './create.ts'
import { removeStored } from './delete.ts'
import { extensionOf } from './extensions/extension.ts'
import type { Draft } from './resource-store.ts'
import { prepareForUpdate, validateUpdate, wipeSystemFields } from './strategy.ts'
import { type Stored, storedOf, transact, type WriteResult } from './write.ts'

export interface UpdateRequest {
  readonly name: string
  /**
   * The next state in the stored shape, with defaults and managedFields; `live` is absent when the object is to be
   * created. Called again after each conflict.
   */
  readonly next: (live: KubeObject | undefined) => Draft | Promise<Draft>
  /** Apply creates what is missing, for every kind. */
  readonly mayCreate?: boolean
  /** Skips mutating and validating admission and the strategy: finalizers and grace of deletes, bindings. */
  readonly isInternal?: boolean
}

/** How often somebody else may be faster. Each round is short: in one process this is never reached. */
const roundsMax = 64

export async function updateObject(write: Write, request: UpdateRequest): Promise<WriteResult> {
  const { server, resource, namespace } = write
  const key = resource.store.keyOf(namespace, request.name)
  for (let round = 0; round < roundsMax; round++) {
    const kv = await server.store.get(key)
    if (kv === undefined) return createByUpdate(write, request)
    const result = await updateOnce(write, request, key, kv)
    if (result !== undefined) return { ...result, isCreated: false }
  }
  throw conflict(resource.groupResource, request.name, objectModified)
}

async function createByUpdate(write: Write, request: UpdateRequest): Promise<WriteResult> {
  const { resource } = write
  if (!resource.kind.allowCreateOnUpdate && !request.mayCreate) throw notFound(resource.groupResource, request.name)
  const draft = await request.next(undefined)
  const uid = draft.metadata.uid ?? ''
  if (uid !== '' && request.mayCreate !== true) throw uidPrecondition(write, request.name, uid, '')
  wipeSystemFields(draft)
  delete draft.metadata.resourceVersion
  if (resource.isNamespaced) draft.metadata.namespace = write.namespace
  const attributes = createAttributes(write, draft)
  await admit(attributes)
  return createPrepared(write, draft, '', attributes)
}

/** Undefined: somebody else was faster. */
async function updateOnce(write: Write, request: UpdateRequest, key: string, kv: KeyValue): Promise<Stored | undefined> {
  const { server, resource, isDryRun } = write
  const { store } = resource
  const old = store.objectOf(kv)
  const draft = await request.next(old)
  const attributes = updateAttributes(write, request.name, draft, old)
  if (!request.isInternal) {
    checkUid(write, request.name, draft, old)
    await admit(attributes)
    dedupeOwners(write, draft)
    checkResourceVersion(write, request.name, draft, old)
    prepareForUpdate(write, draft, old)
  }
  const undo = request.isInternal ? undefined : await extensionOf(server, resource)?.beginUpdate?.(write, draft, old)
  try {
    if (!request.isInternal) {
      validateUpdate(write, draft, old)
      setManagedFields(draft, keepTimesOfNoop(old as never, draft as never))
      await validateAdmission(attributes)
    }
    if (isGoneWith(write, draft, old)) return await removeEmptied(write, key, kv, draft)
    const encoded = store.encode(draft as KubeObject)
    const { bytes } = encoded
    if (bytes.equals(kv.value) && server.store.isStale?.(kv) !== true) {
      undo?.()
      return storedOf(kv)
    }
    if (isDryRun) {
      undo?.()
      return { bytes, revision: kv.modRevision }
    }
    const lease = await server.leases.leaseFor(resource.kind)
    const transaction: Transaction = {
      compare: [{ key, is: '=', target: 'modRevision', than: kv.modRevision }],
      then: [{ do: 'put', key, value: bytes, ...(lease === 0 ? {} : { lease }) }],
    }
    const result = await store.writing(key, encoded, () => transact(write, transaction))
    if (!result.succeeded) {
      undo?.()
      return undefined
    }
    store.remember(server.store.peek(key), result.revision, encoded)
    extensionOf(server, resource)?.afterUpdate?.(server, draft as KubeObject, old)
    return { bytes, revision: result.revision }
  } catch (error) {
    undo?.()
    throw error
  }
}

export function updateAttributes(write: Write, name: string, draft: Draft, old: KubeObject): Attributes {
  const { server, resource, subresource, namespace, user, isDryRun, warn } = write
  return { operation: 'UPDATE', server, resource, subresource, namespace, name, object: draft, oldObject: old, user, isDryRun, warn }
}

function checkUid(write: Write, name: string, draft: Draft, old: KubeObject): void {
  const uid = draft.metadata.uid ?? ''
  if (uid !== '' && uid !== old.metadata.uid && write.isReplace) throw uidPrecondition(write, name, uid, old.metadata.uid ?? '')
}

function uidPrecondition({ resource, namespace }: Write, name: string, want: string, have: string): Error {
  const key = resource.store.keyOf(namespace, name)
  const why = `Precondition failed: UID in precondition: ${want}, UID in object meta: ${have}`
  return conflict(
    resource.groupResource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  )
}

function checkResourceVersion({ resource }: Write, name: string, draft: Draft, old: KubeObject): void {
  const { metadata } = draft
  const sent = metadata.resourceVersion ?? ''
  parseStoredRevision(sent)
  if (sent === '' || sent === '0') {
    if (resource.kind.allowUnconditionalUpdate === false) {
      const { group } = resource.groupResource
      throw invalid(group, resource.resource, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')])
    }
    if (old.metadata.resourceVersion !== undefined) metadata.resourceVersion = old.metadata.resourceVersion
  } else if (sent !== old.metadata.resourceVersion) throw conflict(resource.groupResource, name, objectModified)
}

/** The last finalizer of an object on its way out is gone, and it has no grace left. */
function isGoneWith({ server, resource }: Write, draft: Draft, old: KubeObject): boolean {
  const { metadata } = draft
  if (!metadata.deletionTimestamp || (metadata.finalizers?.length ?? 0) > 0) return false
  if ((old.metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false
  return extensionOf(server, resource)?.mayGo?.(draft as KubeObject) ?? true
}

/** Answers with the object as it was last stored. */
async function removeEmptied(write: Write, key: string, kv: KeyValue, draft: Draft): Promise<Stored | undefined> {
  const { bytes } = write.resource.store.encode(draft as KubeObject)
  if (write.isDryRun) return { bytes, revision: kv.modRevision }
  const removed = await removeStored(write, key, kv)
  return removed === undefined ? undefined : { bytes, revision: kv.modRevision }
}
