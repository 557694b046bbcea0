/**
 * authorization.k8s.io/v1 SelfSubjectAccessReview: may I do something. Asked and answered, never stored.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, struct } from '../../apimachinery/schema/schema.ts'
import { nonResourceAttributes, resourceAttributes, subjectAccessReviewStatus } from './attributes.ts'

export interface SelfSubjectAccessReviewSpec extends Infer<typeof selfSubjectAccessReviewSpec> {}
export const selfSubjectAccessReviewSpec = struct('authorization.v1.SelfSubjectAccessReviewSpec', {
  resourceAttributes: field(1, resourceAttributes).optional().pointer(),
  nonResourceAttributes: field(2, nonResourceAttributes).optional().pointer(),
})

export const selfSubjectAccessReview = struct('authorization.v1.SelfSubjectAccessReview', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, selfSubjectAccessReviewSpec),
  status: field(3, subjectAccessReviewStatus).optional(),
})

export type SelfSubjectAccessReview = ObjectOf<typeof SelfSubjectAccessReview>
export const SelfSubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: selfSubjectAccessReview }],
  verbs: ['create'],
  isVirtual: true,
})
