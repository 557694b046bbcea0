/**
 * v1 PodTemplate: a template on its own; hardly used, part of conformance.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, struct } from '../../apimachinery/schema/schema.ts'
import { podTemplateSpec } from './pod-spec/pod-spec.ts'

export const podTemplate = struct('core.v1.PodTemplate', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  template: field(2, podTemplateSpec).optional(),
})

export type PodTemplate = ObjectOf<typeof PodTemplate>
export const PodTemplate = defineKind({
  group: '',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: podTemplate }],
})
