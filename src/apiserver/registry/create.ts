/**
 * A new object, from a decoded draft to the store: mutating admission, the strategy, validation, validating admission,
 * and one transaction that fails when the key exists. With generateName there are eight attempts in all.
 */

import { trackCreateOrUpdate } from '../../apimachinery/apply/managed-fields.ts'
import type { KubeObject, ManagedFieldsEntry } from '../../apimachinery/object.ts'
import { alreadyExists, badRequest, generateNameExhausted, StatusError } from '../../apimachinery/status-error.ts'
import type { Transaction } from '../../store/store.ts'
import { admit, validateAdmission } from '../admission/admit.ts'
import type { Attributes, Write } from '../server-parts.ts'
import { extensionOf } from './extensions/extension.ts'
import { resetFieldsOf } from './reset-fields.ts'
import type { Draft } from './resource-store.ts'
import { generatedName, prepareForCreate, validateCreate, wipeSystemFields } from './strategy.ts'
import { fromStored } from './versions.ts'
import { timeText, transact, type WriteResult } from './write.ts'

const attemptsMax = 8

/** `draft` is in the stored shape, with defaults. */
export async function createObject(write: Write, draft: Draft): Promise<WriteResult> {
  const { metadata } = draft
  wipeSystemFields(draft)
  checkNamespace(write, draft)
  dedupeOwners(write, draft)
  trackManagers(write, draft)
  const attributes = createAttributes(write, draft)
  await admit(attributes)
  dedupeOwners(write, draft)
  return createPrepared(write, draft, metadata.name === undefined || metadata.name === '' ? (metadata.generateName ?? '') : '', attributes)
}

/** From the strategy on; also for objects that an update or an apply creates. */
export async function createPrepared(write: Write, draft: Draft, namePrefix: string, attributes: Attributes): Promise<WriteResult> {
  const isVersioned = !['', '0', undefined].includes(draft.metadata.resourceVersion)
  delete draft.metadata.resourceVersion
  const pristine = namePrefix === '' ? undefined : structuredClone(draft)
  for (let attempt = 1; ; attempt++) {
    // Kinds may have copied the name to other places.
    if (pristine !== undefined && attempt > 1) Object.assign(draft, structuredClone(pristine))
    const { metadata } = draft
    if (namePrefix !== '') metadata.name = generatedName(namePrefix, write.server.random)
    prepareForCreate(write, draft)
    try {
      return await store({ ...write, isVersioned }, draft, attributes, attempt === 1)
    } catch (error) {
      const isTaken = error instanceof StatusError && error.reason === 'AlreadyExists'
      if (!isTaken || namePrefix === '') throw error
      if (attempt === attemptsMax) throw generateNameExhausted(write.resource.groupResource, metadata.name ?? '')
    }
  }
}

async function store(
  write: Write & { readonly isVersioned: boolean },
  draft: Draft,
  attributes: Attributes,
  isFirst: boolean,
): Promise<WriteResult> {
  const { server, resource, namespace, isDryRun } = write
  const undo = await extensionOf(server, resource)?.beginCreate?.(write, draft)
  try {
    validateCreate(isFirst ? write : { ...write, warn: () => {} }, draft)
    await validateAdmission({ ...attributes, name: draft.metadata.name ?? '' })
    const key = resource.store.keyOf(namespace, draft.metadata.name ?? '')
    const encoded = resource.store.encode(draft as KubeObject)
    const { bytes } = encoded
    if (isDryRun) {
      const existing = await server.store.get(key)
      if (existing !== undefined) throw takenError(write, draft, resource.store.objectOf(existing))
      undo?.()
      return { bytes, revision: 0, isCreated: true }
    }
    // Said last, as the original's storage does; what is only tried never gets there.
    if (write.isVersioned) throw new StatusError(500, undefined, 'resourceVersion should not be set on objects to be created')
    const lease = await server.leases.leaseFor(resource.kind)
    const transaction: Transaction = {
      compare: [{ key, is: '=', target: 'createRevision', than: 0 }],
      then: [{ do: 'put', key, value: bytes, ...(lease === 0 ? {} : { lease }) }],
      else: [{ do: 'range', range: { start: key } }],
    }
    const result = await resource.store.writing(key, encoded, () => transact(write, transaction))
    if (!result.succeeded) {
      const found = result.results[0]
      const existing = found?.did === 'range' ? found.result.items[0] : undefined
      throw takenError(write, draft, existing && resource.store.objectOf(existing))
    }
    resource.store.remember(server.store.peek(key), result.revision, encoded)
    return { bytes, revision: result.revision, isCreated: true }
  } catch (error) {
    undo?.()
    throw error
  }
}

/** While the old object is on its way out the answer says so. */
function takenError({ resource }: Write, draft: Draft, existing: KubeObject | undefined): StatusError {
  const error = alreadyExists(resource.groupResource, draft.metadata.name ?? '')
  if (!existing?.metadata.deletionTimestamp) return error
  return new StatusError(409, 'AlreadyExists', `object is being deleted: ${error.message}`, error.status.details)
}

export function checkNamespace({ resource, namespace }: Write, { metadata }: Draft): void {
  if (!resource.isNamespaced) {
    delete metadata.namespace
    return
  }
  if ((metadata.namespace ?? '') === '') metadata.namespace = namespace
  else if (metadata.namespace !== namespace) throw namespaceMismatch()
}

function namespaceMismatch(): StatusError {
  return badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

export function createAttributes(write: Write, draft: Draft): Attributes {
  const { server, resource, subresource, namespace, user, isDryRun, warn } = write
  return {
    operation: 'CREATE',
    server,
    resource,
    subresource,
    namespace,
    name: draft.metadata.name ?? '',
    object: draft,
    user,
    isDryRun,
    warn,
  }
}

export function trackManagers(write: Write, draft: Draft, live?: KubeObject): void {
  const { resource, manager, subresource, server } = write
  const entries = trackCreateOrUpdate({
    schema: resource.schema,
    live: live === undefined ? undefined : (fromStored(resource, live) as never),
    next: fromStored(resource, draft as KubeObject) as never,
    manager,
    apiVersion: resource.apiVersion,
    subresource,
    nowText: timeText(server.clock.now()),
    resetFields: resetFieldsOf(resource, subresource),
  })
  setManagedFields(draft, entries)
}

export function setManagedFields(draft: Draft, entries: readonly ManagedFieldsEntry[] | null | undefined): void {
  if (entries === undefined || entries === null) delete draft.metadata.managedFields
  else draft.metadata.managedFields = entries as never
}

/** The same owner twice is said once, with a warning. */
export function dedupeOwners({ warn }: Write, { metadata }: Draft): void {
  const owners = metadata.ownerReferences
  if (!owners || owners.length < 2) return
  const kept = owners.filter(
    (owner, i) =>
      owners.findIndex(
        (one) => one.uid === owner.uid && one.name === owner.name && one.kind === owner.kind && one.apiVersion === owner.apiVersion,
      ) === i,
  )
  if (kept.length === owners.length) return
  const twice = owners.find((owner, i) => owners.findIndex(({ uid }) => uid === owner.uid) !== i)
  metadata.ownerReferences = kept
  warn(
    `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${twice?.uid ?? ''}`,
  )
}
