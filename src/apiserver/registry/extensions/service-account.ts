/** POST serviceaccounts/NAME/token: a token for the account, good for a while, perhaps only as long as a Pod lives. */

import { tokenRequest as tokenRequestSchema } from '../../../api/authentication/token-request.ts'
import { Node } from '../../../api/core/node.ts'
import { Pod } from '../../../api/core/pod.ts'
import { Secret } from '../../../api/core/secret.ts'
import { trackCreateOrUpdate } from '../../../apimachinery/apply/managed-fields.ts'
import { type FieldError, invalidValue } from '../../../apimachinery/field-error.ts'
import type { KindDefinition } from '../../../apimachinery/kind.ts'
import type { KubeObject } from '../../../apimachinery/object.ts'
import { badRequest, conflict, invalid, notFound } from '../../../apimachinery/status-error.ts'
import { validateAdmission } from '../../admission/admit.ts'
import { admitSubresource, checkSentNamespace } from '../../admission/subresource.ts'
import type { BoundNode, BoundObject, TokenClaims } from '../../authn/service-account-token.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { decodeObject } from '../../request/decode.ts'
import { managerOf, parseWriteOptions } from '../../request/write-options.ts'
import { respondObject } from '../../response/respond.ts'
import type { Extension, RequestContext, Server, SubresourceHandler } from '../../server-parts.ts'
import { setManagedFields } from '../create.ts'
import { lookUp } from '../look-up.ts'
import type { Draft } from '../resource-store.ts'
import { orderedBySchema } from '../shape.ts'
import { timeText } from '../write.ts'

const secondsDefault = 3600
const secondsMin = 600
/** A Pod's mounted token says it lives so long, and is accepted for a year: old clients do not read it again. */
const mountedSeconds = 3607
const extendedSeconds = 365 * 24 * 3600

interface TokenSpec {
  readonly audiences?: readonly string[] | null
  readonly expirationSeconds?: number | null
  readonly boundObjectRef?: { readonly kind?: string; readonly apiVersion?: string; readonly name?: string; readonly uid?: string } | null
}

const target = {
  kind: 'TokenRequest',
  group: 'authentication.k8s.io',
  apiVersion: 'authentication.k8s.io/v1',
  schema: tokenRequestSchema,
}

const issueToken: SubresourceHandler = async (context, resource) => {
  const { server, info } = context
  const representation = server.negotiators.plain.negotiate(context.header('accept'))
  const request = await readRequest(context)
  const attributes = await admitSubresource(context, resource, request, false)
  const { metadata } = request
  const invalidRequest = (name: string, errors: readonly FieldError[]): Error => invalid(target.group, target.kind, name, errors)
  if (metadata.name && metadata.name !== info.name) {
    const error = invalidValue('metadata.name', metadata.name, 'must match the service account name if specified')
    throw invalidRequest(info.name, [error])
  }
  const kv = await server.store.get(resource.store.keyOf(info.namespace, info.name))
  if (kv === undefined) throw notFound(resource.groupResource, info.name)
  const account = resource.store.objectOf(kv)
  const { uid = '' } = account.metadata
  if (metadata.uid && metadata.uid !== uid) {
    const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`
    throw conflict({ group: target.group, resource: target.kind }, info.name, why)
  }
  const nowMs = server.clock.now()
  const spec = request.spec as TokenSpec
  const audiences = spec.audiences?.length ? spec.audiences : server.flags.apiAudiences
  const expirationSeconds = spec.expirationSeconds ?? secondsDefault
  Object.assign(metadata, { name: info.name, namespace: info.namespace, uid, creationTimestamp: timeText(nowMs) })
  request.spec = { ...spec, audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null } as never
  const errors = [...validate(expirationSeconds)]
  if (errors.length > 0) throw invalidRequest('', errors)
  await validateAdmission(attributes)
  const bound = await boundObjects(server, info, spec)
  const claims = claimsFor(server, account, audiences, expirationSeconds, bound)
  const token = server.tokens.sign(claims as unknown as Record<string, unknown>)
  const status = { token, expirationTimestamp: timeText(nowMs + expirationSeconds * 1000) }
  return respondObject(context, orderedBySchema(tokenRequestSchema, { ...request, status }), representation, 201)
}

/** With its default, and with the names of those who own its fields: it is no stored object, but it is written down like one. */
async function readRequest(context: RequestContext): Promise<Draft> {
  const media = bodyMedia(context)
  const body = await readBody(context)
  const options = parseWriteOptions(context, 'CreateOptions')
  const { fieldValidation } = options
  const request = await decodeObject(target, body, { media, fieldValidation, warn: (text) => context.warn(text) })
  const { info, server } = context
  checkSentNamespace(context, request)
  const spec = (request.spec ?? {}) as TokenSpec
  request.spec = { ...spec, expirationSeconds: spec.expirationSeconds ?? secondsDefault } as never
  const managedFields = trackCreateOrUpdate({
    schema: tokenRequestSchema as never,
    live: undefined,
    next: request as never,
    manager: managerOf(context, options),
    apiVersion: target.apiVersion,
    subresource: info.subresource,
    nowText: timeText(server.clock.now()),
    resetFields: undefined,
  })
  setManagedFields(request, managedFields)
  return request
}

function* validate(seconds: number): Generator<FieldError> {
  if (seconds < secondsMin) yield invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes')
  if (seconds > 2 ** 32) yield invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds')
}

interface Bound {
  readonly pod?: BoundObject
  readonly node?: BoundNode
  readonly secret?: BoundObject
}

async function boundObjects(
  server: Server,
  { namespace, name: account }: { readonly namespace: string; readonly name: string },
  { boundObjectRef: ref }: TokenSpec,
): Promise<Bound> {
  if (!ref) return {}
  const { kind = '', apiVersion = '', name = '', uid = '' } = ref
  const known: Readonly<Record<string, KindDefinition>> = { Pod: Pod as never, Secret: Secret as never, Node: Node as never }
  const definition = Object.hasOwn(known, kind) ? known[kind] : undefined
  if (definition === undefined) {
    const group = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`
    throw badRequest(`cannot bind token to object of type ${group}, Kind=${kind}`)
  }
  if (name === '') throw badRequest('Name parameter required.')
  const object = await lookUp(server, definition, kind === 'Node' ? '' : namespace, name)
  const resource = { group: '', resource: definition.plural }
  if (object === undefined) throw notFound(resource, name)
  if (kind === 'Pod' && (object as { spec?: { serviceAccountName?: string } }).spec?.serviceAccountName !== account) {
    const why = `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`
    throw badRequest(why)
  }
  if (uid !== '' && uid !== object.metadata.uid) {
    throw conflict(
      { group: '', resource: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  const found = { name, uid: object.metadata.uid ?? '' }
  if (kind === 'Secret') return { secret: found }
  if (kind === 'Node') return { node: found }
  const node = await nodeOf(server, object)
  return { pod: found, ...(node === undefined ? {} : { node }) }
}

async function nodeOf(server: Server, pod: KubeObject): Promise<BoundNode | undefined> {
  const { nodeName = '' } = (pod as { spec?: { nodeName?: string } }).spec ?? {}
  if (nodeName === '') return undefined
  const node = await lookUp<Node>(server, Node, '', nodeName)
  return node === undefined ? { name: nodeName } : { name: nodeName, uid: node.metadata.uid ?? '' }
}

function claimsFor(
  { clock, random, flags }: Server,
  account: KubeObject,
  aud: readonly string[],
  seconds: number,
  bound: Bound,
): TokenClaims {
  const iat = Math.floor(clock.now() / 1000)
  const isExtended = seconds === mountedSeconds && bound.pod !== undefined && aud.some((one) => flags.apiAudiences.includes(one))
  const { name = '', namespace = '', uid = '' } = account.metadata
  return {
    aud,
    exp: iat + (isExtended ? extendedSeconds : seconds),
    iat,
    iss: flags.serviceAccountIssuer,
    jti: random.uuid(),
    'kubernetes.io': {
      namespace,
      ...(bound.node === undefined ? {} : { node: bound.node }),
      ...(bound.pod === undefined ? {} : { pod: bound.pod }),
      ...(bound.secret === undefined ? {} : { secret: bound.secret }),
      serviceaccount: { name, uid },
      ...(isExtended ? { warnafter: iat + seconds } : {}),
    },
    nbf: iat,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
}

export const serviceAccountExtension: Extension = { subresources: { token: issueToken } }
