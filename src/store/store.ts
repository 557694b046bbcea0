/**
 * What the API server asks of its store, and what it may rely on. Keys and bytes; no kinds. The embedded store
 * (`embedded.ts`) and a real etcd (`etcd/client/etcd-store.ts`) both are a `Store`.
 *
 * The model is etcd's. There is one counter, the revision; every transaction that changes something takes the next one.
 * Each key remembers when it was created, last changed and how often since. The past can be read until it is compacted.
 *
 *     put a            revision 2    a: createRevision 2, modRevision 2, version 1
 *     put a            revision 3    a: createRevision 2, modRevision 3, version 2
 *     delete a         revision 4    (a tombstone)
 *     put a            revision 5    a: createRevision 5, modRevision 5, version 1
 *
 * Reads that the embedded store can answer from memory come back without a promise (`MaybePromise`): the hot path of a
 * GET has none. Whatever a read or a watch shows is durable: readers never see a write that a crash could take back.
 *
 * Keys are byte strings: a JavaScript string in which every character code is one byte (0..255), so that comparing
 * strings compares bytes. Values are immutable once handed over, in both directions.
 */
export type Revision = number
/** Clients choose lease numbers among all 64-bit integers: a number while it is exact, a bigint beyond. 0: no lease. */
export type LeaseId = number | bigint
export type MaybePromise<T> = T | Promise<T>

export interface KeyValue {
  readonly key: string
  readonly value: Uint8Array
  readonly createRevision: Revision
  readonly modRevision: Revision
  readonly version: number
  /** 0: none. */
  readonly lease: LeaseId
}

/** From `start` inclusive to `end` exclusive; `end` absent: just the key `start`; `end` "\0": everything from `start` on. */
export interface KeyRange {
  readonly start: string
  readonly end?: string
}

/** The range of all keys that begin with `prefix`. */
export function prefixRange(prefix: string): KeyRange {
  for (let index = prefix.length - 1; index >= 0; index--) {
    const code = prefix.charCodeAt(index)
    if (code < 255) return { start: prefix, end: prefix.slice(0, index) + String.fromCharCode(code + 1) }
  }
  return { start: prefix, end: '\0' }
}

export interface RangeOptions {
  /** Read as of this revision; absent: now. Throws `Compacted` or `FutureRevision`. */
  readonly at?: Revision
  /** At most so many key-values; absent or 0: all. */
  readonly limit?: number
  /** Only count. */
  readonly countOnly?: boolean
}

export interface RangeResult {
  /** In order of their keys. */
  readonly items: readonly KeyValue[]
  /** How many keys lie in the range, `limit` not considered. */
  readonly count: number
  /** The store's revision when it answered (not `at`). */
  readonly revision: Revision
}

/** Compares a property of the key as it is now; a missing key has revisions and version 0 and no value. */
export type Compare = {
  readonly key: string
  readonly end?: string
  readonly is: '=' | '!=' | '<' | '>'
} & (
  | { readonly target: 'modRevision' | 'createRevision' | 'version' | 'lease'; readonly than: number | bigint }
  | { readonly target: 'value'; readonly than: Uint8Array }
)

export interface PutOperation {
  readonly do: 'put'
  readonly key: string
  readonly value: Uint8Array
  readonly lease?: LeaseId
  /** The key keeps its value (`value` is passed over) or its lease. It must exist: 'keyNotFound'. */
  readonly keepsValue?: boolean
  readonly keepsLease?: boolean
}

export type Operation =
  | PutOperation
  | { readonly do: 'delete'; readonly range: KeyRange }
  | { readonly do: 'range'; readonly range: KeyRange; readonly options?: RangeOptions }
  | { readonly do: 'transaction'; readonly transaction: Transaction }

export interface Transaction {
  readonly compare: readonly Compare[]
  readonly then: readonly Operation[]
  readonly else?: readonly Operation[]
}

export type OperationResult =
  | { readonly did: 'put'; readonly previous?: KeyValue }
  | { readonly did: 'delete'; readonly deleted: readonly KeyValue[] }
  | { readonly did: 'range'; readonly result: RangeResult }
  | { readonly did: 'transaction'; readonly result: TransactionResult }

export interface TransactionResult {
  readonly succeeded: boolean
  readonly results: readonly OperationResult[]
  /** The revision this transaction made, or the current one when it changed nothing. */
  readonly revision: Revision
}

export interface StoreEvent {
  readonly type: 'put' | 'delete'
  /** For a delete: the key and the revision of the delete, an empty value. */
  readonly kv: KeyValue
  /** What was there before; absent when it was a creation or when that is compacted away. */
  readonly previous?: KeyValue
}

/** Everything one revision did within the watched range. A revision is never split. */
export interface StoreBatch {
  readonly revision: Revision
  readonly events: readonly StoreEvent[]
}

export interface WatchListener {
  /** Called in order, one batch a revision, none missing, as soon as it is durable. Must be quick and must not throw. */
  onBatch(batch: StoreBatch): void
  /**
   * A watch that asked for the past has had all of it, everything up to `revision`; what follows comes as it happens. Not called when there
   * was no past to deliver.
   */
  onCaughtUp?(revision: Revision): void
  /** The watch ended by itself: 'compacted' (the past asked for is gone), 'tooSlow', 'closed' or a lost connection. */
  onEnd(error: StoreError): void
}

export interface Store {
  /** Other processes write to it too: what this one has in memory may be older than what is there. */
  readonly isShared?: boolean
  /** The newest revision that is durable and readable. */
  readonly revision: Revision
  /** The oldest revision that can still be read. */
  readonly compactedRevision: Revision
  range(range: KeyRange, options?: RangeOptions): MaybePromise<RangeResult>
  /** `range` for a single key at the newest revision: the hot path of a GET. */
  get(key: string): MaybePromise<KeyValue | undefined>
  /** What is in memory of the key: what `get` would say, but for what another process has written a moment ago. Never a promise. */
  peek(key: string): KeyValue | undefined
  /** Should be written again at the next update, though nothing changes in it: another key or none encrypts it. Absent: never. */
  isStale?(kv: KeyValue): boolean
  /** Checks, applies, and resolves once the change is durable. `signal` only gives up waiting, it does not undo. */
  transact(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult>
  /** Every event after revision `after` within the range. The past comes first, on a later tick; then events as they happen. */
  watch(range: KeyRange, after: Revision, listener: WatchListener): Disposable
  /** Forgets what no read at or after `revision` could see. */
  compact(revision: Revision): Promise<void>
  grantLease(ttlSeconds: number, id?: LeaseId): Promise<{ id: LeaseId; ttlSeconds: number }>
  revokeLease(id: LeaseId): Promise<void>
  /** Ends all watches, makes everything durable, frees the data directory. */
  close(): Promise<void>
}

export type StoreErrorCode =
  | 'compacted'
  | 'futureRevision'
  | 'tooSlow'
  | 'closed'
  | 'unavailable'
  | 'noSpace'
  | 'readOnly'
  | 'corrupt'
  | 'locked'
  | 'leaseNotFound'
  | 'leaseExists'
  | 'leaseTimeTooLong'
  | 'keyNotFound'
  | 'duplicateKey'
  | 'invalid'

/** Told apart by `code`, never by `instanceof`. `message` says what to do next where there is something to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
