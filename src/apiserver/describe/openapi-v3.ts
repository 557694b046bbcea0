/** /openapi/v3: waits for apimachinery's generator. */

import type { Answer } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'

export function openApiV3(_context: RequestContext, _groupVersion: string): Answer | undefined {
  return undefined
}
