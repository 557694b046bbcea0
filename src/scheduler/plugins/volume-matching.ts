/** Which volume suits a claim on a node: one that lies there, or one that can be made there. */

import { matcherOfTerms } from '../../api/core/node-matcher.ts'
import { PersistentVolume } from '../../api/core/persistent-volume.ts'
import type { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import { CSIDriver } from '../../api/storage/csi-driver.ts'
import { CSIStorageCapacity } from '../../api/storage/csi-storage-capacity.ts'
import { StorageClass } from '../../api/storage/storage-class.ts'
import { quantityValue } from '../../apimachinery/quantity.ts'
import { matchesLabels } from '../../apimachinery/selectors/labels.ts'
import type { Listers } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import { parseSelector } from '../pod-info.ts'
import { classNameOf } from './volume-claims.ts'

const noProvisioner = 'kubernetes.io/no-provisioner'

/** Bytes that a claim asks for. */
export function sizeOf({ spec }: PersistentVolumeClaim): number {
  return quantityValue(spec.resources?.requests?.storage ?? '0')
}

/** The one promised to the claim already, or the smallest that is free and large enough. */
export function findVolume(
  claim: PersistentVolumeClaim,
  node: NodeInfo,
  listers: Listers,
  isFree: (volume: PersistentVolume) => boolean,
): PersistentVolume | undefined {
  const size = sizeOf(claim)
  const className = classNameOf(claim)
  const selector = claim.spec.selector ? parseSelector(claim.spec.selector) : undefined
  let best: PersistentVolume | undefined
  let bestSize = Number.POSITIVE_INFINITY
  for (const volume of listers.of(PersistentVolume).list()) {
    const { metadata, spec, status } = volume
    if (metadata.deletionTimestamp || !isFree(volume) || classOf(volume) !== className) continue
    const capacity = quantityValue(spec.capacity?.storage ?? '0')
    if (capacity < size || (spec.volumeMode ?? 'Filesystem') !== (claim.spec.volumeMode ?? 'Filesystem')) continue
    if ((spec.volumeAttributesClassName ?? '') !== (claim.spec.volumeAttributesClassName ?? '')) continue
    const matches = matcherOfTerms(spec.nodeAffinity?.required?.nodeSelectorTerms)
    if (matches !== undefined && !matches(node)) continue
    if (spec.claimRef) {
      if (isPromisedTo(spec.claimRef, claim)) return volume
      continue
    }
    if (status?.phase !== 'Available' || (selector !== undefined && !matchesLabels(selector, metadata.labels))) continue
    if (!(claim.spec.accessModes ?? []).every((mode) => spec.accessModes?.includes(mode))) continue
    if (capacity < bestSize) {
      best = volume
      bestSize = capacity
    }
  }
  return best
}

function classOf({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''
}

function isPromisedTo(ref: NonNullable<PersistentVolume['spec']['claimRef']>, { metadata }: PersistentVolumeClaim): boolean {
  if (ref.namespace !== metadata.namespace || ref.name !== metadata.name) return false
  return (ref.uid ?? '') === '' || ref.uid === metadata.uid
}

/** The claim's class has a provisioner, and it works where the node is. */
export function canProvision(claim: PersistentVolumeClaim, { labels }: NodeInfo, listers: Listers): boolean {
  const storageClass = listers.of(StorageClass).get(classNameOf(claim))
  if (storageClass === undefined || storageClass.provisioner === '' || storageClass.provisioner === noProvisioner) return false
  const terms = storageClass.allowedTopologies ?? []
  if (terms.length === 0) return true
  return terms.some(({ matchLabelExpressions }) =>
    (matchLabelExpressions ?? []).every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key] as string)),
  )
}

/** Only drivers that publish their capacity are asked for it. */
export function hasCapacity(claim: PersistentVolumeClaim, { labels }: NodeInfo, listers: Listers): boolean {
  const className = classNameOf(claim)
  const provisioner = listers.of(StorageClass).get(className)?.provisioner ?? ''
  if (listers.of(CSIDriver).get(provisioner)?.spec.storageCapacity !== true) return true
  const size = sizeOf(claim)
  for (const { storageClassName, nodeTopology, maximumVolumeSize, capacity } of listers.of(CSIStorageCapacity).list()) {
    if (storageClassName !== className || !nodeTopology) continue
    const limit = maximumVolumeSize ?? capacity
    if (limit && quantityValue(limit) >= size && matchesLabels(parseSelector(nodeTopology), labels)) return true
  }
  return false
}
