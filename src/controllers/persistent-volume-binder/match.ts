/**
 * Which volume suits a claim. The smallest that is large enough and free; one that is promised to the claim already comes before all. A claim that waits
 * for its first consumer only takes a promised one here: the scheduler chooses the others, because it knows the node.
 */
import type { PersistentVolume } from '../../api/core/persistent-volume.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { compareQuantities } from '../../apimachinery/quantity.ts'
import { matchesLabels, selectorFromLabelSelector } from '../../apimachinery/selectors/labels.ts'

const oldClassAnnotation = 'volume.beta.kubernetes.io/storage-class'

export function classOfClaim({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[oldClassAnnotation] ?? spec.storageClassName ?? ''
}
export function classOfVolume({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[oldClassAnnotation] ?? spec.storageClassName ?? ''
}

/** Its claimRef names the claim; without a uid it is a promise by hand. */
export function isPromisedTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const ref = spec.claimRef
  if (!ref || ref.namespace !== metadata.namespace || ref.name !== metadata.name) return false
  return (ref.uid ?? '') === '' || ref.uid === metadata.uid
}

export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  waitsForConsumer: boolean,
): PersistentVolume | undefined {
  const selector = claim.spec.selector ? selectorFromLabelSelector(claim.spec.selector) : undefined
  let best: PersistentVolume | undefined
  for (const volume of volumes) {
    if (volume.spec.claimRef && !isPromisedTo(volume, claim)) continue
    if (isTooSmall(volume, claim) || isOtherMode(volume, claim) || isOtherAttributes(volume, claim) || volume.metadata.deletionTimestamp)
      continue
    if (isPromisedTo(volume, claim)) return volume
    if (waitsForConsumer || volume.status?.phase !== 'Available' || classOfVolume(volume) !== classOfClaim(claim)) continue
    if ((selector !== undefined && !matchesLabels(selector, volume.metadata.labels)) || !hasAccessModes(volume, claim)) continue
    if (best === undefined || compareQuantities(capacityOf(volume), capacityOf(best)) < 0) best = volume
  }
  return best
}

/** Why a volume that the claim names cannot be its. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`
  if (isTooSmall(volume, claim)) return 'requested PV is too small'
  if (classOfVolume(volume) !== classOfClaim(claim)) return 'storageClassName does not match'
  if (isOtherAttributes(volume, claim)) return 'volumeAttributesClassName does not match'
  if (isOtherMode(volume, claim)) return 'incompatible volumeMode'
  return hasAccessModes(volume, claim) ? undefined : 'incompatible accessMode'
}

function capacityOf({ spec }: PersistentVolume): string {
  return spec.capacity?.storage ?? '0'
}
function isTooSmall(volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean {
  return compareQuantities(capacityOf(volume), spec.resources?.requests?.storage ?? '0') < 0
}
export function isOtherMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')
}
function isOtherAttributes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')
}
function hasAccessModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode))
}
