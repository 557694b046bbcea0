/**
 * resource.k8s.io/v1 DeviceClass: a named choice of devices with their configuration.
 */

import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { qualifiedNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, inline, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { deviceConfiguration, deviceSelector } from './device-request.ts'
import { configsMax, isSet, validateOpaque, validateSelectors, validateSlice } from './device-rules.ts'
import { inV1beta1 } from './v1beta1.ts'

export interface DeviceClassConfiguration extends Infer<typeof deviceClassConfiguration> {}
export const deviceClassConfiguration = struct('resource.v1.DeviceClassConfiguration', {
  ...inline(1, deviceConfiguration),
})

export interface DeviceClassSpec extends Infer<typeof deviceClassSpec> {}
export const deviceClassSpec = struct('resource.v1.DeviceClassSpec', {
  selectors: field(1, list(deviceSelector)).optional().listAtomic(),
  config: field(2, list(deviceClassConfiguration)).optional().listAtomic(),
  extendedResourceName: field(4, string).optional().pointer(),
})

export const deviceClass = struct('resource.v1.DeviceClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, deviceClassSpec),
})

export type DeviceClass = ObjectOf<typeof DeviceClass>
export const DeviceClass = defineKind({
  group: 'resource.k8s.io',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  versions: [
    { name: 'v1', schema: deviceClass },
    { name: 'v1beta2', schema: inVersion(deviceClass, 'resource.v1', 'resource.v1beta2'), isOff: true },
    { name: 'v1beta1', schema: inV1beta1(deviceClass), isOff: true },
  ],
  prepareForCreate: ({ spec }, { gates }) => {
    if (!gates.isOn('DRAExtendedResource')) delete spec.extendedResourceName
  },
  prepareForUpdate: ({ spec }, old, { gates }) => {
    if (!gates.isOn('DRAExtendedResource') && !isSet(old.spec.extendedResourceName)) delete spec.extendedResourceName
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate: ({ spec }) => validateSpec(spec),
  returnsDeletedObject: true,
  columns: [],
})

function* validateSpec({ selectors, config, extendedResourceName: name }: DeviceClassSpec): Generator<FieldError> {
  yield* validateSelectors(selectors, 'spec.selectors')
  yield* validateSlice(config, 'spec.config', configsMax, validateOpaque)
  if (!isSet(name)) return
  const isExtended = name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.')
  if (!isExtended || qualifiedNameErrors(`requests.${name}`).length > 0) {
    yield invalidValue('spec.extendedResourceName', name, 'must be a valid extended resource name')
  }
}
