/**
 * The way to an etcd cluster over gRPC: one channel an endpoint, calls at the endpoint that answered last, and the next one when that one
 * does not. Nothing here knows what is said; requests and answers are the messages of `../messages.ts`.
 *
 * A read goes to the next endpoint whatever was wrong with this one, again and again until its time is over. A write does so only when the
 * request cannot have been sent: after any other failure nobody knows whether it was done, and doing it twice would be a lie about the first.
 * A newcomer would get wrong: members that have lost the others still answer; `hasleader` makes them refuse instead.
 */
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { type ChannelCredentials, Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import type { Clock } from '../../std/clock.ts'
import { grpcCode } from '../../wire/grpc-status.ts'
import type { MessageType, Partially } from '../../wire/protobuf-message.ts'

export interface EtcdTls {
  /** PEM. */
  readonly ca?: Uint8Array
  readonly certificate?: Uint8Array
  readonly key?: Uint8Array
}

export interface ConnectionOptions {
  /** "https://10.0.0.1:2379", "http://…", "unix:///…", or without a scheme. */
  readonly endpoints: readonly string[]
  readonly tls?: EtcdTls
  /** How long a call is tried before its caller learns that nobody answers; ten seconds. One endpoint has half of it. */
  readonly callMsMax?: number
  readonly clock: Clock
}

/** Upstream's: storage/storagebackend/factory/etcd3.go. */
const keepaliveMs = 30_000
const keepaliveTimeoutMs = 10_000
const retryMs = 100

const channelOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  'grpc.keepalive_time_ms': keepaliveMs,
  'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.enable_http_proxy': 0,
  // Our channels are our own: one that another store closes must not be this one's.
  'grpc.use_local_subchannel_pool': 1,
}

export interface EtcdMethod<Q, A> {
  readonly path: string
  readonly request: MessageType<Q>
  readonly answer: MessageType<A>
}

export type EtcdStream<Q, A> = ClientDuplexStream<Partially<Q>, A>

export class EtcdConnection {
  readonly endpoints: readonly string[]
  readonly #clients: readonly Client[]
  readonly #clock: Clock
  readonly #callMsMax: number
  /** What ends each, and at which endpoint it is. */
  readonly #streams = new Map<() => void, number>()
  readonly #metadata = new Metadata()
  #current = 0
  #isClosed = false

  constructor({ endpoints, tls, callMsMax = 10_000, clock }: ConnectionOptions) {
    if (endpoints.length === 0) throw new Error('At least one endpoint of etcd is needed')
    this.endpoints = endpoints
    this.#clock = clock
    this.#callMsMax = callMsMax
    this.#metadata.set('hasleader', 'true')
    this.#clients = endpoints.map((endpoint) => {
      const { address, isSecure } = targetOf(endpoint, tls !== undefined)
      if (!isSecure) return new Client(address, credentials.createInsecure(), channelOptions)
      const ip = /^\[?([0-9.]+|[0-9a-f:]+)\]?:\d+$/i.exec(address)?.[1]
      const options = ip === undefined ? channelOptions : { ...channelOptions, 'grpc.ssl_target_name_override': nameOfAddresses }
      return new Client(address, secureCredentials(tls ?? {}, ip), options)
    })
  }

  /** `isRead`: may be done twice. */
  async call<Q, A>(method: EtcdMethod<Q, A>, request: Partially<Q>, { isRead }: { readonly isRead: boolean }): Promise<A> {
    const endMs = this.#clock.monotonicMs() + this.#callMsMax
    for (let attempt = 1; ; attempt++) {
      const index = this.#current
      try {
        return await this.#try(method, request, index, endMs)
      } catch (error) {
        if (isSilent(error as ServiceError)) this.#giveUp(index)
        if (this.#isClosed || this.#clock.monotonicMs() >= endMs || !mayTryAgain(error as ServiceError, isRead)) throw error
        if (attempt % this.#clients.length === 0) await this.#clock.sleep(retryMs)
      }
    }
  }

  /** A stream to the endpoint that answered last. Whoever sees it end calls `left` before opening another. */
  open<Q, A>({ path, request, answer }: EtcdMethod<Q, A>): { stream: EtcdStream<Q, A>; left: () => void } {
    const index = this.#current
    const client = this.#clients[index] as Client
    const stream = client.makeBidiStreamRequest(path, serializer(request), deserializer(answer), this.#metadata, {})
    const cancel = (): void => stream.cancel()
    this.#streams.set(cancel, index)
    const left = (): void => {
      this.#streams.delete(cancel)
      this.#leave(index)
    }
    return { stream, left }
  }

  close(): void {
    this.#isClosed = true
    for (const client of this.#clients) client.close()
  }

  /** Streams of an endpoint that does not answer calls would only be found dead by their keepalive, much later. */
  #giveUp(index: number): void {
    this.#leave(index)
    if (this.#clients.length > 1) for (const [cancel, place] of [...this.#streams]) if (place === index) cancel()
  }

  /** The next calls go to the endpoint after this one, unless somebody has moved on already. */
  #leave(index: number): void {
    if (this.#current === index) this.#current = (index + 1) % this.#clients.length
  }

  #try<Q, A>({ path, request: type, answer }: EtcdMethod<Q, A>, request: Partially<Q>, index: number, endMs: number): Promise<A> {
    const client = this.#clients[index] as Client
    const restMs = Math.min(this.#callMsMax / 2, Math.max(1, endMs - this.#clock.monotonicMs()))
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, value?: A): void => (error === null ? resolve(value as A) : reject(error))
      client.makeUnaryRequest(
        path,
        serializer(type),
        deserializer(answer),
        request,
        this.#metadata,
        { deadline: this.#clock.now() + restMs },
        done,
      )
    })
  }
}

function serializer<Q>(type: MessageType<Q>): (value: Partially<Q>) => Buffer {
  return (value) => {
    const bytes = type.encode(value)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
}

function deserializer<A>(type: MessageType<A>): (bytes: Buffer) => A {
  return (bytes) => type.decode(bytes)
}

function mayTryAgain({ code, details }: ServiceError, isRead: boolean): boolean {
  if (code === grpcCode.unavailable) return isRead || wasNotSent(details ?? '')
  return isRead && code === grpcCode.deadlineExceeded
}

function isSilent({ code }: ServiceError): boolean {
  return code === grpcCode.unavailable || code === grpcCode.deadlineExceeded
}

/** The channel could not connect, or the member refused before it looked at the request. */
function wasNotSent(details: string): boolean {
  return (
    details.startsWith('No connection established') || details.startsWith('Name resolution failed') || details === 'etcdserver: no leader'
  )
}

function targetOf(endpoint: string, hasTls: boolean): { address: string; isSecure: boolean } {
  const match = /^(https?|unixs?):\/\/(.*)$/.exec(endpoint)
  if (match === null) return { address: endpoint, isSecure: hasTls }
  const [, scheme, rest] = match as unknown as [string, string, string]
  const place = rest.replace(/\/+$/, '')
  if (scheme.startsWith('unix')) return { address: `unix:${rest}`, isSecure: scheme === 'unixs' }
  return { address: place, isSecure: scheme === 'https' }
}

/** TLS has no way to ask for an address by name, and Node warns when somebody tries. The certificate is still checked for the address. */
const nameOfAddresses = 'localhost'

function secureCredentials({ ca, certificate, key }: EtcdTls, ip: string | undefined): ChannelCredentials {
  const buffer = (bytes: Uint8Array | undefined): Buffer | null => (bytes === undefined ? null : Buffer.from(bytes))
  const verify = ip === undefined ? {} : { checkServerIdentity: (_name: string, peer: PeerCertificate) => checkServerIdentity(ip, peer) }
  return credentials.createSsl(buffer(ca), buffer(key), buffer(certificate), verify)
}
