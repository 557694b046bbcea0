/**
 * Environment variables and where their values come from.
 */
import { atomicStruct, boolean, field, type Infer, inline, quantity, string, struct } from '../../../apimachinery/schema/schema.ts'
import { localObjectReference } from '../references.ts'

export interface ConfigMapKeySelector extends Infer<typeof configMapKeySelector> {}
export const configMapKeySelector = atomicStruct('core.v1.ConfigMapKeySelector', {
  ...inline(1, localObjectReference),
  key: field(2, string),
  optional: field(3, boolean).optional().pointer(),
})

export interface ObjectFieldSelector extends Infer<typeof objectFieldSelector> {}
export const objectFieldSelector = atomicStruct('core.v1.ObjectFieldSelector', {
  apiVersion: field(1, string).optional(),
  fieldPath: field(2, string),
})

export interface FileKeySelector extends Infer<typeof fileKeySelector> {}
export const fileKeySelector = atomicStruct('core.v1.FileKeySelector', {
  volumeName: field(1, string),
  path: field(2, string),
  key: field(3, string),
  optional: field(4, boolean).optional().pointer().default(false),
})

export interface ResourceFieldSelector extends Infer<typeof resourceFieldSelector> {}
export const resourceFieldSelector = atomicStruct('core.v1.ResourceFieldSelector', {
  containerName: field(1, string).optional(),
  resource: field(2, string),
  divisor: field(3, quantity).optional(),
})

export interface SecretKeySelector extends Infer<typeof secretKeySelector> {}
export const secretKeySelector = atomicStruct('core.v1.SecretKeySelector', {
  ...inline(1, localObjectReference),
  key: field(2, string),
  optional: field(3, boolean).optional().pointer(),
})

export interface EnvVarSource extends Infer<typeof envVarSource> {}
export const envVarSource = struct('core.v1.EnvVarSource', {
  fieldRef: field(1, objectFieldSelector).optional().pointer(),
  resourceFieldRef: field(2, resourceFieldSelector).optional().pointer(),
  configMapKeyRef: field(3, configMapKeySelector).optional().pointer(),
  secretKeyRef: field(4, secretKeySelector).optional().pointer(),
  fileKeyRef: field(5, fileKeySelector).optional().pointer(),
})

export interface EnvVar extends Infer<typeof envVar> {}
export const envVar = struct('core.v1.EnvVar', {
  name: field(1, string),
  value: field(2, string).optional(),
  valueFrom: field(3, envVarSource).optional().pointer(),
})

export interface ConfigMapEnvSource extends Infer<typeof configMapEnvSource> {}
export const configMapEnvSource = struct('core.v1.ConfigMapEnvSource', {
  ...inline(1, localObjectReference),
  optional: field(2, boolean).optional().pointer(),
})

export interface SecretEnvSource extends Infer<typeof secretEnvSource> {}
export const secretEnvSource = struct('core.v1.SecretEnvSource', {
  ...inline(1, localObjectReference),
  optional: field(2, boolean).optional().pointer(),
})

export interface EnvFromSource extends Infer<typeof envFromSource> {}
export const envFromSource = struct('core.v1.EnvFromSource', {
  prefix: field(1, string).optional(),
  configMapRef: field(2, configMapEnvSource).optional().pointer(),
  secretRef: field(3, secretEnvSource).optional().pointer(),
})
