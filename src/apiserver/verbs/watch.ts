/**
 * WATCH: first what was (the current state, or the events since a revision), then what happens, until the time is up.
 * The answer is always 200; what goes wrong later comes as an ERROR event, and the watch ends.
 *
 * A watcher is a position in a feed. It writes while the client keeps up (less than 256 KB on their way), waits when it does
 * not, and ends with 410 when the feed has moved on without it: nothing is ever queued for a client.
 */

import { expired, StatusError, statusOf } from '../../apimachinery/status-error.ts'
import type { Timer } from '../../std/clock.ts'
import type { Histogram, Series } from '../../std/metrics.ts'
import type { KeyValue, StoreError } from '../../store/store.ts'
import type { BodySink, HttpResponse } from '../../wire/http.ts'
import { isWebSocketRequest } from '../../wire/websocket.ts'
import type { ServedResource } from '../registry/catalog.ts'
import type { Channel, Subscriber } from '../registry/channels.ts'
import type { Feed, FeedEvent } from '../registry/feed.ts'
import { compilePredicate, type Predicate } from '../registry/predicate.ts'
import { WatchForm } from '../registry/watch-form.ts'
import { type ListOptions, parseListOptions } from '../request/list-options.ts'
import { parseRevision, waitForRevision } from '../request/revision.ts'
import { cborSequence, isBinary, type Media, mediaTypes, onlyStreamsAccepted } from '../response/negotiate.ts'
import { headersFor } from '../response/respond.ts'
import { includeObjectOf } from '../response/transform.ts'
import type { RequestContext } from '../server-parts.ts'
import { takeSnapshot } from './list.ts'

const unsentBytesMax = 256 * 1024
const bookmarkMs = 60_000
/** The last bookmark comes so long before the end. */
const lastBookmarkMs = 2000

const streamTypes: Readonly<Record<Media, string>> = {
  json: mediaTypes.json,
  yaml: mediaTypes.yaml,
  protobuf: `${mediaTypes.protobuf};stream=watch`,
  cbor: cborSequence,
}

export function watchObjects(context: RequestContext, resource: ServedResource): HttpResponse | Promise<HttpResponse> {
  const { server, info } = context
  const { collection } = server.negotiators
  collection.checkRoute(context.header('accept'))
  const options = parseListOptions(context, true)
  const representation = collection.negotiate(context.header('accept'))
  const predicate = compilePredicate(resource, options, { namespace: info.namespace, name: info.name })
  const revision = parseRevision(options.resourceVersion, 'plain')
  if (representation.transform === 'Table') includeObjectOf(context)
  if (representation.media === 'yaml') throw onlyStreamsAccepted(server.media)
  const form = new WatchForm(context, resource, representation)
  const type = streamTypes[representation.media]
  const request = { context, resource, options, predicate, revision, form }
  const loading = isBinary(representation.media) ? server.binary.load() : undefined
  const run = async (sink: BodySink): Promise<void> => {
    if (loading !== undefined) await loading
    return new Watcher(request, sink).run()
  }
  if (isWebSocketRequest(context.http.headers)) {
    return import('./watch-web-socket.ts').then(({ watchOverWebSocket }) => watchOverWebSocket(context, representation.media, run))
  }
  return { status: 200, headers: headersFor(context, type), body: run }
}

interface WatchRequest {
  readonly context: RequestContext
  readonly resource: ServedResource
  readonly options: ListOptions
  readonly predicate: Predicate
  readonly revision: number
  readonly form: WatchForm
}

class Watcher implements Subscriber {
  readonly #request: WatchRequest
  readonly #sink: BodySink
  readonly #events: Series
  readonly #sizes: Histogram
  readonly #channel: Channel
  /** Taken when the watch joins: a feed that nobody reads is forgotten. */
  #place!: { readonly feed: Feed; readonly name: string }
  readonly #timers: Timer[] = []
  #position = 0
  /** Events up to here are not for this watcher: it has seen them, or did not ask for them. */
  #seen = 0
  /** What the last bookmark said; another one must say more. */
  #bookmarked = 0
  /** Catching up, or waiting for the client: `wake` does nothing. */
  #isBusy = true
  #hasEnded = false
  #finish: () => void = () => {}

  constructor(request: WatchRequest, sink: BodySink) {
    this.#request = request
    this.#sink = sink
    const { channels, metrics } = request.context.server
    const { group, versionName, resource, store } = request.resource
    this.#channel = channels.of(store)
    this.#events = metrics.watchEvents.of(group, resource, versionName)
    this.#sizes = metrics.watchEventSizes.of(group, resource, versionName)
  }

  async run(): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#finish = resolve))
    const { signal } = this.#sink
    const onAbort = (): void => this.end()
    signal.addEventListener('abort', onAbort, { once: true })
    this.#armTimers()
    this.#join(0)
    try {
      // A negative time is over before it began.
      if (signal.aborted || (this.#request.options.timeoutSeconds ?? 0) < 0) return
      await Promise.race([this.#begin(), ended])
      if (!this.#hasEnded) {
        this.#isBusy = false
        this.#pump()
      }
      await ended
    } catch (error) {
      if (!this.#hasEnded) this.#fail(error)
    } finally {
      this.end()
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** From here on the feed has everything after `seen`. */
  #join(seen: number): void {
    this.#place = this.#channel.feedFor(this.#request.predicate)
    this.#position = this.#place.feed.end
    this.#seen = seen
    this.#channel.subscribe(this.#place, this)
  }

  async #begin(): Promise<void> {
    const { options, revision, context } = this.#request
    if (options.sendInitialEvents) {
      if (revision > context.server.store.revision) await waitForRevision(context, revision)
      return this.#sendState()
    }
    if (revision === 0) {
      // sendInitialEvents=false without a revision: from now on.
      if (options.sendInitialEvents === undefined) return this.#sendState()
      this.#seen = context.server.store.revision
      return
    }
    return this.#sendSince(revision)
  }

  /** The current state as ADDED events, and a bookmark behind it for those who take bookmarks. */
  async #sendState(): Promise<void> {
    const { context, resource, options, predicate, form } = this.#request
    const plain: ListOptions = { ...options, resourceVersion: '', resourceVersionMatch: '', limit: 0, continueToken: '' }
    const taken = takeSnapshot(context, resource, plain, predicate)
    const { items, revision } = taken instanceof Promise ? await taken : taken
    this.#seen = revision
    await this.#send(items.length, (i) => form.encode('ADDED', items[i] as KeyValue, (items[i] as KeyValue).modRevision))
    if (!options.sendInitialEvents || !options.allowWatchBookmarks) return
    this.#bookmarked = revision
    this.#write(form.bookmark(revision, true))
  }

  async #sendSince(revision: number): Promise<void> {
    const { context, predicate, form } = this.#request
    const { store } = context.server
    this.#seen = revision
    if (revision >= store.revision) return
    const { events, seen } = await this.#eventsSince(revision)
    this.#seen = seen
    await this.#send(events.length, (i) => form.bytesFor(events[i] as FeedEvent, predicate))
  }

  #eventsSince(revision: number): { events: FeedEvent[]; seen: number } | Promise<{ events: FeedEvent[]; seen: number }> {
    if (this.#channel.reaches(revision)) {
      const events = this.#channel.since(revision)
      return { events, seen: Math.max(revision, events.at(-1)?.revision ?? 0) }
    }
    const { compactedRevision } = this.#request.context.server.store
    if (revision < compactedRevision) throw tooOld(revision, compactedRevision)
    return this.#channel.past(revision, this.#sink.signal)
  }

  /** Writes what `bytesAt` gives, at the client's pace. */
  async #send(count: number, bytesAt: (i: number) => Uint8Array | undefined): Promise<void> {
    let sinceTurn = 0
    for (let i = 0; i < count && !this.#hasEnded; i++) {
      const bytes = bytesAt(i)
      if (bytes === undefined) continue
      this.#write(bytes)
      sinceTurn += bytes.length
      if (sinceTurn < 128 * 1024) continue
      sinceTurn = 0
      await this.#sink.drained()
    }
  }

  wake(): void {
    if (!this.#isBusy && !this.#hasEnded) this.#pump()
  }

  #pump(): void {
    const { feed } = this.#place
    const { form, predicate } = this.#request
    while (this.#position < feed.end) {
      if (this.#position < feed.first) return this.#fail(tooOld(this.#seen, feed.at(feed.first).revision))
      if (this.#sink.unsentBytes > unsentBytesMax) return this.#waitForClient()
      const event = feed.at(this.#position++)
      if (event.revision <= this.#seen) continue
      let bytes: Uint8Array | undefined
      try {
        bytes = form.bytesFor(event, predicate)
      } catch (error) {
        return this.#fail(error)
      }
      if (bytes !== undefined) this.#write(bytes)
    }
  }

  #waitForClient(): void {
    this.#isBusy = true
    const go = (): void => {
      if (this.#hasEnded) return
      this.#isBusy = false
      this.#pump()
    }
    this.#sink.drained().then(go, () => this.end())
  }

  #write(bytes: Uint8Array): void {
    if (!this.#request.form.isPossible) this.end()
    if (this.#hasEnded) return
    this.#sink.write(bytes)
    this.#events.value++
    this.#sizes.observe(bytes.length)
  }

  #armTimers(): void {
    const { context, options } = this.#request
    const { clock, random, flags } = context.server
    const { timeoutSeconds } = options
    const timeoutMs = timeoutSeconds ? timeoutSeconds * 1000 : flags.minRequestTimeoutSeconds * 1000 * (1 + random.fraction())
    this.#timers.push(clock.after(timeoutMs, () => this.end()))
    if (!options.allowWatchBookmarks) return
    const bookmark = (): void => {
      if (this.#isBusy || this.#hasEnded) return
      const revision = Math.max(this.#seen, context.server.store.revision)
      if (revision === this.#bookmarked) return
      this.#bookmarked = revision
      this.#write(this.#request.form.bookmark(revision, false))
    }
    const repeat = (): void => {
      if (this.#hasEnded) return
      bookmark()
      this.#timers[2] = clock.after(bookmarkMs, repeat)
    }
    this.#timers.push(clock.after(Math.max(0, timeoutMs - lastBookmarkMs), bookmark))
    this.#timers.push(clock.after(bookmarkMs * (0.9 + 0.1 * random.fraction()), repeat))
  }

  #fail(error: unknown): void {
    const status = statusOf(error)
    const { form, context } = this.#request
    if (status !== undefined) this.#sink.write(form.error(status))
    else if ((error as StoreError).code === 'compacted') {
      const { compactedRevision } = context.server.store
      this.#sink.write(form.error(tooOld(this.#request.revision, compactedRevision).status))
    } else if (!this.#sink.signal.aborted) {
      context.server.log.error('A watch failed', { path: context.http.path, error })
      const { status } = new StatusError(500, 'InternalError', (error as Error).message)
      this.#sink.write(form.error(status))
    }
    this.end()
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const timer of this.#timers) timer.cancel()
    this.#channel.unsubscribe(this.#place, this)
    this.#finish()
  }
}

function tooOld(revision: number, oldest: number): StatusError {
  return expired(`too old resource version: ${revision} (${oldest})`)
}
