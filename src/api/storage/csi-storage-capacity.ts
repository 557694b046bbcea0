/**
 * storage.k8s.io/v1 CSIStorageCapacity: how much storage is left where.
 */

import { nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { compareQuantities } from '../../apimachinery/quantity.ts'
import { field, type Infer, quantity, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { fieldIsImmutable, semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { deprecatedNodeLabels } from '../core/node-labels.ts'
import { validateClassName } from '../core/persistent-volume-claim-rules.ts'

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
  generation: 'none',
  validate: (object) => validateCapacity(object, false),
  *validateUpdate(object, old) {
    yield* validateCapacity(object, [...validateLabelSelector(old.nodeTopology, '')].length > 0)
    if (!semanticallyEqual(object.nodeTopology, old.nodeTopology)) yield invalidValue('nodeTopology', object.nodeTopology, fieldIsImmutable)
    if (object.storageClassName !== old.storageClassName) yield invalidValue('storageClassName', object.storageClassName, fieldIsImmutable)
  },
  *warnings({ nodeTopology }) {
    for (const [i, { key }] of (nodeTopology?.matchExpressions ?? []).entries()) {
      const text = deprecatedNodeLabels[key]
      if (text !== undefined) yield `nodeTopology.matchExpressions[${i}].key: ${key} is ${text}`
    }
    for (const label in nodeTopology?.matchLabels) {
      const text = deprecatedNodeLabels[label]
      if (text !== undefined) yield `nodeTopology.matchLabels.${label}: ${text}`
    }
  },
  allowUnconditionalUpdate: false,
  columns: [
    nameColumn,
    {
      name: 'StorageClassName',
      type: 'string',
      description:
        'storageClassName represents the name of the StorageClass that the reported capacity applies to. It must meet the same requirements as the name of a StorageClass object (non-empty, DNS subdomain). If that object no longer exists, the CSIStorageCapacity object is obsolete and should be removed by its creator. This field is immutable.',
      value: ({ storageClassName }) => storageClassName,
    },
    {
      name: 'Capacity',
      type: 'string',
      description:
        'capacity is the value reported by the CSI driver in its GetCapacityResponse for a GetCapacityRequest with topology and parameters that match the previous fields.\n\nThe semantic is currently (CSI spec 1.2) defined as: The available capacity, in bytes, of the storage that can be used to provision volumes. If not set, that information is currently unavailable.',
      value: ({ capacity }) => capacity ?? '<unset>',
    },
  ],
})

function* validateCapacity(object: Infer<typeof csiStorageCapacity>, allowInvalidValues: boolean): Generator<FieldError> {
  const { nodeTopology, storageClassName = '', capacity } = object
  yield* validateLabelSelector(nodeTopology, 'nodeTopology', { allowInvalidValues })
  yield* validateClassName(storageClassName, 'storageClassName')
  if (capacity !== undefined && compareQuantities(capacity, '0') < 0) {
    yield invalidValue('capacity', capacity, 'must be greater than or equal to 0')
  }
}
