/**
 * Cryptographic digests for those who may not import Node's modules: ETags, hashes in discovery, fingerprints of tokens.
 * Nothing here is keyed or random.
 */
import { createHash } from 'node:crypto'

export type DigestAlgorithm = 'sha256' | 'sha512'

export function digest(algorithm: DigestAlgorithm, data: string | Uint8Array): Uint8Array {
  return createHash(algorithm).update(data).digest()
}

/** Upper case, as Kubernetes' ETags have it. */
export function upperHexDigest(algorithm: DigestAlgorithm, data: string | Uint8Array): string {
  return createHash(algorithm).update(data).digest('hex').toUpperCase()
}
