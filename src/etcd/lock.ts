/**
 * The Lock service: wait for a lock by one call, give it back by another. A lock lives as long as its lease, and a client that hangs up while
 * it waits leaves the line.
 */
import type { Of, Partially } from '../wire/protobuf-message.ts'
import type { lockRequest, lockResponse, unlockRequest, unlockResponse } from './election-messages.ts'
import { etcdError } from './errors.ts'
import type { Member } from './member.ts'
import { inTheirWords, leaseOf, Queue, transact, unknown } from './queue.ts'

export class LockService {
  readonly #member: Member

  constructor(member: Member) {
    this.#member = member
  }

  async lock(request: Of<typeof lockRequest>, signal: AbortSignal): Promise<Partially<Of<typeof lockResponse>>> {
    try {
      const lease = await leaseOf(this.#member, request.lease)
      const queue = new Queue(this.#member, request.name)
      const { kv, joined } = await queue.join(lease, new Uint8Array(0))
      if (queue.first()?.key === kv.key) return { header: this.#member.header(joined.revision), key: kv.key }
      try {
        await queue.turn(kv.createRevision, signal)
      } catch (error) {
        await this.#delete(kv.key)
        throw error
      }
      // Its lease may have ended while it waited, and then the lock is somebody else's.
      if (this.#member.store.get(kv.key) === undefined) throw unknown('mutex: session is expired')
      return { header: this.#member.headerNow(), key: kv.key }
    } catch (error) {
      throw inTheirWords(error)
    }
  }

  async unlock({ key }: Of<typeof unlockRequest>): Promise<Partially<Of<typeof unlockResponse>>> {
    try {
      if (key === '') throw etcdError('emptyKey')
      return { header: this.#member.header(await this.#delete(key)) }
    } catch (error) {
      throw inTheirWords(error)
    }
  }

  async #delete(key: string): Promise<number> {
    const { revision } = await transact(this.#member, { compare: [], then: [{ do: 'delete', range: { start: key } }] })
    return revision
  }
}
