/**
 * certificates.k8s.io/v1beta1 ClusterTrustBundle: certificates that Pods can trust, published for the whole cluster. Off unless --runtime-config
 * and the gate ClusterTrustBundle turn it on.
 *
 * What a newcomer would get wrong: one for a signer must be named after it (`example.com/s` publishes as `example.com:s:…`), any other may not
 * hold a colon; and who publishes for a signer needs the right to attest (admission).
 */

import { trustAnchorProblems } from '../../apimachinery/certificates.ts'
import { nameColumn } from '../../apimachinery/columns.ts'
import { type FieldError, invalidValue, tooLong } from '../../apimachinery/field-error.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'
import {
  validateImmutable,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../apimachinery/validate-metadata.ts'
import { checkSignerName } from '../core/pod-spec/validate-signer-name.ts'

export interface ClusterTrustBundleSpec extends Infer<typeof clusterTrustBundleSpec> {}
export const clusterTrustBundleSpec = struct('certificates.v1beta1.ClusterTrustBundleSpec', {
  signerName: field(1, string).optional(),
  trustBundle: field(2, string),
})

export const clusterTrustBundle = struct('certificates.v1beta1.ClusterTrustBundle', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, clusterTrustBundleSpec),
})

export type ClusterTrustBundle = ObjectOf<typeof ClusterTrustBundle>
export const ClusterTrustBundle = defineKind({
  group: 'certificates.k8s.io',
  kind: 'ClusterTrustBundle',
  plural: 'clustertrustbundles',
  scope: 'Cluster',
  versions: [
    { name: 'v1beta1', schema: clusterTrustBundle, isOff: true, featureGate: 'ClusterTrustBundle' },
    {
      name: 'v1alpha1',
      schema: inVersion(clusterTrustBundle, 'certificates.v1beta1', 'certificates.v1alpha1'),
      isOff: true,
      featureGate: 'ClusterTrustBundle',
    },
  ],
  generation: 'none',
  allowUnconditionalUpdate: false,
  validatesMetadata: true,
  validate: (object) => validateBundle(object, true),
  *validateUpdate(object, old) {
    yield* validateBundle(object, object.spec.trustBundle !== old.spec.trustBundle)
    yield* validateObjectMetaUpdate(object.metadata, old.metadata)
    yield* validateImmutable(object.spec.signerName ?? '', old.spec.signerName ?? '', 'spec.signerName')
  },
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName ?? '' },
  fieldLabelErrors: 'own',
  columns: [
    nameColumn as never,
    {
      name: 'SignerName',
      type: 'string',
      description:
        "signerName indicates the associated signer, if any.\n\nIn order to create or update a ClusterTrustBundle that sets signerName, you must have the following cluster-scoped permission: group=certificates.k8s.io resource=signers resourceName=<the signer name> verb=attest.\n\nIf signerName is not empty, then the ClusterTrustBundle object must be named with the signer name as a prefix (translating slashes to colons). For example, for the signer name `example.com/foo`, valid ClusterTrustBundle object names include `example.com:foo:abc` and `example.com:foo:v1`.\n\nIf signerName is empty, then the ClusterTrustBundle object's name must not have such a prefix.\n\nList/watch requests for ClusterTrustBundles can filter on this field using a `spec.signerName=NAME` field selector.",
      value: ({ spec }) => spec.signerName || '<none>',
    },
  ],
})

const bundleBytesMax = 1024 * 1024

function* validateBundle({ metadata, spec }: Infer<typeof clusterTrustBundle>, isNewBundle: boolean): Generator<FieldError> {
  const { signerName = '', trustBundle = '' } = spec
  yield* validateObjectMeta(metadata, { scope: 'Cluster', validateName: nameRule(signerName) })
  yield* validateKubernetesFinalizers(metadata)
  if (signerName !== '') {
    const errors: FieldError[] = []
    checkSignerName(signerName, 'spec.signerName', errors)
    yield* errors
  }
  if (!isNewBundle) return
  if (utf8Length(trustBundle) > bundleBytesMax) return yield tooLong('spec.trustBundle', bundleBytesMax)
  for (const problem of trustAnchorProblems(trustBundle)) yield invalidValue('spec.trustBundle', '<value omitted>', problem)
}

function nameRule(signerName: string): typeof nameIsDnsSubdomain {
  if (signerName === '') {
    return (name, isPrefix) =>
      name.includes(':') ? ['ClusterTrustBundle without signer name must not have ":" in its name'] : nameIsDnsSubdomain(name, isPrefix)
  }
  const prefix = `${signerName.replaceAll('/', ':')}:`
  return (name, isPrefix) =>
    name.startsWith(prefix)
      ? nameIsDnsSubdomain(name.slice(prefix.length), isPrefix)
      : [`ClusterTrustBundle for signerName ${signerName} must be named with prefix ${prefix}`]
}
