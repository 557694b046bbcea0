/**
 * Label selectors: their text (`a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`), their object form ({matchLabels,
 * matchExpressions}), and whether labels match. Both forms become the same data, a list of requirements that must all
 * hold, ordered by key. The error texts are those that clients see with a 400.
 *
 * What a newcomer would get wrong: an absent LabelSelector matches nothing, an empty one everything; `a!=b` and
 * `a notin (b)` also match objects without `a`; `a in ()` is `a in ("")`; and `in` and `notin` are fine as keys and values.
 *
 * Field selectors are next door. Selecting nodes by affinity terms is the scheduler's.
 */
import type { FieldError } from '../field-error.ts'
import { describeFieldErrors, forbiddenField, invalidValue, notSupported, required } from '../field-error.ts'
import { child, index, key as keyOf } from '../field-path.ts'
import { compareStrings, quote, sortStrings } from '../go-strings.ts'
import { labelValueErrors, qualifiedNameErrors } from '../names.ts'

export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}
/** All must hold; sorted by key. */
export type LabelRequirements = readonly LabelRequirement[]

export type Labels = Readonly<Record<string, string>>

/** metav1.LabelSelector, as loosely as it may arrive. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels | null | undefined
  readonly matchExpressions?:
    | readonly { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] | null | undefined }[]
    | null
    | undefined
}

/** A selector text or object that cannot be understood; the message is the client's. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

export const everything: LabelRequirements = []
/** What an absent LabelSelector means: no label can be in an empty set. */
export const nothing: LabelRequirements = [{ key: '', operator: 'in', values: [] }]

const binaryOperators = ['in', 'notin', '=', '==', '!=', 'gt', 'lt']
const validOperators = [...binaryOperators, 'exists', '!']
const integer = /^[+-]?[0-9]+$/

export function matchesLabels(requirements: LabelRequirements, labels: Labels | null | undefined): boolean {
  for (let i = 0; i < requirements.length; i++) {
    if (!holds(requirements[i] as LabelRequirement, labels)) return false
  }
  return true
}

function holds({ key, operator, values }: LabelRequirement, labels: Labels | null | undefined): boolean {
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value)
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case 'gt':
    case 'lt': {
      const have = value === undefined ? undefined : parseInt64(value)
      const want = values.length === 1 ? parseInt64(values[0] as string) : undefined
      if (have === undefined || want === undefined) return false
      return operator === 'gt' ? have > want : have < want
    }
  }
}

function parseInt64(text: string): bigint | undefined {
  if (!integer.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined
}

/** The only value that `key` may have, when the selector says so: lets callers use an index. */
export function requiredValue(requirements: LabelRequirements, key: string): string | undefined {
  const requirement = requirements.find((one) => one.key === key)
  if (requirement === undefined || requirement.values.length !== 1) return undefined
  return ['=', '==', 'in'].includes(requirement.operator) ? requirement.values[0] : undefined
}

/** Throws SelectorError when key, operator and values do not go together. */
export function labelRequirement(key: string, operator: LabelOperator, values: readonly string[], path = ''): LabelRequirement {
  const errors = [...requirementErrors(key, operator, values, path)]
  if (errors.length > 0) throw new SelectorError(describeFieldErrors(errors).message)
  return { key, operator, values }
}

function* requirementErrors(key: string, operator: LabelOperator, values: readonly string[], path: string): Generator<FieldError> {
  yield* keyErrors(key, child(path, 'key'))
  const valuesPath = child(path, 'values')
  switch (operator) {
    case 'in':
    case 'notin':
      if (values.length === 0) yield invalidValue(valuesPath, null, "for 'in', 'notin' operators, values set can't be empty")
      break
    case '=':
    case '==':
    case '!=':
      if (values.length !== 1) yield invalidValue(valuesPath, values, 'exact-match compatibility requires one single value')
      break
    case 'exists':
    case '!':
      if (values.length !== 0) yield invalidValue(valuesPath, values, 'values set must be empty for exists and does not exist')
      break
    case 'gt':
    case 'lt':
      if (values.length !== 1) yield invalidValue(valuesPath, values, "for 'Gt', 'Lt' operators, exactly one value is required")
      for (const [i, value] of values.entries()) {
        if (parseInt64(value) === undefined) {
          yield invalidValue(index(valuesPath, i), value, "for 'Gt', 'Lt' operators, the value must be an integer")
        }
      }
      break
    default:
      yield notSupported(child(path, 'operator'), operator, sortStrings(validOperators))
  }
  for (const [i, value] of values.entries()) {
    const problems = labelValueErrors(value)
    if (problems.length > 0) yield invalidValue(keyOf(index(valuesPath, i), key), value, problems.join('; '))
  }
}

function* keyErrors(key: string, path: string): Generator<FieldError> {
  const problems = qualifiedNameErrors(key)
  if (problems.length > 0) yield invalidValue(path, key, problems.join('; '))
}

/** For keys inside the text form, which upstream checks before it has a requirement. */
export function checkSelectorKey(key: string): void {
  const errors = [...keyErrors(key, '')]
  if (errors.length > 0) throw new SelectorError(describeFieldErrors(errors).message)
}

export function sortedByKey(requirements: readonly LabelRequirement[]): LabelRequirements {
  return requirements.length < 2 ? requirements : [...requirements].sort((a, b) => compareStrings(a.key, b.key))
}

/** {app: 'web'} as requirements, unchecked: for labels that come from validated objects. */
export function requirementsOfLabels(labels: Labels | null | undefined): LabelRequirements {
  return sortedByKey(Object.entries(labels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })))
}

const operatorsOfExpressions: Readonly<Record<string, LabelOperator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** The object form. Throws SelectorError for what validation would have refused. */
export function selectorFromLabelSelector(selector: LabelSelectorObject | null | undefined): LabelRequirements {
  if (selector === null || selector === undefined) return nothing
  const requirements = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => labelRequirement(key, '=', [value]))
  for (const { key = '', operator = '', values } of selector.matchExpressions ?? []) {
    const known = Object.hasOwn(operatorsOfExpressions, operator) ? operatorsOfExpressions[operator] : undefined
    if (known === undefined) throw new SelectorError(`${quote(operator)} is not a valid label selector operator`)
    requirements.push(labelRequirement(key, known, values ?? []))
  }
  return sortedByKey(requirements)
}

/** The text of requirements, '' for everything (and for nothing): what goes into a query and into Scale.status.selector. */
export function formatRequirements(requirements: LabelRequirements): string {
  return requirements === nothing ? '' : requirements.map(formatRequirement).join(',')
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  const sorted = values.length === 1 ? (values[0] as string) : sortStrings(values).join(',')
  switch (operator) {
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${sorted}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${sorted})`
    case 'gt':
      return `${key}>${sorted}`
    case 'lt':
      return `${key}<${sorted}`
    case 'exists':
      return key
    case '!':
      return `!${key}`
  }
}

/** For people: metav1.FormatLabelSelector. */
export function formatSelector(selector: LabelSelectorObject | null | undefined): string {
  try {
    return formatRequirements(selectorFromLabelSelector(selector)) || '<none>'
  } catch (error) {
    if (error instanceof SelectorError) return '<error>'
    throw error
  }
}

export interface LabelSelectorValidationOptions {
  readonly allowInvalidValues?: boolean
  readonly allowUnknownOperators?: boolean
}

/** What is wrong with a LabelSelector in an object. */
export function* validateLabelSelector(
  selector: LabelSelectorObject | null | undefined,
  path: string,
  options: LabelSelectorValidationOptions = {},
): Generator<FieldError> {
  if (selector === null || selector === undefined) return
  yield* validateLabels(selector.matchLabels, child(path, 'matchLabels'))
  for (const [i, expression] of (selector.matchExpressions ?? []).entries()) {
    yield* validateExpression(expression, index(child(path, 'matchExpressions'), i), options)
  }
}

function* validateExpression(
  { key = '', operator = '', values }: NonNullable<LabelSelectorObject['matchExpressions']>[number],
  path: string,
  options: LabelSelectorValidationOptions,
): Generator<FieldError> {
  const count = values?.length ?? 0
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) yield required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) yield forbiddenField(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else if (options.allowUnknownOperators !== true) {
    yield invalidValue(child(path, 'operator'), operator, 'not a valid selector operator')
  }
  yield* validateLabelName(key, child(path, 'key'))
  if (options.allowInvalidValues === true) return
  for (const [i, value] of (values ?? []).entries()) {
    for (const problem of labelValueErrors(value)) yield invalidValue(index(child(path, 'values'), i), value, problem)
  }
}

export function* validateLabelName(name: string, path: string): Generator<FieldError> {
  for (const problem of qualifiedNameErrors(name)) yield invalidValue(path, name, problem)
}

/** metadata.labels and matchLabels. The field is the map's: keys do not appear in it. */
export function* validateLabels(labels: Labels | null | undefined, path: string): Generator<FieldError> {
  for (const name in labels) {
    const value = labels[name] as string
    yield* validateLabelName(name, path)
    for (const problem of labelValueErrors(value)) yield invalidValue(path, value, problem)
  }
}
