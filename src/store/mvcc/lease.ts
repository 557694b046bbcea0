/**
 * Leases: a number that keys hang on, and a time. When the time is over without a renewal the lease ends and its keys
 * with it. This table knows which keys hang where and when each lease is due; it deletes nothing itself: the store
 * (`embedded.ts`) asks for what is due and removes the keys in one revision.
 *
 * Times are monotonic milliseconds. After a restart every lease has its whole time again, as in etcd without
 * checkpoints: a server that was away must not punish those who could not reach it.
 * A newcomer would get wrong: a key hangs on the lease of its *newest* version only, so each put moves it.
 */
import { type LeaseId, StoreError } from '../store.ts'

/** etcd's bounds: no less than one and a half election timeouts rounded up, no more than fits its timers. */
const ttlSecondsMin = 2
const ttlSecondsMax = 9_000_000_000

export interface Lease {
  readonly id: LeaseId
  readonly ttlSeconds: number
  readonly keys: Set<string>
  dueMs: number
}

export class LeaseTable {
  readonly #leases = new Map<LeaseId, Lease>()

  get count(): number {
    return this.#leases.size
  }

  get(id: LeaseId): Lease | undefined {
    return this.#leases.get(id)
  }

  all(): Iterable<Lease> {
    return this.#leases.values()
  }

  /** Checks what a client asks for: the time it gets, or why not. An ID must be a number whenever that is exact. */
  acceptTtl(id: LeaseId, ttlSeconds: number): number {
    if (id === 0 || (typeof id === 'number' ? !Number.isSafeInteger(id) : BigInt.asIntN(64, id) !== id))
      throw new StoreError('invalid', `Lease ID ${id} must be a 64-bit whole number other than 0`)
    if (!Number.isFinite(ttlSeconds) || ttlSeconds > ttlSecondsMax) {
      throw new StoreError('leaseTimeTooLong', `Lease time of ${ttlSeconds} s must be at most ${ttlSecondsMax} s`)
    }
    if (this.#leases.has(id)) throw new StoreError('leaseExists', `Lease ${id} exists already`)
    return Math.max(ttlSecondsMin, Math.ceil(ttlSeconds))
  }

  grant(id: LeaseId, ttlSeconds: number, nowMs: number): Lease {
    const lease: Lease = { id, ttlSeconds, keys: new Set(), dueMs: nowMs + ttlSeconds * 1000 }
    this.#leases.set(id, lease)
    return lease
  }

  revoke(id: LeaseId): void {
    this.#leases.delete(id)
  }

  renew(id: LeaseId, nowMs: number): Lease {
    const lease = this.existing(id)
    lease.dueMs = nowMs + lease.ttlSeconds * 1000
    return lease
  }

  existing(id: LeaseId): Lease {
    const lease = this.#leases.get(id)
    if (lease === undefined) throw new StoreError('leaseNotFound', `Lease ${id} does not exist; it may have expired`)
    return lease
  }

  /** The key's newest version hung on `from` and hangs on `to` now; 0 is none. Leases that are gone are passed over. */
  move(key: string, from: LeaseId, to: LeaseId): void {
    if (from === to) return
    if (from !== 0) this.#leases.get(from)?.keys.delete(key)
    if (to !== 0) this.#leases.get(to)?.keys.add(key)
  }

  /** The next moment at which a lease ends, or undefined. */
  nextDueMs(): number | undefined {
    let nextMs: number | undefined
    for (const lease of this.#leases.values()) if (nextMs === undefined || lease.dueMs < nextMs) nextMs = lease.dueMs
    return nextMs
  }

  due(nowMs: number): Lease[] {
    return [...this.#leases.values()].filter((lease) => lease.dueMs <= nowMs)
  }

  /** After recovery: everyone gets their whole time again. */
  restart(nowMs: number): void {
    for (const lease of this.#leases.values()) lease.dueMs = nowMs + lease.ttlSeconds * 1000
  }
}
