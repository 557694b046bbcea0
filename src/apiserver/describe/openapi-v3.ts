/**
 * /openapi/v3: an index whose addresses carry the hash of what lies there, so that clients can keep it for ever; and one document for
 * each group and version. An address with an old hash leads to the new one.
 */
import type { HttpResponse } from '../../wire/http.ts'
import { headersFor } from '../response/respond.ts'
import type { Answer } from '../route.ts'
import type { RequestContext, Server } from '../server-parts.ts'
import { acceptedForm, answerDocument, notAcceptableForm } from './openapi-answer.ts'
import type { OpenApiDocuments } from './openapi-document.ts'

const documentsOf = new WeakMap<Server, Promise<OpenApiDocuments>>()

/** Kept with the server. */
export function openApiDocuments({ server }: RequestContext): Promise<OpenApiDocuments> {
  let found = documentsOf.get(server)
  if (found === undefined) {
    found = import('./openapi-document.ts').then(({ OpenApiDocuments }) => new OpenApiDocuments(server.catalog, server.flags.gitVersion))
    documentsOf.set(server, found)
  }
  return found
}

export function openApiV3(context: RequestContext, path: string): Answer {
  return path === '' ? index(context) : document(context, path)
}

async function index(context: RequestContext): Promise<HttpResponse> {
  return answerDocument(context, (await openApiDocuments(context)).index())
}

const yearMs = 365 * 24 * 3600 * 1000

async function document(context: RequestContext, path: string): Promise<HttpResponse> {
  const found = (await openApiDocuments(context)).v3(path)
  if (found === undefined) {
    return { status: 404, headers: headersFor(context, 'text/plain; charset=utf-8'), body: '404 page not found\n' }
  }
  const form = acceptedForm(context, 'spec.v3')
  if (form === undefined) return notAcceptableForm(context)
  const served = { form, spec: 'spec.v3' } as const
  const asked = context.query.get('hash') ?? ''
  if (asked === '') return answerDocument(context, found, { served })
  if (asked !== found.hash) {
    const headers = { ...headersFor(context, 'application/json'), etag: `"${found.hash}"`, vary: 'Accept' }
    return { status: 301, headers: { ...headers, location: `/openapi/v3/${path}?hash=${found.hash}` } }
  }
  const expires = new Date(context.server.clock.now() + yearMs).toUTCString()
  return answerDocument(context, found, { served, headers: { 'cache-control': 'public, immutable', expires } })
}
