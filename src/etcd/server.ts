/**
 * A member of etcd from a store: its services behind as many addresses as it shall listen on. gRPC and plain HTTP share a port, or have
 * ports of their own; addresses for metrics serve nothing but metrics and health.
 *
 *     const member = new Member({ store, … })
 *     const server = await startEtcdServer(member, [{ host: '127.0.0.1', port: 2379 }])
 */

import { grpcHandler, isGrpc } from '../wire/grpc-server.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../wire/http.ts'
import { type HttpServer, startHttpServer, type TlsOptions } from '../wire/http-server.ts'
import { type AccessOptions, accessOf } from './access.ts'
import { type CompactorOptions, compactor } from './compactor.ts'
import { type Gateway, gateway } from './gateway.ts'
import { Health } from './health.ts'
import { clientPages, metricsPages } from './http.ts'
import type { Member } from './member.ts'
import { EtcdMetrics } from './metrics.ts'
import { plainText } from './plain-text.ts'
import { etcdMethods } from './services.ts'

export interface EtcdAddress {
  readonly host: string
  readonly port: number
  readonly tls?: TlsOptions
  /** Absent: gRPC and HTTP. */
  readonly traffic?: EtcdTraffic
}

export type EtcdTraffic = 'grpc+http' | 'grpc' | 'http' | 'metrics'

export interface EtcdServerOptions extends AccessOptions {
  readonly autoCompaction?: CompactorOptions
}

export interface EtcdServer {
  readonly ports: readonly number[]
  close(options?: { readonly graceMs?: number }): Promise<void>
}

/** Clients open as many streams as they have watches; etcd sets no bound, ours is beyond what they use. */
const streamsMax = 10_000
/** Beyond the largest request, so that one that is a little too large is told so in etcd's words. */
const overheadBytes = 512 * 1024
/** Clients keep connections without a call for as long as they like. */
const idleTimeoutMs = 24 * 60 * 60 * 1000

export async function startEtcdServer(
  member: Member,
  addresses: readonly EtcdAddress[],
  options: EtcdServerOptions = {},
): Promise<EtcdServer> {
  const handlers = new Handlers(member, options)
  const servers: HttpServer[] = []
  try {
    for (const address of addresses) servers.push(await listen(member, address, handlers.for(address)))
  } catch (error) {
    for (const server of servers) await server.close()
    throw error
  }
  const compacting = options.autoCompaction === undefined ? undefined : compactor(member, options.autoCompaction)
  return {
    ports: servers.map((server) => server.port),
    close: async (closing) => {
      compacting?.[Symbol.dispose]()
      await Promise.all(servers.map((server) => server.close(closing)))
    },
  }
}

/** One of each, shared by all addresses: the counts of calls are the member's, not a port's. */
class Handlers {
  readonly #access: AccessOptions
  readonly #grpc: HttpHandler
  readonly #gateway: Gateway
  readonly #clientPages: (request: HttpRequest) => HttpResponse
  readonly #metricsPages: (request: HttpRequest) => HttpResponse

  constructor(member: Member, access: AccessOptions) {
    const health = new Health(member)
    const methods = etcdMethods(member)
    const metrics = new EtcdMetrics(member, health, methods)
    const requestBytesMax = member.options.requestBytesMax + overheadBytes
    this.#access = access
    this.#grpc = grpcHandler({ methods, requestBytesMax, clock: member.clock, log: member.log, onDone: metrics.count })
    // Base64 is a third longer than what it says.
    this.#gateway = gateway(methods, requestBytesMax * 2)
    this.#clientPages = clientPages(member, health, metrics)
    this.#metricsPages = metricsPages(health, metrics)
  }

  for({ traffic = 'grpc+http', tls }: EtcdAddress): HttpHandler {
    if (traffic === 'metrics') return this.#metricsPages
    if (traffic === 'grpc') return (request) => (isGrpc(request) ? this.#grpc(request) : notGrpc(request))
    const http = this.#http(tls !== undefined)
    return traffic === 'http' ? http : (request) => (isGrpc(request) ? this.#grpc(request) : http(request))
  }

  #http(isTls: boolean): HttpHandler {
    const access = accessOf(this.#access, isTls)
    return (request) => {
      const { refused, headers } = access(request)
      if (refused !== undefined) return refused
      if (!this.#gateway.handles(request.path)) return withHeaders(this.#clientPages(request), headers)
      return this.#gateway.answer(request).then((answer) => withHeaders(answer, headers))
    }
  }
}

function withHeaders(answer: HttpResponse, headers: Readonly<Record<string, string>>): HttpResponse {
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

function notGrpc(request: HttpRequest): HttpResponse {
  return plainText(415, `invalid gRPC request content-type "${request.headers['content-type'] ?? ''}"`)
}

function listen(member: Member, address: EtcdAddress, handler: HttpHandler): Promise<HttpServer> {
  const { host, port, tls } = address
  return startHttpServer({
    handler,
    host,
    port,
    ...(tls === undefined ? {} : { tls }),
    clock: member.clock,
    log: member.log,
    onRejected: ({ peer, error }) =>
      member.log.warn('rejected connection on client endpoint', { 'remote-addr': peer, 'server-name': '', error }),
    limits: { streamsMax, idleTimeoutMs },
  })
}
