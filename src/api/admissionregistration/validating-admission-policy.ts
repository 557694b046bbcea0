/**
 * admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy: rules in CEL that requests must satisfy.
 */

import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { condition, typeMeta } from '../../apimachinery/meta.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from '../../apimachinery/names.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { resetMetadata } from '../../apimachinery/reset-metadata.ts'
import { atomicStruct, field, type Infer, int64, list, string, struct } from '../../apimachinery/schema/schema.ts'
import { validateConditions } from '../../apimachinery/validate-conditions.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { failurePolicies, setMatchDefaults, validateMatchConditions, validateMatchResources } from './match-rules.ts'
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
  setDefaults: ({ spec }) => {
    spec.failurePolicy ??= 'Fail'
    setMatchDefaults(spec.matchConstraints)
  },
  prepareForUpdate: (draft, old, { subresource }) => {
    if (subresource === 'status') resetMetadata(draft.metadata, old.metadata)
  },
  validate: ({ metadata, spec }) => validateSpec(metadata.name ?? '', spec, 'spec'),
  validateUpdate: ({ metadata, spec }, old) => validateSpec(metadata.name ?? '', spec, 'spec', old.spec),
  *validateStatusUpdate({ status }) {
    for (const [i, { fieldRef = '', warning = '' }] of (status?.typeChecking?.expressionWarnings ?? []).entries()) {
      const path = index('status.typeChecking.expressionWarnings', i)
      if (warning === '') yield required(child(path, 'warning'))
      if (fieldRef.trim() === '') yield required(child(path, 'fieldRef'))
    }
    yield* validateConditions(status?.conditions, 'status.conditions')
  },
  allowUnconditionalUpdate: false,
  columns: [
    {
      name: 'Validations',
      type: 'integer',
      description: 'Validations indicates the number of validation rules defined in this configuration',
      value: ({ spec }) => spec.validations?.length ?? 0,
    },
    {
      name: 'ParamKind',
      type: 'string',
      description: 'ParamKind specifies the kind of resources used to parameterize this policy',
      value: ({ spec }) => paramKindText(spec.paramKind),
    },
  ],
})

export function paramKindText(kind: ParamKind | null | undefined): string {
  return kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>'
}

const auditAnnotationsMax = 20
const expressionBytesMax = 5 * 1024
const needsItem = 'validations or auditAnnotations must contain at least one item'

function* validateSpec(
  name: string,
  spec: ValidatingAdmissionPolicySpec,
  path: string,
  old?: ValidatingAdmissionPolicySpec,
): Generator<FieldError> {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables, validations, auditAnnotations } = spec
  if (failurePolicy === undefined || failurePolicy === null) yield required(child(path, 'failurePolicy'))
  else if (!failurePolicies.includes(failurePolicy)) yield notSupported(child(path, 'failurePolicy'), failurePolicy, failurePolicies)
  if (paramKind) yield* validateParamKind(paramKind, child(path, 'paramKind'))
  const constraintsPath = child(path, 'matchConstraints')
  if (!matchConstraints) yield required(constraintsPath)
  else {
    yield* validateMatchResources(matchConstraints, constraintsPath)
    if ((matchConstraints.resourceRules ?? []).length === 0) yield required(child(constraintsPath, 'resourceRules'))
  }
  const isSame = old !== undefined && semanticallyEqual(old.paramKind, paramKind) && semanticallyEqual(old.matchConditions, matchConditions)
  if (!isSame) yield* validateMatchConditions(matchConditions, child(path, 'matchConditions'))
  for (const [i, variable] of (variables ?? []).entries()) yield* validateVariable(variable, index(child(path, 'variables'), i))
  if ((validations ?? []).length === 0 && (auditAnnotations ?? []).length === 0) {
    yield required(child(path, 'validations'), needsItem)
    yield required(child(path, 'auditAnnotations'), needsItem)
  }
  for (const [i, one] of (validations ?? []).entries()) yield* validateValidation(one, index(child(path, 'validations'), i))
  yield* validateAuditAnnotations(name, auditAnnotations ?? [], child(path, 'auditAnnotations'))
}

export function* validateParamKind({ apiVersion = '', kind = '' }: ParamKind, path: string): Generator<FieldError> {
  const at = child(path, 'apiVersion')
  const parts = apiVersion.split('/')
  if (apiVersion === '') yield required(at)
  else if (parts.length > 2) yield invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else {
    const group = parts.length === 2 ? (parts[0] as string) : ''
    const version = parts.at(-1) ?? ''
    const groupProblems = group === '' ? [] : dns1123SubdomainErrors(group)
    if (groupProblems.length > 0) yield invalidValue(at, group, groupProblems.join(','))
    const versionProblems = dns1035LabelErrors(version)
    if (version === '') yield invalidValue(at, apiVersion, 'version must be specified')
    else if (versionProblems.length > 0) yield invalidValue(at, version, versionProblems.join(','))
  }
  const kindProblems = dns1035LabelErrors(kind.toLowerCase())
  if (kind === '') yield required(child(path, 'kind'))
  else if (kindProblems.length > 0) {
    yield invalidValue(child(path, 'kind'), kind, `may have mixed case, but should otherwise match: ${kindProblems.join(',')}`)
  }
}

const celReserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
)

export function* validateVariable({ name = '', expression = '' }: Variable, path: string): Generator<FieldError> {
  if (name.trim() === '') yield required(child(path, 'name'), 'name is not specified')
  else if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || celReserved.has(name)) {
    yield invalidValue(child(path, 'name'), name, 'must be a valid CEL identifier')
  }
  if (expression.trim() === '') yield required(child(path, 'expression'), 'expression is not specified')
}

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']

function* validateValidation(one: Validation, path: string): Generator<FieldError> {
  const { expression = '', message = '', messageExpression = '', reason } = one
  const notEmpty = 'must be non-empty if specified'
  if (expression.trim() === '') yield required(child(path, 'expression'), 'expression is not specified')
  if (messageExpression !== '' && messageExpression.trim() === '') {
    yield invalidValue(child(path, 'messageExpression'), messageExpression, notEmpty)
  }
  if (message !== '' && message.trim() === '') yield invalidValue(child(path, 'message'), message, notEmpty)
  else if (/[\n\r]/.test(message.trim())) yield invalidValue(child(path, 'message'), message, 'must not contain line breaks')
  if (reason !== undefined && reason !== null && !reasons.includes(reason)) yield notSupported(child(path, 'reason'), reason, reasons)
}

function* validateAuditAnnotations(name: string, annotations: readonly AuditAnnotation[], path: string): Generator<FieldError> {
  if (annotations.length > auditAnnotationsMax) {
    const shown = annotations.map(({ key, valueExpression }) => ({ Key: key, ValueExpression: valueExpression }))
    yield invalidValue(path, shown, `must not have more than ${auditAnnotationsMax} auditAnnotations`)
  }
  const seen = new Set<string>()
  for (const [i, { key = '', valueExpression = '' }] of annotations.entries()) {
    const at = index(path, i)
    const problems = qualifiedNameErrors(`${name}/${key}`)
    if (name === '') yield invalidValue(child(at, 'key'), key, 'requires metadata.name be non-empty')
    else for (const problem of problems) yield invalidValue(child(at, 'key'), `${name}/${key}`, problem)
    const expression = valueExpression.trim()
    if (expression === '') yield required(child(at, 'valueExpression'), 'valueExpression is not specified')
    else if (utf8Length(expression) > expressionBytesMax) {
      yield required(child(at, 'valueExpression'), `must not exceed ${expressionBytesMax} bytes in length`)
    }
    if (seen.has(key)) yield duplicate(child(at, 'key'), key)
    seen.add(key)
  }
}
