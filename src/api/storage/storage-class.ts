/**
 * storage.k8s.io/v1 StorageClass: how volumes of a sort are made.
 */

import { ageColumn, nameColumn } from '../../apimachinery/columns.ts'
import { duplicate, type FieldError, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, boolean, field, type Infer, list, map, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateLabelName } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual, validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { deprecatedNodeLabels } from '../core/node-labels.ts'
import { validateDriverOfClass, validateParameters } from './parameters.ts'

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
  reclaimPolicy: field(4, string).optional().pointer().enum('Delete', 'Recycle', 'Retain'),
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
  setDefaults: (draft) => {
    draft.reclaimPolicy ??= 'Delete'
    draft.volumeBindingMode ??= 'Immediate'
  },
  generation: 'none',
  validate: validateStorageClass,
  *validateUpdate(object, old) {
    yield* validateStorageClass(object)
    for (const name of ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const) {
      yield* validateImmutable(object[name], old[name], name)
    }
  },
  *warnings({ allowedTopologies }) {
    for (const [i, { matchLabelExpressions }] of (allowedTopologies ?? []).entries()) {
      for (const [j, { key }] of (matchLabelExpressions ?? []).entries()) {
        const text = deprecatedNodeLabels[key]
        if (text !== undefined) yield `allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${text}`
      }
    }
  },
  returnsDeletedObject: true,
  columns: [
    { ...nameColumn, value: ({ metadata }) => (isDefault(metadata.annotations) ? `${metadata.name} (default)` : (metadata.name ?? '')) },
    {
      name: 'Provisioner',
      type: 'string',
      description: 'provisioner indicates the type of the provisioner.',
      value: ({ provisioner }) => provisioner,
    },
    {
      name: 'ReclaimPolicy',
      type: 'string',
      description:
        'reclaimPolicy controls the reclaimPolicy for dynamically provisioned PersistentVolumes of this storage class. Defaults to Delete.',
      value: ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete',
    },
    {
      name: 'VolumeBindingMode',
      type: 'string',
      description:
        'volumeBindingMode indicates how PersistentVolumeClaims should be provisioned and bound.  When unset, VolumeBindingImmediate is used. This field is only honored by servers that enable the VolumeScheduling feature.',
      value: ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate',
    },
    {
      name: 'AllowVolumeExpansion',
      type: 'string',
      description: 'allowVolumeExpansion shows whether the storage class allow volume expand.',
      value: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    ageColumn,
  ],
})

function isDefault(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (name) => annotations?.[name] === 'true',
  )
}

const reclaimPolicies = ['Delete', 'Retain']
const bindingModes = ['Immediate', 'WaitForFirstConsumer']

function* validateStorageClass(object: Infer<typeof storageClass>): Generator<FieldError> {
  const { provisioner = '', parameters, reclaimPolicy, volumeBindingMode, allowedTopologies } = object
  yield* validateDriverOfClass(provisioner, 'provisioner')
  yield* validateParameters(parameters, 'parameters', { mayBeEmpty: true })
  if (reclaimPolicy && !reclaimPolicies.includes(reclaimPolicy)) yield notSupported('reclaimPolicy', reclaimPolicy, reclaimPolicies)
  if (volumeBindingMode === undefined || volumeBindingMode === null) yield required('volumeBindingMode')
  else if (!bindingModes.includes(volumeBindingMode)) yield notSupported('volumeBindingMode', volumeBindingMode, bindingModes)
  yield* validateTopologies(allowedTopologies ?? [], 'allowedTopologies')
}

function* validateTopologies(terms: readonly TopologySelectorTerm[], path: string): Generator<FieldError> {
  const seen: object[] = []
  for (const [i, { matchLabelExpressions }] of terms.entries()) {
    const at = child(index(path, i), 'matchLabelExpressions')
    const values: Record<string, readonly string[]> = {}
    for (const [j, expression] of (matchLabelExpressions ?? []).entries()) {
      yield* validateTopology(expression, index(at, j))
      if (Object.hasOwn(values, expression.key)) yield duplicate(child(index(at, j), 'key'), expression.key)
      values[expression.key] = [...new Set(expression.values ?? [])].sort()
    }
    // As upstream: an empty term is as many times the same as there are terms.
    if (Object.keys(values).length === 0) for (const _ of terms) yield duplicate(at, '')
    for (const one of seen) if (semanticallyEqual(one, values)) yield duplicate(at, '')
    seen.push(values)
  }
}

function* validateTopology({ key = '', values }: TopologySelectorLabelRequirement, path: string): Generator<FieldError> {
  const at = child(path, 'values')
  if ((values ?? []).length === 0) yield required(at)
  for (const [i, value] of (values ?? []).entries()) if (values?.indexOf(value) !== i) yield duplicate(index(at, i), value)
  yield* validateLabelName(key, child(path, 'key'))
}
