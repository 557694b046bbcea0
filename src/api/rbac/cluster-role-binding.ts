/**
 * rbac.authorization.k8s.io/v1 ClusterRoleBinding: gives a ClusterRole to subjects, everywhere. roleRef never
 * changes.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, list, struct } from '../../apimachinery/schema/schema.ts'
import { bindingColumns, setBindingDefaults, validateBinding, validateBindingUpdate } from './binding-rules.ts'
import { roleRef, subject } from './rules.ts'

export const clusterRoleBinding = struct('rbac.v1.ClusterRoleBinding', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  subjects: field(2, list(subject)).optional().listAtomic(),
  roleRef: field(3, roleRef),
})

export type ClusterRoleBinding = ObjectOf<typeof ClusterRoleBinding>
export const ClusterRoleBinding = defineKind({
  group: 'rbac.authorization.k8s.io',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: clusterRoleBinding }],
  generation: 'none',
  allowCreateOnUpdate: true,
  setDefaults: (draft) => setBindingDefaults(draft as never),
  columns: bindingColumns('clusterRoleBinding') as never,
  validatesMetadata: true,
  validate: (object) => validateBinding(object as never, false),
  validateUpdate: (object, old) => validateBindingUpdate(object as never, old as never, false),
})
