/**
 * storage.k8s.io/v1 VolumeAttachment: a volume that is or shall be attached to a node.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, map, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { persistentVolumeSpec } from '../core/persistent-volume.ts'

export interface VolumeAttachmentSource extends Infer<typeof volumeAttachmentSource> {}
export const volumeAttachmentSource = struct('storage.v1.VolumeAttachmentSource', {
  persistentVolumeName: field(1, string).optional().pointer(),
  inlineVolumeSpec: field(2, persistentVolumeSpec).optional().pointer(),
})

export interface VolumeAttachmentSpec extends Infer<typeof volumeAttachmentSpec> {}
export const volumeAttachmentSpec = struct('storage.v1.VolumeAttachmentSpec', {
  attacher: field(1, string),
  source: field(2, volumeAttachmentSource),
  nodeName: field(3, string),
})

export interface VolumeError extends Infer<typeof volumeError> {}
export const volumeError = struct('storage.v1.VolumeError', {
  time: field(1, time).optional(),
  message: field(2, string).optional(),
  errorCode: field(3, int32).optional().pointer(),
})

export interface VolumeAttachmentStatus extends Infer<typeof volumeAttachmentStatus> {}
export const volumeAttachmentStatus = struct('storage.v1.VolumeAttachmentStatus', {
  attached: field(1, boolean),
  attachmentMetadata: field(2, map(string)).optional(),
  attachError: field(3, volumeError).optional().pointer(),
  detachError: field(4, volumeError).optional().pointer(),
})

export const volumeAttachment = struct('storage.v1.VolumeAttachment', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, volumeAttachmentSpec).implied(),
  status: field(3, volumeAttachmentStatus).optional(),
})

export type VolumeAttachment = ObjectOf<typeof VolumeAttachment>
export const VolumeAttachment = defineKind({
  group: 'storage.k8s.io',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: volumeAttachment }],
  hasStatus: true,
})
