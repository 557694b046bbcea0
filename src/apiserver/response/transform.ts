/**
 * Objects as something else: a Table for people, PartialObjectMetadata for those who only look at metadata.
 * Columns and cells come from the kind.
 */

import { ageColumn, createdColumn, nameColumn } from '../../apimachinery/columns.ts'
import type { Column, KindDefinition } from '../../apimachinery/kind.ts'
import type { KubeObject, ObjectList } from '../../apimachinery/object.ts'
import { badRequest, notAcceptable } from '../../apimachinery/status-error.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { RequestContext } from '../server-parts.ts'
import type { Representation } from './negotiate.ts'

export type IncludeObject = 'Metadata' | 'Object' | 'None'

export function includeObjectOf(context: RequestContext): IncludeObject {
  const value = context.http.query === '' ? undefined : context.query.get('includeObject')
  if (value === undefined || value === '' || value === 'Metadata') return 'Metadata'
  if (value === 'Object' || value === 'None') return value
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: "${value}": must be 'Metadata', 'Object', 'None', or empty`,
  )
}

/** One object. */
export function transformed(context: RequestContext, resource: ServedResource, object: KubeObject, representation: Representation): object {
  switch (representation.transform) {
    default:
      return object
    case 'PartialObjectMetadata':
      return partialMetadata(object, representation)
    case 'PartialObjectMetadataList':
      throw notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (${goType(resource, resource.kind.kind)})`,
      )
    case 'Table': {
      const { resourceVersion } = object.metadata
      return table(context, resource, [object], representation, resourceVersion === undefined ? {} : { resourceVersion })
    }
  }
}

export function transformedList(
  context: RequestContext,
  resource: ServedResource,
  list: ObjectList<KubeObject>,
  representation: Representation,
): object {
  switch (representation.transform) {
    default:
      return list
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: metaVersion(representation),
        metadata: list.metadata,
        // Go's nil: upstream makes the list while it walks the items.
        items: list.items.length === 0 ? null : list.items.map((item) => partialMetadata(item, representation)),
      }
    case 'PartialObjectMetadata':
      throw notAcceptable(
        `you requested PartialObjectMetadata, but the requested object is a list (${goType(resource, resource.listKind)})`,
      )
    case 'Table':
      return table(context, resource, list.items, representation, list.metadata)
  }
}

function goType({ group }: ServedResource, kind: string): string {
  return `*${group === '' ? 'core' : (group.split('.')[0] as string)}.${kind}`
}

export function metaVersion({ transformVersion }: Representation): string {
  return `meta.k8s.io/${transformVersion ?? 'v1'}`
}

export function partialMetadata(object: KubeObject, representation: Representation): object {
  return { kind: 'PartialObjectMetadata', apiVersion: metaVersion(representation), metadata: object.metadata }
}

export function table(
  context: RequestContext,
  { kind, version }: Pick<ServedResource, 'kind' | 'version'>,
  items: readonly KubeObject[],
  representation: Representation,
  metadata: object,
  withColumns = true,
): object {
  const include = includeObjectOf(context)
  const columns = columnsOf(kind)
  const cellContext = { nowMs: context.server.clock.now() }
  // Columns read the stored version's shape.
  const toStored = version.toStored as ((object: KubeObject) => KubeObject) | undefined
  return {
    kind: 'Table',
    apiVersion: metaVersion(representation),
    metadata,
    columnDefinitions: withColumns
      ? columns.map(({ name, type, format, description, priority }) => ({
          name,
          type,
          format: format ?? '',
          description: description ?? '',
          priority: priority ?? 0,
        }))
      : null,
    // Upstream's default convertor leaves the list of rows out when there are none.
    rows:
      kind.columns === undefined && items.length === 0
        ? null
        : items.map((item) => {
            const stored = toStored === undefined ? item : toStored(item)
            return {
              cells: columns.map((column) => column.value(stored, cellContext)),
              ...(conditionsOf(kind, item) ?? {}),
              object: include === 'None' ? null : include === 'Object' ? item : partialMetadata(item, representation),
            }
          }),
  }
}

/** A Pod that has ended says so to those who filter rows. */
function conditionsOf(kind: KindDefinition, item: KubeObject): object | undefined {
  if (kind.kind !== 'Pod' || kind.group !== '') return undefined
  const phase = (item as { status?: { phase?: string } }).status?.phase
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined
  const message = phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.'
  return { conditions: [{ type: 'Completed', status: 'True', reason: phase, message }] }
}

/** The kind's columns stand between Name and Age, unless it lists all of them. */
export function columnsOf(kind: KindDefinition): readonly Column<KubeObject>[] {
  const { columns } = kind
  if (columns === undefined) return [nameColumn, createdColumn]
  if (columns.some(({ name }) => name === 'Name')) return columns
  const normal = columns.filter((column) => !column.priority)
  const wide = columns.filter((column) => column.priority)
  return [nameColumn, ...normal, ageColumn, ...wide]
}
