/** Subresources that a kubelet or a Pod answers, where nobody is connected who could: a clear 503. */
import { notFound, serviceUnavailable } from '../../../apimachinery/status-error.ts'
import type { SubresourceHandler } from '../../server-parts.ts'

export function notConnected(what: string): SubresourceHandler {
  return async ({ info, server }, { store, groupResource }) => {
    if ((await server.store.get(store.keyOf(info.namespace, info.name))) === undefined) throw notFound(groupResource, info.name)
    const name = info.namespace === '' ? info.name : `${info.namespace}/${info.name}`
    throw serviceUnavailable(`${what} of ${info.resource} ${name} is not available: there is no kubelet that could answer`)
  }
}
