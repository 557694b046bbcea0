/** /openapi/v2: everything in one document, as JSON or gnostic's protobuf. */
import { notAcceptable } from '../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { Answer } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'
import { openApiDocuments } from './openapi-v3.ts'

const protobufType = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
/** An @ is no part of a media type: it is asked for with one and served without. */
const servedType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
const protobufTypes = [protobufType, servedType]

export function openApiV2(context: RequestContext): Answer {
  return answer(context)
}

async function answer(context: RequestContext): Promise<HttpResponse> {
  const accept = context.header('accept') ?? '*/*'
  const documents = await openApiDocuments(context)
  const { json, hash } = documents.v2()
  const etag = `"${hash}"`
  if (context.header('if-none-match') === etag) return { status: 304, headers: { etag } }
  const types = accept.split(',').map((one) => (one.split(';')[0] as string).trim())
  for (const type of types) {
    if (protobufTypes.includes(type))
      return { status: 200, headers: { 'content-type': servedType, etag, vary: 'Accept' }, body: await documents.v2Protobuf() }
    if (type === 'application/json' || type === '*/*' || type === 'application/*')
      return { status: 200, headers: { 'content-type': 'application/json', etag, vary: 'Accept' }, body: json }
  }
  throw notAcceptable(`only the following media types are accepted: application/json, ${protobufType}`)
}
