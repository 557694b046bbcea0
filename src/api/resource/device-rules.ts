/**
 * What claims may ask of devices, wherever they ask it: in a ResourceClaim, in a template, in a class. Whether selectors compile is
 * asked where CEL is at hand, not here.
 *
 * Gates that are off decide what is kept: requests' capacity is dropped on its way in
 * (`dropDisabledRequestFields`). Upstream means to drop distinctAttribute as well, and does it to a copy.
 */

import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { duplicate, type FieldError, invalidValue, notSupported, required, tooLong, tooMany } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { cIdentifierErrors, dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors } from '../../apimachinery/names.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { validateLabelName } from '../../apimachinery/selectors/labels.ts'
import { validateDriverName } from '../core/persistent-volume-sources.ts'
import type {
  DeviceClaim,
  DeviceClaimConfiguration,
  DeviceConfiguration,
  DeviceConstraint,
  DeviceRequest,
  DeviceSelector,
  DeviceSubRequest,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from './device-request.ts'

const allocatedMax = 32
const selectorsMax = 32
const constraintsMax = 32
export const configsMax = 32
const firstAvailableMax = 8
const expressionBytesMax = 10 * 1024
const parametersBytesMax = 10 * 1024
const identifierBytesMax = 32

export function setRequestDefaults({ devices }: Mutable<ResourceClaimSpec>): void {
  for (const request of devices?.requests ?? []) {
    for (const one of [...(request.exactly ? [request.exactly] : []), ...(request.firstAvailable ?? [])]) {
      if (!one.allocationMode) one.allocationMode = 'ExactCount'
      if (one.allocationMode === 'ExactCount' && !one.count) one.count = 1
      for (const toleration of one.tolerations ?? []) if (!toleration.operator) toleration.operator = 'Equal'
    }
  }
}

/** What was there before stays. */
export function dropDisabledRequestFields({ devices }: Mutable<ResourceClaimSpec>, gates: FeatureGates, old?: ResourceClaimSpec): void {
  const hadCapacity = gates.isOn('DRAConsumableCapacity') || requestsOf(old).some(({ capacity }) => isSet(capacity))
  for (const request of devices?.requests ?? []) {
    for (const one of [...(request.exactly ? [request.exactly] : []), ...(request.firstAvailable ?? [])]) {
      if (!hadCapacity) delete one.capacity
    }
  }
}
function requestsOf(spec: ResourceClaimSpec | undefined): readonly (ExactDeviceRequest | DeviceSubRequest)[] {
  return (spec?.devices?.requests ?? []).flatMap(({ exactly, firstAvailable }) => [
    ...(exactly ? [exactly] : []),
    ...(firstAvailable ?? []),
  ])
}

export function* validateClaimSpec(spec: ResourceClaimSpec, path: string): Generator<FieldError> {
  const devices: DeviceClaim = spec.devices ?? {}
  const at = child(path, 'devices')
  const names = requestNames(devices)
  yield* validateSet(devices.requests, child(at, 'requests'), allocatedMax, validateRequest, byName)
  yield* validateSlice(devices.constraints, child(at, 'constraints'), constraintsMax, (one, path) => validateConstraint(one, path, names))
  yield* validateSlice(devices.config, child(at, 'config'), configsMax, (one, path) => validateConfiguration(one, path, names))
}

/** Requests by name, with their subrequests. */
export function requestNames({ requests }: DeviceClaim): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    (requests ?? []).map(({ name, firstAvailable }) => [name ?? '', new Set((firstAvailable ?? []).map((one) => one.name ?? ''))]),
  )
}

type Check<T> = (item: T, path: string) => Iterable<FieldError>

export function* validateSlice<T>(
  items: readonly T[] | null | undefined,
  path: string,
  countMax: number,
  check: Check<T>,
): Generator<FieldError> {
  const all = items ?? []
  for (const [i, item] of all.entries()) yield* check(item, index(path, i))
  if (countMax >= 0 && all.length > countMax) yield tooMany(path, all.length, countMax)
}

export function* validateSet<T>(
  items: readonly T[] | null | undefined,
  path: string,
  countMax: number,
  check: Check<T>,
  key: { readonly name?: string; readonly of: (item: T) => unknown; readonly shown?: unknown },
): Generator<FieldError> {
  const all = items ?? []
  yield* validateSlice(all, path, countMax, check)
  const seen = new Set<string>()
  for (const [i, item] of all.entries()) {
    const text = JSON.stringify(key.of(item))
    const at = index(path, i)
    if (seen.has(text)) yield duplicate(key.name === undefined ? at : child(at, key.name), key.shown ?? key.of(item))
    seen.add(text)
  }
}

export function* validateLabel(name: string, path: string): Generator<FieldError> {
  for (const problem of dns1123LabelErrors(name)) yield invalidValue(path, name, problem)
}

const byName = { name: 'name', of: ({ name }: { readonly name?: string | undefined }): string => name ?? '' }

function* validateRequest({ name = '', exactly, firstAvailable }: DeviceRequest, path: string): Generator<FieldError> {
  yield* validateLabel(name, child(path, 'name'))
  const hasFirst = (firstAvailable ?? []).length > 0
  yield* validateSet(firstAvailable, child(path, 'firstAvailable'), firstAvailableMax, validateSubRequest, byName)
  if (exactly) yield* validateAsked(exactly, child(path, 'exactly'))
  const detail = 'exactly one of `exactly` or `firstAvailable` is required'
  if (exactly && hasFirst) yield invalidValue(path, null, `${detail}, but multiple fields are set`)
  else if (!exactly && !hasFirst) yield required(path, detail)
}

function* validateSubRequest(request: DeviceSubRequest, path: string): Generator<FieldError> {
  yield* validateLabel(request.name ?? '', child(path, 'name'))
  yield* validateAsked(request, path)
}

function* validateAsked(request: ExactDeviceRequest | DeviceSubRequest, path: string): Generator<FieldError> {
  const { deviceClassName = '', selectors, allocationMode = '', count = 0 } = request
  if (deviceClassName === '') yield required(child(path, 'deviceClassName'))
  else yield* validateDeviceClassName(deviceClassName, child(path, 'deviceClassName'))
  yield* validateSelectors(selectors, child(path, 'selectors'))
  if (allocationMode === 'All') {
    if (count !== 0) yield invalidValue(child(path, 'count'), count, "must not be specified when allocationMode is 'All'")
  } else if (allocationMode !== 'ExactCount') yield notSupported(child(path, 'allocationMode'), allocationMode, ['All', 'ExactCount'])
  else if (count <= 0) yield invalidValue(child(path, 'count'), count, 'must be greater than zero')
  for (const [i, one] of (request.tolerations ?? []).entries()) yield* validateToleration(one, index(child(path, 'tolerations'), i))
}

export function* validateDeviceClassName(name: string, path: string): Generator<FieldError> {
  for (const problem of dns1123SubdomainErrors(name)) yield invalidValue(path, name, problem)
}

const effects = ['NoExecute', 'NoSchedule']

interface Taint {
  readonly key?: string | undefined
  readonly value?: string | undefined
  readonly effect?: string | undefined
}

export function* validateTaint({ key = '', value = '', effect = '' }: Taint, path: string): Generator<FieldError> {
  yield* validateLabelName(key, child(path, 'key'))
  if (value !== '') for (const problem of labelValueErrors(value)) yield invalidValue(child(path, 'value'), value, problem)
  if (effect === '') yield required(child(path, 'effect'))
  else if (!effects.includes(effect)) yield notSupported(child(path, 'effect'), effect, effects)
}

function* validateToleration(toleration: DeviceToleration, path: string): Generator<FieldError> {
  const { key = '', operator = '', value = '', effect = '' } = toleration
  if (key !== '') yield* validateLabelName(key, child(path, 'key'))
  if (operator === 'Exists') {
    if (value !== '') yield invalidValue(child(path, 'value'), value, 'must be empty for operator `Exists`')
  } else if (operator === 'Equal') for (const problem of labelValueErrors(value)) yield invalidValue(child(path, 'value'), value, problem)
  else if (operator === '') yield required(child(path, 'operator'))
  else yield notSupported(child(path, 'operator'), operator, ['Equal', 'Exists'])
  if (effect !== '' && !effects.includes(effect)) yield notSupported(child(path, 'effect'), effect, effects)
}

export function* validateSelectors(selectors: readonly DeviceSelector[] | null | undefined, path: string): Generator<FieldError> {
  yield* validateSlice(selectors, path, selectorsMax, function* ({ cel }, at) {
    if (!cel) yield required(child(at, 'cel'))
    else if (utf8Length(cel.expression ?? '') > expressionBytesMax) yield tooLong(child(at, 'cel', 'expression'), expressionBytesMax)
  })
}

function* validateConstraint(
  constraint: DeviceConstraint,
  path: string,
  names: ReadonlyMap<string, ReadonlySet<string>>,
): Generator<FieldError> {
  const { requests, matchAttribute, distinctAttribute } = constraint
  yield* validateRequestRefs(requests, child(path, 'requests'), names)
  if (isSet(matchAttribute)) yield* validateFullyQualifiedName(matchAttribute, child(path, 'matchAttribute'))
  else if (isSet(distinctAttribute)) yield* validateFullyQualifiedName(distinctAttribute, child(path, 'distinctAttribute'))
  else yield required(child(path, 'matchAttribute'))
}

export function* validateRequestRefs(
  refs: readonly string[] | null | undefined,
  path: string,
  names: ReadonlyMap<string, ReadonlySet<string>>,
): Generator<FieldError> {
  yield* validateSet(refs, path, allocatedMax, (ref, at) => validateRequestRef(ref, at, names), { of: (ref) => ref })
}

export function* validateRequestRef(ref: string, path: string, names: ReadonlyMap<string, ReadonlySet<string>>): Generator<FieldError> {
  const detail = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
  const [name = '', subName, ...more] = ref.split('/')
  if (more.length > 0) return yield invalidValue(path, ref, detail)
  yield* validateLabel(name, path)
  if (subName !== undefined) yield* validateLabel(subName, path)
  const subNames = names.get(name)
  if (subNames === undefined || (subName !== undefined && !subNames.has(subName))) yield invalidValue(path, ref, detail)
}

function* validateConfiguration(
  config: DeviceClaimConfiguration,
  path: string,
  names: ReadonlyMap<string, ReadonlySet<string>>,
): Generator<FieldError> {
  yield* validateRequestRefs(config.requests, child(path, 'requests'), names)
  yield* validateOpaque(config, path)
}

export function* validateOpaque({ opaque }: DeviceConfiguration, path: string): Generator<FieldError> {
  const at = child(path, 'opaque')
  if (!opaque) return yield required(at)
  yield* validateDriverName(opaque.driver ?? '', child(at, 'driver'))
  yield* validateJsonObject(opaque.parameters, child(at, 'parameters'), parametersBytesMax)
}

export function* validateJsonObject(value: unknown, path: string, bytesMax: number): Generator<FieldError> {
  if (value === undefined || value === null) yield required(path)
  else if (utf8Length(JSON.stringify(value)) > bytesMax) yield tooLong(path, bytesMax)
  else if (typeof value !== 'object' || Array.isArray(value)) yield invalidValue(path, '<value omitted>', 'must be a valid JSON object')
}

export function* validateQualifiedName(name: string, path: string): Generator<FieldError> {
  if (name === '') return yield required(path, 'name required')
  const [first = '', second, ...more] = name.split('/')
  if (second === undefined) return yield* validateIdentifier(first, path)
  if (more.length > 0) return
  if (first === '') yield required(path, 'the domain must not be empty')
  else yield* validateDriverName(first, path)
  if (second === '') yield required(path, 'the name must not be empty')
  else yield* validateIdentifier(second, path)
}

function* validateFullyQualifiedName(name: string, path: string): Generator<FieldError> {
  yield* validateQualifiedName(name, path)
  if (name !== '' && !name.includes('/')) yield invalidValue(path, name, 'must include a domain')
}

function* validateIdentifier(name: string, path: string): Generator<FieldError> {
  if (utf8Length(name) > identifierBytesMax) yield tooLong(path, identifierBytesMax)
  for (const problem of cIdentifierErrors(name)) yield invalidValue(path, name, problem)
}

const poolNameBytesMax = 253

export function* validatePoolName(name: string, path: string): Generator<FieldError> {
  if (name === '') return yield required(path)
  if (utf8Length(name) > poolNameBytesMax) yield tooLong(path, poolNameBytesMax)
  for (const part of name.split('/')) for (const problem of dns1123SubdomainErrors(part)) yield invalidValue(path, part, problem)
}

export function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}
