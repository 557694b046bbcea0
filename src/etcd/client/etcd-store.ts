/**
 * A `Store` on an etcd cluster: writes go to etcd, reads and watches come out of a mirror in memory.
 *
 * A read is never older than a write that anybody was told about, whichever apiserver made it: etcd is asked for its revision (a quorum read
 * of one key that does not exist), and the answer comes out of the mirror once that has reached it. Reads that wait at the same time share the
 * question. When the mirror does not get there (its connection is lost while others work) the read itself goes to etcd. The past comes
 * out of the mirror as far as that reaches back, and from etcd before.
 *
 *     get, range ── ask etcd: 4711 ── mirror at 4711? ── yes: from memory      no, after a second: range to etcd
 *     transact ──── to etcd: 4712 ─── mirror at 4712 ── answered: whoever wrote finds the write in what `revision` and watches say
 *
 * A write whose answer was lost fails with 'unavailable' though it may have been done, as etcd's own clients have it.
 */
import { givingUp } from '../../std/abort.ts'
import type { Clock } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import type {
  KeyRange,
  KeyValue,
  LeaseId,
  MaybePromise,
  RangeOptions,
  RangeResult,
  Revision,
  Store,
  Transaction,
  TransactionResult,
  WatchListener,
} from '../../store/store.ts'
import { StoreError } from '../../store/store.ts'
import { Compactor } from './compactor.ts'
import { type ConnectionOptions, EtcdConnection } from './connection.ts'
import { Follower } from './follower.ts'
import { compactMethod, leaseGrantMethod, leaseRevokeMethod, rangeMethod, txnMethod } from './methods.ts'
import { KeyPlace, rangeRequestOf, rangeResultOf, storeErrorFrom, transactionResultOf, txnRequestOf, type ValueReader } from './requests.ts'

export interface EtcdStoreOptions extends ConnectionOptions {
  /** Where the cluster's keys lie in etcd; "/registry". */
  readonly prefix?: string
  readonly clock: Clock
  readonly log: Log
  /** What others have written becomes what this process would have written. */
  readonly readValue?: ValueReader
  /** Between compactions of etcd; five minutes. 0: never. */
  readonly compactionMs?: number
  /** What the past may cost in memory (64 MB), and how old it may be there (ten minutes). */
  readonly historyBytesMax?: number
  readonly historyMsMax?: number
}

/** How long the mirror may take to hear of what etcd has answered. */
const mirrorWaitMs = 1000

/** Resolves once everything is loaded. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const { clock, log, historyBytesMax = 64 * 1024 * 1024, historyMsMax = 10 * 60 * 1000, compactionMs = 5 * 60 * 1000 } = options
  const connection = new EtcdConnection(options)
  const place = new KeyPlace(options.prefix ?? '/registry', options.readValue)
  try {
    const follower = await Follower.start(connection, place, { clock, log, historyBytesMax, historyMsMax })
    const compactor = compactionMs > 0 ? new Compactor(connection, clock, log, compactionMs) : undefined
    return new EtcdStore(connection, place, follower, compactor)
  } catch (error) {
    connection.close()
    throw storeErrorFrom(error)
  }
}

class EtcdStore implements Store {
  readonly isShared = true
  readonly #connection: EtcdConnection
  readonly #place: KeyPlace
  readonly #follower: Follower
  readonly #compactor: Compactor | undefined
  /** The question that is on its way, and the one that those who come now will share. */
  #asking: Promise<unknown> = Promise.resolve()
  #nextAsking: Promise<Revision | undefined> | undefined
  #closing: Promise<void> | undefined

  constructor(connection: EtcdConnection, place: KeyPlace, follower: Follower, compactor: Compactor | undefined) {
    this.#connection = connection
    this.#place = place
    this.#follower = follower
    this.#compactor = compactor
  }

  get revision(): Revision {
    return this.#follower.mirror.revision
  }

  get compactedRevision(): Revision {
    return this.#follower.mirror.mvcc.compacted
  }

  async get(key: string): Promise<KeyValue | undefined> {
    if (await this.#isMirrorCurrent()) return this.#follower.mirror.mvcc.get(key)
    const { items } = await this.#rangeOfEtcd({ start: key }, {})
    return items[0]
  }

  peek(key: string): KeyValue | undefined {
    return this.#follower.mirror.mvcc.get(key)
  }

  range(range: KeyRange, options: RangeOptions = {}): MaybePromise<RangeResult> {
    const { at } = options
    const { mvcc, revision } = this.#follower.mirror
    if (at !== undefined && at >= mvcc.compacted && at <= revision) return mvcc.range(range, options)
    return this.#range(range, options)
  }

  async #range(range: KeyRange, options: RangeOptions): Promise<RangeResult> {
    const isPast = options.at !== undefined && options.at < this.compactedRevision
    if (!isPast && (await this.#isMirrorCurrent())) return this.#follower.mirror.mvcc.range(range, options)
    return this.#rangeOfEtcd(range, options)
  }

  async #rangeOfEtcd(range: KeyRange, options: RangeOptions): Promise<RangeResult> {
    const answer = await this.#call(() => this.#connection.call(rangeMethod, rangeRequestOf(this.#place, range, options), { isRead: true }))
    const result = rangeResultOf(this.#place, answer)
    // The same versions are the same objects, so that what was made of them once is found again.
    const { mvcc } = this.#follower.mirror
    return { ...result, items: result.items.map((kv) => sameOr(mvcc.get(kv.key), kv)) }
  }

  async transact(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult> {
    signal?.throwIfAborted()
    const done = this.#transact(transaction)
    return signal === undefined ? done : givingUp(done, signal)
  }

  async #transact(transaction: Transaction): Promise<TransactionResult> {
    const request = txnRequestOf(this.#place, transaction)
    const isRead = [...transaction.then, ...(transaction.else ?? [])].every((operation) => operation.do === 'range')
    const answer = await this.#call(() => this.#connection.call(txnMethod, request, { isRead }))
    const result = transactionResultOf(this.#place, answer)
    if (!isRead) await this.#follower.mirror.reached(result.revision, mirrorWaitMs)
    return result
  }

  watch(range: KeyRange, after: Revision, listener: WatchListener): Disposable {
    return this.#follower.mirror.watches.start(range, after, listener)
  }

  async compact(revision: Revision): Promise<void> {
    await this.#call(() => this.#connection.call(compactMethod, { revision }, { isRead: false }))
    this.#follower.mirror.forgetBefore(revision)
  }

  async grantLease(ttlSeconds: number, id?: LeaseId): Promise<{ id: LeaseId; ttlSeconds: number }> {
    const request = { TTL: Math.ceil(ttlSeconds), ID: id ?? 0 }
    // A lease that was granted twice because the first answer was lost ends by itself.
    const { ID, TTL } = await this.#call(() => this.#connection.call(leaseGrantMethod, request, { isRead: id === undefined }))
    return { id: ID, ttlSeconds: Number(TTL) }
  }

  async revokeLease(id: LeaseId): Promise<void> {
    const { header } = await this.#call(() => this.#connection.call(leaseRevokeMethod, { ID: id }, { isRead: false }))
    await this.#follower.mirror.reached(Number(header?.revision ?? 0), mirrorWaitMs)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#compactor?.[Symbol.dispose]()
    await this.#follower.close()
    this.#connection.close()
  }

  /** Whether the mirror holds everything that etcd had acknowledged when this was called. */
  async #isMirrorCurrent(): Promise<boolean> {
    this.#nextAsking ??= this.#asking.then(() => {
      this.#nextAsking = undefined
      const asked = this.#ask()
      this.#asking = asked.catch(() => undefined)
      return asked
    })
    const revision = await this.#nextAsking
    if (revision === undefined) return false
    return this.#follower.mirror.reached(revision, mirrorWaitMs)
  }

  /** Undefined: etcd is behind what the mirror had of it, so it is not the same one any more. */
  async #ask(): Promise<Revision | undefined> {
    const { revision: known } = this.#follower.mirror
    const request = { key: this.#place.range.start, countOnly: true }
    const { header } = await this.#call(() => this.#connection.call(rangeMethod, request, { isRead: true }))
    const revision = Number(header?.revision ?? 0)
    if (revision >= known) return revision
    this.#follower.reset()
    return undefined
  }

  async #call<T>(run: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed')
    try {
      return await run()
    } catch (error) {
      throw storeErrorFrom(error)
    }
  }
}

function sameOr(known: KeyValue | undefined, kv: KeyValue): KeyValue {
  return known !== undefined && known.modRevision === kv.modRevision ? known : kv
}
