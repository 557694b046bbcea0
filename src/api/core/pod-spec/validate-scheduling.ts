/**
 * What else a Pod says of where and when it wants to run: tolerations, spreading, gates (ValidateTolerations, validateTopologySpreadConstraints
 * upstream). Affinity: validate-affinity.ts.
 */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { labelValueErrors, qualifiedNameErrors } from '../../../apimachinery/names.ts'
import { type LabelSelectorObject, validateLabelSelector } from '../../../apimachinery/selectors/labels.ts'
import type { Toleration, TopologySpreadConstraint } from './affinity.ts'
import type { PodSpec } from './pod-spec.ts'
import type { PodRules } from './rules.ts'
import { checkLabelKeys } from './validate-affinity.ts'
import { checkName, type Errors, isSet } from './validate-paths.ts'

export const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** For kinds that carry tolerations without a Pod: RuntimeClass. */
export function validateTolerations(tolerations: readonly Toleration[], path: string): Iterable<FieldError> {
  const out: Errors = []
  checkTolerations(tolerations, path, out)
  return out
}

export function checkTolerations(tolerations: readonly Toleration[], path: string, out: Errors): void {
  for (let i = 0; i < tolerations.length; i++) checkToleration(tolerations[i] as Toleration, `${path}[${i}]`, out)
}

function checkToleration(toleration: Toleration, path: string, out: Errors): void {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration
  if (key !== '') checkName(qualifiedNameErrors(key), key, `${path}.key`, out)
  else if (operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
    out.push(invalidValue(`${path}.operator`, operator, detail))
  }
  if (isSet(tolerationSeconds) && effect !== 'NoExecute') {
    out.push(invalidValue(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
  }
  if (operator === '' || operator === 'Equal') {
    const problems = value === '' ? [] : labelValueErrors(value)
    if (problems.length > 0) out.push(invalidValue(`${path}.operator`, value, problems.join(';')))
  } else if (operator === 'Exists') {
    if (value !== '') out.push(invalidValue(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"))
  } else out.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']))
  if (effect !== '' && !taintEffects.includes(effect)) out.push(notSupported(`${path}.effect`, effect, taintEffects))
}

export function checkSpread(constraints: readonly TopologySpreadConstraint[], path: string, rules: PodRules, out: Errors): void {
  for (let i = 0; i < constraints.length; i++) {
    const constraint = constraints[i] as TopologySpreadConstraint
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', labelSelector, matchLabelKeys } = constraint
    const at = `${path}[${i}]`
    if (maxSkew <= 0) out.push(invalidValue(`${at}.maxSkew`, maxSkew, 'must be greater than zero'))
    if (topologyKey === '') out.push(required(`${at}.topologyKey`, 'can not be empty'))
    if (!unsatisfiedActions.includes(whenUnsatisfiable)) {
      out.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, unsatisfiedActions))
    }
    const isRepeated = constraints
      .slice(i + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)
    if (isRepeated) out.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`))
    checkMinDomains(constraint, `${at}.minDomains`, out)
    checkInclusion(constraint.nodeAffinityPolicy, `${at}.nodeAffinityPolicy`, out)
    checkInclusion(constraint.nodeTaintsPolicy, `${at}.nodeTaintsPolicy`, out)
    if (rules.allowsUnmergedMatchLabelKeys === true) checkUnmergedKeys(matchLabelKeys, labelSelector, `${at}.matchLabelKeys`, out)
    else checkLabelKeys(at, matchLabelKeys, undefined, labelSelector, out)
    if (labelSelector && rules.allowsAnySpreadSelector !== true) {
      out.push(...validateLabelSelector(labelSelector, `${at}.labelSelector`))
    }
  }
}

const unsatisfiedActions = ['DoNotSchedule', 'ScheduleAnyway']
const inclusionPolicies = ['Honor', 'Ignore']

function checkMinDomains({ minDomains, whenUnsatisfiable }: TopologySpreadConstraint, path: string, out: Errors): void {
  if (!isSet(minDomains)) return
  if (minDomains <= 0) out.push(invalidValue(path, minDomains, 'must be greater than zero'))
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`
    out.push(invalidValue(path, minDomains, detail))
  }
}

function checkInclusion(policy: string | null | undefined, path: string, out: Errors): void {
  if (isSet(policy) && !inclusionPolicies.includes(policy)) out.push(notSupported(path, policy, inclusionPolicies))
}

/** How it was before the keys were merged into the selector. */
function checkUnmergedKeys(
  keys: readonly string[] | null | undefined,
  selector: LabelSelectorObject | null | undefined,
  path: string,
  out: Errors,
): void {
  if (!keys || keys.length === 0) return
  if (!selector) out.push(forbiddenField(path, 'must not be specified when labelSelector is not set'))
  const names = new Set([...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? []).map(({ key }) => key)])
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    checkName(qualifiedNameErrors(key), key, `${path}[${i}]`, out)
    if (names.has(key)) out.push(invalidValue(`${path}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'))
  }
}

export function checkGates({ readinessGates, schedulingGates }: PodSpec, path: string, out: Errors): void {
  for (let i = 0; i < (readinessGates?.length ?? 0); i++) {
    const type = readinessGates?.[i]?.conditionType ?? ''
    checkName(qualifiedNameErrors(type), type, `${path}.readinessGates[${i}].conditionType`, out)
  }
  if (!schedulingGates) return
  const names = new Set<string>()
  for (let i = 0; i < schedulingGates.length; i++) {
    const { name = '' } = schedulingGates[i] as (typeof schedulingGates)[number]
    checkName(qualifiedNameErrors(name), name, `${path}.schedulingGates[${i}]`, out)
    if (names.has(name)) out.push(duplicate(`${path}.schedulingGates[${i}]`, name))
    names.add(name)
  }
}
