/**
 * The reading half of an HTTP/2 connection (RFC 9113), and the life of its streams: bytes come in through `receive`, requests go to
 * the handler, answers go to `sender.ts`. HTTP/2 is written by hand here because node:http2 costs three to five times as much CPU per
 * answer; what it may cost instead is vigilance, so everything a peer can do without limit has one:
 *
 *     header blocks         64 KB compressed, 64 frames; unfolded 64 KB, then 431
 *     streams               250 open, and 1,000 handlers that still run after their streams were reset
 *     frames that do no work (pings, settings, empty data, resets …)    a budget of 1,000 that refills at 200 a second
 *     answers to them that the peer does not read                       64 KB
 *     request bodies        one window until somebody reads, then the reader's limit
 *
 * A broken rule throws `Http2Error` inside `receive`: GOAWAY for the connection, RST_STREAM for a stream. Push, priorities and CONNECT
 * do not exist here. HPACK state belongs to the connection, so blocks of refused streams are decoded too.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../../std/clock.ts'
import type { Log } from '../../std/log.ts'
import type { HttpHandler, HttpPeer, HttpResponse } from '../http.ts'
import * as frames from './frames.ts'
import { errorCode, flagAck, flagEndHeaders, flagEndStream, flagPadded, flagPriority, frameType, Http2Error, setting } from './frames.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { RequestHead } from './request-head.ts'
import { Sender, type SenderEvents } from './sender.ts'
import { Http2Request, Http2Stream, type StreamOwner } from './stream.ts'
import type { Flushable, FlushQueue, WriteBufferPool } from './write-buffers.ts'

export interface Http2Limits {
  readonly headersBytesMax: number
  readonly streamsMax: number
  /** How much of a request body may come before it is read. */
  readonly streamWindowBytes: number
  readonly connectionWindowBytes: number
}

/** What all connections of a server share. */
export interface Http2Host {
  readonly handler: HttpHandler
  readonly clock: Clock
  readonly log: Log
  readonly limits: Http2Limits
  readonly pool: WriteBufferPool
  readonly flushQueue: FlushQueue
  /** The value of the `date` header. */
  date(): string
  /** For a handler that threw. */
  internalError(error: unknown, method: string, path: string): HttpResponse
}

const handlersPerStreamMax = 4
const blockFramesMax = 64
const budgetMax = 1000
const budgetPerMs = 0.2
const controlBytesMax = 64 * 1024
const tooLargeResponse: HttpResponse = {
  status: 431,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Request Header Fields Too Large\n',
}

export class Http2Connection implements StreamOwner, SenderEvents, Flushable {
  readonly clock: Clock
  isInFlushQueue = false
  readonly #host: Http2Host
  readonly #peer: HttpPeer
  readonly #sender: Sender
  readonly #decoder = new HpackDecoder()
  readonly #head = new RequestHead()
  readonly #streams = new Map<number, Http2Stream>()
  #rest: Buffer | undefined
  #hasPreface = false
  #hasSettings = false
  /** The newest stream that was handled, for GOAWAY, and the newest that was seen. */
  #lastStream = 0
  #newestStream = 0
  #streamWindow = frames.windowBytesDefault
  #receiveWindow: number
  #uncredited = 0
  /** A header block that waits for its CONTINUATION. */
  #block: { readonly stream: number; readonly flags: number; readonly parts: Buffer[]; bytes: number } | undefined
  /** Streams whose body may already be in the bytes at hand: they are handled when those are read. */
  #arrived: Http2Request[] = []
  #arrivedStreams: Http2Stream[] = []
  #running = 0
  #budget = budgetMax
  #budgetMs: number
  #isLeaving = false
  #isClosed = false
  /** When the connection began to wait for the rest of a frame or block, or for its next request; monotonic. */
  waitingSinceMs: number

  constructor(socket: Socket, peer: HttpPeer, host: Http2Host, isPlain = false) {
    this.#peer = peer
    this.#host = host
    this.clock = host.clock
    this.#sender = new Sender(socket, host.pool, host.clock, this, isPlain)
    this.#receiveWindow = host.limits.connectionWindowBytes
    this.#budgetMs = host.clock.monotonicMs()
    this.waitingSinceMs = this.#budgetMs
    this.#push(
      frames.settingsFrame([
        [setting.maxConcurrentStreams, host.limits.streamsMax],
        [setting.initialWindowSize, host.limits.streamWindowBytes],
        [setting.maxHeaderListSize, host.limits.headersBytesMax],
      ]),
    )
    this.#push(frames.numberFrame(frameType.windowUpdate, 0, host.limits.connectionWindowBytes - frames.windowBytesDefault))
  }

  /** Streams that are open. */
  get streamCount(): number {
    return this.#streams.size
  }

  /** Nothing is asked and nothing is half read. */
  get isIdle(): boolean {
    return this.#streams.size === 0
  }

  get isWaitingForRest(): boolean {
    return this.#rest !== undefined || this.#block !== undefined || !this.#hasPreface
  }

  /** GOAWAY was sent; running requests may end. */
  get isLeaving(): boolean {
    return this.#isLeaving
  }

  /** The last frame is on its way; nothing is read any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  receive(chunk: Buffer): void {
    if (this.#isClosed) return
    try {
      this.#read(this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]))
      this.#handleArrived()
    } catch (error) {
      if (error instanceof Http2Error) this.#fail(error.code, error.message)
      else {
        this.#host.log.error('HTTP/2 connection failed', { error })
        this.#fail(errorCode.internal, '')
      }
    }
  }

  flush(): void {
    this.#sender.flush()
  }

  /** No new requests; those that run may end. */
  leave(): void {
    if (this.#isLeaving || this.#isClosed) return
    this.#isLeaving = true
    this.#push(frames.goAwayFrame(this.#lastStream, errorCode.none, ''))
    this.#endWhenDone()
  }

  /** The server stops: aborts every stream's signal. */
  stop(): void {
    for (const stream of this.#streams.values()) stream.stop()
  }

  /** The socket is gone. */
  closed(): void {
    this.#isClosed = true
    this.#rest = undefined
    this.#block = undefined
    for (const stream of this.#streams.values()) stream.abandon('Client went away')
    this.#streams.clear()
  }

  // ---- for streams and the sender

  markReady(stream: Http2Stream): void {
    this.#sender.pushStream(stream)
    this.#host.flushQueue.add(this)
  }

  creditReceived(stream: Http2Stream, bytes: number): void {
    this.#credit(bytes)
    if (stream.isRemoteClosed || stream.isGone || stream.isLocalClosed) return
    stream.uncredited += bytes
    if (stream.uncredited * 2 < this.#host.limits.streamWindowBytes) return
    this.#push(frames.numberFrame(frameType.windowUpdate, stream.id, stream.uncredited))
    stream.receiveWindow += stream.uncredited
    stream.uncredited = 0
  }

  streamWasSent(stream: Http2Stream): void {
    if (!stream.isRemoteClosed) {
      // The answer came before the request's end. NO_ERROR asks the client to stop sending (RFC 9113, 8.1).
      this.#push(frames.numberFrame(frameType.resetStream, stream.id, errorCode.none))
    }
    this.#forget(stream, 'Answered')
  }

  streamCannotBeSent(stream: Http2Stream, error: unknown): void {
    this.#host.log.error('Cannot send response', { error })
    this.#reset(stream, errorCode.internal)
  }

  date(): string {
    return this.#host.date()
  }

  // ---- requests

  #handleArrived(): void {
    for (let index = 0; index < this.#arrived.length; index++) {
      const stream = this.#arrivedStreams[index] as Http2Stream
      if (!stream.isGone) this.#handle(stream, this.#arrived[index] as Http2Request)
    }
    this.#arrived.length = 0
    this.#arrivedStreams.length = 0
  }

  #handle(stream: Http2Stream, request: Http2Request): void {
    let answer: HttpResponse | Promise<HttpResponse>
    try {
      answer = this.#host.handler(request)
    } catch (error) {
      answer = this.#host.internalError(error, request.method, request.path)
    }
    if (!(answer instanceof Promise)) return this.#answer(stream, request, answer)
    this.#running++
    void answer.then(
      (response) => {
        this.#running--
        this.#answer(stream, request, response)
      },
      (error: unknown) => {
        this.#running--
        this.#answer(stream, request, this.#host.internalError(error, request.method, request.path))
      },
    )
  }

  #answer(stream: Http2Stream, request: Http2Request, response: HttpResponse): void {
    if (stream.isGone) return
    stream.status = response.status
    stream.responseHeaders = response.headers
    const { body } = response
    const hasNoBody = request.method === 'HEAD' || response.status === 204 || response.status === 304
    if (typeof body === 'function' && !hasNoBody) {
      this.markReady(stream)
      this.#running++
      void this.#stream(stream, request, body, response.trailers)
      return
    }
    if (typeof body !== 'function') {
      const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
      if (response.status !== 204 && response.status !== 304) stream.responseBytes = bytes === undefined ? 0 : bytes.length
      if (bytes !== undefined && !hasNoBody) stream.write(bytes)
    }
    stream.trailers = response.trailers?.()
    stream.end()
  }

  async #stream(
    stream: Http2Stream,
    request: Http2Request,
    body: (sink: Http2Stream) => Promise<void>,
    trailers: HttpResponse['trailers'],
  ): Promise<void> {
    try {
      await body(stream)
      stream.trailers = trailers?.()
      stream.end()
    } catch (error) {
      if (!stream.isGone) {
        this.#host.log.error('Response body failed', { error, method: request.method, path: request.path })
        this.#reset(stream, errorCode.internal)
        this.#host.flushQueue.add(this)
      }
    } finally {
      this.#running--
    }
  }

  /** Ends a stream that we will hear no more of and that will hear no more of us. */
  #forget(stream: Http2Stream, reason: string): void {
    if (!this.#streams.delete(stream.id)) return
    const unread = stream.unreadBytes
    stream.abandon(reason)
    if (unread > 0) this.#credit(unread)
    if (this.#streams.size === 0) this.waitingSinceMs = this.clock.monotonicMs()
    if (this.#isLeaving) this.#endWhenDone()
  }

  #reset(stream: Http2Stream, code: number): void {
    this.#push(frames.numberFrame(frameType.resetStream, stream.id, code))
    this.#forget(stream, 'Stream was reset')
  }

  #endWhenDone(): void {
    if (this.#streams.size > 0 || this.#isClosed) return
    this.#isClosed = true
    this.waitingSinceMs = this.clock.monotonicMs()
    this.#sender.end()
  }

  #fail(code: number, message: string): void {
    if (this.#isClosed) return
    this.#host.log.debug('HTTP/2 connection refused', { code, message, peer: this.#peer.address })
    this.#push(frames.goAwayFrame(this.#lastStream, code, message))
    this.closed()
    this.waitingSinceMs = this.clock.monotonicMs()
    this.#sender.end()
  }

  #push(frame: Buffer): void {
    this.#sender.pushControl(frame)
    this.#host.flushQueue.add(this)
  }

  #credit(bytes: number): void {
    this.#uncredited += bytes
    if (this.#uncredited * 4 < this.#host.limits.connectionWindowBytes || this.#isClosed) return
    this.#push(frames.numberFrame(frameType.windowUpdate, 0, this.#uncredited))
    this.#receiveWindow += this.#uncredited
    this.#uncredited = 0
  }

  /** Pays for a frame that costs us more than it costs the peer. */
  #charge(): void {
    if (this.#budget < 1) {
      const nowMs = this.clock.monotonicMs()
      this.#budget = Math.min(budgetMax, this.#budget + (nowMs - this.#budgetMs) * budgetPerMs)
      this.#budgetMs = nowMs
      if (this.#budget < 1) throw new Http2Error(errorCode.enhanceYourCalm, 'Too many frames that do no work')
    }
    this.#budget--
    if (this.#sender.controlBytes > controlBytesMax) throw new Http2Error(errorCode.enhanceYourCalm, 'Answers are not read')
  }

  // ---- reading

  #read(buffer: Buffer): void {
    this.#rest = undefined
    let at = 0
    if (!this.#hasPreface) {
      const length = Math.min(buffer.length, frames.clientPreface.length)
      if (buffer.compare(frames.clientPreface, 0, length, 0, length) !== 0)
        throw new Http2Error(errorCode.protocol, 'Not an HTTP/2 preface')
      if (length < frames.clientPreface.length) return this.#keep(buffer, 0)
      this.#hasPreface = true
      at = length
    }
    while (buffer.length - at >= frames.frameHeaderBytes) {
      const length = ((buffer[at] as number) << 16) | ((buffer[at + 1] as number) << 8) | (buffer[at + 2] as number)
      if (length > frames.frameBytesMax) throw new Http2Error(errorCode.frameSize, `Frame of ${length} bytes`)
      const start = at + frames.frameHeaderBytes
      if (buffer.length - start < length) break
      const type = buffer[at + 3] as number
      const flags = buffer[at + 4] as number
      const stream = buffer.readUInt32BE(at + 5) & 0x7fff_ffff
      at = start + length
      this.#readFrame(type, flags, stream, buffer, start, at)
      if (this.#isClosed) return
    }
    this.#keep(buffer, at)
  }

  /** A copy of what is left: a view would pin the whole read. */
  #keep(buffer: Buffer, at: number): void {
    if (at === buffer.length) return
    this.waitingSinceMs = this.clock.monotonicMs()
    this.#rest = Buffer.from(buffer.subarray(at))
  }

  #readFrame(type: number, flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (!this.#hasSettings && (type !== frameType.settings || flags & flagAck))
      throw new Http2Error(errorCode.protocol, 'First frame is not SETTINGS')
    if (this.#block !== undefined && (type !== frameType.continuation || id !== this.#block.stream)) {
      throw new Http2Error(errorCode.protocol, 'Header block is interrupted')
    }
    try {
      switch (type) {
        case frameType.data:
          return this.#readData(flags, id, buffer, start, end)
        case frameType.headers:
          return this.#readHeaders(flags, id, buffer, start, end)
        case frameType.continuation:
          return this.#readContinuation(flags, buffer, start, end)
        case frameType.windowUpdate:
          return this.#readWindowUpdate(id, buffer, start, end)
        case frameType.resetStream:
          return this.#readReset(id, end - start)
        case frameType.settings:
          return this.#readSettings(flags, id, buffer, start, end)
        case frameType.ping:
          return this.#readPing(flags, id, buffer, start, end)
        case frameType.priority:
          if (id === 0) throw new Http2Error(errorCode.protocol, 'PRIORITY of stream 0')
          if (end - start !== 5) throw new Http2Error(errorCode.frameSize, 'PRIORITY is not 5 bytes long', id)
          return this.#charge()
        case frameType.goAway:
          if (id !== 0) throw new Http2Error(errorCode.protocol, 'GOAWAY on a stream')
          if (end - start < 8) throw new Http2Error(errorCode.frameSize, 'GOAWAY is too short')
          this.#isLeaving = true
          return this.#endWhenDone()
        case frameType.pushPromise:
          throw new Http2Error(errorCode.protocol, 'Clients cannot push')
        default:
          return this.#charge()
      }
    } catch (error) {
      if (!(error instanceof Http2Error) || error.stream === 0) throw error
      this.#charge()
      const stream = this.#streams.get(error.stream)
      if (stream !== undefined) this.#reset(stream, error.code)
      else this.#push(frames.numberFrame(frameType.resetStream, error.stream, error.code))
    }
  }

  #readData(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (id === 0) throw new Http2Error(errorCode.protocol, 'DATA on stream 0')
    const frameBytes = end - start
    this.#receiveWindow -= frameBytes
    if (this.#receiveWindow < 0) throw new Http2Error(errorCode.flowControl, 'More DATA than the connection has window')
    let from = start
    let to = end
    if (flags & flagPadded) {
      if (frameBytes === 0) throw new Http2Error(errorCode.frameSize, 'Padded DATA without a pad length')
      from++
      to -= buffer[start] as number
      if (to < from) throw new Http2Error(errorCode.protocol, 'Padding is longer than DATA')
    }
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      this.#credit(frameBytes)
      if (this.#isIdleId(id)) throw new Http2Error(errorCode.protocol, 'DATA on an idle stream')
      return
    }
    stream.receiveWindow -= frameBytes
    if (stream.isRemoteClosed || stream.receiveWindow < 0) {
      this.#credit(frameBytes)
      throw new Http2Error(stream.isRemoteClosed ? errorCode.streamClosed : errorCode.flowControl, 'DATA that is not allowed', id)
    }
    const padding = frameBytes - (to - from)
    if (padding > 0) this.creditReceived(stream, padding)
    if (to === from && !(flags & flagEndStream)) this.#charge()
    const fits = stream.receiveData(buffer, from, to)
    if (!fits) this.#credit(to - from)
    if (!fits || (flags & flagEndStream && !stream.endOfBody()))
      throw new Http2Error(errorCode.protocol, 'Body is not as long as content-length says', id)
  }

  #readHeaders(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (id === 0 || id % 2 === 0) throw new Http2Error(errorCode.protocol, `HEADERS on stream ${id}`)
    let from = start
    let to = end
    if (flags & flagPadded) {
      if (from === end) throw new Http2Error(errorCode.frameSize, 'Padded HEADERS without a pad length')
      to -= buffer[from++] as number
    }
    if (flags & flagPriority) from += 5
    if (from > to) throw new Http2Error(errorCode.protocol, 'HEADERS is too short for its padding or priority')
    if (!this.#streams.has(id) && id <= this.#newestStream) throw new Http2Error(errorCode.streamClosed, `HEADERS on closed stream ${id}`)
    if (flags & flagEndHeaders) return this.#endBlock(id, flags, buffer, from, to)
    this.waitingSinceMs = this.clock.monotonicMs()
    this.#block = { stream: id, flags, parts: [Buffer.from(buffer.subarray(from, to))], bytes: to - from }
  }

  #readContinuation(flags: number, buffer: Buffer, start: number, end: number): void {
    const block = this.#block
    if (block === undefined) throw new Http2Error(errorCode.protocol, 'CONTINUATION without HEADERS')
    block.bytes += end - start
    if (block.bytes > this.#host.limits.headersBytesMax || block.parts.length >= blockFramesMax) {
      throw new Http2Error(errorCode.enhanceYourCalm, 'Header block is too large')
    }
    block.parts.push(Buffer.from(buffer.subarray(start, end)))
    if (!(flags & flagEndHeaders)) return
    this.#block = undefined
    const whole = Buffer.concat(block.parts)
    this.#endBlock(block.stream, block.flags, whole, 0, whole.length)
  }

  #endBlock(id: number, flags: number, buffer: Buffer, start: number, end: number): void {
    const head = this.#head
    head.start()
    let fits: boolean
    try {
      fits = this.#decoder.decode(buffer, start, end, this.#host.limits.headersBytesMax, head.add)
    } catch (error) {
      throw new Http2Error(errorCode.compression, error instanceof Error ? error.message : '')
    }
    const isLast = (flags & flagEndStream) !== 0
    const open = this.#streams.get(id)
    if (open !== undefined) return this.#readTrailers(open, isLast, head.trailerProblem())
    this.#newestStream = id
    // Streams that the client opened before it read our GOAWAY: it will ask somebody else.
    if (this.#isLeaving) return
    this.#lastStream = id
    if (this.#streams.size >= this.#host.limits.streamsMax) throw new Http2Error(errorCode.refusedStream, 'Too many streams', id)
    if (this.#running >= this.#host.limits.streamsMax * handlersPerStreamMax)
      throw new Http2Error(errorCode.enhanceYourCalm, 'Too many running requests')
    const problem = fits ? head.problem() : ''
    if (problem !== '') throw new Http2Error(errorCode.protocol, problem, id)
    const stream = new Http2Stream(id, this, this.#streamWindow, this.#host.limits.streamWindowBytes)
    stream.contentLength = head.contentLength
    this.#streams.set(id, stream)
    const request = new Http2Request(stream, head.method, head.path, head.query, head.headers, this.#peer)
    if (isLast && !stream.endOfBody()) throw new Http2Error(errorCode.protocol, 'Body is not as long as content-length says', id)
    if (!fits) return this.#answer(stream, request, tooLargeResponse)
    if (isLast) return this.#handle(stream, request)
    this.#arrived.push(request)
    this.#arrivedStreams.push(stream)
  }

  #readTrailers(stream: Http2Stream, isLast: boolean, problem: string): void {
    if (stream.isRemoteClosed) throw new Http2Error(errorCode.streamClosed, 'HEADERS behind END_STREAM', stream.id)
    if (!isLast || problem !== '' || !stream.endOfBody()) throw new Http2Error(errorCode.protocol, 'Malformed trailers', stream.id)
  }

  #readWindowUpdate(id: number, buffer: Buffer, start: number, end: number): void {
    if (end - start !== 4) throw new Http2Error(errorCode.frameSize, 'WINDOW_UPDATE is not 4 bytes long')
    const bytes = buffer.readUInt32BE(start) & 0x7fff_ffff
    if (id === 0) {
      if (bytes === 0) throw new Http2Error(errorCode.protocol, 'WINDOW_UPDATE of 0')
      if (!this.#sender.grow(bytes)) throw new Http2Error(errorCode.flowControl, 'Window is too large')
      return this.#host.flushQueue.add(this)
    }
    if (this.#isIdleId(id)) throw new Http2Error(errorCode.protocol, 'WINDOW_UPDATE on an idle stream')
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    if (bytes === 0) throw new Http2Error(errorCode.protocol, 'WINDOW_UPDATE of 0', id)
    stream.sendWindow += bytes
    if (stream.sendWindow > frames.windowBytesMax) throw new Http2Error(errorCode.flowControl, 'Window is too large', id)
    if (stream.unsentBytes > 0) this.markReady(stream)
  }

  #readReset(id: number, length: number): void {
    if (length !== 4) throw new Http2Error(errorCode.frameSize, 'RST_STREAM is not 4 bytes long')
    if (id === 0 || this.#isIdleId(id)) throw new Http2Error(errorCode.protocol, 'RST_STREAM on an idle stream')
    this.#charge()
    const stream = this.#streams.get(id)
    if (stream !== undefined) this.#forget(stream, 'Client went away')
  }

  #readSettings(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (id !== 0) throw new Http2Error(errorCode.protocol, 'SETTINGS on a stream')
    if (flags & flagAck) {
      if (end !== start) throw new Http2Error(errorCode.frameSize, 'SETTINGS acknowledgement with a payload')
      return
    }
    if ((end - start) % 6 !== 0) throw new Http2Error(errorCode.frameSize, 'SETTINGS is not a multiple of 6 bytes long')
    if (this.#hasSettings) this.#charge()
    this.#hasSettings = true
    for (let at = start; at < end; at += 6) this.#applySetting(buffer.readUInt16BE(at), buffer.readUInt32BE(at + 2))
    this.#push(frames.controlFrame(frameType.settings, flagAck, 0, Buffer.alloc(0)))
  }

  #applySetting(name: number, value: number): void {
    switch (name) {
      case setting.headerTableSize:
        this.#sender.mustNameTableSize = true
        return
      case setting.enablePush:
        if (value > 1) throw new Http2Error(errorCode.protocol, 'ENABLE_PUSH is neither 0 nor 1')
        return
      case setting.initialWindowSize:
        if (value > frames.windowBytesMax) throw new Http2Error(errorCode.flowControl, 'INITIAL_WINDOW_SIZE is too large')
        return this.#moveWindows(value)
      case setting.maxFrameSize:
        // We send frames of 16 KB at most, which everybody must take.
        if (value < 16_384 || value > 16_777_215) throw new Http2Error(errorCode.protocol, 'MAX_FRAME_SIZE is out of range')
        return
      default:
    }
  }

  #moveWindows(bytes: number): void {
    const difference = bytes - this.#streamWindow
    this.#streamWindow = bytes
    for (const stream of this.#streams.values()) {
      stream.sendWindow += difference
      if (stream.sendWindow > frames.windowBytesMax) throw new Http2Error(errorCode.flowControl, 'Window is too large')
      if (stream.unsentBytes > 0) this.markReady(stream)
    }
  }

  #readPing(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (id !== 0) throw new Http2Error(errorCode.protocol, 'PING on a stream')
    if (end - start !== 8) throw new Http2Error(errorCode.frameSize, 'PING is not 8 bytes long')
    if (flags & flagAck) return
    this.#charge()
    this.#push(frames.controlFrame(frameType.ping, flagAck, 0, buffer.subarray(start, end)))
  }

  #isIdleId(id: number): boolean {
    return id > this.#newestStream || id % 2 === 0
  }
}
