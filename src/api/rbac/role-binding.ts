/**
 * rbac.authorization.k8s.io/v1 RoleBinding: gives a role to subjects within a namespace. roleRef never changes.
 */

import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, list, struct } from '../../apimachinery/schema/schema.ts'
import { bindingColumns, setBindingDefaults, validateBinding, validateBindingUpdate } from './binding-rules.ts'
import { roleRef, subject } from './rules.ts'

export const roleBinding = struct('rbac.v1.RoleBinding', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  subjects: field(2, list(subject)).optional().listAtomic(),
  roleRef: field(3, roleRef),
})

export type RoleBinding = ObjectOf<typeof RoleBinding>
export const RoleBinding = defineKind({
  group: 'rbac.authorization.k8s.io',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: roleBinding }],
  generation: 'none',
  allowCreateOnUpdate: true,
  setDefaults: (draft) => setBindingDefaults(draft as never),
  columns: bindingColumns('roleBinding') as never,
  validatesMetadata: true,
  validate: (object) => validateBinding(object as never, true),
  validateUpdate: (object, old) => validateBindingUpdate(object as never, old as never, true),
})
