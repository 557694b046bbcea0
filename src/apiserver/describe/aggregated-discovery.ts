/**
 * Aggregated discovery: everything about all groups in two documents, which clients keep by their ETag. Version v2, and
 * v2beta1 (the same in an older coat) for those who ask for nothing newer.
 *
 * What a newcomer would get wrong: an aggregated entry anywhere in Accept wins, even behind plain JSON; the Content-Type must
 * say the same parameters back; the ETag is compared as text.
 */

import { upperHexDigest } from '../../std/digest.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'
import { parseAccept } from '../response/negotiate.ts'
import { headersFor } from '../response/respond.ts'
import type { RequestContext } from '../server-parts.ts'
import { groupNames, resourcesOf, versionsOf } from './discovery.ts'

interface Kept {
  readonly revision: number
  readonly body: string
  readonly etag: string
}
const kept = new WeakMap<Catalog, Map<string, Kept>>()

/** Undefined: the client asks for the plain documents. */
export function aggregatedDiscovery(context: RequestContext, prefix: 'api' | 'apis'): HttpResponse | undefined {
  const version = aggregatedVersion(context.header('accept'))
  if (version === undefined) return undefined
  const { body, etag } = documentFor(context.server.catalog, prefix, version)
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`
  const headers = { ...headersFor(context, type), etag, vary: 'Accept', 'cache-control': 'public' }
  if (context.header('if-none-match') === etag) return { status: 304, headers }
  return { status: 200, headers, body }
}

function aggregatedVersion(accept: string | undefined): string | undefined {
  if (accept === undefined || !accept.includes('APIGroupDiscoveryList')) return undefined
  for (const { type, parameters } of parseAccept(accept)) {
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue
    if (parameters.get('as') !== 'APIGroupDiscoveryList' || parameters.get('g') !== 'apidiscovery.k8s.io') continue
    const version = parameters.get('v')
    if (version === 'v2' || version === 'v2beta1') return version
  }
  return undefined
}

function documentFor(catalog: Catalog, prefix: 'api' | 'apis', version: string): Kept {
  let documents = kept.get(catalog)
  if (documents === undefined) {
    documents = new Map()
    kept.set(catalog, documents)
  }
  const key = `${prefix} ${version}`
  const known = documents.get(key)
  if (known?.revision === catalog.revision) return known
  const groups = prefix === 'api' ? [''] : groupNames(catalog)
  const list = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => groupEntry(catalog, group)),
  }
  const body = `${JSON.stringify(list)}\n`
  const made = { revision: catalog.revision, body, etag: `"${upperHexDigest('sha512', body)}"` }
  documents.set(key, made)
  return made
}

function groupEntry(catalog: Catalog, group: string): object {
  return {
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(catalog, group).map((version) => ({
      version,
      resources: resourcesOf(catalog, group, version).map(resourceEntry),
      freshness: 'Current',
    })),
  }
}

function resourceEntry(served: ServedResource): object {
  const { resource, singular, isNamespaced, kind, verbs, subresources } = served
  const subs = [...subresources.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    resource,
    responseKind: { group: '', version: '', kind: kind.kind },
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: [...verbs].sort(),
    ...(kind.shortNames?.length ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories?.length ? { categories: kind.categories } : {}),
    ...(subs.length === 0
      ? {}
      : {
          subresources: subs.map((one) => ({
            subresource: one.name,
            responseKind: responseKind(served, one.kind),
            verbs: [...one.verbs].sort(),
          })),
        }),
  }
}

/** Group and version are said only when they are not the resource's own. */
function responseKind({ group, versionName }: ServedResource, own: { group: string; version: string; kind: string }): object {
  return own.group === group && own.version === versionName ? { group: '', version: '', kind: own.kind } : own
}
