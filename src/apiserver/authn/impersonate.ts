/**
 * Impersonate-User, -Group, -Uid, -Extra-<key>: acting as somebody else, where one may. Each of the parts is asked of the
 * authorizer by itself (verb impersonate). A service account comes with its groups.
 */

import { internalError } from '../../apimachinery/status-error.ts'
import { authorize } from '../authz/authorize.ts'
import type { RequestContext } from '../server-parts.ts'
import { anonymous, authenticatedGroup, type User, unauthenticatedGroup } from './user.ts'

const prefix = 'impersonate-'
const extraPrefix = 'impersonate-extra-'
const serviceAccountName = /^system:serviceaccount:([^:]+):([^:]+)$/

/** Without a promise for everybody who is just himself. */
export function isImpersonating(context: RequestContext): boolean {
  for (const name in context.http.headers) if (name.startsWith(prefix)) return true
  return false
}

export async function impersonate(context: RequestContext): Promise<User> {
  const { headers } = context.http
  const name = headers['impersonate-user'] ?? ''
  const groups = splitHeader(headers['impersonate-group'])
  const uid = headers['impersonate-uid'] ?? ''
  const extra: Record<string, string[]> = {}
  for (const header in headers) {
    if (header.startsWith(extraPrefix)) extra[decodeKey(header.slice(extraPrefix.length))] = splitHeader(headers[header])
  }
  if (name === '') {
    throw internalError(
      `requested [${[...groups.map((group) => `{Group  ${group}  }`), ...(uid === '' ? [] : [`{UID  ${uid}  }`])].join(' ')}] without impersonating a user`,
    )
  }
  const account = serviceAccountName.exec(name)
  const ask = (group: string, resource: string, target: string, subresource = '', namespace = ''): Promise<void> =>
    Promise.resolve(
      authorize(context, {
        verb: 'impersonate',
        group,
        version: 'v1',
        resource,
        subresource,
        namespace,
        name: target,
        isResource: true,
        path: '',
      }),
    )
  if (account !== null) await ask('', 'serviceaccounts', account[2] as string, '', account[1] as string)
  else await ask('', 'users', name)
  for (const group of groups) await ask('', 'groups', group)
  if (uid !== '') await ask('authentication.k8s.io', 'uids', uid)
  for (const key in extra) for (const value of extra[key] as string[]) await ask('authentication.k8s.io', 'userextras', value, key)
  return { name, uid, groups: groupsFor(name, account, groups), extra }
}

function groupsFor(name: string, account: RegExpExecArray | null, groups: readonly string[]): readonly string[] {
  const all = account !== null && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [...groups]
  const own = name === anonymous.name ? unauthenticatedGroup : authenticatedGroup
  return all.includes(own) || all.includes(unauthenticatedGroup) ? all : [...all, own]
}

/** Several headers of one name arrive joined by ", ". */
function splitHeader(value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : value.split(',').map((one) => one.trim())
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
