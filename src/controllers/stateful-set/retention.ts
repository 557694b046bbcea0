/**
 * Who owns the claims of a StatefulSet: nobody (they stay), the set (they go with it), or a Pod that is to go for good (they go with that). The garbage
 * collector does the rest. Pure.
 *
 * What a newcomer would get wrong: a claim that names a set or Pod of the right name but of another uid belongs to one that has gone before, and is
 * about to be collected: it is left alone. And who has another controller is not ours to give away.
 */
import { StatefulSet } from '../../api/apps/stateful-set.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { Pod } from '../../api/core/pod.ts'
import type { KubeObject, OwnerReference } from '../../apimachinery/object.ts'
import { apiVersionOfKind, controllerReference, type OwnerKind } from '../shared/owner.ts'
import { isWanted, ordinalOf } from './identity.ts'

interface Side {
  readonly kind: OwnerKind
  readonly object: KubeObject
}

export interface RetentionVerdict {
  /** What the claim's owners should be; undefined: as they are. */
  readonly owners?: readonly OwnerReference[]
  /** Another controller has it: the policy does not count for it. */
  readonly isForeign: boolean
}

export function judgeRetention(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): RetentionVerdict {
  const references = claim.metadata.ownerReferences ?? []
  const sides: readonly Side[] = [
    { kind: StatefulSet, object: set },
    { kind: Pod, object: pod },
  ]
  const isForeign = hasForeignController(set, references, sides)
  if (sides.some((side) => isStale(references, side))) return { isForeign }
  const wanted = isForeign ? [] : wantedOwners(set, pod)
  const ours = references.filter((one) => sides.some((side) => names(one, side)))
  const isRight = ours.length === wanted.length && wanted.every(({ uid }) => ours.some((one) => one.uid === uid && one.controller === true))
  if (isRight) return { isForeign }
  return { isForeign, owners: [...references.filter((one) => !ours.includes(one)), ...wanted] }
}

/** It belongs to a Pod of this name that has gone before, and goes soon: the next Pod must not get it. */
export function isLeftOver(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): boolean {
  return policyOf(set).whenScaled === 'Delete' && isStale(claim.metadata.ownerReferences ?? [], { kind: Pod, object: pod })
}

function policyOf({ spec }: StatefulSet): { readonly whenDeleted: string; readonly whenScaled: string } {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  return { whenDeleted, whenScaled }
}

function wantedOwners(set: StatefulSet, pod: Pod): readonly OwnerReference[] {
  const { whenDeleted, whenScaled } = policyOf(set)
  const isGoing = !isWanted(set, ordinalOf(set, pod) ?? -1)
  if (whenScaled === 'Delete' && isGoing) return [controllerReference(Pod, pod)]
  return whenDeleted === 'Delete' ? [controllerReference(StatefulSet, set)] : []
}

function names(reference: OwnerReference, { kind, object }: Side): boolean {
  return reference.apiVersion === apiVersionOfKind(kind) && reference.kind === kind.kind && reference.name === object.metadata.name
}

function isStale(references: readonly OwnerReference[], side: Side): boolean {
  const found = references.find((one) => names(one, side))
  return found !== undefined && found.uid !== side.object.metadata.uid
}

function hasForeignController(set: StatefulSet, references: readonly OwnerReference[], sides: readonly Side[]): boolean {
  const { whenDeleted, whenScaled } = policyOf(set)
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false
  return references.some((one) => {
    const side = sides.find((each) => names(one, each))
    return side === undefined ? one.controller === true : one.uid !== side.object.metadata.uid
  })
}
