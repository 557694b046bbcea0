/**
 * Kinds that are asked and answered, never stored: may I, may they, what may I, who am I, whose token is this. The answer is the question
 * with its status filled in.
 */

import { validateAccess, validateLocalAccess, validateSelfAccess } from '../../../api/authorization/access-rules.ts'
import type { FieldError } from '../../../apimachinery/field-error.ts'
import type { ObjectMeta } from '../../../apimachinery/object.ts'
import { badRequest, invalid } from '../../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../../wire/http.ts'
import type { User } from '../../authn/user.ts'
import { decide } from '../../authz/authorize.ts'
import type { AuthorizationAttributes } from '../../authz/authorizer.ts'
import { fieldSelected } from '../../authz/selected.ts'
import { bodyMedia, readBody } from '../../request/body.ts'
import { decodeObject } from '../../request/decode.ts'
import { parseWriteOptions } from '../../request/write-options.ts'
import { respondObject } from '../../response/respond.ts'
import type { Extension, RequestContext } from '../../server-parts.ts'
import { targetOf, writeOf } from '../../verbs/create.ts'
import type { ServedResource } from '../catalog.ts'
import { checkNamespace, trackManagers } from '../create.ts'
import type { Draft } from '../resource-store.ts'
import { orderedBySchema } from '../shape.ts'
import { wipeSystemFields } from '../strategy.ts'
import { timeText } from '../write.ts'

interface ResourceAttributes {
  readonly namespace?: string
  readonly verb?: string
  readonly group?: string
  readonly version?: string
  readonly resource?: string
  readonly subresource?: string
  readonly name?: string
  readonly fieldSelector?: {
    readonly rawSelector?: string
    readonly requirements?: readonly { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] }[] | null
  } | null
}
interface AccessSpec {
  readonly resourceAttributes?: ResourceAttributes | null
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string } | null
  readonly user?: string
  readonly groups?: readonly string[] | null
  readonly uid?: string
  readonly extra?: User['extra'] | null
}

/** Reads the question, lets `review` answer, and sends both. */
function asked(review: (context: RequestContext, draft: Draft) => object | Promise<object>): Extension {
  return { create: (context, resource) => answer(context, resource, review) }
}

async function answer(
  context: RequestContext,
  resource: ServedResource,
  review: (context: RequestContext, draft: Draft) => object | Promise<object>,
): Promise<HttpResponse> {
  const representation = context.server.negotiators.plain.negotiate(context.header('accept'))
  const media = bodyMedia(context)
  const body = await readBody(context)
  const options = parseWriteOptions(context, 'CreateOptions')
  const { fieldValidation } = options
  const draft = await decodeObject(targetOf(resource), body, { media, fieldValidation, warn: (text) => context.warn(text) })
  const write = writeOf(context, resource, options)
  wipeSystemFields(draft)
  checkNamespace(write, draft)
  trackManagers(write, draft)
  const answered = { ...draft, ...(await review(context, draft)) }
  return respondObject(context, orderedBySchema(resource.schema, answered), representation, 201)
}

const accessGroup = 'authorization.k8s.io'

async function accessStatus(context: RequestContext, user: User, spec: AccessSpec): Promise<object> {
  const decision = await decide(context.server.authorizers, user, attributesOf(spec))
  const { verdict, reason = '' } = decision
  return {
    status: { allowed: verdict === 'allow', ...(verdict === 'deny' ? { denied: true } : {}), ...(reason === '' ? {} : { reason }) },
  }
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: AccessSpec): AuthorizationAttributes {
  const { verb = '', group = '', version = '', resource = '', subresource = '', namespace = '', name = '' } = resourceAttributes ?? {}
  if (resourceAttributes) {
    const selected = (field: string): string | undefined => selectedBy(resourceAttributes.fieldSelector, field)
    return { verb, group, version, resource, subresource, namespace, name, isResource: true, path: '', selected }
  }
  const { path = '', verb: pathVerb = '' } = nonResourceAttributes ?? {}
  return { verb: pathVerb, path, isResource: false, group: '', version: '', resource: '', subresource: '', namespace: '', name: '' }
}

function selectedBy(selector: ResourceAttributes['fieldSelector'], field: string): string | undefined {
  if (selector?.rawSelector) return fieldSelected(selector.rawSelector, field)
  const one = (selector?.requirements ?? []).find(({ key, operator, values }) => key === field && operator === 'In' && values?.length === 1)
  return one?.values?.[0]
}

function refuse(errors: Iterable<FieldError>): void {
  const all = [...errors]
  if (all.length > 0) throw invalid(accessGroup, '', '', all)
}

const specOf = (draft: Draft): AccessSpec => (draft.spec ?? {}) as AccessSpec
const subjectOf = ({ user = '', groups, uid = '', extra }: AccessSpec): User => ({
  name: user,
  groups: groups ?? [],
  uid,
  extra: extra ?? {},
})

export const selfSubjectAccessReviews = asked((context, draft) => {
  const spec = specOf(draft)
  refuse(validateSelfAccess({ metadata: draft.metadata as ObjectMeta, spec }))
  return accessStatus(context, context.user, spec)
})

export const subjectAccessReviews = asked((context, draft) => {
  const spec = specOf(draft)
  refuse(validateAccess({ metadata: draft.metadata as ObjectMeta, spec }))
  return accessStatus(context, subjectOf(spec), spec)
})

export const localSubjectAccessReviews = asked((context, draft) => {
  const spec = specOf(draft)
  const { namespace } = context.info
  refuse(validateLocalAccess({ metadata: draft.metadata as ObjectMeta, spec }, namespace))
  draft.metadata.namespace = namespace
  return accessStatus(context, subjectOf(spec), spec)
})

export const selfSubjectRulesReviews = asked(async (context, draft) => {
  const { namespace = '' } = (draft.spec ?? {}) as { namespace?: string }
  if (namespace === '') throw badRequest('no namespace on request')
  const { user, server } = context
  const resourceRules: object[] = []
  const nonResourceRules: object[] = []
  for (const grant of await server.rbac.grantsOf(user)) {
    if (grant.namespace !== '' && grant.namespace !== namespace) continue
    for (const { verbs = [], apiGroups, resources, resourceNames, nonResourceURLs } of grant.rules) {
      if (nonResourceURLs?.length) nonResourceRules.push({ verbs, nonResourceURLs })
      else resourceRules.push({ verbs, apiGroups, resources, ...(resourceNames?.length ? { resourceNames } : {}) })
    }
  }
  return { metadata: {}, spec: {}, status: { resourceRules, nonResourceRules, incomplete: false } }
})

export const selfSubjectReviews = asked(({ user, server }) => ({
  metadata: { creationTimestamp: timeText(server.clock.now()) },
  status: { userInfo: userInfo(user) },
}))

function userInfo({ name, uid, groups, extra }: User): object {
  return {
    username: name,
    ...(uid === '' ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  }
}

export const tokenReviews = asked(async ({ server }, draft) => {
  const { token = '' } = (draft.spec ?? {}) as { token?: string }
  if (token === '') throw badRequest('token is required for TokenReview in authentication')
  for (const ask of server.authenticators.tokens) {
    try {
      const user = await ask(token)
      if (user !== undefined) return { status: { authenticated: true, user: userInfo(user) } }
    } catch (error) {
      return { status: { user: {}, error: (error as Error).message } }
    }
  }
  return { status: { user: {}, error: 'invalid bearer token' } }
})
