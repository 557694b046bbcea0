/**
 * Who is it? In order: a call from within this process, a client certificate, a bearer token, nobody. The answer for a
 * connection with a certificate is kept on the connection.
 */
import { unauthorized } from '../../apimachinery/status-error.ts'
import { digest } from '../../std/digest.ts'
import type { HttpRequest } from '../../wire/http.ts'
import { anonymous, authenticated, type User } from './user.ts'
import { webSocketToken } from './websocket-token.ts'

/** `user` undefined: not this authenticator's business. Throws 401 for credentials that are wrong. */
export type TokenAuthenticator = (token: string) => User | undefined | Promise<User | undefined>

export interface Authenticators {
  /** Asked in order for bearer tokens. */
  readonly tokens: readonly TokenAuthenticator[]
  readonly allowsAnonymous: boolean
}

interface Session {
  user?: { readonly name: string; readonly groups?: readonly string[]; readonly uid?: string; readonly extra?: User['extra'] }
  /** What `user` is, complete. */
  known?: User
}

export function authenticate({ tokens, allowsAnonymous }: Authenticators, http: HttpRequest): User | Promise<User> {
  const { peer } = http
  const authorization = http.headers.authorization
  const session = peer.session as Session | undefined
  if (session?.known !== undefined && authorization === undefined) return session.known
  if (session?.user !== undefined) return (session.known = authenticated(session.user))
  if (peer.certificate !== undefined) {
    const { commonName, organizations, raw } = peer.certificate
    const user = authenticated({ name: commonName, groups: organizations, extra: credentialId(raw) })
    peer.session = { known: user } satisfies Session
    return user
  }
  const token = bearerToken(authorization) ?? webSocketToken(http.headers)
  if (token !== undefined) return fromToken(tokens, token)
  if (!allowsAnonymous || peer.certificateError !== undefined || (authorization !== undefined && authorization !== '')) throw unauthorized()
  return anonymous
}

/** Which certificate it was, for audits and `kubectl auth whoami`. */
function credentialId(certificate: Uint8Array): User['extra'] {
  const fingerprint = Buffer.from(digest('sha256', certificate)).toString('hex')
  return { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] }
}

function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const [scheme = '', token = ''] = authorization.trim().split(/ +/, 2)
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined
}

async function fromToken(tokens: readonly TokenAuthenticator[], token: string): Promise<User> {
  for (const ask of tokens) {
    const user = await ask(token)
    if (user !== undefined) return user
  }
  throw unauthorized()
}
