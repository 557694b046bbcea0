/**
 * Aggregated discovery: everything about all groups in two documents, which clients keep by their ETag. Only version v2: v2beta1 is gone since
 * v1.33.
 *
 * What a newcomer would get wrong: an aggregated entry anywhere in Accept wins, even behind plain JSON; the Content-Type must
 * say the same parameters back; the ETag is compared as text.
 */

import type { KubeObject } from '../../apimachinery/object.ts'
import { upperHexDigest } from '../../std/digest.ts'
import type { Catalog, ServedResource } from '../registry/catalog.ts'
import { discoveryMedia, isBinary, isMatch, type Media, mediaTypes, parseAccept } from '../response/negotiate.ts'
import { headersFor } from '../response/respond.ts'
import type { Answer } from '../route.ts'
import type { RequestContext } from '../server-parts.ts'
import { groupNames, resourcesOf, versionsOf } from './discovery.ts'

interface Kept {
  readonly revision: number
  readonly list: object
  readonly body: string
  readonly etag: string
}
const kept = new WeakMap<Catalog, Map<string, Kept>>()

/** Undefined: the client asks for the plain documents. */
export function aggregatedDiscovery(context: RequestContext, prefix: 'api' | 'apis'): Answer | undefined {
  const media = mediaOfAggregated(context)
  if (media === undefined) return undefined
  const { list, body, etag } = documentFor(context.server.catalog, prefix)
  const type = `${mediaTypes[media]};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`
  const headers = { ...headersFor(context, type), etag, vary: 'Accept', 'cache-control': 'public' }
  if (context.header('if-none-match') === etag) return { status: 304, headers }
  if (media === 'json') return { status: 200, headers, body }
  return encode(context, list, media).then((bytes) => ({ status: 200, headers, body: bytes }))
}

async function encode({ server }: RequestContext, list: object, media: Media): Promise<Uint8Array | string> {
  if (isBinary(media)) return server.binary.encode(media, list as KubeObject)
  const { formatYaml } = await import('../../wire/yaml-format.ts')
  return formatYaml(list)
}

function mediaOfAggregated(context: RequestContext): Media | undefined {
  const accept = context.header('accept')
  if (accept === undefined || !accept.includes('APIGroupDiscoveryList')) return undefined
  for (const { type, parameters } of parseAccept(accept)) {
    const media = discoveryMedia.find((one) => isMatch(type, mediaTypes[one]))
    if (media === undefined || parameters.get('as') !== 'APIGroupDiscoveryList') continue
    if (parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('v') === 'v2') return media
  }
  return undefined
}

function documentFor(catalog: Catalog, prefix: 'api' | 'apis'): Kept {
  let documents = kept.get(catalog)
  if (documents === undefined) {
    documents = new Map()
    kept.set(catalog, documents)
  }
  const known = documents.get(prefix)
  if (known?.revision === catalog.revision) return known
  const groups = prefix === 'api' ? [''] : groupNames(catalog)
  const list = {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => groupEntry(catalog, group)),
  }
  const body = `${JSON.stringify(list)}\n`
  const made = { revision: catalog.revision, list, body, etag: `"${upperHexDigest('sha512', body)}"` }
  documents.set(prefix, made)
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
