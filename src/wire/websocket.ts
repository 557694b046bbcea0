/**
 * WebSockets of clients (RFC 6455): takes over the socket of a request to upgrade and says what is written to it, one message a write, a string as text and
 * bytes as binary. What clients send is read and, unless somebody listens, forgotten. Framing is the library `ws`, loaded when the first such client comes.
 */
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from 'ws'
import type { BodySink, HttpHeaders, HttpRequest } from './http.ts'

const unsentBytesLow = 256 * 1024

export function isWebSocketRequest(headers: HttpHeaders): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && /(^|,)\s*upgrade\s*(,|$)/i.test(headers.connection ?? '')
}

/** The subprotocols that the client offers, in its order. */
export function offeredProtocols(headers: HttpHeaders): readonly string[] {
  const offered = headers['sec-websocket-protocol']
  return offered === undefined ? [] : offered.split(',').map((one) => one.trim())
}

export interface WebSocketSink extends BodySink {
  /** Says goodbye: 1000. */
  close(): void
}

/** `protocol` is what the client is told was chosen. Rejects when the handshake was wrong; the client has been told then. */
export async function acceptWebSocket(request: HttpRequest, protocol: string | undefined): Promise<WebSocketSink> {
  if (request.upgrade === undefined) throw new Error('This request cannot be upgraded')
  const { WebSocketServer } = await import('ws')
  const { socket, head, raw } = request.upgrade()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    handleProtocols: () => protocol ?? false,
  })
  return new Promise((resolve, reject) => {
    server.once('wsClientError', (error, stream) => {
      stream.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      reject(error)
    })
    server.handleUpgrade(raw as IncomingMessage, socket, Buffer.from(head), (webSocket) => resolve(new Sink(webSocket)))
  })
}

class Sink implements WebSocketSink {
  readonly #socket: WebSocket
  readonly #gone = new AbortController()
  #waiting: (() => void)[] = []

  constructor(socket: WebSocket) {
    this.#socket = socket
    // A socket that breaks is closed next; nobody else listens.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#gone.abort(new Error('Client went away'))
      this.#wake()
    })
  }

  write(message: Uint8Array | string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message, { binary: typeof message !== 'string' }, this.#sent)
  }

  readonly #sent = (): void => {
    if (this.unsentBytes < unsentBytesLow) this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  async drained(): Promise<void> {
    if (this.unsentBytes >= unsentBytesLow && !this.signal.aborted) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  close(): void {
    this.#socket.close(1000)
  }
}
