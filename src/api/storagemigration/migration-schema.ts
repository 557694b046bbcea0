/** What a StorageVersionMigration looks like. */
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface GroupVersionResource extends Infer<typeof groupVersionResource> {}
export const groupVersionResource = struct('storagemigration.v1alpha1.GroupVersionResource', {
  group: field(1, string).optional(),
  version: field(2, string).optional(),
  resource: field(3, string).optional(),
})

export interface StorageVersionMigrationSpec extends Infer<typeof storageVersionMigrationSpec> {}
export const storageVersionMigrationSpec = struct('storagemigration.v1alpha1.StorageVersionMigrationSpec', {
  resource: field(1, groupVersionResource),
  continueToken: field(2, string).optional(),
})

export interface MigrationCondition extends Infer<typeof migrationCondition> {}
export const migrationCondition = struct('storagemigration.v1alpha1.MigrationCondition', {
  type: field(1, string),
  status: field(2, string),
  lastUpdateTime: field(3, time).optional(),
  reason: field(4, string).optional(),
  message: field(5, string).optional(),
})

export interface StorageVersionMigrationStatus extends Infer<typeof storageVersionMigrationStatus> {}
export const storageVersionMigrationStatus = struct('storagemigration.v1alpha1.StorageVersionMigrationStatus', {
  conditions: field(1, list(migrationCondition)).optional().listMap('type').patchMerge('type'),
  resourceVersion: field(2, string).optional(),
})

export const storageVersionMigration = struct('storagemigration.v1alpha1.StorageVersionMigration', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, storageVersionMigrationSpec).implied(),
  status: field(3, storageVersionMigrationStatus).optional(),
})
