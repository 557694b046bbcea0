/**
 * The Cluster service of a cluster that is one member. It can be listed; it does not grow: replication is what a real etcd cluster is for.
 */
import { GrpcError, grpcCode } from '../wire/grpc-status.ts'
import type { Of, Partially } from '../wire/protobuf-message.ts'
import { etcdError } from './errors.ts'
import type { Member } from './member.ts'
import type { memberListResponse, memberMessage, memberPromoteRequest, memberRemoveRequest, memberUpdateRequest } from './messages.ts'

type Request<M> = Of<M>

export class ClusterService {
  readonly #member: Member

  constructor(member: Member) {
    this.#member = member
  }

  list(): Partially<Of<typeof memberListResponse>> {
    const { clusterId, memberId, raftTerm } = this.#member
    return { header: { clusterId, memberId, raftTerm }, members: [this.#us()] }
  }

  add(): never {
    throw new GrpcError(
      grpcCode.failedPrecondition,
      'etcdserver: this server is a cluster of one member and cannot grow; for more members run etcd itself and restore a snapshot of this one there',
    )
  }

  remove({ ID }: Request<typeof memberRemoveRequest>): never {
    throw ID === this.#member.memberId ? etcdError('memberNotEnoughStarted') : etcdError('memberNotFound')
  }

  update({ ID, peerURLs }: Request<typeof memberUpdateRequest>): Partially<Of<typeof memberListResponse>> {
    if (ID !== this.#member.memberId) throw etcdError('memberNotFound')
    // Nobody speaks to us as a peer, so there is nothing to move to: only what is true already can be said again.
    const ours = this.#member.options.peerUrls
    if (peerURLs.length !== ours.length || peerURLs.some((url) => !ours.includes(url))) throw etcdError('memberBadUrls')
    return this.list()
  }

  promote({ ID }: Request<typeof memberPromoteRequest>): never {
    throw ID === this.#member.memberId ? etcdError('memberNotLearner') : etcdError('memberNotFound')
  }

  #us(): Partially<Of<typeof memberMessage>> {
    const { name, peerUrls, clientUrls } = this.#member.options
    return { ID: this.#member.memberId, name, peerURLs: peerUrls, clientURLs: clientUrls }
  }
}
