/**
 * GET of one object: the hot path. Bytes come out of the store and go to the client with the resourceVersion spliced in;
 * nothing is parsed and nothing is awaited. `?resourceVersion=N` waits until the store is there.
 */

import { badRequest, notFound } from '../../apimachinery/status-error.ts'
import type { KeyValue } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { isTrue } from '../request/query.ts'
import { parseRevision, waitForRevision } from '../request/revision.ts'
import { respondStored } from '../response/respond.ts'
import type { RequestContext } from '../server-parts.ts'

export function getObject(context: RequestContext, resource: ServedResource): HttpResponse | Promise<HttpResponse> {
  const representation = context.server.negotiators.object.negotiate(context.header('accept'))
  if (context.http.query !== '') {
    refuseExport(context)
    const resourceVersion = context.query.get('resourceVersion')
    if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== '0') {
      const revision = parseRevision(resourceVersion, 'plain')
      if (revision > context.server.store.revision)
        return waitForRevision(context, revision).then(() => read(context, resource, representation))
    }
  }
  return read(context, resource, representation)
}

/** Gone since 1.21, and said so to those who still ask. */
function refuseExport({ query }: RequestContext): void {
  if (isTrue(query.get('export'))) throw badRequest('the export parameter, deprecated since v1.14, is no longer supported')
}

type Represented = Parameters<typeof respondStored>[3]

function read(context: RequestContext, resource: ServedResource, representation: Represented): HttpResponse | Promise<HttpResponse> {
  const { info, server } = context
  const { clock, metrics } = server
  const reads = metrics.getsOf(resource.store.groupResource)
  const beganMs = clock.monotonicMs()
  const kv = server.store.get(resource.store.keyOf(info.namespace, info.name))
  const counted = (found: KeyValue | undefined): HttpResponse | Promise<HttpResponse> => {
    reads.requests.value++
    reads.seconds.observe((clock.monotonicMs() - beganMs) / 1000)
    return shown(context, resource, representation, found)
  }
  return kv instanceof Promise ? kv.then(counted) : counted(kv)
}

function shown(
  context: RequestContext,
  resource: ServedResource,
  representation: Represented,
  kv: KeyValue | undefined,
): HttpResponse | Promise<HttpResponse> {
  if (kv === undefined) throw notFound(resource.groupResource, context.info.name)
  return respondStored(context, resource, { bytes: kv.value, revision: kv.modRevision }, representation)
}
