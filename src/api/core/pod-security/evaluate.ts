/** Which checks a level and version ask for, and what they say of a Pod. The registry of checks upstream. */
import { baselineChecks } from './baseline.ts'
import type { Check, CheckedPod, VersionedCheck, Violation } from './check.ts'
import type { LevelAndVersion } from './policy.ts'
import { restrictedChecks } from './restricted.ts'

export function violationsOf({ level, minor = Number.POSITIVE_INFINITY }: LevelAndVersion, pod: CheckedPod): readonly Violation[] {
  if (level === 'privileged') return []
  const restricted = level === 'restricted' ? restrictedChecks.filter((one) => checkOf(one, minor) !== undefined) : []
  const replaced = new Set(restricted.map(({ replaces }) => replaces))
  const found: Violation[] = []
  for (const one of [...baselineChecks.filter(({ id }) => !replaced.has(id)), ...restricted]) {
    const violation = checkOf(one, minor)?.(pod)
    if (violation !== undefined) found.push(violation)
  }
  return found
}

function checkOf({ versions }: VersionedCheck, minor: number): Check | undefined {
  return versions.findLast(([since]) => since <= minor)?.[1]
}

/** `host namespaces (hostPID=true), privileged (container "c" must not set …)` */
export function detailText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')
}
