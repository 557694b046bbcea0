/**
 * One request over HTTP/1.1 as the handler sees it, and the sink for an answer that is made while it is sent. Both stand on
 * node:http's objects; `http1-server.ts` makes and ends them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../std/clock.ts'
import type { BodySink, HttpHeaders, HttpPeer, HttpRequest, RepeatedHeaders, UpgradedSocket } from './http.ts'
import { emptyHeaders } from './http2/request-head.ts'
import { Pieces } from './pieces.ts'

const unsentBytesLow = 256 * 1024
const noBytes = new Uint8Array(0)

export class Http1Exchange implements HttpRequest {
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
  /** The answer has begun. */
  isAnswered = false
  whenGone: (() => void) | undefined
  whenUpgraded: (() => void) | undefined
  /** The client waits with its body until it hears that somebody reads it. */
  whenReading: (() => void) | undefined
  readonly #raw: IncomingMessage
  #controller: AbortController | undefined
  #failBody: ((error: Error) => void) | undefined
  #isReading = false

  constructor(raw: IncomingMessage, peer: HttpPeer, upgrade?: () => UpgradedSocket) {
    const target = originForm(raw.url ?? '/')
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

  /** All of the request came, whether or not somebody has read it. */
  get isReceived(): boolean {
    return this.#raw.complete
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
    this.whenReading?.()
    return this.#readBody(bytesMax)
  }

  #readBody(bytesMax: number): Promise<Uint8Array | 'too-large'> {
    const raw = this.#raw
    return new Promise((resolve, reject) => {
      const pieces = new Pieces()
      this.#failBody = reject
      raw.on('data', (chunk: Buffer) => {
        if (pieces.bytes + chunk.length > bytesMax) {
          pieces.clear()
          raw.removeAllListeners('data')
          raw.pause()
          resolve('too-large')
        } else pieces.add(Uint8Array.prototype.slice.call(chunk))
      })
      raw.on('end', () => {
        this.isBodyComplete = true
        resolve(pieces.take())
      })
      raw.on('error', reject)
    })
  }
}

/** Clients that take us for a proxy name the whole address; only the path is of interest. */
function originForm(target: string): string {
  const found = /^https?:\/\/[^/?]*(.*)$/is.exec(target)
  if (found === null) return target
  const rest = found[1] as string
  return rest.startsWith('/') ? rest : `/${rest}`
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

export class Http1Sink implements BodySink {
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
