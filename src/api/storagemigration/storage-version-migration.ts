/**
 * storagemigration.k8s.io/v1alpha1 StorageVersionMigration: a wish that all objects of a resource are written again, in the version that is
 * stored today. Off unless --runtime-config and the gate StorageVersionMigrator turn it on.
 */

import { nameDescription } from '../../apimachinery/columns.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { validateMigration, validateMigrationStatus, validateMigrationUpdate } from './migration-rules.ts'
import { storageVersionMigration } from './migration-schema.ts'

export type StorageVersionMigration = ObjectOf<typeof StorageVersionMigration>
export const StorageVersionMigration = defineKind({
  group: 'storagemigration.k8s.io',
  kind: 'StorageVersionMigration',
  plural: 'storageversionmigrations',
  scope: 'Cluster',
  versions: [{ name: 'v1alpha1', schema: storageVersionMigration, isOff: true, featureGate: 'StorageVersionMigrator' }],
  hasStatus: true,
  generation: 'none',
  allowUnconditionalUpdate: false,
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validate: ({ spec }) => validateMigration(spec),
  validateUpdate: ({ spec }, old) => validateMigrationUpdate(spec, old.spec),
  validateStatusUpdate: ({ status }, old) => validateMigrationStatus(status ?? {}, old.status ?? {}),
  columns: [
    { name: 'Name', type: 'string', description: nameDescription, value: ({ metadata }) => metadata.name ?? '' },
    {
      name: 'Resource',
      type: 'string',
      description: 'Fully qualified resource to migrate',
      value: ({ spec: { resource } }) => `${resource?.resource ?? ''}.${resource?.version ?? ''}.${resource?.group ?? ''}`,
    },
  ],
})
