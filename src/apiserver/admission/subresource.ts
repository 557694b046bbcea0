/**
 * Admission of what is created under an object: tokens, bindings, evictions. The plugins see the object's resource and name, the subresource, and
 * what was sent as the object.
 */
import { badRequest } from '../../apimachinery/status-error.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { Draft } from '../registry/resource-store.ts'
import type { Attributes, RequestContext } from '../server-parts.ts'
import { admit } from './admit.ts'

/** What is sent may say the namespace on the URL or none. */
export function checkSentNamespace({ info }: RequestContext, { metadata }: Draft): void {
  if ((metadata.namespace ?? '') === '') metadata.namespace = info.namespace
  else if (metadata.namespace !== info.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

/** Mutating admission; the attributes are for `validateAdmission`, once the handler has looked at the object itself. */
export async function admitSubresource(
  context: RequestContext,
  resource: ServedResource,
  object: Draft,
  isDryRun: boolean,
): Promise<Attributes> {
  const { server, info, user } = context
  const attributes: Attributes = {
    operation: 'CREATE',
    server,
    resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    object,
    user,
    isDryRun,
    warn: (text) => context.warn(text),
  }
  await admit(attributes)
  return attributes
}
