/**
 * admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy: changes in CEL that requests get on their way in. Off unless --runtime-config turns
 * it on.
 */

import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { inVersion } from '../../apimachinery/schema/renamed.ts'
import { field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import {
  failurePolicies,
  matchPolicies,
  setMatchDefaults,
  validateMatchConditions,
  validateMatchResources,
  validateMutableOperations,
} from './match-rules.ts'
import { matchCondition, matchResources } from './rules.ts'
import { paramKind, paramKindText, validateParamKind, validateVariable, variable } from './validating-admission-policy.ts'

const [stable, beta, alpha] = ['admissionregistration.v1', 'admissionregistration.v1beta1', 'admissionregistration.v1alpha1'] as const

export interface ApplyConfiguration extends Infer<typeof applyConfiguration> {}
export const applyConfiguration = struct('admissionregistration.v1beta1.ApplyConfiguration', {
  expression: field(1, string).optional(),
})

export interface JSONPatch extends Infer<typeof jsonPatch> {}
export const jsonPatch = struct('admissionregistration.v1beta1.JSONPatch', {
  expression: field(1, string).optional(),
})

export interface Mutation extends Infer<typeof mutation> {}
export const mutation = struct('admissionregistration.v1beta1.Mutation', {
  patchType: field(2, string).enum('ApplyConfiguration', 'JSONPatch'),
  applyConfiguration: field(3, applyConfiguration).optional().pointer(),
  jsonPatch: field(4, jsonPatch).optional().pointer(),
})

export interface MutatingAdmissionPolicySpec extends Infer<typeof mutatingAdmissionPolicySpec> {}
export const mutatingAdmissionPolicySpec = struct('admissionregistration.v1beta1.MutatingAdmissionPolicySpec', {
  paramKind: field(1, inVersion(paramKind, stable, beta))
    .optional()
    .pointer(),
  matchConstraints: field(2, inVersion(matchResources, stable, beta, { 'MatchResources.matchPolicy': [] }))
    .optional()
    .pointer(),
  variables: field(3, list(inVersion(variable, stable, beta)))
    .optional()
    .listAtomic(),
  mutations: field(4, list(mutation)).optional().listAtomic(),
  failurePolicy: field(5, string).optional().pointer(),
  matchConditions: field(6, list(inVersion(matchCondition, stable, beta)))
    .optional()
    .listMap('name')
    .patchMerge('name'),
  reinvocationPolicy: field(7, string).optional(),
})

export const mutatingAdmissionPolicy = struct('admissionregistration.v1beta1.MutatingAdmissionPolicy', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, mutatingAdmissionPolicySpec).implied(),
})

export type MutatingAdmissionPolicy = ObjectOf<typeof MutatingAdmissionPolicy>
export const MutatingAdmissionPolicy = defineKind({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    { name: 'v1beta1', schema: mutatingAdmissionPolicy, isOff: true },
    {
      name: 'v1alpha1',
      schema: inVersion(mutatingAdmissionPolicy, beta, alpha, {
        'MatchResources.matchPolicy': matchPolicies,
        'MutatingAdmissionPolicySpec.failurePolicy': failurePolicies,
      }),
      isOff: true,
    },
  ],
  storageVersion: 'v1alpha1',
  setDefaults: ({ spec }) => {
    spec.failurePolicy ??= 'Fail'
    setMatchDefaults(spec.matchConstraints)
  },
  validate: ({ spec }) => validateSpec(spec, 'spec'),
  validateUpdate: ({ spec }, old) => validateSpec(spec, 'spec', old.spec),
  allowUnconditionalUpdate: false,
  columns: [
    {
      name: 'Mutations',
      type: 'integer',
      description: 'Mutation indicates the number of mutations rules defined in this configuration',
      value: ({ spec }) => spec.mutations?.length ?? 0,
    },
    {
      name: 'ParamKind',
      type: 'string',
      description: 'ParamKind specifies the kind of resources used to parameterize this policy',
      value: ({ spec }) => paramKindText(spec.paramKind),
    },
  ],
})

const reinvocationPolicies = ['IfNeeded', 'Never']
const patchTypes = ['ApplyConfiguration', 'JSONPatch']

function* validateSpec(spec: MutatingAdmissionPolicySpec, path: string, old?: MutatingAdmissionPolicySpec): Generator<FieldError> {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables, mutations, reinvocationPolicy = '' } = spec
  if (failurePolicy === undefined || failurePolicy === null) yield required(child(path, 'failurePolicy'))
  else if (!failurePolicies.includes(failurePolicy)) yield notSupported(child(path, 'failurePolicy'), failurePolicy, failurePolicies)
  if (paramKind) yield* validateParamKind(paramKind, child(path, 'paramKind'))
  const constraintsPath = child(path, 'matchConstraints')
  if (!matchConstraints) yield required(constraintsPath)
  else {
    yield* validateMatchResources(matchConstraints, constraintsPath)
    if ((matchConstraints.resourceRules ?? []).length === 0) yield required(child(constraintsPath, 'resourceRules'))
    yield* validateMutableOperations(matchConstraints, constraintsPath)
  }
  const isSame = old !== undefined && semanticallyEqual(old.paramKind, paramKind) && semanticallyEqual(old.matchConditions, matchConditions)
  if (!isSame) yield* validateMatchConditions(matchConditions, child(path, 'matchConditions'))
  for (const [i, one] of (variables ?? []).entries()) yield* validateVariable(one, index(child(path, 'variables'), i))
  if ((mutations ?? []).length === 0) yield required(child(path, 'mutations'), 'mutations must contain at least one item')
  for (const [i, one] of (mutations ?? []).entries()) yield* validateMutation(one, index(child(path, 'mutations'), i))
  const reinvocationPath = child(path, 'reinvocationPolicy')
  if (reinvocationPolicy === '') yield required(reinvocationPath)
  else if (!reinvocationPolicies.includes(reinvocationPolicy))
    yield notSupported(reinvocationPath, reinvocationPolicy, reinvocationPolicies)
}

function* validateMutation({ patchType = '', applyConfiguration, jsonPatch }: Mutation, path: string): Generator<FieldError> {
  if (patchType === '') return yield required(child(path, 'patchType'))
  if (!patchTypes.includes(patchType)) return yield notSupported(child(path, 'patchType'), patchType, patchTypes)
  const given = { applyConfiguration, jsonPatch }
  const [wanted, other] =
    patchType === 'JSONPatch' ? (['jsonPatch', 'applyConfiguration'] as const) : (['applyConfiguration', 'jsonPatch'] as const)
  const one = given[wanted]
  if (!one) yield required(child(path, wanted), `must be specified when patchType is ${patchType}`)
  else if ((one.expression ?? '').trim() === '') yield required(child(path, wanted, 'expression'))
  if (given[other]) yield invalidValue(child(path, other), `{${other}}`, `must not be specified when patchType is ${patchType}`)
}
