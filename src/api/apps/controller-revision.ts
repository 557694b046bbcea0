/**
 * apps/v1 ControllerRevision: an immutable snapshot of a StatefulSet or DaemonSet template, for history and rollback.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, int64, rawExtension, struct } from '../../apimachinery/schema/schema.ts'

export const controllerRevision = struct('apps.v1.ControllerRevision', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  data: field(2, rawExtension).optional(),
  revision: field(3, int64),
})

export type ControllerRevision = ObjectOf<typeof ControllerRevision>
export const ControllerRevision = defineKind({
  group: 'apps',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: controllerRevision }],
})
