/**
 * v1 PersistentVolumeClaim: a request for storage, bound to one PersistentVolume. Its spec hardly changes after creation.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import {
  accessModesText,
  claimSpecWarnings,
  classAnnotation,
  classOf,
  prepareDataSources,
  setClaimDefaults,
  validateClaimSpec,
} from './persistent-volume-claim-rules.ts'
import { persistentVolumeClaim } from './persistent-volume-claim-schema.ts'
import { validateClaimStatus, validateClaimUpdate } from './persistent-volume-claim-update.ts'

export type PersistentVolumeClaim = ObjectOf<typeof PersistentVolumeClaim>
export const PersistentVolumeClaim = defineKind({
  group: '',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: persistentVolumeClaim }],
  hasStatus: true,
  setDefaults: (draft) => setClaimDefaults(draft),
  prepareForCreate: (draft, { gates }) => {
    draft.status = { phase: 'Pending' }
    prepareDataSources(draft.spec, gates)
  },
  prepareForUpdate: ({ spec }, old, { subresource, gates }) => {
    if (subresource !== 'status') prepareDataSources(spec, gates, old.spec)
  },
  generation: 'none',
  validate: ({ spec }) => validateClaimSpec(spec, 'spec'),
  validateUpdate: (object, old) => validateClaimUpdate(object, old),
  validateStatusUpdate: (object) => validateClaimStatus(object),
  *warnings({ metadata, spec }) {
    if (metadata.annotations?.[classAnnotation] !== undefined) {
      yield `metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`
    }
    yield* claimSpecWarnings(spec, 'spec')
  },
  returnsDeletedObject: true,
  columns: [
    {
      name: 'Status',
      type: 'string',
      description: 'phase represents the current phase of PersistentVolumeClaim.',
      value: ({ metadata, status }) => (metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
    },
    {
      name: 'Volume',
      type: 'string',
      description: 'volumeName is the binding reference to the PersistentVolume backing this claim.',
      value: ({ spec }) => spec.volumeName ?? '',
    },
    {
      name: 'Capacity',
      type: 'string',
      description: 'capacity represents the actual resources of the underlying volume.',
      value: ({ spec, status }) => (spec.volumeName ? (status?.capacity?.storage ?? '0') : ''),
    },
    {
      name: 'Access Modes',
      type: 'string',
      description:
        'accessModes contains the actual access modes the volume backing the PVC has. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes-1',
      value: ({ spec, status }) => (spec.volumeName ? accessModesText(status?.accessModes) : ''),
    },
    { name: 'StorageClass', type: 'string', description: 'StorageClass of the pvc', value: (object) => classOf(object) },
    {
      name: 'VolumeAttributesClass',
      type: 'string',
      description: 'VolumeAttributesClass of the pvc',
      value: ({ spec }) => spec.volumeAttributesClassName ?? '<unset>',
    },
    {
      name: 'VolumeMode',
      type: 'string',
      priority: 1,
      description:
        'volumeMode defines what type of volume is required by the claim. Value of Filesystem is implied when not included in claim spec.',
      value: ({ spec }) => spec.volumeMode ?? '<unset>',
    },
  ],
})
