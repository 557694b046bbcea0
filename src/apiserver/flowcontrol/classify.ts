/**
 * Whether a request belongs to a FlowSchema, and to which of its flows. Pure: a specification, a user and what is asked.
 *
 * A newcomer would get wrong: a path that ends in no asterisk stands for everything below it too, and a wildcard counts only when it stands
 * alone in its list.
 */
import type { FlowSchema, PolicyRulesWithSubjects, Subject } from '../../api/flowcontrol/flow-schema.ts'
import type { User } from '../authn/user.ts'
import type { RequestInfo } from '../request/info.ts'

export type FlowSchemaSpec = NonNullable<FlowSchema['spec']>
export type Asked = Pick<RequestInfo, 'verb' | 'isResource' | 'group' | 'resource' | 'subresource' | 'namespace' | 'path'>

export function belongs(spec: FlowSchemaSpec, user: User, asked: Asked): boolean {
  return (spec.rules ?? []).some((rule) => (rule.subjects ?? []).some((subject) => isMeant(subject, user)) && covers(rule, asked))
}

/** What tells the flows of one FlowSchema apart. */
export function flowOf(spec: FlowSchemaSpec, user: User, asked: Asked): string {
  switch (spec.distinguisherMethod?.type) {
    case 'ByUser':
      return user.name
    case 'ByNamespace':
      return asked.namespace
    default:
      return ''
  }
}

function isMeant({ kind, user, group, serviceAccount }: Subject, who: User): boolean {
  switch (kind) {
    case 'User':
      return user != null && (user.name === '*' || user.name === who.name)
    case 'Group':
      return group != null && (group.name === '*' || who.groups.includes(group.name ?? ''))
    case 'ServiceAccount': {
      if (serviceAccount == null) return false
      const prefix = `system:serviceaccount:${serviceAccount.namespace}:`
      return serviceAccount.name === '*' ? who.name.startsWith(prefix) : who.name === `${prefix}${serviceAccount.name}`
    }
    default:
      return false
  }
}

function covers(rule: PolicyRulesWithSubjects, { verb, isResource, group, resource, subresource, namespace, path }: Asked): boolean {
  if (!isResource) {
    return (rule.nonResourceRules ?? []).some(({ verbs, nonResourceURLs }) => {
      return names(verbs, verb) && (nonResourceURLs ?? []).some((url) => isBelow(url, path))
    })
  }
  const joined = subresource === '' ? resource : `${resource}/${subresource}`
  return (rule.resourceRules ?? []).some((one) => {
    if (!names(one.verbs, verb) || !names(one.resources, joined) || !names(one.apiGroups, group)) return false
    return namespace === '' ? one.clusterScope === true : names(one.namespaces, namespace)
  })
}

function names(list: readonly string[] | null | undefined, wanted: string): boolean {
  if (list == null) return false
  return (list.length === 1 && list[0] === '*') || list.includes(wanted)
}

function isBelow(url: string, path: string): boolean {
  if (url === '*' || url === path) return true
  const prefix = url.endsWith('*') ? url.slice(0, -1) : url
  return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}
