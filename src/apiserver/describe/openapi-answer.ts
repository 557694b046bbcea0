/**
 * How OpenAPI documents are given out: in the first form that the client likes and there is, under an ETag of the JSON, compressed when that
 * pays, and not at all when the client has it.
 *
 * What a newcomer would get wrong: unlike aggregated discovery, whose ETag is compared as text, If-None-Match is read as HTTP says: a list, weak
 * tags, or `*`. And an @ is no part of a media type: protobuf is asked for with one and served without.
 */
import type { HttpResponse } from '../../wire/http.ts'
import { takesGzip } from '../response/compress.ts'
import { parseAccept } from '../response/negotiate.ts'
import { headersFor } from '../response/respond.ts'
import type { RequestContext } from '../server-parts.ts'
import type { OpenApiDocument } from './openapi-document.ts'

export type OpenApiForm = 'json' | 'protobuf'

/** Undefined: none that there is. */
export function acceptedForm(context: RequestContext, spec: 'spec.v2' | 'spec.v3'): OpenApiForm | undefined {
  const accept = context.header('accept')
  const protobuf = 'application/com.github.proto-openapi.'
  for (const { type } of parseAccept(accept === undefined || accept === '' ? '*/*' : accept)) {
    if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json'
    if (type === `${protobuf}${spec}@v1.0+protobuf` || type === `${protobuf}${spec}.v1.0+protobuf`) return 'protobuf'
  }
  return undefined
}

export function notAcceptableForm(context: RequestContext): HttpResponse {
  const { 'content-type': _, ...headers } = headersFor(context, '')
  return { status: 406, headers: { ...headers, vary: 'Accept' } }
}

export interface DocumentAnswer {
  /** Absent: JSON is all there is. */
  readonly served?: { readonly form: OpenApiForm; readonly spec: 'spec.v2' | 'spec.v3' }
  readonly headers?: Readonly<Record<string, string>>
}

export async function answerDocument(
  context: RequestContext,
  document: OpenApiDocument,
  { served, headers: more = {} }: DocumentAnswer = {},
): Promise<HttpResponse> {
  const isProtobuf = served?.form === 'protobuf'
  const type = isProtobuf ? `application/com.github.proto-openapi.${served.spec}.v1.0+protobuf` : 'application/json'
  const etag = `"${document.hash}"`
  const vary = served === undefined ? 'Accept-Encoding' : 'Accept-Encoding, Accept'
  const { 'content-type': _, ...common } = headersFor(context, type)
  const rest = { ...common, etag, vary, ...more }
  if (matches(context.header('if-none-match'), etag)) return { status: 304, headers: rest }
  const headers = { ...rest, 'content-type': type }
  const body = isProtobuf ? await document.protobuf() : document.json
  if (!takesGzip(context)) return { status: 200, headers, body }
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: document.zipped(body) }
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((one) => {
    const tag = one.trim()
    return tag === '*' || tag === etag || tag === `W/${etag}`
  })
}
