/** `kubectl get events`: what happened to what, how long ago; and by which of its fields an Event can be selected. */
import { ageText } from '../../apimachinery/columns.ts'
import type { Column } from '../../apimachinery/kind.ts'
import type { KubeObject } from '../../apimachinery/object.ts'

interface EventLike extends KubeObject {
  readonly involvedObject?: Readonly<Record<string, string>>
  readonly reason?: string
  readonly message?: string
  readonly type?: string
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null }
  readonly source?: { readonly component?: string; readonly host?: string }
  readonly reportingComponent?: string
  readonly reportingInstance?: string
}

function firstSeen({ firstTimestamp, eventTime }: EventLike, nowMs: number): string {
  return ageText(firstTimestamp || eventTime, nowMs)
}
function lastSeen(event: EventLike, nowMs: number): string {
  const { series, lastTimestamp } = event
  if (series) return ageText(series.lastObservedTime, nowMs)
  return lastTimestamp ? ageText(lastTimestamp, nowMs) : firstSeen(event, nowMs)
}
function targetOf({ involvedObject }: EventLike): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase()
  const name = involvedObject?.name ?? ''
  return name === '' ? kind : `${kind}/${name}`
}
function sourceText({ source, reportingComponent, reportingInstance }: EventLike): string {
  const component = source?.component || reportingComponent || ''
  const host = source?.host || reportingInstance || ''
  return host === '' ? component : `${component}, ${host}`
}

const text = { type: 'string' } as const
const wide = { type: 'string', priority: 1 } as const

/** Upstream puts Message behind two wide columns. */
export const eventColumns: readonly Column<EventLike>[] = [
  { ...text, name: 'Last Seen', description: 'When it happened last.', value: (event, { nowMs }) => lastSeen(event, nowMs) },
  { ...text, name: 'Type', description: 'Normal or Warning.', value: ({ type }) => type ?? '' },
  { ...text, name: 'Reason', description: 'One word on why.', value: ({ reason }) => reason ?? '' },
  { ...text, name: 'Object', description: 'What it happened to.', value: targetOf },
  { ...wide, name: 'Subobject', description: 'Which part of it.', value: ({ involvedObject }) => involvedObject?.fieldPath ?? '' },
  { ...wide, name: 'Source', description: 'Who tells it.', value: sourceText },
  { ...text, name: 'Message', description: 'What happened.', value: ({ message }) => (message ?? '').trim() },
  { ...wide, name: 'First Seen', description: 'When it happened first.', value: (event, { nowMs }) => firstSeen(event, nowMs) },
  { ...wide, name: 'Count', description: 'How often.', value: ({ series, count }) => (series ? (series.count ?? 0) : count || 1) },
  { ...wide, name: 'Name', format: 'name', description: 'Name of the event.', value: ({ metadata }) => metadata.name ?? '' },
]

const involved = (name: string) => [`involvedObject.${name}`, ({ involvedObject }: EventLike) => involvedObject?.[name] ?? ''] as const

export const eventFields: Readonly<Record<string, (event: EventLike) => string>> = {
  ...Object.fromEntries(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(involved)),
  reason: ({ reason }) => reason ?? '',
  reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
  source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
  type: ({ type }) => type ?? '',
}
