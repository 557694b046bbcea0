/**
 * v1 Secret: like a ConfigMap, for what must not be shown; base64 on the wire. The type decides which keys must be
 * there.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, bytes, field, map, string, struct } from '../../apimachinery/schema/schema.ts'
import { mergeStringData, secretWarnings, validateSecret, validateSecretUpdate } from './data-rules.ts'

export const secret = struct('core.v1.Secret', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  immutable: field(5, boolean).optional().pointer(),
  data: field(2, map(bytes)).optional(),
  stringData: field(4, map(string)).optional(),
  type: field(3, string).optional(),
})

export type Secret = ObjectOf<typeof Secret>
export const Secret = defineKind({
  group: '',
  kind: 'Secret',
  plural: 'secrets',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: secret }],
  generation: 'none',
  setDefaults: (draft) => {
    if ((draft.type ?? '') === '') draft.type = 'Opaque'
    // Before anybody asks who owns which field: managedFields name data, never stringData, unless it was applied.
    mergeStringData(draft)
  },
  columns: [
    {
      name: 'Type',
      type: 'string',
      description:
        'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
      value: ({ type }) => type ?? '',
    },
    {
      name: 'Data',
      type: 'string',
      description:
        "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
      value: ({ data }) => Object.keys(data ?? {}).length,
    },
  ],
  fieldLabelErrors: 'own',
  selectableFields: { type: ({ type }) => type ?? '' },
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
  warnings: secretWarnings,
})
