/**
 * Pods waiting for a node, and who of them is next.
 *
 *     active         next: highest priority, then longest waiting
 *     backing off    failed a moment ago: 1 s, doubling to 10 s; taken early when nothing is active (unless it was an error)
 *     unschedulable  nobody can help until something happens; looked at again after 5 minutes all the same
 *     gated          unschedulable because a plugin said not to enter yet (scheduling gates, victims on their way out)
 *     in flight      handed out; whatever happens meanwhile is replayed when it comes back
 *
 * An event frees a Pod only when a plugin that rejected it says that this event may help it (queueing hints), so ten thousand
 * unschedulable Pods do not storm every new node. Backoff ends on whole seconds, as upstream: Pods that failed within
 * one second come back together, in order of priority.
 */
import type { Clock, Timer } from '../std/clock.ts'
import { Heap } from '../std/heap.ts'
import type { ClusterEvent, EventInterest } from './framework.ts'
import type { PodInfo } from './pod-info.ts'

export type QueuePlace = 'active' | 'backoff' | 'unschedulable' | 'in-flight' | 'gone'

export interface QueuedPod {
  info: PodInfo
  place: QueuePlace
  /** When it was put where it is. */
  sinceMs: number
  /** When it first came to be tried. */
  firstTriedMs: number | undefined
  /** When the current attempt began, by the monotonic clock: set by who tries. */
  triedAtMs: number
  /** Attempts so far, the one going on included. */
  attempts: number
  /** Rejections in all, and errors in a row: they set the backoff. */
  unschedulableCount: number
  errorCount: number
  backoffUntilMs: number
  /** Plugins that rejected it last time; empty after an error. */
  rejectedBy: ReadonlySet<string>
  /** The plugin that keeps it from entering. */
  gatedBy: string | undefined
}

/** What the queue must know of a profile. */
export interface QueueRules {
  /** The first plugin that says no. */
  preEnqueue(info: PodInfo): string | undefined
  readonly interests: readonly { readonly plugin: string; readonly interest: EventInterest }[]
}

export interface QueueOptions {
  readonly clock: Clock
  readonly rulesOf: (info: PodInfo) => QueueRules
  /** Called when there may be something to take. */
  readonly onReady: () => void
  readonly onHintError?: (plugin: string, error: unknown) => void
}

export const backoffFirstMs = 1000
export const backoffMaxMs = 10_000
const windowMs = 1000
const unschedulableMaxMs = 300_000
const flushEveryMs = 30_000

/** A place in a heap; stale when the Pod has moved on. */
interface Ticket {
  readonly queued: QueuedPod
  readonly priority: number
  readonly sinceMs: number
  readonly dueMs: number
  readonly order: number
}

export class SchedulingQueue {
  readonly #options: QueueOptions
  readonly #pods = new Map<string, QueuedPod>()
  readonly #tickets = new Map<QueuedPod, Ticket>()
  readonly #active = new Heap<Ticket>(byPriority)
  readonly #backoff = new Heap<Ticket>(byDue)
  readonly #errorBackoff = new Heap<Ticket>(byDue)
  readonly #unschedulable = new Set<QueuedPod>()
  /** The same, by plugins that rejected them: an event is only held against those who may have a use for it. */
  readonly #rejected = new Map<string, Set<QueuedPod>>()
  /** In flight, and how many events had been seen when it was handed out. */
  readonly #inFlight = new Map<string, number>()
  #events: ClusterEvent[] = []
  #eventsForgotten = 0
  #order = 0
  #backoffTimer: { readonly dueMs: number; readonly timer: Timer } | undefined
  #flushTimer: Timer | undefined

  constructor(options: QueueOptions) {
    this.#options = options
  }

  get(uid: string): QueuedPod | undefined {
    return this.#pods.get(uid)
  }
  get size(): number {
    return this.#pods.size
  }
  /** For people and metrics; looks at every Pod. */
  counts(): Readonly<Record<'active' | 'backoff' | 'unschedulable' | 'gated', number>> {
    const counts = { active: 0, backoff: 0, unschedulable: 0, gated: 0 }
    for (const { place, gatedBy } of this.#pods.values()) {
      if (place === 'active' || place === 'backoff') counts[place]++
      else if (place === 'unschedulable') counts[gatedBy === undefined ? 'unschedulable' : 'gated']++
    }
    return counts
  }
  /** Events kept for Pods in flight: must fall back to none. */
  get eventsKept(): number {
    return this.#events.length
  }

  add(info: PodInfo): void {
    if (this.#pods.has(info.uid)) return
    const queued: QueuedPod = {
      info,
      place: 'gone',
      sinceMs: this.#options.clock.now(),
      firstTriedMs: undefined,
      triedAtMs: 0,
      attempts: 0,
      unschedulableCount: 0,
      errorCount: 0,
      backoffUntilMs: 0,
      rejectedBy: new Set(),
      gatedBy: undefined,
    }
    this.#pods.set(info.uid, queued)
    this.#activate(queued)
  }

  /** A new revision of a waiting Pod, and what its change means. */
  update(info: PodInfo, events: readonly ClusterEvent[]): void {
    const queued = this.#pods.get(info.uid)
    if (queued === undefined) return this.add(info)
    const hadPriority = queued.info.priority
    queued.info = info
    if (queued.place === 'in-flight') {
      this.#events.push(...events)
      return
    }
    if (queued.place === 'unschedulable') {
      for (const event of events) if (this.#isWorthwhile(queued, event) && this.#requeue(queued)) return
    } else if (queued.place === 'active' && hadPriority !== info.priority) this.#activate(queued)
  }

  remove(uid: string): void {
    const queued = this.#pods.get(uid)
    if (queued === undefined) return
    this.#pods.delete(uid)
    this.#moveTo(queued, 'gone')
    this.done(uid)
  }

  /** The next Pod, if any; whoever takes it must call `done` or `putBack`. */
  pop(): QueuedPod | undefined {
    const queued = this.#take(this.#active) ?? this.#take(this.#backoff)
    if (queued === undefined) return undefined
    queued.attempts++
    queued.firstTriedMs ??= this.#options.clock.now()
    this.#moveTo(queued, 'in-flight')
    this.#inFlight.set(queued.info.uid, this.#eventsForgotten + this.#events.length)
    return queued
  }

  /** The Pod has a node, or needs none any more. */
  done(uid: string): void {
    if (!this.#inFlight.delete(uid)) return
    if (this.#inFlight.size === 0) {
      this.#eventsForgotten += this.#events.length
      this.#events = []
    } else this.#forgetEvents()
  }

  /** Takes the Pod out of the queue while its binding is written; `putBack` undoes it. */
  leave(uid: string): void {
    this.done(uid)
    const queued = this.#pods.get(uid)
    if (queued?.place === 'in-flight') this.#moveTo(queued, 'gone')
  }

  /** The attempt failed. `rejectedBy` empty: it was an error, try again after a while whatever happens. */
  putBack(queued: QueuedPod, rejectedBy: ReadonlySet<string>): void {
    const { uid } = queued.info
    const seen = this.#inFlight.get(uid)
    if (this.#pods.get(uid) !== queued) return this.done(uid)
    queued.rejectedBy = rejectedBy
    if (rejectedBy.size === 0) queued.errorCount++
    else {
      queued.unschedulableCount++
      queued.errorCount = 0
    }
    queued.sinceMs = this.#options.clock.now()
    queued.backoffUntilMs = this.#backoffEnd(queued)
    const missed = seen === undefined ? [] : this.#events.slice(seen - this.#eventsForgotten)
    this.done(uid)
    const isWorthwhile = rejectedBy.size === 0 || missed.some((event) => this.#isWorthwhile(queued, event))
    if (!isWorthwhile) this.#park(queued)
    else this.#requeue(queued)
  }

  /** Something happened: frees whom it may help. `isConcerned`: only these Pods. */
  announce(event: ClusterEvent, isConcerned?: (info: PodInfo) => boolean): void {
    if (this.#inFlight.size > 0) this.#events.push(event)
    for (const queued of this.#listenersTo(event)) {
      if (queued.place !== 'unschedulable' || isConcerned?.(queued.info) === false) continue
      if (queued.gatedBy !== undefined && event.resource !== '*' && !this.#gateListens(queued, event)) continue
      if (this.#isWorthwhile(queued, event)) this.#requeue(queued)
    }
  }

  /** Whatever anybody said: this Pod may try again. */
  activate(uid: string): void {
    const queued = this.#pods.get(uid)
    if (queued?.place === 'unschedulable' || queued?.place === 'backoff') this.#activate(queued)
    else if (queued?.place === 'in-flight') this.#events.push({ resource: '*', action: '*', new: queued.info.pod })
  }

  close(): void {
    this.#backoffTimer?.timer.cancel()
    this.#flushTimer?.cancel()
  }

  // Hints

  /** A copy: they move while they are told. */
  #listenersTo(event: ClusterEvent): readonly QueuedPod[] {
    if (event.resource === '*') return [...this.#unschedulable]
    const listeners: QueuedPod[] = []
    for (const [plugin, pods] of this.#rejected) {
      const first = pods.values().next()
      if (first.done) continue
      const { interests } = this.#options.rulesOf(first.value.info)
      if (interests.some((one) => one.plugin === plugin && concerns(one.interest, event))) for (const queued of pods) listeners.push(queued)
    }
    return listeners
  }

  #isWorthwhile(queued: QueuedPod, event: ClusterEvent): boolean {
    const { info, rejectedBy } = queued
    if (rejectedBy.size === 0) return true
    if (event.resource === '*') return event.new === undefined || event.new.metadata.uid === info.uid
    for (const { plugin, interest } of this.#options.rulesOf(info).interests) {
      if (!rejectedBy.has(plugin) || !concerns(interest, event)) continue
      if (interest.hint === undefined) return true
      try {
        if (interest.hint(info, event)) return true
      } catch (error) {
        this.#options.onHintError?.(plugin, error)
        return true
      }
    }
    return false
  }

  #gateListens({ info, gatedBy }: QueuedPod, event: ClusterEvent): boolean {
    return this.#options.rulesOf(info).interests.some(({ plugin, interest }) => plugin === gatedBy && concerns(interest, event))
  }

  // Places

  /** To the active queue, or to the backoff queue while it backs off. False: a plugin does not let it in. */
  #requeue(queued: QueuedPod): boolean {
    return this.#isBackingOff(queued) ? this.#backOff(queued) : this.#activate(queued)
  }

  #activate(queued: QueuedPod): boolean {
    if (queued.place !== 'backoff' && !this.#mayEnter(queued)) return false
    this.#moveTo(queued, 'active')
    this.#addTicket(this.#active, queued, 0)
    this.#options.onReady()
    return true
  }

  #backOff(queued: QueuedPod): boolean {
    if (!this.#mayEnter(queued)) return false
    this.#moveTo(queued, 'backoff')
    const isError = queued.rejectedBy.size === 0
    this.#addTicket(isError ? this.#errorBackoff : this.#backoff, queued, queued.backoffUntilMs)
    this.#armBackoff()
    if (!isError) this.#options.onReady()
    return true
  }

  #mayEnter(queued: QueuedPod): boolean {
    queued.gatedBy = this.#options.rulesOf(queued.info).preEnqueue(queued.info)
    if (queued.gatedBy === undefined) return true
    const rejectedBy = new Set([...queued.rejectedBy, queued.gatedBy])
    this.#moveTo(queued, 'gone')
    queued.rejectedBy = rejectedBy
    this.#park(queued)
    return false
  }

  #park(queued: QueuedPod): void {
    this.#moveTo(queued, 'unschedulable')
    this.#unschedulable.add(queued)
    for (const plugin of queued.rejectedBy) {
      const pods = this.#rejected.get(plugin)
      if (pods === undefined) this.#rejected.set(plugin, new Set([queued]))
      else pods.add(queued)
    }
    if (this.#flushTimer === undefined) this.#armFlush()
  }

  #moveTo(queued: QueuedPod, place: QueuePlace): void {
    if (queued.place === 'unschedulable') {
      this.#unschedulable.delete(queued)
      for (const plugin of queued.rejectedBy) this.#rejected.get(plugin)?.delete(queued)
    }
    this.#tickets.delete(queued)
    queued.place = place
  }

  #addTicket(heap: Heap<Ticket>, queued: QueuedPod, dueMs: number): void {
    const ticket = { queued, priority: queued.info.priority, sinceMs: queued.sinceMs, dueMs, order: this.#order++ }
    this.#tickets.set(queued, ticket)
    heap.push(ticket)
  }

  #take(heap: Heap<Ticket>): QueuedPod | undefined {
    const ticket = this.#first(heap)
    if (ticket !== undefined) heap.pop()
    return ticket?.queued
  }

  #first(heap: Heap<Ticket>): Ticket | undefined {
    for (let ticket = heap.peek(); ticket !== undefined; ticket = heap.peek()) {
      if (this.#tickets.get(ticket.queued) === ticket) return ticket
      heap.pop()
    }
    return undefined
  }

  // Time

  #backoffEnd({ unschedulableCount, errorCount, sinceMs }: QueuedPod): number {
    const count = errorCount > 0 ? errorCount : unschedulableCount
    if (count === 0) return 0
    return startOfWindow(sinceMs + Math.min(backoffFirstMs * 2 ** Math.min(count - 1, 20), backoffMaxMs))
  }

  #isBackingOff({ backoffUntilMs }: QueuedPod): boolean {
    return backoffUntilMs > 0 && backoffUntilMs >= startOfWindow(this.#options.clock.now())
  }

  #armBackoff(): void {
    const dues = [this.#first(this.#backoff), this.#first(this.#errorBackoff)].flatMap((ticket) => (ticket ? [ticket.dueMs] : []))
    if (dues.length === 0) return
    const dueMs = Math.min(...dues) + windowMs
    if (this.#backoffTimer !== undefined) {
      if (this.#backoffTimer.dueMs <= dueMs) return
      this.#backoffTimer.timer.cancel()
    }
    const timer = this.#options.clock.after(dueMs - this.#options.clock.now(), () => this.#endBackoffs())
    this.#backoffTimer = { dueMs, timer }
  }

  #endBackoffs(): void {
    this.#backoffTimer = undefined
    for (const heap of [this.#backoff, this.#errorBackoff]) {
      for (let ticket = this.#first(heap); ticket !== undefined && !this.#isBackingOff(ticket.queued); ticket = this.#first(heap)) {
        heap.pop()
        this.#activate(ticket.queued)
      }
    }
    this.#armBackoff()
  }

  #armFlush(): void {
    this.#flushTimer = this.#options.clock.after(flushEveryMs, () => {
      this.#flushTimer = undefined
      const nowMs = this.#options.clock.now()
      for (const queued of [...this.#unschedulable]) {
        if (nowMs - queued.sinceMs > unschedulableMaxMs) this.#requeue(queued)
      }
      if (this.#unschedulable.size > 0) this.#armFlush()
    })
  }

  /** Events older than every Pod in flight. */
  #forgetEvents(): void {
    const oldest = Math.min(...this.#inFlight.values())
    this.#events.splice(0, oldest - this.#eventsForgotten)
    this.#eventsForgotten = oldest
  }
}

function concerns(interest: EventInterest, event: ClusterEvent): boolean {
  if (interest.resource !== event.resource) return false
  const { action } = event
  return action !== '*' && (interest.actions.includes(action) || (action.startsWith('Update') && interest.actions.includes('Update')))
}

function startOfWindow(timeMs: number): number {
  return timeMs - (timeMs % windowMs)
}

function byPriority(a: Ticket, b: Ticket): number {
  return b.priority - a.priority || a.sinceMs - b.sinceMs || a.order - b.order
}

function byDue(a: Ticket, b: Ticket): number {
  return a.dueMs - b.dueMs || byPriority(a, b)
}
