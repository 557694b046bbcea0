/**
 * kube-scheduler: takes Pods without a node out of the queue, decides (cycle.ts), and binds (bind.ts), for ever. Here the parts are put
 * together: the loop, and what becomes of a decision. What the informers tell is in watch-cluster.ts.
 *
 *     const scheduler = await startScheduler({ client, informers, clock, random, log, scope, events })
 *
 * Many decisions are made in one turn, but never for longer than a couple of milliseconds: watches and requests of the same process get
 * their turn in between. A decision and what follows from it (assume, or back into the queue) is one step without an await, so
 * whatever a decision saw still holds when it is acted on.
 */
import { Pod } from '../api/core/pod.ts'
import { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/events.ts'
import type { Informers } from '../client/informers.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import type { TaskScope } from '../std/task-scope.ts'
import { Binder } from './bind.ts'
import { SchedulerCache } from './cache.ts'
import { type Decision, decide } from './cycle.ts'
import { cutNote, describeDiagnosis, noNodesMessage } from './fit-error.ts'
import type { EventResource, Reservation } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import { Nominations } from './nominations.ts'
import { preemptionName } from './plugins/default-preemption.ts'
import type { PodInfo } from './pod-info.ts'
import { isAssigned, onNode } from './pod-place.ts'
import { statusPatch } from './pod-status-patch.ts'
import { planPreemption } from './preempt.ts'
import { PreemptionExecutor } from './preemption-executor.ts'
import { defaultProfile, gateOf, interestsOf, type Profile, type ProfileParts } from './profile.ts'
import { type QueuedPod, type QueueRules, SchedulingQueue } from './queue.ts'
import { podDeleted } from './queue-events.ts'
import { type AttemptResult, SchedulerMetrics } from './scheduler-metrics.ts'
import { Slots } from './slots.ts'
import { VolumeWriter } from './volume-writer.ts'
import { watchCluster } from './watch-cluster.ts'

export interface SchedulerOptions {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The scheduler ends with it. */
  readonly scope: TaskScope
  /** Of the form 'series', component "default-scheduler". */
  readonly events: EventRecorder
  /** The default one when absent. */
  readonly profiles?: (parts: ProfileParts) => readonly Profile[]
}

/** Decisions in one turn at most, and for how long. */
const decisionsMax = 64
const sliceMs = 2
const statusWritesMax = 64
const nobody: ReadonlySet<string> = new Set()

interface ProfileRules {
  readonly profile: Profile
  readonly rules: QueueRules
}

interface Failure {
  readonly reason: 'Unschedulable' | 'SchedulerError'
  readonly message: string
  readonly rejectedBy: ReadonlySet<string>
  /** Undefined: whatever was promised to the Pod stays. */
  readonly nominatedNode?: string | undefined
}

export class Scheduler {
  readonly cache = new SchedulerCache()
  readonly nominations = new Nominations()
  readonly queue: SchedulingQueue
  readonly metrics = new SchedulerMetrics()
  readonly #options: SchedulerOptions
  readonly #profiles: ReadonlyMap<string, ProfileRules>
  readonly #binder: Binder
  readonly #preemption: PreemptionExecutor
  readonly #statusWrites = new Slots(statusWritesMax)
  /** Status writes on their way, by uid: the next one, and the binding, must not overtake them. */
  readonly #writing = new Map<string, Promise<void>>()
  #startIndex = 0
  #wake: (() => void) | undefined

  constructor(options: SchedulerOptions) {
    this.#options = options
    const { client, clock, log, informers, events } = options
    this.#binder = new Binder(client)
    this.#preemption = new PreemptionExecutor({ client, clock, log, events })
    const parts: ProfileParts = {
      listers: informers,
      isPreempting: (uid) => this.#preemption.isPreempting(uid),
      volumes: new VolumeWriter({ client, clock, listers: informers }),
    }
    const profiles = options.profiles?.(parts) ?? [defaultProfile(parts)]
    this.#profiles = new Map(profiles.map((profile) => [profile.schedulerName, { profile, rules: rulesOf(profile) }]))
    const noRules: QueueRules = { preEnqueue: () => undefined, interests: [] }
    this.queue = new SchedulingQueue({
      clock,
      rulesOf: ({ pod }) => this.#profiles.get(pod.spec.schedulerName ?? '')?.rules ?? noRules,
      onReady: () => this.#wakeUp(),
      onHintError: (plugin, error) => log.error('A queueing hint failed', { plugin, error: String(error) }),
    })
  }

  /** Whether the Pod asks for one of this scheduler's profiles. */
  isMine({ spec }: Pod): boolean {
    return this.#profiles.has(spec.schedulerName ?? '')
  }

  /** Resources that some plugin waits for. */
  get interests(): ReadonlySet<EventResource> {
    return new Set([...this.#profiles.values()].flatMap(({ rules }) => rules.interests.map(({ interest }) => interest.resource)))
  }

  /** Why would this Pod go where? Decides with all scores and changes nothing. */
  explain(pod: PodInfo): Decision | undefined {
    const profile = this.#profiles.get(pod.pod.spec.schedulerName ?? '')?.profile
    if (profile === undefined) return undefined
    return decide({ ...this.#input(pod, profile), explains: true })
  }

  metricsText(): readonly string[] {
    const { nodeCount: nodes, podCount: pods } = this.cache
    return this.metrics.text({ pending: this.queue.counts(), known: { nodes, pods } })
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    signal.addEventListener('abort', () => this.#wakeUp(), { once: true })
    while (!signal.aborted) {
      const startMs = clock.monotonicMs()
      let decisions = 0
      let hasWork = true
      // At least one look each time: on a busy machine the slice may be over before it began, and who then waited to be woken would wait for ever.
      do {
        const queued = this.#binder.isFull ? undefined : this.queue.pop()
        hasWork = queued !== undefined
        if (queued === undefined) break
        this.#scheduleOne(queued, signal)
        decisions++
      } while (decisions < decisionsMax && clock.monotonicMs() - startMs < sliceMs)
      if (hasWork || decisions > 0) await clock.yieldTurn()
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    this.queue.close()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #input(pod: PodInfo, profile: Profile): Parameters<typeof decide>[0] {
    return {
      pod,
      profile,
      snapshot: this.cache.snapshot(),
      nominations: this.nominations,
      startIndex: this.#startIndex,
      random: this.#options.random,
    }
  }

  #scheduleOne(queued: QueuedPod, signal: AbortSignal): void {
    const { info } = queued
    const beganMs = this.#options.clock.monotonicMs()
    queued.triedAtMs = beganMs
    const profile = this.#profiles.get(info.pod.spec.schedulerName ?? '')?.profile
    if (profile === undefined || this.cache.isAssumed(info.uid)) return this.queue.leave(info.uid)
    if (info.isDeleting) {
      const message = `skip schedule deleting pod: ${info.key}`
      this.#options.events.record(Pod, info.pod, 'Warning', 'FailedScheduling', message, { action: 'Scheduling' })
      return this.queue.leave(info.uid)
    }
    try {
      const decision = decide(this.#input(info, profile))
      this.#startIndex = decision.nextIndex
      this.metrics.decided(this.#options.clock.monotonicMs() - beganMs)
      if (decision.outcome === 'fits') this.#place(queued, decision.node, profile, signal)
      else this.#reject(queued, decision, profile, signal)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#options.log.error('Cannot schedule a Pod', { pod: info.key, error: message })
      this.#fail(queued, { reason: 'SchedulerError', message, rejectedBy: nobody, nominatedNode: '' }, signal)
    }
  }

  // A node was found

  #place(queued: QueuedPod, node: NodeInfo, profile: Profile, signal: AbortSignal): void {
    const { info } = queued
    const reservations: Reservation[] = []
    this.cache.assume(info, node.name)
    try {
      for (const { plugin } of profile.plugins) {
        const reservation = plugin.reserve?.(info, node)
        if (reservation !== undefined) reservations.push(reservation)
      }
    } catch (error) {
      this.#takeBack(info, reservations)
      throw error
    }
    this.nominations.delete(info.uid)
    this.queue.leave(info.uid)
    this.#options.scope.run(`binding of ${info.key}`, (stop) => this.#bind(queued, node.name, reservations, stop, signal))
  }

  async #bind(
    queued: QueuedPod,
    node: string,
    reservations: readonly Reservation[],
    stop: AbortSignal,
    signal: AbortSignal,
  ): Promise<void> {
    const { info } = queued
    const { events, log } = this.#options
    try {
      await this.#writing.get(info.uid)
      await this.#binder.bind(info, node, reservations, stop)
      this.#count(queued, 'scheduled')
      this.metrics.scheduled(queued.attempts, this.#options.clock.now() - (queued.firstTriedMs ?? queued.sinceMs))
      events.record(Pod, info.pod, 'Normal', 'Scheduled', `Successfully assigned ${info.key} to ${node}`, { action: 'Binding' })
    } catch (error) {
      if (signal.aborted) return
      const message = error instanceof Error ? error.message : String(error)
      log.warn('Cannot bind a Pod', { pod: info.key, node, error: message })
      this.#takeBack(info, reservations)
      // Whoever found the node full because of this Pod may try again.
      this.queue.announce(podDeleted(onNode(info.pod, node)))
      this.#fail(queued, { reason: 'SchedulerError', message, rejectedBy: nobody, nominatedNode: '' }, signal)
    } finally {
      this.#wakeUp()
    }
  }

  #takeBack({ uid }: PodInfo, reservations: readonly Reservation[]): void {
    for (const reservation of reservations.toReversed()) reservation.unreserve()
    this.cache.forget(uid)
  }

  // No node was found

  #reject(queued: QueuedPod, decision: Exclude<Decision, { outcome: 'fits' }>, profile: Profile, signal: AbortSignal): void {
    if (decision.outcome === 'no-nodes') {
      this.#fail(queued, { reason: 'Unschedulable', message: noNodesMessage, rejectedBy: nobody, nominatedNode: '' }, signal)
      return
    }
    const { diagnosis } = decision
    const { nominatedNode, message } = profile.plugins.some(({ plugin }) => plugin.name === preemptionName)
      ? this.#preempt(queued.info, decision, signal)
      : { nominatedNode: '', message: '' }
    const failure: Failure = {
      reason: 'Unschedulable',
      message: describeDiagnosis(diagnosis, message),
      rejectedBy: diagnosis.plugins,
      nominatedNode,
    }
    this.#fail(queued, failure, signal)
  }

  #preempt(
    pod: PodInfo,
    { diagnosis, filters }: Extract<Decision, { outcome: 'unschedulable' }>,
    signal: AbortSignal,
  ): { readonly nominatedNode: string | undefined; readonly message: string } {
    const { informers, random, clock, log, scope } = this.#options
    this.metrics.preempting()
    const plan = planPreemption({
      pod,
      diagnosis,
      filters,
      snapshot: this.cache.snapshot(),
      nominations: this.nominations,
      budgets: informers.of(PodDisruptionBudget).list(),
      random,
      nowMs: clock.now(),
    })
    if (plan.outcome === 'nothing') return { nominatedNode: plan.keepsNomination ? undefined : '', message: plan.message }
    const displaced = [...(this.nominations.on(plan.node)?.values() ?? [])].filter(({ priority }) => priority < pod.priority)
    const preemption = { preemptor: pod, node: plan.node, victims: plan.victims, displaced }
    log.info('Preempting Pods', { pod: pod.key, node: plan.node, victims: plan.victims.map(({ key }) => key).join(' ') })
    if (this.#preemption.begin(preemption)) {
      this.metrics.preempted(plan.victims.length)
      scope.run(`preemption for ${pod.key}`, async (stop) => {
        try {
          await this.#preemption.carryOut(preemption, stop)
        } catch {
          if (!signal.aborted) this.queue.activate(pod.uid)
        }
      })
    }
    return { nominatedNode: plan.node, message: '' }
  }

  #count({ info, triedAtMs }: QueuedPod, result: AttemptResult): void {
    this.metrics.attempted(info.pod.spec.schedulerName ?? '', result, this.#options.clock.monotonicMs() - triedAtMs)
  }

  /** Back into the queue, with the reason where people look for it. */
  #fail(queued: QueuedPod, failure: Failure, signal: AbortSignal): void {
    const { informers, events } = this.#options
    const { uid, key } = queued.info
    const { reason, message, rejectedBy, nominatedNode } = failure
    this.#count(queued, reason === 'Unschedulable' ? 'unschedulable' : 'error')
    const known = informers.of(Pod).get(key)
    if (known === undefined || known.metadata.uid !== uid || isAssigned(known)) return this.queue.leave(uid)
    this.queue.putBack(queued, rejectedBy)
    const { info } = queued
    this.nominations.set(info, nominatedNode ?? info.pod.status?.nominatedNodeName ?? '')
    events.record(Pod, info.pod, 'Warning', 'FailedScheduling', cutNote(message), { action: 'Scheduling' })
    this.#writeStatus(info, { reason, message }, nominatedNode, signal)
  }

  #writeStatus(
    { pod, uid, namespace, name, key }: PodInfo,
    { reason, message }: Pick<Failure, 'reason' | 'message'>,
    nominatedNode: string | undefined,
    signal: AbortSignal,
  ): void {
    const { client, clock, log, scope } = this.#options
    const patch = statusPatch(pod, { type: 'PodScheduled', status: 'False', reason, message }, { nominatedNode, nowMs: clock.now() })
    if (patch === undefined) return
    const { promise: written, resolve } = Promise.withResolvers<void>()
    const before = this.#writing.get(uid)
    this.#writing.set(uid, written)
    scope.run(`status of ${key}`, async (stop) => {
      try {
        await before
        const pods = client.of(Pod).in(namespace)
        await this.#statusWrites.run(() => pods.patch(name, patch, { type: 'strategic', subresource: 'status', signal: stop }))
      } catch (error) {
        if (!signal.aborted) log.warn('Cannot write why a Pod has no node', { pod: key, error: String(error) })
      } finally {
        if (this.#writing.get(uid) === written) this.#writing.delete(uid)
        resolve()
      }
    })
  }
}

function rulesOf(profile: Profile): QueueRules {
  return { preEnqueue: (info) => gateOf(profile, info), interests: interestsOf(profile) }
}

/** Resolves when the scheduler knows the cluster and has begun. */
export async function startScheduler(options: SchedulerOptions): Promise<Scheduler> {
  const { informers, scope } = options
  const scheduler = new Scheduler(options)
  watchCluster(scheduler, { informers, signal: scope.signal })
  await informers.synced()
  scope.run('scheduler', (signal) => scheduler.run(signal))
  return scheduler
}
