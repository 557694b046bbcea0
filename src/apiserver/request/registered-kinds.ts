/**
 * Why a body of one kind cannot be taken where another is wanted. Upstream decodes whatever kind it knows and then fails to convert it, so its words
 * depend on whether the kind exists anywhere: lists and options do, as well as everything that is served.
 */
import { kinds } from '../../api/kinds.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { listKindOf } from '../../apimachinery/kind.ts'
import { apiVersionOf, parseApiVersion } from '../../apimachinery/object.ts'

/** Registered in every group and version. */
const everywhere: readonly string[] = [
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'ListOptions',
  'PatchOptions',
  'UpdateOptions',
  'WatchEvent',
]
const onlyCore: readonly string[] = [
  'APIGroup',
  'APIGroupList',
  'APIResourceList',
  'APIVersions',
  'List',
  'PodStatusResult',
  'RangeAllocation',
  'Status',
]

interface Wanted {
  readonly kind: string
  readonly group: string
}

/** Undefined when it can be taken. */
export function kindProblem(wanted: Wanted, kind: string, apiVersion: string): string | undefined {
  const { group, version } = parseApiVersion(apiVersion)
  if (!isRegistered(kind, apiVersion))
    return `no kind ${quote(kind)} is registered for version ${quote(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`
  if (kind === wanted.kind && group === wanted.group) return undefined
  return `converting (${version}.${kind}) to (${internalPackage(wanted.group)}.${wanted.kind}): unknown conversion`
}

function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.', 1)[0] as string)
}

function isRegistered(kind: string, apiVersion: string): boolean {
  if (everywhere.includes(kind) || (apiVersion === 'v1' && onlyCore.includes(kind))) return true
  return kinds.some(
    (one) =>
      (one.kind === kind || listKindOf(one) === kind) &&
      one.versions.some((version) => apiVersionOf(version.group ?? one.group, version.name) === apiVersion),
  )
}
