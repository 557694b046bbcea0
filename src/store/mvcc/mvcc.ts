/**
 * The state of the store in memory: keys with their versions, the history, the leases, and three revisions.
 *
 *     compacted ......... durable ...... head
 *     the oldest that     the newest     the newest there is: what compares see and
 *     can be read         readers see    the next transaction builds on
 *
 * Writing is synchronous and moves `head`; whoever makes writes durable then calls `publishTo`, and only from there on
 * do reads show them. No second copy is needed for that: a read walks past versions later than its revision, which it
 * has to be able to do anyway to read the past. A write that fails to reach the disk is taken back by `rollBack`.
 *
 * Nothing here waits, touches a file or knows the time. `embedded.ts` joins it with the log, the clock and the watches.
 */
import {
  type KeyRange,
  type KeyValue,
  type LeaseId,
  type Operation,
  type RangeOptions,
  type RangeResult,
  type Revision,
  StoreError,
  type Transaction,
  type TransactionResult,
} from '../store.ts'
import { History } from './history.ts'
import { type KeyEntry, KeyIndex } from './key-index.ts'
import { LeaseTable } from './lease.ts'
import { countAt, findAt } from './range.ts'
import { type Decision, decide, run, type TransactionState } from './transaction.ts'
import { Values } from './values.ts'
import { isTombstone, liveOlder, retainedBytes, tombstone, Version, versionAt } from './version.ts'

/** etcd starts at 1: the first write makes revision 2. */
export const firstRevision: Revision = 1

export class Mvcc implements TransactionState {
  readonly index = new KeyIndex()
  readonly history = new History()
  readonly leases = new LeaseTable()
  readonly values = new Values()
  #head: Revision = firstRevision
  #durable: Revision = firstRevision
  #compacted: Revision = firstRevision
  /** The revision that the running transaction's changes get. */
  #writing: Revision = firstRevision

  get head(): Revision {
    return this.#head
  }

  get durable(): Revision {
    return this.#durable
  }

  get compacted(): Revision {
    return this.#compacted
  }

  // Reading

  get(key: string): KeyValue | undefined {
    return versionAt(this.index.get(key)?.newest, this.#durable)
  }

  range(range: KeyRange, options: RangeOptions | undefined): RangeResult {
    return this.#rangeUpTo(this.#durable, range, options)
  }

  readHead(range: KeyRange): readonly KeyValue[] {
    if (range.end === undefined) {
      const version = this.headOf(range.start)
      return version === undefined ? [] : [version]
    }
    return findAt(this.index, range, Number.POSITIVE_INFINITY, 0).items
  }

  headOf(key: string): Version | undefined {
    return versionAt(this.index.get(key)?.newest, Number.POSITIVE_INFINITY)
  }

  readRange(operation: Operation & { readonly do: 'range' }): RangeResult {
    return this.#rangeUpTo(this.#head, operation.range, operation.options)
  }

  checkRange(operation: Operation & { readonly do: 'range' }): void {
    const at = operation.options?.at
    if (at !== undefined) this.#checkReadable(at, this.#head)
  }

  #rangeUpTo(newest: Revision, range: KeyRange, options: RangeOptions | undefined): RangeResult {
    const at = options?.at ?? newest
    if (options?.at !== undefined) this.#checkReadable(at, newest)
    if (options?.countOnly) return { items: [], count: countAt(this.index, range, at), revision: newest }
    const { items, count } = findAt(this.index, range, at, options?.limit ?? 0)
    return { items, count, revision: newest }
  }

  #checkReadable(at: Revision, newest: Revision): void {
    if (at < this.#compacted) {
      throw new StoreError('compacted', `Revision ${at} has been compacted; the oldest that can be read is ${this.#compacted}`)
    }
    if (at > newest) throw new StoreError('futureRevision', `Revision ${at} is in the future; the newest is ${newest}`)
  }

  // Writing

  decide(transaction: Transaction): Decision {
    return decide(this, transaction)
  }

  /** Runs a decided transaction. The versions it made are those in the history from the position it began at. */
  run(transaction: Transaction, decision: Decision): TransactionResult {
    this.#writing = this.#head + 1
    return run(this, transaction, decision)
  }

  checkLease(id: LeaseId): void {
    this.leases.existing(id)
  }

  put(key: string, value: Uint8Array, lease: LeaseId): KeyValue | undefined {
    const entry = this.index.entryFor(key)
    const { newest } = entry
    const previous = newest === undefined || isTombstone(newest) ? undefined : newest
    const revision = this.#writing
    const created = previous === undefined ? revision : previous.createRevision
    const count = previous === undefined ? 1 : previous.version + 1
    const version = new Version(entry.key, this.values.keep(value), created, revision, count, lease, newest)
    if (previous !== undefined) this.history.bytes += retainedBytes(previous)
    this.#push(entry, version)
    this.leases.move(entry.key, previous === undefined ? 0 : previous.lease, lease)
    return previous
  }

  delete(range: KeyRange): readonly KeyValue[] {
    const found = this.readHead(range) as readonly Version[]
    for (const previous of found) {
      const entry = this.index.entryFor(previous.key)
      const version = tombstone(entry.key, this.#writing, entry.newest)
      this.history.bytes += retainedBytes(previous) + retainedBytes(version)
      this.#push(entry, version)
      this.leases.move(entry.key, previous.lease, 0)
    }
    return found
  }

  #push(entry: KeyEntry, version: Version): void {
    this.#head = this.#writing
    this.index.push(entry, version)
    this.history.push(version)
  }

  // Durability

  /** Everything up to `revision` is durable: from here on readers see it. */
  publishTo(revision: Revision): void {
    if (revision < this.#durable || revision > this.#head)
      throw new Error(`Cannot publish ${revision}: durable ${this.#durable}, head ${this.#head}`)
    this.#durable = revision
  }

  /** Takes back everything that did not become durable, newest first. */
  rollBack(): void {
    while (this.history.endPosition > this.history.startPosition) {
      const version = this.history.at(this.history.endPosition - 1)
      if (version.modRevision <= this.#durable) break
      this.history.pop()
      const previous = liveOlder(version)
      if (previous !== undefined) this.history.bytes -= retainedBytes(previous)
      if (isTombstone(version)) this.history.bytes -= retainedBytes(version)
      this.index.pop(version)
      this.values.release(version.value)
      this.leases.move(version.key, version.lease, previous === undefined ? 0 : previous.lease)
    }
    this.#head = this.#durable
  }

  // Recovery

  /** A key as a snapshot remembers it: alive at the snapshot's revision, without a past. */
  restore(key: string, value: Uint8Array, createRevision: Revision, modRevision: Revision, version: number, lease: LeaseId): void {
    const entry = this.index.entryFor(key)
    this.index.push(entry, new Version(entry.key, this.values.keep(value), createRevision, modRevision, version, lease, undefined))
    this.leases.move(key, 0, lease)
  }

  /** The snapshot that was restored is the state as of `revision`; nothing before can be read. */
  restored(revision: Revision): void {
    this.#head = revision
    this.#durable = revision
    this.#compacted = revision
    this.history.completeAfter = revision
  }

  /** A version of another state, in order; `isEvent`: part of the history, not of the state before it. Its value is shared. */
  adopt(other: Version, isEvent: boolean): void {
    const { key, createRevision, modRevision, version, lease } = other
    const entry = this.index.entryFor(key)
    const { newest } = entry
    const mine = new Version(entry.key, this.values.adopt(other.value), createRevision, modRevision, version, lease, newest)
    this.index.push(entry, mine)
    if (isEvent) {
      const previous = liveOlder(mine)
      if (previous !== undefined) this.history.bytes += retainedBytes(previous)
      if (isTombstone(mine)) this.history.bytes += retainedBytes(mine)
      this.history.push(mine)
    }
    this.leases.move(key, newest === undefined ? 0 : newest.lease, lease)
  }

  /** All versions of the other state are here. */
  adopted(durable: Revision, compacted: Revision, completeAfter: Revision): void {
    this.#head = durable
    this.#durable = durable
    this.#compacted = compacted
    this.history.completeAfter = completeAfter
  }

  /** What follows is a change that the log remembers; the revision is the log's. */
  replayAt(revision: Revision): void {
    if (revision !== this.#head + 1) throw new StoreError('corrupt', `Revision ${revision} follows revision ${this.#head} in the log`)
    this.#writing = revision
  }

  // Mirroring another store

  /** What follows was made elsewhere at `revision`; the revisions since the last one were about keys that are not kept here. */
  mirrorAt(revision: Revision): void {
    if (revision <= this.#head) throw new Error(`Cannot mirror revision ${revision} behind revision ${this.#head}`)
    this.#writing = revision
  }

  /** Everything up to `revision` is here, and readers see it. */
  mirroredTo(revision: Revision): void {
    this.#head = revision
    this.#durable = revision
  }

  // Compaction

  /** Reads before `revision` are refused from now on; what only they could see is swept by `compact.ts`. */
  compactTo(revision: Revision): void {
    if (revision > this.#durable)
      throw new StoreError('futureRevision', `Cannot compact to revision ${revision}: the newest is ${this.#durable}`)
    if (revision <= this.#compacted) throw new StoreError('compacted', `Revision ${revision} has been compacted already`)
    this.#compacted = revision
  }
}
