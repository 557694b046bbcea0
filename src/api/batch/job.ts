/**
 * batch/v1 Job: Pods that run to completion.
 */
import { humanDuration } from '../../apimachinery/columns.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { type Cell, defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { labelSelector, typeMeta } from '../../apimachinery/meta.ts'
import { type Mutable, objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { formatSelector } from '../../apimachinery/selectors/labels.ts'
import { podTemplateSpec } from '../core/pod-spec/pod-spec.ts'
import { podNameWarnings, selectorColumn, setTemplateDefaults, templateColumns, templateWarnings } from '../core/workload-template.ts'
import { generateSelector } from './job-labels.ts'
import { validateJob, validateJobUpdate } from './job-rules.ts'
import { hasJobCondition, validateJobStatusUpdate } from './job-status-rules.ts'

export interface PodFailurePolicyOnExitCodesRequirement extends Infer<typeof podFailurePolicyOnExitCodesRequirement> {}
export const podFailurePolicyOnExitCodesRequirement = struct('batch.v1.PodFailurePolicyOnExitCodesRequirement', {
  containerName: field(1, string).optional().pointer(),
  operator: field(2, string).enum('In', 'NotIn'),
  values: field(3, list(int32)).listSet(),
})

export interface PodFailurePolicyOnPodConditionsPattern extends Infer<typeof podFailurePolicyOnPodConditionsPattern> {}
export const podFailurePolicyOnPodConditionsPattern = struct('batch.v1.PodFailurePolicyOnPodConditionsPattern', {
  type: field(1, string),
  status: field(2, string),
})

export interface PodFailurePolicyRule extends Infer<typeof podFailurePolicyRule> {}
export const podFailurePolicyRule = struct('batch.v1.PodFailurePolicyRule', {
  action: field(1, string).enum('Count', 'FailIndex', 'FailJob', 'Ignore'),
  onExitCodes: field(2, podFailurePolicyOnExitCodesRequirement).optional().pointer(),
  onPodConditions: field(3, list(podFailurePolicyOnPodConditionsPattern)).optional().listAtomic(),
})

export interface PodFailurePolicy extends Infer<typeof podFailurePolicy> {}
export const podFailurePolicy = struct('batch.v1.PodFailurePolicy', {
  rules: field(1, list(podFailurePolicyRule)).listAtomic(),
})

export interface SuccessPolicyRule extends Infer<typeof successPolicyRule> {}
export const successPolicyRule = struct('batch.v1.SuccessPolicyRule', {
  succeededIndexes: field(1, string).optional().pointer(),
  succeededCount: field(2, int32).optional().pointer(),
})

export interface SuccessPolicy extends Infer<typeof successPolicy> {}
export const successPolicy = struct('batch.v1.SuccessPolicy', {
  rules: field(1, list(successPolicyRule)).listAtomic(),
})

export interface JobSpec extends Infer<typeof jobSpec> {}
export const jobSpec = struct('batch.v1.JobSpec', {
  parallelism: field(1, int32).optional().pointer(),
  completions: field(2, int32).optional().pointer(),
  activeDeadlineSeconds: field(3, int64).optional().pointer(),
  selector: field(4, labelSelector).optional().pointer(),
  manualSelector: field(5, boolean).optional().pointer(),
  template: field(6, podTemplateSpec),
  backoffLimit: field(7, int32).optional().pointer(),
  ttlSecondsAfterFinished: field(8, int32).optional().pointer(),
  completionMode: field(9, string).optional().pointer().enum('Indexed', 'NonIndexed'),
  suspend: field(10, boolean).optional().pointer(),
  podFailurePolicy: field(11, podFailurePolicy).optional().pointer(),
  backoffLimitPerIndex: field(12, int32).optional().pointer(),
  maxFailedIndexes: field(13, int32).optional().pointer(),
  podReplacementPolicy: field(14, string).optional().pointer().enum('Failed', 'TerminatingOrFailed'),
  managedBy: field(15, string).optional().pointer(),
  successPolicy: field(16, successPolicy).optional().pointer(),
})

export interface JobCondition extends Infer<typeof jobCondition> {}
export const jobCondition = struct('batch.v1.JobCondition', {
  type: field(1, string).enum('Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet', 'Suspended'),
  status: field(2, string),
  lastProbeTime: field(3, time).optional(),
  lastTransitionTime: field(4, time).optional(),
  reason: field(5, string).optional(),
  message: field(6, string).optional(),
})

export interface UncountedTerminatedPods extends Infer<typeof uncountedTerminatedPods> {}
export const uncountedTerminatedPods = struct('batch.v1.UncountedTerminatedPods', {
  succeeded: field(1, list(string)).optional().listSet(),
  failed: field(2, list(string)).optional().listSet(),
})

export interface JobStatus extends Infer<typeof jobStatus> {}
export const jobStatus = struct('batch.v1.JobStatus', {
  conditions: field(1, list(jobCondition)).optional().listAtomic().patchMerge('type'),
  startTime: field(2, time).optional().pointer(),
  completionTime: field(3, time).optional().pointer(),
  active: field(4, int32).optional(),
  succeeded: field(5, int32).optional(),
  failed: field(6, int32).optional(),
  completedIndexes: field(7, string).optional(),
  uncountedTerminatedPods: field(8, uncountedTerminatedPods).optional().pointer(),
  ready: field(9, int32).optional().pointer(),
  failedIndexes: field(10, string).optional().pointer(),
  terminating: field(11, int32).optional().pointer(),
})

export const job = struct('batch.v1.Job', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, jobSpec).implied(),
  status: field(3, jobStatus).optional(),
})

export interface JobObject extends Infer<typeof job> {}

export const jobSelectorDescription =
  'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors'

export type Job = ObjectOf<typeof Job>
export const Job = defineKind({
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: job }],
  hasStatus: true,
  setDefaults: ({ metadata, spec }) => {
    const labels = spec.template.metadata?.labels
    if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
    setJobDefaults(spec)
    setJobTemplateDefaults(spec)
  },
  prepareForCreate: ({ metadata, spec }) => {
    if (spec.manualSelector !== true) generateSelector(spec, metadata)
  },
  validate: (object) => validateJob(object),
  validateUpdate: (object, old) => validateJobUpdate(object, old),
  validateStatusUpdate: (object, old) => validateJobStatusUpdate(object, old),
  *warnings(object, old) {
    if (old === undefined) yield* podNameWarnings(object)
    if (object.metadata.generation !== old?.metadata.generation) yield* jobSpecWarnings(object.spec, old?.spec, 'spec')
  },
  defaultPropagation: 'Orphan',
  selectableFields: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  fieldLabelErrors: (label) => `field label ${quote(label)} not supported for Job`,
  columns: [
    { name: 'Status', type: 'string', description: 'Status of the job.', value: statusText },
    {
      name: 'Completions',
      type: 'string',
      description:
        'The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.',
      value: completionsText,
    },
    { name: 'Duration', type: 'string', description: 'Time required to complete the job.', value: durationText },
    ...templateColumns<JobObject>(({ spec }) => spec.template),
    selectorColumn<JobObject>(jobSelectorDescription, ({ spec }) => formatSelector(spec.selector)),
  ],
})

function setJobDefaults(spec: Mutable<JobSpec>): void {
  if (isAbsent(spec.completions) && isAbsent(spec.parallelism)) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= isAbsent(spec.backoffLimitPerIndex) ? 6 : 2 ** 31 - 1
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= isAbsent(spec.podFailurePolicy) ? 'TerminatingOrFailed' : 'Failed'
  spec.manualSelector ??= false
}
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

/** What CronJobs fill in too. */
export function setJobTemplateDefaults(spec: Mutable<JobSpec>): void {
  setTemplateDefaults(spec.template)
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) if (!pattern.status) pattern.status = 'True'
  }
}

export function* jobSpecWarnings(spec: JobSpec, old: JobSpec | undefined, path: string): Generator<string> {
  const { completionMode, completions, parallelism } = spec
  if (completionMode === 'Indexed' && (completions ?? 0) > 100_000 && (parallelism ?? 0) > 10_000) {
    yield `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`
  }
  yield* templateWarnings(spec.template, old?.template, `${path}.template`)
}

function statusText({ metadata, status }: JobObject): string {
  if (hasJobCondition(status, 'Complete')) return 'Complete'
  if (hasJobCondition(status, 'Failed')) return 'Failed'
  if (metadata.deletionTimestamp) return 'Terminating'
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'] as const) if (hasJobCondition(status, type)) return type
  return 'Running'
}

function completionsText({ spec, status }: JobObject): string {
  const succeeded = status?.succeeded ?? 0
  if (!isAbsent(spec.completions)) return `${succeeded}/${spec.completions}`
  const parallelism = spec.parallelism ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationText({ status }: JobObject, { nowMs }: { readonly nowMs: number }): Cell {
  if (!status?.startTime) return ''
  const end = status.completionTime ? Date.parse(status.completionTime) : nowMs
  return humanDuration(end - Date.parse(status.startTime))
}
