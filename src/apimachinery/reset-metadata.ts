/**
 * For kinds whose /status changes nothing of the metadata: everything that a writer could have changed is put back, but for who
 * manages what (metav1.ResetObjectMetaForStatus).
 */
import type { Mutable, ObjectMeta } from './object.ts'

const kept = ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const

export function resetMetadata(metadata: Mutable<ObjectMeta>, old: ObjectMeta): void {
  for (const name of kept) {
    const value = old[name]
    if (value === undefined) delete metadata[name]
    else Object.assign(metadata, { [name]: value })
  }
}
