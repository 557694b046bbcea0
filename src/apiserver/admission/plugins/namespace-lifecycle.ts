/**
 * NamespaceLifecycle: nothing is created in a namespace that is missing (404) or on its way out (403), and three namespaces
 * cannot be deleted.
 */

import { Namespace } from '../../../api/core/namespace.ts'
import { forbidden, notFound } from '../../../apimachinery/status-error.ts'
import type { AdmissionPlugin, Write } from '../../server-parts.ts'

const immortal = new Set(['default', 'kube-system', 'kube-public'])
const namespaceResource = { group: '', resource: 'namespaces' }

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: ({ operation, resource }) => operation === 'DELETE' && resource.kind.plural === 'namespaces' && resource.kind.group === '',
  admit: ({ name }) => {
    if (immortal.has(name)) throw forbidden(namespaceResource, name, 'this namespace may not be deleted')
  },
}

/** Before anything else is looked at: where would the object lie? */
export async function requireNamespace(
  { server, resource, namespace }: Pick<Write, 'server' | 'resource' | 'namespace'>,
  name = '',
): Promise<void> {
  if (!resource.isNamespaced || resource.kind.isVirtual) return
  const store = server.catalog.storeOf(Namespace)
  const found = server.store.get(store.keyOf('', namespace))
  const kv = found instanceof Promise ? await found : found
  if (kv === undefined) throw notFound(namespaceResource, namespace)
  const { metadata } = store.objectOf(kv)
  if (!metadata.deletionTimestamp) return
  throw forbidden(resource.groupResource, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ])
}
