/**
 * A queue of keys under a name, as etcd's clients make one: whoever wants a turn puts NAME/LEASE, the oldest key has it, and a key goes when
 * it is deleted or its lease ends. Locks and elections are this queue; those who queue here and those who queue with etcd's own client
 * library stand in the same line.
 *
 *     lock/4d   made at 7     has the turn
 *     lock/5e   made at 9     waits for 4d to be deleted, and looks again then: a key between them may have come first
 */
import { type KeyValue, type LeaseId, prefixRange, type Revision, type Transaction, type TransactionResult } from '../store/store.ts'
import { GrpcError, grpcCode } from '../wire/grpc-status.ts'
import { etcdErrorFrom } from './errors.ts'
import type { Member } from './member.ts'

/** What a client gets that names no lease: time enough to ask for the next thing. */
const leaseSeconds = 60

/** These services are clients of etcd themselves there, and what they are told loses its code on the way. */
export function unknown(message: string): GrpcError {
  return new GrpcError(grpcCode.unknown, message)
}

export function inTheirWords(error: unknown): unknown {
  const known = etcdErrorFrom(error)
  return known instanceof GrpcError && known.code !== grpcCode.canceled ? unknown(known.message) : known
}

export class Queue {
  readonly #member: Member
  readonly #name: string

  constructor(member: Member, name: string) {
    this.#member = member
    this.#name = `${name}/`
  }

  keyOf(lease: LeaseId): string {
    return this.#name + lease.toString(16)
  }

  /** The oldest key: whose turn it is. */
  first(): KeyValue | undefined {
    const { items } = this.#member.store.range(prefixRange(this.#name))
    return items.reduce<KeyValue | undefined>(
      (first, kv) => (first === undefined || kv.createRevision < first.createRevision ? kv : first),
      undefined,
    )
  }

  /** Puts the key, or leaves the one that this lease has there already. */
  async join(lease: LeaseId, value: Uint8Array): Promise<{ readonly kv: KeyValue; readonly joined: TransactionResult }> {
    const key = this.keyOf(lease)
    const read = { do: 'range', range: { start: key } } as const
    const joined = await transact(this.#member, {
      compare: [{ key, target: 'createRevision', is: '=', than: 0 }],
      then: [{ do: 'put', key, value, lease }, read],
      else: [read],
    })
    const found = joined.results.at(-1)
    const kv = found?.did === 'range' ? found.result.items[0] : undefined
    if (kv === undefined) throw new Error(`Key "${key}" is not there after it was put`)
    return { kv, joined }
  }

  /** Until no key is left that is older. */
  async turn(createRevision: Revision, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { items, revision } = this.#member.store.range(prefixRange(this.#name))
      const older = items.filter((kv) => kv.createRevision < createRevision)
      const last = older.reduce<KeyValue | undefined>(
        (one, kv) => (one === undefined || kv.createRevision > one.createRevision ? kv : one),
        undefined,
      )
      if (last === undefined) return
      await this.#deleted(last.key, revision, signal)
    }
  }

  #deleted(key: string, after: Revision, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = (): void => {
        watch[Symbol.dispose]()
        reject(new GrpcError(grpcCode.canceled, 'context canceled'))
      }
      const watch = this.#member.store.watch({ start: key }, after, {
        onBatch: ({ events }) => {
          if (!events.some((event) => event.type === 'delete')) return
          watch[Symbol.dispose]()
          signal.removeEventListener('abort', gone)
          resolve()
        },
        onEnd: (error) => {
          signal.removeEventListener('abort', gone)
          reject(error)
        },
      })
      if (signal.aborted) gone()
      else signal.addEventListener('abort', gone, { once: true })
    })
  }
}

/** The lease that was named, or a new one. */
export async function leaseOf(member: Member, named: LeaseId): Promise<LeaseId> {
  return named === 0 ? (await member.store.grantLease(leaseSeconds)).id : named
}

/** As a client's transaction: the alarms count. */
export function transact(member: Member, transaction: Transaction): Promise<TransactionResult> {
  if (transaction.then.some((operation) => operation.do === 'put')) member.requireSpace()
  else member.requireSound()
  return member.store.transact(transaction)
}
