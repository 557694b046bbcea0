/**
 * v1 Event: something that happened to an object. The same stored object is served as events.k8s.io/v1 with other
 * field names (api/events/event.ts). Never garbage collected; expires after an hour.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, int32, microTime, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { eventFromStored, eventsEvent, eventsFields, eventToStored } from '../events/event.ts'
import { eventColumns, eventFields } from './event-columns.ts'
import { type EventLike, validateEvent, validateEventUpdate } from './event-rules.ts'
import { eventSource } from './event-source.ts'
import { objectReference } from './references.ts'

export interface EventSeries extends Infer<typeof eventSeries> {}
export const eventSeries = struct('core.v1.EventSeries', {
  count: field(1, int32).optional(),
  lastObservedTime: field(2, microTime).optional(),
})

export const event = struct('core.v1.Event', {
  ...typeMeta,
  metadata: field(1, objectMeta),
  involvedObject: field(2, objectReference),
  reason: field(3, string).optional(),
  message: field(4, string).optional(),
  source: field(5, eventSource).optional(),
  firstTimestamp: field(6, time).optional(),
  lastTimestamp: field(7, time).optional(),
  count: field(8, int32).optional(),
  type: field(9, string).optional(),
  eventTime: field(10, microTime).optional(),
  series: field(11, eventSeries).optional().pointer(),
  action: field(12, string).optional(),
  related: field(13, objectReference).optional().pointer(),
  reportingComponent: field(14, string).printed(),
  reportingInstance: field(15, string).printed(),
})

export type Event = ObjectOf<typeof Event>
export const Event = defineKind({
  group: '',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  versions: [
    { name: 'v1', schema: event },
    {
      group: 'events.k8s.io',
      name: 'v1',
      schema: eventsEvent as never,
      toStored: eventToStored as never,
      fromStored: eventFromStored as never,
      selectableFields: eventsFields as never,
    },
  ],
  generation: 'none',
  allowCreateOnUpdate: true,
  defaultPropagation: 'None',
  columns: eventColumns as never,
  fieldLabelErrors: 'own',
  selectableFields: eventFields as never,
  validatesMetadata: true,
  validate: (object, apiVersion = 'v1') => validateEvent(object as EventLike, apiVersion),
  validateUpdate: (object, old, apiVersion = 'v1') => validateEventUpdate(object as EventLike, old as EventLike, apiVersion),
})
