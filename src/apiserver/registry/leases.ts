/**
 * Objects that go by themselves: Events live an hour. Many keys share one store lease, a new one each minute, as
 * upstream's lease manager does; a key so lives between `ttl` and `ttl` plus a minute.
 */
import type { KindDefinition } from '../../apimachinery/kind.ts'
import type { Clock } from '../../std/clock.ts'
import type { LeaseId, Store } from '../../store/store.ts'

const reuseMs = 60_000

export class Leases {
  readonly #store: Store
  readonly #clock: Clock
  readonly #eventTtlSeconds: number
  #current: { readonly id: Promise<LeaseId>; readonly untilMs: number } | undefined

  constructor(store: Store, clock: Clock, eventTtlSeconds: number) {
    this.#store = store
    this.#clock = clock
    this.#eventTtlSeconds = eventTtlSeconds
  }

  /** 0: the kind's objects stay. */
  leaseFor(kind: KindDefinition): LeaseId | Promise<LeaseId> {
    if (kind.kind !== 'Event' || (kind.group !== '' && kind.group !== 'events.k8s.io')) return 0
    const now = this.#clock.monotonicMs()
    if (this.#current === undefined || now >= this.#current.untilMs) {
      const id = this.#store.grantLease(this.#eventTtlSeconds + reuseMs / 1000).then((lease) => lease.id)
      this.#current = { id, untilMs: now + reuseMs }
    }
    return this.#current.id
  }
}
