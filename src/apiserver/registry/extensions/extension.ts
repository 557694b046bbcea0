/**
 * What a description cannot carry: the dozen kinds that do something besides being stored, one file each beside this one. An
 * extension hooks into the standard operations of a kind, or answers a subresource by itself.
 */

import type { Extension, Server } from '../../server-parts.ts'
import type { ServedResource } from '../catalog.ts'

export function extensionOf(server: Server, resource: ServedResource): Extension | undefined {
  return server.extensions.get(`${resource.kind.plural}.${resource.kind.group}`)
}
