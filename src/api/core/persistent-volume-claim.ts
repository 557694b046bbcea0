/**
 * v1 PersistentVolumeClaim: a request for storage, bound to one PersistentVolume. Its spec hardly changes after
 * creation.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { persistentVolumeClaim } from './persistent-volume-claim-schema.ts'

export type PersistentVolumeClaim = ObjectOf<typeof PersistentVolumeClaim>
export const PersistentVolumeClaim = defineKind({
  group: '',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: persistentVolumeClaim }],
  hasStatus: true,
})
