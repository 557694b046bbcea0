/**
 * What a Job says about ends: which failures mean what (podFailurePolicy), and when enough has succeeded (successPolicy). The first rule that fits
 * counts. Pure.
 */
import type { Job } from '../../api/batch/job.ts'
import type { Pod } from '../../api/core/pod.ts'
import { IndexSet } from './indexes.ts'

type JobSpec = Job['spec']
type Rule = NonNullable<NonNullable<JobSpec['podFailurePolicy']>['rules']>[number]

export interface FailureVerdict {
  /** FailJob: why. */
  readonly failJob?: string
  readonly isIndexFailed: boolean
  /** Counts towards the back-off limit. */
  readonly isCounted: boolean
}

const counted: FailureVerdict = { isIndexFailed: false, isCounted: true }

export function judgeFailure({ podFailurePolicy }: JobSpec, pod: Pod): FailureVerdict {
  for (const [index, rule] of (podFailurePolicy?.rules ?? []).entries()) {
    const what = matchRule(rule, pod)
    if (what === undefined) continue
    if (rule.action === 'Ignore') return { isIndexFailed: false, isCounted: false }
    if (rule.action === 'FailIndex') return { isIndexFailed: true, isCounted: true }
    if (rule.action === 'FailJob') return { ...counted, failJob: `${what} matching FailJob rule at index ${index}` }
    if (rule.action === 'Count') return counted
  }
  return counted
}

/** In words, what fits; undefined when nothing does. */
function matchRule({ onExitCodes, onPodConditions }: Rule, { metadata, status }: Pod): string | undefined {
  const pod = `${metadata.namespace}/${metadata.name}`
  if (onExitCodes) {
    const { containerName, operator, values } = onExitCodes
    for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
      const exitCode = state?.terminated?.exitCode ?? 0
      if (exitCode === 0 || (typeof containerName === 'string' && containerName !== name)) continue
      if (values.includes(exitCode) === (operator === 'In')) return `Container ${name} for pod ${pod} failed with exit code ${exitCode}`
    }
    return undefined
  }
  for (const condition of status?.conditions ?? [])
    if (onPodConditions?.some(({ type, status: wanted }) => type === condition.type && wanted === condition.status))
      return `Pod ${pod} has condition ${condition.type}`
  return undefined
}

/** The message when enough has succeeded. */
export function judgeSuccess({ successPolicy, completions }: JobSpec, succeeded: IndexSet): string | undefined {
  if (!successPolicy || succeeded.size === 0) return undefined
  for (const [index, { succeededIndexes, succeededCount }] of successPolicy.rules.entries()) {
    const needed = typeof succeededIndexes === 'string' ? IndexSet.parse(succeededIndexes, completions ?? 0) : undefined
    if (needed?.size === 0) continue
    const done = needed === undefined ? succeeded.size : needed.countCommon(succeeded)
    if (done === needed?.size || (typeof succeededCount === 'number' && done >= succeededCount)) return `Matched rules at index ${index}`
  }
  return undefined
}
