/**
 * Requests to one server: what the client's HTTPS transport, webhooks and kubelet calls stand on. Connects when the first request comes,
 * speaks HTTP/2 when the server offers it and HTTP/1.1 otherwise, keeps connections, and makes a new one when the old one is gone.
 *
 *     const client = createHttpClient({ host, port, tls: { ca, cert, key }, clock })
 *     const { status, body } = await client.request({ method: 'GET', path: '/api?timeout=5s' })
 *
 * A server allows so many streams on a connection (ours 250); the next watch opens another one instead of waiting for ever. A server that
 * vanished without a word is found by pings: a connection with open streams that hears nothing for 45 seconds is given up.
 * A request that the server provably did not handle (GOAWAY, REFUSED_STREAM) is sent once more; anything else is the caller's decision.
 */

import type { IncomingMessage } from 'node:http'
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../std/clock.ts'
import type { HttpHeaders } from './http.ts'
import { emptyHeaders } from './http2/request-head.ts'

export interface ClientTlsOptions {
  /** Whom to believe, PEM; the system's authorities when absent. */
  readonly ca?: string | readonly string[]
  /** Who we are, PEM. */
  readonly cert?: string
  readonly key?: string
  /** The name that the server's certificate must be for; `host` when absent. */
  readonly servername?: string
  /** Believes anybody. */
  readonly insecure?: boolean
}

export interface HttpClientOptions {
  readonly host: string
  readonly port: number
  /** Plain HTTP/1.1 when absent. */
  readonly tls?: ClientTlsOptions
  readonly clock: Clock
  /** To connect and shake hands. */
  readonly connectTimeoutMs?: number
  /** Sent with every request, unless it names them itself. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface ClientRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** Ends the request, also while the body comes. */
  readonly signal?: AbortSignal | undefined
}

export interface ClientResponse {
  readonly status: number
  readonly headers: HttpHeaders
  /** The whole body. Read either this or `stream()`, once. */
  body(): Promise<Uint8Array>
  /** The body as it comes. Leaving the loop ends the request. Throws when the connection breaks. */
  stream(): AsyncIterable<Uint8Array>
}

export interface HttpClient {
  request(request: ClientRequest): Promise<ClientResponse>
  /** Ends every connection; running requests fail. */
  close(): void
}

const connectTimeoutMs = 15_000
const pingMs = 30_000
const pingTimeoutMs = 15_000
/** Until the server says how many it allows. */
const streamsMaxDefault = 100
const receiveWindowBytes = 4 * 1024 * 1024

export function createHttpClient(options: HttpClientOptions): HttpClient {
  return options.tls === undefined ? new Http1Client(options) : new NegotiatingClient(options, options.tls)
}

function secureOptions(options: HttpClientOptions, tls: ClientTlsOptions): ConnectionOptions {
  return {
    host: options.host,
    port: options.port,
    // An IP address is no server name (RFC 6066); certificates for it are still checked against `host`.
    ...(tls.servername !== undefined
      ? { servername: tls.servername }
      : /[a-z]/i.test(options.host) && !options.host.includes(':')
        ? { servername: options.host }
        : {}),
    ...(tls.ca !== undefined ? { ca: typeof tls.ca === 'string' ? tls.ca : [...tls.ca] } : {}),
    ...(tls.cert !== undefined ? { cert: tls.cert } : {}),
    ...(tls.key !== undefined ? { key: tls.key } : {}),
    rejectUnauthorized: tls.insecure !== true,
    minVersion: 'TLSv1.2',
  }
}

/** Finds out with the first connection what the server speaks. */
class NegotiatingClient implements HttpClient {
  readonly #options: HttpClientOptions
  readonly #tls: ClientTlsOptions
  #http1: Http1Client | undefined
  #sessions: Session[] = []
  #opening: Promise<Session | Http1Client> | undefined
  #isClosed = false

  constructor(options: HttpClientOptions, tls: ClientTlsOptions) {
    this.#options = options
    this.#tls = tls
  }

  async request(request: ClientRequest): Promise<ClientResponse> {
    for (let attempt = 0; ; attempt++) {
      request.signal?.throwIfAborted()
      const session = this.#http1 ?? this.#sessions.find((one) => one.hasRoom) ?? (await this.#open())
      // While we waited others may have taken its last stream.
      if (session instanceof Session && !session.hasRoom && attempt < 10) continue
      try {
        return await session.request(request)
      } catch (error) {
        if (attempt > 0 || !wasNotHandled(error)) throw error
      }
    }
  }

  close(): void {
    this.#isClosed = true
    this.#http1?.close()
    for (const session of this.#sessions) session.close()
    this.#sessions = []
  }

  /** One connection is made at a time; everybody who waits shares it. */
  #open(): Promise<Session | Http1Client> {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #connect(): Promise<Session | Http1Client> {
    if (this.#isClosed) throw new Error('Client is closed')
    const socket = await connectSocket({ ...secureOptions(this.#options, this.#tls), ALPNProtocols: ['h2', 'http/1.1'] }, this.#options)
    if (this.#isClosed) {
      socket.destroy()
      throw new Error('Client is closed')
    }
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy()
      this.#http1 = new Http1Client(this.#options)
      return this.#http1
    }
    const { connect } = await import('node:http2')
    const session = connect(`https://${authorityOf(this.#options)}`, {
      createConnection: () => socket,
      settings: { initialWindowSize: receiveWindowBytes, enablePush: false },
    })
    const wrapped = new Session(session, this.#options, () => {
      this.#sessions = this.#sessions.filter((one) => one !== wrapped)
    })
    this.#sessions.push(wrapped)
    return wrapped
  }
}

function connectSocket(tls: ConnectionOptions, options: HttpClientOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls(tls)
    const timer = options.clock.after(options.connectTimeoutMs ?? connectTimeoutMs, () =>
      socket.destroy(new Error(`Cannot connect to ${authorityOf(options)}: timed out`)),
    )
    socket.once('error', (error) => {
      timer.cancel()
      reject(error)
    })
    socket.once('secureConnect', () => {
      timer.cancel()
      socket.setNoDelay(true)
      socket.setKeepAlive(true, pingMs)
      socket.removeAllListeners('error')
      // Between here and the session's own listener.
      socket.on('error', () => {})
      resolve(socket)
    })
    socket.once('close', () => {
      timer.cancel()
      reject(new Error(`Cannot connect to ${authorityOf(options)}: connection closed`))
    })
  })
}

function authorityOf(options: HttpClientOptions): string {
  return options.host.includes(':') ? `[${options.host}]:${options.port}` : `${options.host}:${options.port}`
}

function wasNotHandled(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_HTTP2_GOAWAY_SESSION' || code === 'ERR_HTTP2_INVALID_SESSION') return true
  return code === 'ERR_HTTP2_STREAM_ERROR' && error instanceof Error && error.message.includes('NGHTTP2_REFUSED_STREAM')
}

/** One HTTP/2 connection. */
class Session {
  readonly #session: ClientHttp2Session
  readonly #options: HttpClientOptions
  #streams = 0
  #isGone = false
  #timer: Timer | undefined

  constructor(session: ClientHttp2Session, options: HttpClientOptions, whenGone: () => void) {
    this.#session = session
    this.#options = options
    const gone = (): void => {
      this.#isGone = true
      this.#timer?.cancel()
      whenGone()
    }
    session.on('error', gone)
    session.once('close', gone)
    session.once('goaway', gone)
    session.setLocalWindowSize(receiveWindowBytes)
    session.unref()
    this.#ping()
  }

  get hasRoom(): boolean {
    const streamsMax = this.#session.remoteSettings?.maxConcurrentStreams ?? streamsMaxDefault
    return !this.#isGone && !this.#session.closed && !this.#session.destroyed && this.#streams < streamsMax
  }

  request(request: ClientRequest): Promise<ClientResponse> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = {
        ...this.#options.headers,
        ...request.headers,
        ':method': request.method,
        ':path': request.path,
      }
      const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body
      if (body !== undefined) headers['content-length'] = body.length
      const stream = this.#session.request(headers, { endStream: body === undefined })
      if (this.#streams++ === 0) this.#session.ref()
      const abort = (): void => void stream.destroy(abortError(request.signal))
      request.signal?.addEventListener('abort', abort, { once: true })
      let failure: Error | undefined
      stream.on('error', (error) => {
        failure = error
        reject(error)
      })
      stream.once('close', () => {
        request.signal?.removeEventListener('abort', abort)
        if (--this.#streams === 0) this.#session.unref()
        reject(failure ?? new Error(`Connection to ${authorityOf(this.#options)} was lost`))
      })
      stream.once('response', (raw) => {
        const answer = emptyHeaders()
        for (const name in raw) {
          const value = raw[name]
          if (name.charCodeAt(0) !== 58 && value !== undefined) answer[name] = Array.isArray(value) ? value.join(', ') : String(value)
        }
        resolve(responseFrom(Number(raw[':status']), answer, stream))
      })
      if (body !== undefined) stream.end(body)
    })
  }

  close(): void {
    this.#timer?.cancel()
    this.#session.destroy()
  }

  #ping(): void {
    this.#timer = this.#options.clock.after(pingMs, () => {
      if (this.#isGone || this.#session.destroyed) return
      if (this.#streams === 0) return this.#ping()
      this.#timer = this.#options.clock.after(pingTimeoutMs, () =>
        this.#session.destroy(new Error(`Connection to ${authorityOf(this.#options)} was lost: ping timed out`)),
      )
      this.#session.ping((error) => {
        this.#timer?.cancel()
        if (error === null) this.#ping()
      })
    })
  }
}

function abortError(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('Aborted', { cause: signal?.reason })
}

/** HTTP/1.1 with kept connections, with TLS or without. */
class Http1Client implements HttpClient {
  readonly #options: HttpClientOptions
  #agent: import('node:http').Agent | undefined
  #request: typeof import('node:http').request | undefined
  #isClosed = false

  constructor(options: HttpClientOptions) {
    this.#options = options
  }

  async request(request: ClientRequest): Promise<ClientResponse> {
    if (this.#request === undefined) await this.#load()
    request.signal?.throwIfAborted()
    if (this.#isClosed) throw new Error('Client is closed')
    return new Promise((resolve, reject) => {
      const headers: Record<string, string | number> = { ...this.#options.headers, ...request.headers }
      const body = typeof request.body === 'string' ? Buffer.from(request.body, 'utf8') : request.body
      if (body !== undefined) headers['content-length'] = body.length
      const { host, port } = this.#options
      const outgoing = (this.#request as typeof import('node:http').request)({
        host,
        port,
        method: request.method,
        path: request.path,
        headers,
        agent: this.#agent,
      })
      const abort = (): void => void outgoing.destroy(abortError(request.signal))
      request.signal?.addEventListener('abort', abort, { once: true })
      outgoing.on('error', reject)
      outgoing.once('close', () => {
        request.signal?.removeEventListener('abort', abort)
        reject(new Error(`Connection to ${authorityOf(this.#options)} was lost`))
      })
      outgoing.once('response', (incoming) => {
        const answer = emptyHeaders()
        for (const name in incoming.headers) {
          const value = incoming.headers[name]
          if (value !== undefined) answer[name] = Array.isArray(value) ? value.join(', ') : value
        }
        resolve(responseFrom(incoming.statusCode ?? 0, answer, incoming))
      })
      outgoing.end(body)
    })
  }

  close(): void {
    this.#isClosed = true
    this.#agent?.destroy()
  }

  async #load(): Promise<void> {
    const { tls } = this.#options
    if (tls === undefined) {
      const http = await import('node:http')
      this.#agent = new http.Agent({ keepAlive: true })
      this.#request = http.request
    } else {
      const https = await import('node:https')
      this.#agent = new https.Agent({ keepAlive: true, ...secureOptions(this.#options, tls) })
      this.#request = https.request as typeof import('node:http').request
    }
  }
}

function responseFrom(status: number, headers: HttpHeaders, stream: ClientHttp2Stream | IncomingMessage): ClientResponse {
  const incoming = new IncomingBody(stream)
  return {
    status,
    headers,
    stream: () => incoming,
    body: async () => {
      const parts: Uint8Array[] = []
      for await (const part of incoming) parts.push(part)
      return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts)
    },
  }
}

/** Beyond so many bytes that nobody has taken, the sender waits. */
const unreadBytesMax = 1024 * 1024

/**
 * A body from its first byte on. It listens at once: between the head of an answer and whoever reads its body lie a few promises, and in that time
 * the whole answer may have come and its stream be closed, which would then look like a broken connection.
 */
class IncomingBody implements AsyncIterable<Uint8Array> {
  readonly #stream: ClientHttp2Stream | IncomingMessage
  readonly #parts: Uint8Array[] = []
  #unreadBytes = 0
  #isComplete = false
  #failure: Error | undefined
  #wake: (() => void) | undefined

  constructor(stream: ClientHttp2Stream | IncomingMessage) {
    this.#stream = stream
    stream.on('data', (part: Uint8Array) => {
      this.#parts.push(part)
      this.#unreadBytes += part.length
      if (this.#unreadBytes > unreadBytesMax) stream.pause()
      this.#tell()
    })
    stream.once('end', () => {
      this.#isComplete = true
      this.#tell()
    })
    stream.on('error', (error: Error) => this.#fail(error))
    stream.once('close', () => this.#fail(new Error('The connection was lost before the answer was complete')))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const part = this.#parts.shift()
        if (part !== undefined) {
          this.#unreadBytes -= part.length
          if (this.#stream.isPaused() && this.#unreadBytes <= unreadBytesMax / 2) this.#stream.resume()
          yield part
        } else if (this.#isComplete) return
        else if (this.#failure !== undefined) throw this.#failure
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      if (!this.#isComplete) this.#stream.destroy()
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#tell()
  }
  #tell(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
