/**
 * A label and a field selector as one question to a stored value. Names and namespaces are read off the key; everything
 * else comes from the hot fields. What the selectors say about one namespace, one name or one node is kept apart: lists
 * and watches use it to look at less.
 */

import { quote } from '../../apimachinery/go-strings.ts'
import { dns1123LabelErrors } from '../../apimachinery/names.ts'
import { type FieldRequirements, requiredFieldValue } from '../../apimachinery/selectors/fields.ts'
import { type LabelRequirements, matchesLabels } from '../../apimachinery/selectors/labels.ts'
import { badRequest } from '../../apimachinery/status-error.ts'
import type { KeyValue } from '../../store/store.ts'
import type { ServedResource } from './catalog.ts'
import { hotFieldsOf } from './hot-fields.ts'
import type { ResourceStore } from './resource-store.ts'

export interface Predicate {
  /** Everything matches. */
  readonly isEmpty: boolean
  /** '' when the selectors do not name one. */
  readonly namespace: string
  readonly name: string
  readonly nodeName: string
  matches(kv: KeyValue): boolean
}

export const always: Predicate = { isEmpty: true, namespace: '', name: '', nodeName: '', matches: () => true }

/** `namespace` and `name` come from the URL. Throws 400. */
export function compilePredicate(
  resource: ServedResource,
  { labels, fields }: { readonly labels: LabelRequirements; readonly fields: FieldRequirements },
  url: { readonly namespace: string; readonly name: string },
): Predicate {
  checkFieldLabels(resource, fields)
  const selectedName = requiredFieldValue(fields, 'metadata.name')
  if (url.name !== '' && fields.length > 0 && selectedName !== url.name) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name")
  }
  const name = url.name !== '' ? url.name : (selectedName ?? '')
  const isInside = insideNamespace(resource.store, url.namespace)
  if (labels.length === 0 && fields.length === 0 && name === '')
    return url.namespace === '' ? always : { ...always, namespace: url.namespace, matches: isInside }
  return {
    isEmpty: labels.length === 0 && fields.length === 0,
    namespace: url.namespace !== '' ? url.namespace : selectedNamespace(fields),
    name,
    nodeName: resource.resource === 'pods' && resource.group === '' ? (requiredFieldValue(fields, 'spec.nodeName') ?? '') : '',
    matches: matcher(resource, labels, fields, url.namespace === '' ? [] : [isInside], url.name),
  }
}

/** What cannot be a namespace's name is compared, but nowhere looked for. */
function selectedNamespace(fields: FieldRequirements): string {
  const selected = requiredFieldValue(fields, 'metadata.namespace') ?? ''
  return dns1123LabelErrors(selected).length === 0 ? selected : ''
}

/** A list reads one namespace's range anyway; but a watch may be fed with the events of all. */
function insideNamespace(store: ResourceStore, namespace: string): (kv: KeyValue) => boolean {
  const prefix = store.prefixOf(namespace)
  return ({ key }) => key.startsWith(prefix)
}

/** The version of the request may name fields in its own way. */
function labelsOf({ version, kind }: ServedResource): readonly string[] {
  return Object.keys(version.selectableFields ?? kind.selectableFields ?? {})
}

/** Throws 400 for a field that the kind cannot be selected by. */
export function checkFieldLabels(resource: ServedResource, fields: FieldRequirements): void {
  if (fields.length === 0) return
  const known = labelsOf(resource)
  for (const { field } of fields) {
    if (field === 'metadata.name' || known.includes(field)) continue
    const { fieldLabelErrors } = resource.kind
    const isOwn = fieldLabelErrors !== undefined && fieldLabelErrors !== 'generic'
    if (field === 'metadata.namespace' && (resource.isNamespaced || !isOwn)) continue
    if (typeof fieldLabelErrors === 'function') throw badRequest(fieldLabelErrors(field))
    throw badRequest(
      isOwn
        ? `field label not supported: ${field}`
        : `${quote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    )
  }
}

function matcher(
  resource: ServedResource,
  labels: LabelRequirements,
  fields: FieldRequirements,
  first: readonly ((kv: KeyValue) => boolean)[],
  urlName: string,
): (kv: KeyValue) => boolean {
  const { store } = resource
  const versionLabels = labelsOf(resource)
  const tests = [
    ...first,
    ...fields.map(({ field, operator, value }) => {
      const valueOf = fieldReader(resource, store, versionLabels, field)
      return (kv: KeyValue): boolean => (valueOf(kv) === value) === (operator === '=')
    }),
  ]
  if (urlName !== '') tests.push((kv) => store.placeOf(kv.key).name === urlName)
  return (kv) => {
    for (const test of tests) if (!test(kv)) return false
    return labels.length === 0 || matchesLabels(labels, hotFieldsOf(store, kv).labels)
  }
}

function fieldReader(
  resource: ServedResource,
  store: ResourceStore,
  versionLabels: readonly string[],
  field: string,
): (kv: KeyValue) => string {
  if (field === 'metadata.name') return (kv) => store.placeOf(kv.key).name
  if (field === 'metadata.namespace') return (kv) => store.placeOf(kv.key).namespace
  const own = resource.version.selectableFields?.[field]
  if (own !== undefined) return (kv) => own(store.objectOf(kv))
  const position = versionLabels.indexOf(field)
  return (kv) => hotFieldsOf(store, kv).fields[position] ?? ''
}
