/**
 * Impersonate-User, -Group, -Uid, -Extra-<key>: acting as somebody else, where one may. Each of the parts is asked of the
 * authorizer by itself (verb impersonate). A service account comes with its groups.
 *
 * A header line is one value, whatever commas are in it: a group may be called "a,b".
 */
import { type HttpRequest, valuesOf } from '../../wire/http.ts'
import { authorize } from '../authz/authorize.ts'
import type { RequestContext } from '../server-parts.ts'
import { anonymous, authenticatedGroup, type User, unauthenticatedGroup } from './user.ts'

const prefix = 'impersonate-'
const extraPrefix = 'impersonate-extra-'
const serviceAccountName = /^system:serviceaccount:([^:]+):([^:]+)$/
const authenticationVersion = 'authentication.k8s.io/v1'

/** As it was asked for. Who asks for no more than empty names stays himself. */
export interface Impersonation {
  /** '' is a mistake when there is anything else: `withoutUser`. */
  readonly name: string
  readonly groups: readonly string[]
  readonly uid: string
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/** undefined, without a promise, for everybody who is just himself. */
export function askedImpersonation({ http }: RequestContext): Impersonation | undefined {
  for (const name in http.headers) if (name.startsWith(prefix)) return readImpersonation(http)
  return undefined
}

function readImpersonation(http: HttpRequest): Impersonation | undefined {
  const [name = ''] = valuesOf(http, 'impersonate-user')
  const groups = valuesOf(http, 'impersonate-group')
  const [uid = ''] = valuesOf(http, 'impersonate-uid')
  // Without a prototype: an extra may be called __proto__.
  const extra = Object.create(null) as Record<string, string[]>
  for (const header in http.headers) {
    if (!header.startsWith(extraPrefix)) continue
    const key = decodeKey(header.slice(extraPrefix.length))
    extra[key] = [...(extra[key] ?? []), ...valuesOf(http, header)]
  }
  const isNobody = name === '' && groups.length === 0 && uid === '' && Object.keys(extra).length === 0
  return isNobody ? undefined : { name, groups, uid, extra }
}

/** What is wrong with groups, uid or extra of nobody. Go prints its ObjectReferences: kind, namespace, name, uid, version, revision, path. */
export function withoutUser({ groups, uid, extra }: Impersonation): string {
  const asked = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...Object.entries(extra).flatMap(([key, values]) => values.map((value) => `{UserExtra  ${value}  ${authenticationVersion}  ${key}}`)),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${authenticationVersion}  }`]),
  ]
  return `requested [${asked.join(' ')}] without impersonating a user`
}

export async function impersonate(context: RequestContext, { name, groups, uid, extra }: Impersonation): Promise<User> {
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
  for (const [key, values] of Object.entries(extra))
    for (const value of values) await ask('authentication.k8s.io', 'userextras', value, key)
  if (uid !== '') await ask('authentication.k8s.io', 'uids', uid)
  return { name, uid, groups: groupsFor(name, account, groups), extra }
}

function groupsFor(name: string, account: RegExpExecArray | null, groups: readonly string[]): readonly string[] {
  const all = account !== null && groups.length === 0 ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [...groups]
  const own = name === anonymous.name ? unauthenticatedGroup : authenticatedGroup
  return all.includes(own) || all.includes(unauthenticatedGroup) ? all : [...all, own]
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
