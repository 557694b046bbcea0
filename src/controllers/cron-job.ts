/**
 * Makes Jobs by the clock and clears away old ones. When a CronJob is due is cron-job/schedule.ts, pure.
 *
 * What a newcomer would get wrong: a Job's name is made of the time it was due (in minutes), so that making it twice is an AlreadyExists and no
 * second run; and status.active is a list kept by hand: what is in it and finished, or gone, is taken out and told.
 */
import { CronJob } from '../api/batch/cron-job.ts'
import { Job } from '../api/batch/job.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { quote } from '../apimachinery/go-strings.ts'
import { controllerOf, keyOf } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { isTimeZone } from '../apimachinery/time-zone.ts'
import { semanticallyEqual } from '../apimachinery/validate-metadata.ts'
import type { Informer } from '../client/informer.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { mostRecentDue, rfc1123Text, scheduleOf, untilNextMs, zonedText } from './cron-job/schedule.ts'
import { isNamespaceEnding, messageOf, unlessGone } from './shared/failures.ts'
import { controllerReference } from './shared/owner.ts'
import { timeMs, timeText } from './shared/time-text.ts'

const workers = 5
const timestampAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  account: 'cronjob-controller',
  component: 'cronjob-controller',
  start: (context) => new CronJobManager(context).start(),
}

type Status = NonNullable<CronJob['status']>
type Reference = NonNullable<Status['active']>[number]

/** One pass: what the status will be, and what is told on the way. */
interface Pass {
  readonly cronJob: CronJob
  readonly jobs: readonly Job[]
  readonly signal: AbortSignal
  active: readonly Reference[]
  lastSuccessfulTime: string | undefined
  lastScheduleTime: string | undefined
}

class CronJobManager {
  readonly #context: ControllerContext
  readonly #cronJobs: Informer<CronJob>
  readonly #jobs: Informer<Job>
  readonly #loop: ReconcileLoop
  /** The newest version that was written, until the informer has it: a CronJob must not forget what it started. */
  readonly #written = new Map<string, CronJob>()

  constructor(context: ControllerContext) {
    this.#context = context
    this.#cronJobs = context.informers.of(CronJob)
    this.#jobs = context.informers.of(Job)
    this.#loop = startLoop(context, { name: 'cronjob', workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
  }

  start(): void {
    const wake = (cronJob: CronJob): void => this.#loop.add(keyOf(cronJob))
    this.#cronJobs.subscribe({ onAdd: wake, onUpdate: wake, onDelete: wake })
    const wakeOwner = (job: Job): void => {
      const owner = controllerOf(job)
      if (owner?.kind === 'CronJob') this.#loop.add(`${job.metadata.namespace}/${owner.name}`)
    }
    this.#jobs.subscribe({ onAdd: wakeOwner, onUpdate: wakeOwner, onDelete: wakeOwner })
  }

  #newest(key: string): CronJob | undefined {
    const cronJob = this.#cronJobs.get(key)
    const written = this.#written.get(key)
    if (cronJob === undefined || written === undefined) return cronJob
    const isNewer = Number(written.metadata.resourceVersion) > Number(cronJob.metadata.resourceVersion)
    if (isNewer && written.metadata.uid === cronJob.metadata.uid) return written
    this.#written.delete(key)
    return cronJob
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const cronJob = this.#newest(key)
    if (cronJob === undefined) {
      this.#written.delete(key)
      return undefined
    }
    const { active, lastSuccessfulTime, lastScheduleTime } = cronJob.status ?? {}
    const pass: Pass = {
      cronJob,
      jobs: this.#jobs.ownedBy(cronJob.metadata.uid ?? ''),
      signal,
      active: active ?? [],
      lastSuccessfulTime: lastSuccessfulTime ?? undefined,
      lastScheduleTime: lastScheduleTime ?? undefined,
    }
    await this.#cleanUp(pass)
    let failure: unknown
    const againMs = await this.#sync(pass).catch((error: unknown) => {
      failure = error
      return undefined
    })
    await this.#writeStatus(key, pass)
    if (failure !== undefined) throw failure
    return againMs
  }

  async #writeStatus(key: string, { cronJob, active, lastScheduleTime, lastSuccessfulTime, signal }: Pass): Promise<void> {
    const status: Status = {
      ...(active.length === 0 ? {} : { active }),
      ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
      ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
    }
    if (semanticallyEqual(status, cronJob.status ?? {})) return
    const resource = this.#context.client.of(CronJob).in(cronJob.metadata.namespace ?? '')
    await unlessGone(resource.updateStatus({ ...cronJob, status }, { signal }).then((written) => this.#written.set(key, written)))
  }

  async #cleanUp(pass: Pass): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = pass.cronJob.spec
    for (const [end, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      if (typeof limit !== 'number') continue
      const ended = pass.jobs.filter((job) => endOf(job) === end).toSorted(byStart)
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) if (!isTerminating(job)) await this.#delete(pass, job)
    }
  }

  async #delete(pass: Pass, { metadata }: Job): Promise<boolean> {
    const { name = '', namespace = '', uid = '' } = metadata
    const resource = this.#context.client.of(Job).in(namespace)
    try {
      await resource.delete(name, { propagationPolicy: 'Background', preconditions: { uid }, signal: pass.signal })
    } catch (error) {
      const isGone = reasonOf(error) === 'NotFound'
      if (isGone) pass.active = pass.active.filter((one) => one.uid !== uid)
      else this.#tell(pass, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`)
      return isGone
    }
    pass.active = pass.active.filter((one) => one.uid !== uid)
    this.#tell(pass, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`)
    return true
  }

  #tell({ cronJob }: Pass, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.events.record(CronJob, cronJob, type, reason, message)
  }

  async #sync(pass: Pass): Promise<number | undefined> {
    const { cronJob } = pass
    const { spec } = cronJob
    this.#lookAtJobs(pass)
    await this.#lookForMissing(pass)
    if (isTerminating(cronJob)) return undefined
    if (typeof spec.timeZone === 'string' && !isTimeZone(spec.timeZone)) {
      const message = `invalid timeZone: ${quote(spec.timeZone)}: unknown time zone ${spec.timeZone}`
      this.#tell(pass, 'Warning', 'UnknownTimeZone', message)
      return undefined
    }
    if (spec.suspend === true) return undefined
    return this.#runWhenDue(pass)
  }

  #lookAtJobs(pass: Pass): void {
    for (const job of pass.jobs) {
      const end = endOf(job)
      const { uid, name } = job.metadata
      const isListed = pass.active.some((one) => one.uid === uid)
      if (end === undefined) {
        if (!isListed) this.#tell(pass, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`)
        continue
      }
      if (isListed) {
        pass.active = pass.active.filter((one) => one.uid !== uid)
        this.#tell(pass, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${end}`)
      }
      const completedMs = timeMs(job.status?.completionTime)
      const isNewest = pass.lastSuccessfulTime === undefined || completedMs > timeMs(pass.lastSuccessfulTime)
      if (end === 'Complete' && !Number.isNaN(completedMs) && isNewest) pass.lastSuccessfulTime = job.status?.completionTime as string
    }
  }

  async #lookForMissing(pass: Pass): Promise<void> {
    for (const { name = '', namespace = '', uid } of pass.active) {
      if (pass.jobs.some(({ metadata }) => metadata.uid === uid)) continue
      try {
        await this.#context.client.of(Job).in(namespace).get(name, { signal: pass.signal })
      } catch (error) {
        if (reasonOf(error) !== 'NotFound') throw error
        this.#tell(pass, 'Normal', 'MissingJob', `Active job went missing: ${name}`)
        pass.active = pass.active.filter((one) => one.uid !== uid)
      }
    }
  }

  async #runWhenDue(pass: Pass): Promise<number | undefined> {
    const { cronJob } = pass
    const { schedule: text, startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec
    const nowMs = this.#context.clock.now()
    if (text.includes('TZ')) {
      const where = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/'
      const message = `CRON_TZ or TZ used in schedule ${quote(text)} is not officially supported, see ${where} for more details`
      this.#tell(pass, 'Warning', 'UnsupportedSchedule', message)
    }
    let schedule: ReturnType<typeof scheduleOf>
    try {
      schedule = scheduleOf(cronJob)
    } catch (error) {
      this.#tell(pass, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${quote(text)} : ${messageOf(error)}`)
      return undefined
    }
    let due: ReturnType<typeof mostRecentDue>
    try {
      due = mostRecentDue(cronJob, schedule, nowMs, true)
    } catch (error) {
      this.#tell(pass, 'Warning', 'InvalidSchedule', `invalid schedule: ${text} : ${messageOf(error)}`)
      return undefined
    }
    const { dueMs, missed } = due
    const again = untilNextMs(cronJob, schedule, nowMs)
    if (dueMs === undefined || dueMs > nowMs) return again
    if (missed === 'many') {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
      this.#tell(pass, 'Warning', 'TooManyMissedTimes', message)
    }
    if (typeof startingDeadlineSeconds === 'number' && dueMs + startingDeadlineSeconds * 1000 < nowMs) {
      this.#tell(pass, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123Text(dueMs)}`)
      return again
    }
    const name = `${cronJob.metadata.name}-${Math.floor(dueMs / 60_000)}`
    if (pass.active.some((one) => one.name === name) || timeMs(pass.lastScheduleTime) === dueMs) return again
    if (concurrencyPolicy === 'Forbid' && pass.active.length > 0) {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid'
      this.#tell(pass, 'Normal', 'JobAlreadyActive', message)
      return again
    }
    if (concurrencyPolicy === 'Replace') await this.#replace(pass)
    const isStarted = await this.#run(pass, name, dueMs)
    if (!isStarted) return undefined
    const ran: CronJob = { ...cronJob, status: { ...cronJob.status, lastScheduleTime: timeText(dueMs) } }
    return untilNextMs(ran, schedule, nowMs)
  }

  async #replace(pass: Pass): Promise<void> {
    for (const { name = '', namespace = '' } of pass.active) {
      let job: Job
      try {
        job = await this.#context.client.of(Job).in(namespace).get(name, { signal: pass.signal })
      } catch (error) {
        this.#tell(pass, 'Warning', 'FailedGet', `Get job: ${messageOf(error)}`)
        throw error
      }
      if (!(await this.#delete(pass, job))) throw new Error(`could not replace job ${namespace}/${name}`)
    }
  }

  /** False: a Job of that name is there already and none of this pass. */
  async #run(pass: Pass, name: string, dueMs: number): Promise<boolean> {
    const { cronJob, signal } = pass
    const resource = this.#context.client.of(Job).in(cronJob.metadata.namespace ?? '')
    let job: Job
    try {
      job = await resource.create(jobOf(cronJob, name, dueMs), { signal })
      this.#tell(pass, 'Normal', 'SuccessfulCreate', `Created job ${name}`)
    } catch (error) {
      if (reasonOf(error) !== 'AlreadyExists') {
        if (!isNamespaceEnding(error)) this.#tell(pass, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`)
        throw error
      }
      job = await resource.get(name, { signal })
      if (controllerOf(job)?.uid !== cronJob.metadata.uid || pass.active.some(({ uid }) => uid === job.metadata.uid)) return false
    }
    pass.active = [...pass.active, referenceTo(job)]
    pass.lastScheduleTime = timeText(dueMs)
    return true
  }
}

function jobOf(cronJob: CronJob, name: string, dueMs: number): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: cronJob.metadata.namespace,
      ...(metadata?.labels ? { labels: metadata.labels } : {}),
      annotations: { ...metadata?.annotations, [timestampAnnotation]: zonedText(dueMs, cronJob.spec.timeZone) },
      ownerReferences: [controllerReference(CronJob, cronJob)],
    },
    spec: spec as Job['spec'],
  }
}

function referenceTo({ metadata }: Job): Reference {
  const { namespace, name, uid, resourceVersion } = metadata
  return { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion } as Reference
}

function endOf({ status }: Job): 'Complete' | 'Failed' | undefined {
  const end = status?.conditions?.find(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True')
  return end?.type as 'Complete' | 'Failed' | undefined
}

/** Those that have not started go last. */
function byStart(a: Job, b: Job): number {
  const [startA, startB] = [timeMs(a.status?.startTime), timeMs(b.status?.startTime)]
  if (Number.isNaN(startA) !== Number.isNaN(startB)) return Number.isNaN(startA) ? 1 : -1
  if (startA !== startB && !Number.isNaN(startA)) return startA - startB
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1
}
