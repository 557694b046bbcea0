/**
 * Which ResourceQuotas are refused (ValidateResourceQuota upstream): names of resources that can be counted, amounts that are not negative, scopes that
 * go with the resources and with each other.
 *
 * What a newcomer would get wrong: the scopes of a quota never change, its scopeSelector may; a conflict within the selector is told with the
 * list of scopes; a requirement is not told by its position.
 */
import { type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { key } from '../../apimachinery/field-path.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import { compareQuantities } from '../../apimachinery/quantity.ts'
import { fieldIsImmutable } from '../../apimachinery/validate-metadata.ts'
import { checkAmount, checkAnyResourceName } from './pod-spec/validate-resources.ts'

type Amounts = Readonly<Record<string, string>> | null | undefined
interface Requirement {
  readonly scopeName?: string | undefined
  readonly operator?: string | undefined
  readonly values?: readonly string[] | undefined
}
interface Spec {
  readonly hard?: Amounts
  readonly scopes?: readonly string[] | undefined
  readonly scopeSelector?: { readonly matchExpressions?: readonly Requirement[] | undefined } | null | undefined
}
interface Quota {
  readonly spec?: Spec | undefined
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts } | undefined
}

const compute = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
const standardQuotaResources: ReadonlySet<string> = new Set([
  ...compute,
  'ephemeral-storage',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
])
const podResources: ReadonlySet<string> = new Set([...compute, 'pods'])
/** What may be counted within each scope. */
const scopeResources: Readonly<Record<string, ReadonlySet<string>>> = {
  BestEffort: new Set(['pods']),
  CrossNamespacePodAffinity: podResources,
  NotBestEffort: podResources,
  NotTerminating: podResources,
  PriorityClass: podResources,
  Terminating: podResources,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
}
const scopesThatExist = new Set(['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'])
const conflicts = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

function isStandard(name: string): boolean {
  return standardQuotaResources.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')
}

export function* validateQuota({ spec, status }: Quota): Generator<FieldError> {
  yield* validateSpec(spec ?? {})
  yield* validateQuotaStatus(status)
}

export function* validateQuotaUpdate({ spec }: Quota, old: Quota): Generator<FieldError> {
  yield* validateSpec(spec ?? {})
  const [now, before] = [new Set(spec?.scopes), new Set(old.spec?.scopes)]
  const isSame = now.size === before.size && [...now].every((scope) => before.has(scope))
  if (!isSame) yield invalidValue('spec.scopes', spec?.scopes ?? null, fieldIsImmutable)
}

export function* validateQuotaStatus(status: Quota['status']): Generator<FieldError> {
  yield* validateAmounts(status?.hard, 'status.hard')
  yield* validateAmounts(status?.used, 'status.used')
}

function* validateSpec(spec: Spec): Generator<FieldError> {
  yield* validateAmounts(spec.hard, 'spec.hard')
  yield* validateScopes(spec)
  if (spec.scopeSelector) yield* validateSelector(spec, spec.scopeSelector)
}

function* validateAmounts(amounts: Amounts, path: string): Generator<FieldError> {
  for (const name of sortStrings(Object.keys(amounts ?? {}))) {
    const errors: FieldError[] = []
    checkAnyResourceName(name, key(path, name), errors)
    if (!name.includes('/') && !isStandard(name)) errors.push(invalidValue(key(path, name), name, 'must be a standard resource for quota'))
    checkAmount(name, amounts?.[name] ?? '0', key(path, name), errors)
    yield* errors
  }
}

/** How many of the quota's resources a scope says nothing of. */
function misfits(scope: string, hard: Amounts): number {
  const fitting = Object.hasOwn(scopeResources, scope) ? scopeResources[scope] : undefined
  return fitting === undefined ? 0 : Object.keys(hard ?? {}).filter((name) => isStandard(name) && !fitting.has(name)).length
}

function* validateScopes({ scopes = [], hard }: Spec): Generator<FieldError> {
  const path = 'spec.scopes'
  for (const scope of scopes) {
    if (!Object.hasOwn(scopeResources, scope)) yield invalidValue(path, scopes, 'unsupported scope')
    for (let i = misfits(scope, hard); i > 0; i--) yield invalidValue(path, scopes, 'unsupported scope applied to resource')
  }
  for (const pair of conflicts) if (pair.every((scope) => scopes.includes(scope))) yield invalidValue(path, scopes, 'conflicting scopes')
}

function* validateSelector({ hard, scopes }: Spec, selector: NonNullable<Spec['scopeSelector']>): Generator<FieldError> {
  const path = 'spec.scopeSelector.matchExpressions'
  const requirements = selector.matchExpressions ?? []
  for (const requirement of requirements) {
    const scope = requirement.scopeName ?? ''
    if (!Object.hasOwn(scopeResources, scope)) yield invalidValue(`${path}.scopeName`, scope, 'unsupported scope')
    for (let i = misfits(scope, hard); i > 0; i--)
      yield invalidValue(path, goSelector(requirements), 'unsupported scope applied to resource')
    yield* validateOperator(requirement, path)
  }
  for (const pair of conflicts) {
    if (!pair.every((scope) => requirements.some(({ scopeName }) => scopeName === scope))) continue
    yield invalidValue('spec.scopeSelector.matchExpressions', scopes ?? null, 'conflicting scopes')
  }
}

function* validateOperator({ scopeName = '', operator = '', values = [] }: Requirement, path: string): Generator<FieldError> {
  if (scopesThatExist.has(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"
    yield invalidValue(`${path}.operator`, operator, detail)
  }
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
    if (values.length === 0) yield required(`${path}.values`, detail)
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
    if (values.length > 0) yield invalidValue(`${path}.values`, values, detail)
  } else yield invalidValue(`${path}.operator`, operator, 'not a valid selector operator')
}

/** As Go prints the struct. */
function goSelector(requirements: readonly Requirement[]): object {
  return {
    MatchExpressions: requirements.map(({ scopeName, operator, values }) => {
      return { ScopeName: scopeName ?? '', Operator: operator ?? '', Values: values ?? null }
    }),
  }
}

/** Requests that nobody could make use of, since the limits are lower. Only on create. */
export function* quotaWarnings({ spec }: Quota, old?: Quota): Generator<string> {
  if (old !== undefined) return
  const hard = spec?.hard ?? {}
  for (const name of ['cpu', 'memory', 'storage', 'ephemeral-storage']) {
    const bare = name === 'cpu' || name === 'memory' ? name : undefined
    const requests = [`requests.${name}`, bare].find((one) => one !== undefined && hard[one] !== undefined)
    const limits = `limits.${name}`
    const [request, limit] = [requests === undefined ? undefined : hard[requests], hard[limits]]
    if (request === undefined || limit === undefined || compareQuantities(request, limit) <= 0) continue
    yield `ResourceQuota ${requests} (${request}) should be less than ${limits} (${limit})`
  }
}
