/**
 * What the kinds that make Pods from a template share: their selector must be given and match the template, restartPolicy must be
 * Always (but for Jobs), and their Tables show the template's containers and images. The template's own rules are in pod-spec/.
 *
 * What a newcomer would get wrong: an absent selector is reported as required and, since it selects nothing, as not matching the
 * template's labels too; and the ReplicaSet's message for an empty selector speaks of a deployment.
 */
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import type { Cell, Column } from '../../apimachinery/kind.ts'
import { dns1123LabelErrors } from '../../apimachinery/names.ts'
import type { KubeObject, Mutable } from '../../apimachinery/object.ts'
import {
  formatRequirements,
  type LabelRequirements,
  type LabelSelectorObject,
  matchesLabels,
  nothing,
  SelectorError,
  selectorFromLabelSelector,
  validateLabelSelector,
} from '../../apimachinery/selectors/labels.ts'
import { fieldIsImmutable, semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { setPodTemplateDefaults } from './pod-spec/defaults.ts'
import { dropDisabledTemplateFields } from './pod-spec/disabled-fields.ts'
import type { PodTemplateSpec } from './pod-spec/pod-spec.ts'
import { validatePodTemplateSpec } from './pod-spec/validate-pod-spec.ts'
import { podWarnings } from './pod-spec/warnings.ts'

/** `kind` as messages spell it: "deployment". */
export function* validateSelector(selector: LabelSelectorObject | null | undefined, path: string, kind: string): Generator<FieldError> {
  if (!isSet(selector)) return yield required(path)
  yield* validateLabelSelector(selector, path)
  if (isEmptySelector(selector)) yield invalidValue(path, shownSelector(selector), `empty selector is invalid for ${kind}`)
}

/** The selector of an object never changes. */
export function* validateSelectorKept(
  selector: LabelSelectorObject | null | undefined,
  old: LabelSelectorObject | null | undefined,
): Generator<FieldError> {
  if (!semanticallyEqual(selector, old)) yield invalidValue('spec.selector', shownSelector(selector), fieldIsImmutable)
}

export function isEmptySelector(selector: LabelSelectorObject): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0
}

/** Undefined: it cannot be understood. */
export function parsedSelector(selector: LabelSelectorObject | null | undefined): LabelRequirements | undefined {
  try {
    return selectorFromLabelSelector(selector)
  } catch (error) {
    if (error instanceof SelectorError) return undefined
    throw error
  }
}

export function* validateSelectorMatches(
  selector: LabelRequirements,
  template: PodTemplateSpec | undefined,
  path: string,
): Generator<FieldError> {
  const labels = template?.metadata?.labels
  if ((selector.length > 0 || selector === nothing) && !matchesLabels(selector, labels)) {
    yield invalidValue(child(path, 'metadata', 'labels'), sortedByKeys(labels), '`selector` does not match template `labels`')
  }
}

/** Deployments and ReplicaSets. */
export function* validateTemplateOfReplicaSet(
  template: PodTemplateSpec | undefined,
  selector: LabelRequirements,
  path: string,
  old?: Template,
): Generator<FieldError> {
  yield* validateSelectorMatches(selector, template, path)
  yield* validateTemplate(template, path, old)
  yield* validateRunsForever(template, path, 'ReplicaSet')
}

/** After the template's own rules. */
export function* validateRunsForever(template: PodTemplateSpec | undefined, path: string, kind: string): Generator<FieldError> {
  const restartPolicy = template?.spec.restartPolicy ?? ''
  if (restartPolicy !== 'Always') yield notSupported(child(path, 'spec', 'restartPolicy'), restartPolicy, ['Always'])
  const deadline = template?.spec.activeDeadlineSeconds
  if (isSet(deadline)) {
    yield forbiddenField(child(path, 'spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${kind} is not Supported`)
  }
}

type Template = PodTemplateSpec | null | undefined

/** The template's own rules. `old`: what it replaces. */
export function* validateTemplate(template: Template, path: string, old?: Template): Generator<FieldError> {
  if (isSet(template)) yield* validatePodTemplateSpec(template, path, { old })
}

export function setTemplateDefaults(template: Mutable<PodTemplateSpec> | null | undefined, gates: FeatureGates | undefined): void {
  setPodTemplateDefaults(template)
  dropDisabledTemplateFields(template, gates)
}

/** Texts for Warning headers. `old`: what it replaces. */
export function* templateWarnings(template: Template, old?: Template, path = 'spec.template'): Generator<string> {
  if (!isSet(template) || (isSet(old) && semanticallyEqual(template, old))) return
  yield* podWarnings(template.spec, template.metadata?.annotations, path)
}

/** Go prints maps by their sorted keys, and null for an absent one. */
export function sortedByKeys<T>(map: Readonly<Record<string, T>> | null | undefined): Record<string, T> | null {
  if (!isSet(map)) return null
  return Object.fromEntries(sortStrings(Object.keys(map)).map((key) => [key, map[key] as T]))
}

/** A selector as messages show it. */
export function shownSelector(selector: LabelSelectorObject | null | undefined): object | null {
  if (!isSet(selector)) return null
  const { matchLabels, matchExpressions } = selector
  return {
    ...(matchLabels ? { matchLabels: sortedByKeys(matchLabels) } : {}),
    ...(matchExpressions && matchExpressions.length > 0 ? { matchExpressions } : {}),
  }
}

/** For Scale and for Tables of Deployments. */
export function selectorText(selector: LabelSelectorObject | null | undefined, whenInvalid: string): string {
  const requirements = parsedSelector(selector)
  return requirements === undefined ? whenInvalid : formatRequirements(requirements)
}

/** labels.FormatLabels: "a=b,c=d". */
export function formatLabels(labels: Readonly<Record<string, string>> | null | undefined): string {
  const text = sortStrings(Object.keys(labels ?? {}))
    .map((key) => `${key}=${labels?.[key] ?? ''}`)
    .join(',')
  return text === '' ? '<none>' : text
}

/** Names that become parts of Pod names had better be DNS labels. */
export function* podNameWarnings({ metadata }: KubeObject): Generator<string> {
  const problems = dns1123LabelErrors(metadata.name ?? '')
  if (problems.length === 0) return
  yield `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`
}

/** Containers and Images, for wide Tables. */
export function templateColumns<T>(templateOf: (object: T) => PodTemplateSpec | null | undefined): readonly Column<T>[] {
  const cell = (what: 'name' | 'image') => (object: T) =>
    (templateOf(object)?.spec?.containers ?? []).map((one) => one[what] ?? '').join(',')
  return [
    { name: 'Containers', type: 'string', priority: 1, description: 'Names of each container in the template.', value: cell('name') },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      description: 'Images referenced by each container in the template.',
      value: cell('image'),
    },
  ]
}

export function selectorColumn<T>(description: string, value: (object: T) => Cell): Column<T> {
  return { name: 'Selector', type: 'string', priority: 1, description, value }
}

export function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
