/**
 * StorageObjectInUseProtection: volumes, claims and attribute classes are born with a finalizer, so that none of them goes while somebody uses it.
 * Controllers take it away.
 */
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { is } from '../plugin.ts'

function finalizerFor(attributes: Attributes): string | undefined {
  if (is(attributes, '', 'persistentvolumes')) return 'kubernetes.io/pv-protection'
  if (is(attributes, '', 'persistentvolumeclaims')) return 'kubernetes.io/pvc-protection'
  return is(attributes, 'storage.k8s.io', 'volumeattributesclasses') ? 'kubernetes.io/vac-protection' : undefined
}

export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  handles: (attributes) => attributes.operation === 'CREATE' && attributes.subresource === '' && finalizerFor(attributes) !== undefined,
  admit: (attributes) => {
    const finalizer = finalizerFor(attributes) as string
    const metadata = attributes.object?.metadata
    const finalizers = metadata?.finalizers ?? []
    if (metadata !== undefined && !finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer]
  },
}
