/**
 * What Tables of most kinds share: the columns Name, Age and Created At, and times as people read them (`5d3h`). A kind lists
 * only its own columns and gets Name in front and Age behind; one whose Age stands elsewhere lists all, beginning with `nameColumn`.
 *
 * What a newcomer would get wrong: Age is a string although Created At is a date, and an age of less than two minutes is told in
 * seconds (`119s`), one of less than ten in minutes and seconds (`9m59s`).
 */
import type { Cell, Column } from './kind.ts'
import type { KubeObject } from './object.ts'

export const nameDescription =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names'
export const createdDescription =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata'

export const nameColumn: Column<KubeObject> = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: nameDescription,
  value: (object) => object.metadata.name ?? '',
}
export const createdColumn: Column<KubeObject> = {
  name: 'Created At',
  type: 'date',
  description: createdDescription,
  value: (object): Cell => object.metadata.creationTimestamp ?? null,
}
export const ageColumn: Column<KubeObject> = {
  name: 'Age',
  type: 'string',
  description: createdDescription,
  value: (object, { nowMs }) => ageText(object.metadata.creationTimestamp, nowMs),
}

export function ageText(time: string | null | undefined, nowMs: number): string {
  if (time === null || time === undefined || time === '') return '<unknown>'
  return humanDuration(nowMs - Date.parse(time))
}

/** apimachinery/pkg/util/duration.HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  if (hours < 192) return hours % 24 === 0 ? `${Math.trunc(hours / 24)}d` : `${Math.trunc(hours / 24)}d${hours % 24}h`
  if (hours < 24 * 365 * 2) return `${Math.trunc(hours / 24)}d`
  const years = Math.trunc(hours / 24 / 365)
  if (hours < 24 * 365 * 8) {
    const days = Math.trunc(hours / 24) % 365
    return days === 0 ? `${years}y` : `${years}y${days}d`
  }
  return `${years}y`
}
