/**
 * admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding: where a policy applies, with which parameters,
 * and what a failure does.
 */

import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { nameIsDnsSubdomain, pathSegmentNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { atomicStruct, field, type Infer, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { formatSelector, validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { setMatchDefaults, validateMatchResources } from './match-rules.ts'
import { matchResources } from './rules.ts'

export interface ParamRef extends Infer<typeof paramRef> {}
export const paramRef = atomicStruct('admissionregistration.v1.ParamRef', {
  name: field(1, string).optional(),
  namespace: field(2, string).optional(),
  selector: field(3, labelSelector).optional().pointer(),
  parameterNotFoundAction: field(4, string).optional().pointer(),
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
      description: 'ParamRef indicates the param resource which sets the configuration param',
      value: ({ spec }) => paramText(spec.paramRef),
    },
  ],
})

export function paramText(param: ParamRef | null | undefined): string {
  const { name = '', namespace = '', selector } = param ?? {}
  if (name !== '') return `${namespace === '' ? '*' : namespace}/${name}`
  return selector ? formatSelector(selector) : '<unset>'
}

function* validateSpec(spec: ValidatingAdmissionPolicyBindingSpec, path: string): Generator<FieldError> {
  const { policyName = '', paramRef, matchResources, validationActions } = spec
  if (policyName === '') yield required(child(path, 'policyName'))
  else for (const problem of nameIsDnsSubdomain(policyName, false)) yield invalidValue(child(path, 'policyName'), policyName, problem)
  if (paramRef) yield* validateParamRef(paramRef, child(path, 'paramRef'))
  if (matchResources) yield* validateMatchResources(matchResources, child(path, 'matchResources'))
  yield* validateActions(validationActions ?? [], child(path, 'validationActions'))
}

export function* validateParamRef(param: ParamRef, path: string): Generator<FieldError> {
  const { name = '', selector, parameterNotFoundAction: action } = param
  const exclusive = 'name and selector are mutually exclusive'
  if (name !== '') {
    for (const problem of pathSegmentNameErrors(name, false)) yield invalidValue(child(path, 'name'), name, problem)
    if (selector) yield forbiddenField(child(path, 'name'), exclusive)
  }
  if (selector) {
    yield* validateLabelSelector(selector, child(path, 'selector'))
    if (name !== '') yield forbiddenField(child(path, 'selector'), exclusive)
  }
  if (name === '' && !selector) yield required(path, 'one of name or selector must be specified')
  const actions = ['Deny', 'Allow']
  if (!action) yield required(child(path, 'parameterNotFoundAction'))
  else if (!actions.includes(action)) yield notSupported(child(path, 'parameterNotFoundAction'), action, actions)
}

const knownActions = ['Audit', 'Deny', 'Warn']
const denyAndWarn =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'

function* validateActions(actions: readonly string[], path: string): Generator<FieldError> {
  for (const [i, action] of actions.entries()) {
    if (!knownActions.includes(action)) yield notSupported(index(path, i), action, knownActions)
    if (actions.indexOf(action) < i) yield duplicate(index(path, i), action)
  }
  if (actions.includes('Deny') && actions.includes('Warn')) yield invalidValue(path, actions, denyAndWarn)
  if (actions.length === 0) yield required(path, 'at least one validation action is required')
}
