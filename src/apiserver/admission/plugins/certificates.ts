/**
 * CertificateApproval, CertificateSigning, CertificateSubjectRestriction: who approves or signs a request must be allowed to do so for its signer
 * (`signers` in RBAC, `example.com/*` for all of a domain), whatever else he may write; and nobody becomes a member of system:masters this way.
 * ClusterTrustBundleAttest asks the same of who publishes for a signer.
 */

import type { CertificateSigningRequest } from '../../../api/certificates/certificate-signing-request.ts'
import type { ClusterTrustBundle } from '../../../api/certificates/cluster-trust-bundle.ts'
import type { PodCertificateRequest } from '../../../api/certificates/pod-certificate-request.ts'
import { forbiddenField } from '../../../apimachinery/field-error.ts'
import { invalid } from '../../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../../apimachinery/validate-metadata.ts'
import { parseSigningRequest } from '../../../wire/signing-request.ts'
import { decide } from '../../authz/authorize.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

const clientSigner = 'kubernetes.io/kube-apiserver-client'

const isRequest = (attributes: Attributes): boolean => is(attributes, 'certificates.k8s.io', 'certificatesigningrequests')

export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  handles: (attributes) => attributes.operation === 'UPDATE' && attributes.subresource === 'approval' && isRequest(attributes),
  validate: async (attributes) => {
    // That of the stored request: one that is changed on the way does not count.
    const { signerName } = (attributes.oldObject as unknown as CertificateSigningRequest).spec
    if (await mayFor(attributes, 'approve', signerName)) return
    throw denied(attributes, `user not permitted to approve requests with signerName ${JSON.stringify(signerName)}`)
  },
}

export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  handles: (attributes) => attributes.operation === 'UPDATE' && attributes.subresource === 'status' && isRequest(attributes),
  validate: async (attributes) => {
    const request = attributes.object as unknown as CertificateSigningRequest
    const old = attributes.oldObject as unknown as CertificateSigningRequest
    const isSameCertificate = (request.status?.certificate ?? '') === (old.status?.certificate ?? '')
    if (isSameCertificate && semanticallyEqual(request.status?.conditions, old.status?.conditions)) return
    const { signerName } = old.spec
    if (await mayFor(attributes, 'sign', signerName)) return
    throw denied(attributes, `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`)
  },
}

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (attributes) => attributes.operation === 'CREATE' && attributes.subresource === '' && isRequest(attributes),
  validate: (attributes) => {
    const { signerName, request } = (attributes.object as unknown as CertificateSigningRequest).spec
    if (signerName !== clientSigner) return
    if (!parseSigningRequest(atob(request)).organizations.includes('system:masters')) return
    throw denied(attributes, `use of ${clientSigner} signer with system:masters group is not allowed`)
  },
}

export const clusterTrustBundleAttest: AdmissionPlugin = {
  name: 'ClusterTrustBundleAttest',
  handles: (attributes) => attributes.operation !== 'DELETE' && is(attributes, 'certificates.k8s.io', 'clustertrustbundles'),
  validate: async (attributes) => {
    const bundle = attributes.object as unknown as ClusterTrustBundle
    const old = attributes.oldObject as unknown as ClusterTrustBundle | undefined
    const { signerName = '' } = bundle.spec
    // Owners and finalizers are the garbage collector's.
    if (signerName === '' || (old !== undefined && isSameButForOwners(bundle, old))) return
    if (await mayFor(attributes, 'attest', signerName)) return
    throw denied(attributes, `user not permitted to attest for signerName ${JSON.stringify(signerName)}`)
  },
}

function isSameButForOwners({ metadata, ...bundle }: ClusterTrustBundle, { metadata: oldMetadata, ...old }: ClusterTrustBundle): boolean {
  const kept = { ownerReferences: undefined, finalizers: undefined, managedFields: undefined }
  return semanticallyEqual({ ...bundle, metadata: { ...metadata, ...kept } }, { ...old, metadata: { ...oldMetadata, ...kept } })
}

/** Upstream asks while it validates: hence 422, not 403. */
export const podCertificateSigning: AdmissionPlugin = {
  name: 'PodCertificateSigning',
  handles: (attributes) => {
    return (
      attributes.operation === 'UPDATE' &&
      attributes.subresource === 'status' &&
      is(attributes, 'certificates.k8s.io', 'podcertificaterequests')
    )
  },
  validate: async (attributes) => {
    const { object, oldObject, user } = attributes
    const old = oldObject as unknown as PodCertificateRequest
    if (semanticallyEqual((object as unknown as PodCertificateRequest).status, old.status)) return
    const { signerName } = old.spec
    if (await mayFor(attributes, 'sign', signerName)) return
    const detail = `User ${JSON.stringify(user.name)} is not permitted to "sign" for signer ${JSON.stringify(signerName)}`
    throw invalid('certificates.k8s.io', 'PodCertificateRequest', old.metadata.name ?? '', [forbiddenField('spec.signerName', detail)])
  },
}

async function mayFor({ server, user }: Attributes, verb: string, signerName: string): Promise<boolean> {
  const signers = {
    verb,
    group: 'certificates.k8s.io',
    version: '*',
    resource: 'signers',
    subresource: '',
    namespace: '',
    isResource: true,
    path: '',
  }
  for (const name of [signerName, `${signerName.split('/', 1)[0]}/*`]) {
    if ((await decide(server.authorizers, user, { ...signers, name })).verdict === 'allow') return true
  }
  return false
}
