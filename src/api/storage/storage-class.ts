/**
 * storage.k8s.io/v1 StorageClass: how volumes of a sort are made.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, boolean, field, type Infer, list, map, string, struct } from '../../apimachinery/schema/schema.ts'

export interface TopologySelectorLabelRequirement extends Infer<typeof topologySelectorLabelRequirement> {}
export const topologySelectorLabelRequirement = struct('core.v1.TopologySelectorLabelRequirement', {
  key: field(1, string),
  values: field(2, list(string)).listAtomic(),
})

export interface TopologySelectorTerm extends Infer<typeof topologySelectorTerm> {}
export const topologySelectorTerm = atomicStruct('core.v1.TopologySelectorTerm', {
  matchLabelExpressions: field(1, list(topologySelectorLabelRequirement)).optional().listAtomic(),
})

export const storageClass = struct('storage.v1.StorageClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  provisioner: field(2, string),
  parameters: field(3, map(string)).optional(),
  reclaimPolicy: field(4, string).optional().pointer(),
  mountOptions: field(5, list(string)).optional().listAtomic(),
  allowVolumeExpansion: field(6, boolean).optional().pointer(),
  volumeBindingMode: field(7, string).optional().pointer().enum('Immediate', 'WaitForFirstConsumer'),
  allowedTopologies: field(8, list(topologySelectorTerm)).optional().listAtomic(),
})

export type StorageClass = ObjectOf<typeof StorageClass>
export const StorageClass = defineKind({
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: storageClass }],
})
