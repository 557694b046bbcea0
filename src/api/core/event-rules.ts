/**
 * Which Events are refused (ValidateEventCreate, ValidateEventUpdate upstream). Core v1 hardly asks for anything, so that old reporters go on
 * working; events.k8s.io/v1 is strict, and lets an Event change in its series only.
 *
 * What a newcomer would get wrong: an Event with an eventTime is a new one whatever group it came through, and must be complete;
 * values that are refused are mostly not shown; fields have the names of the stored shape, but for the reporter.
 */
import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { dns1123SubdomainErrors, nameIsDnsSubdomain, qualifiedNameErrors } from '../../apimachinery/names.ts'
import type { KubeObject } from '../../apimachinery/object.ts'
import {
  semanticallyEqual,
  validateImmutable,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../apimachinery/validate-metadata.ts'

export interface EventLike extends KubeObject {
  readonly involvedObject?: Reference
  readonly reason?: string
  readonly message?: string
  readonly source?: { readonly component?: string; readonly host?: string }
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly count?: number
  readonly type?: string
  readonly eventTime?: string | null
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string | null } | null
  readonly action?: string
  readonly related?: Reference | null
  readonly reportingComponent?: string
  readonly reportingInstance?: string
}
type Reference = Readonly<Partial<Record<'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath', string>>>

const lengthMax = 128
const noteLengthMax = 1024
const needsToBeUnset = 'needs to be unset'

const isStrict = (apiVersion: string): boolean => apiVersion !== 'v1'
const isSet = (time: string | null | undefined): boolean => typeof time === 'string' && time !== ''

export function* validateEvent(event: EventLike, apiVersion: string): Generator<FieldError> {
  yield* validateAnyEvent(event, apiVersion)
  if (!isStrict(apiVersion)) return
  yield* validateObjectMeta(event.metadata, { scope: 'Namespaced', validateName: nameIsDnsSubdomain })
  yield* validateKubernetesFinalizers(event.metadata)
  yield* validateSeries(event)
  const { type = '', source } = event
  if (!isSet(event.eventTime)) yield required('eventTime')
  if (type !== 'Normal' && type !== 'Warning') yield invalidValue('type', '', `has invalid value: ${type}`)
  if (isSet(event.firstTimestamp)) yield invalidValue('firstTimestamp', '', needsToBeUnset)
  if (isSet(event.lastTimestamp)) yield invalidValue('lastTimestamp', '', needsToBeUnset)
  if ((event.count ?? 0) !== 0) yield invalidValue('count', '', needsToBeUnset)
  if ((source?.component ?? '') !== '' || (source?.host ?? '') !== '') yield invalidValue('source', '', needsToBeUnset)
}

function* validateAnyEvent(event: EventLike, apiVersion: string): Generator<FieldError> {
  if (isSet(event.eventTime)) yield* validateNewEvent(event, isStrict(apiVersion) ? 'reportingController' : 'reportingComponent')
  else {
    const { namespace = '' } = event.metadata
    const about = event.involvedObject?.namespace ?? ''
    const fits = about === '' ? namespace === '' || namespace === 'default' : about === namespace
    if (!fits) yield otherNamespace(about)
  }
  for (const text of dns1123SubdomainErrors(event.metadata.namespace ?? '')) {
    yield invalidValue('namespace', event.metadata.namespace ?? '', text)
  }
}

function otherNamespace(about: string): FieldError {
  return invalidValue('involvedObject.namespace', about, 'does not match event.namespace')
}

function* validateNewEvent(event: EventLike, reporterField: string): Generator<FieldError> {
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  const { namespace = '' } = event.metadata
  const about = event.involvedObject?.namespace ?? ''
  if (about === '' && namespace !== 'default' && namespace !== 'kube-system') yield otherNamespace(about)
  if (reportingComponent === '') yield required(reporterField)
  for (const text of qualifiedNameErrors(reportingComponent)) yield invalidValue(reporterField, reportingComponent, text)
  yield* validateText('reportingInstance', reportingInstance)
  yield* validateText('action', action)
  yield* validateText('reason', reason)
  if (utf8Length(message) > noteLengthMax) yield tooLong('message', noteLengthMax)
}

function* validateText(field: string, text: string): Generator<FieldError> {
  if (text === '') yield required(field)
  if (utf8Length(text) > lengthMax) yield tooLong(field, lengthMax)
}
function tooLong(field: string, max: number): FieldError {
  return invalidValue(field, '', `can have at most ${max} characters`)
}

function* validateSeries({ series }: EventLike): Generator<FieldError> {
  if (!series) return
  if ((series.count ?? 0) < 2) yield invalidValue('series.count', '', 'should be at least 2')
  if (!isSet(series.lastObservedTime)) yield required('series.lastObservedTime')
}

/** In upstream's order, the reason twice. */
const frozen = [
  ['involvedObject', goReference],
  ['reason', text],
  ['message', text],
  ['source', goSource],
  ['firstTimestamp', time],
  ['lastTimestamp', time],
  ['count', (value: unknown) => value ?? 0],
  ['reason', text],
  ['type', text],
  ['eventTime', time],
  ['action', text],
  ['related', (value: unknown) => (value ? goReference(value) : null)],
  ['reportingComponent', text],
  ['reportingInstance', text],
] as const

export function* validateEventUpdate(event: EventLike, old: EventLike, apiVersion: string): Generator<FieldError> {
  yield* validateAnyEvent(event, apiVersion)
  if (!isStrict(apiVersion)) return
  yield* validateObjectMetaUpdate(event.metadata, old.metadata)
  yield* validateKubernetesFinalizers(event.metadata)
  if (!semanticallyEqual(event.series, old.series)) yield* validateSeries(event)
  for (const [name, shown] of frozen) {
    const field = name === 'reportingComponent' ? 'reportingController' : name
    yield* validateImmutable(shown(event[name]), shown(old[name]), field)
  }
}

/** As Go prints structs without names for JSON. */
function goReference(value: unknown): object {
  const { kind, namespace, name, uid, apiVersion, resourceVersion, fieldPath } = (value ?? {}) as Reference
  return {
    Kind: kind ?? '',
    Namespace: namespace ?? '',
    Name: name ?? '',
    UID: uid ?? '',
    APIVersion: apiVersion ?? '',
    ResourceVersion: resourceVersion ?? '',
    FieldPath: fieldPath ?? '',
  }
}
function goSource(value: unknown): object {
  const { component, host } = (value ?? {}) as NonNullable<EventLike['source']>
  return { Component: component ?? '', Host: host ?? '' }
}
function text(value: unknown): unknown {
  return value ?? ''
}
function time(value: unknown): unknown {
  return value ?? null
}
