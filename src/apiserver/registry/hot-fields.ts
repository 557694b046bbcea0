/**
 * The few fields that selectors look at, taken out of an object once per revision, so that a list or watch with a
 * selector parses nothing that has been looked at before: labels, and the fields the kind can be selected by.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import type { Labels } from '../../apimachinery/selectors/labels.ts'
import type { KeyValue } from '../../store/store.ts'
import type { ResourceStore } from './resource-store.ts'

export interface HotFields {
  readonly labels: Labels | undefined
  /** In the order of the kind's selectable fields. */
  readonly fields: readonly string[]
}

const noFields: readonly string[] = []
const known = new WeakMap<KeyValue, HotFields>()

export function hotFieldsOf(store: ResourceStore, kv: KeyValue): HotFields {
  const found = known.get(kv)
  if (found !== undefined) return found
  const hot = extract(store, store.objectOf(kv))
  known.set(kv, hot)
  return hot
}

export function areHot(kv: KeyValue): boolean {
  return known.has(kv)
}

function extract({ kind }: ResourceStore, object: KubeObject): HotFields {
  const { selectableFields } = kind
  const fields = selectableFields === undefined ? noFields : Object.values(selectableFields).map((valueOf) => valueOf(object))
  return { labels: object.metadata.labels ?? undefined, fields }
}
