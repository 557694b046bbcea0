/**
 * rbac.authorization.k8s.io/v1 Role: a set of permissions within a namespace.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, list, struct } from '../../apimachinery/schema/schema.ts'
import { policyRule } from './rules.ts'

export const role = struct('rbac.v1.Role', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  rules: field(2, list(policyRule)).printed().listAtomic(),
})

export type Role = ObjectOf<typeof Role>
export const Role = defineKind({
  group: 'rbac.authorization.k8s.io',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: role }],
  generation: 'none',
  allowCreateOnUpdate: true,
})
