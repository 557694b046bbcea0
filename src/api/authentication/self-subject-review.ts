/**
 * authentication.k8s.io/v1 SelfSubjectReview: who am I. Asked and answered, never stored.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { field, type Infer, struct } from '../../apimachinery/schema/schema.ts'
import { userInfo } from './user-info.ts'

export interface SelfSubjectReviewStatus extends Infer<typeof selfSubjectReviewStatus> {}
export const selfSubjectReviewStatus = struct('authentication.v1.SelfSubjectReviewStatus', {
  userInfo: field(1, userInfo).optional(),
})

export const selfSubjectReview = struct('authentication.v1.SelfSubjectReview', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  status: field(2, selfSubjectReviewStatus).optional(),
})

export type SelfSubjectReview = ObjectOf<typeof SelfSubjectReview>
export const SelfSubjectReview = defineKind({
  group: 'authentication.k8s.io',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: selfSubjectReview }],
  verbs: ['create'],
  isVirtual: true,
})
