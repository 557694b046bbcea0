/**
 * authorization.k8s.io/v1 SelfSubjectRulesReview: what may I do in a namespace. Asked and answered, never stored.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'

export interface SelfSubjectRulesReviewSpec extends Infer<typeof selfSubjectRulesReviewSpec> {}
export const selfSubjectRulesReviewSpec = struct('authorization.v1.SelfSubjectRulesReviewSpec', {
  namespace: field(1, string).optional(),
})

export interface NonResourceRule extends Infer<typeof nonResourceRule> {}
export const nonResourceRule = struct('authorization.v1.NonResourceRule', {
  verbs: field(1, list(string)).listAtomic(),
  nonResourceURLs: field(2, list(string)).optional().listAtomic(),
})

export interface ResourceRule extends Infer<typeof resourceRule> {}
export const resourceRule = struct('authorization.v1.ResourceRule', {
  verbs: field(1, list(string)).listAtomic(),
  apiGroups: field(2, list(string)).optional().listAtomic(),
  resources: field(3, list(string)).optional().listAtomic(),
  resourceNames: field(4, list(string)).optional().listAtomic(),
})

export interface SubjectRulesReviewStatus extends Infer<typeof subjectRulesReviewStatus> {}
export const subjectRulesReviewStatus = struct('authorization.v1.SubjectRulesReviewStatus', {
  resourceRules: field(1, list(resourceRule)).listAtomic(),
  nonResourceRules: field(2, list(nonResourceRule)).listAtomic(),
  incomplete: field(3, boolean),
  evaluationError: field(4, string).optional(),
})

export const selfSubjectRulesReview = struct('authorization.v1.SelfSubjectRulesReview', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, selfSubjectRulesReviewSpec),
  status: field(3, subjectRulesReviewStatus).optional(),
})

export type SelfSubjectRulesReview = ObjectOf<typeof SelfSubjectRulesReview>
export const SelfSubjectRulesReview = defineKind({
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: selfSubjectRulesReview }],
  verbs: ['create'],
  isVirtual: true,
})
