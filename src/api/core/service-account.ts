/**
 * v1 ServiceAccount: an identity for Pods. Tokens come from its token subresource.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, list, struct } from '../../apimachinery/schema/schema.ts'
import { localObjectReference, objectReference } from './references.ts'

export const serviceAccount = struct('core.v1.ServiceAccount', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  secrets: field(2, list(objectReference)).optional().listMap('name').patchMerge('name'),
  imagePullSecrets: field(3, list(localObjectReference)).optional().listAtomic(),
  automountServiceAccountToken: field(4, boolean).optional().pointer(),
})

export type ServiceAccount = ObjectOf<typeof ServiceAccount>
export const ServiceAccount = defineKind({
  group: '',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: serviceAccount }],
  subresources: [{ name: 'token', kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' }, verbs: ['create'] }],
  generation: 'none',
  returnsDeletedObject: true,
  columns: [{ name: 'Secrets', type: 'string', description: 'How many secrets it names.', value: ({ secrets }) => secrets?.length ?? 0 }],
})
