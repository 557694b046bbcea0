/**
 * Answers that are a line of text, with the headers that Go's `http.Error` puts on them.
 */
import type { HttpResponse } from '../wire/http.ts'

export function plainText(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, body }
}

export const refusedMethod: HttpResponse = (() => {
  const refused = plainText(405, 'Method Not Allowed\n')
  return { ...refused, headers: { allow: 'GET', ...refused.headers } }
})()
