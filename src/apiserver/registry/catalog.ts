/**
 * What is served: one `ServedResource` for each version of each kind, and one `ResourceStore` for each kind that is stored.
 * Built from the list of kinds; custom resources will be added and removed while the server runs, which is why
 * `revision` counts changes (discovery and OpenAPI are made anew when it does).
 */
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type KindDefinition, type KindVersion, listKindOf, type NamedSubresource, singularOf } from '../../apimachinery/kind.ts'
import { apiVersionOf, type KubeObject } from '../../apimachinery/object.ts'
import type { StructSchema } from '../../apimachinery/schema/schema.ts'
import type { GroupResource } from '../../apimachinery/status-error.ts'
import type { ObjectCache } from './object-cache.ts'
import { ResourceStore } from './resource-store.ts'

export interface ServedResource {
  readonly kind: KindDefinition
  readonly version: KindVersion<KubeObject>
  readonly group: string
  readonly versionName: string
  /** "apps/v1" */
  readonly apiVersion: string
  readonly resource: string
  readonly groupResource: GroupResource
  readonly isNamespaced: boolean
  readonly schema: StructSchema
  readonly listKind: string
  readonly singular: string
  readonly verbs: ReadonlySet<string>
  readonly subresources: ReadonlyMap<string, NamedSubresource>
  readonly store: ResourceStore
  readonly gates: FeatureGates | undefined
  /** Stored bytes can be served as they are. */
  readonly isStoredVersion: boolean
}

const usualVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

export interface RuntimeConfig {
  /** "apps/v1", "api/all", "apps/v1/deployments" and the like: --runtime-config. */
  readonly [what: string]: boolean
}

export class Catalog {
  /** Grows whenever something is added or removed. */
  revision = 0
  readonly #byPath = new Map<string, ServedResource>()
  readonly #stores = new Map<string, ResourceStore>()
  readonly #groupVersions = new Map<string, Set<string>>()
  readonly #cache: ObjectCache
  readonly #gates: FeatureGates | undefined

  constructor(kinds: readonly KindDefinition[], cache: ObjectCache, runtimeConfig: RuntimeConfig = {}, gates?: FeatureGates) {
    this.#cache = cache
    this.#gates = gates
    for (const kind of kinds) this.add(kind, runtimeConfig)
  }

  add(kind: KindDefinition, runtimeConfig: RuntimeConfig = {}): void {
    const store = new ResourceStore(kind, this.#cache)
    // A kind that is off has no store either, so that nobody counts or collects its objects.
    let hasStore = kind.versions.some(({ isOff }) => isOff !== true)
    for (const version of kind.versions) {
      const served = servedResource(kind, version, store, this.#gates)
      if (!isOn(served, runtimeConfig, this.#gates)) continue
      hasStore = true
      this.#byPath.set(pathOf(served.group, served.versionName, served.resource), served)
      const versions = this.#groupVersions.get(served.group)
      if (versions === undefined) this.#groupVersions.set(served.group, new Set([served.versionName]))
      else versions.add(served.versionName)
    }
    if (hasStore) this.#stores.set(`${kind.plural}.${kind.group}`, store)
    this.revision++
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#byPath.get(pathOf(group, version, resource))
  }
  /** The version of a resource that is stored, else any. */
  byGroupResource(group: string, resource: string): ServedResource | undefined {
    let found: ServedResource | undefined
    for (const served of this.#byPath.values()) {
      if (served.group !== group || served.resource !== resource) continue
      if (served.isStoredVersion) return served
      found ??= served
    }
    return found
  }
  byKind(group: string, version: string, kind: string): ServedResource | undefined {
    for (const served of this.#byPath.values()) {
      if (served.group === group && served.versionName === version && served.kind.kind === kind) return served
    }
    return undefined
  }
  servesGroupVersion(group: string, version: string): boolean {
    return this.#groupVersions.get(group)?.has(version) ?? false
  }
  servesGroup(group: string): boolean {
    return this.#groupVersions.has(group)
  }
  all(): Iterable<ServedResource> {
    return this.#byPath.values()
  }
  stores(): Iterable<ResourceStore> {
    return this.#stores.values()
  }
  storeOf(kind: Pick<KindDefinition, 'kind' | 'plural' | 'group'>): ResourceStore {
    const store = this.#stores.get(`${kind.plural}.${kind.group}`)
    if (store === undefined) throw new Error(`Kind ${kind.kind} is not served`)
    return store
  }
}

function pathOf(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`
}

/** The closest word counts: the resource, its version, all of its maturity, everything. No word is enough where a gate is off. */
function isOn(served: ServedResource, runtimeConfig: RuntimeConfig, gates: FeatureGates | undefined): boolean {
  const { apiVersion, resource, version, versionName } = served
  if (version.featureGate !== undefined && gates?.isOn(version.featureGate) !== true) return false
  const maturity = versionName.includes('alpha') ? 'api/alpha' : versionName.includes('beta') ? 'api/beta' : 'api/ga'
  for (const what of [`${apiVersion}/${resource}`, apiVersion, maturity, 'api/all']) {
    const said = runtimeConfig[what]
    if (said !== undefined) return said
  }
  return version.isOff !== true
}

function servedResource(
  kind: KindDefinition,
  version: KindVersion<KubeObject>,
  store: ResourceStore,
  gates: FeatureGates | undefined,
): ServedResource {
  const group = version.group ?? kind.group
  const subresources = new Map<string, NamedSubresource>()
  const self = { group, version: version.name, kind: kind.kind }
  for (const one of kind.subresources ?? []) {
    // A subresource that answers with the kind itself does so in the version of the request.
    const isSelf = one.kind.kind === kind.kind && one.kind.group === kind.group
    subresources.set(one.name, isSelf ? { ...one, kind: self } : one)
  }
  if (kind.hasStatus && !subresources.has('status')) {
    subresources.set('status', { name: 'status', kind: self, verbs: ['get', 'patch', 'update'] })
  }
  if (kind.scale && !subresources.has('scale')) {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
    subresources.set('scale', { name: 'scale', kind: scale, verbs: ['get', 'patch', 'update'] })
  }
  return {
    kind,
    version,
    group,
    versionName: version.name,
    apiVersion: apiVersionOf(group, version.name),
    resource: kind.plural,
    groupResource: { group, resource: kind.plural },
    isNamespaced: kind.scope === 'Namespaced',
    schema: version.schema,
    listKind: listKindOf(kind),
    singular: singularOf(kind),
    verbs: new Set(kind.verbs ?? usualVerbs),
    subresources,
    store,
    gates,
    isStoredVersion: version === store.version,
  }
}
