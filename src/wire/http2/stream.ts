/**
 * One request and its response on an HTTP/2 connection: the body that comes in, the bytes that wait to go out, both windows.
 * What the handler sees is `Http2Request`; the stream itself is the `BodySink` of a streamed answer. The connection moves bytes
 * in (`receiveData`) and out (`takeChunk`); nothing here writes to a socket.
 *
 * Outgoing chunks are only referred to, never copied before they go into a write buffer, so a thousand watchers of one event
 * hold it once. Incoming bytes are copied, because a view into a socket read would pin all of it. A body may fill one window before
 * somebody asks for it; from then on the window follows the reader, up to the limit he gave.
 */
import type { Clock } from '../../std/clock.ts'
import type { BodyReceiver, BodySink, HttpHeaders, HttpPeer, HttpRequest, RepeatedHeaders } from '../http.ts'
import { Pieces } from '../pieces.ts'
import type { RequestHead } from './request-head.ts'

/** Below this a sink wants more. */
const unsentBytesLow = 256 * 1024
const noBytes = new Uint8Array(0)

/** What a stream needs from its connection. */
export interface StreamOwner {
  readonly clock: Clock
  /** There is something to send on this stream. */
  markReady(stream: Http2Stream): void
  /** `bytes` of request body were taken over: both windows may grow. */
  creditReceived(stream: Http2Stream, bytes: number): void
}

type BodyWaiter = { resolve(body: Uint8Array | 'too-large'): void; reject(error: Error): void }

export class Http2Stream implements BodySink {
  readonly id: number
  readonly #owner: StreamOwner
  /** How much the client lets us send; negative after it shrank its window. */
  sendWindow: number
  /** How much the client may still send. */
  receiveWindow: number
  /** Bytes taken over and not yet given back to the client's window. */
  uncredited = 0
  /** END_STREAM came. */
  isRemoteClosed = false
  /** END_STREAM was written. */
  isLocalClosed = false
  /** Reset, or the connection is gone: nothing more goes out. */
  isGone = false
  /** In the connection's ring of streams that have something to send. */
  isReady = false
  /** Sent when the stream's turn comes; undefined once they went out. */
  status = 0
  responseHeaders: Readonly<Record<string, string | readonly string[]>> | undefined
  responseBytes = -1
  /** Sent behind the last chunk; set before `end`. */
  trailers: HttpHeaders | undefined
  /** END_STREAM follows the last chunk, or the trailers. */
  isEnding = false

  contentLength = -1
  #received = 0
  #isReading = false
  #bodyBytesMax = 0
  readonly #pieces = new Pieces()
  #isTooLarge = false
  #waiter: BodyWaiter | undefined
  #receiver: BodyReceiver | undefined

  #chunks: Uint8Array[] = []
  #chunkIndex = 0
  #chunkOffset = 0
  unsentBytes = 0
  #controller: AbortController | undefined
  #drainWaiters: (() => void)[] | undefined

  constructor(id: number, owner: StreamOwner, sendWindow: number, receiveWindow: number) {
    this.id = id
    this.#owner = owner
    this.sendWindow = sendWindow
    this.receiveWindow = receiveWindow
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.isGone && !this.isLocalClosed) this.#controller.abort(new Error('Client went away'))
    }
    return this.#controller.signal
  }

  /** The server stops: who watches the signal shall end, and may still send. */
  stop(): void {
    if (!this.isLocalClosed) this.#controller?.abort(new Error('Server stops'))
  }

  /** The client or its connection went away. Nothing that is called afterwards has an effect. */
  abandon(reason: string): void {
    if (this.isGone) return
    this.isGone = true
    this.responseHeaders = undefined
    this.#chunks = []
    this.unsentBytes = 0
    this.#pieces.clear()
    this.#waiter?.reject(new Error(reason))
    this.#waiter = undefined
    this.#receiver = undefined
    this.#wakeWriters()
    if (!this.isLocalClosed) this.#controller?.abort(new Error(reason))
  }

  // ---- the request's body

  readBody(bytesMax: number): Uint8Array | 'too-large' | Promise<Uint8Array | 'too-large'> {
    if (this.#isReading) throw new Error('The body was read before')
    this.#isReading = true
    this.#bodyBytesMax = bytesMax
    if (this.#received > bytesMax || this.contentLength > bytesMax) this.#discard()
    if (this.#received > 0) this.#owner.creditReceived(this, this.#received)
    if (this.#isTooLarge) return 'too-large'
    // Also when all of it had come: nobody may take for an empty body what was thrown away.
    if (this.isGone) return Promise.reject(new Error('Client went away'))
    if (this.isRemoteClosed) return this.#pieces.take()
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
  }

  /** The body goes to `receiver` as it comes; the client's window follows at once. */
  streamBody(receiver: BodyReceiver): void {
    if (this.#isReading) throw new Error('The body was read before')
    this.#isReading = true
    this.#bodyBytesMax = Number.POSITIVE_INFINITY
    if (this.#received > 0) this.#owner.creditReceived(this, this.#received)
    if (this.isGone) return
    this.#receiver = receiver
    for (const piece of this.#pieces.takePieces()) receiver.onBytes(piece)
    if (this.isRemoteClosed) receiver.onEnd()
  }

  /** Takes a copy of DATA. False when the body is longer than the request said. */
  receiveData(bytes: Buffer, start: number, end: number): boolean {
    const length = end - start
    if (this.contentLength >= 0 && this.#received + length > this.contentLength) return false
    this.#received += length
    if (this.#isTooLarge || this.isLocalClosed) {
      this.#owner.creditReceived(this, length)
      return true
    }
    if (this.#isReading && this.#received > this.#bodyBytesMax) {
      this.#discard()
      this.#waiter?.resolve('too-large')
      this.#waiter = undefined
    } else if (length > 0) {
      const copy = Uint8Array.prototype.slice.call(bytes, start, end)
      if (this.#receiver === undefined) this.#pieces.add(copy)
      else this.#receiver.onBytes(copy)
    }
    if (this.#isReading) this.#owner.creditReceived(this, length)
    return true
  }

  /** END_STREAM came. False when the body is shorter than the request said. */
  endOfBody(): boolean {
    this.isRemoteClosed = true
    if (this.contentLength >= 0 && this.#received !== this.contentLength) return false
    this.#waiter?.resolve(this.#pieces.take())
    this.#waiter = undefined
    this.#receiver?.onEnd()
    return true
  }

  /** Bytes that were received and that nobody asked for: the connection's window gets them back when the stream ends. */
  get unreadBytes(): number {
    return this.#isReading || this.#isTooLarge ? 0 : this.#received
  }

  #discard(): void {
    this.#isTooLarge = true
    this.#pieces.clear()
  }

  // ---- the response's body

  write(bytes: Uint8Array | string): void {
    if (this.isGone || this.isEnding) return
    const chunk = typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.unsentBytes += chunk.length
    this.#owner.markReady(this)
  }

  end(): void {
    if (this.isGone || this.isEnding) return
    this.isEnding = true
    this.#owner.markReady(this)
  }

  drained(): Promise<void> {
    if (this.isGone || this.unsentBytes < unsentBytesLow) return this.#owner.clock.yieldTurn()
    return new Promise((resolve) => {
      this.#drainWaiters ??= []
      this.#drainWaiters.push(resolve)
    })
  }

  /** Copies up to `bytesMax` of what waits into `into` at `at`; returns how many. */
  take(into: Buffer, at: number, bytesMax: number): number {
    let copied = 0
    while (copied < bytesMax && this.#chunkIndex < this.#chunks.length) {
      const chunk = this.#chunks[this.#chunkIndex] as Uint8Array
      const end = Math.min(chunk.length, this.#chunkOffset + bytesMax - copied)
      if (this.#chunkOffset === 0 && end === chunk.length) into.set(chunk, at + copied)
      else into.set(chunk.subarray(this.#chunkOffset, end), at + copied)
      copied += end - this.#chunkOffset
      if (end < chunk.length) this.#chunkOffset = end
      else this.#nextChunk()
    }
    const before = this.unsentBytes
    this.unsentBytes = before - copied
    if (before >= unsentBytesLow && this.unsentBytes < unsentBytesLow) this.#wakeWriters()
    return copied
  }

  #nextChunk(): void {
    this.#chunkOffset = 0
    this.#chunkIndex++
    if (this.#chunkIndex === this.#chunks.length) {
      this.#chunks.length = 0
      this.#chunkIndex = 0
    } else if (this.#chunkIndex >= 64) {
      // A reader that is never quite up to date would otherwise keep every chunk it ever got.
      this.#chunks = this.#chunks.slice(this.#chunkIndex)
      this.#chunkIndex = 0
    } else this.#chunks[this.#chunkIndex - 1] = noBytes
  }

  #wakeWriters(): void {
    const waiters = this.#drainWaiters
    this.#drainWaiters = undefined
    if (waiters !== undefined) for (const wake of waiters) wake()
  }
}

/** The handler's view of a stream. */
export class Http2Request implements HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly headers: HttpHeaders
  readonly repeated: RepeatedHeaders | undefined
  readonly peer: HttpPeer
  readonly #stream: Http2Stream

  constructor(stream: Http2Stream, head: RequestHead, peer: HttpPeer) {
    this.method = head.method
    this.path = head.path
    this.query = head.query
    this.headers = head.headers
    this.repeated = head.repeated
    this.peer = peer
    this.#stream = stream
  }

  get signal(): AbortSignal {
    return this.#stream.signal
  }

  body(bytesMax: number): Uint8Array | 'too-large' | Promise<Uint8Array | 'too-large'> {
    return this.#stream.readBody(bytesMax)
  }

  bodyParts(receiver: BodyReceiver): void {
    this.#stream.streamBody(receiver)
  }
}
