/**
 * The Lease service. A lease that is not there is an error for who revokes it and a plain answer for who asks or renews: TTL -1 and TTL 0.
 */
import type { LeaseId } from '../store/store.ts'
import type { GrpcStream, GrpcStreamHandler } from '../wire/grpc-server.ts'
import type { Of, Partially } from '../wire/protobuf-message.ts'
import { etcdErrorFrom } from './errors.ts'
import type { Member } from './member.ts'
import type {
  leaseGrantRequest,
  leaseGrantResponse,
  leaseKeepAliveRequest,
  leaseKeepAliveResponse,
  leaseLeasesResponse,
  leaseRevokeRequest,
  leaseRevokeResponse,
  leaseTimeToLiveRequest,
  leaseTimeToLiveResponse,
} from './messages.ts'

export class LeaseService {
  readonly #member: Member

  constructor(member: Member) {
    this.#member = member
  }

  async grant(request: Of<typeof leaseGrantRequest>): Promise<Partially<Of<typeof leaseGrantResponse>>> {
    this.#member.requireSpace()
    try {
      const id = request.ID === 0 ? undefined : request.ID
      const lease = await this.#member.store.grantLease(Number(request.TTL), id)
      this.#member.counts.leases.granted++
      return { header: this.#member.headerNow(), ID: lease.id, TTL: lease.ttlSeconds }
    } catch (error) {
      throw etcdErrorFrom(error)
    }
  }

  async revoke(request: Of<typeof leaseRevokeRequest>): Promise<Partially<Of<typeof leaseRevokeResponse>>> {
    this.#member.requireSound()
    try {
      await this.#member.store.revokeLease(request.ID)
    } catch (error) {
      throw etcdErrorFrom(error)
    }
    this.#member.counts.leases.revoked++
    return { header: this.#member.headerNow() }
  }

  keepAlive(stream: GrpcStream<Of<typeof leaseKeepAliveResponse>>): GrpcStreamHandler<Of<typeof leaseKeepAliveRequest>> {
    return {
      onRequest: ({ ID }) => stream.send({ header: this.#member.headerNow(), ID, TTL: this.#renew(ID) }),
      onRequestsEnd: () => stream.end(),
    }
  }

  /** 0: there is no such lease. */
  #renew(id: LeaseId): number {
    try {
      const { ttlSeconds } = this.#member.store.renewLease(id)
      this.#member.counts.leases.renewed++
      return ttlSeconds
    } catch (error) {
      if ((error as { code?: unknown }).code === 'leaseNotFound') return 0
      throw error
    }
  }

  timeToLive({ ID, keys }: Of<typeof leaseTimeToLiveRequest>): Partially<Of<typeof leaseTimeToLiveResponse>> {
    const header = this.#member.headerNow()
    const lease = this.#member.store.lease(ID)
    if (lease === undefined) return { header, ID, TTL: -1 }
    const answer = { header, ID, TTL: Math.floor(lease.remainingMs / 1000), grantedTTL: lease.ttlSeconds }
    return keys ? { ...answer, keys: lease.keys } : answer
  }

  leases(): Partially<Of<typeof leaseLeasesResponse>> {
    return { header: this.#member.headerNow(), leases: this.#member.store.leases().map(({ id }) => ({ ID: id })) }
  }
}
