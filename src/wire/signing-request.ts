/**
 * PKCS #10: what somebody who holds a key asks a certificate for. Reads the names and the key out of it and checks that the request
 * is signed by that key; whether to grant it is for others to decide. The granted one comes from `certifyKey` in `x509.ts`.
 */
import { createPublicKey, verify } from 'node:crypto'
import { childrenOf, contextTag, DerError, expectTag, fromPem, readDer, readOid, tag } from './der.ts'
import { readSubject } from './peer-certificate.ts'
import { type CertificateTerms, certifyKey, type KeyPair, readExtensions } from './x509.ts'

const extensionRequestOid = '1.2.840.113549.1.9.14'
const subjectAltNameOid = '2.5.29.17'

export interface SigningRequest {
  readonly commonName: string
  readonly organizations: readonly string[]
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly emails: readonly string[]
  readonly uris: readonly string[]
  /** The Name, DER. */
  readonly subject: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** Throws `DerError` when it is no request, or when its signature is not that of its key. */
export function parseSigningRequest(pem: string): SigningRequest {
  const bytes = fromPem('CERTIFICATE REQUEST', pem)
  if (bytes === undefined) throw new DerError('PEM block type must be CERTIFICATE REQUEST')
  const [info, algorithm, signature] = childrenOf(readDer(bytes), tag.sequence)
  const [, subject, publicKey, attributes] = childrenOf(expectTag(info, tag.sequence))
  const name = expectTag(subject, tag.sequence)
  const key = expectTag(publicKey, tag.sequence)
  const body = expectTag(info, tag.sequence)
  checkSignature(
    body.whole,
    key.whole,
    readOid(childrenOf(expectTag(algorithm, tag.sequence))[0]),
    expectTag(signature, tag.bitString).content.subarray(1),
  )
  const alternatives = { dnsNames: [] as string[], ipAddresses: [] as string[], emails: [] as string[], uris: [] as string[] }
  if (attributes?.tag === contextTag(0, true)) {
    for (const attribute of childrenOf(attributes)) {
      const [type, values] = childrenOf(attribute, tag.sequence)
      if (readOid(type) !== extensionRequestOid) continue
      const names = readExtensions(childrenOf(expectTag(values, tag.set))[0]).get(subjectAltNameOid)
      if (names !== undefined) readAlternativeNames(names, alternatives)
    }
  }
  return { ...readSubject(name), ...alternatives, subject: name.whole, publicKey: key.whole }
}

/** Grants a request: its subject, names and key, for our terms. */
export function signRequest(authority: KeyPair, request: SigningRequest, terms: CertificateTerms): string {
  return certifyKey(authority, { ...request, ...terms })
}

const hashes: Readonly<Record<string, string | null>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.3.101.112': null,
}

function checkSignature(body: Uint8Array, publicKey: Uint8Array, algorithm: string, signature: Uint8Array): void {
  const hash = hashes[algorithm]
  if (hash === undefined) throw new DerError(`Signature algorithm ${algorithm} is not supported`)
  let isGood = false
  try {
    isGood = verify(hash, body, createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' }), signature)
  } catch (cause) {
    throw new DerError('The public key cannot be used', { cause })
  }
  if (!isGood) throw new DerError('The signature does not match')
}

function readAlternativeNames(
  bytes: Uint8Array,
  into: { dnsNames: string[]; ipAddresses: string[]; emails: string[]; uris: string[] },
): void {
  for (const name of childrenOf(readDer(bytes), tag.sequence)) {
    const text = Buffer.from(name.content).toString('latin1')
    if (name.tag === contextTag(1, false)) into.emails.push(text)
    else if (name.tag === contextTag(2, false)) into.dnsNames.push(text)
    else if (name.tag === contextTag(6, false)) into.uris.push(text)
    else if (name.tag === contextTag(7, false)) into.ipAddresses.push(ipAddressText(name.content))
  }
}

function ipAddressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) throw new DerError('IP address is neither 4 nor 16 bytes long')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] as number) << 8) | (bytes[index * 2 + 1] as number)).toString(16),
  )
  // The URL parser knows how to shorten it.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
