/**
 * Which objects belong to an owner: those that name it as their controller and match its selector. Orphans that match are adopted, owned ones that
 * no longer match are released. Before the first adoption the owner is asked for live: one of the same name made anew must not
 * inherit, and one that is being deleted must not adopt.
 */

import { isTerminating } from '../../api/core/pod-facts.ts'
import { controllerOf, type KubeObject } from '../../apimachinery/object.ts'
import { type LabelRequirements, matchesLabels } from '../../apimachinery/selectors/labels.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { ResourceClient } from '../../client/client.ts'
import { controllerReference, type OwnerKind } from './owner.ts'

export interface Claimer<T extends KubeObject> {
  readonly owner: KubeObject
  readonly ownerKind: OwnerKind
  readonly selector: LabelRequirements
  /** Of what is claimed, in the owner's namespace. */
  readonly resource: ResourceClient<T>
  /** The owner as the server has it now. */
  readonly liveOwner: () => Promise<KubeObject>
  /** Comes with adoption and goes with release. */
  readonly finalizer?: string
  readonly signal: AbortSignal
}

/** `candidates`: everything in the namespace that may be meant. */
export async function claim<T extends KubeObject>(candidates: Iterable<T>, claimer: Claimer<T>): Promise<readonly T[]> {
  const { owner, selector } = claimer
  const claimed: T[] = []
  let checked: Promise<void> | undefined
  for (const object of candidates) {
    const reference = controllerOf(object)
    const matches = matchesLabels(selector, object.metadata.labels)
    if (reference !== undefined) {
      if (reference.uid !== owner.metadata.uid) continue
      if (matches) claimed.push(object)
      else if (!isTerminating(owner)) await release(object, claimer)
    } else if (matches && !isTerminating(owner) && !isTerminating(object)) {
      checked ??= checkLive(claimer)
      await checked
      if (await adopt(object, claimer)) claimed.push(object)
    }
  }
  return claimed
}

async function checkLive({ owner, liveOwner }: Pick<Claimer<KubeObject>, 'owner' | 'liveOwner'>): Promise<void> {
  const live = await liveOwner()
  if (live.metadata.uid !== owner.metadata.uid)
    throw new Error(`${owner.metadata.name} was made anew: it adopts nothing for its predecessor`)
  if (isTerminating(live)) throw new Error(`${owner.metadata.name} has just been deleted: it adopts nothing`)
}

async function adopt<T extends KubeObject>(object: T, { owner, ownerKind, resource, finalizer, signal }: Claimer<T>): Promise<boolean> {
  const finalizers = finalizer === undefined ? {} : { finalizers: [finalizer] }
  const patch = { metadata: { uid: object.metadata.uid, ownerReferences: [controllerReference(ownerKind, owner)], ...finalizers } }
  return tolerateGone(resource.patch(object.metadata.name ?? '', patch, { type: 'strategic', signal }))
}

async function release<T extends KubeObject>(object: T, { owner, resource, finalizer, signal }: Claimer<T>): Promise<void> {
  const finalizers = finalizer === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': [finalizer] }
  const ownerReferences = [{ $patch: 'delete', uid: owner.metadata.uid }]
  const patch = { metadata: { uid: object.metadata.uid, ownerReferences, ...finalizers } }
  await tolerateGone(resource.patch(object.metadata.name ?? '', patch, { type: 'strategic', signal }))
}

/** False when the object is gone, or another has its name by now. */
async function tolerateGone(write: Promise<unknown>): Promise<boolean> {
  try {
    await write
    return true
  } catch (error) {
    if (reasonOf(error) === 'NotFound' || reasonOf(error) === 'Invalid') return false
    throw error
  }
}
