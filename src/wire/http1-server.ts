/**
 * HTTP/1.1 for sockets that did not choose HTTP/2: probes, curl without TLS, and everything that upgrades (exec, attach,
 * port-forward, WebSockets). Framing is node:http's; this file turns its request into an `HttpRequest` and an `HttpResponse` into
 * its calls. It is only loaded when the first such connection comes: node:http costs megabytes that most servers never need.
 *
 * The http server here never listens: `http-server.ts` hands it sockets. Its own timeouts therefore do not run, and
 * `Http1Server.sweep` takes their place. A request to upgrade that the handler answers like any other (h2c, say) is answered on the same
 * socket and the connection ends. Requests that come before their forerunner is answered wait for it: node:http keeps their answers in
 * order, but would run them all at once, and answer what cannot be read before what came earlier.
 */
import { createServer, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { HttpHandler, HttpPeer, HttpResponse } from './http.ts'
import { Http1Exchange, Http1Sink } from './http1-exchange.ts'
import { noProxy, type Refusal, refusalOf, refusalOfError, refuse } from './http1-refusal.ts'

const noBytes = new Uint8Array(0)
/** So many requests of a connection may wait for their forerunners; who sends more has not read the answers. */
const waitingMax = 100

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
  /** The newest request, which the next must wait for. */
  last: Promise<void> | undefined
  /** Answers that are not written. */
  unwritten: number
  /** Nothing more is asked here: the client said so, or what comes cannot be read. */
  isEnding: boolean
  /** The answer that has begun is the last. */
  isLastAnswer: boolean
  /** What is to be said when all answers are written. */
  refusal: Refusal | undefined
}

export class Http1Server {
  readonly #host: Http1Host
  readonly #server: ReturnType<typeof createServer>
  readonly #connections = new Map<Duplex, Connection>()
  #isLeaving = false

  constructor(host: Http1Host) {
    this.#host = host
    this.#server = createServer({
      maxHeaderSize: host.headersBytesMax,
      requireHostHeader: false,
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
    })
    this.#server.on('request', (request, response) => this.#exchange(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#server.on('connect', (_request, socket) => this.#refuse(socket, noProxy))
    this.#server.on('checkContinue', (request, response) => this.#exchange(request, response, () => response.writeContinue()))
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuse(socket, refusalOfError(error)))
  }

  accept(socket: Socket, peer: HttpPeer): void {
    this.#connections.set(socket, {
      peer,
      exchanges: new Set(),
      idleSinceMs: this.#host.clock.monotonicMs(),
      isUpgraded: false,
      last: undefined,
      unwritten: 0,
      isEnding: false,
      isLastAnswer: false,
      refusal: undefined,
    })
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
      if (connection.exchanges.size === 0 && connection.unwritten === 0 && !connection.isUpgraded) socket.destroy()
    }
  }

  stop(): void {
    for (const connection of this.#connections.values()) for (const exchange of connection.exchanges) exchange.stop()
  }

  #exchange(raw: IncomingMessage, response: ServerResponse, whenReading?: () => void): void {
    const { socket } = raw
    const connection = this.#connections.get(socket)
    if (connection === undefined) return void raw.destroy()
    // Whoever said that a request is its last has no other.
    if (connection.isEnding) return
    const refusal = refusalOf(raw)
    if (refusal !== undefined) return this.#refuse(socket, refusal)
    if (connection.exchanges.size > waitingMax) return void socket.destroy()
    connection.isEnding = !response.shouldKeepAlive
    const exchange = new Http1Exchange(raw, connection.peer)
    exchange.whenReading = whenReading
    connection.exchanges.add(exchange)
    connection.unwritten++
    response.once('close', () => {
      connection.unwritten--
      if (connection.unwritten > 0) return
      if (connection.refusal !== undefined) refuse(socket, connection.refusal, this.#host.clock)
      else if (this.#isLeaving) socket.end()
    })
    this.#inTurn(connection, () => this.#answer(connection, exchange, response))
  }

  #upgrade(raw: IncomingMessage, socket: Duplex, head: Buffer): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return void socket.destroy()
    // Without a listener an error that comes before somebody takes the socket over would end the process.
    socket.on('error', () => {})
    if (connection.isEnding) return
    // Behind a request that is not answered: the socket is not free to be handed over.
    const refusal = connection.unwritten > 0 ? refusalOfError(new Error('Upgrade behind a request')) : refusalOf(raw)
    if (refusal !== undefined) return this.#refuse(socket, refusal)
    connection.isEnding = true
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
    connection.exchanges.add(exchange)
    this.#inTurn(connection, () => this.#answer(connection, exchange, response))
  }

  /** Runs when everything that came earlier is answered. */
  #inTurn(connection: Connection, run: () => Promise<void>): void {
    const turn = connection.last === undefined ? run() : connection.last.then(run)
    connection.last = turn
    void turn.then(() => {
      if (connection.last === turn) connection.last = undefined
    })
  }

  /** Ends a connection that cannot be read on, behind the answers that are due. */
  #refuse(socket: Duplex, refusal: Refusal): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined) return void socket.destroy()
    if (connection.refusal !== undefined) return
    // A request that is not all there is the one that cannot be read: this is its answer, unless it has one already.
    const [only] = connection.exchanges
    const isIts = connection.unwritten === 1 && only !== undefined && !only.isReceived && !only.isAnswered
    if (connection.unwritten > 0 && !isIts && (connection.isEnding || connection.isLastAnswer)) return
    connection.isEnding = true
    connection.refusal = refusal
    if (connection.unwritten > 0 && !isIts) return
    only?.abandon()
    refuse(socket, refusal, this.#host.clock)
  }

  async #answer(connection: Connection, exchange: Http1Exchange, response: ServerResponse): Promise<void> {
    response.on('error', () => {})
    if (exchange.isGone || connection.isLastAnswer) return void connection.exchanges.delete(exchange)
    if (this.#isLeaving) response.shouldKeepAlive = false
    let answer: HttpResponse
    try {
      answer = await this.#host.handler(exchange)
    } catch (error) {
      answer = this.#host.internalError(error, exchange.method, exchange.path)
    }
    try {
      if (!exchange.isUpgraded) {
        // The rest of a body that nobody wants: reading on would be work for nothing, and what follows on this connection is behind it.
        if (!exchange.isBodyComplete) response.shouldKeepAlive = false
        connection.isLastAnswer = !response.shouldKeepAlive
        await this.#write(exchange, response, answer)
      }
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
    exchange.isAnswered = true
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
