/**
 * admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy: rules in CEL that requests must satisfy.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, int64, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { matchCondition, matchResources } from './rules.ts'

export interface AuditAnnotation extends Infer<typeof auditAnnotation> {}
export const auditAnnotation = struct('admissionregistration.v1.AuditAnnotation', {
  key: field(1, string),
  valueExpression: field(2, string),
})

export interface ParamKind extends Infer<typeof paramKind> {}
export const paramKind = atomicStruct('admissionregistration.v1.ParamKind', {
  apiVersion: field(1, string).optional(),
  kind: field(2, string).optional(),
})

export interface Validation extends Infer<typeof validation> {}
export const validation = struct('admissionregistration.v1.Validation', {
  expression: field(1, string),
  message: field(2, string).optional(),
  reason: field(3, string).optional().pointer(),
  messageExpression: field(4, string).optional(),
})

export interface Variable extends Infer<typeof variable> {}
export const variable = atomicStruct('admissionregistration.v1.Variable', {
  name: field(1, string),
  expression: field(2, string),
})

export interface ValidatingAdmissionPolicySpec extends Infer<typeof validatingAdmissionPolicySpec> {}
export const validatingAdmissionPolicySpec = struct('admissionregistration.v1.ValidatingAdmissionPolicySpec', {
  paramKind: field(1, paramKind).optional().pointer(),
  matchConstraints: field(2, matchResources).optional().pointer(),
  validations: field(3, list(validation)).optional().listAtomic(),
  failurePolicy: field(4, string).optional().pointer().enum('Fail', 'Ignore'),
  auditAnnotations: field(5, list(auditAnnotation)).optional().listAtomic(),
  matchConditions: field(6, list(matchCondition)).optional().listMap('name').patchMerge('name'),
  variables: field(7, list(variable)).optional().listMap('name').patchMerge('name'),
})

export interface ExpressionWarning extends Infer<typeof expressionWarning> {}
export const expressionWarning = struct('admissionregistration.v1.ExpressionWarning', {
  fieldRef: field(2, string),
  warning: field(3, string),
})

export interface TypeChecking extends Infer<typeof typeChecking> {}
export const typeChecking = struct('admissionregistration.v1.TypeChecking', {
  expressionWarnings: field(1, list(expressionWarning)).optional().listAtomic(),
})

export interface ValidatingAdmissionPolicyStatus extends Infer<typeof validatingAdmissionPolicyStatus> {}
export const validatingAdmissionPolicyStatus = struct('admissionregistration.v1.ValidatingAdmissionPolicyStatus', {
  observedGeneration: field(1, int64).optional(),
  typeChecking: field(2, typeChecking).optional().pointer(),
  conditions: field(3, list(condition)).optional().listMap('type'),
})

export const validatingAdmissionPolicy = struct('admissionregistration.v1.ValidatingAdmissionPolicy', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, validatingAdmissionPolicySpec).implied(),
  status: field(3, validatingAdmissionPolicyStatus).optional(),
})

export type ValidatingAdmissionPolicy = ObjectOf<typeof ValidatingAdmissionPolicy>
export const ValidatingAdmissionPolicy = defineKind({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: validatingAdmissionPolicy }],
  hasStatus: true,
})
