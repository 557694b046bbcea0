/**
 * NamespaceLifecycle: nothing is created in a namespace that is missing (404) or on its way out (403), not even a token or an eviction, and three
 * namespaces cannot be deleted.
 */

import { Namespace } from '../../../api/core/namespace.ts'
import { notFound } from '../../../apimachinery/status-error.ts'
import type { KeyValue } from '../../../store/store.ts'
import type { AdmissionPlugin, Attributes } from '../../server-parts.ts'
import { denied, is } from '../plugin.ts'

const immortal = new Set(['default', 'kube-system', 'kube-public'])

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: (attributes) => {
    const { operation, resource } = attributes
    if (operation === 'CREATE') return resource.isNamespaced && !resource.kind.isVirtual
    return operation === 'DELETE' && is(attributes, '', 'namespaces')
  },
  admit: (attributes) => {
    const { operation, name, server, namespace } = attributes
    if (operation === 'DELETE') {
      if (immortal.has(name)) throw denied(attributes, 'this namespace may not be deleted')
      return
    }
    const found = server.store.get(server.catalog.storeOf(Namespace).keyOf('', namespace))
    return found instanceof Promise ? found.then((kv) => mustLive(attributes, kv)) : mustLive(attributes, found)
  },
}

function mustLive(attributes: Attributes, kv: KeyValue | undefined): void {
  const { server, namespace } = attributes
  if (kv === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace)
  if (!server.catalog.storeOf(Namespace).objectOf(kv).metadata.deletionTimestamp) return
  throw denied(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
  ])
}
