/**
 * What a client may say of how long it waits: `?timeout=34s`, in Go's words for durations. What is none is refused before anything else is looked
 * at. What is one changes nothing: no request here takes as long as anybody would wait. What runs for long is not asked.
 */
import { durationProblem } from '../../apimachinery/go-duration.ts'
import { badRequest } from '../../apimachinery/status-error.ts'
import type { RequestContext } from '../server-parts.ts'
import type { RequestInfo } from './info.ts'

const longRunning = new Set(['attach', 'exec', 'proxy', 'log', 'portforward'])

/** Streams that have no end of their own, and what is done by somebody else. */
export function runsForLong({ verb, isResource, subresource, path }: RequestInfo): boolean {
  return isResource ? verb === 'watch' || verb === 'proxy' || longRunning.has(subresource) : path.startsWith('/debug/pprof/')
}

/** Throws 400. */
export function checkTimeout(context: RequestContext): void {
  const { http, info } = context
  if (http.query === '' || !http.query.includes('timeout=') || runsForLong(info)) return
  const timeout = context.query.get('timeout') ?? ''
  const problem = timeout === '' ? undefined : durationProblem(timeout)
  if (problem !== undefined) throw badRequest(`invalid timeout specified in the request URL - ${problem}`)
}
