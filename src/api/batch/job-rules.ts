/**
 * What a Job's spec must look like, in a Job and in a CronJob's template, and what may change later: hardly anything. The rules of the
 * status are next door (job-status-rules.ts).
 *
 * What a newcomer would get wrong: an update runs the whole validation twice, so causes repeat; the Pod template may change in its
 * scheduling fields while the Job is suspended and has never started; completions of an Indexed Job change together with parallelism.
 */
import {
  duplicate,
  type FieldError,
  invalidValue,
  notSupported,
  omittedValue,
  required,
  tooLong,
  tooMany,
} from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { quote, utf8Length } from '../../apimachinery/go-strings.ts'
import { dns1123LabelErrors, domainPrefixedPathErrors, qualifiedNameErrors } from '../../apimachinery/names.ts'
import { matchesLabels, validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { validateImmutable, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import type { PodTemplateSpec } from '../core/pod-spec/pod-spec.ts'
import { isSet, parsedSelector, shownSelector, sortedByKeys, validateSelectorKept, validateTemplate } from '../core/workload-template.ts'
import { goForm, goPodSpec, goTemplateForm } from '../go-form.ts'
import { countIndexes } from './index-ranges.ts'
import { jobLabels } from './job-labels.ts'
import type {
  JobObject as Job,
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from './job-schema.ts'

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const exitCodeOperators = ['In', 'NotIn']
const conditionStatuses = ['False', 'True', 'Unknown']
const hundredThousand = 100_000
const tenThousand = 10_000
const withBackoffPerIndex = `must be less than or equal to ${tenThousand} when completions are above ${hundredThousand} and used with backoff limit per index`

export function* validateJob({ metadata, spec }: Job, old?: Job): Generator<FieldError> {
  yield* validateGeneratedSelector({ metadata, spec }, old)
  yield* validateJobSpec(spec, 'spec', old?.spec)
  yield* validateJobSelector(spec, 'spec')
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const hostname = `${metadata.name ?? ''}-${(spec.completions as number) - 1}`
    if (dns1123LabelErrors(hostname).length > 0) {
      yield invalidValue('metadata.name', metadata.name ?? '', `will not able to create pod with invalid DNS label: ${hostname}`)
    }
  }
}

export function* validateJobUpdate(next: Job, old: Job): Generator<FieldError> {
  const { spec } = next
  yield* validateJob(next, old)
  yield* validateJobSpec(spec, 'spec', old.spec)
  yield* validateJobSelector(spec, 'spec')
  yield* validateCompletionsKept(spec, old.spec)
  yield* validateSelectorKept(spec.selector, old.spec.selector)
  yield* validateImmutable(spec.template, comparedTemplate(spec.template, old), 'spec.template', (template) =>
    goTemplateForm(template.metadata, goPodSpec(template.spec as never)),
  )
  yield* validateImmutable(spec.completionMode, old.spec.completionMode, 'spec.completionMode')
  yield* validateImmutable(spec.podFailurePolicy, old.spec.podFailurePolicy, 'spec.podFailurePolicy', (policy) =>
    goForm('PodFailurePolicy', policy),
  )
  yield* validateImmutable(spec.backoffLimitPerIndex, old.spec.backoffLimitPerIndex, 'spec.backoffLimitPerIndex')
  yield* validateImmutable(spec.managedBy, old.spec.managedBy, 'spec.managedBy')
  yield* validateImmutable(spec.successPolicy, old.spec.successPolicy, 'spec.successPolicy', (policy) => goForm('SuccessPolicy', policy))
}

function* validateCompletionsKept(spec: JobSpec, old: JobSpec): Generator<FieldError> {
  if (spec.completionMode !== 'Indexed') return yield* validateImmutable(spec.completions, old.completions, 'spec.completions')
  if ((spec.completions ?? null) === (old.completions ?? null) || !isSet(spec.completions)) return
  if (spec.completions !== spec.parallelism) {
    yield invalidValue('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism')
  }
}

/** The old template, with the new values of what may change: where Pods of a Job go that has never started. */
function comparedTemplate(next: PodTemplateSpec, { spec, status }: Job): PodTemplateSpec {
  const old = spec.template
  if (spec.suspend !== true || isSet(status?.startTime)) return old
  const { nodeSelector, tolerations, schedulingGates } = next.spec
  const { labels, annotations } = next.metadata ?? {}
  const affinity = comparedAffinity(next.spec.affinity, old.spec.affinity)
  return {
    metadata: { ...old.metadata, labels, annotations },
    spec: { ...old.spec, nodeSelector, tolerations, schedulingGates, affinity },
  }
}
type Affinity = PodTemplateSpec['spec']['affinity']
function comparedAffinity(next: Affinity, old: Affinity): Affinity {
  if (!isSet(next) && !isSet(old)) return undefined
  const { nodeAffinity: _replaced, ...others } = old ?? {}
  if (isSet(next)) return { ...others, ...(isSet(next.nodeAffinity) ? { nodeAffinity: next.nodeAffinity } : {}) }
  return Object.values(others).some(isSet) ? others : undefined
}

/** Labels that were generated must be those of this Job. */
function* validateGeneratedSelector({ metadata, spec }: Pick<Job, 'metadata' | 'spec'>, old: Job | undefined): Generator<FieldError> {
  if (spec.manualSelector === true || !isSet(spec.selector)) return
  const { name = '', uid = '' } = metadata
  if (uid === '') yield required('metadata.uid')
  const hadLabels = old?.spec.template.metadata?.labels ?? {}
  const isPrefixed = old === undefined || (jobLabels.name in hadLabels && jobLabels.uid in hadLabels)
  const expected = [
    [jobLabels.legacyUid, uid],
    [jobLabels.legacyName, name],
    ...(isPrefixed ? [[jobLabels.uid, uid] as const, [jobLabels.name, name] as const] : []),
  ] as const
  const labels = spec.template.metadata?.labels
  for (const [label, value] of expected) {
    const path = key('spec.template.metadata.labels', label)
    const found = labels !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined
    if (found === undefined) yield required(path, `must be '${value}'`)
    else if (found !== value) yield invalidValue(path, sortedByKeys(labels), `must be '${value}'`)
  }
  const selector = parsedSelector(spec.selector)
  if (selector !== undefined && !matchesLabels(selector, Object.fromEntries(expected))) {
    yield invalidValue('spec.selector', shownSelector(spec.selector), '`selector` not auto-generated')
  }
}

function* validateJobSelector(spec: JobSpec, path: string): Generator<FieldError> {
  if (isSet(spec.selector)) yield* validateLabelSelector(spec.selector, child(path, 'selector'))
  else yield required(child(path, 'selector'))
  const selector = parsedSelector(spec.selector)
  const labels = spec.template.metadata?.labels
  if (selector !== undefined && !matchesLabels(selector, labels)) {
    yield invalidValue(child(path, 'template.metadata.labels'), sortedByKeys(labels), '`selector` does not match template `labels`')
  }
}

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

/** Without the selector, which a CronJob's template does not have. */
export function* validateJobSpec(spec: JobSpec, path: string, old?: JobSpec): Generator<FieldError> {
  for (const name of counts) yield* validateNonNegative(spec[name] ?? 0, child(path, name))
  if (isSet(spec.maxFailedIndexes) && !isSet(spec.backoffLimitPerIndex)) {
    yield required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified')
  }
  if (isSet(spec.managedBy)) {
    yield* domainPrefixedPathErrors(child(path, 'managedBy'), spec.managedBy)
    if (utf8Length(spec.managedBy) > 63) yield tooLong(child(path, 'managedBy'), 63)
  }
  yield* validateCompletionMode(spec, path)
  yield* validatePolicies(spec, path)
  yield* validateTemplate(spec.template, child(path, 'template'), old?.template)
  yield* validateRestartPolicy(spec, child(path, 'template.spec.restartPolicy'))
}

function* validateCompletionMode(spec: JobSpec, path: string): Generator<FieldError> {
  const { completionMode, backoffLimitPerIndex, maxFailedIndexes } = spec
  if (isSet(completionMode) && completionMode !== 'NonIndexed' && completionMode !== 'Indexed') {
    yield notSupported(child(path, 'completionMode'), completionMode, ['NonIndexed', 'Indexed'])
  }
  if (completionMode === 'Indexed') yield* validateIndexed(spec, path)
  if (isSet(completionMode) && completionMode !== 'NonIndexed') return
  const detail = 'requires indexed completion mode'
  if (isSet(backoffLimitPerIndex)) yield invalidValue(child(path, 'backoffLimitPerIndex'), backoffLimitPerIndex, detail)
  if (isSet(maxFailedIndexes)) yield invalidValue(child(path, 'maxFailedIndexes'), maxFailedIndexes, detail)
}

function* validateIndexed(
  { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex }: JobSpec,
  path: string,
): Generator<FieldError> {
  const parallelismPath = child(path, 'parallelism')
  const failedPath = child(path, 'maxFailedIndexes')
  if (!isSet(completions)) yield required(child(path, 'completions'), 'when completion mode is Indexed')
  if ((parallelism ?? 0) > hundredThousand) {
    yield invalidValue(parallelismPath, parallelism, `must be less than or equal to ${hundredThousand} when completion mode is Indexed`)
  }
  if (isSet(completions) && isSet(maxFailedIndexes) && maxFailedIndexes > completions) {
    yield invalidValue(failedPath, maxFailedIndexes, 'must be less than or equal to completions')
  }
  if ((maxFailedIndexes ?? 0) > hundredThousand) {
    yield invalidValue(failedPath, maxFailedIndexes, `must be less than or equal to ${hundredThousand}`)
  }
  if ((completions ?? 0) <= hundredThousand || !isSet(backoffLimitPerIndex)) return
  if (!isSet(maxFailedIndexes)) yield required(failedPath, `must be specified when completions is above ${hundredThousand}`)
  if ((parallelism ?? 0) > tenThousand) yield invalidValue(parallelismPath, parallelism, withBackoffPerIndex)
  if ((maxFailedIndexes ?? 0) > tenThousand) yield invalidValue(failedPath, maxFailedIndexes, withBackoffPerIndex)
}

function* validatePolicies(spec: JobSpec, path: string): Generator<FieldError> {
  const { podFailurePolicy, successPolicy, podReplacementPolicy } = spec
  if (isSet(podFailurePolicy)) {
    const at = child(path, 'podFailurePolicy', 'rules')
    const rules = podFailurePolicy.rules ?? []
    if (rules.length > 20) yield tooMany(at, rules.length, 20)
    for (const [i, rule] of rules.entries()) yield* validateFailureRule(spec, rule, index(at, i))
  }
  if (isSet(successPolicy)) {
    const at = child(path, 'successPolicy')
    if (spec.completionMode === 'Indexed') yield* validateSuccessRules(spec, successPolicy.rules ?? [], child(at, 'rules'))
    else yield invalidValue(at, goForm('SuccessPolicy', successPolicy), 'requires indexed completion mode')
  }
  if (!isSet(podReplacementPolicy)) return
  const supported = isSet(podFailurePolicy) ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  if (!supported.includes(podReplacementPolicy)) yield notSupported(child(path, 'podReplacementPolicy'), podReplacementPolicy, supported)
}

function* validateRestartPolicy({ template, podFailurePolicy }: JobSpec, path: string): Generator<FieldError> {
  const restartPolicy = template.spec.restartPolicy ?? ''
  if (restartPolicy === '' || restartPolicy === 'Always') yield required(path, 'valid values: "OnFailure", "Never"')
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') yield notSupported(path, restartPolicy, ['OnFailure', 'Never'])
  else if (isSet(podFailurePolicy) && restartPolicy !== 'Never') {
    yield invalidValue(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')
  }
}

/** ["a" "b"], as Go prints a slice of strings with %q. */
function validValues(values: readonly string[]): string {
  return `valid values: [${values.map(quote).join(' ')}]`
}

function* validateFailureRule(spec: JobSpec, rule: PodFailurePolicyRule, path: string): Generator<FieldError> {
  const { action = '', onExitCodes, onPodConditions } = rule
  const actionPath = child(path, 'action')
  if (action === '') yield required(actionPath, validValues(actions))
  else if (action === 'FailIndex') {
    if (!isSet(spec.backoffLimitPerIndex)) yield invalidValue(actionPath, action, 'requires the backoffLimitPerIndex to be set')
  } else if (!actions.includes(action)) yield notSupported(actionPath, action, actions)
  if (isSet(onExitCodes)) yield* validateExitCodes(spec, onExitCodes, child(path, 'onExitCodes'))
  const conditions = onPodConditions ?? []
  const conditionsPath = child(path, 'onPodConditions')
  if (conditions.length > 20) yield tooMany(conditionsPath, conditions.length, 20)
  for (const [j, { type = '', status = '' }] of conditions.entries()) {
    const at = index(conditionsPath, j)
    for (const problem of qualifiedNameErrors(type)) yield invalidValue(child(at, 'type'), type, problem)
    if (status === '') yield required(child(at, 'status'), validValues(conditionStatuses))
    else if (!conditionStatuses.includes(status)) yield notSupported(child(at, 'status'), status, conditionStatuses)
  }
  if (isSet(onExitCodes) && conditions.length > 0) {
    yield invalidValue(path, omittedValue, 'specifying both OnExitCodes and OnPodConditions is not supported')
  }
  if (!isSet(onExitCodes) && conditions.length === 0) {
    yield invalidValue(path, omittedValue, 'specifying one of OnExitCodes and OnPodConditions is required')
  }
}

function* validateExitCodes(spec: JobSpec, codes: PodFailurePolicyOnExitCodesRequirement, path: string): Generator<FieldError> {
  const { containerName, operator = '' } = codes
  const values = codes.values ?? []
  const operatorPath = child(path, 'operator')
  if (operator === '') yield required(operatorPath, validValues(exitCodeOperators))
  else if (!exitCodeOperators.includes(operator)) yield notSupported(operatorPath, operator, exitCodeOperators)
  if (isSet(containerName)) {
    const { containers, initContainers } = spec.template.spec
    const isKnown = [...(containers ?? []), ...(initContainers ?? [])].some(({ name }) => name === containerName)
    const detail = 'must be one of the container or initContainer names in the pod template'
    if (!isKnown) yield invalidValue(child(path, 'containerName'), containerName, detail)
  }
  const valuesPath = child(path, 'values')
  if (values.length === 0) yield invalidValue(valuesPath, codes.values, 'at least one value is required')
  else if (values.length > 255) yield tooMany(valuesPath, values.length, 255)
  for (const [j, value] of values.entries()) {
    if (operator === 'In' && value === 0) yield invalidValue(index(valuesPath, j), value, 'must not be 0 for the In operator')
    if (values.indexOf(value) < j) yield duplicate(index(valuesPath, j), value)
  }
  if (values.some((value, j) => j > 0 && (values[j - 1] as number) > value)) yield invalidValue(valuesPath, values, 'must be ordered')
}

function* validateSuccessRules({ completions }: JobSpec, rules: readonly SuccessPolicyRule[], path: string): Generator<FieldError> {
  if (rules.length === 0) yield required(path, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > 20) yield tooMany(path, rules.length, 20)
  for (const [i, rule] of rules.entries()) yield* validateSuccessRule(rule, completions ?? 0, index(path, i))
}

function* validateSuccessRule(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  path: string,
): Generator<FieldError> {
  if (!isSet(succeededCount) && !isSet(succeededIndexes)) {
    yield required(path, 'at least one of succeededCount or succeededIndexes must be specified')
  }
  let total = 0
  if (isSet(succeededIndexes)) {
    const at = child(path, 'succeededIndexes')
    if (utf8Length(succeededIndexes) > 64 * 1024) yield tooLong(at, 64 * 1024)
    const counted = countIndexes(succeededIndexes, completions)
    if (typeof counted === 'number') total = counted
    else yield invalidValue(at, succeededIndexes, `error parsing succeededIndexes: ${counted}`)
  }
  if (!isSet(succeededCount)) return
  const at = child(path, 'succeededCount')
  yield* validateNonNegative(succeededCount, at)
  if (succeededCount > completions) {
    yield invalidValue(at, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`)
  }
  if (isSet(succeededIndexes) && succeededCount > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`
    yield invalidValue(at, succeededCount, detail)
  }
}
