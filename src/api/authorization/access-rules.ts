/**
 * Which questions about access are refused (pkg/apis/authorization/validation upstream): one kind of attributes, a subject where one is to be named,
 * selectors that are either raw or taken apart, and metadata that is empty.
 *
 * What a newcomer would get wrong: fields inside attributes are reached by a path written as one word, which looks the same; operators that
 * nobody knows are let through, since newer servers may ask.
 */
import { type FieldError, forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import type { ObjectMeta } from '../../apimachinery/object.ts'
import { validateLabelSelector } from '../../apimachinery/selectors/labels.ts'

interface Requirement {
  readonly key?: string | undefined
  readonly operator?: string | undefined
  readonly values?: readonly string[] | undefined
}
interface Selector {
  readonly rawSelector?: string | undefined
  readonly requirements?: readonly Requirement[] | null | undefined
}
export interface AccessQuestion {
  readonly metadata: ObjectMeta
  readonly spec: {
    readonly resourceAttributes?:
      | { readonly namespace?: string | undefined; readonly fieldSelector?: Selector | null; readonly labelSelector?: Selector | null }
      | null
      | undefined
    readonly nonResourceAttributes?: { readonly path?: string | undefined; readonly verb?: string | undefined } | null | undefined
    readonly user?: string | undefined
    readonly groups?: readonly string[] | null | undefined
  }
}

export function* validateSelfAccess(question: AccessQuestion): Generator<FieldError> {
  yield* validateAttributes(question)
  yield* validateEmptyMetadata(question.metadata, 'must be empty')
}

export function* validateAccess(question: AccessQuestion): Generator<FieldError> {
  yield* validateSubjectAndAttributes(question)
  yield* validateEmptyMetadata(question.metadata, 'must be empty')
}

/** `namespace`: of the request. */
export function* validateLocalAccess(question: AccessQuestion, namespace: string): Generator<FieldError> {
  yield* validateSubjectAndAttributes(question)
  const { namespace: _, ...metadata } = question.metadata
  yield* validateEmptyMetadata(metadata, 'must be empty except for namespace')
  const { resourceAttributes, nonResourceAttributes } = question.spec
  const asked = resourceAttributes?.namespace ?? ''
  if (resourceAttributes && asked !== namespace) {
    yield invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')
  }
  if (nonResourceAttributes) {
    yield invalidValue('spec.nonResourceAttributes', goPath(nonResourceAttributes), 'disallowed on this kind of request')
  }
}

function goPath({ path, verb }: { readonly path?: string | undefined; readonly verb?: string | undefined }): object {
  return { Path: path ?? '', Verb: verb ?? '' }
}

function* validateEmptyMetadata({ managedFields: _, ...metadata }: ObjectMeta, detail: string): Generator<FieldError> {
  const isEmpty = Object.values(metadata).every((value) => {
    if (value === undefined || value === null || value === '' || value === 0) return true
    return typeof value === 'object' && Object.keys(value).length === 0
  })
  if (!isEmpty) yield invalidValue('metadata', metadata, detail)
}

function* validateSubjectAndAttributes({ spec }: AccessQuestion): Generator<FieldError> {
  yield* validateKinds(spec)
  if ((spec.user ?? '') === '' && (spec.groups?.length ?? 0) === 0) {
    yield invalidValue('spec.user', '', 'at least one of user or group must be specified')
  }
  yield* validateSelectors(spec)
}

function* validateAttributes({ spec }: AccessQuestion): Generator<FieldError> {
  yield* validateKinds(spec)
  yield* validateSelectors(spec)
}

function* validateKinds({ resourceAttributes, nonResourceAttributes }: AccessQuestion['spec']): Generator<FieldError> {
  if (resourceAttributes && nonResourceAttributes) {
    const detail = 'cannot be specified in combination with resourceAttributes'
    yield invalidValue('spec.nonResourceAttributes', goPath(nonResourceAttributes), detail)
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    yield invalidValue('spec.resourceAttributes', null, detail)
  }
}

function* validateSelectors({ resourceAttributes }: AccessQuestion['spec']): Generator<FieldError> {
  const { fieldSelector, labelSelector } = resourceAttributes ?? {}
  const path = 'spec.resourceAttributes'
  if (fieldSelector) yield* validateFieldSelector(fieldSelector, child(path, 'fieldSelector'))
  if (labelSelector) yield* validateLabelRequirements(labelSelector, child(path, 'labelSelector'))
}

function* validateForms({ rawSelector = '', requirements }: Selector, path: string): Generator<FieldError> {
  const count = requirements?.length ?? 0
  if (rawSelector !== '' && count > 0) {
    yield invalidValue(child(path, 'rawSelector'), rawSelector, 'may not specified at the same time as requirements')
  }
  if (rawSelector === '' && count === 0) {
    yield required(child(path, 'requirements'), `when ${path} is specified, requirements or rawSelector is required`)
  }
}

function* validateFieldSelector(selector: Selector, path: string): Generator<FieldError> {
  yield* validateForms(selector, path)
  for (const [i, { key = '', operator, values = [] }] of (selector.requirements ?? []).entries()) {
    const at = index(child(path, 'requirements'), i)
    if (key === '') yield required(child(at, 'key'), 'must be specified')
    if ((operator === 'In' || operator === 'NotIn') && values.length === 0) {
      yield required(child(at, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")
    } else if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      yield forbiddenField(child(at, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    }
  }
}

function* validateLabelRequirements(selector: Selector, path: string): Generator<FieldError> {
  yield* validateForms(selector, path)
  const errors = validateLabelSelector({ matchExpressions: selector.requirements ?? [] } as never, path, { allowUnknownOperators: true })
  for (const error of errors) yield { ...error, field: error.field.replace(`${path}.matchExpressions[`, `${path}.requirements[`) }
}
