/**
 * What a Pod says of where it wants to run: affinity, tolerations, spreading, gates (validateAffinity, ValidateTolerations upstream).
 */
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { labelValueErrors, qualifiedNameErrors } from '../../../apimachinery/names.ts'
import { validateLabelName, validateLabelSelector } from '../../../apimachinery/selectors/labels.ts'
import type { Toleration } from './affinity.ts'
import type { PodSpec } from './pod-spec.ts'

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const nodeOperators = ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn']

export function* validateTolerations(tolerations: readonly Toleration[], path: string): Generator<FieldError> {
  for (const [position, toleration] of tolerations.entries()) {
    const at = index(path, position)
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration
    if (key !== '') yield* validateLabelName(key, child(at, 'key'))
    if (key === '' && operator !== 'Exists')
      yield invalidValue(
        child(at, 'operator'),
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      )
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      yield invalidValue(child(at, 'effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    if (operator === '' || operator === 'Equal') {
      const problems = labelValueErrors(value)
      if (problems.length > 0) yield invalidValue(child(at, 'operator'), value, problems.join(';'))
    } else if (operator === 'Exists') {
      if (value !== '') yield invalidValue(child(at, 'operator'), toleration, "value must be empty when `operator` is 'Exists'")
    } else yield notSupported(child(at, 'operator'), operator, ['Equal', 'Exists'])
    if (effect !== '' && !taintEffects.includes(effect)) yield notSupported(child(at, 'effect'), effect, taintEffects)
  }
}

type NodeSelectorTerm = NonNullable<
  NonNullable<
    NonNullable<NonNullable<PodSpec['affinity']>['nodeAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
  >['nodeSelectorTerms']
>[number]
type PodAffinityTerm = NonNullable<
  NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number]

export function* validateAffinity(affinity: NonNullable<PodSpec['affinity']>, path: string): Generator<FieldError> {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  if (nodeAffinity) {
    const at = child(path, 'nodeAffinity')
    const wanted = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
    if (wanted) {
      const terms = child(at, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')
      if ((wanted.nodeSelectorTerms?.length ?? 0) === 0) yield required(terms, 'must have at least one node selector term')
      for (const [position, term] of (wanted.nodeSelectorTerms ?? []).entries()) yield* validateNodeTerm(term, index(terms, position))
    }
    for (const [position, { weight, preference }] of (nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const one = index(child(at, 'preferredDuringSchedulingIgnoredDuringExecution'), position)
      yield* validateWeight(weight, child(one, 'weight'))
      yield* validateNodeTerm(preference, child(one, 'preference'))
    }
  }
  for (const [name, terms] of [
    ['podAffinity', podAffinity],
    ['podAntiAffinity', podAntiAffinity],
  ] as const) {
    const at = child(path, name)
    for (const [position, term] of (terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries())
      yield* validatePodTerm(term, index(child(at, 'requiredDuringSchedulingIgnoredDuringExecution'), position))
    for (const [position, { weight, podAffinityTerm }] of (terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      const one = index(child(at, 'preferredDuringSchedulingIgnoredDuringExecution'), position)
      yield* validateWeight(weight, child(one, 'weight'))
      yield* validatePodTerm(podAffinityTerm, child(one, 'podAffinityTerm'))
    }
  }
}

function* validateWeight(weight: number, path: string): Generator<FieldError> {
  if (weight <= 0 || weight > 100) yield invalidValue(path, weight, 'must be in the range 1-100')
}

export function* validateNodeTerm(term: NodeSelectorTerm, path: string): Generator<FieldError> {
  for (const [name, requirements] of [
    ['matchExpressions', term.matchExpressions],
    ['matchFields', term.matchFields],
  ] as const) {
    for (const [position, { key, operator, values = [] }] of (requirements ?? []).entries()) {
      const at = index(child(path, name), position)
      if (operator === 'In' || operator === 'NotIn') {
        if (values.length === 0) yield required(child(at, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")
      } else if (operator === 'Exists' || operator === 'DoesNotExist') {
        if (values.length > 0)
          yield {
            type: 'Forbidden',
            field: child(at, 'values'),
            detail: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
          }
      } else if (operator === 'Gt' || operator === 'Lt') {
        if (values.length !== 1) yield required(child(at, 'values'), "must be specified single value when `operator` is 'Lt' or 'Gt'")
      } else yield invalidValue(child(at, 'operator'), operator, `not a valid selector operator`)
      if (name === 'matchExpressions') yield* validateLabelName(key, child(at, 'key'))
      else if (key !== 'metadata.name') yield invalidValue(child(at, 'key'), key, 'not a valid field selector key')
    }
  }
}

function* validatePodTerm(term: PodAffinityTerm, path: string): Generator<FieldError> {
  if (term.labelSelector) yield* validateLabelSelector(term.labelSelector, child(path, 'labelSelector'))
  if (term.namespaceSelector) yield* validateLabelSelector(term.namespaceSelector, child(path, 'namespaceSelector'))
  if (term.topologyKey === '') yield required(child(path, 'topologyKey'), 'can not be empty')
  else yield* validateLabelName(term.topologyKey, child(path, 'topologyKey'))
}

export function* validateSpread(constraints: NonNullable<PodSpec['topologySpreadConstraints']>, path: string): Generator<FieldError> {
  const seen = new Set<string>()
  for (const [position, constraint] of constraints.entries()) {
    const at = index(path, position)
    const { maxSkew, topologyKey, whenUnsatisfiable, labelSelector, minDomains } = constraint
    if (maxSkew <= 0) yield invalidValue(child(at, 'maxSkew'), maxSkew, 'must be greater than zero')
    if (topologyKey === '') yield required(child(at, 'topologyKey'), 'can not be empty')
    else yield* validateLabelName(topologyKey, child(at, 'topologyKey'))
    if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway')
      yield notSupported(child(at, 'whenUnsatisfiable'), whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`
    if (seen.has(pair)) yield duplicate(child(at, '{topologyKey, whenUnsatisfiable}'), pair)
    seen.add(pair)
    if (minDomains !== undefined) {
      if (minDomains <= 0) yield invalidValue(child(at, 'minDomains'), minDomains, 'must be greater than zero')
      if (whenUnsatisfiable !== 'DoNotSchedule')
        yield invalidValue(
          child(at, 'minDomains'),
          minDomains,
          'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
        )
    }
    if (labelSelector) yield* validateLabelSelector(labelSelector, child(at, 'labelSelector'))
  }
}

export function* validateGates(
  { readinessGates = [], schedulingGates = [] }: Pick<PodSpec, 'readinessGates' | 'schedulingGates'>,
  path: string,
): Generator<FieldError> {
  for (const [position, { conditionType }] of readinessGates.entries())
    for (const text of qualifiedNameErrors(conditionType))
      yield invalidValue(child(index(child(path, 'readinessGates'), position), 'conditionType'), conditionType, text)
  const names = new Set<string>()
  for (const [position, { name }] of schedulingGates.entries()) {
    const at = index(child(path, 'schedulingGates'), position)
    for (const text of qualifiedNameErrors(name)) yield invalidValue(at, name, text)
    if (names.has(name)) yield duplicate(at, name)
    names.add(name)
  }
}

export { nodeOperators }
