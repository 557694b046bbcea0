/**
 * authorization.k8s.io/v1 LocalSubjectAccessReview: may somebody do something in this namespace. Asked and answered,
 * never stored.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, struct } from '../../apimachinery/schema/schema.ts'
import { subjectAccessReviewSpec, subjectAccessReviewStatus } from './attributes.ts'

export const localSubjectAccessReview = struct('authorization.v1.LocalSubjectAccessReview', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, subjectAccessReviewSpec),
  status: field(3, subjectAccessReviewStatus).optional(),
})

export type LocalSubjectAccessReview = ObjectOf<typeof LocalSubjectAccessReview>
export const LocalSubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: localSubjectAccessReview }],
  verbs: ['create'],
  isVirtual: true,
})
