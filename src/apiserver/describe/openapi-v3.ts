/**
 * /openapi/v3: an index whose addresses carry the hash of what lies there, so that clients can keep it for ever; and one document for
 * each group and version. An address with an old hash leads to the new one.
 */
import type { HttpResponse } from '../../wire/http.ts'
import type { Answer } from '../route.ts'
import type { RequestContext, Server } from '../server-parts.ts'
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
  const documents = await openApiDocuments(context)
  const paths: Record<string, { serverRelativeURL: string }> = {}
  for (const path of [...documents.groupVersions().keys()].sort()) {
    const found = documents.v3(path)
    if (found !== undefined) paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${found.hash}` }
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ paths }) }
}

const yearSeconds = 365 * 24 * 3600

async function document(context: RequestContext, path: string): Promise<HttpResponse> {
  const found = (await openApiDocuments(context)).v3(path)
  if (found === undefined) return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }
  const asked = context.query.get('hash')
  if (asked !== undefined && asked !== '' && asked !== found.hash)
    return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${found.hash}` } }
  const etag = `"${found.hash}"`
  const headers: Record<string, string> = { etag, vary: 'Accept' }
  if (asked !== undefined && asked !== '') {
    headers['cache-control'] = 'public, immutable'
    headers.expires = new Date(context.server.clock.now() + yearSeconds * 1000).toUTCString()
  }
  if (context.header('if-none-match')?.includes(etag)) return { status: 304, headers }
  return { status: 200, headers: { ...headers, 'content-type': 'application/json' }, body: found.json }
}
