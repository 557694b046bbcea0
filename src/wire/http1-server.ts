/**
 * HTTP/1.1 for sockets that did not choose HTTP/2: probes, curl without TLS, and everything that upgrades (exec, attach,
 * port-forward, WebSockets). Framing is node:http's; this file turns its request into an `HttpRequest` and an `HttpResponse` into
 * its calls. It is only loaded when the first such connection comes: node:http costs megabytes that most servers never need.
 *
 * The http server here never listens: `http-server.ts` hands it sockets. Its own timeouts therefore do not run, and
 * `Http1Server.sweep` takes their place. A request to upgrade that the handler answers like any other (h2c, say) is answered on the same
 * socket and the connection ends.
 */
import { createServer, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { BodySink, HttpHandler, HttpHeaders, HttpPeer, HttpRequest, HttpResponse, RepeatedHeaders, UpgradedSocket } from './http.ts'
import { emptyHeaders } from './http2/request-head.ts'

const unsentBytesLow = 256 * 1024
const noBytes = new Uint8Array(0)

export interface Http1Host {
  readonly handler: HttpHandler
  readonly clock: Clock
  readonly log: Log
  readonly headersBytesMax: number
  date(): string
  internalError(error: unknown, method: string, path: string): HttpResponse
}

interface Connection {
  readonly peer: HttpPeer
  readonly exchanges: Set<Http1Exchange>
  /** When the last request ended or the connection came; monotonic. */
  idleSinceMs: number
  isUpgraded: boolean
}

export class Http1Server {
  readonly #host: Http1Host
  readonly #server: ReturnType<typeof createServer>
  readonly #connections = new Map<Duplex, Connection>()
  #isLeaving = false

  constructor(host: Http1Host) {
    this.#host = host
    this.#server = createServer({ maxHeaderSize: host.headersBytesMax, keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 })
    this.#server.on('request', (request, response) => void this.#exchange(request, response))
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head))
    this.#server.on('checkContinue', (request, response) => {
      response.writeContinue()
      void this.#exchange(request, response)
    })
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket))
  }

  accept(socket: Socket, peer: HttpPeer): void {
    this.#connections.set(socket, { peer, exchanges: new Set(), idleSinceMs: this.#host.clock.monotonicMs(), isUpgraded: false })
    socket.once('close', () => this.closed(socket))
    this.#server.emit('connection', socket)
  }

  closed(socket: Duplex): void {
    const connection = this.#connections.get(socket)
    this.#connections.delete(socket)
    for (const exchange of connection?.exchanges ?? []) exchange.abandon()
  }

  /** Destroys connections that have not asked anything for `idleMs`. */
  sweep(nowMs: number, idleMs: number): void {
    for (const [socket, connection] of this.#connections) {
      if (!connection.isUpgraded && connection.exchanges.size === 0 && nowMs - connection.idleSinceMs > idleMs) socket.destroy()
    }
  }

  /** No new requests: what is idle ends, what runs may end. */
  leave(): void {
    this.#isLeaving = true
    for (const [socket, connection] of this.#connections) {
      if (connection.exchanges.size === 0 && !connection.isUpgraded) socket.destroy()
    }
  }

  stop(): void {
    for (const connection of this.#connections.values()) for (const exchange of connection.exchanges) exchange.stop()
  }

  async #exchange(raw: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.#connections.get(raw.socket)
    if (connection === undefined) return void raw.destroy()
    const exchange = new Http1Exchange(raw, connection.peer)
    await this.#answer(connection, exchange, response)
  }

  async #upgrade(raw: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return void socket.destroy()
    // Without a listener an error that comes before somebody takes the socket over would end the process.
    socket.on('error', () => {})
    const response = new ServerResponse(raw)
    const exchange = new Http1Exchange(raw, connection.peer, () => {
      connection.isUpgraded = true
      return { socket, head: Uint8Array.prototype.slice.call(head), raw }
    })
    response.shouldKeepAlive = false
    response.assignSocket(socket as Socket)
    response.once('finish', () => {
      response.detachSocket(socket as Socket)
      socket.end()
    })
    exchange.whenUpgraded = () => response.detachSocket(socket as Socket)
    await this.#answer(connection, exchange, response)
  }

  async #answer(connection: Connection, exchange: Http1Exchange, response: ServerResponse): Promise<void> {
    connection.exchanges.add(exchange)
    response.on('error', () => {})
    if (this.#isLeaving) response.shouldKeepAlive = false
    let answer: HttpResponse
    try {
      answer = await this.#host.handler(exchange)
    } catch (error) {
      answer = this.#host.internalError(error, exchange.method, exchange.path)
    }
    try {
      if (!exchange.isUpgraded) await this.#write(exchange, response, answer)
    } catch (error) {
      if (!exchange.isGone) this.#host.log.error('Response body failed', { error, method: exchange.method, path: exchange.path })
      response.destroy()
    } finally {
      // An upgraded exchange lives as long as its socket, so that its signal aborts with it.
      if (!exchange.isUpgraded) {
        exchange.isDone = true
        connection.exchanges.delete(exchange)
      }
      connection.idleSinceMs = this.#host.clock.monotonicMs()
    }
  }

  async #write(exchange: Http1Exchange, response: ServerResponse, answer: HttpResponse): Promise<void> {
    if (exchange.isGone) return
    // The rest of a body that nobody wants: reading on would be work for nothing, and what follows on this connection is behind it.
    if (!exchange.isBodyComplete) response.shouldKeepAlive = false
    for (const name in answer.headers) {
      const value = answer.headers[name] as string | readonly string[]
      if (name !== 'content-length') response.setHeader(name, typeof value === 'string' ? asLatin1(value) : value.map(asLatin1))
    }
    response.setHeader('date', this.#host.date())
    const { body } = answer
    const hasNoBody = exchange.method === 'HEAD' || answer.status === 204 || answer.status === 304
    if (typeof body === 'function' && !hasNoBody) {
      response.writeHead(answer.status)
      response.flushHeaders()
      const sink = new Http1Sink(response, exchange, this.#host.clock)
      response.on('drain', sink.wake)
      exchange.whenGone = sink.wake
      await body(sink)
      response.end()
    } else {
      const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : typeof body === 'function' ? undefined : (body ?? noBytes)
      if (bytes !== undefined && answer.status !== 204 && answer.status !== 304) response.setHeader('content-length', bytes.length)
      response.writeHead(answer.status)
      response.end(hasNoBody ? undefined : bytes)
    }
  }
}

/** Node writes headers as latin1; ours are UTF-8. */
function asLatin1(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1')
}

function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || socket.destroyed) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`)
  socket.once('finish', () => socket.destroy())
}

class Http1Exchange implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: HttpHeaders
  readonly repeated: RepeatedHeaders | undefined
  readonly peer: HttpPeer
  readonly upgrade?: () => UpgradedSocket
  isGone = false
  isDone = false
  isUpgraded = false
  isBodyComplete: boolean
  whenGone: (() => void) | undefined
  whenUpgraded: (() => void) | undefined
  readonly #raw: IncomingMessage
  #controller: AbortController | undefined
  #failBody: ((error: Error) => void) | undefined
  #isReading = false

  constructor(raw: IncomingMessage, peer: HttpPeer, upgrade?: () => UpgradedSocket) {
    const target = raw.url ?? '/'
    const mark = target.indexOf('?')
    this.method = raw.method ?? 'GET'
    this.path = mark === -1 ? target : target.slice(0, mark)
    this.query = mark === -1 ? '' : target.slice(mark + 1)
    this.headers = plainHeaders(raw)
    this.repeated = repeatedHeaders(raw)
    this.peer = peer
    this.#raw = raw
    this.isBodyComplete = raw.headers['transfer-encoding'] === undefined && Number(raw.headers['content-length'] ?? 0) === 0
    if (upgrade !== undefined) {
      this.upgrade = () => {
        this.isUpgraded = true
        this.whenUpgraded?.()
        return upgrade()
      }
    }
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.isGone) this.#controller.abort(new Error('Client went away'))
    }
    return this.#controller.signal
  }

  stop(): void {
    if (!this.isDone) this.#controller?.abort(new Error('Server stops'))
  }

  abandon(): void {
    if (this.isGone || this.isDone) return
    this.isGone = true
    const error = new Error('Client went away')
    this.#failBody?.(error)
    this.whenGone?.()
    this.#controller?.abort(error)
  }

  body(bytesMax: number): Uint8Array | 'too-large' | Promise<Uint8Array | 'too-large'> {
    if (this.#isReading) throw new Error('The body was read before')
    this.#isReading = true
    if (this.isBodyComplete) return noBytes
    if (Number(this.headers['content-length'] ?? 0) > bytesMax) return 'too-large'
    if (this.isGone) return Promise.reject(new Error('Client went away'))
    return this.#readBody(bytesMax)
  }

  #readBody(bytesMax: number): Promise<Uint8Array | 'too-large'> {
    const raw = this.#raw
    return new Promise((resolve, reject) => {
      const parts: Uint8Array[] = []
      let received = 0
      this.#failBody = reject
      raw.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > bytesMax) {
          parts.length = 0
          raw.removeAllListeners('data')
          raw.pause()
          resolve('too-large')
        } else parts.push(Uint8Array.prototype.slice.call(chunk))
      })
      raw.on('end', () => {
        this.isBodyComplete = true
        resolve(parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts))
      })
      raw.on('error', reject)
    })
  }
}

function plainHeaders(raw: IncomingMessage): HttpHeaders {
  const headers = emptyHeaders()
  for (const name in raw.headers) {
    const value = raw.headers[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}

/** `rawHeaders` holds a name and a value per line. */
function repeatedHeaders(raw: IncomingMessage): RepeatedHeaders | undefined {
  if (raw.rawHeaders.length === Object.keys(raw.headers).length * 2) return undefined
  const repeated = Object.create(null) as Record<string, readonly string[]>
  for (const [name, values] of Object.entries(raw.headersDistinct)) if (values !== undefined && values.length > 1) repeated[name] = values
  return repeated
}

class Http1Sink implements BodySink {
  readonly #response: ServerResponse
  readonly #exchange: Http1Exchange
  readonly #clock: Clock
  #waiters: (() => void)[] = []

  constructor(response: ServerResponse, exchange: Http1Exchange, clock: Clock) {
    this.#response = response
    this.#exchange = exchange
    this.#clock = clock
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#exchange.isGone && bytes.length > 0) this.#response.write(bytes)
  }

  get unsentBytes(): number {
    return this.#exchange.isGone ? 0 : this.#response.writableLength
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }

  drained(): Promise<void> {
    if (this.unsentBytes < unsentBytesLow) return this.#clock.yieldTurn()
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  readonly wake = (): void => {
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }
}
