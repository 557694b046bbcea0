/**
 * Jobs and CronJobs: what is filled in and generated, what is refused and in which words, what may change, what a status may say.
 */
import { describe, expect, test } from 'vitest'
import { describeFieldErrors, type FieldError } from '../../apimachinery/field-error.ts'
import type { Mutable } from '../../apimachinery/object.ts'
import { writeContext } from '../../testing/judged.ts'
import { CronJob } from './cron-job.ts'
import { Job } from './job.ts'
import type { JobStatus } from './job-schema.ts'

type Draft = Mutable<Job>

const template = () => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'busybox' }], restartPolicy: 'Never', dnsPolicy: 'ClusterFirst' },
})
function job(change: (draft: Draft) => void = () => {}): Job {
  const draft = { metadata: { name: 'once', namespace: 'shop', uid: 'u1' }, spec: { template: template() } } as unknown as Draft
  change(draft)
  Job.setDefaults?.(draft)
  Job.prepareForCreate?.(draft, writeContext())
  return draft as unknown as Job
}
function withStatus(status: JobStatus, spec: object = {}): Job {
  const object = job((draft) => Object.assign(draft.spec, spec))
  return { ...object, status }
}
function texts(errors: Iterable<FieldError> | undefined): readonly string[] {
  return [...(errors ?? [])].map((error) => describeFieldErrors([error]).message)
}

test('setDefaults and prepareForCreate fill in counts, modes, labels and a selector', () => {
  const { metadata, spec } = job()
  const { template: made, ...rest } = spec
  const generated = {
    'job-name': 'once',
    'controller-uid': 'u1',
    'batch.kubernetes.io/job-name': 'once',
    'batch.kubernetes.io/controller-uid': 'u1',
  }
  expect(made.metadata?.labels).toEqual({ app: 'a', ...generated })
  // Taken from the template, with what is added there; a Job's own labels stay its own.
  expect(metadata.labels).toEqual({ app: 'a', ...generated })
  expect(job((draft) => (draft.metadata.labels = { app: 'a' })).metadata.labels).toEqual({ app: 'a' })
  expect(job((draft) => delete draft.spec.template.metadata).metadata.labels).toEqual(generated)
  expect(rest).toEqual({
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    manualSelector: false,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } },
  })
  expect(job((draft) => (draft.spec.parallelism = 3)).spec.completions).toBeUndefined()
})

describe('validate()', () => {
  const check = (name: string, change: (draft: Draft) => void, expected: readonly string[]): void => {
    test(name, () => expect(texts(Job.validate?.(job(change)))).toEqual(expected))
  }
  check('takes a good one', () => {}, [])
  check('wants Pods that end', ({ spec }) => (spec.template.spec.restartPolicy = 'Always'), [
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ])
  check('refuses labels of another Job', ({ spec }) => (spec.template.metadata = { labels: { 'job-name': 'other' } }), [
    'spec.template.metadata.labels[job-name]: Invalid value: {"batch.kubernetes.io/controller-uid":"u1","batch.kubernetes.io/job-name":"once","controller-uid":"u1","job-name":"other"}: must be \'once\'',
  ])
  check('looks at indexed Jobs', ({ spec }) => Object.assign(spec, { completionMode: 'Indexed', parallelism: 200000 }), [
    'spec.completions: Required value: when completion mode is Indexed',
    'spec.parallelism: Invalid value: 200000: must be less than or equal to 100000 when completion mode is Indexed',
  ])
  check('keeps limits per index to indexed Jobs', ({ spec }) => Object.assign(spec, { backoffLimitPerIndex: 1, maxFailedIndexes: 2 }), [
    'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
    'spec.maxFailedIndexes: Invalid value: 2: requires indexed completion mode',
  ])
  check(
    'looks at failure policies',
    ({ spec }) => {
      spec.podFailurePolicy = {
        rules: [
          { action: 'Explode', onExitCodes: { operator: 'In', values: [2, 0, 2], containerName: 'x' } },
          { action: 'FailIndex' },
          { action: '', onPodConditions: [{ type: 'DisruptionTarget', status: 'Maybe' }] },
        ],
      }
    },
    [
      'spec.podFailurePolicy.rules[0].action: Unsupported value: "Explode": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
      'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 2',
      'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,0,2]: must be ordered',
      'spec.podFailurePolicy.rules[1].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      'spec.podFailurePolicy.rules[1]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      'spec.podFailurePolicy.rules[2].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
      'spec.podFailurePolicy.rules[2].onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
    ],
  )
  check(
    'looks at success policies',
    ({ spec }) =>
      Object.assign(spec, {
        completionMode: 'Indexed',
        completions: 4,
        successPolicy: { rules: [{ succeededIndexes: '1,3-9', succeededCount: 5 }] },
      }),
    [
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "1,3-9": error parsing succeededIndexes: too large index: "9"',
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 5: must be less than or equal to 4 (the number of specified completions)',
      'spec.successPolicy.rules[0].succeededCount: Invalid value: 5: must be less than or equal to 0 (the number of indexes in the specified succeededIndexes field)',
    ],
  )
})

describe('validateUpdate()', () => {
  const check = (name: string, old: object, next: object, expected: readonly string[]): void => {
    test(name, () => {
      const before = job(({ spec }) => Object.assign(spec, old))
      const after = job(({ spec }) => Object.assign(spec, structuredClone(old), next))
      expect(texts(Job.validateUpdate?.(after, before)).map((text) => text.slice(0, 90))).toEqual(expected)
    })
  }
  check('takes more parallelism', {}, { parallelism: 5, completions: 1 }, [])
  check('keeps completions', {}, { completions: 5, parallelism: 1 }, ['spec.completions: Invalid value: 5: field is immutable'])
  check('moves indexed completions with parallelism', { completionMode: 'Indexed', completions: 1, parallelism: 1 }, { completions: 5 }, [
    'spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism',
  ])
  const moved = template()
  Object.assign(moved.spec, { nodeSelector: { zone: 'a' } })
  check('lets a suspended Job move', { suspend: true }, { template: moved }, [])
  check('keeps the template', {}, { template: moved }, [
    'spec.template: Invalid value: {"labels":{"job-name":"once","batch.kubernetes.io/job-name":',
  ])
})

describe('validateStatusUpdate()', () => {
  const check = (name: string, old: JobStatus, next: JobStatus, expected: readonly string[], spec: object = {}): void => {
    test(name, () =>
      expect(texts(Job.validateStatusUpdate?.(withStatus(next, spec), withStatus(old, spec), writeContext()))).toEqual(expected),
    )
  }
  const startTime = '2026-01-01T00:00:00Z'
  const completionTime = '2026-01-01T00:01:00Z'
  const yes = (...types: readonly string[]) => types.map((type) => ({ type, status: 'True' }))
  check('takes a start', {}, { startTime, active: 1, ready: 0 }, [])
  check(
    'takes an end',
    { startTime, active: 1 },
    { startTime, completionTime, succeeded: 1, conditions: yes('SuccessCriteriaMet', 'Complete') },
    [],
  )
  check('wants what an end has', { startTime, active: 1 }, { startTime, active: 1, conditions: yes('Complete') }, [
    'status.completionTime: Required value: completionTime is required for Complete jobs',
    'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    'status.active: Invalid value: 1: active>0 is invalid for finished job',
  ])
  check('never goes back', { startTime, failed: 2, conditions: yes('FailureTarget', 'Failed') }, { startTime: completionTime, failed: 1 }, [
    'status.conditions: Invalid value: cannot disable the terminal Failed=True condition',
    'status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition',
    'status.failed: Invalid value: 1: cannot decrease the failed counter',
    'status.startTime: Invalid value: "2026-01-01T00:01:00Z": field is immutable for unsuspended job once set',
  ])
  check(
    'looks at indexes',
    {},
    { completedIndexes: '0-2,5', failedIndexes: '2' },
    [
      'status.completedIndexes: Invalid value: "0-2,5": error parsing completedIndexes: too large index: "5"',
      'status.failedIndexes: Invalid value: "2": failedIndexes and completedIndexes overlap at index: 2',
    ],
    { completionMode: 'Indexed', completions: 4, backoffLimitPerIndex: 1 },
  )
})

describe('CronJob.validate()', () => {
  type CronDraft = Mutable<CronJob>
  const check = (name: string, change: (draft: CronDraft) => void, expected: readonly string[]): void => {
    test(name, () => {
      const draft = {
        metadata: { name: 'nightly', namespace: 'shop' },
        spec: { schedule: '0 3 * * *', jobTemplate: { metadata: {}, spec: { template: template() } } },
      } as unknown as CronDraft
      CronJob.setDefaults?.(draft)
      change(draft)
      expect(texts(CronJob.validate?.(draft as unknown as CronJob))).toEqual(expected)
    })
  }
  check('takes a good one', () => {}, [])
  check('takes a time zone', ({ spec }) => (spec.timeZone = 'Europe/Berlin'), [])
  check('wants a schedule', ({ spec }) => (spec.schedule = ''), ['spec.schedule: Required value'])
  check('wants one that can be read', ({ spec }) => (spec.schedule = 'error'), [
    'spec.schedule: Invalid value: "error": expected exactly 5 fields, found 1: [error]',
  ])
  check('wants time zones in their field', ({ spec }) => (spec.schedule = 'TZ=UTC 0 * * * *'), [
    'spec.schedule: Invalid value: "TZ=UTC 0 * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ])
  check('knows time zones', ({ spec }) => (spec.timeZone = 'Mars/Base'), [
    'spec.timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base',
  ])
  check('knows three policies', ({ spec }) => (spec.concurrencyPolicy = 'Queue'), [
    'spec.concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"',
  ])
  check('leaves room in names', ({ metadata }) => (metadata.name = 'a'.repeat(53)), [
    `metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`,
  ])
})
