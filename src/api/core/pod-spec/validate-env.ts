/**
 * Environment variables and where their values come from (ValidateEnv, ValidateEnvFrom upstream).
 */
import { type FieldError, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { child, index } from '../../../apimachinery/field-path.ts'
import { configMapKeyErrors, nameIsDnsSubdomain, qualifiedNameErrors, relaxedEnvVarNameErrors } from '../../../apimachinery/names.ts'
import type { Container } from './container.ts'
import type { EnvVar } from './env.ts'

const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
const envResources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

export function* validateEnv(variables: readonly EnvVar[], path: string): Generator<FieldError> {
  for (const [position, variable] of variables.entries()) {
    const at = index(path, position)
    if (variable.name === '') yield required(child(at, 'name'))
    else for (const text of relaxedEnvVarNameErrors(variable.name)) yield invalidValue(child(at, 'name'), variable.name, text)
    if (variable.valueFrom) yield* validateValueFrom(variable, child(at, 'valueFrom'))
  }
}

function* validateValueFrom({ value, valueFrom }: EnvVar, path: string): Generator<FieldError> {
  let count = 0
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom ?? {}
  if (fieldRef) {
    count++
    yield* validateObjectFieldRef(fieldRef, child(path, 'fieldRef'), envFields)
  }
  if (resourceFieldRef) {
    count++
    const at = child(path, 'resourceFieldRef')
    if (resourceFieldRef.resource === '') yield required(child(at, 'resource'))
    else if (!envResources.includes(resourceFieldRef.resource) && !/^(limits|requests)\.hugepages-/.test(resourceFieldRef.resource))
      yield notSupported(child(at, 'resource'), resourceFieldRef.resource, envResources)
  }
  for (const [name, reference] of [
    ['configMapKeyRef', configMapKeyRef],
    ['secretKeyRef', secretKeyRef],
  ] as const) {
    if (!reference) continue
    count++
    const at = child(path, name)
    if ((reference.name ?? '') === '') yield required(child(at, 'name'))
    if (reference.key === '') yield required(child(at, 'key'))
    else for (const text of configMapKeyErrors(reference.key)) yield invalidValue(child(at, 'key'), reference.key, text)
  }
  if (count === 0) yield invalidValue(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`')
  else if ((value ?? '') !== '') {
    if (count > 0) yield invalidValue(path, '', 'may not be specified when `value` is not empty')
  } else if (count > 1) yield invalidValue(path, '', 'may not have more than one field specified at a time')
}

export function* validateObjectFieldRef(
  reference: { readonly apiVersion?: string | undefined; readonly fieldPath: string },
  path: string,
  supported: readonly string[],
): Generator<FieldError> {
  if ((reference.apiVersion ?? '') === '') return yield required(child(path, 'apiVersion'))
  if (reference.fieldPath === '') return yield required(child(path, 'fieldPath'))
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(reference.fieldPath)
  if (subscript !== null) {
    const name = subscript[1] === 'metadata.annotations' ? (subscript[2] as string).toLowerCase() : (subscript[2] as string)
    for (const text of qualifiedNameErrors(name)) yield invalidValue(path, subscript[2], text)
    return
  }
  if (!supported.includes(reference.fieldPath)) {
    if (!/^(metadata|spec|status)\./.test(reference.fieldPath))
      return yield invalidValue(
        child(path, 'fieldPath'),
        reference.fieldPath,
        `error converting fieldPath: field label not supported: ${reference.fieldPath}`,
      )
    yield notSupported(child(path, 'fieldPath'), reference.fieldPath, supported)
  }
}

export function* validateEnvFrom(from: NonNullable<Container['envFrom']>, path: string): Generator<FieldError> {
  for (const [position, source] of from.entries()) {
    const at = index(path, position)
    if ((source.prefix ?? '') !== '') {
      for (const text of relaxedEnvVarNameErrors(source.prefix as string)) yield invalidValue(child(at, 'prefix'), source.prefix, text)
    }
    let count = 0
    for (const [name, reference] of [
      ['configMapRef', source.configMapRef],
      ['secretRef', source.secretRef],
    ] as const) {
      if (!reference) continue
      count++
      const named = reference.name ?? ''
      if (named === '') yield required(child(at, name, 'name'))
      else for (const text of nameIsDnsSubdomain(named, false)) yield invalidValue(child(at, name, 'name'), named, text)
    }
    if (count === 0) yield invalidValue(at, '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (count > 1) yield invalidValue(at, '', 'may not have more than one field specified at a time')
  }
}
