/**
 * Runs the Pods of Jobs until enough of them have succeeded or too many have failed. The decisions are job/*.ts, all pure; here they are carried out:
 * Pods made and deleted, counted and let go, the status written.
 *
 * What a newcomer would get wrong: a Job is over in two writes. First it says what it will end with (SuccessCriteriaMet, FailureTarget), then, when
 * the last Pod is gone and counted, that it has ended (Complete, Failed).
 */
import { Job } from '../api/batch/job.ts'
import { Pod } from '../api/core/pod.ts'
import { isPodReady, isTerminating } from '../api/core/pod-facts.ts'
import { controllerOf, keyOf } from '../apimachinery/object.ts'
import { selectorFromLabelSelector } from '../apimachinery/selectors/labels.ts'
import { Expectations } from '../client/expectations.ts'
import type { ReconcileLoop } from '../client/reconcile-loop.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { isLeaving, isTracked, trackingFinalizer } from './job/job-pod.ts'
import { deadlineMs, isFinished, isSuspended, type JobCondition, type JobStatus, type JobView, jobCondition, viewJob } from './job/judge.ts'
import { type FailureRecord, nextRecord, noFailures, planPods } from './job/plan.ts'
import { settleUncounted, trackPods } from './job/track.ts'
import { unlessGone } from './shared/failures.ts'
import { OwnedPods } from './shared/owned-pods.ts'
import { createPods, type PodActor, removePods, uidsOf } from './shared/pod-actions.ts'
import { timeText } from './shared/time-text.ts'

const workers = 5
const ourName = 'kubernetes.io/job-controller'

export const jobController: Controller = {
  name: 'job-controller',
  account: 'job-controller',
  component: 'job-controller',
  start: (context) => new JobManager(context).start(),
}

/** What a pass did about Pods. */
interface Outcome {
  readonly active: number
  readonly ready: number
  readonly terminating: number
  readonly finish: JobCondition | undefined
  readonly isManaged: boolean
  readonly waitMs?: number
  readonly failure?: unknown
}

class JobManager {
  readonly #context: ControllerContext
  readonly #owned: OwnedPods<Job>
  readonly #expectations: Expectations
  readonly #loop: ReconcileLoop
  readonly #orphans: ReconcileLoop
  readonly #failures = new Map<string, FailureRecord>()
  /** Uids of Pods whose finalizers were taken away, by Job, until the informer shows it. */
  readonly #released = new Map<string, Set<string>>()
  /** The newest version that was written, until the informer has it. A Job that forgets what it counted makes too many Pods. */
  readonly #written = new Map<string, Job>()

  constructor(context: ControllerContext) {
    this.#context = context
    this.#expectations = new Expectations(context.clock)
    this.#loop = startLoop(context, { name: 'job', workers, reconcile: (key, signal) => this.#reconcile(key, signal) })
    this.#orphans = startLoop(context, { name: 'job orphans', workers: 1, reconcile: (key, signal) => this.#freeOrphan(key, signal) })
    this.#owned = new OwnedPods({
      context,
      kind: Job,
      selectorOf: ({ spec }) => selectorFromLabelSelector(spec.selector),
      expectations: this.#expectations,
      finalizer: trackingFinalizer,
      wake: (key) => this.#loop.add(key),
    })
  }

  start(): void {
    this.#owned.subscribe()
    const free = (job: Job): void => {
      for (const pod of this.#owned.pods.ownedBy(job.metadata.uid ?? '')) if (isTracked(pod)) this.#orphans.add(keyOf(pod))
    }
    this.#owned.owners.subscribe({
      onAdd: (job) => isFinished(job) && free(job),
      onUpdate: (job) => isFinished(job) && free(job),
      onDelete: free,
    })
    const look = (pod: Pod): void => {
      if (isTracked(pod) && this.#isOrphan(pod)) this.#orphans.add(keyOf(pod))
    }
    this.#owned.pods.subscribe({ onAdd: look, onUpdate: look, onDelete: () => {} })
  }

  /** Nobody will count it any more. */
  #isOrphan(pod: Pod): boolean {
    const owner = controllerOf(pod)
    if (owner === undefined) return true
    if (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1') return false
    const job = this.#owned.owners.get(`${pod.metadata.namespace}/${owner.name}`)
    if (job === undefined || job.metadata.uid !== owner.uid) return true
    return isFinished(job) && !isManagedElsewhere(job)
  }

  async #freeOrphan(key: string, signal: AbortSignal): Promise<void> {
    const pod = this.#owned.pods.get(key)
    if (pod !== undefined && isTracked(pod) && this.#isOrphan(pod)) await this.#letGo(pod, signal)
  }

  #letGo(pod: Pod, signal: AbortSignal): Promise<void> {
    const { name = '', namespace = '', uid } = pod.metadata
    const patch = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] } }
    return unlessGone(this.#context.client.of(Pod).in(namespace).patch(name, patch, { type: 'strategic', signal }))
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const job = this.#newest(key)
    if (job === undefined || isFinished(job) || isManagedElsewhere(job)) {
      this.#failures.delete(key)
      this.#released.delete(key)
      if (job === undefined) this.#written.delete(key)
      return undefined
    }
    const { clock, events } = this.#context
    if (job.spec.completionMode !== 'Indexed' && job.spec.completionMode !== 'NonIndexed') {
      events.record(Job, job, 'Warning', 'UnknownCompletionMode', 'Skipped Job sync because completion mode is unknown')
      return undefined
    }
    const areMet = this.#expectations.areMet(key)
    const pods = await this.#owned.claimed(job, signal)
    const nowMs = clock.now()
    const status: JobStatus = {
      ...job.status,
      ...(job.status?.startTime || isSuspended(job) ? {} : { startTime: timeText(nowMs) }),
      uncountedTerminatedPods: job.status?.uncountedTerminatedPods ?? {},
    }
    const started = { ...job, status }
    const view = viewJob({ job: started, pods, released: this.#stillReleased(key, pods), nowMs })
    const record = nextRecord(this.#failures.get(key) ?? noFailures, view)
    const outcome = await this.#act(key, view, record, areMet, signal)
    await this.#track(key, view, outcome, record, signal)
    if (outcome.failure !== undefined) throw outcome.failure
    const waits = [outcome.waitMs, outcome.finish === undefined ? toDeadline(started, nowMs) : undefined].filter((ms) => ms !== undefined)
    return waits.length === 0 ? undefined : Math.min(...waits)
  }

  #newest(key: string): Job | undefined {
    const job = this.#owned.owners.get(key)
    const written = this.#written.get(key)
    if (job === undefined || written === undefined) return job
    const isNewer = Number(written.metadata.resourceVersion) > Number(job.metadata.resourceVersion)
    if (isNewer && written.metadata.uid === job.metadata.uid) return written
    this.#written.delete(key)
    return job
  }

  #stillReleased(key: string, pods: readonly Pod[]): ReadonlySet<string> {
    const before = this.#released.get(key)
    if (before === undefined) return new Set()
    const still = new Set(pods.filter(isTracked).flatMap(({ metadata }) => (before.has(metadata.uid ?? '') ? [metadata.uid ?? ''] : [])))
    if (still.size === 0) this.#released.delete(key)
    else this.#released.set(key, still)
    return still
  }

  async #act(key: string, view: JobView, record: FailureRecord, areMet: boolean, signal: AbortSignal): Promise<Outcome> {
    const { job, active, pods, nowMs } = view
    const actor: PodActor<Job> = { context: this.#context, kind: Job, owner: job, key, expectations: this.#expectations, signal }
    const counts = { active: active.length, ready: active.filter(isPodReady).length, terminating: pods.filter(isLeaving).length }
    if (view.finish !== undefined) {
      const { done, failure } = await removePods(actor, active)
      const finish = done === active.length && areMet ? view.finish : undefined
      return { ...without(counts, active, done), finish, isManaged: false, failure }
    }
    let outcome: Outcome = { ...counts, finish: undefined, isManaged: false }
    if (areMet && !isTerminating(job)) outcome = await this.#manage(actor, view, record, counts)
    const { completions } = job.spec
    const isEnough = typeof completions === 'number' ? view.succeeded >= completions : view.succeeded > 0
    if (!isEnough || outcome.active > 0) return outcome
    const message = 'Reached expected number of succeeded pods'
    return { ...outcome, finish: jobCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', message, nowMs) }
  }

  async #manage(
    actor: PodActor<Job>,
    view: JobView,
    record: FailureRecord,
    counts: Pick<Outcome, 'active' | 'ready' | 'terminating'>,
  ): Promise<Outcome> {
    const { create, remove, waitMs } = planPods(view, record)
    const outcome = { ...counts, finish: undefined, isManaged: true, ...(waitMs === undefined ? {} : { waitMs }) }
    if (create.length + remove.length === 0) return outcome
    this.#expectations.expect(actor.key, create.length, uidsOf(remove))
    if (remove.length > 0) {
      const letGo = (pod: Pod): Promise<unknown> => (isTracked(pod) ? this.#letGo(pod, actor.signal) : Promise.resolve())
      const { done, failure } = await removePods(actor, remove, letGo)
      return { ...outcome, ...without(counts, remove, done), failure }
    }
    const { done, failure } = await createPods(actor, create)
    return { ...outcome, active: counts.active + done, failure }
  }

  async #track(key: string, view: JobView, outcome: Outcome, record: FailureRecord, signal: AbortSignal): Promise<void> {
    const { job, nowMs } = view
    const before = job.status as JobStatus
    const { active, ready, terminating, isManaged } = outcome
    const tracking = trackPods(view, before, outcome.finish)
    const suspension = isManaged && outcome.finish === undefined ? suspendOrResume(job, nowMs) : undefined
    const counts = { active, ready, terminating }
    let status: JobStatus = { ...tracking.status, ...counts, ...suspension?.status }
    let isChanged = tracking.isChanged || suspension !== undefined
    isChanged ||= active !== (before.active ?? 0) || ready !== before.ready || terminating !== before.terminating
    const ending = outcome.finish === undefined ? undefined : announce(status, outcome.finish, nowMs)
    if (ending !== undefined) {
      isChanged ||= ending.status !== status
      status = ending.status
    }
    if (suspension !== undefined) this.#context.events.record(Job, job, 'Normal', suspension.reason, suspension.message)
    let current = job
    if (isChanged) {
      current = await this.#write(key, { ...current, status }, signal)
      this.#failures.set(key, record)
    }
    const isReleased = await this.#release(key, tracking.release, signal)
    const tracked = view.pods.filter((pod) => isTracked(pod) && !view.released.has(pod.metadata.uid ?? ''))
    const remaining = tracked.filter((pod) => !isReleased.has(pod.metadata.uid ?? ''))
    const settled = settleUncounted(current.status ?? status, new Set(uidsOf(remaining)))
    const left = settled.status.uncountedTerminatedPods
    const isOver =
      ending !== undefined &&
      !tracking.isFull &&
      isReleased.size === tracking.release.length &&
      (left?.succeeded ?? []).length + (left?.failed ?? []).length === 0 &&
      terminating === 0
    if (isOver) {
      const end = ending.end
      const ended = { ...settled.status, conditions: [...(settled.status.conditions ?? []), end] }
      const completion = end.type === 'Complete' ? { completionTime: end.lastTransitionTime } : {}
      this.#tellEnd(await this.#write(key, { ...current, status: { ...ended, ...completion } as JobStatus }, signal), end)
    } else if (settled.isChanged) await this.#write(key, { ...current, status: settled.status }, signal)
    if (isReleased.size < tracking.release.length) throw new Error('Some finalizers could not be removed')
  }

  /** Answers the uids of those that are free. */
  async #release(key: string, pods: readonly Pod[], signal: AbortSignal): Promise<ReadonlySet<string>> {
    const free = new Set<string>()
    await Promise.all(
      pods.map(async (pod) => {
        await this.#letGo(pod, signal).then(
          () => free.add(pod.metadata.uid ?? ''),
          () => {},
        )
      }),
    )
    if (free.size > 0) this.#released.set(key, new Set([...(this.#released.get(key) ?? []), ...free]))
    return free
  }

  async #write(key: string, job: Job, signal: AbortSignal): Promise<Job> {
    const written = await this.#context.client
      .of(Job)
      .in(job.metadata.namespace ?? '')
      .updateStatus(job, { signal })
    this.#written.set(key, written)
    return written
  }

  #tellEnd(job: Job, { type, reason = '', message = '' }: JobCondition): void {
    const { events } = this.#context
    if (type !== 'Complete') {
      events.record(Job, job, 'Warning', reason, message)
      return
    }
    if (typeof job.spec.completions === 'number' && (job.status?.succeeded ?? 0) > job.spec.completions) {
      const words = 'Too many succeeded pods running after completion count reached'
      events.record(Job, job, 'Warning', 'TooManySucceededPods', words)
    }
    events.record(Job, job, 'Normal', 'Completed', 'Job completed')
  }
}

function isManagedElsewhere({ spec }: Job): boolean {
  return typeof spec.managedBy === 'string' && spec.managedBy !== ourName
}

function without(
  { active, ready, terminating }: Pick<Outcome, 'active' | 'ready' | 'terminating'>,
  removed: readonly Pod[],
  done: number,
): Pick<Outcome, 'active' | 'ready' | 'terminating'> {
  return { active: active - done, ready: ready - removed.filter(isPodReady).length, terminating: terminating + done }
}

function toDeadline(job: Job, nowMs: number): number | undefined {
  const deadline = deadlineMs(job)
  return deadline === undefined ? undefined : Math.max(0, deadline - nowMs)
}

/** What the Job says first, and what it will say when all is counted. */
function announce(status: JobStatus, finish: JobCondition, nowMs: number): { readonly status: JobStatus; readonly end: JobCondition } {
  const type = finish.type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed'
  const end = jobCondition(type, 'True', finish.reason ?? '', finish.message ?? '', nowMs)
  const isKnown = finish.type === 'Failed' || status.conditions?.some((one) => one.type === finish.type && one.status === 'True') === true
  return { status: isKnown ? status : { ...status, conditions: [...(status.conditions ?? []), finish] }, end }
}

interface Suspension {
  readonly status: Partial<JobStatus>
  readonly reason: string
  readonly message: string
}

function suspendOrResume(job: Job, nowMs: number): Suspension | undefined {
  const conditions = job.status?.conditions ?? []
  const before = conditions.find(({ type }) => type === 'Suspended')
  const isNow = isSuspended(job)
  if (before === undefined ? !isNow : (before.status === 'True') === isNow) return undefined
  const [reason, message] = isNow ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed']
  const condition = jobCondition('Suspended', isNow ? 'True' : 'False', `Job${reason}`, message, nowMs)
  const others = conditions.map((one) => (one === before ? condition : one))
  const status = { conditions: before === undefined ? [...conditions, condition] : others }
  return { status: isNow ? status : { ...status, startTime: timeText(nowMs) }, reason, message }
}
