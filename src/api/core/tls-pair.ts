/**
 * What is wrong with the certificate and key of a TLS Secret, for a warning: such Secrets are taken (crypto/tls X509KeyPair upstream). Looked at is
 * whether both are there as PEM. Whether the key fits the certificate is not told: that takes cryptography, and whoever serves with them will say so.
 */
import { pemBlocks } from '../../apimachinery/pem.ts'

export function tlsPairProblem(certificate: string, key: string): string | undefined {
  return certificateProblem(pemBlocks(certificate).map(({ type }) => type)) ?? keyProblem(pemBlocks(key).map(({ type }) => type))
}

const isKey = (type: string): boolean => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')

function certificateProblem(types: readonly string[]): string | undefined {
  if (types.includes('CERTIFICATE')) return undefined
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input'
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY')) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`
}

function keyProblem(types: readonly string[]): string | undefined {
  if (types.some(isKey)) return undefined
  if (types.length === 0) return 'tls: failed to find any PEM data in key input'
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    return 'tls: found a certificate rather than a key in the PEM for the private key'
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`
}
