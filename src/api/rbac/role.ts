/**
 * rbac.authorization.k8s.io/v1 Role: a set of permissions within a namespace.
 */
import type { FieldError } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, struct } from '../../apimachinery/schema/schema.ts'
import { validateKubernetesFinalizers, validateObjectMeta, validateObjectMetaUpdate } from '../../apimachinery/validate-metadata.ts'
import { dropEmptyRules, validateRules } from './role-rules.ts'
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
  // Not sooner: whoever sends an empty list owns it.
  prepareForCreate: dropEmptyRules,
  prepareForUpdate: dropEmptyRules,
  validatesMetadata: true,
  validate: (object) => validateRole(object),
  *validateUpdate(object, old) {
    yield* validateRole(object)
    yield* validateObjectMetaUpdate(object.metadata, old.metadata)
    yield* validateKubernetesFinalizers(object.metadata)
  },
})

type RoleObject = Infer<typeof role>

function* validateRole(object: RoleObject): Generator<FieldError> {
  yield* validateObjectMeta(object.metadata, { scope: 'Namespaced', validateName: pathSegmentNameErrors })
  yield* validateKubernetesFinalizers(object.metadata)
  yield* validateRules(object.rules, true)
}
