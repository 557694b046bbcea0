/**
 * A member of etcd from a store: its services behind as many addresses as it shall listen on. gRPC and plain HTTP share each port.
 *
 *     const member = new Member({ store, … })
 *     const server = await startEtcdServer(member, [{ host: '127.0.0.1', port: 2379 }])
 */

import { grpcHandler, isGrpc } from '../wire/grpc-server.ts'
import type { HttpHandler } from '../wire/http.ts'
import { type HttpServer, startHttpServer, type TlsOptions } from '../wire/http-server.ts'
import { type CompactorOptions, compactor } from './compactor.ts'
import { gateway } from './gateway.ts'
import { plainHandler } from './http.ts'
import type { Member } from './member.ts'
import { EtcdMetrics } from './metrics.ts'
import { etcdMethods } from './services.ts'

export interface EtcdAddress {
  readonly host: string
  readonly port: number
  readonly tls?: TlsOptions
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
  autoCompaction?: CompactorOptions,
): Promise<EtcdServer> {
  const metrics = new EtcdMetrics(member)
  const handler = etcdHandler(member, metrics)
  const servers: HttpServer[] = []
  try {
    for (const address of addresses) servers.push(await listen(member, address, handler))
  } catch (error) {
    for (const server of servers) await server.close()
    throw error
  }
  const compacting = autoCompaction === undefined ? undefined : compactor(member, autoCompaction)
  return {
    ports: servers.map((server) => server.port),
    close: async (options) => {
      compacting?.[Symbol.dispose]()
      await Promise.all(servers.map((server) => server.close(options)))
    },
  }
}

export function etcdHandler(member: Member, metrics: EtcdMetrics): HttpHandler {
  const methods = etcdMethods(member)
  const requestBytesMax = member.options.requestBytesMax + overheadBytes
  const grpc = grpcHandler({
    methods,
    requestBytesMax,
    log: member.log,
    onDone: metrics.count,
  })
  const plain = plainHandler(member, metrics)
  // Base64 is a third longer than what it says.
  const json = gateway(methods, requestBytesMax * 2)
  return (request) => {
    if (isGrpc(request)) return grpc(request)
    return json.handles(request.path) ? json.answer(request) : plain(request)
  }
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
    limits: { streamsMax, idleTimeoutMs },
  })
}
