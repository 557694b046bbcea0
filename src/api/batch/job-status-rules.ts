/**
 * What a write to a Job's status may say. Strict, because managedBy lets others than our controller write it; and most rules are
 * asked only when what they speak of changed, so that an old mistake does not block an unrelated write.
 */
import { duplicate, type FieldError, invalidValue, omittedValue, required } from '../../apimachinery/field-error.ts'
import { child, index } from '../../apimachinery/field-path.ts'
import { semanticallyEqual, validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { isSet } from '../core/workload-template.ts'
import { countIndexes, firstCommonIndex } from './index-ranges.ts'
import type { JobObject as Job, JobStatus } from './job-schema.ts'

type Condition = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet' | 'Suspended'

export function hasJobCondition(status: JobStatus | undefined, type: Condition, value = 'True'): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === value) ?? false
}

/** A Job's status with what the rules ask of it. */
interface Facts {
  readonly status: JobStatus
  readonly isComplete: boolean
  readonly isFailed: boolean
  readonly isFinished: boolean
  readonly isFailureTarget: boolean
  readonly isSuccessCriteriaMet: boolean
}
function factsOf({ status = {} }: Job): Facts {
  const isComplete = hasJobCondition(status, 'Complete')
  const isFailed = hasJobCondition(status, 'Failed')
  return {
    status,
    isComplete,
    isFailed,
    isFinished: isComplete || isFailed,
    isFailureTarget: hasJobCondition(status, 'FailureTarget'),
    isSuccessCriteriaMet: hasJobCondition(status, 'SuccessCriteriaMet'),
  }
}

export function* validateJobStatusUpdate(job: Job, old: Job): Generator<FieldError> {
  const next = factsOf(job)
  const before = factsOf(old)
  yield* validateCounts(next.status)
  yield* validateTimes(job, next, before)
  yield* validateEnd(job, next, before)
  yield* validateIndexes(job, next, before)
  yield* validatePodsOfEnd(next, before)
  yield* validateSuccess(job, next)
  yield* validateKept(job, next, old, before)
}

function conditionsError(detail: string): FieldError {
  return invalidValue('status.conditions', omittedValue, detail)
}

function* validateCounts(status: JobStatus): Generator<FieldError> {
  for (const name of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    yield* validateNonNegative(status[name] ?? 0, child('status', name))
  }
  const seen = new Set<string>()
  for (const name of ['succeeded', 'failed'] as const) {
    for (const [i, uid] of (status.uncountedTerminatedPods?.[name] ?? []).entries()) {
      const path = index(child('status.uncountedTerminatedPods', name), i)
      if (uid === '') yield invalidValue(path, uid, 'must not be empty')
      else if (seen.has(uid)) yield duplicate(path, uid)
      else seen.add(uid)
    }
  }
}

function* validateTimes(_job: Job, next: Facts, before: Facts): Generator<FieldError> {
  const { startTime, completionTime } = next.status
  const completeChanged = next.isComplete !== before.isComplete
  const completionChanged = (completionTime ?? null) !== (before.status.completionTime ?? null)
  if ((completeChanged || next.isFailed !== before.isFailed) && next.isComplete && next.isFailed) {
    yield conditionsError('cannot set Complete=True and Failed=true conditions')
  }
  if ((completeChanged || next.isFailureTarget !== before.isFailureTarget) && next.isComplete && next.isFailureTarget) {
    yield conditionsError('cannot set Complete=True and FailureTarget=true conditions')
  }
  const path = 'status.completionTime'
  if (completeChanged || completionChanged) {
    if (isSet(completionTime) && !next.isComplete) {
      yield invalidValue(path, completionTime, 'cannot set completionTime when there is no Complete=True condition')
    }
    if (!isSet(completionTime) && next.isComplete) yield required(path, 'completionTime is required for Complete jobs')
  }
  const startChanged = (startTime ?? null) !== (before.status.startTime ?? null)
  if ((startChanged || completionChanged) && isSet(startTime) && isSet(completionTime) && completionTime < startTime) {
    yield invalidValue(path, completionTime, 'must be equal to or after `startTime`')
  }
}

function* validateEnd(job: Job, next: Facts, before: Facts): Generator<FieldError> {
  const { status } = next
  const failedIndexesChanged = (status.failedIndexes ?? null) !== (before.status.failedIndexes ?? null)
  if ((next.isFailed !== before.isFailed || failedIndexesChanged) && next.isFailed && !next.isFailureTarget) {
    yield conditionsError('cannot set Failed=True condition without the FailureTarget=true condition')
  }
  const successChanged = next.isComplete !== before.isComplete || next.isSuccessCriteriaMet !== before.isSuccessCriteriaMet
  if (successChanged && next.isComplete && !next.isSuccessCriteriaMet) {
    yield conditionsError('cannot set Complete=True condition without the SuccessCriteriaMet=true condition')
  }
  if (!next.isFinished) return
  const finishedChanged = !before.isFinished
  const { active = 0, startTime, uncountedTerminatedPods } = status
  if ((finishedChanged || active !== (before.status.active ?? 0)) && active > 0) {
    yield invalidValue('status.active', active, 'active>0 is invalid for finished job')
  }
  const startChanged = (startTime ?? null) !== (before.status.startTime ?? null)
  const neverStarts = job.spec.suspend === true && job.spec.completions === 0
  if ((finishedChanged || startChanged) && !neverStarts && !isSet(startTime)) {
    yield required('status.startTime', 'startTime is required for finished job')
  }
  if (!finishedChanged && semanticallyEqual(uncountedTerminatedPods, before.status.uncountedTerminatedPods)) return
  const { succeeded, failed } = uncountedTerminatedPods ?? {}
  if ((succeeded?.length ?? 0) + (failed?.length ?? 0) > 0) {
    yield invalidValue(
      'status.uncountedTerminatedPods',
      { Succeeded: succeeded ?? null, Failed: failed ?? null },
      'must be empty for finished job',
    )
  }
}

function* validateIndexes({ spec }: Job, next: Facts, before: Facts): Generator<FieldError> {
  const { completedIndexes = '', failedIndexes } = next.status
  const { completions } = spec
  const completedChanged = completedIndexes !== (before.status.completedIndexes ?? '')
  const failedChanged = (failedIndexes ?? null) !== (before.status.failedIndexes ?? null)
  if (completedChanged && isSet(completions)) {
    const counted = countIndexes(completedIndexes, completions)
    if (typeof counted === 'string')
      yield invalidValue('status.completedIndexes', completedIndexes, `error parsing completedIndexes: ${counted}`)
  }
  if (failedChanged && isSet(completions) && isSet(spec.backoffLimitPerIndex) && isSet(failedIndexes)) {
    const counted = countIndexes(failedIndexes, completions)
    if (typeof counted === 'string') yield invalidValue('status.failedIndexes', failedIndexes, `error parsing failedIndexes: ${counted}`)
  }
  if (completedChanged && completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    yield invalidValue(
      'status.completedIndexes',
      completedIndexes,
      'cannot set non-empty completedIndexes when non-indexed completion mode',
    )
  }
  if (failedChanged && !isSet(spec.backoffLimitPerIndex) && isSet(failedIndexes)) {
    yield invalidValue('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
  }
  if ((failedChanged || completedChanged) && isSet(completions) && isSet(failedIndexes)) {
    const common = firstCommonIndex(completedIndexes, failedIndexes, completions)
    if (common !== undefined)
      yield invalidValue('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${common}`)
  }
}

function* validatePodsOfEnd(next: Facts, before: Facts): Generator<FieldError> {
  const { terminating, ready, active = 0 } = next.status
  const terminatingChanged = next.isFinished !== before.isFinished || (terminating ?? null) !== (before.status.terminating ?? null)
  if (terminatingChanged && next.isFinished && (terminating ?? 0) > 0) {
    yield invalidValue('status.terminating', terminating, 'terminating>0 is invalid for finished job')
  }
  const readyChanged = (ready ?? null) !== (before.status.ready ?? null) || active !== (before.status.active ?? 0)
  if (readyChanged && isSet(ready) && ready > active) yield invalidValue('status.ready', ready, 'cannot set more ready pods than active')
}

function* validateSuccess({ spec }: Job, next: Facts): Generator<FieldError> {
  if (next.isSuccessCriteriaMet && next.isFailed) yield conditionsError('cannot set SuccessCriteriaMet=True and Failed=true conditions')
  if (next.isSuccessCriteriaMet && next.isFailureTarget) {
    yield conditionsError('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
  }
  if (isSet(spec.successPolicy) && !next.isSuccessCriteriaMet && next.isComplete) {
    yield conditionsError('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
  }
}

/** What never goes back. */
function* validateKept({ spec, status = {} }: Job, next: Facts, old: Job, before: Facts): Generator<FieldError> {
  for (const type of ['Failed', 'Complete', 'FailureTarget'] as const) {
    if (hasJobCondition(old.status, type) && !hasJobCondition(status, type))
      yield conditionsError(`cannot disable the terminal ${type}=True condition`)
  }
  const { failed = 0, succeeded = 0, completionTime, startTime } = status
  if (failed < (before.status.failed ?? 0)) yield invalidValue('status.failed', failed, 'cannot decrease the failed counter')
  // Elastic Jobs can be scaled down.
  const isElastic = spec.completionMode === 'Indexed' && (spec.completions ?? null) === (spec.parallelism ?? null)
  if (!isElastic && succeeded < (before.status.succeeded ?? 0)) {
    yield invalidValue('status.succeeded', succeeded, 'cannot decrease the succeeded counter')
  }
  if (isSet(completionTime) && isSet(before.status.completionTime) && completionTime !== before.status.completionTime) {
    yield invalidValue('status.completionTime', completionTime, 'field is immutable')
  }
  const isResuming = hasJobCondition(old.status, 'Suspended') && hasJobCondition(status, 'Suspended', 'False')
  if (!isResuming && isSet(before.status.startTime) && (startTime ?? null) !== before.status.startTime && spec.suspend !== true) {
    yield invalidValue('status.startTime', startTime ?? null, 'field is immutable for unsuspended job once set')
  }
  if (before.isSuccessCriteriaMet && !next.isSuccessCriteriaMet)
    yield conditionsError('cannot disable the SuccessCriteriaMet=True condition')
  if (before.isComplete && !before.isSuccessCriteriaMet && next.isSuccessCriteriaMet) {
    yield conditionsError('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
  }
}
