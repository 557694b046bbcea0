/**
 * storage.k8s.io/v1 VolumeAttributesClass: changeable properties of volumes, by name.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, map, string, struct } from '../../apimachinery/schema/schema.ts'

export const volumeAttributesClass = struct('storage.v1.VolumeAttributesClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  driverName: field(2, string),
  parameters: field(3, map(string)).optional(),
})

export type VolumeAttributesClass = ObjectOf<typeof VolumeAttributesClass>
export const VolumeAttributesClass = defineKind({
  group: 'storage.k8s.io',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  shortNames: ['vac'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: volumeAttributesClass }],
})
