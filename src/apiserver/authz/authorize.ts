/**
 * May they? The authorizers are asked in order; the first that has an opinion decides, and what the others said is why not. `system:masters` may do everything and is not
 * even looked up. A refusal is the 403 that kubectl prints.
 */

import { forbidden, StatusError } from '../../apimachinery/status-error.ts'
import { mastersGroup, type User } from '../authn/user.ts'
import type { RequestContext } from '../server-parts.ts'
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts'

/** Throws 403. Without a promise when the authorizers need none. */
export function authorize(context: RequestContext, attributes: AuthorizationAttributes): void | Promise<void> {
  const decision = decide(context.server.authorizers, context.user, attributes)
  if (decision instanceof Promise) return decision.then((one) => enforce(context, attributes, one))
  return enforce(context, attributes, decision)
}

export function decide(
  authorizers: readonly Authorizer[],
  user: User,
  attributes: AuthorizationAttributes,
  from = 0,
  reasons = '',
): Decision | Promise<Decision> {
  if (user.groups.includes(mastersGroup)) return { verdict: 'allow' }
  let said = reasons
  for (let i = from; i < authorizers.length; i++) {
    const decision = (authorizers[i] as Authorizer)(user, attributes)
    if (decision instanceof Promise)
      return decision.then((one) => (one.verdict === 'none' ? decide(authorizers, user, attributes, i + 1, joined(said, one.reason)) : one))
    if (decision.verdict !== 'none') return decision
    said = joined(said, decision.reason)
  }
  return said === '' ? { verdict: 'none' } : { verdict: 'none', reason: said }
}

function joined(before: string, reason: string | undefined): string {
  return reason === undefined || reason === '' ? before : before === '' ? reason : `${before}\n${reason}`
}

function enforce({ user, server }: RequestContext, attributes: AuthorizationAttributes, decision: Decision): void {
  const { allowed, refused } = server.metrics
  if (decision.verdict === 'allow') {
    allowed.value++
    return
  }
  refused.value++
  throw forbiddenError(user, attributes, decision.reason ?? '')
}

export function forbiddenError(user: User, attributes: AuthorizationAttributes, reason: string): StatusError {
  const { verb, resource, subresource, group, namespace, name, isResource, path } = attributes
  const because = reason === '' ? '' : `: ${reason}`
  const who = `User "${user.name}" cannot`
  if (!isResource) {
    return new StatusError(403, 'Forbidden', `forbidden: ${who} ${verb} path "${path}"${because}`, {})
  }
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return forbidden({ group, resource }, name, `${who} ${verb} resource "${full}" in API group "${group}" ${where}${because}`)
}

/** /healthz and the like are for everybody. */
export const alwaysAllowedPaths = /^\/(healthz|livez|readyz|version)(\/.*)?$/

export const publicPaths: Authorizer = (_user, { isResource, path, verb }) =>
  !isResource && verb === 'get' && alwaysAllowedPaths.test(path) ? { verdict: 'allow' } : { verdict: 'none' }
