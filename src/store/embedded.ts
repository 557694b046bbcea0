/**
 * The embedded store: the state in memory (`mvcc/`), the log that makes it durable (`wal/`), and the loop between them.
 *
 *     transact   compare and apply at the head, note the result in the filling frame      (synchronous)
 *     commit     write the frame; when it is durable: readers see it, watches are called, writers are answered
 *
 * While one frame is on its way to the disk the next one fills, so many writers share one trip. Without a disk
 * (`--ephemeral`, most tests) everything is the same but the trip: what is committed is "durable" a microtask later.
 *
 * If a write to the disk fails, what was not yet durable is taken back, those who wait for it are told, and the store
 * answers reads only until it is started again: after a failed fsync nobody knows what the disk holds, and going on
 * could acknowledge what is not there. Nothing on the disk is touched after that.
 *
 * The past is kept by budget: when it costs more than `historyBytesMax`, or is older than `historyMsMax`, its oldest
 * part is compacted. Snapshots follow once enough of the log has become superfluous.
 */
import { givingUp } from '../std/abort.ts'
import type { Clock, Timer } from '../std/clock.ts'
import type { Disk } from '../std/disk.ts'
import type { Log } from '../std/log.ts'
import { GroupCommit, worthwhileBytesDefault } from './group-commit.ts'
import { evacuate, revisionWithin, sweep } from './mvcc/compact.ts'
import { forkOf } from './mvcc/fork.ts'
import type { Lease } from './mvcc/lease.ts'
import { Mvcc } from './mvcc/mvcc.ts'
import { retainedVersions } from './mvcc/retained.ts'
import { type StoreWatch, Watches } from './mvcc/watch.ts'
import {
  type KeyRange,
  type KeyValue,
  type LeaseId,
  type RangeOptions,
  type RangeResult,
  type Revision,
  type Store,
  StoreError,
  type Transaction,
  type TransactionResult,
  type WatchListener,
} from './store.ts'
import { Journal } from './wal/journal.ts'
import { segmentBytesDefault } from './wal/segment.ts'

export interface EmbeddedStoreOptions {
  /** Where to keep the log. Without `disk` and `directory` nothing outlives the process. */
  readonly disk?: Disk
  readonly directory?: string
  readonly clock: Clock
  readonly log: Log
  /** What the retained past may cost in memory; 256 MB. */
  readonly historyBytesMax?: number
  /** How old the retained past may be; an hour. */
  readonly historyMsMax?: number
  /** Size of a log segment; 64 MB. Smaller in tests. */
  readonly segmentBytes?: number
  /** A frame of so many bytes is written before its turn ends; 32 KB. Smaller in tests. */
  readonly worthwhileBytes?: number
  /** Log that a snapshot must be able to remove before one is written; 64 MB. */
  readonly snapshotAfterBytes?: number
  /** Closes the store when it aborts. */
  readonly signal?: AbortSignal
}

export interface StoreStats {
  readonly keys: number
  readonly historyEvents: number
  readonly historyBytes: number
  readonly watches: number
  readonly leases: number
  /** 0 without a disk. */
  readonly logBytes: number
  readonly snapshotBytes: number
  /** Why nothing can be written any more. */
  readonly readOnly?: StoreError
}

export interface LeaseState {
  readonly id: LeaseId
  readonly ttlSeconds: number
  /** What is left of it. */
  readonly remainingMs: number
  readonly keys: readonly string[]
}

export interface RetainedVersions {
  readonly revision: Revision
  readonly compactedRevision: Revision
  /** Tombstones among them have version 0. */
  readonly versions: readonly KeyValue[]
}

/** A `Store` whose reads are synchronous, with what only the embedded one can tell. */
export interface EmbeddedStore extends Store {
  range(range: KeyRange, options?: RangeOptions): RangeResult
  get(key: string): KeyValue | undefined
  /** As in the contract; the handle can also pause: the watch keeps its place as long as the history reaches back. */
  watch(range: KeyRange, after: Revision, listener: WatchListener): StoreWatch
  /** Starts the lease's time anew. Not written to the log: after a restart every lease has its whole time again. */
  renewLease(id: LeaseId): { id: LeaseId; ttlSeconds: number }
  /** By when they end. */
  leases(): readonly LeaseState[]
  lease(id: LeaseId): LeaseState | undefined
  /** The last revision made at or before this time (to about a second), if the history knows. */
  revisionAt(timeMs: number): Revision | undefined
  stats(): StoreStats
  /** A store in memory that begins as this one is and goes its own way; leases run on in it. Values are shared, nothing else. */
  fork(): Promise<EmbeddedStore>
  /** Every version that can be read, in the order in which they were made. Takes turns; the versions are as of one revision. */
  retained(): Promise<RetainedVersions>
  /** Resolves when what was compacted so far is gone from memory, not only from sight. */
  swept(): Promise<void>
  /** Roughly what keys, values and the past take up in memory. */
  readonly memoryBytes: number
}

const sweepSteps = 4096
/** What a key costs beside its bytes, roughly. */
const entryBytes = 200
/** What an event that can still be read costs beside its value; 250 were measured. */
const eventBytes = 200
/** A compaction frees an eighth of the budget at once, so that there are not many small ones. */
const compactionShare = 1 / 8

export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const mvcc = new Mvcc()
  const { disk, directory, clock, log, signal } = options
  if ((disk === undefined) !== (directory === undefined))
    throw new StoreError('invalid', 'A store on disk needs both a disk and a directory')
  signal?.throwIfAborted()
  let journal: Journal | undefined
  if (disk !== undefined && directory !== undefined) {
    const segmentBytes = options.segmentBytes ?? segmentBytesDefault
    const snapshotAfterBytes = options.snapshotAfterBytes ?? segmentBytesDefault
    journal = await Journal.open({ disk, path: directory, clock, log, segmentBytes }, mvcc, snapshotAfterBytes)
  }
  mvcc.leases.restart(clock.monotonicMs())
  const store = new Embedded(options, mvcc, journal)
  if (signal?.aborted) {
    await store.close()
    signal.throwIfAborted()
  }
  signal?.addEventListener('abort', () => void store.close(), { once: true })
  return store
}

class Embedded implements EmbeddedStore {
  readonly #options: EmbeddedStoreOptions
  readonly #mvcc: Mvcc
  readonly #journal: Journal | undefined
  readonly #clock: Clock
  readonly #log: Log
  readonly #watches: Watches
  readonly #historyBytesMax: number
  readonly #historyMsMax: number
  readonly #commit: GroupCommit
  #sweeping: Promise<void> | undefined
  #refusal: StoreError | undefined
  #closing: Promise<void> | undefined
  #leaseTimer: Timer | undefined
  #leaseTimerMs = Number.POSITIVE_INFINITY
  #historyTimer: Timer | undefined
  #lastLeaseId = 0

  constructor(options: EmbeddedStoreOptions, mvcc: Mvcc, journal: Journal | undefined) {
    this.#options = options
    this.#mvcc = mvcc
    this.#journal = journal
    this.#clock = options.clock
    this.#log = options.log
    this.#watches = new Watches(mvcc, options.clock, options.log)
    this.#commit = new GroupCommit({
      ...{ mvcc, journal, clock: options.clock, worthwhileBytes: options.worthwhileBytes ?? worthwhileBytesDefault },
      landed: (before) => this.#landed(before),
      failed: (cause) => this.#failed(cause),
    })
    this.#historyBytesMax = options.historyBytesMax ?? 256 * 1024 * 1024
    this.#historyMsMax = options.historyMsMax ?? 60 * 60 * 1000
    this.#armLeaseTimer()
    this.#armHistoryTimer()
  }

  get revision(): Revision {
    return this.#mvcc.durable
  }

  get compactedRevision(): Revision {
    return this.#mvcc.compacted
  }

  get(key: string): KeyValue | undefined {
    return this.#mvcc.get(key)
  }

  peek(key: string): KeyValue | undefined {
    return this.#mvcc.get(key)
  }

  range(range: KeyRange, options?: RangeOptions): RangeResult {
    return this.#mvcc.range(range, options)
  }

  watch(range: KeyRange, after: Revision, listener: WatchListener): StoreWatch {
    return this.#watches.start(range, after, listener)
  }

  revisionAt(timeMs: number): Revision | undefined {
    const revision = this.#mvcc.history.revisionAt(timeMs)
    return revision === undefined || revision < this.#mvcc.compacted ? undefined : Math.min(revision, this.#mvcc.durable)
  }

  transact(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const mvcc = this.#mvcc
    try {
      const decision = mvcc.decide(transaction)
      if (decision.writes) this.#requireWritable()
      const position = mvcc.history.endPosition
      const result = mvcc.run(transaction, decision)
      if (mvcc.history.endPosition > position) this.#journal?.records.change(mvcc.history, position)
      else if (mvcc.durable === mvcc.head) return Promise.resolve(result)
      const done = this.#commit.durable(result)
      return signal === undefined ? done : givingUp(done, signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async compact(revision: Revision): Promise<void> {
    this.#requireWritable()
    this.#compactTo(revision)
    await this.#commit.durable(undefined)
  }

  async swept(): Promise<void> {
    await this.#sweeping
  }

  async grantLease(ttlSeconds: number, id?: LeaseId): Promise<{ id: LeaseId; ttlSeconds: number }> {
    this.#requireWritable()
    const leases = this.#mvcc.leases
    const leaseId = id ?? this.#nextLeaseId()
    const accepted = leases.acceptTtl(leaseId, ttlSeconds)
    const lease = leases.grant(leaseId, accepted, this.#clock.monotonicMs())
    this.#journal?.records.grant(leaseId, accepted)
    if (lease.dueMs < this.#leaseTimerMs) this.#armLeaseTimer()
    return this.#commit.durable({ id: leaseId, ttlSeconds: accepted })
  }

  async revokeLease(id: LeaseId): Promise<void> {
    this.#requireWritable()
    this.#revoke(this.#mvcc.leases.existing(id))
    await this.#commit.durable(undefined)
  }

  renewLease(id: LeaseId): { id: LeaseId; ttlSeconds: number } {
    const lease = this.#mvcc.leases.renew(id, this.#clock.monotonicMs())
    return { id, ttlSeconds: lease.ttlSeconds }
  }

  leases(): readonly LeaseState[] {
    const all = [...this.#mvcc.leases.all()].sort((a, b) => a.dueMs - b.dueMs)
    return all.map((lease) => this.#stateOf(lease))
  }

  lease(id: LeaseId): LeaseState | undefined {
    const lease = this.#mvcc.leases.get(id)
    return lease === undefined ? undefined : this.#stateOf(lease)
  }

  #stateOf({ id, ttlSeconds, keys, dueMs }: Lease): LeaseState {
    return { id, ttlSeconds, remainingMs: Math.max(0, dueMs - this.#clock.monotonicMs()), keys: [...keys].sort() }
  }

  stats(): StoreStats {
    const { history, index, leases } = this.#mvcc
    return {
      keys: index.size,
      historyEvents: history.endPosition - history.startPosition,
      historyBytes: history.bytes,
      watches: this.#watches.count,
      leases: leases.count,
      logBytes: this.#journal?.logBytes ?? 0,
      snapshotBytes: this.#journal?.snapshotBytes ?? 0,
      ...(this.#refusal === undefined ? {} : { readOnly: this.#refusal }),
    }
  }

  async fork(): Promise<EmbeddedStore> {
    const { clock, log, historyBytesMax, historyMsMax } = this.#options
    const options = {
      clock,
      log,
      ...(historyBytesMax === undefined ? {} : { historyBytesMax }),
      ...(historyMsMax === undefined ? {} : { historyMsMax }),
    }
    return new Embedded(options, await forkOf(this.#mvcc, clock), undefined)
  }

  async retained(): Promise<RetainedVersions> {
    const { durable: revision, compacted: compactedRevision } = this.#mvcc
    const versions = await retainedVersions(this.#mvcc, revision, this.#clock)
    return { revision, compactedRevision, versions }
  }

  get memoryBytes(): number {
    const { values, index, history } = this.#mvcc
    return values.liveBytes + index.size * entryBytes + (history.endPosition - history.startPosition) * eventBytes
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#refusal ??= new StoreError('closed', 'The store is closed')
    this.#leaseTimer?.cancel()
    this.#historyTimer?.cancel()
    await this.#commit.idle()
    this.#journal?.stopSnapshot()
    await this.#sweeping
    this.#watches.close()
    await this.#journal?.close()
  }

  // Committing

  #requireWritable(): void {
    if (this.#refusal === undefined) return
    throw new StoreError(this.#refusal.code, this.#refusal.message, { cause: this.#refusal.cause })
  }

  #landed(before: Revision): void {
    if (this.#mvcc.durable > before) this.#watches.publish(before)
    if (this.#mvcc.history.bytes > this.#historyBytesMax) this.#compactByBytes()
  }

  #failed(cause: unknown): StoreError {
    this.#refusal = refusalFrom(cause)
    this.#log.error('Cannot write the log; the store is read-only until it is started again', { error: cause })
    return this.#refusal
  }

  // Leases

  #nextLeaseId(): number {
    // Grows through restarts without being stored: a thousand for each millisecond since 1970 stays below 2^53.
    this.#lastLeaseId = Math.max(this.#lastLeaseId + 1, this.#clock.now() * 1000)
    while (this.#mvcc.leases.get(this.#lastLeaseId) !== undefined) this.#lastLeaseId++
    return this.#lastLeaseId
  }

  /** Ends the lease and deletes its keys, in key order, at one revision. */
  #revoke(lease: Lease): void {
    const mvcc = this.#mvcc
    mvcc.leases.revoke(lease.id)
    this.#journal?.records.revoke(lease.id)
    const deletes = [...lease.keys].sort().map((key) => ({ do: 'delete' as const, range: { start: key } }))
    if (deletes.length === 0) return
    const transaction: Transaction = { compare: [], then: deletes }
    const position = mvcc.history.endPosition
    mvcc.run(transaction, { outcomes: [true], writes: true })
    this.#journal?.records.change(mvcc.history, position)
  }

  #armLeaseTimer(): void {
    this.#leaseTimer?.cancel()
    this.#leaseTimer = undefined
    this.#leaseTimerMs = this.#mvcc.leases.nextDueMs() ?? Number.POSITIVE_INFINITY
    if (this.#leaseTimerMs === Number.POSITIVE_INFINITY) return
    this.#leaseTimer = this.#clock.after(this.#leaseTimerMs - this.#clock.monotonicMs(), () => this.#expireLeases())
  }

  #expireLeases(): void {
    if (this.#refusal !== undefined) return
    const due = this.#mvcc.leases.due(this.#clock.monotonicMs())
    for (const lease of due) this.#revoke(lease)
    if (due.length > 0) this.#commit.durable(undefined).catch(() => undefined)
    this.#armLeaseTimer()
  }

  // Compaction

  #compactTo(revision: Revision): void {
    this.#mvcc.compactTo(revision)
    this.#journal?.records.compact(revision)
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined
    })
  }

  async #sweep(): Promise<void> {
    const mvcc = this.#mvcc
    for (let sweptTo = 0; sweptTo < mvcc.compacted; ) {
      // A snapshot reads at the revision that was the oldest when it began; what it needs is swept once it is done.
      await this.#journal?.snapshotDone()
      const limit = mvcc.compacted
      while (!sweep(mvcc, limit, sweepSteps)) await this.#clock.yieldTurn()
      sweptTo = limit
    }
    this.#watches.swept()
    await evacuate(mvcc, this.#clock)
    this.#journal?.snapshotIfWorthIt()
  }

  #compactByBytes(): void {
    if (this.#sweeping !== undefined) return
    this.#compactByBudget(revisionWithin(this.#mvcc, this.#historyBytesMax * (1 - compactionShare)))
  }

  #compactByBudget(revision: Revision): void {
    if (revision <= this.#mvcc.compacted || this.#refusal !== undefined) return
    this.#compactTo(revision)
    this.#commit.durable(undefined).catch(() => undefined)
  }

  #armHistoryTimer(): void {
    if (this.#historyMsMax === Number.POSITIVE_INFINITY) return
    this.#historyTimer = this.#clock.after(Math.max(1000, this.#historyMsMax / 32), () => {
      const revision = this.#mvcc.history.revisionAt(this.#clock.now() - this.#historyMsMax)
      if (revision !== undefined) this.#compactByBudget(Math.min(revision, this.#mvcc.durable))
      this.#armHistoryTimer()
    })
  }
}

function refusalFrom(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StoreError('noSpace', 'The disk is full: the store is read-only. Free some space and start it again', { cause })
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StoreError(
    'readOnly',
    `The store is read-only because the log could not be written (${why}). Check the disk and start it again`,
    { cause },
  )
}
