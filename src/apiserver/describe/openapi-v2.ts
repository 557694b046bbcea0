/** /openapi/v2: waits for apimachinery's generator. */
import type { RequestContext } from '../request/context.ts'
import type { Answer } from '../route.ts'

export function openApiV2(_context: RequestContext): Answer | undefined {
  return undefined
}
