/**
 * The Election service: campaign until elected, say something as leader, see who leads, resign. The leader is whose key is the oldest, what
 * it proclaims is the key's value, and the key's first revision is the proof of having been elected: who comes back too late with an old
 * one is told that it does not lead.
 */
import { type KeyValue, prefixRange, type Revision, type StoreError } from '../store/store.ts'
import type { GrpcStream, GrpcStreamHandler } from '../wire/grpc-server.ts'
import type { GrpcError } from '../wire/grpc-status.ts'
import type { Of, Partially } from '../wire/protobuf-message.ts'
import type {
  campaignRequest,
  campaignResponse,
  leaderRequest,
  leaderResponse,
  proclaimRequest,
  proclaimResponse,
  resignRequest,
  resignResponse,
} from './election-messages.ts'
import type { Member } from './member.ts'
import { inTheirWords, leaseOf, Queue, transact, unknown } from './queue.ts'

type LeaderKey = NonNullable<Of<typeof proclaimRequest>['leader']>

export class ElectionService {
  readonly #member: Member

  constructor(member: Member) {
    this.#member = member
  }

  async campaign(request: Of<typeof campaignRequest>, signal: AbortSignal): Promise<Partially<Of<typeof campaignResponse>>> {
    const { name, value } = request
    try {
      const lease = await leaseOf(this.#member, request.lease)
      const queue = new Queue(this.#member, name)
      const { kv, joined } = await queue.join(lease, value)
      const leader = { name, key: kv.key, rev: kv.createRevision, lease }
      try {
        if (Buffer.compare(kv.value, value) !== 0) await this.#proclaim(leader, value)
        await queue.turn(kv.createRevision, signal)
      } catch (error) {
        await this.#resign(leader)
        throw error
      }
      return { header: this.#member.header(joined.revision), leader }
    } catch (error) {
      throw inTheirWords(error)
    }
  }

  async proclaim({ leader, value }: Of<typeof proclaimRequest>): Promise<Partially<Of<typeof proclaimResponse>>> {
    try {
      return { header: this.#member.header(await this.#proclaim(provided(leader), value)) }
    } catch (error) {
      throw inTheirWords(error)
    }
  }

  leader({ name }: Of<typeof leaderRequest>): Partially<Of<typeof leaderResponse>> {
    const kv = new Queue(this.#member, name).first()
    if (kv === undefined) throw unknown('election: no leader')
    return { header: this.#member.headerNow(), kv }
  }

  async resign({ leader }: Of<typeof resignRequest>): Promise<Partially<Of<typeof resignResponse>>> {
    try {
      return { header: this.#member.header(await this.#resign(provided(leader))) }
    } catch (error) {
      throw inTheirWords(error)
    }
  }

  observe(stream: GrpcStream<Of<typeof leaderResponse>>): GrpcStreamHandler<Of<typeof leaderRequest>> {
    return {
      onRequest: ({ name }) => new Observer(this.#member, name, stream).start(),
      onRequestsEnd: () => {},
    }
  }

  async #proclaim(leader: LeaderKey, value: Uint8Array): Promise<Revision> {
    const lease = await leaseOf(this.#member, leader.lease)
    const { succeeded, revision } = await transact(this.#member, {
      compare: [stillLeads(leader)],
      then: [{ do: 'put', key: leader.key, value, lease }],
    })
    if (!succeeded) throw unknown('election: not leader')
    return revision
  }

  async #resign(leader: LeaderKey): Promise<Revision> {
    const range = { start: leader.key }
    const { revision } = await transact(this.#member, { compare: [stillLeads(leader)], then: [{ do: 'delete', range }] })
    return revision
  }
}

function provided(leader: LeaderKey | undefined): LeaderKey {
  if (leader === undefined) throw unknown('"leader" field must be provided')
  return leader
}

function stillLeads({ key, rev }: LeaderKey) {
  return { key, target: 'createRevision', is: '=', than: rev } as const
}

/** Sends the leader, whatever it says next, then the next leader, without end. */
class Observer {
  readonly #member: Member
  readonly #name: string
  readonly #stream: GrpcStream<Of<typeof leaderResponse>>
  #leading: KeyValue | undefined

  constructor(member: Member, name: string, stream: GrpcStream<Of<typeof leaderResponse>>) {
    this.#member = member
    this.#name = name
    this.#stream = stream
  }

  /** One watch of the whole queue: whatever happens in it, the oldest key afterwards is the leader. */
  start(): void {
    const { store } = this.#member
    this.#look(store.revision)
    const watch = store.watch(prefixRange(`${this.#name}/`), store.revision, {
      onBatch: ({ revision }) => this.#look(revision),
      onEnd: (error: StoreError) => this.#stream.end(inTheirWords(error) as GrpcError),
    })
    this.#stream.signal.addEventListener('abort', () => watch[Symbol.dispose](), { once: true })
  }

  #look(revision: Revision): void {
    const first = new Queue(this.#member, this.#name).first()
    const isNew = first !== undefined && first.modRevision !== this.#leading?.modRevision
    this.#leading = first
    if (isNew) this.#stream.send({ header: this.#member.header(revision), kv: first })
  }
}
