/**
 * Whether bytes are a signing request or certificates, in the words of Go's crypto/x509 as far as anybody meets them. What a request asks for is
 * read by `wire/signing-request.ts`; this only says what is wrong with it.
 */
import { type Certificate, isSameKey, isSignedBy, readCertificate, readPublicKey } from '../wire/certificate.ts'
import { DerError, readDer, tag } from '../wire/der.ts'
import { parseSigningRequest } from '../wire/signing-request.ts'
import { nextBlock, pemBlocks } from './pem.ts'

const requestType = 'CERTIFICATE REQUEST'
const certificateType = 'CERTIFICATE'
/** How Go prints what it would have read the element with. */
const noParameters =
  '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}'

/** Undefined: a request that is signed with its own key. */
export function signingRequestProblem(pem: Uint8Array): string | undefined {
  const text = Buffer.from(pem).toString('latin1')
  const block = nextBlock(text)?.block
  if (block?.type !== requestType) return `PEM block type must be ${requestType}`
  const { bytes } = block
  const structure = sequenceProblem(bytes)
  if (structure !== undefined) return structure
  try {
    parseSigningRequest(text)
    return undefined
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    return error.message === 'The signature does not match' ? 'crypto/rsa: verification error' : `asn1: structure error: ${error.message}`
  }
}

function sequenceProblem(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  if (first === undefined || second === undefined) return 'asn1: syntax error: truncated tag or length'
  if (first !== tag.sequence && second < 0x80) {
    const found = `{class:${first >> 6} tag:${first & 0x1f} length:${second} isCompound:${(first & 0x20) !== 0}}`
    return `asn1: structure error: tags don't match (16 vs ${found}) ${noParameters} certificateRequest @2`
  }
  try {
    readDer(bytes)
    return undefined
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    return error.message === 'Bytes behind the end' ? 'asn1: syntax error: trailing data' : 'asn1: syntax error: data truncated'
  }
}

/** Undefined: one certificate or more, and no other block. */
export function certificatesProblem(pem: Uint8Array): string | undefined {
  const blocks = pemBlocks(Buffer.from(pem).toString('latin1'))
  for (const { type, headers, bytes } of blocks) {
    if (type !== certificateType) return `only ${certificateType} PEM blocks are allowed, found ${JSON.stringify(type)}`
    if (Object.keys(headers).length > 0) return 'no PEM block headers are permitted'
    if (bytes.length === 0) return `found ${certificateType} PEM block containing 0 certificates`
    if (bytes[0] !== tag.sequence) return 'x509: malformed certificate'
  }
  return blocks.length === 0 ? `must contain at least one ${certificateType} PEM block` : undefined
}

/** What is wrong with a bundle of certificates of authorities, each one once; nothing: there is at least one. */
export function trustAnchorProblems(pem: string): readonly string[] {
  const problems: string[] = []
  const places = new Map<string, number[]>()
  for (const [i, { type, headers, bytes }] of pemBlocks(pem).entries()) {
    const certificate = type === certificateType ? readCertificate(bytes) : undefined
    if (type !== certificateType) problems.push(`entry ${i} has bad block type: ${type}`)
    else if (Object.keys(headers).length > 0) problems.push(`entry ${i} has PEM block headers`)
    else if (certificate === undefined) problems.push(`entry ${i} does not parse as X.509`)
    else if (!certificate.isAuthority) problems.push(`entry ${i} does not have the CA bit set`)
    else {
      const key = Buffer.from(bytes).toString('base64')
      places.set(key, [...(places.get(key) ?? []), i])
    }
  }
  // Of what cannot be read nobody knows whether it is there twice.
  if (problems.length > 0) return problems
  if (places.size === 0) return ['at least one trust anchor must be provided']
  return [...places.values()].filter(({ length }) => length > 1).map((indices) => `duplicate trust anchor (indices [${indices.join(' ')}])`)
}

const unproven = { of: 'proof', detail: 'could not verify proof-of-possession signature' } as const

/** Whether somebody who sends a public key has the private one: he signed `text` with it. `shown`: what to show of the key, when not its bytes. */
export function proofProblem(
  publicKey: Uint8Array,
  text: string,
  signature: Uint8Array,
): { readonly of: 'key' | 'proof'; readonly shown?: string; readonly detail: string } | undefined {
  const key = readPublicKey(publicKey)
  if (key === undefined) return { of: 'key', detail: 'must be a valid PKIX-serialized public key' }
  if (key.type === 'other') return { of: 'key', detail: 'unknown public key type; supported types are Ed25519, ECDSA, and RSA' }
  if (key.type === 'ecdsa' && key.curve === 'P-224') {
    return { of: 'key', shown: `curve ${key.curve}`, detail: 'elliptic public keys must use curve P256 or P384' }
  }
  if (key.type === 'rsa' && key.bits !== 3072 && key.bits !== 4096) {
    return { of: 'key', shown: `${key.bits}-bit modulus`, detail: 'RSA keys must have modulus size 3072 or 4096' }
  }
  return isSignedBy(key, Buffer.from(text), signature) ? undefined : unproven
}

/** Whether a chain begins with a certificate for this key, and then holds nothing but certificates. */
export function chainProblem(
  pem: string,
  publicKey: Uint8Array,
): { readonly leaf?: Certificate; readonly leafProblem?: string; readonly restProblem?: string | undefined } {
  const [first, ...others] = pemBlocks(pem)
  if (first === undefined) return { leafProblem: 'issued certificate chain must contain at least one certificate' }
  if (first.type !== certificateType) {
    return { leafProblem: 'issued certificate chain must consist entirely of CERTIFICATE PEM blocks' }
  }
  const leaf = readCertificate(first.bytes)
  if (leaf === undefined) return { leafProblem: 'leaf certificate does not parse as valid X.509' }
  if (!isSameKey(leaf.publicKey, publicKey)) return { leafProblem: 'leaf certificate was not issued to the requested public key' }
  for (const { type, bytes } of others) {
    // The spelling is upstream's.
    if (type !== certificateType) return { leaf, restProblem: 'issued certificate chain must consist entirely of CERTFICATE PEM blocks' }
    if (readCertificate(bytes) === undefined) return { leaf, restProblem: 'intermediate certificate does not parse as valid X.509' }
  }
  return { leaf }
}
