/**
 * The Watch service: many watches on one stream, each a watch of the store. What is here is etcd's protocol around them: numbers, the answers
 * to create and cancel, filters, previous values, progress, fragments, and what a client that does not read costs.
 *
 * The past comes a slice at a time and leaves in few messages; what happens now leaves one message a revision. When a client has not
 * read a megabyte, its watches pause: they are cursors into the shared history then and cost nothing, until it reads on or its place is
 * compacted, which ends the watch as etcd ends one that is too far behind.
 * A newcomer would get wrong: progress may only be told when nothing earlier is still on its way, so a stream with a watch that is behind
 * does not answer at all, as in etcd; and the client closing its side ends nothing.
 */
import type { Timer } from '../std/clock.ts'
import type { StoreWatch } from '../store/mvcc/watch.ts'
import type { Revision, StoreBatch, StoreError, StoreEvent, WatchListener } from '../store/store.ts'
import type { GrpcStream, GrpcStreamHandler } from '../wire/grpc-server.ts'
import type { Partially } from '../wire/protobuf-message.ts'
import { etcdError } from './errors.ts'
import { keyRange } from './kv.ts'
import type { Member } from './member.ts'
import type { WatchCreateRequest, WatchRequest, WatchResponse } from './messages.ts'
import { WatchFrames } from './watch-frames.ts'

/** A stream on which so much waits gets nothing more until it was read. */
const unsentBytesMax = 1024 * 1024
const eventsPerMessageMax = 1000
const noWatch = -1
const filterNoPut = 0
const filterNoDelete = 1

type WatchId = number | bigint

export class WatchService {
  readonly #member: Member
  readonly frames: WatchFrames

  constructor(member: Member) {
    this.#member = member
    this.frames = new WatchFrames(member)
  }

  open(stream: GrpcStream<WatchResponse>): GrpcStreamHandler<WatchRequest> {
    return new WatchStream(this.#member, this.frames, stream)
  }
}

class WatchStream implements GrpcStreamHandler<WatchRequest> {
  readonly member: Member
  readonly frames: WatchFrames
  readonly stream: GrpcStream<WatchResponse>
  readonly #watches = new Map<WatchId, OneWatch>()
  #nextId = 0
  #progressTimer: Timer | undefined
  #isWaitingForReader = false

  constructor(member: Member, frames: WatchFrames, stream: GrpcStream<WatchResponse>) {
    this.member = member
    this.frames = frames
    this.stream = stream
    stream.signal.addEventListener('abort', () => this.#close(), { once: true })
  }

  onRequest(request: WatchRequest): void {
    if (request.createRequest !== undefined) this.#create(request.createRequest)
    else if (request.cancelRequest !== undefined) this.#cancel(request.cancelRequest.watchId)
    else if (request.progressRequest !== undefined) this.#progressOfAll()
  }

  onRequestsEnd(): void {}

  #create(request: WatchCreateRequest): void {
    const key = request.key === '' ? '\0' : request.key
    if (request.startRevision < 0) return this.#refuse(etcdError('compacted').message)
    if (request.rangeEnd !== '' && request.rangeEnd !== '\0' && key >= request.rangeEnd) return this.#refuse('mvcc: watcher range is empty')
    const id = request.watchId === 0 ? this.#freeId() : request.watchId
    if (this.#watches.has(id)) return this.#refuse('mvcc: duplicate watch ID provided on the WatchStream')
    const { store } = this.member
    this.send({ header: this.member.headerNow(), watchId: id, created: true })
    const { startRevision } = request
    const isNow = startRevision === 0 || startRevision > store.revision
    if (!isNow && startRevision < store.compactedRevision) return this.compacted(id)
    // Revision 1 made nothing, so starting there is starting behind it.
    const after = startRevision === 0 ? store.revision : Math.max(1, Number(startRevision) - 1)
    const watch = new OneWatch(this, id, request, isNow)
    this.#watches.set(id, watch)
    watch.start(keyRange(key, request.rangeEnd), after)
    if (this.#isWaitingForReader) watch.pause()
    if (request.progressNotify) this.#armProgress()
  }

  #refuse(cancelReason: string): void {
    this.send({ header: this.member.headerNow(), watchId: noWatch, created: true, canceled: true, cancelReason })
  }

  #freeId(): number {
    while (this.#watches.has(this.#nextId)) this.#nextId++
    return this.#nextId++
  }

  #cancel(id: WatchId): void {
    const watch = this.#watches.get(id)
    if (watch === undefined) return
    watch.stop()
    this.#watches.delete(id)
    this.send({ header: this.member.headerNow(), watchId: id, canceled: true })
  }

  /** The watch's past is gone. etcd says so with a header that has no revision. */
  compacted(id: WatchId): void {
    this.#watches.delete(id)
    this.send({ header: this.member.header(0), watchId: id, canceled: true, compactRevision: this.member.store.compactedRevision })
  }

  #progressOfAll(): void {
    if (this.#watches.size === 0) return
    for (const watch of this.#watches.values()) if (!watch.isUpToDate) return
    this.send({ header: this.member.headerNow(), watchId: noWatch })
  }

  #armProgress(): void {
    this.#progressTimer ??= this.member.clock.after(this.member.options.watchProgressMs, () => {
      this.#progressTimer = undefined
      let some = false
      for (const watch of this.#watches.values()) some = watch.tellProgress() || some
      if (some) this.#armProgress()
    })
  }

  send(answer: Partially<WatchResponse>): void {
    this.stream.send(answer)
  }

  sendFramed(bytes: Uint8Array): void {
    this.stream.sendFramed(bytes)
    if (this.stream.unsentBytes > unsentBytesMax && !this.#isWaitingForReader) void this.#waitForReader()
  }

  async #waitForReader(): Promise<void> {
    this.#isWaitingForReader = true
    for (const watch of this.#watches.values()) watch.pause()
    await this.stream.drained()
    this.#isWaitingForReader = false
    for (const watch of this.#watches.values()) watch.resume()
  }

  /** The store ends a watch for reasons of its own. */
  ended(id: WatchId, error: StoreError): void {
    if (error.code === 'compacted' || error.code === 'tooSlow') return this.compacted(id)
    this.#watches.delete(id)
    if (error.code === 'closed') this.stream.end(etcdError('stopped'))
    else this.stream.end(etcdError('watchCanceled'))
  }

  #close(): void {
    this.#progressTimer?.cancel()
    for (const watch of this.#watches.values()) watch.stop()
    this.#watches.clear()
  }
}

class OneWatch implements WatchListener {
  readonly #stream: WatchStream
  readonly #id: WatchId
  readonly #request: WatchCreateRequest
  readonly #filters: ReadonlySet<number>
  readonly #startRevision: number | bigint
  #watch: StoreWatch | undefined
  #isCaughtUp: boolean
  #isPaused = false
  /** Events of the past that wait to leave together. */
  #gathered: StoreEvent[] = []
  /** Nothing was sent since the last time progress was due. */
  #isQuiet = true

  constructor(stream: WatchStream, id: WatchId, request: WatchCreateRequest, isNow: boolean) {
    this.#stream = stream
    this.#id = id
    this.#request = request
    this.#filters = new Set(request.filters)
    this.#startRevision = request.startRevision
    this.#isCaughtUp = isNow
  }

  start(range: ReturnType<typeof keyRange>, after: Revision): void {
    this.#watch = this.#stream.member.store.watch(range, after, this)
  }

  stop(): void {
    this.#watch?.[Symbol.dispose]()
    this.#gathered = []
  }

  pause(): void {
    this.#isPaused = true
    this.#isCaughtUp = false
    this.#watch?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#watch?.resume()
  }

  get isUpToDate(): boolean {
    return this.#isCaughtUp && !this.#isPaused && this.#gathered.length === 0 && this.#stream.member.store.revision >= this.#startRevision
  }

  onBatch({ revision, events }: StoreBatch): void {
    const wanted = this.#filters.size === 0 ? events : events.filter((event) => this.#wants(event))
    if (wanted.length === 0) return
    this.#isQuiet = false
    if (this.#isCaughtUp) return this.#send(revision, wanted)
    this.#gathered.push(...wanted)
    if (this.#gathered.length >= eventsPerMessageMax) this.#flush()
    else if (this.#gathered.length === wanted.length) void this.#stream.member.clock.yieldTurn().then(() => this.#flush())
  }

  onCaughtUp(): void {
    this.#flush()
    this.#isCaughtUp = true
  }

  onEnd(error: StoreError): void {
    this.#flush()
    this.#stream.ended(this.#id, error)
  }

  #wants(event: StoreEvent): boolean {
    return !this.#filters.has(event.type === 'put' ? filterNoPut : filterNoDelete)
  }

  #flush(): void {
    if (this.#gathered.length === 0) return
    const events = this.#gathered
    this.#gathered = []
    this.#send(this.#stream.member.store.revision, events)
  }

  #send(revision: Revision, events: readonly StoreEvent[]): void {
    const { prevKv, fragment } = this.#request
    const bytesMax = fragment ? this.#stream.member.options.requestBytesMax : Number.POSITIVE_INFINITY
    for (const bytes of this.#stream.frames.eventFrames({ revision, watchId: this.#id, events, withPrevious: prevKv, bytesMax })) {
      this.#stream.sendFramed(bytes)
    }
  }

  /** Whether this watch wants to be told; it is told when it was quiet for a whole period. */
  tellProgress(): boolean {
    if (!this.#request.progressNotify) return false
    if (this.#isQuiet && this.isUpToDate) this.#stream.send({ header: this.#stream.member.headerNow(), watchId: this.#id })
    this.#isQuiet = true
    return true
  }
}
