/**
 * batch/v1 Job: Pods that run to completion.
 */

import { humanDuration } from '../../apimachinery/columns.ts'
import type { FeatureGates } from '../../apimachinery/feature-gates.ts'
import { quote } from '../../apimachinery/go-strings.ts'
import { type Cell, defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { formatSelector } from '../../apimachinery/selectors/labels.ts'
import { podNameWarnings, selectorColumn, setTemplateDefaults, templateColumns, templateWarnings } from '../core/workload-template.ts'
import { generateSelector } from './job-labels.ts'
import { validateJob, validateJobUpdate } from './job-rules.ts'
import { type JobObject, type JobSpec, job } from './job-schema.ts'
import { hasJobCondition, validateJobStatusUpdate } from './job-status-rules.ts'

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
  setDefaults: ({ metadata, spec }, gates) => {
    const labels = spec.template.metadata?.labels
    if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels
    setJobDefaults(spec)
    setJobTemplateDefaults(spec, gates)
  },
  prepareForCreate: ({ metadata, spec }) => {
    // Labels taken from the template are the template's for good: what is added there is added here.
    const isShared = (metadata.labels ?? undefined) === spec.template.metadata?.labels || Object.keys(metadata.labels ?? {}).length === 0
    if (spec.manualSelector !== true) generateSelector(spec, metadata)
    if (isShared && spec.template.metadata?.labels) metadata.labels = spec.template.metadata.labels
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
export function setJobTemplateDefaults(spec: Mutable<JobSpec>, gates: FeatureGates | undefined): void {
  setTemplateDefaults(spec.template, gates)
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
