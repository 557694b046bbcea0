/**
 * Watches: everyone's cursors into the one history. A watch that has seen everything is *live* and is called when a
 * revision becomes durable; one that asked for the past, or paused, is *behind*: it holds nothing but the revision it
 * has seen, and reads on in the shared history, a slice a turn, until it has caught up. There is no queue per watch, so
 * a thousand paused ones cost nothing, and one that stays behind until its place is compacted ends with 'tooSlow'.
 *
 * An event is not tested against every watch. Live ones are found by exact key, by prefix (one lookup for each length
 * of prefix that somebody watches) or, rarely, in a list of odd ranges. A revision that made one version costs one
 * batch object, shared by all that get it.
 *
 * A newcomer would get wrong: listeners are called in the middle of a write's completion; they may start and end
 * watches there, so loops below go by position and ask `isOpen` and `seen` before each call.
 */
import type { Clock } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import { type KeyRange, prefixRange, type Revision, type StoreBatch, StoreError, type StoreEvent, type WatchListener } from '../store.ts'
import { contains } from './key-index.ts'
import type { Mvcc } from './mvcc.ts'
import { isTombstone, liveOlder, type Version } from './version.ts'

/** Events looked at for one watch before the next gets its turn. */
const sliceEvents = 2048

/** A running watch. `pause` stops the calls without losing anything as long as the history reaches back. */
export interface StoreWatch extends Disposable {
  pause(): void
  resume(): void
}

class Watch implements StoreWatch {
  readonly range: KeyRange
  readonly listener: WatchListener
  /** Everything up to this revision was delivered, or was not asked for. */
  seen: Revision
  isOpen = true
  isPaused = false
  isLive = false
  /** Whether it ever was live: only then is falling off the history its own slowness. */
  wasLive = false
  readonly #watches: Watches

  constructor(watches: Watches, range: KeyRange, seen: Revision, listener: WatchListener) {
    this.#watches = watches
    this.range = range
    this.seen = seen
    this.listener = listener
  }

  pause(): void {
    this.#watches.pause(this)
  }

  resume(): void {
    this.#watches.resume(this)
  }

  [Symbol.dispose](): void {
    this.#watches.end(this)
  }
}

export class Watches {
  readonly #mvcc: Mvcc
  readonly #clock: Clock
  readonly #log: Log
  readonly #live = new LiveWatches()
  readonly #behind = new Set<Watch>()
  readonly #paused = new Set<Watch>()
  #isCatchingUp = false
  #isClosed = false

  constructor(mvcc: Mvcc, clock: Clock, log: Log) {
    this.#mvcc = mvcc
    this.#clock = clock
    this.#log = log
  }

  get count(): number {
    return this.#live.count + this.#behind.size + this.#paused.size
  }

  start(range: KeyRange, after: Revision, listener: WatchListener): StoreWatch {
    const watch = new Watch(this, range, after, listener)
    if (!this.#isClosed && after >= this.#mvcc.durable) this.#goLive(watch)
    else this.#fallBehind(watch)
    return watch
  }

  pause(watch: Watch): void {
    if (!watch.isOpen || watch.isPaused) return
    watch.isPaused = true
    // A live watch has seen every durable revision, also those in which nothing was for it. In the middle of a
    // delivery it may still be waiting for its call, so only what came before counts.
    const delivered = this.#publishing === undefined ? this.#mvcc.durable : this.#publishing - 1
    if (watch.isLive) watch.seen = Math.max(watch.seen, delivered)
    this.#leave(watch)
    this.#paused.add(watch)
  }

  resume(watch: Watch): void {
    if (!watch.isOpen || !watch.isPaused) return
    watch.isPaused = false
    this.#paused.delete(watch)
    this.#fallBehind(watch)
  }

  end(watch: Watch): void {
    watch.isOpen = false
    this.#leave(watch)
    this.#paused.delete(watch)
  }

  /** The revision being delivered right now, while `publish` runs. */
  #publishing: Revision | undefined

  /** Delivers what became durable after `from`. */
  publish(from: Revision): void {
    const { history } = this.#mvcc
    const end = history.positionAfter(this.#mvcc.durable)
    let position = history.positionAfter(from)
    while (position < end) {
      const version = history.at(position)
      const revision = version.modRevision
      this.#publishing = revision
      let next = position + 1
      while (next < end && history.at(next).modRevision === revision) next++
      if (next === position + 1) this.#publishOne(version)
      else this.#publishMany(revision, position, next)
      position = next
    }
    this.#publishing = undefined
  }

  #publishOne(version: Version): void {
    let batch: StoreBatch | undefined
    this.#live.forEachOf(version.key, (watch) => {
      if (watch.seen >= version.modRevision) return
      batch ??= { revision: version.modRevision, events: [eventOf(version)] }
      this.#deliver(watch, batch)
    })
  }

  #publishMany(revision: Revision, from: number, until: number): void {
    const events = new Map<Watch, StoreEvent[]>()
    for (let position = from; position < until; position++) {
      const version = this.#mvcc.history.at(position)
      let event: StoreEvent | undefined
      this.#live.forEachOf(version.key, (watch) => {
        if (watch.seen >= revision) return
        event ??= eventOf(version)
        const mine = events.get(watch)
        if (mine === undefined) events.set(watch, [event])
        else mine.push(event)
      })
    }
    for (const [watch, mine] of events) if (watch.isLive) this.#deliver(watch, { revision, events: mine })
  }

  #deliver(watch: Watch, batch: StoreBatch): void {
    watch.seen = batch.revision
    try {
      watch.listener.onBatch(batch)
    } catch (error) {
      this.#log.error('A watch listener threw; the watch is ended', { error, revision: batch.revision })
      this.#stop(watch, new StoreError('unavailable', 'The watch failed on our side; start it again', { cause: error }))
    }
  }

  #goLive(watch: Watch): void {
    watch.isLive = true
    watch.wasLive = true
    this.#live.add(watch)
  }

  #fallBehind(watch: Watch): void {
    this.#behind.add(watch)
    if (!this.#isCatchingUp) void this.#catchUp()
  }

  #leave(watch: Watch): void {
    if (watch.isLive) this.#live.remove(watch)
    watch.isLive = false
    this.#behind.delete(watch)
  }

  #stop(watch: Watch, error: StoreError): void {
    if (!watch.isOpen) return
    this.end(watch)
    try {
      watch.listener.onEnd(error)
    } catch (cause) {
      this.#log.error('A watch listener threw when its watch ended', { error: cause })
    }
  }

  /** Gives everyone who is behind a slice in turn, until nobody is. */
  async #catchUp(): Promise<void> {
    this.#isCatchingUp = true
    while (this.#behind.size > 0) {
      await this.#clock.yieldTurn()
      for (const watch of [...this.#behind]) if (this.#behind.has(watch)) this.#advance(watch)
    }
    this.#isCatchingUp = false
  }

  #advance(watch: Watch): void {
    const { history, durable } = this.#mvcc
    if (this.#isClosed) return this.#stop(watch, closedError())
    if (watch.seen < history.completeAfter) return this.#stop(watch, this.#fellOff(watch))
    const end = history.positionAfter(durable)
    let position = history.positionAfter(watch.seen)
    const sliceEnd = Math.min(end, position + sliceEvents)
    while (position < sliceEnd) {
      const revision = history.at(position).modRevision
      const events: StoreEvent[] = []
      for (; position < end && history.at(position).modRevision === revision; position++) {
        const version = history.at(position)
        if (contains(watch.range, version.key)) events.push(eventOf(version))
      }
      watch.seen = revision
      if (events.length > 0) this.#deliver(watch, { revision, events })
      if (!this.#behind.has(watch)) return
    }
    if (position < end || this.#mvcc.durable !== durable) return
    this.#behind.delete(watch)
    watch.seen = Math.max(watch.seen, durable)
    this.#goLive(watch)
    watch.listener.onCaughtUp?.(watch.seen)
  }

  #fellOff(watch: Watch): StoreError {
    const oldest = this.#mvcc.compacted
    if (watch.wasLive)
      return new StoreError('tooSlow', `The watch was at revision ${watch.seen}, which has been compacted; the oldest is ${oldest}`)
    return new StoreError('compacted', `Revision ${watch.seen} has been compacted; the oldest that can be watched from is ${oldest}`)
  }

  /** Ends paused watches whose place is gone, so that they need not resume to learn it. */
  swept(): void {
    const { completeAfter } = this.#mvcc.history
    for (const watch of [...this.#paused]) if (watch.seen < completeAfter) this.#stop(watch, this.#fellOff(watch))
  }

  close(error: StoreError = closedError()): void {
    this.#isClosed = true
    for (const watch of [...this.#live.all(), ...this.#behind, ...this.#paused]) this.#stop(watch, error)
  }
}

function closedError(): StoreError {
  return new StoreError('closed', 'The store is closed')
}

function eventOf(version: Version): StoreEvent {
  let previous = liveOlder(version)
  // A transaction may put a key and delete it: what was there before is what the revision before shows.
  while (previous !== undefined && previous.modRevision === version.modRevision) previous = liveOlder(previous)
  const type = isTombstone(version) ? 'delete' : 'put'
  return previous === undefined ? { type, kv: version } : { type, kv: version, previous }
}

/** The live watches, found by the key of an event. */
class LiveWatches {
  readonly #byKey = new Map<string, Set<Watch>>()
  readonly #byPrefix = new Map<string, Set<Watch>>()
  /** How many watched prefixes have this length. */
  readonly #prefixLengths = new Map<number, number>()
  readonly #odd = new Set<Watch>()
  count = 0

  add(watch: Watch): void {
    this.count++
    const place = placeOf(watch.range)
    if (place.kind === 'odd') this.#odd.add(watch)
    else if (place.kind === 'key') addTo(this.#byKey, place.text, watch)
    else if (addTo(this.#byPrefix, place.text, watch)) {
      this.#prefixLengths.set(place.text.length, (this.#prefixLengths.get(place.text.length) ?? 0) + 1)
    }
  }

  remove(watch: Watch): void {
    this.count--
    const place = placeOf(watch.range)
    if (place.kind === 'odd') this.#odd.delete(watch)
    else if (place.kind === 'key') removeFrom(this.#byKey, place.text, watch)
    else if (removeFrom(this.#byPrefix, place.text, watch)) {
      const left = (this.#prefixLengths.get(place.text.length) ?? 0) - 1
      if (left > 0) this.#prefixLengths.set(place.text.length, left)
      else this.#prefixLengths.delete(place.text.length)
    }
  }

  forEachOf(key: string, visit: (watch: Watch) => void): void {
    const exact = this.#byKey.get(key)
    if (exact !== undefined) for (const watch of exact) visit(watch)
    for (const length of this.#prefixLengths.keys()) {
      if (length > key.length) continue
      const group = this.#byPrefix.get(key.slice(0, length))
      if (group !== undefined) for (const watch of group) visit(watch)
    }
    for (const watch of this.#odd) if (contains(watch.range, key)) visit(watch)
  }

  *all(): Iterable<Watch> {
    for (const group of this.#byKey.values()) yield* group
    for (const group of this.#byPrefix.values()) yield* group
    yield* this.#odd
  }
}

type Place = { readonly kind: 'key' | 'prefix'; readonly text: string } | { readonly kind: 'odd' }

function placeOf({ start, end }: KeyRange): Place {
  if (end === undefined) return { kind: 'key', text: start }
  if (end === '\0' && (start === '' || start === '\0')) return { kind: 'prefix', text: '' }
  return end === prefixRange(start).end && start !== '' ? { kind: 'prefix', text: start } : { kind: 'odd' }
}

/** True when the group is new. */
function addTo(groups: Map<string, Set<Watch>>, text: string, watch: Watch): boolean {
  const group = groups.get(text)
  if (group !== undefined) {
    group.add(watch)
    return false
  }
  groups.set(text, new Set([watch]))
  return true
}

/** True when the group is gone. */
function removeFrom(groups: Map<string, Set<Watch>>, text: string, watch: Watch): boolean {
  const group = groups.get(text)
  if (group === undefined) return false
  group.delete(watch)
  return group.size === 0 && groups.delete(text)
}
