/**
 * A certificate revocation list, for the one thing asked of it: which serial numbers are on it. Neither its signature nor its dates are looked
 * at, as in etcd: whoever may replace the file may replace the authority beside it, and a list that is out of date still names the revoked.
 */
import { childrenOf, DerError, expectTag, fromPem, readDer, tag } from './der.ts'

/** Serial numbers in hexadecimal without leading zeros, upper case, as Node shows them. Throws `DerError` for what is no list. */
export function revokedSerials(file: Uint8Array): ReadonlySet<string> {
  const text = Buffer.from(file).toString('latin1')
  const bytes = text.includes('-----BEGIN') ? fromPem('X509 CRL', text) : file
  if (bytes === undefined) throw new DerError('No X509 CRL in the file')
  const [body] = childrenOf(readDer(bytes), tag.sequence)
  const fields = childrenOf(expectTag(body, tag.sequence))
  // version may be missing; then algorithm, issuer, one time or two, and the list, which is missing when it is empty.
  const rest = fields.slice(fields[0]?.tag === tag.integer ? 3 : 2)
  const list = rest.find((field) => field.tag === tag.sequence)
  if (list === undefined) return new Set()
  return new Set(childrenOf(list).map((entry) => serialText(expectTag(childrenOf(entry, tag.sequence)[0], tag.integer).content)))
}

function serialText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .toUpperCase()
    .replace(/^0+(?=.)/, '')
}
