/**
 * LimitRanges: what a container's limits and requests are when only some are given, and which bounds contradict each other (SetDefaults_LimitRangeItem,
 * ValidateLimitRange upstream).
 *
 * What a newcomer would get wrong: defaults are filled in the object itself, for type Container only, so `max` alone sets default limits and
 * requests; a default below min or above max is told with the bound as the wrong value, not the default.
 */

import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child, index, key } from '../../apimachinery/field-path.ts'
import { sortStrings } from '../../apimachinery/go-strings.ts'
import { qualifiedNameErrors } from '../../apimachinery/names.ts'
import { canonicalQuantity, compareQuantities, parseQuantity } from '../../apimachinery/quantity.ts'
import { isOvercommitAllowed } from './pod-spec/container-sums.ts'
import { roundAmounts } from './pod-spec/draft.ts'
import { checkAnyResourceName, checkContainerResourceName } from './pod-spec/validate-resources.ts'

type Amounts = Readonly<Record<string, string>> | null | undefined
interface Item {
  readonly type?: string | undefined
  readonly max?: Amounts
  readonly min?: Amounts
  readonly default?: Amounts
  readonly defaultRequest?: Amounts
  readonly maxLimitRequestRatio?: Amounts
}
type Draft = { -readonly [K in keyof Item]: K extends 'type' ? Item[K] : Record<string, string> | null | undefined }

export function setItemDefaults(item: Draft): void {
  for (const name of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const) roundAmounts(item[name])
  if (item.type !== 'Container') return
  const limits = { ...item.max, ...item.default }
  const requests = { ...item.min, ...limits, ...item.defaultRequest }
  if (Object.keys(limits).length > 0) item.default = limits
  if (Object.keys(requests).length > 0) item.defaultRequest = requests
}

const standardTypes: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim'])

export function* validateLimits(limits: readonly Item[]): Generator<FieldError> {
  const types = new Set<string>()
  for (const [i, item] of limits.entries()) {
    const at = index('spec.limits', i)
    const { type = '' } = item
    yield* validateType(type, child(at, 'type'))
    if (types.has(type)) yield duplicate(child(at, 'type'), type)
    types.add(type)
    yield* validateItem(item, type, at)
  }
}

function* validateType(type: string, path: string): Generator<FieldError> {
  const problems = qualifiedNameErrors(type)
  for (const problem of problems) yield invalidValue(path, type, problem)
  if (problems.length > 0 || type.includes('/') || standardTypes.has(type)) return
  yield invalidValue(path, type, 'must be a standard limit type or fully qualified')
}

function* validateItem(item: Item, type: string, at: string): Generator<FieldError> {
  const isPod = type === 'Pod'
  yield* validateNames(item.max, type, child(at, 'max'))
  yield* validateNames(item.min, type, child(at, 'min'))
  for (const name of ['default', 'defaultRequest'] as const) {
    if (!isPod) yield* validateNames(item[name], type, child(at, name))
    else if (Object.keys(item[name] ?? {}).length > 0) yield forbiddenField(child(at, name), "may not be specified when `type` is 'Pod'")
  }
  if (type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
    yield required(child(at, 'limits'), 'either minimum or maximum storage value is required, but neither was provided')
  }
  yield* validateNames(item.maxLimitRequestRatio, type, child(at, 'maxLimitRequestRatio'))
  const judged: Item = isPod ? { max: item.max, min: item.min, maxLimitRequestRatio: item.maxLimitRequestRatio } : item
  const all = [judged.max, judged.min, judged.default, judged.defaultRequest, judged.maxLimitRequestRatio]
  for (const resource of sortStrings(new Set(all.flatMap((amounts) => Object.keys(amounts ?? {}))))) {
    yield* validateBounds(judged, resource, at)
  }
}

function* validateNames(amounts: Amounts, type: string, path: string): Generator<FieldError> {
  const check = type === 'Pod' || type === 'Container' ? checkContainerResourceName : checkAnyResourceName
  for (const name of sortStrings(Object.keys(amounts ?? {}))) {
    const errors: FieldError[] = []
    check(name, key(path, name), errors)
    yield* errors
  }
}

const shown = (amount: string): string => canonicalQuantity(amount) ?? amount

function* validateBounds(item: Item, resource: string, at: string): Generator<FieldError> {
  const min = item.min?.[resource]
  const max = item.max?.[resource]
  const limit = item.default?.[resource]
  const request = item.defaultRequest?.[resource]
  const field = (name: string): string => key(child(at, name), resource)
  /** `value`: shown as the wrong one. */
  const above = function* (low: Bound, high: Bound, told: { field: string; value: string | undefined }): Generator<FieldError> {
    if (low.amount === undefined || high.amount === undefined || compareQuantities(low.amount, high.amount) <= 0) return
    const detail = `${low.name} value ${shown(low.amount)} is greater than ${high.name} value ${shown(high.amount)}`
    yield invalidValue(told.field, shown(told.value ?? ''), detail)
  }
  const minimum = { name: 'min', amount: min }
  const maximum = { name: 'max', amount: max }
  const defaultRequest = { name: 'default request', amount: request }
  yield* above(minimum, maximum, { field: field('min'), value: min })
  yield* above(minimum, defaultRequest, { field: field('defaultRequest'), value: request })
  yield* above(defaultRequest, maximum, { field: field('defaultRequest'), value: request })
  yield* above(defaultRequest, { name: 'default limit', amount: limit }, { field: field('defaultRequest'), value: request })
  yield* above(minimum, { name: 'default', amount: limit }, { field: field('default'), value: min })
  yield* above({ name: 'default', amount: limit }, maximum, { field: field('default'), value: max })
  yield* validateRatio(item.maxLimitRequestRatio?.[resource], { min, max }, field('maxLimitRequestRatio'))
  const mustBeEqual = limit !== undefined && request !== undefined && !isOvercommitAllowed(resource)
  if (mustBeEqual && compareQuantities(limit, request) !== 0) {
    const detail = `default value ${shown(limit)} must equal to defaultRequest value ${shown(request)} in ${resource}`
    yield invalidValue(field('defaultRequest'), shown(request), detail)
  }
}
interface Bound {
  readonly name: string
  readonly amount: string | undefined
}

function* validateRatio(
  ratio: string | undefined,
  { min, max }: { readonly min: string | undefined; readonly max: string | undefined },
  path: string,
): Generator<FieldError> {
  if (ratio === undefined) return
  if (compareQuantities(ratio, '1') < 0) yield invalidValue(path, shown(ratio), `ratio ${shown(ratio)} is less than 1`)
  if (min === undefined || max === undefined) return
  const ratioMax = numberOf(max) / numberOf(min)
  if (numberOf(ratio) > ratioMax) {
    yield invalidValue(path, shown(ratio), `ratio ${shown(ratio)} is greater than max/min = ${goFloat(ratioMax)}`)
  }
}

function numberOf(amount: string): number {
  return Number(parseQuantity(amount)?.nanos ?? 0n) / 1e9
}
/** %f */
function goFloat(value: number): string {
  return Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? value.toFixed(6) : '+Inf'
}
