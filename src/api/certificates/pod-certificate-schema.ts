/** What a PodCertificateRequest looks like. */
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { bytes, field, type Infer, int32, list, string, struct, time } from '../../apimachinery/schema/schema.ts'

export interface PodCertificateRequestSpec extends Infer<typeof podCertificateRequestSpec> {}
export const podCertificateRequestSpec = struct('certificates.v1alpha1.PodCertificateRequestSpec', {
  signerName: field(1, string),
  podName: field(2, string),
  podUID: field(3, string),
  serviceAccountName: field(4, string),
  serviceAccountUID: field(5, string),
  nodeName: field(6, string),
  nodeUID: field(7, string),
  maxExpirationSeconds: field(8, int32).optional().pointer().default(86400),
  pkixPublicKey: field(9, bytes),
  proofOfPossession: field(10, bytes),
})

export interface PodCertificateRequestStatus extends Infer<typeof podCertificateRequestStatus> {}
export const podCertificateRequestStatus = struct('certificates.v1alpha1.PodCertificateRequestStatus', {
  conditions: field(1, list(condition)).optional().listMap('type').patchMerge('type'),
  certificateChain: field(2, string).optional(),
  notBefore: field(4, time).optional().pointer(),
  beginRefreshAt: field(5, time).optional().pointer(),
  notAfter: field(6, time).optional().pointer(),
})

export const podCertificateRequest = struct('certificates.v1alpha1.PodCertificateRequest', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, podCertificateRequestSpec),
  status: field(3, podCertificateRequestStatus).optional(),
})
