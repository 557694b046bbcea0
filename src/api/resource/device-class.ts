/**
 * resource.k8s.io/v1 DeviceClass: a named choice of devices with their configuration.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, inline, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { deviceConfiguration, deviceSelector } from './device-request.ts'

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
  spec: field(2, deviceClassSpec).implied(),
})

export type DeviceClass = ObjectOf<typeof DeviceClass>
export const DeviceClass = defineKind({
  group: 'resource.k8s.io',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: deviceClass }],
})
