/**
 * What is asked in the access reviews: who wants to do what.
 */
import { fieldSelectorRequirement, labelSelectorRequirement } from '../../apimachinery/meta.ts'
import { boolean, field, type Infer, list, map, string, struct } from '../../apimachinery/schema/schema.ts'

export interface NonResourceAttributes extends Infer<typeof nonResourceAttributes> {}
export const nonResourceAttributes = struct('authorization.v1.NonResourceAttributes', {
  path: field(1, string).optional(),
  verb: field(2, string).optional(),
})

export interface FieldSelectorAttributes extends Infer<typeof fieldSelectorAttributes> {}
export const fieldSelectorAttributes = struct('authorization.v1.FieldSelectorAttributes', {
  rawSelector: field(1, string).optional(),
  requirements: field(2, list(fieldSelectorRequirement)).optional().listAtomic(),
})

export interface LabelSelectorAttributes extends Infer<typeof labelSelectorAttributes> {}
export const labelSelectorAttributes = struct('authorization.v1.LabelSelectorAttributes', {
  rawSelector: field(1, string).optional(),
  requirements: field(2, list(labelSelectorRequirement)).optional().listAtomic(),
})

export interface ResourceAttributes extends Infer<typeof resourceAttributes> {}
export const resourceAttributes = struct('authorization.v1.ResourceAttributes', {
  namespace: field(1, string).optional(),
  verb: field(2, string).optional(),
  group: field(3, string).optional(),
  version: field(4, string).optional(),
  resource: field(5, string).optional(),
  subresource: field(6, string).optional(),
  name: field(7, string).optional(),
  fieldSelector: field(8, fieldSelectorAttributes).optional().pointer(),
  labelSelector: field(9, labelSelectorAttributes).optional().pointer(),
})

export interface SubjectAccessReviewSpec extends Infer<typeof subjectAccessReviewSpec> {}
export const subjectAccessReviewSpec = struct('authorization.v1.SubjectAccessReviewSpec', {
  resourceAttributes: field(1, resourceAttributes).optional().pointer(),
  nonResourceAttributes: field(2, nonResourceAttributes).optional().pointer(),
  user: field(3, string).optional(),
  groups: field(4, list(string)).optional().listAtomic(),
  extra: field(5, map(list(string))).optional(),
  uid: field(6, string).optional(),
})

export interface SubjectAccessReviewStatus extends Infer<typeof subjectAccessReviewStatus> {}
export const subjectAccessReviewStatus = struct('authorization.v1.SubjectAccessReviewStatus', {
  allowed: field(1, boolean),
  denied: field(4, boolean).optional(),
  reason: field(2, string).optional(),
  evaluationError: field(3, string).optional(),
})
