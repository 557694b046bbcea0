/**
 * Looks at one object of the graph and does what must be done: nothing while an owner is there; its deletion when none is. The graph only says
 * where to look: everything is asked of the server again before anything is deleted, and the deletion names uid and version.
 *
 *     owners                                              what is done
 *     one is there and stays (solid)                      references to the others are taken away
 *     one waits for its dependents (foreground)           deleted in the foreground too
 *     none is there                                       deleted, by the policy that its finalizers ask for
 */
import type { GroupVersionResource, KubeObject, OwnerReference, UnknownObject } from '../../apimachinery/object.ts'
import { notFound, reasonOf } from '../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Client, ResourceClient } from '../../client/client.ts'
import { blockingDependents, type GraphNode, hasFinalizer, type OwnerGraph } from './graph.ts'
import { type AbsentOwners, type Identity, identityOfReference } from './identity.ts'

export interface ServedKind extends GroupVersionResource {
  readonly isNamespaced: boolean
}

export interface AttemptWorld {
  readonly client: Client
  readonly graph: OwnerGraph
  readonly absentOwners: AbsentOwners
  /** By exact version. */
  readonly kindOf: (apiVersion: string, kind: string) => ServedKind | undefined
  readonly attemptToDelete: (node: GraphNode) => void
  readonly signal: AbortSignal
}

type Policy = 'Background' | 'Foreground' | 'Orphan'
interface Classified {
  readonly solid: readonly OwnerReference[]
  readonly dangling: readonly OwnerReference[]
  readonly waiting: readonly OwnerReference[]
}

const finalizerTriesMax = 5

/** Throws to be tried again. */
export async function attemptToDelete(world: AttemptWorld, node: GraphNode): Promise<void> {
  if (node.isBeingDeleted && !node.isDeletingDependents) return
  const { identity } = node
  const live = await getLive(world, identity)
  if (live === undefined || live.metadata.uid !== identity.uid) return world.graph.markAbsent(identity)
  if (node.isDeletingDependents) return processDeletingDependents(world, node)
  const owners = live.metadata.ownerReferences ?? []
  if (owners.length > 0) {
    const classified = await classify(world, node, owners)
    if (classified !== undefined) await act(world, node, live, classified)
  }
  // Its informer has not told of it yet: a description that was right, but look again.
  if (node.isVirtual) throw notFound({ group: '', resource: identity.kind }, identity.name)
}

async function act(world: AttemptWorld, node: GraphNode, live: UnknownObject, { solid, dangling, waiting }: Classified): Promise<void> {
  if (solid.length > 0) {
    const gone = [...dangling, ...waiting].map(({ uid }) => uid)
    if (gone.length > 0) await removeReferences(world, node, gone)
    return
  }
  if (waiting.length > 0 && node.dependents.size > 0) {
    // Two that wait for each other would wait for ever: the second one lets the first go.
    if ([...node.dependents].some((dependent) => dependent.isDeletingDependents)) await unblockOwners(world, node)
    return deleteObject(world, node.identity, live, 'Foreground')
  }
  const policy = hasFinalizer(live, 'orphan') ? 'Orphan' : hasFinalizer(live, 'foregroundDeletion') ? 'Foreground' : 'Background'
  await deleteObject(world, node.identity, live, policy)
}

async function processDeletingDependents(world: AttemptWorld, node: GraphNode): Promise<void> {
  const blocking = blockingDependents(node)
  if (blocking.length === 0) return removeFinalizer(world, node.identity, 'foregroundDeletion')
  for (const dependent of blocking) if (!dependent.isDeletingDependents) world.attemptToDelete(dependent)
}

/** Undefined: a cluster-wide object names an owner in a namespace, which cannot be looked up: never collected. */
async function classify(world: AttemptWorld, node: GraphNode, owners: readonly OwnerReference[]): Promise<Classified | undefined> {
  const solid: OwnerReference[] = []
  const dangling: OwnerReference[] = []
  const waiting: OwnerReference[] = []
  for (const reference of owners) {
    const owner = await findOwner(world, reference, node.identity.namespace)
    if (owner === 'invalid') return undefined
    if (owner === 'absent') dangling.push(reference)
    else if (typeof owner.metadata.deletionTimestamp === 'string' && hasFinalizer(owner, 'foregroundDeletion')) waiting.push(reference)
    else solid.push(reference)
  }
  return { solid, dangling, waiting }
}

async function findOwner(world: AttemptWorld, reference: OwnerReference, namespace: string): Promise<KubeObject | 'absent' | 'invalid'> {
  const { absentOwners } = world
  if (absentOwners.has(identityOfReference(reference, '')) || absentOwners.has(identityOfReference(reference, namespace))) return 'absent'
  const kind = kindOrThrow(world, reference)
  if (namespace === '' && kind.isNamespaced) return 'invalid'
  const identity = identityOfReference(reference, kind.isNamespaced ? namespace : '')
  const live = await getLive(world, identity)
  if (live !== undefined && live.metadata.uid === reference.uid) return live
  absentOwners.add(identity)
  return 'absent'
}

async function getLive(world: AttemptWorld, identity: Identity): Promise<UnknownObject | undefined> {
  try {
    return await resourceOf(world, identity).get(identity.name, { signal: world.signal })
  } catch (error) {
    if (reasonOf(error) === 'NotFound') return undefined
    throw error
  }
}

/** A kind that nobody serves (yet): tried again later, and nothing is deleted meanwhile. */
function kindOrThrow({ kindOf }: AttemptWorld, { apiVersion, kind, name }: Pick<Identity, 'apiVersion' | 'kind' | 'name'>): ServedKind {
  const served = kindOf(apiVersion, kind)
  if (served === undefined) throw new Error(`Cannot look up "${name}": no kind ${kind} is served in ${apiVersion}`)
  return served
}

function resourceOf(world: AttemptWorld, identity: Identity): ResourceClient<UnknownObject> {
  const kind = kindOrThrow(world, identity)
  const resource = world.client.dynamic(kind)
  return kind.isNamespaced ? resource.in(identity.namespace) : resource
}

async function deleteObject(world: AttemptWorld, identity: Identity, live: UnknownObject, policy: Policy): Promise<void> {
  const resource = resourceOf(world, identity)
  const { uid, name } = identity
  const options = { propagationPolicy: policy, signal: world.signal }
  try {
    const { resourceVersion } = live.metadata
    await resource.delete(name, { ...options, preconditions: { uid, ...(resourceVersion === undefined ? {} : { resourceVersion }) } })
  } catch (error) {
    if (reasonOf(error) === 'NotFound') return world.graph.markAbsent(identity)
    if (reasonOf(error) !== 'Conflict') throw error
    const newer = await getLive(world, identity)
    if (newer === undefined) return world.graph.markAbsent(identity)
    const isSame = newer.metadata.uid === uid && semanticallyEqual(newer.metadata.ownerReferences, live.metadata.ownerReferences)
    // Something else of it changed (a status, often): its owners are still gone.
    if (!isSame) throw error
    await resource.delete(name, { ...options, preconditions: { uid } })
  }
}

/** Dependents keep living without their owner. */
export async function attemptToOrphan(world: AttemptWorld, node: GraphNode): Promise<void> {
  const results = await Promise.allSettled(
    [...node.dependents].map((dependent) =>
      removeReferences(world, dependent, [node.identity.uid]).catch((error: unknown) => {
        if (reasonOf(error) !== 'NotFound') throw error
      }),
    ),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  await removeFinalizer(world, node.identity, 'orphan')
}

async function removeReferences(world: AttemptWorld, { identity }: GraphNode, uids: readonly string[]): Promise<void> {
  const gone = uids.map((uid) => ({ $patch: 'delete', uid }))
  await patchOwners(world, identity, { metadata: { uid: identity.uid, ownerReferences: gone } }, (owners) =>
    owners.filter(({ uid }) => !uids.includes(uid)),
  )
}

async function unblockOwners(world: AttemptWorld, { identity, owners }: GraphNode): Promise<void> {
  const unblocked = owners.filter((one) => one.blockOwnerDeletion === true).map((one) => ({ ...one, blockOwnerDeletion: false }))
  await patchOwners(world, identity, { metadata: { uid: identity.uid, ownerReferences: unblocked } }, (current) =>
    current.map((one) => ({ ...one, blockOwnerDeletion: false })),
  )
}

/** Custom resources know no strategic patches: they get the whole list, with the version that it was made from. */
async function patchOwners(
  world: AttemptWorld,
  identity: Identity,
  patch: object,
  change: (owners: readonly OwnerReference[]) => readonly OwnerReference[],
): Promise<void> {
  const resource = resourceOf(world, identity)
  try {
    await resource.patch(identity.name, patch, { type: 'strategic', signal: world.signal })
  } catch (error) {
    if (reasonOf(error) !== 'UnsupportedMediaType') throw error
    const { metadata } = await resource.get(identity.name, { signal: world.signal })
    const ownerReferences = change(metadata.ownerReferences ?? [])
    const merge = { metadata: { resourceVersion: metadata.resourceVersion, ownerReferences } }
    await resource.patch(identity.name, merge, { type: 'merge', signal: world.signal })
  }
}

async function removeFinalizer(world: AttemptWorld, identity: Identity, finalizer: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const live = await getLive(world, identity)
    if (live === undefined || live.metadata.uid !== identity.uid || !hasFinalizer(live, finalizer)) return
    const finalizers = (live.metadata.finalizers ?? []).filter((one) => one !== finalizer)
    const patch = { metadata: { resourceVersion: live.metadata.resourceVersion, finalizers } }
    try {
      await resourceOf(world, identity).patch(identity.name, patch, { type: 'merge', signal: world.signal })
      return
    } catch (error) {
      if (reasonOf(error) === 'NotFound') return
      if (reasonOf(error) !== 'Conflict' || tries >= finalizerTriesMax) throw error
    }
  }
}
