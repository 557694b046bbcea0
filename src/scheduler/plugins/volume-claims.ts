/** The claims behind a Pod's volumes, found or told why not; and the small questions that all volume plugins ask of them. */

import { PersistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts'
import type { Pod } from '../../api/core/pod.ts'
import { claimNameOf } from '../../api/core/pod-references.ts'
import type { ClusterEvent, Listers } from '../framework.ts'
import type { PodInfo } from '../pod-info.ts'

/** The claims of a Pod, or the first thing that is wrong with them. */
export function claimsOfPod(
  { pod, uid, namespace, name }: PodInfo,
  listers: Listers,
): { readonly claims: readonly PersistentVolumeClaim[]; readonly problem?: string } {
  const lister = listers.of(PersistentVolumeClaim)
  const claims: PersistentVolumeClaim[] = []
  for (const volume of pod.spec.volumes ?? []) {
    const isEphemeral = Boolean(volume.ephemeral)
    const claimName = claimNameOf(name, volume)
    if (claimName === undefined) continue
    const claim = lister.get(`${namespace}/${claimName}`)
    if (claim === undefined) {
      const problem = isEphemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${claimName}"`
        : `persistentvolumeclaim "${claimName}" not found`
      return { claims, problem }
    }
    const { metadata, spec, status } = claim
    if (status?.phase === 'Lost') {
      return { claims, problem: `persistentvolumeclaim "${claimName}" bound to non-existent persistentvolume "${spec.volumeName ?? ''}"` }
    }
    if (metadata.deletionTimestamp) return { claims, problem: `persistentvolumeclaim "${claimName}" is being deleted` }
    if (isEphemeral && !metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid)) {
      return { claims, problem: `PVC ${namespace}/${claimName} was not created for pod ${namespace}/${name} (pod is not owner)` }
    }
    claims.push(claim)
  }
  return { claims }
}

/** The class in the old annotation or in the field; '' for none. */
export function classNameOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''
}

/** The event is about a claim that the Pod uses. */
export function isOwnClaim({ claims }: PodInfo, { old, new: now }: ClusterEvent): boolean {
  const metadata = (now ?? old)?.metadata
  return claims.includes(`${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`)
}

/** The Pod that went away used a claim that this one uses. */
export function sharesClaim({ claims, namespace }: PodInfo, pod: Pod): boolean {
  if (pod.metadata.namespace !== namespace) return false
  return (pod.spec.volumes ?? []).some(({ persistentVolumeClaim: used }) => used && claims.includes(`${namespace}/${used.claimName}`))
}
