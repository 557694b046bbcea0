/**
 * storage.k8s.io/v1 CSINode: the storage drivers of a node.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface VolumeNodeResources extends Infer<typeof volumeNodeResources> {}
export const volumeNodeResources = struct('storage.v1.VolumeNodeResources', {
  count: field(1, int32).optional().pointer(),
})

export interface CSINodeDriver extends Infer<typeof csiNodeDriver> {}
export const csiNodeDriver = struct('storage.v1.CSINodeDriver', {
  name: field(1, string),
  nodeID: field(2, string),
  topologyKeys: field(3, list(string)).printed().listAtomic(),
  allocatable: field(4, volumeNodeResources).optional().pointer(),
})

export interface CSINodeSpec extends Infer<typeof csiNodeSpec> {}
export const csiNodeSpec = struct('storage.v1.CSINodeSpec', {
  drivers: field(1, list(csiNodeDriver)).listMap('name').patchMerge('name'),
})

export const csiNode = struct('storage.v1.CSINode', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, csiNodeSpec).implied(),
})

export type CSINode = ObjectOf<typeof CSINode>
export const CSINode = defineKind({
  group: 'storage.k8s.io',
  kind: 'CSINode',
  plural: 'csinodes',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: csiNode }],
})
