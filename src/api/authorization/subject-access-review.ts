/**
 * authorization.k8s.io/v1 SubjectAccessReview: may somebody do something. Asked and answered, never stored.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, struct } from '../../apimachinery/schema/schema.ts'
import { subjectAccessReviewSpec, subjectAccessReviewStatus } from './attributes.ts'

export const subjectAccessReview = struct('authorization.v1.SubjectAccessReview', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, subjectAccessReviewSpec),
  status: field(3, subjectAccessReviewStatus).optional(),
})

export type SubjectAccessReview = ObjectOf<typeof SubjectAccessReview>
export const SubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: subjectAccessReview }],
  verbs: ['create'],
  isVirtual: true,
})
