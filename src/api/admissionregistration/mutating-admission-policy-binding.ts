/**
 * admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding: where a policy that changes requests applies, and with which parameters.
 * Off unless --runtime-config turns it on.
 */

import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain } from '../../apimachinery/names.ts'
import { type KubeObject, objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, string, struct } from '../../apimachinery/schema/schema.ts'
import { matchPolicies, setMatchDefaults, validateMatchResources, validateMutableOperations } from './match-rules.ts'
import { matchResources } from './rules.ts'
import { paramRef, paramText, validateParamRef } from './validating-admission-policy-binding.ts'

const [stable, beta, alpha] = ['admissionregistration.v1', 'admissionregistration.v1beta1', 'admissionregistration.v1alpha1'] as const

export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof mutatingAdmissionPolicyBindingSpec> {}
export const mutatingAdmissionPolicyBindingSpec = struct('admissionregistration.v1beta1.MutatingAdmissionPolicyBindingSpec', {
  policyName: field(1, string).optional(),
  paramRef: field(2, inVersion(paramRef, stable, beta))
    .optional()
    .pointer(),
  matchResources: field(3, inVersion(matchResources, stable, beta, { 'MatchResources.matchPolicy': [] }))
    .optional()
    .pointer(),
})

export const mutatingAdmissionPolicyBinding = struct('admissionregistration.v1beta1.MutatingAdmissionPolicyBinding', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, mutatingAdmissionPolicyBindingSpec).implied(),
})

export type MutatingAdmissionPolicyBinding = ObjectOf<typeof MutatingAdmissionPolicyBinding>
export const MutatingAdmissionPolicyBinding = defineKind({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    { name: 'v1beta1', schema: mutatingAdmissionPolicyBinding, isOff: true },
    {
      name: 'v1alpha1',
      schema: inVersion(mutatingAdmissionPolicyBinding, beta, alpha, {
        'MatchResources.matchPolicy': matchPolicies,
        'ParamRef.parameterNotFoundAction': ['Allow', 'Deny'],
      }),
      isOff: true,
      toStored: withDefaultAction,
    },
  ],
  storageVersion: 'v1alpha1',
  setDefaults: ({ spec }) => setMatchDefaults(spec.matchResources),
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate: ({ spec }) => validateSpec(spec, 'spec'),
  allowUnconditionalUpdate: false,
  columns: [
    {
      name: 'PolicyName',
      type: 'string',
      description: 'PolicyName indicates the policy definition which the policy binding binded to',
      value: ({ spec }) => spec.policyName ?? '',
    },
    {
      name: 'ParamRef',
      type: 'string',
      description: 'ParamRef indicates the param resource which sets the configration param',
      value: ({ spec }) => paramText(spec.paramRef),
    },
  ],
})

/** Only this version has one. */
function withDefaultAction(object: KubeObject): Infer<typeof mutatingAdmissionPolicyBinding> {
  const binding = object as Infer<typeof mutatingAdmissionPolicyBinding>
  const { paramRef } = binding.spec
  if (!paramRef || typeof paramRef.parameterNotFoundAction === 'string') return binding
  return { ...binding, spec: { ...binding.spec, paramRef: { ...paramRef, parameterNotFoundAction: 'Deny' } } }
}

function* validateSpec(spec: MutatingAdmissionPolicyBindingSpec, path: string): Generator<FieldError> {
  const { policyName = '', paramRef, matchResources } = spec
  if (policyName === '') yield required(child(path, 'policyName'))
  else for (const problem of nameIsDnsSubdomain(policyName, false)) yield invalidValue(child(path, 'policyName'), policyName, problem)
  if (paramRef) yield* validateParamRef(paramRef, child(path, 'paramRef'))
  if (!matchResources) return
  yield* validateMatchResources(matchResources, child(path, 'matchResources'))
  yield* validateMutableOperations(matchResources, child(path, 'matchResources'))
}
