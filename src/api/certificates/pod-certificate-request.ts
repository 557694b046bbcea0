/**
 * certificates.k8s.io/v1alpha1 PodCertificateRequest: a kubelet asks a signer for a certificate for one of its Pods, and proves that the Pod's key
 * is at hand. Off unless --runtime-config and the gate PodCertificateRequest turn it on.
 */

import { nameColumn } from '../../apimachinery/columns.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { validateImmutable } from '../../apimachinery/validate-metadata.ts'
import { goForm } from '../go-form.ts'
import { validatePodCertificateRequest } from './pod-certificate-rules.ts'
import { podCertificateRequest } from './pod-certificate-schema.ts'
import { terminalConditions, validatePodCertificateStatus } from './pod-certificate-status-rules.ts'

export type PodCertificateRequest = ObjectOf<typeof PodCertificateRequest>
export const PodCertificateRequest = defineKind({
  group: 'certificates.k8s.io',
  kind: 'PodCertificateRequest',
  plural: 'podcertificaterequests',
  scope: 'Namespaced',
  versions: [{ name: 'v1alpha1', schema: podCertificateRequest, isOff: true, featureGate: 'PodCertificateRequest' }],
  hasStatus: true,
  generation: 'none',
  allowUnconditionalUpdate: false,
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validate: ({ spec }) => validatePodCertificateRequest(spec),
  validateUpdate: ({ spec }, old) => validateImmutable(spec, old.spec, 'spec', (one) => goForm('PodCertificateRequestSpec', one)),
  validateStatusUpdate: (object, old, { now }) => validatePodCertificateStatus(object, old, now),
  selectableFields: {
    'spec.signerName': ({ spec }) => spec.signerName,
    'spec.podName': ({ spec }) => spec.podName,
    'spec.nodeName': ({ spec }) => spec.nodeName,
  },
  fieldLabelErrors: 'own',
  columns: [
    nameColumn as never,
    {
      name: 'PodName',
      type: 'string',
      description: 'podName is the name of the pod into which the certificate will be mounted.',
      value: ({ spec }) => spec.podName,
    },
    {
      name: 'ServiceAccountName',
      type: 'string',
      description: 'serviceAccountName is the name of the service account the pod is running as.',
      value: ({ spec }) => spec.serviceAccountName,
    },
    {
      name: 'NodeName',
      type: 'string',
      description: 'nodeName is the name of the node the pod is assigned to.',
      value: ({ spec }) => spec.nodeName,
    },
    {
      name: 'SignerName',
      type: 'string',
      description:
        'signerName indicates the requested signer.\n\nAll signer names beginning with `kubernetes.io` are reserved for use by the Kubernetes project.  There is currently one well-known signer documented by the Kubernetes project, `kubernetes.io/kube-apiserver-client-pod`, which will issue client certificates understood by kube-apiserver.  It is currently unimplemented.',
      value: ({ spec }) => spec.signerName,
    },
    {
      name: 'State',
      type: 'string',
      description: 'Is the request Pending, Issued, Denied, or Failed?',
      value: ({ status }) => status?.conditions?.findLast(({ type }) => terminalConditions.includes(type))?.type ?? 'Pending',
    },
  ],
})
