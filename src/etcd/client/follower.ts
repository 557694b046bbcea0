/**
 * Keeps a mirror up to date: loads what etcd holds, then follows etcd's events from the revision after that, through restarts of members,
 * lost connections and changes of leader. Nothing is missed and nothing comes twice: each stream begins behind the mirror's revision.
 *
 *     load at 4711 ── watch from 4712 ── connection lost at 5000 ── watch from 5001 ── "compacted" ── load again, everybody's watches end
 *
 * It watches all keys of etcd, not only the cluster's. So each revision there is brings an event, and the mirror's revision is etcd's
 * without asking how far the watch has come: progress that members before 3.4.25 and 3.5.8 tell may be ahead of events still on their way.
 */
import type { Clock } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import { type Revision, StoreError } from '../../store/store.ts'
import type { Of } from '../../wire/protobuf-message.ts'
import type { eventMessage, WatchResponse } from '../messages.ts'
import type { EtcdConnection } from './connection.ts'
import { rangeMethod, watchMethod } from './methods.ts'
import { Mirror, type MirrorChange, type MirrorOptions } from './mirror.ts'
import { type KeyPlace, storeErrorFrom } from './requests.ts'

const pageKeys = 1000
const everyKey = '\0'
const retryMsMin = 50
const retryMsMax = 1000

export class Follower {
  readonly #connection: EtcdConnection
  readonly #place: KeyPlace
  readonly #options: MirrorOptions
  readonly #clock: Clock
  readonly #log: Log
  readonly #stopping = new AbortController()
  #mirror: Mirror
  #isReset = false
  #retryMs = retryMsMin
  #endStream: (() => void) | undefined
  readonly #running: Promise<void>

  /** Resolves once everything is loaded. */
  static async start(connection: EtcdConnection, place: KeyPlace, options: MirrorOptions): Promise<Follower> {
    return new Follower(connection, place, options, await load(connection, place, options))
  }

  private constructor(connection: EtcdConnection, place: KeyPlace, options: MirrorOptions, mirror: Mirror) {
    this.#connection = connection
    this.#place = place
    this.#options = options
    this.#clock = options.clock
    this.#log = options.log
    this.#mirror = mirror
    this.#running = this.#follow()
  }

  /** The newest one: it is replaced when etcd no longer has what came after the old one. */
  get mirror(): Mirror {
    return this.#mirror
  }

  /** etcd has answered with a past of its own: it was restored from a backup, or is another one. */
  reset(): void {
    this.#isReset = true
    this.#endStream?.()
  }

  async close(): Promise<void> {
    this.#stopping.abort(new StoreError('closed', 'The store is closed'))
    this.#endStream?.()
    await this.#running
    this.#mirror.close()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        if (this.#isReset) await this.#reload()
        const end = await this.#watchOnce()
        if (signal.aborted) return
        if (end === 'compacted') this.#isReset = true
        if (this.#isReset) continue
        this.#log.info('The watch of etcd ended; it goes on from where it was', { error: end, revision: this.#mirror.revision })
      } catch (error) {
        if (signal.aborted) return
        this.#log.warn('Cannot read what etcd holds; trying again', { error })
      }
      await this.#clock.sleep(this.#retryMs, signal).catch(() => undefined)
      this.#retryMs = Math.min(this.#retryMs * 2, retryMsMax)
    }
  }

  async #reload(): Promise<void> {
    const fresh = await load(this.#connection, this.#place, this.#options)
    const old = this.#mirror
    this.#mirror = fresh
    this.#isReset = false
    this.#log.warn('etcd no longer has what came after our last revision; watches start again', { had: old.revision, has: fresh.revision })
    old.close(
      new StoreError('compacted', `Revision ${old.revision} has been compacted; the oldest that can be watched from is ${fresh.revision}`),
    )
  }

  /** Follows one stream until it ends; why it did. */
  #watchOnce(): Promise<unknown> {
    const mirror = this.#mirror
    const { stream, left } = this.#connection.open(watchMethod)
    return new Promise((resolve) => {
      let isOver = false
      const end = (why: unknown): void => {
        if (isOver) return
        isOver = true
        this.#endStream = undefined
        left()
        stream.cancel()
        resolve(why)
      }
      this.#endStream = () => end('stopped')
      stream.on('error', (error) => end(storeErrorFrom(error)))
      stream.on('end', () => end('ended'))
      stream.on('data', (answer: WatchResponse) => {
        if (isOver) return
        try {
          this.#retryMs = retryMsMin
          if (answer.canceled) end(Number(answer.compactRevision) > 0 ? 'compacted' : answer.cancelReason)
          else this.#take(mirror, answer.events)
        } catch (error) {
          this.#log.error('An event of etcd could not be taken', { error })
          this.#isReset = true
          end(error)
        }
      })
      stream.write({ createRequest: { key: everyKey, rangeEnd: everyKey, startRevision: mirror.revision + 1 } })
    })
  }

  #take(mirror: Mirror, events: WatchResponse['events']): void {
    for (let from = 0; from < events.length; ) {
      const revision = revisionOf(events[from] as Event)
      const changes: MirrorChange[] = []
      let next = from
      for (; next < events.length && revisionOf(events[next] as Event) === revision; next++) {
        const change = changeOf(this.#place, events[next] as Event)
        if (change !== undefined) changes.push(change)
      }
      mirror.apply(revision, changes)
      from = next
    }
  }
}

type Event = Of<typeof eventMessage>

function revisionOf({ kv }: Event): Revision {
  return Number(kv?.modRevision ?? 0)
}

function changeOf(place: KeyPlace, { type, kv }: Event): MirrorChange | undefined {
  const key = kv === undefined ? undefined : place.local(kv.key)
  if (kv === undefined || key === undefined) return undefined
  return type === 0 ? { key, value: place.value(key, kv.value), lease: kv.lease } : { key }
}

/** Everything of the cluster as of one revision, page by page. */
async function load(connection: EtcdConnection, place: KeyPlace, options: MirrorOptions): Promise<Mirror> {
  const mirror = new Mirror(options)
  const { start, end } = place.range
  let revision = 0
  for (let key = start; ; ) {
    const request = { key, rangeEnd: end as string, limit: pageKeys, revision }
    const { kvs, more, header } = await connection.call(rangeMethod, request, { isRead: true })
    if (revision === 0) revision = Number(header?.revision ?? 0)
    for (const kv of kvs) {
      const one = place.keyValue(kv)
      mirror.mvcc.restore(one.key, one.value, one.createRevision, one.modRevision, one.version, one.lease)
    }
    if (!more) break
    key = `${kvs.at(-1)?.key}\0`
    await options.clock.yieldTurn()
  }
  mirror.mvcc.restored(revision)
  return mirror
}
