/**
 * certificates.k8s.io/v1 CertificateSigningRequest: a key holder asks a signer for a certificate; somebody approves,
 * a signer signs.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { bytes, field, type Infer, int32, list, map, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { csrColumns } from './csr-columns.ts'
import { prepareRequestForUpdate, usages, validateRequest, validateRequestUpdate } from './csr-rules.ts'

export interface CertificateSigningRequestSpec extends Infer<typeof certificateSigningRequestSpec> {}
export const certificateSigningRequestSpec = struct('certificates.v1.CertificateSigningRequestSpec', {
  request: field(1, bytes).listAtomic(),
  signerName: field(7, string),
  expirationSeconds: field(8, int32).optional().pointer(),
  usages: field(5, list(string))
    .optional()
    .enum(...usages)
    .listAtomic(),
  username: field(2, string).optional(),
  uid: field(3, string).optional(),
  groups: field(4, list(string)).optional().listAtomic(),
  extra: field(6, map(list(string))).optional(),
})

export interface CertificateSigningRequestCondition extends Infer<typeof certificateSigningRequestCondition> {}
export const certificateSigningRequestCondition = struct('certificates.v1.CertificateSigningRequestCondition', {
  type: field(1, string),
  status: field(6, string),
  reason: field(2, string).optional(),
  message: field(3, string).optional(),
  lastUpdateTime: field(4, time).optional(),
  lastTransitionTime: field(5, time).optional(),
})

export interface CertificateSigningRequestStatus extends Infer<typeof certificateSigningRequestStatus> {}
export const certificateSigningRequestStatus = struct('certificates.v1.CertificateSigningRequestStatus', {
  conditions: field(1, list(certificateSigningRequestCondition)).optional().listMap('type'),
  certificate: field(2, bytes).optional().listAtomic(),
})

export const certificateSigningRequest = struct('certificates.v1.CertificateSigningRequest', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, certificateSigningRequestSpec),
  status: field(3, certificateSigningRequestStatus).optional(),
})

export type CertificateSigningRequest = ObjectOf<typeof CertificateSigningRequest>
export const CertificateSigningRequest = defineKind({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: certificateSigningRequest }],
  hasStatus: true,
  subresources: [
    {
      name: 'approval',
      kind: { group: 'certificates.k8s.io', version: 'v1', kind: 'CertificateSigningRequest' },
      verbs: ['get', 'patch', 'update'],
    },
  ],
  generation: 'none',
  prepareForUpdate: prepareRequestForUpdate,
  validatesMetadata: true,
  validate: (object) => validateRequest(object),
  validateUpdate: (object, old) => validateRequestUpdate(object, old),
  validateStatusUpdate: (object, old) => validateRequestUpdate(object, old, { issue: true }),
  validateSubresourceUpdate: { approval: (object, old) => validateRequestUpdate(object, old, { decide: true }) },
  columns: csrColumns as never,
  fieldLabelErrors: 'own',
  selectableFields: { 'spec.signerName': ({ spec }) => spec.signerName },
})
