/**
 * Everything that is no resource: discovery, OpenAPI, health, version, metrics. Undefined: no such path.
 */
import type { RequestContext } from '../request/context.ts'
import { answer } from '../response/respond.ts'
import type { Answer } from '../route.ts'

export function describe(context: RequestContext): Answer | undefined {
  const { path } = context.info
  if (/^\/(healthz|livez|readyz)$/.test(path)) return answer(context, 200, 'text/plain; charset=utf-8', 'ok')
  return undefined
}
