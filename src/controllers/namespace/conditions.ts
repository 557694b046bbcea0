/**
 * What a namespace on its way out says about itself: five conditions, each either its good news or what went wrong in the last pass.
 * People read them when a namespace hangs; the words are upstream's (pkg/controller/namespace/deletion/status_condition_utils.go).
 */
import type { NamespaceCondition } from '../../api/core/namespace.ts'
import { timeText } from '../shared/time-text.ts'

/** What one pass over a namespace found. */
export interface Findings {
  /** Group versions that could not be discovered; see shared/discover.ts. */
  readonly discoveryFailures: readonly string[]
  /** Discovery as a whole failed. */
  readonly discoveryError?: string | undefined
  readonly deletionErrors: readonly string[]
  /** "pods." → 3: resource.group. */
  readonly remaining: ReadonlyMap<string, number>
  readonly finalizers: ReadonlyMap<string, number>
}

interface Said {
  readonly reason: string
  readonly message: string
}

/** In the order in which they are added. */
const goodNews: readonly (readonly [NamespaceCondition['type'], Said])[] = [
  ['NamespaceDeletionDiscoveryFailure', { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' }],
  ['NamespaceDeletionGroupVersionParsingFailure', { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' }],
  [
    'NamespaceDeletionContentFailure',
    { reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
  ],
  ['NamespaceContentRemaining', { reason: 'ContentRemoved', message: 'All content successfully removed' }],
  ['NamespaceFinalizersRemaining', { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' }],
]

/** The conditions to write, or undefined when they say the same already. */
export function nextConditions(
  conditions: readonly NamespaceCondition[],
  findings: Findings,
  nowMs: number,
): readonly NamespaceCondition[] | undefined {
  const bad = badNews(findings)
  const next = [...conditions]
  let hasChanged = false
  for (const [type, good] of goodNews) {
    const said = bad.get(type)
    const wanted = { type, status: said === undefined ? 'False' : 'True', ...(said ?? good) }
    const at = next.findIndex((one) => one.type === type)
    const old = next[at]
    if (old === undefined) next.push({ ...wanted, lastTransitionTime: timeText(nowMs) })
    else if (old.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message) continue
    else next[at] = { ...old, ...wanted, ...(old.status === wanted.status ? {} : { lastTransitionTime: timeText(nowMs) }) }
    hasChanged = true
  }
  return hasChanged ? next : undefined
}

function badNews(findings: Findings): ReadonlyMap<string, Said> {
  const { discoveryFailures, discoveryError, deletionErrors, remaining, finalizers } = findings
  const bad = new Map<string, Said>()
  const failed = discoveryFailureText(discoveryFailures)
  const discovery =
    discoveryError ??
    (failed === undefined ? undefined : `Discovery failed for some groups, ${discoveryFailures.length} failing: ${failed}`)
  if (discovery !== undefined) bad.set('NamespaceDeletionDiscoveryFailure', { reason: 'DiscoveryFailed', message: discovery })
  if (deletionErrors.length > 0) {
    const message = `Failed to delete all resource types, ${deletionErrors.length} remaining: ${[...deletionErrors].sort().join(', ')}`
    bad.set('NamespaceDeletionContentFailure', { reason: 'ContentDeletionFailed', message })
  }
  if (remaining.size > 0) {
    const parts = [...remaining].map(([resource, count]) => `${resource} has ${count} resource instances`).sort()
    bad.set('NamespaceContentRemaining', { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${parts.join(', ')}` })
  }
  if (finalizers.size > 0) {
    const parts = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort()
    const message = `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`
    bad.set('NamespaceFinalizersRemaining', { reason: 'SomeFinalizersRemain', message })
  }
  return bad
}

/** client-go's ErrGroupDiscoveryFailed. */
export function discoveryFailureText(failures: readonly string[]): string | undefined {
  if (failures.length === 0) return undefined
  return `unable to retrieve the complete list of server APIs: ${[...failures].sort().join(', ')}`
}
