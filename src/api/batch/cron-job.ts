/**
 * batch/v1 CronJob: Jobs by the calendar. Its name leaves room for the eleven characters that Jobs' names add. A Job template gets
 * only the defaults of Pods: those of Jobs come when a Job is made.
 */
import { ageText } from '../../apimachinery/columns.ts'
import { CronError, parseCron } from '../../apimachinery/cron.ts'
import { type FieldError, invalidValue, notSupported, required } from '../../apimachinery/field-error.ts'
import { child } from '../../apimachinery/field-path.ts'
import { utf8Length } from '../../apimachinery/go-strings.ts'
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { formatSelector } from '../../apimachinery/selectors/labels.ts'
import { isTimeZone } from '../../apimachinery/time-zone.ts'
import { validateNonNegative } from '../../apimachinery/validate-metadata.ts'
import { objectReference } from '../core/references.ts'
import { isSet, podNameWarnings, selectorColumn, shownSelector, templateColumns } from '../core/workload-template.ts'
import { jobSelectorDescription, jobSpecWarnings, setJobTemplateDefaults } from './job.ts'
import { validateJobSpec } from './job-rules.ts'
import { jobSpec } from './job-schema.ts'

export interface JobTemplateSpec extends Infer<typeof jobTemplateSpec> {}
export const jobTemplateSpec = struct('batch.v1.JobTemplateSpec', {
  metadata: field(1, objectMeta).optional(),
  spec: field(2, jobSpec).implied(),
})

export interface CronJobSpec extends Infer<typeof cronJobSpec> {}
export const cronJobSpec = struct('batch.v1.CronJobSpec', {
  schedule: field(1, string),
  timeZone: field(8, string).optional().pointer(),
  startingDeadlineSeconds: field(2, int64).optional().pointer(),
  concurrencyPolicy: field(3, string).optional().enum('Allow', 'Forbid', 'Replace'),
  suspend: field(4, boolean).optional().pointer(),
  jobTemplate: field(5, jobTemplateSpec),
  successfulJobsHistoryLimit: field(6, int32).optional().pointer(),
  failedJobsHistoryLimit: field(7, int32).optional().pointer(),
})

export interface CronJobStatus extends Infer<typeof cronJobStatus> {}
export const cronJobStatus = struct('batch.v1.CronJobStatus', {
  active: field(1, list(objectReference)).optional().listAtomic(),
  lastScheduleTime: field(4, time).optional().pointer(),
  lastSuccessfulTime: field(5, time).optional().pointer(),
})

export const cronJob = struct('batch.v1.CronJob', {
  ...typeMeta,
  metadata: field(1, objectMeta).implied(),
  spec: field(2, cronJobSpec).implied(),
  status: field(3, cronJobStatus).optional(),
})

export type CronJob = ObjectOf<typeof CronJob>
export const CronJob = defineKind({
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  versions: [{ name: 'v1', schema: cronJob }],
  hasStatus: true,
  setDefaults: ({ spec }, gates) => {
    if (!spec.concurrencyPolicy) spec.concurrencyPolicy = 'Allow'
    spec.suspend ??= false
    spec.successfulJobsHistoryLimit ??= 3
    spec.failedJobsHistoryLimit ??= 1
    setJobTemplateDefaults(spec.jobTemplate.spec, gates)
  },
  *validate({ metadata, spec }) {
    yield* validateSpec(spec, 'spec')
    if (utf8Length(metadata.name ?? '') > 52) yield invalidValue('metadata.name', metadata.name, 'must be no more than 52 characters')
  },
  validateUpdate: ({ spec }, old) => validateSpec(spec, 'spec', old.spec),
  *warnings(object, old) {
    if (old === undefined) yield* podNameWarnings(object)
    const { jobTemplate, schedule } = object.spec
    if (object.metadata.generation !== old?.metadata.generation) {
      yield* jobSpecWarnings(jobTemplate.spec, old?.spec.jobTemplate.spec, 'spec.jobTemplate.spec')
    }
    if (old !== undefined && schedule.includes('TZ')) {
      // Upstream's path.
      yield 'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
    }
  },
  columns: [
    {
      name: 'Schedule',
      type: 'string',
      description: 'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.',
      value: ({ spec }) => spec.schedule,
    },
    {
      name: 'Timezone',
      type: 'string',
      description:
        'The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
      value: ({ spec }) => spec.timeZone ?? '<none>',
    },
    {
      name: 'Suspend',
      type: 'boolean',
      description:
        'This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.',
      // A boolean column whose cells are text.
      value: ({ spec }) => (spec.suspend ? 'True' : isSet(spec.suspend) ? 'False' : '<unset>'),
    },
    {
      name: 'Active',
      type: 'integer',
      description: 'A list of pointers to currently running jobs.',
      value: ({ status }) => status?.active?.length ?? 0,
    },
    {
      name: 'Last Schedule',
      type: 'string',
      description: 'Information when was the last time the job was successfully scheduled.',
      value: ({ status }, { nowMs }) => (isSet(status?.lastScheduleTime) ? ageText(status.lastScheduleTime, nowMs) : '<none>'),
    },
    ...templateColumns<Infer<typeof cronJob>>(({ spec }) => spec.jobTemplate.spec.template),
    selectorColumn<Infer<typeof cronJob>>(jobSelectorDescription, ({ spec }) => formatSelector(spec.jobTemplate.spec.selector)),
  ],
})

function* validateSpec(spec: CronJobSpec, path: string, old?: CronJobSpec): Generator<FieldError> {
  const { schedule = '', startingDeadlineSeconds, timeZone, concurrencyPolicy = '', jobTemplate } = spec
  if (schedule === '') yield required(child(path, 'schedule'))
  else yield* validateSchedule(spec, child(path, 'schedule'), old?.schedule.includes('TZ') ?? false)
  yield* validateNonNegative(startingDeadlineSeconds ?? 0, child(path, 'startingDeadlineSeconds'))
  if (isSet(timeZone) && timeZone !== old?.timeZone) yield* validateTimeZone(timeZone, child(path, 'timeZone'))
  const policies = ['Allow', 'Forbid', 'Replace']
  if (concurrencyPolicy === '') yield required(child(path, 'concurrencyPolicy'))
  else if (!policies.includes(concurrencyPolicy)) yield notSupported(child(path, 'concurrencyPolicy'), concurrencyPolicy, policies)

  const jobPath = child(path, 'jobTemplate', 'spec')
  yield* validateJobSpec(jobTemplate.spec, jobPath, old?.jobTemplate.spec)
  const { selector, manualSelector } = jobTemplate.spec
  if (isSet(selector)) yield invalidValue(child(jobPath, 'selector'), shownSelector(selector), '`selector` will be auto-generated')
  if (manualSelector === true) yield notSupported(child(jobPath, 'manualSelector'), true, ['nil', 'false'])
  yield* validateNonNegative(spec.successfulJobsHistoryLimit ?? 0, child(path, 'successfulJobsHistoryLimit'))
  yield* validateNonNegative(spec.failedJobsHistoryLimit ?? 0, child(path, 'failedJobsHistoryLimit'))
}

/** A time zone in the schedule is tolerated where there was one. */
function* validateSchedule({ schedule, timeZone }: CronJobSpec, path: string, hadTimeZone: boolean): Generator<FieldError> {
  try {
    parseCron(schedule)
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    yield invalidValue(path, schedule, error.message)
  }
  if (!schedule.includes('TZ')) return
  if (!hadTimeZone) yield invalidValue(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  else if (isSet(timeZone)) yield invalidValue(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
}

function* validateTimeZone(timeZone: string, path: string): Generator<FieldError> {
  if (timeZone === '') return yield invalidValue(path, timeZone, 'timeZone must be nil or non-empty string')
  const parts = timeZone.split('/')
  if (parts.some((part) => part === '.' || part === '..' || !/^[A-Za-z._0-9+][A-Za-z.\-_0-9+]{0,13}$/.test(part))) {
    return yield invalidValue(path, timeZone, `unknown time zone ${timeZone}`)
  }
  if (timeZone.toLowerCase() === 'local') {
    yield invalidValue(path, timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  }
  // "Local" itself can be loaded.
  if (timeZone !== 'Local' && !isTimeZone(timeZone)) yield invalidValue(path, timeZone, `unknown time zone ${timeZone}`)
}
