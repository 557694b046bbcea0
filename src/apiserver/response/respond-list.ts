/**
 * A snapshot in the form that was asked for, item by item while it is sent: JSON of the stored version is spliced; Tables, metadata and other
 * versions are made one after another; YAML and pretty JSON are cut out of an empty document of the same form.
 */

import { goJson } from '../../apimachinery/go-strings.ts'
import type { KubeObject, ListMeta } from '../../apimachinery/object.ts'
import type { KeyValue } from '../../store/store.ts'
import type { HttpBody, HttpResponse } from '../../wire/http.ts'
import type { ServedResource } from '../registry/catalog.ts'
import { fromStored } from '../registry/versions.ts'
import type { RequestContext } from '../server-parts.ts'
import { compressed } from './compress.ts'
import { isBinary, mediaTypes, type Representation } from './negotiate.ts'
import { answer, isPretty, respondObject } from './respond.ts'
import { listBody } from './stream-list.ts'
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
  const { items } = snapshot
  if (items.length === 0 && representation.transform !== undefined) {
    const list = { kind: resource.listKind, apiVersion: resource.apiVersion, metadata, items: [] }
    return respondObject(context, transformedList(context, resource, list, representation), representation)
  }
  const { media } = representation
  const form = formOf(context, resource, metadata, representation)
  const finish = (body: HttpBody): HttpResponse => compressed(context, answer(context, 200, mediaTypes[media], body))
  if (isBinary(media)) {
    const { kind, apiVersion } = form.empty as { kind: string; apiVersion: string }
    const object = form.item as (kv: KeyValue) => KubeObject
    return context.server.binary.encodeList(media, { kind, apiVersion, metadata, items, object, isWhole: form.isWhole }).then(finish)
  }
  const respond = (frame: Frame): HttpResponse => finish(listBody({ ...frame, items }))
  // No items: nothing to cut.
  if (items.length === 0) return respondObject(context, form.empty, representation)
  return media === 'yaml' ? yamlFrame(form).then(respond) : respond(jsonFrame(resource, form, isPretty(context, representation)))
}

function inRowOrder({ kind, store }: ServedResource, snapshot: Snapshot): Snapshot {
  const { compareRows } = kind
  if (compareRows === undefined) return snapshot
  return { ...snapshot, items: [...snapshot.items].sort((a, b) => compareRows(store.objectOf(a), store.objectOf(b))) }
}

export function listMetaOf({ revision, continueToken, remainingItemCount }: Snapshot): ListMeta {
  return {
    resourceVersion: String(revision),
    ...(continueToken === undefined ? {} : { continue: continueToken }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  }
}

function withoutType(object: KubeObject): KubeObject {
  const { kind: _, apiVersion: __, ...rest } = object
  return rest
}

interface ListForm {
  /** The list without items. */
  readonly empty: object
  readonly field: 'items' | 'rows'
  readonly item: (kv: KeyValue) => object
  /** Items are what is stored, nothing less. */
  readonly isWhole: boolean
}

function formOf(context: RequestContext, resource: ServedResource, metadata: ListMeta, representation: Representation): ListForm {
  const { store } = resource
  const served = (kv: KeyValue): KubeObject => fromStored(resource, store.readOnce(kv))
  switch (representation.transform) {
    default: {
      const empty = { kind: resource.listKind, apiVersion: resource.apiVersion, metadata, items: [] }
      return { empty, field: 'items', item: (kv) => withoutType(served(kv)), isWhole: resource.isStoredVersion }
    }
    case 'Table': {
      const empty = { ...table(context, resource, [], representation, metadata), rows: [] }
      const item = (kv: KeyValue): object => {
        const whole = table(context, resource, [served(kv)], representation, {}, false) as { rows: readonly object[] }
        return whole.rows[0] as object
      }
      return { empty, field: 'rows', item, isWhole: false }
    }
    case 'PartialObjectMetadataList': {
      const empty = { kind: 'PartialObjectMetadataList', apiVersion: metaVersion(representation), metadata, items: [] }
      return { empty, field: 'items', item: (kv) => partialMetadata(served(kv), representation), isWhole: false }
    }
    case 'PartialObjectMetadata':
      transformedList(context, resource, { kind: '', apiVersion: '', metadata, items: [] }, representation)
      throw new Error('A list cannot be one PartialObjectMetadata')
  }
}

type Frame = Omit<Parameters<typeof listBody>[0], 'items'>

/** What stands around the items, and how one looks: found by making the list without items. */
function jsonFrame(resource: ServedResource, form: ListForm, isPretty: boolean): Frame {
  const { empty, field, item } = form
  if (!isPretty) {
    const [begin, end] = cutAt(`${goJson(empty)}\n`, `"${field}":[`)
    if (form.isWhole) return { begin, end, separator: ',', encoder: { splice: resource.store.typeBytes } }
    return { begin, end, separator: ',', encoder: { text: (kv) => goJson(item(kv)) } }
  }
  const [begin, end] = cutAt(goJson(empty, 2), `"${field}": [`)
  const text = (kv: KeyValue): string => `\n    ${goJson(item(kv), 2).replaceAll('\n', '\n    ')}`
  return { begin, end: `\n  ${end}`, separator: ',', encoder: { text } }
}

async function yamlFrame({ empty, field, item }: ListForm): Promise<Frame> {
  const { formatYaml } = await import('../../wire/yaml-format.ts')
  const [before, end] = cutAt(formatYaml(empty), `\n${field}: []`)
  return { begin: `${before.slice(0, -3)}\n`, end: end.slice(1), separator: '', encoder: { text: (kv) => formatYaml([item(kv)]) } }
}

function cutAt(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark) + mark.length
  return [text.slice(0, at), text.slice(at)]
}
