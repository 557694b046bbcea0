/**
 * A client of etcd's API for tests, on a stranger's gRPC (`@grpc/grpc-js`) with our messages: the same calls go to our server and to a real
 * etcd. A failed call rejects with grpc's `code` and `details`.
 */
import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js'
import * as m from '../etcd/messages.ts'
import type { MessageType, Of, Partially } from '../wire/protobuf-message.ts'

export interface Watching {
  readonly stream: ClientDuplexStream<Partially<m.WatchRequest>, m.WatchResponse>
  /** Everything that came, in order. */
  readonly responses: m.WatchResponse[]
  send(request: Partially<m.WatchRequest>): void
  /** Resolves once `until` holds of what came. */
  until(test: (responses: readonly m.WatchResponse[]) => boolean): Promise<void>
}

export class EtcdClient implements Disposable {
  readonly #client: Client

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
    })
  }

  unary<Q, A>(path: string, request: MessageType<Q>, answer: MessageType<A>, value: Partially<Q>): Promise<A> {
    return this.raw(path, Buffer.from(request.encode(value))).then((bytes) => answer.decode(bytes))
  }

  /** Bytes as they are, for what no encoder would write. */
  raw(path: string, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, answer?: Buffer): void => (error ? reject(error) : resolve(answer as Buffer))
      this.#client.makeUnaryRequest<Buffer, Buffer>(
        path,
        (one) => one,
        (one) => Buffer.from(one),
        bytes,
        done,
      )
    })
  }

  range(value: Partially<m.RangeRequest>) {
    return this.unary('/etcdserverpb.KV/Range', m.rangeRequest, m.rangeResponse, value)
  }
  put(value: Partially<m.PutRequest>) {
    return this.unary('/etcdserverpb.KV/Put', m.putRequest, m.putResponse, value)
  }
  deleteRange(value: Partially<m.DeleteRangeRequest>) {
    return this.unary('/etcdserverpb.KV/DeleteRange', m.deleteRangeRequest, m.deleteRangeResponse, value)
  }
  txn(value: Partially<m.TxnRequest>) {
    return this.unary('/etcdserverpb.KV/Txn', m.txnRequest, m.txnResponse, value)
  }
  compact(value: Partially<Of<typeof m.compactionRequest>>) {
    return this.unary('/etcdserverpb.KV/Compact', m.compactionRequest, m.compactionResponse, value)
  }
  grant(value: Partially<Of<typeof m.leaseGrantRequest>>) {
    return this.unary('/etcdserverpb.Lease/LeaseGrant', m.leaseGrantRequest, m.leaseGrantResponse, value)
  }
  revoke(ID: number | bigint) {
    return this.unary('/etcdserverpb.Lease/LeaseRevoke', m.leaseRevokeRequest, m.leaseRevokeResponse, { ID })
  }
  timeToLive(value: Partially<Of<typeof m.leaseTimeToLiveRequest>>) {
    return this.unary('/etcdserverpb.Lease/LeaseTimeToLive', m.leaseTimeToLiveRequest, m.leaseTimeToLiveResponse, value)
  }
  leases() {
    return this.unary('/etcdserverpb.Lease/LeaseLeases', m.leaseLeasesRequest, m.leaseLeasesResponse, {})
  }
  hashKv(revision = 0) {
    return this.unary('/etcdserverpb.Maintenance/HashKV', m.hashKvRequest, m.hashKvResponse, { revision })
  }
  status() {
    return this.unary('/etcdserverpb.Maintenance/Status', m.statusRequest, m.statusResponse, {})
  }

  duplex<Q, A>(path: string, request: MessageType<Q>, answer: MessageType<A>): ClientDuplexStream<Partially<Q>, A> {
    return this.#client.makeBidiStreamRequest<Partially<Q>, A>(
      path,
      (value) => Buffer.from(request.encode(value)),
      (bytes) => answer.decode(Uint8Array.from(bytes)),
    )
  }

  watch(...requests: Partially<m.WatchCreateRequest>[]): Watching {
    const stream = this.duplex('/etcdserverpb.Watch/Watch', m.watchRequest, m.watchResponse)
    const responses: m.WatchResponse[] = []
    let wake = (): void => {}
    stream.on('data', (response: m.WatchResponse) => {
      responses.push(response)
      wake()
    })
    // Ended by us with `cancel`, which grpc-js reports as an error.
    stream.on('error', () => wake())
    const send = (request: Partially<m.WatchRequest>): void => void stream.write(request)
    for (const createRequest of requests) send({ createRequest })
    return {
      stream,
      responses,
      send,
      until: (test) =>
        new Promise((resolve) => {
          wake = () => test(responses) && resolve()
          wake()
        }),
    }
  }

  [Symbol.dispose](): void {
    this.#client.close()
  }
}
