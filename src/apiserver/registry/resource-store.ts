/**
 * One stored kind: its keys, its bytes, its objects. Everything above asks here and never builds a key or parses a value
 * by itself. Served versions of the kind (catalog.ts) share one of these.
 *
 * Objects are read at most once per revision: `objectOf` keeps the most recently used ones. They are shared, so nobody
 * may change them (tests freeze them); drafts are made by decoding or by `draftOf`.
 */
import { goJson } from '../../apimachinery/go-strings.ts'
import type { KindDefinition, KindVersion } from '../../apimachinery/kind.ts'
import { apiVersionOf, type KubeObject, type Mutable, type ObjectMeta } from '../../apimachinery/object.ts'
import type { GroupResource } from '../../apimachinery/status-error.ts'
import type { KeyValue } from '../../store/store.ts'
import { keyBytes, storagePrefixOf, textOfKey } from './keys.ts'
import type { Expected, ObjectCache } from './object-cache.ts'
import { orderedBySchema } from './shape.ts'
import { servedText, typePrefix } from './storage-codec.ts'

/** An object that has not been handed to anybody yet. */
export interface Draft {
  kind?: string
  apiVersion?: string
  metadata: Mutable<ObjectMeta>
  [key: string]: unknown
}

export class ResourceStore {
  readonly kind: KindDefinition
  readonly version: KindVersion<KubeObject>
  readonly group: string
  readonly apiVersion: string
  readonly isNamespaced: boolean
  readonly prefix: string
  /** For error texts. */
  readonly groupResource: GroupResource
  /** How many bytes the kind and apiVersion take at the beginning of each stored object. */
  readonly typeBytes: number
  readonly #cache: ObjectCache

  constructor(kind: KindDefinition, cache: ObjectCache) {
    this.kind = kind
    const version = kind.versions.find(({ name }) => name === kind.storageVersion) ?? kind.versions[0]
    if (version === undefined) throw new Error(`Kind ${kind.kind} has no version`)
    this.version = version
    this.group = version.group ?? kind.group
    this.apiVersion = apiVersionOf(this.group, version.name)
    this.isNamespaced = kind.scope === 'Namespaced'
    this.prefix = storagePrefixOf(kind)
    this.groupResource = { group: kind.group, resource: kind.plural }
    this.typeBytes = typePrefix(kind.kind, this.apiVersion).length
    this.#cache = cache
  }

  keyOf(namespace: string, name: string): string {
    return this.prefix + keyBytes(this.isNamespaced ? `${namespace}/${name}` : name)
  }
  /** All objects, or those of one namespace. */
  prefixOf(namespace: string): string {
    return this.isNamespaced && namespace !== '' ? `${this.prefix}${keyBytes(namespace)}/` : this.prefix
  }
  /** The one key that can match a selector which names an object. */
  onlyKeyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string | undefined {
    return name === '' || (this.isNamespaced && namespace === '') ? undefined : this.keyOf(namespace, name)
  }
  /** What follows the prefix of a key: "shop/web", or "n1". */
  placeOf(key: string): { namespace: string; name: string } {
    const rest = textOfKey(key.slice(this.prefix.length))
    const slash = this.isNamespaced ? rest.indexOf('/') : -1
    return slash < 0 ? { namespace: '', name: rest } : { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) }
  }

  /** The object with its resourceVersion. Shared: do not change it. */
  objectOf(kv: KeyValue): KubeObject {
    return this.#cache.get(kv, kv.modRevision)
  }
  /** As `objectOf`, with another resourceVersion: what a DELETED event shows. Not kept. */
  objectAt(kv: KeyValue, revision: number): KubeObject {
    return revision === kv.modRevision ? this.objectOf(kv) : (JSON.parse(servedText(kv.value, revision)) as KubeObject)
  }
  /** As `objectOf`, and what is not at hand is not kept: for those who look at everything once. */
  readOnce(kv: KeyValue): KubeObject {
    return this.#cache.peek(kv) ?? (JSON.parse(servedText(kv.value, kv.modRevision)) as KubeObject)
  }
  /** A copy that may be changed. */
  draftOf(kv: KeyValue): Draft {
    return JSON.parse(servedText(kv.value, kv.modRevision)) as Draft
  }

  /** What is stored of an object: its bytes, and the object that somebody who parses them would get. */
  encode(object: KubeObject): Expected {
    // The resourceVersion keeps its place among the keys though it is not stored.
    const placed = { ...object, metadata: { ...object.metadata, resourceVersion: '0' } }
    const ordered = orderedBySchema(this.version.schema, placed) as unknown as Draft & { metadata: { resourceVersion: unknown } }
    ordered.metadata.resourceVersion = undefined
    return { bytes: Buffer.from(goJson(ordered), 'utf8'), object: ordered as unknown as KubeObject }
  }

  /** The next change of an object mostly comes soon: it finds the object as it was stored, and need not parse it. */
  remember(kv: KeyValue | undefined, revision: number, { object }: Expected): void {
    if (kv?.modRevision !== revision) return
    this.#cache.remember(kv, object)
  }

  /** Runs a write of what was encoded; readers of its event, and the next update, get the object without parsing. */
  async writing<T>(key: string, expected: Expected, write: () => Promise<T>): Promise<T> {
    this.#cache.expect(key, expected)
    try {
      return await write()
    } finally {
      this.#cache.forget(key, expected)
    }
  }
}
