/**
 * What others ask of an X.509 certificate or of a public key by itself: may it sign certificates, from when until when, whose key, and is this
 * signature that key's. Reads; `x509.ts` makes.
 */
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import { childrenOf, contextTag, DerError, expectTag, readDer, tag } from './der.ts'
import { readExtensions } from './x509.ts'

const basicConstraintsOid = '2.5.29.19'

export interface Certificate {
  readonly isAuthority: boolean
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** Undefined: these bytes are no certificate. */
export function readCertificate(bytes: Uint8Array): Certificate | undefined {
  try {
    const certificate = new X509Certificate(bytes)
    return {
      isAuthority: isAuthority(bytes),
      notBeforeMs: certificate.validFromDate.getTime(),
      notAfterMs: certificate.validToDate.getTime(),
      publicKey: certificate.publicKey.export({ type: 'spki', format: 'der' }),
    }
  } catch {
    return undefined
  }
}

/** By the extension alone: Node's `ca` also asks for the right key usage. */
function isAuthority(bytes: Uint8Array): boolean {
  const [body] = childrenOf(readDer(bytes), tag.sequence)
  const extensions = childrenOf(expectTag(body, tag.sequence)).find((one) => one.tag === contextTag(3, true))
  if (extensions === undefined) return false
  const constraints = readExtensions(childrenOf(extensions)[0]).get(basicConstraintsOid)
  if (constraints === undefined) return false
  const [first] = childrenOf(readDer(constraints), tag.sequence)
  return first?.tag === tag.boolean && first.content[0] !== 0
}

export type PublicKey = { readonly spki: Uint8Array } & (
  | { readonly type: 'ed25519' | 'other' }
  | { readonly type: 'ecdsa'; readonly curve: string }
  | { readonly type: 'rsa'; readonly bits: number }
)

const curves: Readonly<Record<string, string>> = { secp224r1: 'P-224', prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

/** Undefined: no SubjectPublicKeyInfo that Go's crypto/x509 would read. */
export function readPublicKey(spki: Uint8Array): PublicKey | undefined {
  const key = keyOf(spki)
  if (key === undefined) return undefined
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { spki, type: 'ed25519' }
    case 'x25519':
    case 'dsa':
      return { spki, type: 'other' }
    case 'rsa':
      // Go counts bytes of the modulus.
      return { spki, type: 'rsa', bits: Math.ceil((modulusLength ?? 0) / 8) * 8 }
    case 'ec': {
      const curve = curves[namedCurve ?? '']
      return curve === undefined ? undefined : { spki, type: 'ecdsa', curve }
    }
    default:
      return undefined
  }
}

/** Of the data itself (Ed25519), or of its SHA-256 (ECDSA as ASN.1, RSA-PSS with any salt). */
export function isSignedBy({ spki, type }: PublicKey, data: Uint8Array, signature: Uint8Array): boolean {
  const key = keyOf(spki)
  if (key === undefined || type === 'other') return false
  try {
    if (type === 'ed25519') return verify(null, data, key, signature)
    if (type === 'ecdsa') return verify('sha256', data, key, signature)
    return verify('sha256', data, { key, padding: pssPadding, saltLength: anySalt }, signature)
  } catch {
    return false
  }
}
/** RSA_PKCS1_PSS_PADDING and RSA_PSS_SALTLEN_AUTO. */
const pssPadding = 6
const anySalt = -2

function keyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    if (readDer(spki).tag !== tag.sequence) return undefined
    return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch (error) {
    if (error instanceof DerError || error instanceof Error) return undefined
    throw error
  }
}

/** However each is written. */
export function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  const [one, other] = [keyOf(a), keyOf(b)]
  return one !== undefined && other !== undefined && one.equals(other)
}
