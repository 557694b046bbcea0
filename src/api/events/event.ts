/**
 * events.k8s.io/v1 Event: the newer shape of a core Event. The stored object is the core one (api/core/event.ts);
 * this file holds the other schema and the way between the two.
 */
import { typeMeta } from '../../apimachinery/meta.ts'
import { type KubeObject, objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, microTime, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { eventSource } from '../core/event-source.ts'
import { objectReference } from '../core/references.ts'

export interface EventsEventSeries extends Infer<typeof eventsEventSeries> {}
export const eventsEventSeries = struct('events.v1.EventSeries', {
  count: field(1, int32),
  lastObservedTime: field(2, microTime),
})

export const eventsEvent = struct('events.v1.Event', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  eventTime: field(2, microTime),
  series: field(3, eventsEventSeries).optional().pointer(),
  reportingController: field(4, string).optional(),
  reportingInstance: field(5, string).optional(),
  action: field(6, string).optional(),
  reason: field(7, string).optional(),
  regarding: field(8, objectReference).optional(),
  related: field(9, objectReference).optional().pointer(),
  note: field(10, string).optional(),
  type: field(11, string).optional(),
  deprecatedSource: field(12, eventSource).optional(),
  deprecatedFirstTimestamp: field(13, time).optional(),
  deprecatedLastTimestamp: field(14, time).optional(),
  deprecatedCount: field(15, int32).optional(),
})

type Plain = Readonly<Record<string, unknown>>

/** Names of the newer shape and of the stored one. */
const renamed = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const

export function eventToStored(object: KubeObject): KubeObject {
  const draft: Record<string, unknown> = { ...(object as unknown as Plain) }
  for (const [served, stored] of renamed) {
    if (draft[served] !== undefined) draft[stored] = draft[served]
    delete draft[served]
  }
  draft.involvedObject ??= {}
  return draft as unknown as KubeObject
}

export function eventFromStored(object: KubeObject): KubeObject {
  const draft: Record<string, unknown> = { ...(object as unknown as Plain) }
  for (const [served, stored] of renamed) {
    // The core shape prints what is empty, this one does not.
    if (draft[stored] !== undefined && draft[stored] !== '') draft[served] = draft[stored]
    delete draft[stored]
  }
  if (draft.reportingInstance === '') delete draft.reportingInstance
  return draft as unknown as KubeObject
}

type EventLike = {
  readonly involvedObject?: Readonly<Record<string, string>>
  readonly reason?: string
  readonly type?: string
  readonly reportingComponent?: string
}
const regarding = (name: string) => [`regarding.${name}`, ({ involvedObject }: EventLike) => involvedObject?.[name] ?? ''] as const

/** The labels that this version selects by. */
export const eventsFields: Readonly<Record<string, (event: EventLike) => string>> = {
  ...Object.fromEntries(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(regarding)),
  reason: ({ reason }) => reason ?? '',
  reportingController: ({ reportingComponent }) => reportingComponent ?? '',
  type: ({ type }) => type ?? '',
}
