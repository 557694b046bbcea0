/**
 * storage.k8s.io/v1 VolumeAttachment: a volume that is or shall be attached to a node.
 */

import { type FieldError, forbiddenField, invalidValue, required, tooLong } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain, rangeMessage } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { boolean, field, type Infer, int32, map, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { validateVolumeSpec } from '../core/persistent-volume-rules.ts'
import { persistentVolumeSpec } from '../core/persistent-volume-schema.ts'
import { validateDriverName } from '../core/persistent-volume-sources.ts'
import { goForm } from '../go-form.ts'

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
  spec: field(2, volumeAttachmentSpec),
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
  prepareForUpdate: (draft, old, { subresource, gates }) => {
    if (subresource !== 'status') return
    resetMetadata(draft.metadata, old.metadata)
    if (gates.isOn('MutableCSINodeAllocatableCount')) return
    for (const name of ['attachError', 'detachError'] as const) {
      const error = draft.status?.[name]
      if (error && (old.status?.[name]?.errorCode ?? null) === null) delete error.errorCode
    }
  },
  generation: 'none',
  validate: validateAttachment,
  *validateUpdate(object, old) {
    yield* validateAttachment(object)
    yield* validateImmutable(object.spec, old.spec, 'spec', (spec) => goForm('VolumeAttachmentSpec', spec))
  },
  *validateStatusUpdate(object, old) {
    yield* validateAttachment(object)
    yield* validateImmutable(object.spec, old.spec, 'spec', (spec) => goForm('VolumeAttachmentSpec', spec))
  },
  allowUnconditionalUpdate: false,
  returnsDeletedObject: true,
  columns: [
    {
      name: 'Attacher',
      type: 'string',
      format: 'name',
      description:
        'attacher indicates the name of the volume driver that MUST handle this request. This is the name returned by GetPluginName().',
      value: ({ spec }) => spec.attacher,
    },
    {
      name: 'PV',
      type: 'string',
      description: 'persistentVolumeName represents the name of the persistent volume to attach.',
      value: ({ spec }) => spec.source.persistentVolumeName ?? '',
    },
    {
      name: 'Node',
      type: 'string',
      description: 'nodeName represents the node that the volume should be attached to.',
      value: ({ spec }) => spec.nodeName,
    },
    {
      name: 'Attached',
      type: 'boolean',
      description:
        'attached indicates the volume is successfully attached. This field must only be set by the entity completing the attach operation, i.e. the external-attacher.',
      value: ({ status }) => status?.attached ?? false,
    },
  ],
})

const metadataBytesMax = 256 * 1024
const messageBytesMax = 1024

function* validateAttachment({ spec, status }: Infer<typeof volumeAttachment>): Generator<FieldError> {
  yield* validateDriverName(spec.attacher ?? '', 'spec.attacher')
  yield* validateSource(spec.source, 'spec.source')
  for (const problem of nameIsDnsSubdomain(spec.nodeName ?? '', false)) yield invalidValue('spec.nodeName', spec.nodeName ?? '', problem)
  yield* validateStatus(status)
  const { persistentVolumeName } = spec.source
  if (persistentVolumeName === undefined || persistentVolumeName === null) return
  for (const problem of nameIsDnsSubdomain(persistentVolumeName, false)) {
    yield invalidValue('spec.source.persistentVolumeName', persistentVolumeName, problem)
  }
}

function* validateSource({ persistentVolumeName, inlineVolumeSpec }: VolumeAttachmentSource, path: string): Generator<FieldError> {
  const detail = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  const hasName = persistentVolumeName !== undefined && persistentVolumeName !== null
  if (inlineVolumeSpec && hasName) yield forbiddenField(path, detail)
  else if (inlineVolumeSpec) yield* validateVolumeSpec(inlineVolumeSpec, child(path, 'inlineVolumeSpec'), { isInline: true })
  else if (!hasName) yield required(path, detail)
  else if (persistentVolumeName === '') yield required(child(path, 'persistentVolumeName'), 'must specify non empty persistentVolumeName')
}

function* validateStatus(status: VolumeAttachmentStatus | undefined): Generator<FieldError> {
  let bytes = 0
  for (const [name, value] of Object.entries(status?.attachmentMetadata ?? {})) bytes += utf8Length(name) + utf8Length(value)
  if (bytes > metadataBytesMax) yield tooLong('status.attachmentMetadata', metadataBytesMax)
  for (const name of ['attachError', 'detachError'] as const) {
    const { message = '', errorCode } = status?.[name] ?? {}
    // Upstream names the other limit.
    if (utf8Length(message) > messageBytesMax) yield tooLong(`status.${name}.message`, metadataBytesMax)
    if ((errorCode ?? 0) < 0) yield invalidValue(`status.${name}.errorCode`, errorCode, rangeMessage(0, 2 ** 31 - 1))
  }
}
