/**
 * DELETE of a collection: lists what the selectors choose and deletes one after the other. Not atomic: the first error ends
 * it and is the answer. The answer is the list as it was.
 */

import { reasonOf } from '../../apimachinery/status-error.ts'
import type { KeyValue } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { deleteObject } from '../registry/delete.ts'
import { compilePredicate } from '../registry/predicate.ts'
import { parseDeleteOptions } from '../request/delete-options.ts'
import { parseListOptions } from '../request/list-options.ts'
import { plainWrite } from '../request/write-options.ts'
import { respondList } from '../response/respond-list.ts'
import type { RequestContext } from '../server-parts.ts'
import { writeOf } from './create.ts'
import { warnOfOrphans } from './delete.ts'
import { takeSnapshot } from './list.ts'

export async function deleteCollectionVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const { info, server } = context
  const representation = server.negotiators.collection.negotiate(context.header('accept'))
  const listOptions = parseListOptions(context, false)
  const predicate = compilePredicate(resource, listOptions, { namespace: info.namespace, name: '' })
  const options = await parseDeleteOptions(context)
  warnOfOrphans(context, resource, options)
  const snapshot = await takeSnapshot(context, resource, listOptions, predicate)
  const deleted: KeyValue[] = []
  for (const kv of snapshot.items) {
    const { namespace, name } = resource.store.placeOf(kv.key)
    const write = { ...writeOf(context, resource, plainWrite), namespace, isDryRun: options.isDryRun }
    try {
      await deleteObject(write, { ...options, name })
    } catch (error) {
      if (reasonOf(error) !== 'NotFound') throw error
    }
    deleted.push(kv)
  }
  return respondList(context, resource, { ...snapshot, items: deleted }, representation)
}
