/**
 * v1 PersistentVolume: a piece of storage in the cluster, bound to at most one claim. The server notes when its phase last changed.
 */

import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { accessModesText, classOf } from './persistent-volume-claim-rules.ts'
import { validateVolume, validateVolumeUpdate, volumeWarnings } from './persistent-volume-rules.ts'
import { persistentVolume } from './persistent-volume-schema.ts'
import { roundAmounts } from './pod-spec/draft.ts'

export type PersistentVolume = ObjectOf<typeof PersistentVolume>
export const PersistentVolume = defineKind({
  group: '',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: persistentVolume }],
  hasStatus: true,
  setDefaults: (draft) => {
    draft.status = { ...draft.status }
    if (!draft.status.phase) draft.status.phase = 'Pending'
    if (!draft.spec.persistentVolumeReclaimPolicy) draft.spec.persistentVolumeReclaimPolicy = 'Retain'
    draft.spec.volumeMode ??= 'Filesystem'
    roundAmounts(draft.spec.capacity)
    if (draft.spec.hostPath) draft.spec.hostPath.type ??= ''
  },
  prepareForCreate: (draft) => {
    draft.status = { phase: 'Pending', lastPhaseTransitionTime: draft.metadata.creationTimestamp ?? null }
  },
  prepareForUpdate: (draft, old, { subresource, now }) => {
    if (subresource !== 'status') return
    const status = (draft.status ??= {})
    const had = old.status?.lastPhaseTransitionTime
    const isSame = (status.phase ?? '') === (old.status?.phase ?? '')
    if (isSame && !status.lastPhaseTransitionTime && had) status.lastPhaseTransitionTime = had
    const isUntouched = !status.lastPhaseTransitionTime || status.lastPhaseTransitionTime === had
    if (!isSame && isUntouched) status.lastPhaseTransitionTime = now
  },
  generation: 'none',
  validate: (object) => validateVolume(object),
  validateUpdate: (object, old) => validateVolumeUpdate(object, old),
  validateStatusUpdate: () => [],
  warnings: (object) => volumeWarnings(object),
  returnsDeletedObject: true,
  columns: [
    nameColumn,
    {
      name: 'Capacity',
      type: 'string',
      description:
        "capacity is the description of the persistent volume's resources and capacity. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#capacity",
      value: ({ spec }) => spec.capacity?.storage ?? '0',
    },
    {
      name: 'Access Modes',
      type: 'string',
      description:
        'accessModes contains all ways the volume can be mounted. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes',
      value: ({ spec }) => accessModesText(spec.accessModes),
    },
    {
      name: 'Reclaim Policy',
      type: 'string',
      description:
        'persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. Valid options are Retain (default for manually created PersistentVolumes), Delete (default for dynamically provisioned PersistentVolumes), and Recycle (deprecated). Recycle must be supported by the volume plugin underlying this PersistentVolume. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming',
      value: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '',
    },
    {
      name: 'Status',
      type: 'string',
      description:
        'phase indicates if a volume is available, bound to a claim, or released by a claim. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#phase',
      value: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    },
    {
      name: 'Claim',
      type: 'string',
      description:
        'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
      value: ({ spec }) => (spec.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
    },
    { name: 'StorageClass', type: 'string', description: 'StorageClass of the pv', value: (object) => classOf(object) },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the pv',
      value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    },
    {
      name: 'Reason',
      type: 'string',
      description:
        'reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy display in the CLI.',
      value: ({ status }) => status?.reason ?? '',
    },
    ageColumn,
    {
      name: 'VolumeMode',
      type: 'string',
      priority: 1,
      description:
        'volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block state. Value of Filesystem is implied when not included in spec.',
      value: ({ spec }) => spec.volumeMode ?? '<unset>',
    },
  ],
})
