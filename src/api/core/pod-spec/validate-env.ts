/**
 * Environment variables and where their values come from (ValidateEnv, ValidateEnvFrom upstream). The downward API is read in two places with different
 * fields: here, and by volumes.
 *
 * What a newcomer would get wrong: an envFrom without source is reported at the list, not at the entry; subscripts are checked at the
 * reference, not at its fieldPath.
 */
import { invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { configMapKeyErrors, nameIsDnsSubdomain, qualifiedNameErrors, relaxedEnvVarNameErrors } from '../../../apimachinery/names.ts'
import { canonicalQuantity } from '../../../apimachinery/quantity.ts'
import type { Container } from './container.ts'
import type { EnvVar, FileKeySelector, ResourceFieldSelector } from './env.ts'
import { checkLabel, checkName, checkNoBacksteps, checkObjectName, type Errors } from './validate-paths.ts'

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
const containerResources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]

export function checkEnv(variables: readonly EnvVar[], path: string, out: Errors): void {
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i] as EnvVar
    const { name = '' } = variable
    if (name === '') out.push(required(`${path}[${i}].name`))
    else checkName(relaxedEnvVarNameErrors(name), name, `${path}[${i}].name`, out)
    if (variable.valueFrom) checkValueFrom(variable, `${path}[${i}].valueFrom`, out)
  }
}

function checkValueFrom({ value = '', valueFrom }: EnvVar, path: string, out: Errors): void {
  let count = 0
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom ?? {}
  if (fieldRef) {
    count++
    checkFieldRef(fieldRef, `${path}.fieldRef`, envFields, out)
  }
  if (resourceFieldRef) {
    count++
    checkResourceFieldRef(resourceFieldRef, `${path}.resourceFieldRef`, false, out)
  }
  if (configMapKeyRef) {
    count++
    checkKeyRef(configMapKeyRef, `${path}.configMapKeyRef`, out)
  }
  if (secretKeyRef) {
    count++
    checkKeyRef(secretKeyRef, `${path}.secretKeyRef`, out)
  }
  if (fileKeyRef) {
    count++
    checkFileKeyRef(fileKeyRef, `${path}.fileKeyRef`, out)
  }
  if (count === 0) {
    out.push(invalidValue(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'))
  } else if (value !== '') out.push(invalidValue(path, '', 'may not be specified when `value` is not empty'))
  else if (count > 1) out.push(invalidValue(path, '', 'may not have more than one field specified at a time'))
}

function checkKeyRef(
  { name = '', key = '' }: { readonly name?: string | undefined; readonly key?: string | undefined },
  path: string,
  out: Errors,
): void {
  checkObjectName(name, `${path}.name`, out)
  if (key === '') out.push(required(`${path}.key`))
  else checkName(configMapKeyErrors(key), key, `${path}.key`, out)
}

function checkFileKeyRef({ key = '', volumeName = '', path: file = '' }: FileKeySelector, path: string, out: Errors): void {
  if (key === '') out.push(required(`${path}.key`))
  else checkName(relaxedEnvVarNameErrors(key), key, `${path}.key`, out)
  if (volumeName === '') out.push(required(`${path}.volumeName`))
  else checkLabel(volumeName, `${path}.volumeName`, out)
  if (file === '') out.push(required(`${path}.path`))
  else checkNoBacksteps(file, `${path}.path`, out)
}

/** What v1 of the downward API knows; which of it may stand here is `supported`. */
const downwardFields: ReadonlySet<string> = new Set([
  ...envFields,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
])

/** "metadata.labels['app']" → metadata.labels, app. */
function splitSubscript(fieldPath: string): { readonly path: string; readonly subscript: string } | undefined {
  const at = fieldPath.indexOf("['")
  if (!fieldPath.endsWith("']") || at <= 0 || at > fieldPath.length - 4) return undefined
  return { path: fieldPath.slice(0, at), subscript: fieldPath.slice(at + 2, -2) }
}

export function checkFieldRef(
  { apiVersion = '', fieldPath = '' }: { readonly apiVersion?: string | undefined; readonly fieldPath: string },
  path: string,
  supported: readonly string[],
  out: Errors,
): void {
  if (apiVersion === '') return void out.push(required(`${path}.apiVersion`))
  if (fieldPath === '') return void out.push(required(`${path}.fieldPath`))
  const refuse = (why: string): void => void out.push(invalidValue(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`))
  if (apiVersion !== 'v1') return refuse(`unsupported pod version: ${apiVersion}`)
  const split = splitSubscript(fieldPath)
  if (split !== undefined) {
    if (split.path === 'metadata.annotations') {
      const key = split.subscript.toLowerCase()
      return checkName(qualifiedNameErrors(key), key, path, out)
    }
    if (split.path === 'metadata.labels') return checkName(qualifiedNameErrors(split.subscript), split.subscript, path, out)
    return refuse(`field label does not support subscript: ${fieldPath}`)
  }
  const field = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath
  if (!downwardFields.has(field)) return refuse(`field label not supported: ${fieldPath}`)
  if (!supported.includes(field)) out.push(notSupported(`${path}.fieldPath`, field, supported))
}

const hugePagesReference = /^(?:requests|limits)\.hugepages-/

export function checkResourceFieldRef(
  { containerName = '', resource = '', divisor }: ResourceFieldSelector,
  path: string,
  isInVolume: boolean,
  out: Errors,
): void {
  if (isInVolume && containerName === '') out.push(required(`${path}.containerName`))
  else if (resource === '') out.push(required(`${path}.resource`))
  else if (!containerResources.includes(resource) && !hugePagesReference.test(resource)) {
    out.push(notSupported(`${path}.resource`, resource, containerResources))
  }
  if (divisor !== undefined && divisor !== null) checkDivisor(resource, divisor, path, out)
}

const byteDivisors: ReadonlySet<string> = new Set(['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'])

function checkDivisor(resource: string, divisor: string, path: string, out: Errors): void {
  const text = canonicalQuantity(divisor) ?? divisor
  if (text === '0') return
  const refuse = (detail: string): void => void out.push(invalidValue(`${path}.divisor`, resource, detail))
  const bytes = `only divisor's values ${[...byteDivisors].join(', ')} are supported with the`
  if (resource.endsWith('.cpu')) {
    if (text !== '1m' && text !== '1') refuse("only divisor's values 1m and 1 are supported with the cpu resource")
  } else if (byteDivisors.has(text)) return
  else if (resource.endsWith('.memory')) refuse(`${bytes} memory resource`)
  else if (resource.endsWith('.ephemeral-storage')) refuse(`${bytes} local ephemeral storage resource`)
  else if (hugePagesReference.test(resource)) refuse(`${bytes} hugepages resource`)
}

export function checkEnvFrom(sources: NonNullable<Container['envFrom']>, path: string, out: Errors): void {
  for (let i = 0; i < sources.length; i++) {
    const { prefix = '', configMapRef, secretRef } = sources[i] as (typeof sources)[number]
    if (prefix !== '') checkName(relaxedEnvVarNameErrors(prefix), prefix, `${path}[${i}].prefix`, out)
    if (configMapRef) checkSourceName(configMapRef.name, `${path}[${i}].configMapRef.name`, out)
    if (secretRef) checkSourceName(secretRef.name, `${path}[${i}].secretRef.name`, out)
    if (!configMapRef && !secretRef) out.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
    else if (configMapRef && secretRef) out.push(invalidValue(path, '', 'may not have more than one field specified at a time'))
  }
}

function checkSourceName(name = '', path: string, out: Errors): void {
  if (name === '') out.push(required(path))
  else checkName(nameIsDnsSubdomain(name, true), name, path, out)
}
