/**
 * v1 Namespace: a room for names. Deleting one empties it first: phase Terminating, controllers/namespace.ts, then
 * the finalize subresource.
 */

import { type FieldError, invalidValue } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsLabel } from '../../apimachinery/names.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import {
  validateFinalizerName,
  validateKubernetesFinalizers,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../../apimachinery/validate-metadata.ts'

export interface NamespaceSpec extends Infer<typeof namespaceSpec> {}
export const namespaceSpec = struct('core.v1.NamespaceSpec', {
  finalizers: field(1, list(string)).optional().listAtomic(),
})

export interface NamespaceCondition extends Infer<typeof namespaceCondition> {}
export const namespaceCondition = struct('core.v1.NamespaceCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string).optional(),
  message: field(6, string).optional(),
})

export interface NamespaceStatus extends Infer<typeof namespaceStatus> {}
export const namespaceStatus = struct('core.v1.NamespaceStatus', {
  phase: field(1, string).optional().enum('Active', 'Terminating'),
  conditions: field(2, list(namespaceCondition)).optional().listMap('type').patchMerge('type'),
})

export const namespace = struct('core.v1.Namespace', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, namespaceSpec).implied(),
  status: field(3, namespaceStatus).optional(),
})

interface NamespaceObject extends Infer<typeof namespace> {}

export type Namespace = ObjectOf<typeof Namespace>
export const Namespace = defineKind({
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: namespace }],
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  hasStatus: true,
  subresources: [{ name: 'finalize', kind: { group: '', version: 'v1', kind: 'Namespace' }, verbs: ['update'] }],
  generation: 'none',
  setDefaults: (draft) => {
    draft.status = { ...draft.status, phase: draft.status?.phase || 'Active' }
    labelWithName(draft)
  },
  prepareForCreate: (draft) => {
    draft.status = { phase: 'Active' }
    draft.spec ??= {}
    const finalizers = draft.spec.finalizers ?? []
    if (!finalizers.includes('kubernetes')) draft.spec.finalizers = [...finalizers, 'kubernetes']
    labelWithName(draft)
  },
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === '') draft.spec = { ...draft.spec, finalizers: [...(old.spec?.finalizers ?? [])] }
  },
  returnsDeletedObject: true,
  columns: [{ name: 'Status', type: 'string', description: 'The status of the namespace', value: ({ status }) => status?.phase ?? '' }],
  fieldLabelErrors: 'own',
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  validatesMetadata: true,
  validate: validateNamespace,
  *validateUpdate(object, old) {
    yield* validateNamespace(object)
    yield* validateObjectMetaUpdate(object.metadata, old.metadata)
    yield* validateKubernetesFinalizers(object.metadata)
  },
  *validateStatusUpdate({ metadata, status }) {
    const phase = status?.phase ?? ''
    if (!metadata.deletionTimestamp) {
      if (phase !== 'Active') yield invalidValue('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty")
    } else if (phase !== 'Terminating') {
      yield invalidValue('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")
    }
  },
  validateSubresourceUpdate: {
    *finalize({ spec }) {
      for (const [i, name] of (spec?.finalizers ?? []).entries()) yield* validateSpecFinalizer(name, `spec.finalizers[${i}]`)
    },
  },
})

/** Selectors of namespaces can rely on it; whoever takes it away gets it back. */
function labelWithName({ metadata }: Mutable<NamespaceObject>): void {
  const { name = '' } = metadata
  if (name !== '') metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': name }
}

function* validateNamespace({ metadata, spec }: NamespaceObject): Generator<FieldError> {
  yield* validateObjectMeta(metadata, { scope: 'Cluster', validateName: nameIsDnsLabel })
  yield* validateKubernetesFinalizers(metadata)
  for (const name of spec?.finalizers ?? []) yield* validateSpecFinalizer(name, 'spec.finalizers')
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

function* validateSpecFinalizer(name: string, path: string): Generator<FieldError> {
  yield* validateFinalizerName(name, path)
  if (name.includes('/') || standardFinalizers.has(name)) return
  yield invalidValue(path, name, 'name is neither a standard finalizer name nor is it fully qualified')
}
