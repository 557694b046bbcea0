/**
 * Everything that is no resource: discovery, OpenAPI, health, version, metrics, and the list of all these paths.
 * Undefined: no such path, and the caller says so in plain text.
 */

import { methodNotAllowed, resourceNotFound } from '../../apimachinery/status-error.ts'
import type { HttpResponse } from '../../wire/http.ts'
import { splitPath } from '../request/info.ts'
import { answer, respondObject } from '../response/respond.ts'
import { type Answer, isBuiltIn } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'
import { aggregatedDiscovery } from './aggregated-discovery.ts'
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './discovery.ts'
import { health, healthPaths } from './health.ts'
import { levelMetrics, metrics } from './metrics.ts'
import { openApiV2 } from './openapi-v2.ts'
import { openApiV3 } from './openapi-v3.ts'
import { versionInfo } from './version.ts'

export function describe(context: RequestContext): Answer | undefined {
  const parts = splitPath(context.info.path)
  switch (parts[0]) {
    case undefined:
      return document(context, { paths: rootPaths(context) })
    case 'api':
    case 'apis':
      return discovery(context, parts)
    case 'healthz':
    case 'livez':
    case 'readyz':
      return health(context, parts[0], parts.slice(1).join('/'))
    case 'index.html':
      return parts.length === 1 ? document(context, { paths: rootPaths(context) }) : undefined
    case 'version':
      return parts.length === 1 ? negotiated(context, versionInfo(context.server.flags.gitVersion)) : undefined
    case 'openapi':
      if (parts[1] === 'v2' && parts.length === 2) return openApiV2(context)
      return parts[1] === 'v3' ? openApiV3(context, parts.slice(2).join('/')) : undefined
    case 'openid':
      return parts[1] === 'v1' && parts[2] === 'jwks' && parts.length === 3 ? jwks(context) : undefined
    case '.well-known':
      return parts[1] === 'openid-configuration' && parts.length === 2
        ? keptForAnHour(onlyGet(context, issuerDocument(context)))
        : undefined
    case 'metrics':
      if (parts[1] === 'slis' && parts.length === 2) return levelMetrics(context)
      return parts.length === 1 ? metrics(context) : undefined
    default:
      return undefined
  }
}

function negotiated(context: RequestContext, value: object): Answer {
  context.server.negotiators.json.negotiate(context.header('accept'))
  return onlyGet(context, value)
}

function document(context: RequestContext, value: object): HttpResponse {
  return answer(context, 200, 'application/json', `${JSON.stringify(value, null, 2)}`)
}

/** Most documents take any method; the router's own take one. */
function onlyGet(context: RequestContext, value: object): HttpResponse {
  if (context.http.method !== 'GET') throw methodNotAllowed()
  return document(context, value)
}

/** The keys of service account tokens, for whoever wants to check one. */
function jwks(context: RequestContext): Answer {
  if (context.http.method !== 'GET') throw methodNotAllowed()
  return keptForAnHour(answer(context, 200, 'application/jwk-set+json', JSON.stringify({ keys: context.server.tokens.keys })))
}

function keptForAnHour(response: HttpResponse): HttpResponse {
  return { ...response, headers: { ...response.headers, 'cache-control': 'public, max-age=3600' } }
}

function issuerDocument({ server }: RequestContext): object {
  return {
    issuer: server.flags.serviceAccountIssuer,
    jwks_uri: `https://${server.flags.advertiseAddress}:${server.flags.securePort}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(server.tokens.keys.map((key) => (key as { readonly alg: string }).alg))],
  }
}

function discovery(context: RequestContext, parts: readonly string[]): Answer | undefined {
  const { server, http } = context
  const { catalog } = server
  const [prefix, ...rest] = parts
  // The aggregator answers for /apis, whatever the method; the rest is the router's.
  if (http.method !== 'GET' && (prefix === 'api' || rest.length > 0)) throw methodNotAllowed()
  if (rest.length === 0) {
    const aggregated = aggregatedDiscovery(context, prefix as 'api' | 'apis')
    if (aggregated !== undefined) return aggregated
    return prefix === 'api' ? respond(context, apiVersions(server)) : respond(context, apiGroupList(catalog), server.negotiators.group)
  }
  if (prefix === 'api') {
    if (rest.length > 1 || rest[0] !== 'v1') throw resourceNotFound()
    return respond(context, apiResourceList(catalog, '', 'v1'), server.negotiators.plain)
  }
  const [group = '', version] = rest
  if (group === '' || !catalog.servesGroup(group)) return undefined
  if (version === undefined) return respond(context, apiGroup(catalog, group), server.negotiators.group)
  if (rest.length === 2 && catalog.servesGroupVersion(group, version))
    return respond(context, apiResourceList(catalog, group, version), server.negotiators.plain)
  if (isBuiltIn(group)) throw resourceNotFound()
  return undefined
}

function respond(context: RequestContext, value: object, negotiator = context.server.negotiators.discovery): Answer {
  return respondObject(context, value, negotiator.negotiate(context.header('accept')))
}

function rootPaths({ server }: RequestContext): string[] {
  const paths = ['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/apis/', '/metrics', '/metrics/slis']
  paths.push('/openapi/v2', '/openapi/v3', '/openapi/v3/', '/openid/v1/jwks', '/version', ...healthPaths())
  for (const { group, apiVersion } of server.catalog.all()) if (group !== '') paths.push(`/apis/${group}`, `/apis/${apiVersion}`)
  return [...new Set(paths)].sort()
}
