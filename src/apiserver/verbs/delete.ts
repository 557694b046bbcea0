/** DELETE of one object. Answers with the object while it is still there, and for some kinds always; else with a Status. */

import type { Status } from '../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { deleteObject } from '../registry/delete.ts'
import { parseDeleteOptions } from '../request/delete-options.ts'
import { plainWrite } from '../request/write-options.ts'
import { respondStatus, respondStored } from '../response/respond.ts'
import type { RequestContext } from '../server-parts.ts'
import { writeOf } from './create.ts'

const jobsOrphanWarning =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

export async function deleteVerb(context: RequestContext, resource: ServedResource): Promise<HttpResponse> {
  const { name } = context.info
  const representation = context.server.negotiators.object.negotiate(context.header('accept'))
  const options = await parseDeleteOptions(context)
  warnOfOrphans(context, resource, options)
  const write = { ...writeOf(context, resource, plainWrite), isDryRun: options.isDryRun }
  const result = await deleteObject(write, { ...options, name })
  const isAccepted = !result.isGone && options.orphanDependents === false
  if (!result.isGone || resource.kind.returnsDeletedObject) {
    return respondStored(context, resource, result, representation, isAccepted ? 202 : 200)
  }
  const { group } = resource
  const { uid } = result.object.metadata
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: resource.resource, ...(uid === undefined ? {} : { uid }) },
  }
  return respondStatus(context, status, representation)
}

export function warnOfOrphans(
  context: RequestContext,
  { kind }: ServedResource,
  {
    propagationPolicy,
    orphanDependents,
  }: { readonly propagationPolicy?: string | undefined; readonly orphanDependents?: boolean | undefined },
): void {
  if (kind.kind !== 'Job' || kind.group !== 'batch') return
  if (propagationPolicy === undefined && orphanDependents === undefined) context.warn(jobsOrphanWarning)
}
