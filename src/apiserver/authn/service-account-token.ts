/**
 * Service account tokens: what is in them, and whether one is still good. A token dies with its expiry, with its service
 * account, and with the Pod, Secret or Node that it is bound to: each is looked up by name and compared by uid, every time.
 */

import { Node } from '../../api/core/node.ts'
import { Pod } from '../../api/core/pod.ts'
import { Secret } from '../../api/core/secret.ts'
import { ServiceAccount } from '../../api/core/service-account.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { unauthorized } from '../../apimachinery/status-error.ts'
import type { JwtSigner } from '../../wire/jwt.ts'
import { lookUp } from '../registry/look-up.ts'
import type { Server } from '../server-parts.ts'
import type { TokenAuthenticator } from './authenticate.ts'
import { authenticated, type User } from './user.ts'

/** A deleted account or Pod keeps its tokens good for so long. */
const deletionLeewayMs = 60_000

export interface BoundObject {
  readonly name: string
  readonly uid: string
}
/** A Pod's node may not be there. */
export interface BoundNode {
  readonly name: string
  readonly uid?: string
}
export interface TokenClaims {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly iss: string
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly node?: BoundNode
    readonly pod?: BoundObject
    readonly secret?: BoundObject
    readonly serviceaccount: BoundObject
    readonly warnafter?: number
  }
  readonly nbf: number
  readonly sub: string
}

export function serviceAccountUser(namespace: string, name: string, uid: string, extra: User['extra'] = {}): User {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
  return authenticated({ name: `system:serviceaccount:${namespace}:${name}`, uid, groups, extra })
}

/** Undefined for tokens of somebody else; throws 401 for ours that are no longer good. */
export function serviceAccountTokens(signer: JwtSigner, server: () => Server): TokenAuthenticator {
  return async (token) => {
    const claims = signer.verify(token) as TokenClaims | undefined
    if (claims?.iss === legacyIssuer) return legacyUserOf(server(), claims as unknown as LegacyClaims, token)
    if (claims === undefined || claims.iss !== server().flags.serviceAccountIssuer) return undefined
    return userOf(server(), claims)
  }
}

async function userOf(server: Server, claims: TokenClaims): Promise<User> {
  const nowSeconds = server.clock.now() / 1000
  if (claims.exp <= nowSeconds || claims.nbf > nowSeconds + 60 || !claims.aud.some((one) => server.flags.apiAudiences.includes(one)))
    throw unauthorized()
  const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io']
  await mustLive(server, ServiceAccount as unknown as KindDefinition, namespace, serviceaccount)
  if (pod !== undefined) await mustLive(server, Pod as unknown as KindDefinition, namespace, pod)
  if (secret !== undefined) await mustLive(server, Secret as unknown as KindDefinition, namespace, secret)
  if (node !== undefined && pod === undefined)
    await mustLive(server, Node as unknown as KindDefinition, '', { name: node.name, uid: node.uid ?? '' })
  return serviceAccountUser(namespace, serviceaccount.name, serviceaccount.uid, extraOf(claims))
}

/** Tokens that lie in Secrets and never end: good while the Secret is there and holds them. */
const legacyIssuer = 'kubernetes/serviceaccount'
interface LegacyClaims {
  readonly 'kubernetes.io/serviceaccount/namespace': string
  readonly 'kubernetes.io/serviceaccount/secret.name': string
  readonly 'kubernetes.io/serviceaccount/service-account.name': string
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string
}

async function legacyUserOf(server: Server, claims: LegacyClaims, token: string): Promise<User> {
  const namespace = claims['kubernetes.io/serviceaccount/namespace']
  const name = claims['kubernetes.io/serviceaccount/service-account.name']
  const uid = claims['kubernetes.io/serviceaccount/service-account.uid']
  const secretName = claims['kubernetes.io/serviceaccount/secret.name']
  const secret = await lookUp<Secret>(server, Secret, namespace, secretName)
  if (secret === undefined || secret.metadata.deletionTimestamp || secret.data?.token !== btoa(token)) throw unauthorized()
  await mustLive(server, ServiceAccount as unknown as KindDefinition, namespace, { name, uid })
  return serviceAccountUser(namespace, name, uid)
}

async function mustLive(server: Server, kind: KindDefinition, namespace: string, { name, uid }: BoundObject): Promise<void> {
  const object = await lookUp(server, kind, namespace, name)
  if (object === undefined || object.metadata.uid !== uid) throw unauthorized()
  const { deletionTimestamp } = object.metadata
  if (deletionTimestamp && Date.parse(deletionTimestamp) + deletionLeewayMs < server.clock.now()) throw unauthorized()
}

const prefix = 'authentication.kubernetes.io'
function extraOf({ jti, 'kubernetes.io': { pod, node } }: TokenClaims): User['extra'] {
  return {
    [`${prefix}/credential-id`]: [`JTI=${jti}`],
    ...(node === undefined ? {} : { [`${prefix}/node-name`]: [node.name] }),
    ...(node?.uid === undefined ? {} : { [`${prefix}/node-uid`]: [node.uid] }),
    ...(pod === undefined ? {} : { [`${prefix}/pod-name`]: [pod.name], [`${prefix}/pod-uid`]: [pod.uid] }),
  }
}
