/**
 * Who a certificate says its owner is: common name and organizations, read from the DER rather than from a printed subject, which
 * cannot be taken apart again without guessing (`CN=a\nO=system:masters` is one name or two). Called once per connection, after TLS
 * has checked the signature. As in Go, the last common name counts and organizations keep their order.
 */
import { childrenOf, contextTag, type DerElement, DerError, expectTag, readDer, readOid, readText, tag } from './der.ts'
import type { PeerCertificate } from './http.ts'

const commonNameOid = '2.5.4.3'
const organizationOid = '2.5.4.10'

export interface Subject {
  readonly commonName: string
  readonly organizations: readonly string[]
}

/** Undefined when the certificate cannot be read. */
export function parsePeerCertificate(raw: Uint8Array): PeerCertificate | undefined {
  try {
    const [body] = childrenOf(readDer(raw), tag.sequence)
    const fields = childrenOf(expectTag(body, tag.sequence), tag.sequence)
    // version [0] may be missing; then serial, algorithm, issuer, validity, subject.
    const subject = fields[fields[0]?.tag === contextTag(0, true) ? 5 : 4]
    return { ...readSubject(expectTag(subject, tag.sequence)), raw: Uint8Array.prototype.slice.call(raw) }
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** Reads an X.501 Name. */
export function readSubject(name: DerElement): Subject {
  let commonName = ''
  const organizations: string[] = []
  for (const relativeName of childrenOf(name, tag.sequence)) {
    for (const attribute of childrenOf(relativeName, tag.set)) {
      const [type, value] = childrenOf(attribute, tag.sequence)
      const typeOid = readOid(type)
      if (value === undefined) throw new DerError('Attribute without a value')
      if (typeOid === commonNameOid) commonName = readText(value)
      else if (typeOid === organizationOid) organizations.push(readText(value))
    }
  }
  return { commonName, organizations }
}
