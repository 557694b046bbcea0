/**
 * An HTTP/2 connection (RFC 9113): the life of its streams, and what each frame means for them. Bytes come in through `receive`, are cut
 * into frames (`frame-cutter.ts`), judged (`frame-rules.ts`) and read here; requests go to their handler (`request-runner.ts`), answers
 * to `sender.ts`. HTTP/2 is written by hand because node:http2 costs three to five times as much CPU per answer; what it may cost
 * instead is vigilance, so everything a peer can do without limit has one:
 *
 *     header blocks         64 KB compressed, 64 frames; unfolded 64 KB, then 431 (`header-block.ts`, `hpack-decoder.ts`)
 *     streams               250 open, and 1,000 handlers that still run after their streams were reset
 *     frames that do no work (pings, settings, empty data, resets …)    `flood-budget.ts`
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
import { FloodBudget } from './flood-budget.ts'
import { FrameCutter, type FrameReader } from './frame-cutter.ts'
import { blockStartOf, checkFrame, checkPriority, checkSetting, paddingOf } from './frame-rules.ts'
import * as frames from './frames.ts'
import { errorCode, flagAck, flagEndHeaders, flagEndStream, flagPadded, flagPriority, frameType, Http2Error, setting } from './frames.ts'
import { HeaderBlock } from './header-block.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import { ReceiveWindow } from './receive-window.ts'
import { RequestHead } from './request-head.ts'
import { RequestRunner, type RequestRunnerOwner } from './request-runner.ts'
import { Sender, type SenderEvents } from './sender.ts'
import { Http2Request, Http2Stream, type StreamOwner } from './stream.ts'
import { StreamTable } from './stream-table.ts'
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
const controlBytesMax = 64 * 1024
const tooLargeResponse: HttpResponse = {
  status: 431,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Request Header Fields Too Large\n',
}

export class Http2Connection implements StreamOwner, SenderEvents, RequestRunnerOwner, FrameReader, Flushable {
  readonly clock: Clock
  readonly handler: HttpHandler
  isInFlushQueue = false
  readonly #host: Http2Host
  readonly #peer: HttpPeer
  readonly #sender: Sender
  readonly #decoder = new HpackDecoder()
  readonly #head = new RequestHead()
  readonly #cutter = new FrameCutter(this)
  readonly #runner = new RequestRunner(this)
  readonly #budget: FloodBudget
  readonly #receiveWindow: ReceiveWindow
  readonly #streams = new StreamTable()
  #hasSettings = false
  #streamWindow = frames.windowBytesDefault
  /** A header block that waits for its CONTINUATION. */
  #block: HeaderBlock | undefined
  #isClosed = false
  /** When the connection began to wait for the rest of a frame or block, or for its next request; monotonic. */
  waitingSinceMs: number

  constructor(socket: Socket, peer: HttpPeer, host: Http2Host, isPlain = false) {
    this.#peer = peer
    this.#host = host
    this.clock = host.clock
    this.handler = host.handler
    this.#sender = new Sender(socket, host.pool, host.clock, this, isPlain)
    this.#receiveWindow = new ReceiveWindow(host.limits.connectionWindowBytes)
    this.#budget = new FloodBudget(host.clock)
    this.waitingSinceMs = host.clock.monotonicMs()
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
    return this.#block !== undefined || this.#cutter.isWaiting
  }

  /** GOAWAY was sent; running requests may end. */
  get isLeaving(): boolean {
    return this.#streams.isLeaving
  }

  /** The last frame is on its way; nothing is read any more. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  receive(chunk: Buffer): void {
    if (this.#isClosed) return
    try {
      if (this.#cutter.push(chunk) && this.#block === undefined) this.waitingSinceMs = this.clock.monotonicMs()
      this.#runner.handleArrived()
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
    if (this.#streams.isLeaving || this.#isClosed) return
    this.#streams.isLeaving = true
    this.#push(frames.goAwayFrame(this.#streams.newestHandled, errorCode.none, ''))
    this.#endWhenDone()
  }

  /** The server stops: aborts every stream's signal. */
  stop(): void {
    for (const stream of this.#streams.values()) stream.stop()
  }

  /** The socket is gone. */
  closed(): void {
    this.#isClosed = true
    this.#cutter.clear()
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
      this.#streams.wasReset(stream.id)
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

  internalError(error: unknown, method: string, path: string): HttpResponse {
    return this.#host.internalError(error, method, path)
  }

  bodyFailed(stream: Http2Stream, request: Http2Request, error: unknown): void {
    this.#host.log.error('Response body failed', { error, method: request.method, path: request.path })
    this.#reset(stream, errorCode.internal)
  }

  // ---- streams

  /** Ends a stream that we will hear no more of and that will hear no more of us. */
  #forget(stream: Http2Stream, reason: string): void {
    if (!this.#streams.delete(stream.id)) return
    const unread = stream.unreadBytes
    stream.abandon(reason)
    if (unread > 0) this.#credit(unread)
    if (this.#streams.size === 0) this.waitingSinceMs = this.clock.monotonicMs()
    if (this.#streams.isLeaving) this.#endWhenDone()
  }

  #reset(stream: Http2Stream, code: number): void {
    this.#push(frames.numberFrame(frameType.resetStream, stream.id, code))
    if (!stream.isRemoteClosed) this.#streams.wasReset(stream.id)
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
    this.#push(frames.goAwayFrame(this.#streams.newestHandled, code, message))
    this.closed()
    this.waitingSinceMs = this.clock.monotonicMs()
    this.#sender.end()
  }

  #push(frame: Buffer): void {
    this.#sender.pushControl(frame)
    this.#host.flushQueue.add(this)
  }

  #credit(bytes: number): void {
    const credit = this.#receiveWindow.give(bytes)
    if (credit > 0 && !this.#isClosed) this.#push(frames.numberFrame(frameType.windowUpdate, 0, credit))
  }

  /** Pays for a frame that costs us more than it costs the peer. */
  #charge(): void {
    this.#budget.charge()
    if (this.#sender.controlBytes > controlBytesMax) throw new Http2Error(errorCode.enhanceYourCalm, 'Answers are not read')
  }

  // ---- reading

  readFrame(type: number, flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    if (!this.#hasSettings && (type !== frameType.settings || flags & flagAck))
      throw new Http2Error(errorCode.protocol, 'First frame is not SETTINGS')
    if (this.#block !== undefined && (type !== frameType.continuation || id !== this.#block.stream)) {
      throw new Http2Error(errorCode.protocol, 'Header block is interrupted')
    }
    try {
      checkFrame(type, flags, id, end - start)
      switch (type) {
        case frameType.data:
          return this.#readData(flags, id, buffer, start, end)
        case frameType.headers:
          return this.#readHeaders(flags, id, buffer, start, end)
        case frameType.continuation:
          return this.#readContinuation(flags, buffer, start, end)
        case frameType.windowUpdate:
          return this.#readWindowUpdate(id, buffer.readUInt32BE(start) & 0x7fff_ffff)
        case frameType.resetStream:
          return this.#readReset(id)
        case frameType.settings:
          return this.#readSettings(flags, buffer, start, end)
        case frameType.ping:
          return this.#readPing(flags, buffer, start, end)
        case frameType.goAway:
          this.#streams.isLeaving = true
          return this.#endWhenDone()
        case frameType.priority:
          checkPriority(id, buffer, start)
          return this.#charge()
        default:
          return this.#charge()
      }
    } catch (error) {
      if (!(error instanceof Http2Error) || error.stream === 0) throw error
      this.#charge()
      const stream = this.#streams.get(error.stream)
      if (stream !== undefined) return this.#reset(stream, error.code)
      this.#push(frames.numberFrame(frameType.resetStream, error.stream, error.code))
      if (!(flags & flagEndStream)) this.#streams.wasReset(error.stream)
    }
  }

  #readData(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    const frameBytes = end - start
    this.#receiveWindow.take(frameBytes)
    const from = flags & flagPadded ? start + 1 : start
    const to = end - paddingOf(flags, buffer, start, end)
    const stream = this.#streams.get(id)
    if (stream === undefined) {
      this.#credit(frameBytes)
      return this.#readDataOfNoStream(flags, id, to - from)
    }
    stream.receiveWindow -= frameBytes
    if (stream.isRemoteClosed || stream.receiveWindow < 0) {
      this.#credit(frameBytes)
      throw new Http2Error(stream.isRemoteClosed ? errorCode.streamClosed : errorCode.flowControl, 'DATA that is not allowed', id)
    }
    if (to - from < frameBytes) this.creditReceived(stream, frameBytes - (to - from))
    if (to === from && !(flags & flagEndStream)) this.#charge()
    const fits = stream.receiveData(buffer, from, to)
    if (!fits) this.#credit(to - from)
    if (!fits || (flags & flagEndStream && !stream.endOfBody()))
      throw new Http2Error(errorCode.protocol, 'Body is not as long as content-length says', id)
  }

  #readDataOfNoStream(flags: number, id: number, bytes: number): void {
    if (this.#streams.isIdle(id)) throw new Http2Error(errorCode.protocol, 'DATA on an idle stream')
    if (!this.#streams.isIgnored(id)) throw new Http2Error(errorCode.streamClosed, 'DATA on a closed stream', id)
    if (flags & flagEndStream) this.#streams.wasEnded(id)
    else if (bytes === 0) this.#charge()
  }

  #readHeaders(flags: number, id: number, buffer: Buffer, start: number, end: number): void {
    const from = blockStartOf(flags, start)
    const to = end - paddingOf(flags, buffer, start, end)
    if (from > to) throw new Http2Error(errorCode.protocol, 'HEADERS is too short for its padding or priority')
    if (flags & flagPriority) checkPriority(id, buffer, from - 5)
    if (id <= this.#streams.newest && this.#streams.get(id) === undefined && !this.#streams.isIgnored(id))
      throw new Http2Error(errorCode.streamClosed, `HEADERS on closed stream ${id}`)
    if (flags & flagEndHeaders) return this.#endBlock(id, flags, buffer, from, to)
    this.waitingSinceMs = this.clock.monotonicMs()
    this.#block = new HeaderBlock(id, flags, this.#host.limits.headersBytesMax)
    this.#block.add(buffer, from, to)
  }

  #readContinuation(flags: number, buffer: Buffer, start: number, end: number): void {
    const block = this.#block
    if (block === undefined) throw new Http2Error(errorCode.protocol, 'CONTINUATION without HEADERS')
    block.add(buffer, start, end)
    if (!(flags & flagEndHeaders)) return
    this.#block = undefined
    const whole = block.whole()
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
    if (id <= this.#streams.newest) {
      if (isLast) this.#streams.wasEnded(id)
      return this.#charge()
    }
    this.#streams.newest = id
    // Streams that the client opened before it read our GOAWAY: it will ask somebody else.
    if (this.#streams.isLeaving) return
    this.#streams.newestHandled = id
    if (this.#streams.size >= this.#host.limits.streamsMax) throw new Http2Error(errorCode.refusedStream, 'Too many streams', id)
    if (this.#runner.running >= this.#host.limits.streamsMax * handlersPerStreamMax)
      throw new Http2Error(errorCode.enhanceYourCalm, 'Too many running requests')
    const problem = fits ? head.problem() : ''
    if (problem !== '') throw new Http2Error(errorCode.protocol, problem, id)
    const stream = new Http2Stream(id, this, this.#streamWindow, this.#host.limits.streamWindowBytes)
    stream.contentLength = head.contentLength
    this.#streams.add(stream)
    const request = new Http2Request(stream, head, this.#peer)
    if (isLast && !stream.endOfBody()) throw new Http2Error(errorCode.protocol, 'Body is not as long as content-length says', id)
    if (!fits) return this.#runner.answer(stream, request, tooLargeResponse)
    if (isLast) return this.#runner.handle(stream, request)
    this.#runner.arrive(stream, request)
  }

  #readTrailers(stream: Http2Stream, isLast: boolean, problem: string): void {
    if (stream.isRemoteClosed) throw new Http2Error(errorCode.streamClosed, 'HEADERS behind END_STREAM', stream.id)
    if (!isLast || problem !== '' || !stream.endOfBody()) throw new Http2Error(errorCode.protocol, 'Malformed trailers', stream.id)
  }

  #readWindowUpdate(id: number, bytes: number): void {
    if (id === 0) {
      if (bytes === 0) throw new Http2Error(errorCode.protocol, 'WINDOW_UPDATE of 0')
      if (!this.#sender.grow(bytes)) throw new Http2Error(errorCode.flowControl, 'Window is too large')
      return this.#host.flushQueue.add(this)
    }
    if (this.#streams.isIdle(id)) throw new Http2Error(errorCode.protocol, 'WINDOW_UPDATE on an idle stream')
    if (bytes === 0) throw new Http2Error(errorCode.protocol, 'WINDOW_UPDATE of 0', id)
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    stream.sendWindow += bytes
    if (stream.sendWindow > frames.windowBytesMax) throw new Http2Error(errorCode.flowControl, 'Window is too large', id)
    if (stream.unsentBytes > 0) this.markReady(stream)
  }

  #readReset(id: number): void {
    if (this.#streams.isIdle(id)) throw new Http2Error(errorCode.protocol, 'RST_STREAM on an idle stream')
    this.#charge()
    const stream = this.#streams.get(id)
    if (stream !== undefined) this.#forget(stream, 'Client went away')
    else this.#streams.wasEnded(id)
  }

  #readSettings(flags: number, buffer: Buffer, start: number, end: number): void {
    if (flags & flagAck) return
    if (this.#hasSettings) this.#charge()
    this.#hasSettings = true
    for (let at = start; at < end; at += 6) this.#applySetting(buffer.readUInt16BE(at), buffer.readUInt32BE(at + 2))
    this.#push(frames.controlFrame(frameType.settings, flagAck, 0, Buffer.alloc(0)))
  }

  #applySetting(name: number, value: number): void {
    checkSetting(name, value)
    if (name === setting.headerTableSize) this.#sender.mustNameTableSize = true
    else if (name === setting.initialWindowSize) this.#moveWindows(value)
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

  #readPing(flags: number, buffer: Buffer, start: number, end: number): void {
    if (flags & flagAck) return
    this.#charge()
    this.#push(frames.controlFrame(frameType.ping, flagAck, 0, buffer.subarray(start, end)))
  }
}
