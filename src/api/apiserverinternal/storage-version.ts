/**
 * internal.apiserver.k8s.io/v1alpha1 StorageVersion: in which version each API server writes a resource, and which it can read. Off unless
 * --runtime-config turns it on.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { validateStorageVersionName, validateStorageVersionStatus } from './storage-version-rules.ts'
import { storageVersion } from './storage-version-schema.ts'

const shownMax = 3

export type StorageVersion = ObjectOf<typeof StorageVersion>
export const StorageVersion = defineKind({
  group: 'internal.apiserver.k8s.io',
  kind: 'StorageVersion',
  plural: 'storageversions',
  scope: 'Cluster',
  versions: [{ name: 'v1alpha1', schema: storageVersion, isOff: true }],
  hasStatus: true,
  generation: 'none',
  allowUnconditionalUpdate: false,
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validateName: (name) => validateStorageVersionName(name),
  validate: ({ status }) => validateStorageVersionStatus(status ?? {}),
  validateStatusUpdate: ({ status }) => validateStorageVersionStatus(status ?? {}),
  columns: [
    {
      name: 'CommonEncodingVersion',
      type: 'string',
      description:
        'If all API server instances agree on the same encoding storage version, then this field is set to that version. Otherwise this field is left empty. API servers should finish updating its storageVersionStatus entry before serving write operations, so that this field will be in sync with the reality.',
      value: ({ status }) => status?.commonEncodingVersion ?? '<unset>',
    },
    {
      name: 'StorageVersions',
      type: 'string',
      description: 'The reported versions per API server instance.',
      value: ({ status }) => {
        const all = (status?.storageVersions ?? []).map((one) => `${one.apiServerID ?? ''}=${one.encodingVersion ?? ''}`)
        const shown = all.slice(0, shownMax).join(',')
        return all.length > shownMax ? `${shown} + ${all.length - shownMax} more...` : shown
      },
    },
  ],
})
