/**
 * A snapshot in the form that was asked for. JSON of the stored version is spliced; Tables, metadata and other versions are
 * made item by item while they are sent; YAML and pretty JSON are made whole, people read those.
 */

import type { KubeObject, ListMeta, ObjectList } from '../../apimachinery/object.ts'
import type { KeyValue } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { fromStored } from '../registry/versions.ts'
import type { RequestContext } from '../server-parts.ts'
import { mediaTypes, type Representation } from './negotiate.ts'
import { answer, isPretty, respondObject } from './respond.ts'
import { type ItemEncoder, listBody } from './stream-list.ts'
import { metaVersion, partialMetadata, table, transformedList } from './transform.ts'

export interface Snapshot {
  readonly items: readonly KeyValue[]
  readonly revision: number
  readonly continueToken?: string
  readonly remainingItemCount?: number
}

export function respondList(
  context: RequestContext,
  resource: ServedResource,
  found: Snapshot,
  representation: Representation,
): HttpResponse | Promise<HttpResponse> {
  const snapshot = representation.transform === 'Table' ? inRowOrder(resource, found) : found
  const metadata = listMetaOf(snapshot)
  if (snapshot.items.length === 0 && representation.transform !== undefined) {
    const list = { kind: resource.listKind, apiVersion: resource.apiVersion, metadata, items: [] }
    return respondObject(context, transformedList(context, resource, list, representation), representation)
  }
  if (representation.media !== 'json' || isPretty(context, representation)) {
    const list = wholeList(resource, snapshot, metadata)
    return respondObject(context, transformedList(context, resource, list, representation), representation)
  }
  const { begin, encoder } = beginning(context, resource, metadata, representation)
  const { body, isCompressed } = listBody({ begin, items: snapshot.items, encoder, end: ']}\n' }, takesGzip(context))
  const response = answer(context, 200, mediaTypes.json, body)
  if (!isCompressed) return response
  return { ...response, headers: { ...response.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' } }
}

function inRowOrder({ kind, store }: ServedResource, snapshot: Snapshot): Snapshot {
  const { compareRows } = kind
  if (compareRows === undefined) return snapshot
  return { ...snapshot, items: [...snapshot.items].sort((a, b) => compareRows(store.objectOf(a), store.objectOf(b))) }
}

/** Compression costs more time than a loopback interface. */
export function takesGzip({ http }: RequestContext): boolean {
  const accepted = http.headers['accept-encoding']
  if (accepted === undefined || !accepted.includes('gzip')) return false
  const { address } = http.peer
  return address !== 'loopback' && address !== '127.0.0.1' && address !== '::1' && address !== '::ffff:127.0.0.1'
}

export function listMetaOf({ revision, continueToken, remainingItemCount }: Snapshot): ListMeta {
  return {
    resourceVersion: String(revision),
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  }
}

function wholeList(resource: ServedResource, { items }: Snapshot, metadata: ListMeta): ObjectList<KubeObject> {
  return {
    kind: resource.listKind,
    apiVersion: resource.apiVersion,
    metadata,
    items: items.map((kv) => withoutType(fromStored(resource, resource.store.objectOf(kv)))),
  }
}

function withoutType(object: KubeObject): KubeObject {
  const { kind: _, apiVersion: __, ...rest } = object
  return rest
}

function beginning(
  context: RequestContext,
  resource: ServedResource,
  metadata: ListMeta,
  representation: Representation,
): { begin: string; encoder: ItemEncoder } {
  const { store } = resource
  const served = (kv: KeyValue): KubeObject => fromStored(resource, store.objectOf(kv))
  switch (representation.transform) {
    default: {
      const begin = `{"kind":"${resource.listKind}","apiVersion":"${resource.apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`
      if (resource.isStoredVersion) return { begin, encoder: { splice: store.typeBytes } }
      return { begin, encoder: { text: (kv) => JSON.stringify(withoutType(served(kv))) } }
    }
    case 'Table': {
      const empty = JSON.stringify({ ...table(context, resource, [], representation, metadata), rows: [] })
      const text = (kv: KeyValue): string => {
        const whole = table(context, resource, [served(kv)], representation, {}, false) as { rows: readonly object[] }
        return JSON.stringify(whole.rows[0])
      }
      return { begin: empty.slice(0, -2), encoder: { text } }
    }
    case 'PartialObjectMetadataList': {
      const begin = `{"kind":"PartialObjectMetadataList","apiVersion":"${metaVersion(representation)}","metadata":${JSON.stringify(metadata)},"items":[`
      return { begin, encoder: { text: (kv) => JSON.stringify(partialMetadata(served(kv), representation)) } }
    }
    case 'PartialObjectMetadata':
      transformedList(context, resource, { kind: '', apiVersion: '', metadata, items: [] }, representation)
      throw new Error('A list cannot be one PartialObjectMetadata')
  }
}
