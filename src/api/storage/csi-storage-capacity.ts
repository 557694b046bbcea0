/**
 * storage.k8s.io/v1 CSIStorageCapacity: how much storage is left where.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, quantity, string, struct } from '../../apimachinery/schema/schema.ts'

export const csiStorageCapacity = struct('storage.v1.CSIStorageCapacity', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  nodeTopology: field(2, labelSelector).optional().pointer(),
  storageClassName: field(3, string),
  capacity: field(4, quantity).optional().pointer(),
  maximumVolumeSize: field(5, quantity).optional().pointer(),
})

export type CSIStorageCapacity = ObjectOf<typeof CSIStorageCapacity>
export const CSIStorageCapacity = defineKind({
  group: 'storage.k8s.io',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: csiStorageCapacity }],
})
