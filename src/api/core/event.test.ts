/** Events in tables: lenient through core v1, strict through events.k8s.io/v1. */
import { expect, test } from 'vitest'
import { describeFieldErrors } from '../../apimachinery/field-error.ts'
import { judged } from '../../testing/judged.ts'
import { eventFromStored } from '../events/event.ts'
import { Event } from './event.ts'
import { type EventLike, validateEvent, validateEventUpdate } from './event-rules.ts'

const metadata = { name: 'e', namespace: 'ns', resourceVersion: '1' }
const involvedObject = { kind: 'ConfigMap', namespace: 'ns', name: 'c' }
const { errors, cells } = judged(Event, { metadata, involvedObject })
const strict = (event: object): string[] => {
  return [...validateEvent({ metadata, involvedObject, ...event } as unknown as EventLike, 'events.k8s.io/v1')].map(
    (error) => describeFieldErrors([error]).message,
  )
}
const complete = {
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingComponent: 'a.b/c',
  reportingInstance: 'i',
  action: 'A',
  reason: 'R',
  type: 'Normal',
}

test.each<[object, readonly string[]]>([
  [{}, []],
  [{ involvedObject: { namespace: 'other' } }, ['involvedObject.namespace: Invalid value: "other": does not match event.namespace']],
  [{ involvedObject: { namespace: undefined } }, ['involvedObject.namespace: Invalid value: "": does not match event.namespace']],
  [complete, []],
  [
    { ...complete, reportingComponent: '', action: '', reason: 'x'.repeat(129) },
    [
      'reportingComponent: Required value',
      expect.stringMatching(/^reportingComponent: Invalid value: "": name part must be non-empty$/),
      expect.stringMatching(/^reportingComponent: Invalid value: "": name part must consist of/),
      'action: Required value',
      'reason: Invalid value: "": can have at most 128 characters',
    ],
  ],
])('core v1 %j', (change, wanted) => {
  expect(errors(change as never)).toEqual(wanted)
})

test('through events.k8s.io/v1 an old event shows nothing that it does not say', () => {
  const stored = { metadata: { name: 'e' }, involvedObject: {}, message: 'm', reportingComponent: '', reportingInstance: '' }
  expect(eventFromStored(stored as never)).toEqual({ metadata: { name: 'e' }, regarding: {}, note: 'm' })
})

test('events.k8s.io/v1 wants a complete, new event', () => {
  expect(strict(complete)).toEqual([])
  expect(strict({ ...complete, type: 'Info', count: 1, firstTimestamp: '2026-01-01T00:00:00Z', series: { count: 1 } })).toEqual([
    'series.count: Invalid value: "": should be at least 2',
    'series.lastObservedTime: Required value',
    'type: Invalid value: "": has invalid value: Info',
    'firstTimestamp: Invalid value: "": needs to be unset',
    'count: Invalid value: "": needs to be unset',
  ])
})

test('and lets it change in its series only; a changed reason is told twice', () => {
  const old = { metadata, involvedObject, ...complete } as unknown as EventLike
  const texts = (change: object, apiVersion: string) =>
    [...validateEventUpdate({ ...old, ...change }, old, apiVersion)].map((error) => describeFieldErrors([error]).message)
  expect(texts({ series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } }, 'events.k8s.io/v1')).toEqual([])
  expect(texts({ reason: 'S', reportingComponent: 'd' }, 'events.k8s.io/v1')).toEqual([
    'reason: Invalid value: "S": field is immutable',
    'reason: Invalid value: "S": field is immutable',
    'reportingController: Invalid value: "d": field is immutable',
  ])
  expect(texts({ involvedObject: { ...involvedObject, name: 'd' } }, 'events.k8s.io/v1')).toEqual([
    'involvedObject: Invalid value: {"Kind":"ConfigMap","Namespace":"ns","Name":"d","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable',
  ])
  expect(texts({ reason: 'S' }, 'v1')).toEqual([])
})

test('columns', () => {
  const nowMs = Date.parse('2026-01-01T00:10:00Z')
  expect(cells({ ...complete, message: ' m ' }, nowMs)).toEqual({
    'Last Seen': '10m',
    Type: 'Normal',
    Reason: 'R',
    Object: 'configmap/c',
    Subobject: '',
    Source: 'a.b/c, i',
    Message: 'm',
    'First Seen': '10m',
    Count: 1,
    Name: 'e',
  })
})
