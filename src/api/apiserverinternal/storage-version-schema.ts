/** What a StorageVersion looks like. */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface ServerStorageVersion extends Infer<typeof serverStorageVersion> {}
export const serverStorageVersion = struct('apiserverinternal.v1alpha1.ServerStorageVersion', {
  apiServerID: field(1, string).optional(),
  encodingVersion: field(2, string).optional(),
  decodableVersions: field(3, list(string)).optional().listSet(),
  servedVersions: field(4, list(string)).optional().listSet(),
})

export interface StorageVersionCondition extends Infer<typeof storageVersionCondition> {}
export const storageVersionCondition = struct('apiserverinternal.v1alpha1.StorageVersionCondition', {
  type: field(1, string),
  status: field(2, string),
  observedGeneration: field(3, int64).optional(),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string),
  message: field(6, string).omitEmpty(),
})

export interface StorageVersionStatus extends Infer<typeof storageVersionStatus> {}
export const storageVersionStatus = struct('apiserverinternal.v1alpha1.StorageVersionStatus', {
  storageVersions: field(1, list(serverStorageVersion)).optional().listMap('apiServerID'),
  commonEncodingVersion: field(2, string).optional().pointer(),
  conditions: field(3, list(storageVersionCondition)).optional().listMap('type'),
})

/** Says nothing. */
export const storageVersionSpec = struct('apiserverinternal.v1alpha1.StorageVersionSpec', {})

export const storageVersion = struct('apiserverinternal.v1alpha1.StorageVersion', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, storageVersionSpec),
  status: field(3, storageVersionStatus),
})
