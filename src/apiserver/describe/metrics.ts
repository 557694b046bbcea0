/**
 * /metrics in Prometheus' text format. Few so far: how many requests were answered how, how many objects there are of each kind.
 */

import { prefixRange } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import { answer } from '../response/respond.ts'
import type { RequestContext } from '../server-parts.ts'

export async function metrics(context: RequestContext): Promise<HttpResponse> {
  const { store, catalog, counts } = context.server
  const lines = [
    ...counts.lines(),
    '# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.',
    '# TYPE apiserver_storage_objects gauge',
  ]
  for (const { kind, prefix, groupResource } of catalog.stores()) {
    if (kind.isVirtual) continue
    const { count } = await store.range(prefixRange(prefix), { countOnly: true })
    const name = groupResource.group === '' ? groupResource.resource : `${groupResource.resource}.${groupResource.group}`
    lines.push(`apiserver_storage_objects{resource="${name}"} ${count}`)
  }
  return answer(context, 200, 'text/plain; version=0.0.4; charset=utf-8', `${lines.join('\n')}\n`)
}
