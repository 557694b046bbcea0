/**
 * JSON Web Tokens signed with ES256 (RFC 7515, 7518): making and checking them, and saying which keys we have (JWKS). One
 * algorithm and no other: a token that names a different one is refused before anything else is looked at.
 *
 * Checking a signature costs 0.1 ms, so verified tokens are remembered (a few thousand). What the claims mean, and whether
 * they are still good, is the caller's business: nothing here reads a clock.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'

export type JwtClaims = Readonly<Record<string, unknown>>

export interface JwtSigner {
  sign(claims: JwtClaims): string
  /** Undefined: not one of ours, or tampered with. */
  verify(token: string): JwtClaims | undefined
  /** The public keys, as /openid/v1/jwks shows them. */
  readonly keys: readonly object[]
}

const verifiedMax = 4096

/** `privateKeyPem`: a P-256 key; a new one, good for the life of this process, when absent. */
export function createJwtSigner(privateKeyPem?: string): JwtSigner {
  const privateKey =
    privateKeyPem === undefined ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey : createPrivateKey(privateKeyPem)
  const publicKey = createPublicKey(privateKey)
  const keyId = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
  const header = encode({ alg: 'ES256', kid: keyId })
  const verified = new Map<string, JwtClaims>()
  return {
    keys: [{ use: 'sig', ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'ES256' }],
    sign: (claims) => {
      const signed = `${header}.${encode(claims)}`
      return `${signed}.${sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
    verify: (token) => {
      const known = verified.get(token)
      if (known !== undefined) return known
      const claims = check(token, header, publicKey)
      if (claims === undefined) return undefined
      if (verified.size >= verifiedMax) verified.clear()
      verified.set(token, claims)
      return claims
    },
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function check(token: string, header: string, key: KeyObject): JwtClaims | undefined {
  const [head, payload, signature, ...rest] = token.split('.')
  if (head !== header || payload === undefined || signature === undefined || rest.length > 0) return undefined
  const signatureBytes = Buffer.from(signature, 'base64url')
  // Base64 can spell the same bytes in several ways; one token has one spelling.
  if (signatureBytes.toString('base64url') !== signature) return undefined
  const options = { key, dsaEncoding: 'ieee-p1363' as const }
  if (!verify('sha256', Buffer.from(`${head}.${payload}`), options, signatureBytes)) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as JwtClaims) : undefined
  } catch {
    return undefined
  }
}
