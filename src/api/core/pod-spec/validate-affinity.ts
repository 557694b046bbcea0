/**
 * Which nodes a Pod wants or wants not, by the nodes' labels and by the Pods that are there (validateAffinity upstream).
 *
 * What a newcomer would get wrong: values of required node selectors must be label values, those of preferred ones need not; an empty
 * topologyKey is missing and not a label's name.
 */
import { type FieldError, forbiddenField, invalidValue, required } from '../../../apimachinery/field-error.ts'
import { labelValueErrors, nameIsDnsLabel, nameIsDnsSubdomain, qualifiedNameErrors } from '../../../apimachinery/names.ts'
import { type LabelSelectorObject, validateLabelSelector } from '../../../apimachinery/selectors/labels.ts'
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../node-selector.ts'
import type { Affinity, NodeAffinity, PodAffinity, PodAffinityTerm } from './affinity.ts'
import type { PodRules } from './rules.ts'
import { checkName, type Errors } from './validate-paths.ts'

export function checkAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: Affinity, path: string, rules: PodRules, out: Errors): void {
  if (nodeAffinity) checkNodeAffinity(nodeAffinity, `${path}.nodeAffinity`, rules, out)
  if (podAffinity) checkPodAffinity(podAffinity, `${path}.podAffinity`, rules, out)
  if (podAntiAffinity) checkPodAffinity(podAntiAffinity, `${path}.podAntiAffinity`, rules, out)
}

const requiredTerms = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferredTerms = 'preferredDuringSchedulingIgnoredDuringExecution'

function checkNodeAffinity(affinity: NodeAffinity, path: string, rules: PodRules, out: Errors): void {
  const wanted = affinity[requiredTerms]
  if (wanted) checkNodeSelector(wanted, `${path}.${requiredTerms}`, rules.allowsAnyNodeAffinityValues === true, out)
  const preferred = affinity[preferredTerms]
  for (const [i, { weight = 0, preference }] of (preferred ?? []).entries()) {
    const at = `${path}.${preferredTerms}[${i}]`
    checkWeight(weight, `${at}.weight`, out)
    if (preference) checkNodeTerm(preference, `${at}.preference`, true, out)
  }
}

export function checkNodeSelector({ nodeSelectorTerms }: NodeSelector, path: string, allowsAnyValues: boolean, out: Errors): void {
  const at = `${path}.nodeSelectorTerms`
  if ((nodeSelectorTerms?.length ?? 0) === 0) return void out.push(required(at, 'must have at least one node selector term'))
  for (let i = 0; i < nodeSelectorTerms.length; i++) {
    checkNodeTerm(nodeSelectorTerms[i] as NodeSelectorTerm, `${at}[${i}]`, allowsAnyValues, out)
  }
}

function checkWeight(weight: number, path: string, out: Errors): void {
  if (weight <= 0 || weight > 100) out.push(invalidValue(path, weight, 'must be in the range 1-100'))
}

/** For kinds that choose nodes by themselves: PersistentVolumes, ResourceSlices. */
export function validateNodeTerm(term: NodeSelectorTerm, path: string, allowsAnyValues = false): Iterable<FieldError> {
  const out: Errors = []
  checkNodeTerm(term, path, allowsAnyValues, out)
  return out
}

function checkNodeTerm({ matchExpressions, matchFields }: NodeSelectorTerm, path: string, allowsAnyValues: boolean, out: Errors): void {
  for (let i = 0; i < (matchExpressions?.length ?? 0); i++) {
    checkExpression(matchExpressions?.[i] as NodeSelectorRequirement, `${path}.matchExpressions[${i}]`, allowsAnyValues, out)
  }
  for (let i = 0; i < (matchFields?.length ?? 0); i++) {
    checkField(matchFields?.[i] as NodeSelectorRequirement, `${path}.matchFields[${i}]`, out)
  }
}

function checkExpression(requirement: NodeSelectorRequirement, path: string, allowsAnyValues: boolean, out: Errors): void {
  const { key = '', operator = '', values } = requirement
  const count = values?.length ?? 0
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) out.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) {
      out.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) out.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
  } else out.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'))
  checkName(qualifiedNameErrors(key), key, `${path}.key`, out)
  if (allowsAnyValues) return
  for (let i = 0; i < count; i++) checkName(labelValueErrors(values?.[i] as string), values?.[i] as string, `${path}.values[${i}]`, out)
}

/** Nodes have one field to select by. */
function checkField({ key = '', operator = '', values }: NodeSelectorRequirement, path: string, out: Errors): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values?.length !== 1) {
      out.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
    }
  } else out.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'))
  if (key !== 'metadata.name') return void out.push(invalidValue(`${path}.key`, key, 'not a valid field selector key'))
  for (let i = 0; i < (values?.length ?? 0); i++) {
    checkName(nameIsDnsSubdomain(values?.[i] as string, false), values?.[i] as string, `${path}.values[${i}]`, out)
  }
}

function checkPodAffinity(affinity: PodAffinity, path: string, rules: PodRules, out: Errors): void {
  const wanted = affinity[requiredTerms]
  for (let i = 0; i < (wanted?.length ?? 0); i++) checkPodTerm(wanted?.[i] as PodAffinityTerm, `${path}.${requiredTerms}[${i}]`, rules, out)
  const preferred = affinity[preferredTerms]
  for (const [i, { weight = 0, podAffinityTerm }] of (preferred ?? []).entries()) {
    const at = `${path}.${preferredTerms}[${i}]`
    checkWeight(weight, `${at}.weight`, out)
    checkPodTerm(podAffinityTerm, `${at}.podAffinityTerm`, rules, out)
  }
}

function checkPodTerm(term: PodAffinityTerm, path: string, rules: PodRules, out: Errors): void {
  const { labelSelector, namespaceSelector, namespaces, topologyKey = '', matchLabelKeys, mismatchLabelKeys } = term
  const options = { allowInvalidValues: rules.allowsAnySelectorValues === true }
  if (labelSelector) out.push(...validateLabelSelector(labelSelector, `${path}.labelSelector`, options))
  if (namespaceSelector) out.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, options))
  for (const name of namespaces ?? []) checkName(nameIsDnsLabel(name, false), name, `${path}.namespace`, out)
  checkLabelKeys(path, matchLabelKeys, mismatchLabelKeys, labelSelector, out)
  if (topologyKey === '') out.push(required(`${path}.topologyKey`, 'can not be empty'))
  checkName(qualifiedNameErrors(topologyKey), topologyKey, `${path}.topologyKey`, out)
}

type Keys = readonly string[] | null | undefined

/** Keys whose values are taken from the Pod's own labels; by now they stand in the selector too. */
export function checkLabelKeys(
  path: string,
  matchLabelKeys: Keys,
  mismatchLabelKeys: Keys,
  selector: LabelSelectorObject | null | undefined,
  out: Errors,
): void {
  checkKeyNames(matchLabelKeys, `${path}.matchLabelKeys`, selector, out)
  checkKeyNames(mismatchLabelKeys, `${path}.mismatchLabelKeys`, selector, out)
  if (!matchLabelKeys || matchLabelKeys.length === 0) return
  if (selector) {
    const names = new Set(Object.keys(selector.matchLabels ?? {}))
    for (const { key = '' } of selector.matchExpressions ?? []) {
      const at = matchLabelKeys.lastIndexOf(key)
      // Upstream leaves the list's name out of the path.
      if (at >= 0 && names.has(key)) out.push(invalidValue(`${path}[${at}]`, key, 'exists in both matchLabelKeys and labelSelector'))
      names.add(key)
    }
  }
  for (let i = 0; i < matchLabelKeys.length; i++) {
    const key = matchLabelKeys[i] as string
    if (mismatchLabelKeys?.includes(key)) {
      out.push(invalidValue(`${path}.matchLabelKeys[${i}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'))
    }
  }
}

function checkKeyNames(keys: Keys, path: string, selector: LabelSelectorObject | null | undefined, out: Errors): void {
  if (!keys || keys.length === 0) return
  if (!selector) return void out.push(forbiddenField(path, 'must not be specified when labelSelector is not set'))
  for (let i = 0; i < keys.length; i++) checkName(qualifiedNameErrors(keys[i] as string), keys[i] as string, `${path}[${i}]`, out)
}
