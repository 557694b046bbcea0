/**
 * scheduling.k8s.io/v1 PriorityClass: a name for a priority. Value and preemption policy never change.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, int32, string, struct } from '../../apimachinery/schema/schema.ts'

export const priorityClass = struct('scheduling.v1.PriorityClass', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  value: field(2, int32),
  globalDefault: field(3, boolean).optional(),
  description: field(4, string).optional(),
  preemptionPolicy: field(5, string).optional().pointer(),
})

export type PriorityClass = ObjectOf<typeof PriorityClass>
export const PriorityClass = defineKind({
  group: 'scheduling.k8s.io',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: priorityClass }],
})
