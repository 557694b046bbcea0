/**
 * Sockets become requests: one port that speaks HTTP/2 and HTTP/1.1. Over TLS the client chooses by ALPN; without a certificate by what it
 * says first (gRPC clients begin with HTTP/2's preface). A handler gets an `HttpRequest` and answers with an `HttpResponse` (http.ts); it cannot tell which it was.
 *
 *     const server = await startHttpServer({ handler, host: '127.0.0.1', port: 0, tls: { key, cert, clientCa }, clock, log })
 *     …
 *     await server.close({ graceMs: 5_000 })
 *
 * HTTP/2 is `http2/`, HTTP/1.1 is `http1-server.ts` and loaded when first needed. Here are only what connections have in common: TLS, who
 * the peer is, how long a connection may do nothing, and the order of an end. A client certificate is asked for and never demanded:
 * `peer.certificate` is there when our client CA signed it, `peer.certificateError` says why when it did not.
 */
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { HttpHandler, HttpPeer, HttpResponse } from './http.ts'
import type { Http1Server } from './http1-server.ts'
import { Http2Connection, type Http2Host, type Http2Limits } from './http2/connection.ts'
import { FlushQueue, WriteBufferPool } from './http2/write-buffers.ts'
import { parsePeerCertificate } from './peer-certificate.ts'

export interface TlsOptions {
  /** PEM. */
  readonly key: string
  readonly cert: string
  /** Whose client certificates are believed, PEM. Without it clients are not asked for one. */
  readonly clientCa?: readonly string[]
  /** Nobody without a certificate that it signed gets past the handshake. */
  readonly demandsClientCertificate?: boolean
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** As OpenSSL writes them. */
  readonly ciphers?: string
  /** Client certificates that are not believed any more, by serial number; asked for each connection. Rejects: nobody is believed. */
  readonly revokedSerials?: () => Promise<ReadonlySet<string>>
}

export interface HttpServerLimits extends Http2Limits {
  /** From accepting a connection to the end of its handshake. */
  readonly handshakeTimeoutMs: number
  /** A request head, or a frame, must be whole after this. */
  readonly headTimeoutMs: number
  /** A connection without a request is closed after this. */
  readonly idleTimeoutMs: number
}

export const defaultLimits: HttpServerLimits = {
  headersBytesMax: 64 * 1024,
  streamsMax: 250,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  handshakeTimeoutMs: 15_000,
  headTimeoutMs: 32_000,
  idleTimeoutMs: 90_000,
}

export interface HttpServerOptions {
  readonly handler: HttpHandler
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly tls?: TlsOptions
  /** Closes the server at once when it aborts. */
  readonly signal?: AbortSignal
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<HttpServerLimits>
  /** A connection was turned away before it could ask for anything. */
  readonly onRejected?: (rejected: { readonly peer: string; readonly error: string }) => void
}

export interface HttpServer {
  readonly address: string
  readonly port: number
  readonly connections: number
  /** Aborts as soon as `close` begins: what never ends by itself (a watch) should then end. */
  readonly closing: AbortSignal
  /** A new certificate for connections from now on. */
  setTls(tls: TlsOptions): void
  /** No new connections or requests; running ones get `graceMs`, then their signals abort; then everything is destroyed. */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

const sweepMs = 5_000
/** How long a refused connection may take to read why. */
const lingerMs = 5_000

export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = new ListeningServer(options)
  await server.listen(options.host, options.port)
  const close = (): void => void server.close({ graceMs: 0 })
  if (options.signal?.aborted) close()
  else options.signal?.addEventListener('abort', close, { once: true })
  return server
}

class ListeningServer implements HttpServer, Http2Host {
  readonly handler: HttpHandler
  readonly clock: Clock
  readonly log: Log
  readonly limits: HttpServerLimits
  readonly pool = new WriteBufferPool()
  readonly flushQueue: FlushQueue
  readonly #server: Server
  readonly #isTls: boolean
  readonly #revokedSerials: (() => Promise<ReadonlySet<string>>) | undefined
  readonly #onRejected: HttpServerOptions['onRejected']
  readonly #sockets = new Set<Socket>()
  readonly #http2 = new Map<Socket, Http2Connection>()
  readonly #closing = new AbortController()
  #http1: Promise<Http1Server> | undefined
  #http1Now: Http1Server | undefined
  #sweep: Timer | undefined
  #closed: Promise<void> | undefined
  #whenEmpty: (() => void) | undefined
  #dateSecond = 0
  #date = ''

  constructor(options: HttpServerOptions) {
    this.handler = options.handler
    this.clock = options.clock
    this.log = options.log
    this.limits = { ...defaultLimits, ...options.limits }
    this.flushQueue = new FlushQueue(options.clock)
    this.#isTls = options.tls !== undefined
    this.#revokedSerials = options.tls?.revokedSerials
    this.#onRejected = options.onRejected
    const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
    this.#server =
      options.tls === undefined
        ? createServer(socketOptions, (socket) => this.#listenFirst(socket))
        : createTlsServer(
            {
              ...socketOptions,
              ...secureOptions(options.tls),
              ALPNProtocols: ['h2', 'http/1.1'],
              handshakeTimeout: this.limits.handshakeTimeoutMs,
            },
            (socket) => {
              if (this.#revokedSerials !== undefined) void this.#acceptUnlessRevoked(socket, this.#revokedSerials)
              else this.#accept(socket, socket.alpnProtocol === 'h2')
            },
          )
    // The raw socket, before its handshake: `close` must reach it too.
    this.#server.on('connection', (socket: Socket) => this.#track(socket))
    this.#server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      this.#reject(socket, error.message)
    })
  }

  get address(): string {
    return (this.#server.address() as AddressInfo | null)?.address ?? ''
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0
  }

  get connections(): number {
    return this.#sockets.size
  }

  get closing(): AbortSignal {
    return this.#closing.signal
  }

  get headersBytesMax(): number {
    return this.limits.headersBytesMax
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port, backlog: 4096 }, () => {
        this.#server.removeListener('error', reject)
        this.#server.on('error', (error) => this.log.error('HTTP server failed', { error }))
        resolve()
      })
    })
  }

  setTls(tls: TlsOptions): void {
    if ('setSecureContext' in this.#server) (this.#server as import('node:tls').Server).setSecureContext(secureOptions(tls))
  }

  date(): string {
    const second = Math.floor(this.clock.now() / 1000)
    if (second !== this.#dateSecond) {
      this.#dateSecond = second
      this.#date = new Date(second * 1000).toUTCString()
    }
    return this.#date
  }

  internalError(error: unknown, method: string, path: string): HttpResponse {
    this.log.error('Request handler failed', { error, method, path })
    return { status: 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Internal Server Error\n' }
  }

  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#close(options.graceMs ?? 0)
    return this.#closed
  }

  async #close(graceMs: number): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve
      if (this.#sockets.size === 0) resolve()
    })
    this.#closing.abort(new Error('Server stops'))
    for (const connection of this.#http2.values()) connection.leave()
    this.#http1Now?.leave()
    if (graceMs > 0) await this.#waitAtMost(graceMs, empty)
    for (const connection of this.#http2.values()) connection.stop()
    this.#http1Now?.stop()
    // Three turns: handlers hear of it, say their last word, and it is written.
    for (let turn = 0; turn < 3 && this.#sockets.size > 0; turn++) await this.clock.yieldTurn()
    for (const socket of this.#sockets) socket.destroy()
    this.#sweep?.cancel()
    await empty
    await stopped
  }

  async #waitAtMost(delayMs: number, until: Promise<void>): Promise<void> {
    let timer: Timer | undefined
    const late = new Promise<void>((resolve) => {
      timer = this.clock.after(delayMs, resolve)
    })
    await Promise.race([until, late])
    timer?.cancel()
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    // Resets are everyday life; what belongs to the connection is cleaned up on 'close'.
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (this.#sockets.size > 0) return
      this.pool.clear()
      this.#sweep?.cancel()
      this.#sweep = undefined
      this.#whenEmpty?.()
    })
    if (this.#closed !== undefined) return void socket.destroy()
    this.#sweep ??= this.clock.after(sweepMs, this.#sweepConnections)
  }

  /** Without TLS nothing tells HTTP/2 from HTTP/1.1 but the first bytes: `PRI` is no method. */
  #listenFirst(socket: Socket): void {
    let head: Buffer = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      if (head.length < 3) return
      socket.removeListener('data', onData)
      socket.removeListener('timeout', onTimeout)
      socket.setTimeout(0)
      const isHttp2 = head.toString('latin1', 0, 3) === 'PRI'
      if (isHttp2) {
        this.#accept(socket, true)
        return void socket.emit('data', head)
      }
      socket.pause()
      socket.unshift(head)
      this.#accept(socket, false)
    }
    const onTimeout = (): void => void socket.destroy()
    socket.setTimeout(this.limits.headTimeoutMs)
    socket.on('timeout', onTimeout)
    socket.on('data', onData)
    socket.once('end', () => {
      if (head.length < 3) socket.destroy()
    })
  }

  #reject(socket: Socket, error: string): void {
    this.log.debug('TLS handshake failed', { error, peer: socket.remoteAddress })
    this.#onRejected?.({ peer: `${socket.remoteAddress}:${socket.remotePort}`, error })
    socket.destroy()
  }

  async #acceptUnlessRevoked(socket: TLSSocket, revokedSerials: () => Promise<ReadonlySet<string>>): Promise<void> {
    socket.on('error', () => {})
    const serial = socket.getPeerX509Certificate()?.serialNumber.replace(/^0+(?=.)/, '')
    try {
      if (serial !== undefined && (await revokedSerials()).has(serial))
        return this.#reject(socket, `transport: certificate serial ${serial.toLowerCase()} revoked`)
    } catch (error) {
      return this.#reject(socket, (error as Error).message)
    }
    this.#accept(socket, socket.alpnProtocol === 'h2')
  }

  #accept(socket: Socket, isHttp2: boolean): void {
    socket.on('error', () => {})
    if (socket.destroyed) return
    const peer = this.#peerOf(socket)
    if (isHttp2) this.#acceptHttp2(socket, peer)
    else void this.#acceptHttp1(socket, peer)
  }

  #acceptHttp2(socket: Socket, peer: HttpPeer): void {
    const connection = new Http2Connection(socket, peer, this, !this.#isTls)
    this.#http2.set(socket, connection)
    socket.on('data', (chunk: Buffer) => connection.receive(chunk))
    socket.on('end', () => socket.destroy())
    socket.once('close', () => {
      this.#http2.delete(socket)
      connection.closed()
    })
    if (this.#closed !== undefined) connection.leave()
  }

  async #acceptHttp1(socket: Socket, peer: HttpPeer): Promise<void> {
    this.#http1 ??= import('./http1-server.ts').then(({ Http1Server }) => {
      this.#http1Now = new Http1Server(this)
      return this.#http1Now
    })
    const server = await this.#http1
    if (socket.destroyed) return
    server.accept(socket, peer)
    // It was paused with its first bytes put back when the port is plain.
    if (socket.isPaused()) socket.resume()
  }

  #peerOf(socket: Socket): HttpPeer {
    const peer: { -readonly [Name in keyof HttpPeer]: HttpPeer[Name] } = {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
    }
    if (!this.#isTls) return peer
    const tls = socket as TLSSocket
    const certificate = tls.getPeerX509Certificate()
    if (certificate === undefined) return peer
    const parsed = tls.authorized ? parsePeerCertificate(certificate.raw) : undefined
    if (parsed !== undefined) peer.certificate = parsed
    else peer.certificateError = String(tls.authorizationError ?? 'The subject cannot be read')
    return peer
  }

  readonly #sweepConnections = (): void => {
    const nowMs = this.clock.monotonicMs()
    const { headTimeoutMs, idleTimeoutMs } = this.limits
    for (const [socket, connection] of this.#http2) {
      const waitedMs = nowMs - connection.waitingSinceMs
      if (connection.isClosed) {
        if (waitedMs > lingerMs) socket.destroy()
      } else if (connection.isWaitingForRest) {
        if (waitedMs > headTimeoutMs) socket.destroy()
      } else if (connection.isIdle && waitedMs > idleTimeoutMs) connection.leave()
    }
    this.#http1Now?.sweep(nowMs, idleTimeoutMs)
    this.#sweep = this.#sockets.size > 0 ? this.clock.after(sweepMs, this.#sweepConnections) : undefined
  }
}

function secureOptions(tls: TlsOptions): import('node:tls').TlsOptions {
  const asks = tls.clientCa !== undefined && tls.clientCa.length > 0
  return {
    key: tls.key,
    cert: tls.cert,
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    requestCert: asks,
    rejectUnauthorized: tls.demandsClientCertificate === true,
    ...(asks ? { ca: [...(tls.clientCa as readonly string[])] } : {}),
  }
}
