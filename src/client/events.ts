/**
 * Events: what components tell people. Said and forgotten by whoever says it; written in the background, in order, and
 * a cluster that is too busy loses events rather than work.
 *
 * The same thing said again does not make a second object: its count grows and its last timestamp moves (a PATCH). Who talks too
 * much about one object is silenced: 25 at once, then one in five minutes (client-go's spam filter). A message that varies too
 * often (10 in ten minutes) is put together as "(combined from similar events): …".
 * Two forms of one stored kind: most components write the older one (source, firstTimestamp, count), the scheduler the
 * newer one (eventTime, reportingController, action, series).
 */
import { Event } from '../api/core/event.ts'
import type { KindDefinition } from '../apimachinery/kind.ts'
import { apiVersionOf, type KubeObject } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { TaskScope } from '../std/task-scope.ts'
import type { Client, ResourceClient } from './client.ts'
import { WorkQueue } from './work-queue.ts'

export type EventType = 'Normal' | 'Warning'

/** Which kind an object is of: objects out of a list carry no kind themselves. */
export type EventKind = Pick<KindDefinition, 'group' | 'kind' | 'storageVersion'> & {
  readonly versions: readonly { readonly name: string }[]
}

export interface EventDetails {
  /** "spec.containers{nginx}" */
  readonly fieldPath?: string
  /** Newer form only: what was tried ("Binding"). */
  readonly action?: string
  /** Besides the recorder's own: the node a kubelet is on. */
  readonly host?: string
}

export interface EventRecorder {
  record(kind: EventKind, object: KubeObject, type: EventType, reason: string, message: string, details?: EventDetails): void
}

export interface EventRecorderOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly scope: TaskScope
  /** "deployment-controller", "kubelet", "default-scheduler" */
  readonly component: string
  readonly host?: string
  /** 'series': the form of events.k8s.io. Default 'counted'. */
  readonly form?: 'counted' | 'series'
}

/** As many events wait to be written; later ones are dropped. */
const waitingMax = 1000
const spamBurst = 25
/** To find a free name. */
const attemptsMax = 8
const spamRefillMs = 300_000
const similarMax = 10
const similarSpanMs = 600_000
/** Forgotten after so many different events, oldest first. */
const rememberedMax = 4096
/** Newer form: after so long without a repetition a series is over. */
const seriesSpanMs = 360_000

interface Wanted {
  readonly key: string
  readonly event: Event
}
interface Written {
  readonly name: string
  readonly namespace: string
  count: number
  lastMs: number
}
interface Similar {
  readonly messages: Set<string>
  lastMs: number
}
interface Bucket {
  tokens: number
  filledMs: number
}

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const writer = new EventWriter(options)
  const { clock, component, host, form = 'counted' } = options
  const spam = new Remembered<Bucket>()
  const similar = new Remembered<Similar>()
  let serial = 0

  const isSpam = (uid: string): boolean => {
    const nowMs = clock.monotonicMs()
    const bucket = spam.getOrAdd(uid, () => ({ tokens: spamBurst, filledMs: nowMs }))
    bucket.tokens = Math.min(spamBurst, bucket.tokens + (nowMs - bucket.filledMs) / spamRefillMs)
    bucket.filledMs = nowMs
    if (bucket.tokens < 1) return true
    bucket.tokens -= 1
    return false
  }
  /** The message to write, and the key under which it counts. */
  const combined = (key: string, message: string): { key: string; message: string } => {
    const nowMs = clock.monotonicMs()
    const group = similar.getOrAdd(key, () => ({ messages: new Set<string>(), lastMs: nowMs }))
    if (nowMs - group.lastMs > similarSpanMs) group.messages.clear()
    group.lastMs = nowMs
    group.messages.add(message)
    if (group.messages.size < similarMax) return { key: `${key} ${message}`, message }
    group.messages.delete(group.messages.values().next().value as string)
    return { key, message: `(combined from similar events): ${message}` }
  }

  return {
    record(kind, object, type, reason, said, details = {}) {
      const { metadata } = object
      if (form === 'counted' && isSpam(`${details.host ?? ''} ${metadata.uid}`)) return
      const sameKey = [details.host, kind.kind, metadata.uid, details.fieldPath, type, reason, details.action].join(' ')
      const { key, message } = form === 'counted' ? combined(sameKey, said) : { key: `${sameKey} ${said}`, message: said }
      const nowMs = clock.now()
      const time = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
      const namespace = (metadata.namespace ?? '') === '' ? 'default' : (metadata.namespace as string)
      const instance = details.host ?? host
      const version = kind.storageVersion ?? kind.versions[0]?.name ?? ''
      const stamp = (BigInt(Math.trunc(nowMs)) * 1_000_000n + BigInt(serial++ % 1_000_000)).toString(16)
      const head = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${metadata.name}.${stamp}`, namespace },
        involvedObject: {
          kind: kind.kind,
          ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
          name: metadata.name ?? '',
          uid: metadata.uid ?? '',
          apiVersion: apiVersionOf(kind.group, version),
          ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
          ...(details.fieldPath === undefined ? {} : { fieldPath: details.fieldPath }),
        },
        reason,
        message: message.length > 1024 ? message.slice(0, 1024) : message,
        type,
        reportingComponent: component,
        reportingInstance: form === 'series' ? (instance === undefined ? component : `${component}-${instance}`) : (instance ?? ''),
      }
      const event: Event =
        form === 'series'
          ? {
              ...head,
              source: {},
              firstTimestamp: null,
              lastTimestamp: null,
              eventTime: `${time.slice(0, 19)}.000000Z`,
              action: details.action ?? reason,
            }
          : {
              ...head,
              source: { component, ...(instance === undefined ? {} : { host: instance }) },
              firstTimestamp: time,
              lastTimestamp: time,
              eventTime: null,
              count: 1,
            }
      writer.write({ key, event })
    },
  }
}

/** Writes one event after the other; one that was written before is counted up. */
class EventWriter {
  readonly #options: EventRecorderOptions
  readonly #written = new Remembered<Written>()
  readonly #queue: WorkQueue<Wanted>
  #isRunning = false

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#queue = new WorkQueue(options.clock)
    options.scope.signal.addEventListener('abort', () => this.#queue.close(), { once: true })
  }

  write(wanted: Wanted): void {
    if (this.#queue.length >= waitingMax) return
    this.#queue.add(wanted)
    if (this.#isRunning) return
    this.#isRunning = true
    this.#options.scope.run(`events of ${this.#options.component}`, async (signal) => {
      for (let next = await this.#queue.take(); next !== undefined; next = await this.#queue.take()) {
        await this.#send(next, signal)
        await this.#options.clock.yieldTurn()
        this.#queue.done(next)
      }
    })
  }

  async #send({ key, event }: Wanted, signal: AbortSignal): Promise<void> {
    const { client, log, clock } = this.#options
    const events = client.of(Event).in(event.metadata.namespace ?? '')
    const known = this.#written.get(key)
    try {
      if (known !== undefined && (await this.#count(known, event, signal))) return
      const created = await this.#create(events, event, signal)
      this.#written.set(key, {
        name: created.metadata.name ?? '',
        namespace: created.metadata.namespace ?? '',
        count: 1,
        lastMs: clock.monotonicMs(),
      })
    } catch (error) {
      // A namespace on its way out takes no events any more; nobody needs to hear of that.
      const isUsual = signal.aborted || reasonOf(error) === 'Forbidden' || reasonOf(error) === 'NotFound'
      log[isUsual ? 'debug' : 'warn']('Cannot write an event', {
        reason: event.reason,
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }

  /** Names are made of the time: two recorders may say something about one object in the same moment. */
  async #create(events: ResourceClient<Event>, event: Event, signal: AbortSignal): Promise<Event> {
    for (let attempt = 1, wanted = event; ; attempt++) {
      try {
        return await events.create(wanted, { signal })
      } catch (error) {
        if (reasonOf(error) !== 'AlreadyExists' || attempt === attemptsMax) throw error
        const name = wanted.metadata.name ?? ''
        const dot = name.lastIndexOf('.')
        const stamp = BigInt(`0x${name.slice(dot + 1)}`) + BigInt(1009 * attempt)
        wanted = { ...event, metadata: { ...event.metadata, name: `${name.slice(0, dot)}.${stamp.toString(16)}` } }
      }
    }
  }

  /** False when there is nothing left to count up. */
  async #count(known: Written, event: Event, signal: AbortSignal): Promise<boolean> {
    const { client, clock, form } = this.#options
    const nowMs = clock.monotonicMs()
    if (form === 'series' && nowMs - known.lastMs > seriesSpanMs) return false
    known.count++
    known.lastMs = nowMs
    const patch =
      form === 'series'
        ? { series: { count: known.count, lastObservedTime: event.eventTime } }
        : { count: known.count, lastTimestamp: event.lastTimestamp, message: event.message }
    try {
      await client.of(Event).in(known.namespace).patch(known.name, patch, { type: 'strategic', signal })
      return true
    } catch (error) {
      // It has been forgotten by the server (one hour): begin again.
      if (reasonOf(error) === 'NotFound') return false
      throw error
    }
  }
}

/** A map that forgets its oldest entries. */
class Remembered<T> {
  readonly #entries = new Map<string, T>()

  get(key: string): T | undefined {
    return this.#entries.get(key)
  }
  set(key: string, value: T): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > rememberedMax) this.#entries.delete(this.#entries.keys().next().value as string)
  }
  getOrAdd(key: string, make: () => T): T {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const made = make()
    this.set(key, made)
    return made
  }
}
