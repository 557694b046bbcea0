/** What a StorageVersion may say (pkg/apis/apiserverinternal/validation upstream). */
import { duplicate, type FieldError, invalidValue, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  emptyMessage,
  formatMessage,
  nameIsDnsSubdomain,
  qualifiedNameErrors,
} from '../../apimachinery/names.ts'
import type { ServerStorageVersion, StorageVersionCondition, StorageVersionStatus } from './storage-version-schema.ts'

/** `apps.deployments`: a group, a resource. */
export function validateStorageVersionName(name: string): readonly string[] {
  const dot = name.lastIndexOf('.')
  if (dot < 0) return ['name must be in the form of <group>.<resource>']
  return [
    ...dns1123SubdomainErrors(name.slice(0, dot)).map((problem) => `the group segment ${problem}`),
    ...dns1035LabelErrors(name.slice(dot + 1)).map((problem) => `the resource segment ${problem}`),
  ]
}

export function* validateStorageVersionStatus(status: StorageVersionStatus, path = 'status'): Generator<FieldError> {
  const servers = status.storageVersions ?? []
  const seen = new Set<string>()
  for (const [i, server] of servers.entries()) {
    const at = index(child(path, 'storageVersions'), i)
    const { apiServerID = '' } = server
    if (seen.has(apiServerID)) yield duplicate(child(at, 'apiServerID'), apiServerID)
    seen.add(apiServerID)
    yield* validateServer(server, at)
  }
  yield* validateCommon(status, child(path, 'commonEncodingVersion'))
  // Upstream leaves `conditions` out of the paths.
  for (const [i, condition] of (status.conditions ?? []).entries()) {
    yield* validateCondition(condition, status.conditions ?? [], i, index(path, i))
  }
}

function* validateServer(server: ServerStorageVersion, path: string): Generator<FieldError> {
  const { apiServerID = '', encodingVersion = '', decodableVersions = [], servedVersions = [] } = server
  for (const problem of nameIsDnsSubdomain(apiServerID, false)) yield invalidValue(child(path, 'apiServerID'), apiServerID, problem)
  yield* validateVersion(encodingVersion, child(path, 'encodingVersion'))
  const decodable = child(path, 'decodableVersions')
  for (const [i, version] of decodableVersions.entries()) yield* validateVersion(version, index(decodable, i))
  if (!decodableVersions.includes(encodingVersion)) {
    yield invalidValue(decodable, server.decodableVersions ?? null, `decodableVersions must include encodingVersion ${encodingVersion}`)
  }
  for (const [i, version] of servedVersions.entries()) {
    const at = index(child(path, 'servedVersions'), i)
    yield* validateVersion(version, at)
    if (decodableVersions.includes(version)) continue
    const all = `[${decodableVersions.join(' ')}]`
    yield invalidValue(at, version, `individual served version : ${version} must be included in decodableVersions : ${all}`)
  }
}

function* validateVersion(apiVersion: string, path: string): Generator<FieldError> {
  const problems = apiVersionErrors(apiVersion)
  if (problems.length > 0) yield invalidValue(path, apiVersion, problems.join(','))
}

const labelFormat = '[a-z]([-a-z0-9]*[a-z0-9])?'
const labelMessage =
  "a DNS-1035 label, which must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"

function apiVersionErrors(apiVersion: string): readonly string[] {
  const parts = apiVersion.split('/')
  if (parts.length > 2) {
    const form = formatMessage(labelMessage, labelFormat, 'my-name', 'abc-123')
    return [`an apiVersion is ${form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyVersion')`]
  }
  const [version = '', group] = parts.reverse()
  const groupProblems = group === undefined ? [] : group === '' ? [emptyMessage] : dns1123SubdomainErrors(group)
  const versionProblems = version === '' ? [emptyMessage] : dns1035LabelErrors(version)
  return [...groupProblems.map((one) => `group part: ${one}`), ...versionProblems.map((one) => `version part: ${one}`)]
}

function* validateCommon({ storageVersions, commonEncodingVersion: said }: StorageVersionStatus, path: string): Generator<FieldError> {
  const versions = new Set((storageVersions ?? []).map(({ encodingVersion = '' }) => encodingVersion))
  const [common] = versions.size === 1 ? versions : []
  if (common === undefined) {
    if (said === undefined || said === null) return
    const detail =
      'should be nil if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet'
    yield invalidValue(path, said, detail)
  } else if (said === undefined || said === null) yield invalidValue(path, null, `the common encoding version is ${common}`)
  else if (said !== common) yield invalidValue(path, said, `the actual common encoding version is ${common}`)
}

function* validateCondition(
  condition: StorageVersionCondition,
  all: readonly StorageVersionCondition[],
  i: number,
  path: string,
): Generator<FieldError> {
  const { type = '', status = '', reason = '', message = '' } = condition
  const last = all.slice(0, i).findLastIndex((other) => (other.type ?? '') === type)
  if (last >= 0) {
    yield invalidValue(child(path, 'type'), type, `the type of the condition is not unique, it also appears in conditions[${last}]`)
  }
  for (const problem of qualifiedNameErrors(type)) yield invalidValue(child(path, 'type'), type, problem)
  for (const problem of qualifiedNameErrors(status)) yield invalidValue(child(path, 'status'), status, problem)
  if (reason === '') yield required(child(path, 'reason'))
  if (message === '') yield required(child(path, 'message'))
}
