/**
 * batch/v1 CronJob: Jobs by the calendar.
 */
import { defineKind, type ObjectOf } from '../../apimachinery/kind.ts'
import { typeMeta } from '../../apimachinery/meta.ts'
import { objectMeta } from '../../apimachinery/object.ts'
import { boolean, field, type Infer, int32, int64, list, string, struct, time } from '../../apimachinery/schema/schema.ts'
import { objectReference } from '../core/references.ts'
import { jobSpec } from './job.ts'

export interface JobTemplateSpec extends Infer<typeof jobTemplateSpec> {}
export const jobTemplateSpec = struct('batch.v1.JobTemplateSpec', {
  metadata: field(1, objectMeta).optional(),
  spec: field(2, jobSpec).implied(),
})

export interface CronJobSpec extends Infer<typeof cronJobSpec> {}
export const cronJobSpec = struct('batch.v1.CronJobSpec', {
  schedule: field(1, string),
  startingDeadlineSeconds: field(2, int64).optional().pointer(),
  concurrencyPolicy: field(3, string).optional().enum('Allow', 'Forbid', 'Replace'),
  suspend: field(4, boolean).optional().pointer(),
  jobTemplate: field(5, jobTemplateSpec),
  successfulJobsHistoryLimit: field(6, int32).optional().pointer(),
  failedJobsHistoryLimit: field(7, int32).optional().pointer(),
  timeZone: field(8, string).optional().pointer(),
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
})
