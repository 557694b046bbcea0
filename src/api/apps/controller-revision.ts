/**
 * apps/v1 ControllerRevision: an immutable snapshot of a StatefulSet or DaemonSet template, for history and rollback.
 */
import { required } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { controllerOf, type KubeObject, objectMeta, parseApiVersion } from '../../apimachinery/object.ts'
import { field, int64, rawExtension, struct } from '../../apimachinery/schema/schema.ts'
import { validateImmutable, validateNonNegative } from '../../apimachinery/validate-metadata.ts'

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
  generation: 'none',
  *validate({ data, revision }) {
    yield* validateNonNegative(revision, 'revision')
    if (data === undefined || data === null) yield required('data', 'data is mandatory')
    else if (typeof data !== 'object' || Array.isArray(data)) yield required('data', 'data must be a valid JSON object')
  },
  *validateUpdate({ data, revision }, old) {
    yield* validateNonNegative(revision, 'revision')
    yield* validateImmutable(data, old.data, 'data')
  },
  columns: [
    { name: 'Controller', type: 'string', description: 'Controller of the object', value: controllerText },
    {
      name: 'Revision',
      type: 'string',
      description: 'Revision indicates the revision of the state represented by Data.',
      value: ({ revision }) => revision ?? 0,
    },
  ],
})

/** "statefulset.apps/web" */
function controllerText(object: KubeObject): string {
  const owner = controllerOf(object)
  if (owner === undefined) return '<none>'
  const { group } = parseApiVersion(owner.apiVersion)
  const kind = owner.kind.toLowerCase()
  if (kind === '') return owner.name
  return group === '' ? `${kind}/${owner.name}` : `${kind}.${group}/${owner.name}`
}
