/**
 * v1 ServiceAccount: an identity for Pods. Tokens come from its token subresource.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, list, struct } from '../../apimachinery/schema/schema.ts'
import { validateKubernetesFinalizers, validateObjectMeta } from '../../apimachinery/validate-metadata.ts'
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
  prepareForCreate: keepNamesOfSecrets,
  prepareForUpdate: keepNamesOfSecrets,
  *validateUpdate({ metadata }) {
    yield* validateObjectMeta(metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
    yield* validateKubernetesFinalizers(metadata)
  },
  *warnings({ metadata }, old) {
    if (old?.metadata.annotations?.[mountableSecrets] !== undefined || metadata.annotations?.[mountableSecrets] === undefined) return
    yield `metadata.annotations[${mountableSecrets}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`
  },
  columns: [{ name: 'Secrets', type: 'string', description: 'How many secrets it names.', value: ({ secrets }) => secrets?.length ?? 0 }],
})

const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets'

/** Of a reference to a Secret only the name counts. */
function keepNamesOfSecrets(draft: Mutable<Infer<typeof serviceAccount>>): void {
  if (draft.secrets) draft.secrets = draft.secrets.map(({ name }) => (name === undefined ? {} : { name }))
}
