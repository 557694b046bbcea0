/**
 * What a description cannot carry: the dozen kinds that do something besides being stored, one file each beside this one. An
 * extension hooks into the standard operations of a kind, or answers a subresource by itself.
 */
import type { KubeObject } from '../../../apimachinery/object.ts'
import type { HttpResponse } from '../../../wire/http.ts'
import type { RequestContext } from '../../request/context.ts'
import type { Server } from '../../server.ts'
import type { ServedResource } from '../catalog.ts'
import type { Draft } from '../resource-store.ts'
import type { Write } from '../write.ts'

/** Gives back what was taken when the write did not happen. */
export type Undo = () => void

export type SubresourceHandler = (context: RequestContext, resource: ServedResource) => Promise<HttpResponse> | HttpResponse

export interface Extension {
  /** Takes what the object needs (addresses, ports) and writes it into the draft. May be called again for a new name. */
  beginCreate?(write: Write, draft: Draft): Promise<Undo | undefined> | Undo | undefined
  beginUpdate?(write: Write, draft: Draft, old: KubeObject): Promise<Undo | undefined> | Undo | undefined
  /** The object is gone. */
  afterDelete?(server: Server, object: KubeObject): void
  /** After a successful update. */
  afterUpdate?(server: Server, object: KubeObject, old: KubeObject): void
  /** More that must be true before an object that is being deleted goes with its last finalizer. */
  mayGo?(object: KubeObject): boolean
  /** Changes how a delete without finalizers begins: true when the extension has marked the draft. */
  beforeDelete?(write: Write, draft: Draft): boolean
  /** Answers instead of the standard verbs: POST of reviews and bindings. */
  create?: SubresourceHandler
  list?: SubresourceHandler
  get?: SubresourceHandler
  readonly subresources?: Readonly<Record<string, SubresourceHandler>>
}

export function extensionOf(server: Server, resource: ServedResource): Extension | undefined {
  return server.extensions.get(`${resource.kind.plural}.${resource.kind.group}`)
}
