/**
 * Facts about certificate signing requests: how far they are, what a kubelet's request must look like, which of their usages mean what. Pure, but
 * for the parser. Requests and certificates are PEM, in base64 on the wire.
 */
import type { CertificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts'
import type { SigningRequest } from '../../wire/signing-request.ts'
import type { CertificateUsage, KeyUsage } from '../../wire/x509.ts'

export const kubeletClientSigner = 'kubernetes.io/kube-apiserver-client-kubelet'
export const kubeletServingSigner = 'kubernetes.io/kubelet-serving'
export const apiserverClientSigner = 'kubernetes.io/kube-apiserver-client'
export const legacySigner = 'kubernetes.io/legacy-unknown'

export function hasCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false
}

export function isIssued({ status }: CertificateSigningRequest): boolean {
  return (status?.certificate ?? '') !== ''
}

/** What is wrong with a request for a kubelet's client certificate. */
export function kubeletClientProblem(request: SigningRequest, usages: readonly string[]): string | undefined {
  if (!isNodesOnly(request)) return notNodes
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
  if (request.emails.length > 0) return 'Email subjectAltNames are not allowed'
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed'
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed'
  if (!request.commonName.startsWith(nodePrefix)) return notNode
  return usagesProblem(usages, 'client auth')
}

/** … for a kubelet's serving certificate. */
export function kubeletServingProblem(request: SigningRequest, usages: readonly string[]): string | undefined {
  if (!isNodesOnly(request)) return notNodes
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required'
  if (request.emails.length > 0) return 'Email subjectAltNames are not allowed'
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed'
  const problem = usagesProblem(usages, 'server auth')
  if (problem !== undefined) return problem
  return request.commonName.startsWith(nodePrefix) ? undefined : notNode
}

/** … for any client certificate. */
export function clientProblem(usages: readonly string[]): string | undefined {
  const bad = usages.find((usage) => usage !== 'digital signature' && usage !== 'key encipherment' && usage !== 'client auth')
  if (bad !== undefined) return `invalid usage for client certificate: ${bad}`
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth'
}

const nodePrefix = 'system:node:'
const notNodes = 'subject organization is not system:nodes'
const notNode = 'subject common name does not begin with system:node:'

function isNodesOnly({ organizations }: SigningRequest): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes'
}

/** Exactly these, key encipherment (an RSA key has it) or not. */
function usagesProblem(usages: readonly string[], auth: string): string | undefined {
  const wanted = new Set(['digital signature', 'key encipherment', auth])
  const asked = new Set(usages)
  const isExact = [...asked].every((one) => wanted.has(one)) && asked.has('digital signature') && asked.has(auth)
  return isExact ? undefined : `usages did not match [${[...wanted].sort().join(' ')}]`
}

const keyUsages: Readonly<Record<string, KeyUsage>> = {
  signing: 'digital signature',
  'digital signature': 'digital signature',
  'content commitment': 'content commitment',
  'key encipherment': 'key encipherment',
  'key agreement': 'key agreement',
  'data encipherment': 'data encipherment',
  'cert sign': 'cert sign',
  'crl sign': 'crl sign',
  'encipher only': 'encipher only',
  'decipher only': 'decipher only',
}
/** In the order in which they are written into a certificate. */
const extendedUsages: Readonly<Record<string, CertificateUsage>> = {
  any: 'any',
  'server auth': 'server',
  'client auth': 'client',
  'code signing': 'code signing',
  'email protection': 'email protection',
  's/mime': 'email protection',
  'ipsec end system': 'ipsec end system',
  'ipsec tunnel': 'ipsec tunnel',
  'ipsec user': 'ipsec user',
  timestamping: 'timestamping',
  'ocsp signing': 'ocsp signing',
  'microsoft sgc': 'microsoft sgc',
  'netscape sgc': 'netscape sgc',
}

export function certificateUsages(usages: readonly string[]): {
  readonly keyUsages: readonly KeyUsage[]
  readonly usages: readonly CertificateUsage[]
} {
  const asked = new Set(usages)
  return {
    keyUsages: [...new Set(usages.flatMap((one) => keyUsages[one] ?? []))],
    usages: [...new Set(Object.entries(extendedUsages).flatMap(([name, usage]) => (asked.has(name) ? [usage] : [])))],
  }
}
