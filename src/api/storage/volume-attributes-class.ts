/**
 * storage.k8s.io/v1 VolumeAttributesClass: changeable properties of volumes, by name.
 */

import { type FieldError, forbiddenField } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, map, string, struct } from '../../apimachinery/schema/schema.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { validateDriverOfClass, validateParameters } from './parameters.ts'

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
  versions: [
    { name: 'v1', schema: volumeAttributesClass },
    { name: 'v1beta1', schema: inVersion(volumeAttributesClass, 'storage.v1', 'storage.v1beta1'), isOff: true },
    { name: 'v1alpha1', schema: inVersion(volumeAttributesClass, 'storage.v1', 'storage.v1alpha1'), isOff: true },
  ],
  generation: 'none',
  validate: validateAttributesClass,
  *validateUpdate(object, old) {
    if (object.driverName !== old.driverName) yield forbiddenField('driverName', 'updates to driverName are forbidden.')
    if (!semanticallyEqual(object.parameters, old.parameters)) yield forbiddenField('parameters', 'updates to parameters are forbidden.')
    yield* validateAttributesClass(object)
  },
  returnsDeletedObject: true,
  columns: [
    {
      name: 'DriverName',
      type: 'string',
      description: 'Name of the CSI driver This field is immutable.',
      value: ({ driverName }) => driverName,
    },
  ],
})

function* validateAttributesClass({ driverName = '', parameters }: Infer<typeof volumeAttributesClass>): Generator<FieldError> {
  yield* validateDriverOfClass(driverName, 'driverName')
  yield* validateParameters(parameters, 'parameters', { mayBeEmpty: false })
}
