/**
 * Which requests a webhook or policy is about: what rules and selectors must look like, and what is filled in. Whether the
 * expressions of matchConditions compile is asked where CEL is at hand, not here.
 *
 * What a newcomer would get wrong: `*` for resources may stand beside resources with subresources, and whether it may stand beside one
 * without depends on which comes last.
 */
import { duplicate, type FieldError, invalidValue, notSupported, required, tooMany } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { pathSegmentNameErrors, qualifiedNameErrors } from '../../apimachinery/names.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import type { MatchCondition, MatchResources, NamedRuleWithOperations, RuleWithOperations } from './rules.ts'

export const failurePolicies = ['Fail', 'Ignore']
export const matchPolicies = ['Equivalent', 'Exact']
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const scopes = ['*', 'Cluster', 'Namespaced']

export function setRuleDefaults(rules: readonly { scope?: string | undefined }[] | null | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= '*'
}

export function setMatchDefaults(match: Mutable<MatchResources> | null | undefined): void {
  if (!match) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  setRuleDefaults(match.resourceRules)
  setRuleDefaults(match.excludeResourceRules)
}

export function* validateRuleWithOperations(rule: RuleWithOperations, path: string): Generator<FieldError> {
  yield* validateWildcard(rule.operations ?? [], child(path, 'operations'), 'operations')
  for (const [i, operation] of (rule.operations ?? []).entries()) {
    if (!operations.includes(operation)) yield notSupported(index(child(path, 'operations'), i), operation, operations)
  }
  yield* validateWildcard(rule.apiGroups ?? [], child(path, 'apiGroups'), 'API groups')
  yield* validateWildcard(rule.apiVersions ?? [], child(path, 'apiVersions'), 'API versions')
  for (const [i, version] of (rule.apiVersions ?? []).entries()) if (version === '') yield required(index(child(path, 'apiVersions'), i))
  yield* validateResources(rule.resources ?? [], child(path, 'resources'))
  const { scope } = rule
  if (scope !== undefined && scope !== null && !scopes.includes(scope)) yield notSupported(child(path, 'scope'), scope, scopes)
}

function* validateWildcard(values: readonly string[], path: string, what: string): Generator<FieldError> {
  if (values.length === 0) yield required(path)
  if (values.length > 1 && values.includes('*')) yield invalidValue(path, values, `if '*' is present, must not specify other ${what}`)
}

function* validateResources(resources: readonly string[], path: string): Generator<FieldError> {
  if (resources.length === 0) yield required(path)
  const allSubresourcesOf = new Set<string>()
  const onAllResources = new Set<string>()
  let hasPlain = false
  for (const [i, text] of resources.entries()) {
    const slash = text.indexOf('/')
    if (text === '') yield required(index(path, i))
    else if (slash < 0) hasPlain = text !== '*'
    else {
      const resource = text.slice(0, slash)
      const subresource = text.slice(slash + 1)
      if (allSubresourcesOf.has(resource))
        yield invalidValue(index(path, i), text, `if '${resource}/*' is present, must not specify ${text}`)
      if (onAllResources.has(subresource))
        yield invalidValue(index(path, i), text, `if '*/${subresource}' is present, must not specify ${text}`)
      if (subresource === '*') allSubresourcesOf.add(resource)
      if (resource === '*') onAllResources.add(subresource)
    }
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    yield invalidValue(path, resources, "if '*/*' is present, must not specify other resources")
  }
  if (resources.includes('*') && hasPlain) {
    yield invalidValue(path, resources, "if '*' is present, must not specify other resources without subresources")
  }
}

export function* validateMatchResources(match: MatchResources, path: string): Generator<FieldError> {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = match
  if (matchPolicy === undefined || matchPolicy === null) yield required(child(path, 'matchPolicy'))
  else if (!matchPolicies.includes(matchPolicy)) yield notSupported(child(path, 'matchPolicy'), matchPolicy, matchPolicies)
  for (const [name, selector] of Object.entries({ namespaceSelector, objectSelector })) {
    if (selector) yield* validateLabelSelector(selector, child(path, name))
    else yield required(child(path, name))
  }
  for (const [name, rules] of Object.entries({ resourceRules, excludeResourceRules })) {
    for (const [i, rule] of (rules ?? []).entries()) yield* validateNamedRule(rule, index(child(path, name), i))
  }
}

function* validateNamedRule(rule: NamedRuleWithOperations, path: string): Generator<FieldError> {
  const names = rule.resourceNames ?? []
  for (const [i, name] of names.entries()) {
    const at = index(child(path, 'resourceNames'), i)
    for (const problem of pathSegmentNameErrors(name, false)) yield invalidValue(at, name, problem)
    if (names.indexOf(name) < i) yield duplicate(at, name)
  }
  yield* validateRuleWithOperations(rule, path)
}

const conditionsMax = 64

export function* validateMatchConditions(conditions: readonly MatchCondition[] | null | undefined, path: string): Generator<FieldError> {
  const all = conditions ?? []
  if (all.length > conditionsMax) yield tooMany(path, all.length, conditionsMax)
  const seen = new Set<string>()
  for (const [i, { name = '', expression = '' }] of all.entries()) {
    const at = index(path, i)
    if (expression.trim() === '') yield required(child(at, 'expression'))
    if (name === '') yield required(child(at, 'name'))
    else for (const problem of qualifiedNameErrors(name)) yield invalidValue(child(at, 'name'), name, problem)
    if (name !== '' && seen.has(name)) yield duplicate(child(at, 'name'), name)
    seen.add(name)
  }
}

const mutableOperations = ['*', 'CONNECT', 'CREATE', 'UPDATE']

/** What is deleted cannot be changed. */
export function* validateMutableOperations({ resourceRules }: MatchResources, path: string): Generator<FieldError> {
  for (const { operations } of resourceRules ?? []) {
    for (const operation of operations ?? []) {
      if (!mutableOperations.includes(operation)) {
        yield notSupported(child(path, 'resourceRules', 'operations'), operation, mutableOperations)
      }
    }
  }
}
