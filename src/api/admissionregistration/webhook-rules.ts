/**
 * What webhooks of both kinds share: who they are, how they are called, what is filled in. On updates, what was wrong before may
 * stay wrong: names that repeat, side effects, versions that nobody knows.
 *
 * What a newcomer would get wrong: a Service without a namespace is told that its name is missing, and the other way round.
 */
import { duplicate, type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors, fullyQualifiedNameErrors, portNumberErrors } from '../../apimachinery/names.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { type LabelSelectorObject, validateLabelSelector } from '../../apimachinery/selectors/labels.ts'
import { semanticallyEqual } from '../../apimachinery/validate-metadata.ts'
import { failurePolicies, matchPolicies, setRuleDefaults, validateMatchConditions, validateRuleWithOperations } from './match-rules.ts'
import type { MatchCondition, RuleWithOperations, ServiceReference, WebhookClientConfig } from './rules.ts'

export interface Webhook {
  readonly name: string
  readonly clientConfig: WebhookClientConfig
  readonly rules?: readonly RuleWithOperations[] | undefined
  readonly failurePolicy?: string | undefined
  readonly matchPolicy?: string | undefined
  readonly namespaceSelector?: LabelSelectorObject | undefined
  readonly objectSelector?: LabelSelectorObject | undefined
  readonly sideEffects: string
  readonly timeoutSeconds?: number | undefined
  readonly admissionReviewVersions: readonly string[]
  readonly reinvocationPolicy?: string | undefined
  readonly matchConditions?: readonly MatchCondition[] | undefined
}

export function setWebhookDefaults(webhook: Mutable<Webhook>): void {
  webhook.failurePolicy ??= 'Fail'
  webhook.matchPolicy ??= 'Equivalent'
  webhook.namespaceSelector ??= {}
  webhook.objectSelector ??= {}
  webhook.timeoutSeconds ??= 10
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= 443
  setRuleDefaults(webhook.rules)
}

const noSideEffects = ['None', 'NoneOnDryRun']
const allSideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown']
const reviewVersions = ['v1', 'v1beta1']

interface Tolerances {
  readonly anySideEffects: boolean
  readonly anyVersions: boolean
  readonly sameNames: boolean
  readonly anyLabelValues: boolean
  readonly sameConditions: boolean
}

function tolerancesOf(next: readonly Webhook[], old: readonly Webhook[] | undefined): Tolerances {
  if (old === undefined)
    return { anySideEffects: false, anyVersions: false, sameNames: false, anyLabelValues: false, sameConditions: false }
  return {
    anySideEffects: old.some(({ sideEffects }) => !noSideEffects.includes(sideEffects)),
    anyVersions: old.some(({ admissionReviewVersions: versions }) => versions?.length > 0 && !hasKnownVersion(versions)),
    sameNames: new Set(old.map(({ name }) => name)).size < old.length,
    anyLabelValues: old.some(
      ({ namespaceSelector, objectSelector }) =>
        [...validateLabelSelector(namespaceSelector, ''), ...validateLabelSelector(objectSelector, '')].length > 0,
    ),
    sameConditions:
      next.length === old.length && next.every(({ matchConditions }, i) => semanticallyEqual(matchConditions, old[i]?.matchConditions)),
  }
}

export function* validateWebhooks(webhooks: readonly Webhook[], old?: readonly Webhook[]): Generator<FieldError> {
  const tolerances = tolerancesOf(webhooks, old)
  const names = new Set<string>()
  for (const [i, webhook] of webhooks.entries()) {
    const path = index('webhooks', i)
    yield* validateWebhook(webhook, path, tolerances)
    yield* validateVersions(webhook.admissionReviewVersions ?? [], child(path, 'admissionReviewVersions'), tolerances)
    const { name } = webhook
    if (!tolerances.sameNames && name && names.has(name)) yield duplicate(child(path, 'name'), name)
    names.add(name)
  }
}

function* validateWebhook(webhook: Webhook, path: string, tolerances: Tolerances): Generator<FieldError> {
  const { name = '', rules, failurePolicy, matchPolicy, timeoutSeconds, namespaceSelector, objectSelector, reinvocationPolicy } = webhook
  yield* fullyQualifiedNameErrors(child(path, 'name'), name)
  for (const [i, rule] of (rules ?? []).entries()) yield* validateRuleWithOperations(rule, index(child(path, 'rules'), i))
  if (isSet(failurePolicy) && !failurePolicies.includes(failurePolicy)) {
    yield notSupported(child(path, 'failurePolicy'), failurePolicy, failurePolicies)
  }
  if (isSet(matchPolicy) && !matchPolicies.includes(matchPolicy)) yield notSupported(child(path, 'matchPolicy'), matchPolicy, matchPolicies)
  yield* validateSideEffects(webhook.sideEffects, child(path, 'sideEffects'), tolerances)
  if (isSet(timeoutSeconds) && (timeoutSeconds > 30 || timeoutSeconds < 1)) {
    yield invalidValue(child(path, 'timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds')
  }
  const options = { allowInvalidValues: tolerances.anyLabelValues }
  yield* validateLabelSelector(namespaceSelector, child(path, 'namespaceSelector'), options)
  yield* validateLabelSelector(objectSelector, child(path, 'objectSelector'), options)
  const policies = ['IfNeeded', 'Never']
  if (isSet(reinvocationPolicy) && !policies.includes(reinvocationPolicy)) {
    yield notSupported(child(path, 'reinvocationPolicy'), reinvocationPolicy, policies)
  }
  yield* validateClient(webhook.clientConfig ?? {}, child(path, 'clientConfig'))
  if (!tolerances.sameConditions) yield* validateMatchConditions(webhook.matchConditions, child(path, 'matchConditions'))
}

function* validateSideEffects(sideEffects: string | null | undefined, path: string, { anySideEffects }: Tolerances): Generator<FieldError> {
  const allowed = anySideEffects ? allSideEffects : noSideEffects
  if (!isSet(sideEffects)) yield required(path, `must specify one of ${allowed.join(', ')}`)
  else if (!allowed.includes(sideEffects)) yield notSupported(path, sideEffects, allowed)
}

function hasKnownVersion(versions: readonly string[]): boolean {
  return versions.some((version) => reviewVersions.includes(version))
}

function* validateVersions(versions: readonly string[], path: string, { anyVersions }: Tolerances): Generator<FieldError> {
  if (versions.length === 0) return yield required(path, `must specify one of ${reviewVersions.join(', ')}`)
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) yield invalidValue(index(path, i), version, 'duplicate version')
    else for (const problem of dns1035LabelErrors(version)) yield invalidValue(index(path, i), version, problem)
  }
  if (!anyVersions && !hasKnownVersion(versions))
    yield invalidValue(path, versions, `must include at least one of ${reviewVersions.join(', ')}`)
}

function* validateClient({ url, service }: WebhookClientConfig, path: string): Generator<FieldError> {
  if (isSet(url) === isSet(service)) yield required(path, 'exactly one of url or service is required')
  else if (isSet(url)) yield* validateUrl(url, child(path, 'url'))
  else if (isSet(service)) yield* validateService(service, child(path, 'service'))
}

const form = '; desired format: https://host[/path]'

/** The parts as Go's net/url sees them; what it could not parse at all is rare enough to be left to the host's check. */
function* validateUrl(text: string, path: string): Generator<FieldError> {
  const [beforeFragment = '', fragment = ''] = splitOnce(text, '#')
  const [beforeQuery = '', query = ''] = splitOnce(beforeFragment, '?')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(beforeQuery)?.[1] ?? ''
  const rest = scheme === '' ? beforeQuery : beforeQuery.slice(scheme.length + 1)
  const authority = rest.startsWith('//') ? (rest.slice(2).split('/')[0] ?? '') : ''
  const at = authority.lastIndexOf('@')
  if (scheme === '' && text.startsWith(':')) {
    return yield required(path, `url must be a valid URL: parse ${JSON.stringify(text)}: missing protocol scheme${form}`)
  }
  if (scheme.toLowerCase() !== 'https') yield invalidValue(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`)
  if (authority.slice(at + 1) === '') yield invalidValue(path, '', `host must be specified${form}`)
  if (at >= 0) yield invalidValue(path, authority.slice(0, at), 'user information is not permitted in the URL')
  if (fragment !== '') yield invalidValue(path, fragment, 'fragments are not permitted in the URL')
  if (query !== '') yield invalidValue(path, query, 'query parameters are not permitted in the URL')
}
function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

export function* validateService(
  { name = '', namespace = '', path: urlPath, port = 443 }: ServiceReference,
  path: string,
): Generator<FieldError> {
  if (namespace === '') yield required(child(path, 'name'))
  if (name === '') yield required(child(path, 'namespace'))
  const problems = portNumberErrors(port)
  if (problems.length > 0) yield invalidValue(child(path, 'port'), port, `port is not valid: ${problems.join(', ')}`)
  if (!isSet(urlPath) || urlPath === '/' || urlPath === '') return
  const at = child(path, 'path')
  if (urlPath === '//') return yield invalidValue(at, urlPath, 'segment[0] may not be empty')
  if (!urlPath.startsWith('/')) yield invalidValue(at, urlPath, "must start with a '/'")
  const steps = urlPath.slice(1).replace(/\/$/, '').split('/')
  for (const [i, step] of steps.entries()) {
    if (step === '') yield invalidValue(at, urlPath, `segment[${i}] may not be empty`)
    else for (const problem of dns1123SubdomainErrors(step)) yield invalidValue(at, urlPath, `segment[${i}]: ${problem}`)
  }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
