/**
 * Whether bytes are a signing request or certificates, in the words of Go's crypto/x509 as far as anybody meets them. What a request asks for is
 * read by `wire/signing-request.ts`; this only says what is wrong with it.
 */
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
