/**
 * authentication.k8s.io/v1 TokenReview: whose token is this. Asked and answered, never stored.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { userInfo } from './user-info.ts'

export interface TokenReviewSpec extends Infer<typeof tokenReviewSpec> {}
export const tokenReviewSpec = struct('authentication.v1.TokenReviewSpec', {
  token: field(1, string).optional(),
  audiences: field(2, list(string)).optional().listAtomic(),
})

export interface TokenReviewStatus extends Infer<typeof tokenReviewStatus> {}
export const tokenReviewStatus = struct('authentication.v1.TokenReviewStatus', {
  authenticated: field(1, boolean).optional(),
  user: field(2, userInfo).optional(),
  audiences: field(4, list(string)).optional().listAtomic(),
  error: field(3, string).optional(),
})

export const tokenReview = struct('authentication.v1.TokenReview', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, tokenReviewSpec),
  status: field(3, tokenReviewStatus).optional(),
})

export type TokenReview = ObjectOf<typeof TokenReview>
export const TokenReview = defineKind({
  group: 'authentication.k8s.io',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: tokenReview }],
  verbs: ['create'],
  isVirtual: true,
})
