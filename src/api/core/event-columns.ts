/** `kubectl get events`: what happened to what, how long ago; and by which of its fields an Event can be selected. */
import { ageText, nameDescription } from '../../apimachinery/columns.ts'
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
  {
    ...text,
    name: 'Last Seen',
    description: 'The time at which the most recent occurrence of this event was recorded.',
    value: (event, { nowMs }) => lastSeen(event, nowMs),
  },
  {
    ...text,
    name: 'Type',
    description: 'Type of this event (Normal, Warning), new types could be added in the future',
    value: ({ type }) => type ?? '',
  },
  {
    ...text,
    name: 'Reason',
    description:
      "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    value: ({ reason }) => reason ?? '',
  },
  { ...text, name: 'Object', description: 'The object that this event is about.', value: targetOf },
  {
    ...wide,
    name: 'Subobject',
    description:
      'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
    value: ({ involvedObject }) => involvedObject?.fieldPath ?? '',
  },
  {
    ...wide,
    name: 'Source',
    description: 'The component reporting this event. Should be a short machine understandable string.',
    value: sourceText,
  },
  {
    ...text,
    name: 'Message',
    description: 'A human-readable description of the status of this operation.',
    value: ({ message }) => (message ?? '').trim(),
  },
  {
    ...wide,
    name: 'First Seen',
    description: 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)',
    value: (event, { nowMs }) => firstSeen(event, nowMs),
  },
  {
    ...wide,
    name: 'Count',
    description: 'The number of times this event has occurred.',
    value: ({ series, count }) => (series ? (series.count ?? 0) : count || 1),
  },
  { ...wide, name: 'Name', format: 'name', description: nameDescription, value: ({ metadata }) => metadata.name ?? '' },
]

const involved = (name: string) => [`involvedObject.${name}`, ({ involvedObject }: EventLike) => involvedObject?.[name] ?? ''] as const

export const eventFields: Readonly<Record<string, (event: EventLike) => string>> = {
  ...Object.fromEntries(['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(involved)),
  reason: ({ reason }) => reason ?? '',
  reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
  source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
  type: ({ type }) => type ?? '',
}
