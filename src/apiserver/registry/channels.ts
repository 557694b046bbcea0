/**
 * From the store's watch to many client watches. There is one store watch for each resource that somebody watches; its
 * events go into the feed of everything and into those feeds that somebody reads: of one namespace, of one node's Pods,
 * of one object. So a kubelet's watch costs something only when an event is for it, whatever the number of kubelets.
 *
 *     channel pods ── all ── ns/shop ── node/n1 ── key/shop/web
 *
 * Readers are woken once a tick, after everything that became durable together has been put in place. Events older than the
 * feeds come out of the store's history (`past`).
 */
import { type KeyValue, prefixRange, type Store, type StoreBatch, type StoreError } from '../../store/store.ts'
import { Feed, FeedEvent, type FeedReader } from './feed.ts'
import { hotFieldsOf } from './hot-fields.ts'
import type { Predicate } from './predicate.ts'
import type { ResourceStore } from './resource-store.ts'

const allCapacity = 2048
const partCapacity = 512

/** What went through the channels of a resource since the server began. */
export interface Traffic {
  /** How often a channel was opened: again after the store's watch broke. */
  opened: number
  events: number
  /** The last revision that was seen. */
  revision: number
  readonly capacity: number
}

export class Channels {
  readonly #store: Store
  readonly #channels = new Map<ResourceStore, Channel>()
  readonly traffic = new Map<ResourceStore, Traffic>()
  #isClosed = false

  constructor(store: Store) {
    this.#store = store
  }

  of(resource: ResourceStore): Channel {
    let channel = this.#channels.get(resource)
    if (channel === undefined || channel.hasFailed) {
      channel = new Channel(this.#store, resource, this.#trafficOf(resource))
      if (this.#isClosed) channel.close()
      this.#channels.set(resource, channel)
    }
    return channel
  }

  #trafficOf(resource: ResourceStore): Traffic {
    let traffic = this.traffic.get(resource)
    if (traffic === undefined) this.traffic.set(resource, (traffic = { opened: 0, events: 0, revision: 0, capacity: allCapacity }))
    return traffic
  }

  close(): void {
    this.#isClosed = true
    for (const channel of this.#channels.values()) channel.close()
  }
}

export interface Subscriber extends FeedReader {
  /** The channel has ended: the server is closing, or the store's watch broke. */
  end(): void
}

export class Channel {
  readonly #store: Store
  readonly #resource: ResourceStore
  readonly #traffic: Traffic
  readonly #feeds = new Map<string, Feed>()
  readonly #all = new Feed(allCapacity)
  readonly #watch: Disposable
  readonly #nodeNamePosition: number
  #nodeFeeds = 0
  #woken = new Set<Feed>()
  #isFlushing = false
  #isClosed = false
  hasFailed = false
  /** Events up to this revision have come, or were before this channel. */
  readonly startRevision: number

  constructor(store: Store, resource: ResourceStore, traffic: Traffic) {
    this.#store = store
    this.#resource = resource
    this.#traffic = traffic
    traffic.opened++
    traffic.revision = store.revision
    this.#nodeNamePosition = Object.keys(resource.kind.selectableFields ?? {}).indexOf('spec.nodeName')
    this.startRevision = store.revision
    this.#watch = store.watch(prefixRange(resource.prefix), store.revision, {
      onBatch: (batch) => this.#take(batch),
      onEnd: (error) => this.#ended(error),
    })
  }

  /** The feed that says the least of what `predicate` wants, and everything of it. */
  feedFor(predicate: Predicate): { feed: Feed; name: string } {
    const name = this.#feedName(predicate)
    if (name === '') return { feed: this.#all, name }
    let feed = this.#feeds.get(name)
    if (feed === undefined) {
      feed = new Feed(partCapacity)
      this.#feeds.set(name, feed)
      if (name.startsWith('node/')) this.#nodeFeeds++
    }
    return { feed, name }
  }

  #feedName(predicate: Predicate): string {
    const { namespace, nodeName } = predicate
    const key = this.#resource.onlyKeyOf(predicate)
    if (key !== undefined) return `key/${key}`
    if (nodeName !== '' && this.#nodeNamePosition >= 0) return `node/${nodeName}`
    return namespace === '' ? '' : `ns/${namespace}`
  }

  subscribe({ feed }: { readonly feed: Feed }, reader: Subscriber): void {
    if (this.#isClosed) {
      queueMicrotask(() => reader.end())
      return
    }
    feed.readers.add(reader)
  }

  unsubscribe({ feed, name }: { readonly feed: Feed; readonly name: string }, reader: Subscriber): void {
    feed.readers.delete(reader)
    if (name === '' || feed.readers.size > 0 || this.#feeds.get(name) !== feed) return
    this.#feeds.delete(name)
    if (name.startsWith('node/')) this.#nodeFeeds--
  }

  /** Whether the events after `revision` are all still in the feed of everything. */
  reaches(revision: number): boolean {
    if (this.#all.first === 0) return revision >= this.startRevision
    return this.#all.first < this.#all.end && revision >= this.#all.at(this.#all.first).revision
  }
  /** Events after `revision`, which the channel reaches. */
  since(revision: number): FeedEvent[] {
    const events: FeedEvent[] = []
    for (let position = this.#all.positionAfter(revision); position < this.#all.end; position++) events.push(this.#all.at(position))
    return events
  }

  /**
   * Events after `revision` from the store's history, and up to which revision they go. Rejects with the store's error
   * when that history is compacted.
   */
  past(revision: number, signal: AbortSignal): Promise<{ events: FeedEvent[]; seen: number }> {
    return new Promise((resolve, reject) => {
      const events: FeedEvent[] = []
      if (revision >= this.#store.revision) return resolve({ events, seen: revision })
      const onAbort = (): void => {
        watch[Symbol.dispose]()
        reject(signal.reason)
      }
      const watch = this.#store.watch(prefixRange(this.#resource.prefix), revision, {
        onBatch: (batch) => {
          for (const { kv, type, previous } of batch.events) {
            events.push(new FeedEvent(batch.revision, type === 'put' ? kv : undefined, previous))
          }
        },
        onCaughtUp: (seen) => {
          signal.removeEventListener('abort', onAbort)
          watch[Symbol.dispose]()
          resolve({ events, seen })
        },
        onEnd: reject,
      })
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  #take(batch: StoreBatch): void {
    this.#traffic.events += batch.events.length
    this.#traffic.revision = batch.revision
    for (const { kv, type, previous } of batch.events) {
      const event = new FeedEvent(batch.revision, type === 'put' ? kv : undefined, previous)
      this.#push(this.#all, event)
      if (this.#feeds.size > 0) this.#distribute(event, kv)
    }
  }

  #distribute(event: FeedEvent, { key }: KeyValue): void {
    const feeds = this.#feeds
    const one = feeds.get(`key/${key}`)
    if (one !== undefined) this.#push(one, event)
    if (this.#resource.isNamespaced) {
      const ofNamespace = feeds.get(`ns/${this.#resource.placeOf(key).namespace}`)
      if (ofNamespace !== undefined) this.#push(ofNamespace, event)
    }
    if (this.#nodeFeeds === 0) return
    const now = event.current === undefined ? '' : this.#nodeOf(event.current)
    const before = event.previous === undefined ? '' : this.#nodeOf(event.previous)
    for (const node of now === before ? [now] : [now, before]) {
      const ofNode = node === '' ? undefined : feeds.get(`node/${node}`)
      if (ofNode !== undefined) this.#push(ofNode, event)
    }
  }

  #nodeOf(kv: KeyValue): string {
    try {
      return hotFieldsOf(this.#resource, kv).fields[this.#nodeNamePosition] ?? ''
    } catch {
      // No object of ours: those who watch everything will hear of it.
      return ''
    }
  }

  #push(feed: Feed, event: FeedEvent): void {
    feed.push(event)
    if (feed.readers.size === 0) return
    this.#woken.add(feed)
    if (this.#isFlushing) return
    this.#isFlushing = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#isFlushing = false
    const woken = this.#woken
    this.#woken = new Set()
    for (const feed of woken) for (const reader of feed.readers) reader.wake()
  }

  #ended(_error: StoreError): void {
    this.hasFailed = true
    this.#endAll()
  }

  close(): void {
    this.#watch[Symbol.dispose]()
    this.#isClosed = true
    this.#endAll()
  }

  #endAll(): void {
    for (const feed of [this.#all, ...this.#feeds.values()]) for (const reader of [...feed.readers]) (reader as Subscriber).end()
  }
}
