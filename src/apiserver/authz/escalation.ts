/**
 * Nobody may grant what he does not have: who writes a role must hold all its rules, who writes a binding those of the role, unless he
 * may `escalate` or `bind`. Rules are broken into their smallest parts, each of which one rule of the writer must cover.
 */
import { quote, sortStrings } from '../../apimachinery/go-strings.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { forbidden, notFound } from '../../apimachinery/status-error.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { mastersGroup } from '../authn/user.ts'
import type { Draft } from '../registry/resource-store.ts'
import type { Extension, Write } from '../server-parts.ts'
import { decide } from './authorize.ts'
import type { PolicyRule } from './rbac.ts'

const group = 'rbac.authorization.k8s.io'

interface RoleRef {
  readonly kind?: string
  readonly name?: string
}

/** For Roles and ClusterRoles. */
export const roleExtension: Extension = {
  beginCreate: (write, draft) => mayWriteRole(write, draft),
  beginUpdate: (write, draft, old) =>
    semanticallyEqual(draft.rules, (old as unknown as Draft).rules) ? undefined : mayWriteRole(write, draft),
}

/** For RoleBindings and ClusterRoleBindings. */
export const bindingExtension: Extension = {
  beginCreate: (write, draft) => mayBind(write, draft),
  beginUpdate: (write, draft, old) => (isSameGrant(draft, old as unknown as Draft) ? undefined : mayBind(write, draft)),
}

function isSameGrant(draft: Draft, old: Draft): boolean {
  return semanticallyEqual(draft.subjects, old.subjects) && semanticallyEqual(draft.roleRef, old.roleRef)
}

async function mayWriteRole(write: Write, draft: Draft): Promise<undefined> {
  const name = draft.metadata.name ?? ''
  if (await isAllowed(write, 'escalate', write.resource.resource, name)) return
  await mustHold(write, name, (draft.rules ?? []) as readonly PolicyRule[])
}

async function mayBind(write: Write, draft: Draft): Promise<undefined> {
  const { kind = '', name = '' } = (draft.roleRef ?? {}) as RoleRef
  const resource = kind === 'Role' ? 'roles' : 'clusterroles'
  if (await isAllowed(write, 'bind', resource, name)) return
  const { server, namespace } = write
  const role = server.catalog.byGroupResource(group, resource)
  const kv = role === undefined ? undefined : await server.store.get(role.store.keyOf(namespace, name))
  if (role === undefined || kv === undefined) throw notFound({ group, resource }, name)
  const { rules } = role.store.objectOf(kv) as KubeObject & { readonly rules?: readonly PolicyRule[] | null }
  await mustHold(write, draft.metadata.name ?? '', rules ?? [])
}

async function isAllowed({ server, user, namespace }: Write, verb: string, resource: string, name: string): Promise<boolean> {
  if (user.groups.includes(mastersGroup)) return true
  const attributes = { verb, group, version: 'v1', resource, subresource: '', namespace, name, isResource: true, path: '' }
  return (await decide(server.authorizers, user, attributes)).verdict === 'allow'
}

async function mustHold({ server, user, resource, namespace }: Write, name: string, wanted: readonly PolicyRule[]): Promise<void> {
  const grants = await server.rbac.grantsOf(user)
  const held = grants.filter((grant) => grant.namespace === '' || grant.namespace === namespace).flatMap((grant) => grant.rules)
  const missing = wanted.flatMap(smallestParts).filter((part) => !held.some((rule) => covers(rule, part)))
  if (missing.length === 0) return
  const lines = sortStrings(new Set(compacted(missing).map(describe)))
  const who = `user ${quote(user.name)} (groups=${quotedList(user.groups)})`
  throw forbidden(resource.groupResource, name, `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`)
}

function smallestParts(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = []
  for (const verb of rule.verbs ?? []) {
    for (const url of rule.nonResourceURLs ?? []) parts.push({ nonResourceURLs: [url], verbs: [verb] })
  }
  for (const apiGroup of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs ?? []) {
        const part = { apiGroups: [apiGroup], resources: [resource], verbs: [verb] }
        if (!rule.resourceNames?.length) parts.push(part)
        else for (const name of rule.resourceNames) parts.push({ ...part, resourceNames: [name] })
      }
    }
  }
  return parts
}

const has = (list: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean =>
  (wanted ?? []).every((one) => list?.includes(one) === true || list?.includes('*') === true)

function covers(rule: PolicyRule, part: PolicyRule): boolean {
  if (!has(rule.verbs, part.verbs)) return false
  if (part.nonResourceURLs) return part.nonResourceURLs.every((path) => (rule.nonResourceURLs ?? []).some((own) => coversPath(own, path)))
  if (!has(rule.apiGroups, part.apiGroups)) return false
  if (!(part.resources ?? []).every((resource) => coversResource(rule.resources ?? [], resource))) return false
  return !rule.resourceNames?.length || (part.resourceNames?.every((name) => rule.resourceNames?.includes(name)) ?? false)
}

function coversResource(own: readonly string[], resource: string): boolean {
  if (own.includes('*') || own.includes(resource)) return true
  const slash = resource.indexOf('/')
  return slash >= 0 && own.includes(`*${resource.slice(slash)}`)
}

function coversPath(own: string, path: string): boolean {
  return own === path || (own.endsWith('*') && path.startsWith(own.replace(/\*+$/, '')))
}

/** Rules that differ only in their verb become one. */
function compacted(rules: readonly PolicyRule[]): PolicyRule[] {
  const whole: PolicyRule[] = []
  const byResource = new Map<string, PolicyRule>()
  for (const rule of rules) {
    if (rule.nonResourceURLs) {
      whole.push(rule)
      continue
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames])
    const known = byResource.get(key)
    byResource.set(key, known === undefined ? rule : { ...known, verbs: [...(known.verbs ?? []), ...(rule.verbs ?? [])] })
  }
  return [...whole, ...byResource.values()]
}

function describe({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts: string[] = []
  if (apiGroups?.length) parts.push(`APIGroups:${quotedList(apiGroups)}`)
  if (resources?.length) parts.push(`Resources:${quotedList(resources)}`)
  if (nonResourceURLs?.length) parts.push(`NonResourceURLs:${quotedList(nonResourceURLs)}`)
  if (resourceNames?.length) parts.push(`ResourceNames:${quotedList(resourceNames)}`)
  if (verbs?.length) parts.push(`Verbs:${quotedList(verbs)}`)
  return `{${parts.join(', ')}}`
}

function quotedList(list: readonly string[]): string {
  return `[${list.map(quote).join(' ')}]`
}
