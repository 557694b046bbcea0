/**
 * How components talk to the API server. They never see a store, a socket or each other: only this. `Client` is typed by
 * kind values; the transport underneath is a function call in the same process or HTTPS (transport-loopback.ts,
 * transport-https.ts), and nobody above can tell which.
 *
 *     await client.of(Deployment).in('shop').get('web')
 *     await client.of(Pod).in('shop').sub('eviction').create('web-1', eviction)
 *
 * Every call rejects with a `StatusError`; ask `reasonOf(error)` what it was. Objects that come back are frozen or
 * shared: never change them, make new ones.
 */
import type { KindDefinition } from '../apimachinery/kind.ts'
import type { GroupVersionResource, KubeObject, ObjectList, UnknownObject } from '../apimachinery/object.ts'
import type { Status } from '../apimachinery/status-error.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}
export interface ListOptions extends CallOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  readonly limit?: number
  readonly continue?: string
  /** Items come as PartialObjectMetadata: only kind, apiVersion and metadata. */
  readonly metadataOnly?: boolean
}
export interface WatchOptions extends CallOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly resourceVersion?: string
  readonly allowWatchBookmarks?: boolean
  readonly sendInitialEvents?: boolean
  readonly timeoutSeconds?: number
  /** Objects come as PartialObjectMetadata. */
  readonly metadataOnly?: boolean
}
export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean
  readonly fieldManager?: string
}
export interface DeleteOptions extends CallOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
}
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'
export interface PatchOptions extends WriteOptions {
  readonly type: PatchType
  readonly subresource?: string
  readonly force?: boolean
}
export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly object: KubeObject }
  | { readonly type: 'ERROR'; readonly object: Status }

export interface ResourceClient<T extends KubeObject> {
  /** The same resource within one namespace. */
  in(namespace: string): ResourceClient<T>
  get(name: string, options?: CallOptions): Promise<T>
  list(options?: ListOptions): Promise<ObjectList<T>>
  /** Ends when the server ends it; throws when the connection breaks. ERROR events are yielded, not thrown. */
  watch(options?: WatchOptions): AsyncIterable<WatchEvent<T>>
  create(object: T, options?: WriteOptions): Promise<T>
  update(object: T, options?: WriteOptions): Promise<T>
  updateStatus(object: T, options?: WriteOptions): Promise<T>
  patch(name: string, patch: unknown, options: PatchOptions): Promise<T>
  delete(name: string, options?: DeleteOptions): Promise<T | Status>
  deleteCollection(options?: DeleteOptions & ListOptions): Promise<void>
  /** POST, GET or PUT on a subresource: binding, eviction, scale, finalize, token. */
  sub(subresource: string): {
    create(name: string, body: unknown, options?: WriteOptions): Promise<UnknownObject>
    get(name: string, options?: CallOptions): Promise<UnknownObject>
    update(name: string, body: unknown, options?: WriteOptions): Promise<UnknownObject>
  }
}

export interface Client {
  /** `version`: the kind's storage version when absent. */
  of<T extends KubeObject>(kind: KindDefinition<T>): ResourceClient<T>
  /** For kinds known only at run time (garbage collector, namespace controller, custom resources). */
  dynamic(resource: GroupVersionResource): ResourceClient<UnknownObject>
  /** GET of any path, parsed as JSON: discovery. */
  raw(path: string, options?: CallOptions & { readonly accept?: string }): Promise<unknown>
}
