/**
 * A signature over a text that travels without the text (RFC 7515, appendix F): both sides hold a secret and the text, and only
 * `header..signature` is sent. HMAC with SHA-256.
 */
import { createHmac } from 'node:crypto'

export function detachedSignature(content: string, keyId: string, secret: string): string {
  const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')
  const header = encode(JSON.stringify({ alg: 'HS256', kid: keyId }))
  const signature = createHmac('sha256', secret)
    .update(`${header}.${encode(content)}`)
    .digest('base64url')
  return `${header}..${signature}`
}
