/**
 * JSON Web Tokens (RFC 7515, 7518): making and checking them, and saying which keys we have (JWKS). Each key has one algorithm (ES256, ES384, ES512 or
 * RS256) and takes no other: a token that names a different one is refused before anything else is looked at.
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

interface Key {
  readonly id: string
  readonly publicKey: KeyObject
  readonly algorithm: 'ES256' | 'ES384' | 'ES512' | 'RS256'
  readonly hash: 'sha256' | 'sha384' | 'sha512'
}

const verifiedMax = 4096

/**
 * `privateKeyPem`: EC or RSA; a new P-256 key, good for the life of this process, when absent. `others`: keys (public, private or in certificates, PEM) whose
 * tokens are good as well. Throws for what is no such key.
 */
export function createJwtSigner(privateKeyPem?: string, others: readonly string[] = []): JwtSigner {
  const privateKey =
    privateKeyPem === undefined ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey : createPrivateKey(privateKeyPem)
  const own = keyOf(createPublicKey(privateKey))
  const keys = new Map([own, ...others.map((pem) => keyOf(createPublicKey(pem)))].map((one) => [one.id, one]))
  const header = encode({ alg: own.algorithm, kid: own.id })
  const verified = new Map<string, JwtClaims>()
  return {
    keys: [...keys.values()].map(({ publicKey, id, algorithm }) => ({
      use: 'sig',
      ...publicKey.export({ format: 'jwk' }),
      kid: id,
      alg: algorithm,
    })),
    sign: (claims) => {
      const signed = `${header}.${encode(claims)}`
      return `${signed}.${sign(own.hash, Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
    },
    verify: (token) => {
      const known = verified.get(token)
      if (known !== undefined) return known
      const claims = check(token, keys)
      if (claims === undefined) return undefined
      if (verified.size >= verifiedMax) verified.clear()
      verified.set(token, claims)
      return claims
    },
  }
}

function keyOf(publicKey: KeyObject): Key {
  const id = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
  if (publicKey.asymmetricKeyType === 'rsa') return { id, publicKey, algorithm: 'RS256', hash: 'sha256' }
  const curve = publicKey.asymmetricKeyDetails?.namedCurve
  if (curve === 'prime256v1') return { id, publicKey, algorithm: 'ES256', hash: 'sha256' }
  if (curve === 'secp384r1') return { id, publicKey, algorithm: 'ES384', hash: 'sha384' }
  if (curve === 'secp521r1') return { id, publicKey, algorithm: 'ES512', hash: 'sha512' }
  throw new Error(`Tokens are signed with RSA keys or with EC keys on P-256, P-384 or P-521, not with ${publicKey.asymmetricKeyType}`)
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function check(token: string, keys: ReadonlyMap<string, Key>): JwtClaims | undefined {
  const [head = '', payload, signature, ...rest] = token.split('.')
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined
  const { alg, kid } = (decode(head) ?? {}) as { readonly alg?: unknown; readonly kid?: unknown }
  const key = typeof kid === 'string' ? keys.get(kid) : undefined
  if (key === undefined || alg !== key.algorithm) return undefined
  const signatureBytes = Buffer.from(signature, 'base64url')
  // Base64 can spell the same bytes in several ways; one token has one spelling.
  if (signatureBytes.toString('base64url') !== signature) return undefined
  const options = { key: key.publicKey, dsaEncoding: 'ieee-p1363' as const }
  if (!verify(key.hash, Buffer.from(`${head}.${payload}`), options, signatureBytes)) return undefined
  return decode(payload)
}

function decode(text: string): JwtClaims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? (claims as JwtClaims) : undefined
  } catch {
    return undefined
  }
}
