/**
 * v1 ConfigMap: configuration as keys and values, text in `data` and bytes in `binaryData`. It may be made immutable
 * for good.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, bytes, field, map, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateConfigMap, validateConfigMapUpdate } from './data-rules.ts'

export const configMap = struct('core.v1.ConfigMap', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  immutable: field(4, boolean).optional().pointer(),
  data: field(2, map(string)).optional(),
  binaryData: field(3, map(bytes)).optional(),
})

export type ConfigMap = ObjectOf<typeof ConfigMap>
export const ConfigMap = defineKind({
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: configMap }],
  generation: 'none',
  columns: [
    {
      name: 'Data',
      type: 'string',
      description:
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
      value: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    },
  ],
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
})
