/**
 * v1 Binding: puts a Pod on a node. Created, never stored; pods/binding is the way that schedulers use.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, struct } from '../../apimachinery/schema/schema.ts'
import { objectReference } from './references.ts'

export const binding = struct('core.v1.Binding', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  target: field(2, objectReference),
})

export type Binding = ObjectOf<typeof Binding>
export const Binding = defineKind({
  group: '',
  kind: 'Binding',
  plural: 'bindings',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: binding }],
  verbs: ['create'],
  isVirtual: true,
})
