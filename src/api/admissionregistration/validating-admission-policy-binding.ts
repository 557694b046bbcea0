/**
 * admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding: where a policy applies, with which parameters,
 * and what a failure does.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { matchResources } from './rules.ts'

export interface ParamRef extends Infer<typeof paramRef> {}
export const paramRef = atomicStruct('admissionregistration.v1.ParamRef', {
  name: field(1, string).optional(),
  namespace: field(2, string).optional(),
  selector: field(3, labelSelector).optional().pointer(),
  parameterNotFoundAction: field(4, string).optional().pointer().enum('Allow', 'Deny'),
})

export interface ValidatingAdmissionPolicyBindingSpec extends Infer<typeof validatingAdmissionPolicyBindingSpec> {}
export const validatingAdmissionPolicyBindingSpec = struct('admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec', {
  policyName: field(1, string).optional(),
  paramRef: field(2, paramRef).optional().pointer(),
  matchResources: field(3, matchResources).optional().pointer(),
  validationActions: field(4, list(string)).optional().enum('Audit', 'Deny', 'Warn').listSet(),
})

export const validatingAdmissionPolicyBinding = struct('admissionregistration.v1.ValidatingAdmissionPolicyBinding', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, validatingAdmissionPolicyBindingSpec).implied(),
})

export type ValidatingAdmissionPolicyBinding = ObjectOf<typeof ValidatingAdmissionPolicyBinding>
export const ValidatingAdmissionPolicyBinding = defineKind({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', schema: validatingAdmissionPolicyBinding }],
})
