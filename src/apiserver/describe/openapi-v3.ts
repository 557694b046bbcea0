/** /openapi/v3: waits for apimachinery's generator. */
import type { RequestContext } from '../request/context.ts'
import type { Answer } from '../route.ts'

export function openApiV3(_context: RequestContext, _groupVersion: string): Answer | undefined {
  return undefined
}
