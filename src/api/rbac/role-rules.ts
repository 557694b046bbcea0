/**
 * What Roles and ClusterRoles may permit (ValidateRole, ValidateClusterRole upstream): every rule names verbs, and either resources with their groups
 * or URLs, the latter only for ClusterRoles. An empty list of rules is none, and is shown as null.
 */
import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { type LabelSelectorObject, validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import type { PolicyRule } from './rules.ts'

export function dropEmptyRules(draft: { rules?: unknown[] | null | undefined }): void {
  if (draft.rules?.length === 0) delete draft.rules
}

export function* validateRules(rules: readonly PolicyRule[] | null | undefined, isNamespaced: boolean): Generator<FieldError> {
  for (const [i, rule] of (rules ?? []).entries()) yield* validateRule(rule, index('rules', i), isNamespaced)
}

function* validateRule(rule: PolicyRule, path: string, isNamespaced: boolean): Generator<FieldError> {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  if ((verbs ?? []).length === 0) yield required(child(path, 'verbs'), 'verbs must contain at least one value')
  if (nonResourceURLs.length > 0) {
    const at = child(path, 'nonResourceURLs')
    if (isNamespaced) yield invalidValue(at, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs')
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      yield invalidValue(at, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs')
    }
    return
  }
  if (apiGroups.length === 0) yield required(child(path, 'apiGroups'), 'resource rules must supply at least one api group')
  if (resources.length === 0) yield required(child(path, 'resources'), 'resource rules must supply at least one resource')
}

type Selectors = readonly LabelSelectorObject[] | undefined
const selectorsField = 'aggregationRule.clusterRoleSelectors'

/** `old`: values of labels that were bad before may stay. */
export function* validateAggregation(
  rule: { readonly clusterRoleSelectors?: Selectors } | null | undefined,
  old?: { readonly clusterRoleSelectors?: Selectors } | null | undefined,
): Generator<FieldError> {
  if (!rule) return
  const selectors = rule.clusterRoleSelectors ?? []
  if (selectors.length === 0) yield required(selectorsField, 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  const allowInvalidValues = (old?.clusterRoleSelectors ?? []).some((one) => !isValid(one))
  for (const [i, selector] of selectors.entries()) {
    yield* validateLabelSelector(selector, index(selectorsField, i), { allowInvalidValues })
    // Upstream shows what became of the selector, which is nothing.
    if (!isValid(selector)) yield invalidValue(index(selectorsField, i), null, 'invalid label selector.')
  }
}

function isValid(selector: LabelSelectorObject): boolean {
  return [...validateLabelSelector(selector, '')].length === 0
}
