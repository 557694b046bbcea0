/**
 * Role-based access control: rules out of Roles and ClusterRoles, given to users, groups and service accounts by bindings. The
 * whole of it is kept as an index by subject, made when first asked and again after something changed; who asks often is
 * remembered with the rules that apply.
 *
 * What a newcomer would get wrong: a RoleBinding may refer to a ClusterRole, whose rules then hold in that namespace only;
 * resourceNames never match a create or list without a name; a role for `pods` says nothing of `pods/log`.
 */

import { ClusterRole } from '../../api/rbac/cluster-role.ts'
import { ClusterRoleBinding } from '../../api/rbac/cluster-role-binding.ts'
import { Role } from '../../api/rbac/role.ts'
import { RoleBinding } from '../../api/rbac/role-binding.ts'
import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import { prefixRange, type Store } from '../../store/store.ts'
import type { User } from '../authn/user.ts'
import type { Catalog } from '../registry/catalog.ts'
import type { AuthorizationAttributes, Authorizer, Decision } from './authorizer.ts'

export interface PolicyRule {
  readonly verbs?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}
interface Grant {
  /** '' everywhere. */
  readonly namespace: string
  readonly rules: readonly PolicyRule[]
  /** For the reason of an allowed review. */
  readonly source: string
}
interface RoleParts extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null
}
interface Subject {
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
}
interface BindingParts extends KubeObject {
  readonly roleRef: { readonly kind?: string; readonly name?: string }
  readonly subjects?: readonly Subject[] | null
}

export class Rbac {
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #watches: Disposable[] = []
  #index: Map<string, Grant[]> | Promise<Map<string, Grant[]>> | undefined
  #grantsByUser = new WeakMap<User, readonly Grant[]>()

  constructor(store: Store, catalog: Catalog) {
    this.#store = store
    this.#catalog = catalog
  }

  readonly authorizer: Authorizer = (user, attributes) => {
    const grants = this.grantsOf(user)
    return grants instanceof Promise ? grants.then((found) => decideBy(found, attributes)) : decideBy(grants, attributes)
  }

  grantsOf(user: User): readonly Grant[] | Promise<readonly Grant[]> {
    const known = this.#grantsByUser.get(user)
    if (known !== undefined) return known
    this.#index ??= this.#build()
    const index = this.#index
    return index instanceof Promise ? index.then((built) => this.#remember(user, built)) : this.#remember(user, index)
  }

  close(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]()
  }

  #remember(user: User, index: Map<string, Grant[]>): readonly Grant[] {
    const grants = subjectKeysOf(user).flatMap((key) => index.get(key) ?? [])
    this.#grantsByUser.set(user, grants)
    return grants
  }

  #forget(): void {
    this.#index = undefined
    this.#grantsByUser = new WeakMap()
  }

  /** A watch of a shared store may end because what came after its revision is gone: what is known may be old then. */
  #watchAnew(): void {
    this.close()
    this.#watches.length = 0
    this.#forget()
  }

  async #build(): Promise<Map<string, Grant[]>> {
    if (this.#watches.length === 0) this.#watch()
    const roles = new Map<string, readonly PolicyRule[]>()
    for (const role of await this.#all<RoleParts>(ClusterRole)) roles.set(`/${role.metadata.name}`, role.rules ?? [])
    for (const role of await this.#all<RoleParts>(Role)) roles.set(`${role.metadata.namespace}/${role.metadata.name}`, role.rules ?? [])
    const index = new Map<string, Grant[]>()
    for (const binding of await this.#all<BindingParts>(ClusterRoleBinding)) addBinding(index, binding, '', roles)
    for (const binding of await this.#all<BindingParts>(RoleBinding)) addBinding(index, binding, binding.metadata.namespace ?? '', roles)
    if (this.#index instanceof Promise) this.#index = index
    return index
  }

  async #all<T>(kind: Pick<KindDefinition, 'kind' | 'plural' | 'group'>): Promise<T[]> {
    const store = this.#catalog.storeOf(kind)
    const { items } = await this.#store.range(prefixRange(store.prefix))
    return items.map((kv) => store.objectOf(kv) as unknown as T)
  }

  #watch(): void {
    for (const kind of [Role, ClusterRole, RoleBinding, ClusterRoleBinding]) {
      const { prefix } = this.#catalog.storeOf(kind as Pick<KindDefinition, 'kind' | 'plural' | 'group'>)
      const listener = { onBatch: () => this.#forget(), onEnd: () => this.#watchAnew() }
      this.#watches.push(this.#store.watch(prefixRange(prefix), this.#store.revision, listener))
    }
  }
}

function addBinding(
  index: Map<string, Grant[]>,
  binding: BindingParts,
  namespace: string,
  roles: Map<string, readonly PolicyRule[]>,
): void {
  const { roleRef, metadata, subjects } = binding
  const role = roleRef.kind === 'Role' ? `${namespace}/${roleRef.name}` : `/${roleRef.name}`
  const rules = roles.get(role)
  if (rules === undefined) return
  for (const subject of subjects ?? []) {
    const key = subjectKey(subject, namespace)
    const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
    const name = namespace === '' ? metadata.name : `${metadata.name}/${namespace}`
    const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name
    const source = `RBAC: allowed by ${kind} "${name}" of ${roleRef.kind} "${roleRef.name}" to ${subject.kind} "${who}"`
    const grants = index.get(key)
    if (grants === undefined) index.set(key, [{ namespace, rules, source }])
    else grants.push({ namespace, rules, source })
  }
}

function subjectKey({ kind, name, namespace }: Subject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${name}`
  return `User system:serviceaccount:${namespace || bindingNamespace}:${name}`
}
function subjectKeysOf({ name, groups }: User): string[] {
  return [`User ${name}`, ...groups.map((group) => `Group ${group}`)]
}

function decideBy(grants: readonly Grant[], attributes: AuthorizationAttributes): Decision {
  for (const { namespace, rules, source } of grants) {
    if (namespace !== '' && (!attributes.isResource || namespace !== attributes.namespace)) continue
    for (const rule of rules) if (allows(rule, attributes)) return { verdict: 'allow', reason: source }
  }
  return { verdict: 'none' }
}

export function allows(rule: PolicyRule, attributes: AuthorizationAttributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false
  if (!attributes.isResource) return (rule.nonResourceURLs ?? []).some((pattern) => matchesPath(pattern, attributes.path))
  const { group, resource, subresource, name } = attributes
  return (
    hasOrAll(rule.apiGroups, group) &&
    matchesResource(rule.resources ?? [], resource, subresource) &&
    matchesName(rule.resourceNames ?? [], name)
  )
}

function hasOrAll(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value))
}
function matchesResource(resources: readonly string[], resource: string, subresource: string): boolean {
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some((one) => one === '*' || one === full || (subresource !== '' && one === `*/${subresource}`))
}
function matchesName(names: readonly string[], name: string): boolean {
  return names.length === 0 || names.includes(name)
}
function matchesPath(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1).replace(/\*+$/, '')))
}
