/**
 * The roles and bindings that every cluster has. Created when missing; a role that has lost rules, or a binding that has lost
 * subjects, gets them back, unless it says `autoupdate: "false"`. What somebody added stays.
 */

import { ClusterRole } from '../../api/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../api/rbac/cluster-role-binding.ts'
import { Role } from '../../api/rbac/role.ts'
import { RoleBinding } from '../../api/rbac/role-binding.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import type { Draft } from '../registry/resource-store.ts'
import { updateObject } from '../registry/update.ts'
import type { Server } from '../server-parts.ts'
import { clusterRoles } from './cluster-roles.ts'
import { controllerRoles } from './controller-roles.ts'
import { createMissing, internalWrite } from './create-missing.ts'
import { namespaceRoles } from './namespace-roles.ts'

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}
interface RoleEntry {
  readonly namespace: string
  readonly name: string
  readonly labels: string[]
  readonly aggregates: string[]
  readonly rules: Rule[]
}

const autoupdateKey = 'rbac.authorization.kubernetes.io/autoupdate'
const autoupdate = { [autoupdateKey]: 'true' }
const bootstrapping = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }

/** Who has which role: "name: Kind subject, Kind namespace/subject". The role is the binding's namesake unless said. */
const clusterRoleBindings = `
cluster-admin: Group system:masters
system:basic-user: Group system:authenticated
system:discovery: Group system:authenticated
system:kube-controller-manager: User system:kube-controller-manager
system:kube-dns: ServiceAccount kube-system/kube-dns
system:kube-scheduler: User system:kube-scheduler
system:monitoring: Group system:monitoring
system:node:
system:node-proxier: User system:kube-proxy
system:public-info-viewer: Group system:authenticated, Group system:unauthenticated
system:service-account-issuer-discovery: Group system:serviceaccounts
system:volume-scheduler: User system:kube-scheduler
`
const roleBindings: readonly (readonly [namespace: string, name: string, role: string, subjects: string])[] = [
  [
    'kube-public',
    'system:controller:bootstrap-signer',
    'system:controller:bootstrap-signer',
    'ServiceAccount kube-system/bootstrap-signer',
  ],
  [
    'kube-system',
    'system::extension-apiserver-authentication-reader',
    'extension-apiserver-authentication-reader',
    'User system:kube-controller-manager, User system:kube-scheduler',
  ],
  [
    'kube-system',
    'system::leader-locking-kube-controller-manager',
    'system::leader-locking-kube-controller-manager',
    'User system:kube-controller-manager, ServiceAccount kube-system/kube-controller-manager, ServiceAccount kube-system/leader-election-controller',
  ],
  [
    'kube-system',
    'system::leader-locking-kube-scheduler',
    'system::leader-locking-kube-scheduler',
    'User system:kube-scheduler, ServiceAccount kube-system/kube-scheduler',
  ],
  [
    'kube-system',
    'system:controller:bootstrap-signer',
    'system:controller:bootstrap-signer',
    'ServiceAccount kube-system/bootstrap-signer',
  ],
  ['kube-system', 'system:controller:cloud-provider', 'system:controller:cloud-provider', 'ServiceAccount kube-system/cloud-provider'],
  ['kube-system', 'system:controller:token-cleaner', 'system:controller:token-cleaner', 'ServiceAccount kube-system/token-cleaner'],
]

export async function bootstrapRbac(server: Server, signal: AbortSignal): Promise<void> {
  const controllers = parseRoles(controllerRoles)
  const created: Promise<void>[] = []
  const create = (kind: { readonly kind: string }, object: BootstrapObject): void => {
    created.push(ensure(server, kind as KindDefinition, object, signal))
  }
  for (const role of [...parseRoles(clusterRoles), ...controllers]) create(ClusterRole, clusterRoleObject(role))
  for (const role of parseRoles(namespaceRoles)) create(Role, roleObject(role))
  for (const line of clusterRoleBindings.trim().split('\n')) {
    const [name = '', subjects = ''] = splitAt(line, line.lastIndexOf(':', line.includes(': ') ? line.indexOf(': ') : line.length))
    create(ClusterRoleBinding, bindingObject(name, '', 'ClusterRole', name, subjects))
  }
  for (const { name } of controllers) {
    const account = `ServiceAccount kube-system/${name.slice('system:controller:'.length)}`
    create(ClusterRoleBinding, bindingObject(name, '', 'ClusterRole', name, account))
  }
  for (const [namespace, name, role, subjects] of roleBindings) {
    create(RoleBinding, bindingObject(name, namespace, 'Role', role, subjects))
  }
  await Promise.all(created)
}

type BootstrapObject = Parameters<typeof createMissing>[2]

/** One role that cannot be written must not keep the server from starting. */
async function ensure(server: Server, kind: KindDefinition, object: BootstrapObject, signal: AbortSignal): Promise<void> {
  const { name = '', namespace = '' } = object.metadata
  try {
    const write = internalWrite(server, kind, namespace, signal)
    const kv = await server.store.get(write.resource.store.keyOf(namespace, name))
    if (kv === undefined) return await createMissing(server, kind, object, { signal })
    const have = write.resource.store.objectOf(kv) as unknown as Draft
    if (have.metadata.annotations?.[autoupdateKey] === 'false' || completed(have, object) === undefined) return
    await updateObject(write, {
      name,
      isInternal: true,
      next: (live) => completed(live as unknown as Draft, object) ?? (live as unknown as Draft),
    })
  } catch (error) {
    if (signal.aborted) return
    server.log.warn('Cannot write a role that every cluster has', { kind: kind.kind, name, error: (error as Error).message })
  }
}

/** With the rules or subjects that are missing; undefined when none are. */
function completed(have: Draft, wanted: BootstrapObject): Draft | undefined {
  for (const field of ['rules', 'subjects']) {
    const own = (have[field] ?? []) as readonly object[]
    const missing = ((wanted[field] ?? []) as readonly object[]).filter((one) => !own.some((other) => holds(other, one)))
    if (missing.length > 0) return { ...have, [field]: [...own, ...missing] }
  }
  return undefined
}

/** Everything that `wanted` says; defaults may stand beside it. */
function holds(own: object, wanted: object): boolean {
  return Object.entries(wanted).every(([field, value]) => semanticallyEqual((own as Record<string, unknown>)[field], value))
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1).trim()]
}

export function parseRoles(table: string): RoleEntry[] {
  const roles: RoleEntry[] = []
  for (const line of table
    .trim()
    .replace(/\n {4}/g, ' ')
    .split('\n')) {
    const role = roles.at(-1)
    if (!line.startsWith('  ')) {
      const slash = line.indexOf('/')
      const [namespace, name] = slash < 0 ? ['', line] : [line.slice(0, slash), line.slice(slash + 1)]
      roles.push({ namespace, name, labels: [], aggregates: [], rules: [] })
    } else if (role === undefined) throw new Error(`A rule without a role: ${line}`)
    else if (line.startsWith('  label ')) role.labels.push(line.slice(8))
    else if (line.startsWith('  aggregate ')) role.aggregates.push(line.slice(12))
    else role.rules.push(parseRule(line.trim()))
  }
  return roles
}

function parseRule(line: string): Rule {
  const [verbs = [], groups = [], resources = [], names] = line.split(' | ').map((part) => part.split(' '))
  if (groups[0] === 'url') return { verbs, nonResourceURLs: resources }
  const apiGroups = groups.map((group) => (group === 'core' ? '' : group))
  return { verbs, apiGroups, resources, ...(names === undefined ? {} : { resourceNames: names }) }
}

function clusterRoleObject(role: RoleEntry): { metadata: { name: string }; [field: string]: unknown } {
  const labels = { ...bootstrapping, ...Object.fromEntries(role.labels.map((key) => [key, 'true'])) }
  const clusterRoleSelectors = role.aggregates.map((key) => ({ matchLabels: { [key]: 'true' } }))
  return {
    metadata: { name: role.name, labels, annotations: autoupdate } as { name: string },
    rules: role.rules.length === 0 ? null : role.rules,
    ...(clusterRoleSelectors.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors } }),
  }
}

function roleObject({ name, namespace, rules }: RoleEntry): { metadata: { name: string }; [field: string]: unknown } {
  return { metadata: { name, namespace, labels: bootstrapping, annotations: autoupdate } as { name: string }, rules }
}

function bindingObject(
  name: string,
  namespace: string,
  kind: string,
  role: string,
  subjects: string,
): { metadata: { name: string }; [field: string]: unknown } {
  return {
    metadata: { name, ...(namespace === '' ? {} : { namespace }), labels: bootstrapping, annotations: autoupdate } as { name: string },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    ...(subjects === '' ? {} : { subjects: subjects.split(', ').map(parseSubject) }),
  }
}

function parseSubject(text: string): object {
  const [kind = '', who = ''] = text.split(' ')
  const [first = '', second] = who.split('/')
  if (kind === 'ServiceAccount') return { kind, name: second, namespace: first }
  return { kind, apiGroup: 'rbac.authorization.k8s.io', name: who }
}
