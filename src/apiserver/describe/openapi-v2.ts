/** /openapi/v2: waits for apimachinery's generator. */

import type { Answer } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'

export function openApiV2(_context: RequestContext): Answer | undefined {
  return undefined
}
