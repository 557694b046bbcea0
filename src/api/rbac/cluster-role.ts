/**
 * rbac.authorization.k8s.io/v1 ClusterRole: a set of permissions, possibly put together from others by labels.
 */
import type { FieldError } from '../../apimachinery/field-error.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, list, struct } from '../../apimachinery/schema/schema.ts'
import { validateKubernetesFinalizers, validateObjectMeta, validateObjectMetaUpdate } from '../../apimachinery/validate-metadata.ts'
import { dropEmptyRules, validateAggregation, validateRules } from './role-rules.ts'
import { policyRule } from './rules.ts'

export interface AggregationRule extends Infer<typeof aggregationRule> {}
export const aggregationRule = struct('rbac.v1.AggregationRule', {
  clusterRoleSelectors: field(1, list(labelSelector)).optional().listAtomic(),
})

export const clusterRole = struct('rbac.v1.ClusterRole', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  rules: field(2, list(policyRule)).printed().listAtomic(),
  aggregationRule: field(3, aggregationRule).optional().pointer(),
})

export type ClusterRole = ObjectOf<typeof ClusterRole>
export const ClusterRole = defineKind({
  group: 'rbac.authorization.k8s.io',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: clusterRole }],
  generation: 'none',
  allowCreateOnUpdate: true,
  // Not sooner: whoever sends an empty list owns it.
  prepareForCreate: dropEmptyRules,
  prepareForUpdate: dropEmptyRules,
  validatesMetadata: true,
  validate: (object) => validateRole(object),
  *validateUpdate(object, old) {
    yield* validateRole(object, old)
    yield* validateObjectMetaUpdate(object.metadata, old.metadata)
    yield* validateKubernetesFinalizers(object.metadata)
  },
})

type RoleObject = Infer<typeof clusterRole>

function* validateRole(object: RoleObject, old?: RoleObject): Generator<FieldError> {
  yield* validateObjectMeta(object.metadata, { scope: 'Cluster', validateName: pathSegmentNameErrors })
  yield* validateKubernetesFinalizers(object.metadata)
  yield* validateRules(object.rules, false)
  yield* validateAggregation(object.aggregationRule, old?.aggregationRule)
}
