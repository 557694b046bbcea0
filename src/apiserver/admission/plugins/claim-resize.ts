/** PersistentVolumeClaimResize: a claim grows only when it is bound, and only where its storage class says that volumes can grow. */

import type { PersistentVolumeClaim } from '../../../api/core/persistent-volume-claim.ts'
import { StorageClass } from '../../../api/storage/storage-class.ts'
import { compareQuantities } from '../../../apimachinery/quantity.ts'
import { lookUp } from '../../registry/look-up.ts'
import type { AdmissionPlugin } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  handles: (attributes) =>
    attributes.operation === 'UPDATE' && attributes.subresource === '' && is(attributes, '', 'persistentvolumeclaims'),
  validate: (attributes) => {
    const claim = attributes.object as unknown as PersistentVolumeClaim
    const old = attributes.oldObject as unknown as PersistentVolumeClaim
    if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return
    if (old.status?.phase !== 'Bound') throw denied(attributes, 'Only bound persistent volume claims can be expanded')
    return mustGrow(attributes, classOf(claim), classOf(old))
  },
}

async function mustGrow(attributes: Parameters<typeof denied>[0], name: string, oldName: string): Promise<void> {
  const { server } = attributes
  const found = name === '' || name !== oldName ? undefined : await lookUp<StorageClass>(server, StorageClass, '', name)
  if (found?.allowVolumeExpansion === true) return
  const why = 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'
  throw denied(attributes, why)
}

function sizeOf({ spec }: PersistentVolumeClaim): string {
  return spec.resources?.requests?.storage ?? '0'
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''
}
