/** `kubectl get csr`: who asked whom for what, and how it stands. */
import { ageColumn, humanDuration, nameColumn } from '../../apimachinery/columns.ts'
import type { Column } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'

interface Request extends KubeObject {
  readonly spec: { readonly signerName?: string; readonly username?: string; readonly expirationSeconds?: number }
  readonly status?: { readonly conditions?: readonly { readonly type: string }[]; readonly certificate?: string }
}

function stateText({ status }: Request): string {
  const has = (type: string): boolean => status?.conditions?.some((one) => one.type === type) === true
  const first = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${first}${has('Failed') ? ',Failed' : ''}${(status?.certificate ?? '') === '' ? '' : ',Issued'}`
}

export const csrColumns: readonly Column<Request>[] = [
  nameColumn as Column<Request>,
  ageColumn as Column<Request>,
  {
    name: 'SignerName',
    type: 'string',
    description:
      'Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it\'s a kubelet client certificate, it is assigned\n    "kubernetes.io/kube-apiserver-client-kubelet".\n 2. If it\'s a kubelet serving certificate, it is assigned\n    "kubernetes.io/kubelet-serving".\n 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.',
    value: ({ spec }) => spec.signerName || '<none>',
  },
  {
    name: 'Requestor',
    type: 'string',
    description: 'Base64-encoded PKCS#10 CSR data',
    value: ({ spec }) => spec.username ?? '',
  },
  {
    name: 'RequestedDuration',
    type: 'string',
    description:
      'expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes.',
    value: ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
  },
  {
    name: 'Condition',
    type: 'string',
    description: 'Conditions applied to the request, such as approval or denial.',
    value: stateText,
  },
]
