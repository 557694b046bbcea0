/**
 * The writing half of an HTTP/2 connection: which frames go out next, in what sizes, within whose window.
 *
 * Control frames (settings, pings, resets, window updates) go first. Then every stream that has something to send gets one frame
 * of at most 16 KB in turn, those first of which nothing was sent yet, in the order in which they came, so a small answer waits neither
 * behind a large list nor behind a hundred watches. All of it is laid into one buffer and handed to the socket in one write; only when
 * the socket has taken that is the next one laid out. So what a slow client has not read stays where it was, in chunks that are shared
 * with other streams, and costs a reference. A buffer that first answers could fill has room for one turn of those that run: a client
 * that asks without end must not stop its own watches.
 *
 * A stream without window leaves the round until its own grows; when the connection's is gone all of them wait in `#blocked` until `grow`.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../../std/clock.ts'
import type { HttpHeaders } from '../http.ts'
import {
  flagEndHeaders,
  flagEndStream,
  frameBytesMax,
  frameHeaderBytes,
  frameType,
  windowBytesDefault,
  windowBytesMax,
  writeFrameHeader,
} from './frames.ts'
import { encodeHeader, encodeHeaders, encodeStatus, headerBlockBytesMax } from './hpack-encoder.ts'
import type { Http2Stream } from './stream.ts'
import { type WriteBufferPool, writeBytesMax } from './write-buffers.ts'

/** Frames shorter than this are not worth cutting when a buffer is nearly full. */
const worthwhileBytes = 1024
/** Above this the queues are searched for streams that are gone, and then when they are twice as long as what was left. */
const queuedStreamsMin = 1000
/** What first answers leave of a buffer: room for a whole turn, and they may need one themselves. */
const runningBytes = 2 * frameBytesMax

export interface SenderEvents {
  /** The last frame of `stream` is in the buffer. */
  streamWasSent(stream: Http2Stream): void
  /** The answer cannot be put into frames: a header with a line break. */
  streamCannotBeSent(stream: Http2Stream, error: unknown): void
  /** The value of the `date` header. */
  date(): string
}

export class Sender {
  readonly #socket: Socket
  readonly #pool: WriteBufferPool
  readonly #clock: Clock
  readonly #events: SenderEvents
  readonly #isPlain: boolean
  #control: Buffer[] = []
  controlBytes = 0
  /** Streams of which nothing was sent yet, behind those that waited for the connection's window. */
  #fresh: Http2Stream[] = []
  #ready: Http2Stream[] = []
  #readyHead = 0
  #blocked: Http2Stream[] = []
  #queuedStreamsMax = queuedStreamsMin
  #blockedStreamsMax = queuedStreamsMin
  /** What the client lets us send on all streams together. */
  window = windowBytesDefault
  /** The client named a size for our table. We have none, and must say so before the next block. */
  mustNameTableSize = false
  #inFlight: Buffer | undefined
  #isEnding = false

  constructor(socket: Socket, pool: WriteBufferPool, clock: Clock, events: SenderEvents, isPlain: boolean) {
    this.#socket = socket
    this.#pool = pool
    this.#clock = clock
    this.#events = events
    this.#isPlain = isPlain
  }

  get hasWork(): boolean {
    return this.#control.length > 0 || this.#fresh.length > 0 || this.#readyHead < this.#ready.length
  }

  pushControl(frame: Buffer): void {
    this.#control.push(frame)
    this.controlBytes += frame.length
  }

  pushStream(stream: Http2Stream): void {
    if (stream.isReady) return
    stream.isReady = true
    // Streams that were reset while the socket is stuck stay in the ring; a client must not be able to pile them up.
    if (this.#ready.length - this.#readyHead + this.#fresh.length > this.#queuedStreamsMax) {
      this.#ready = this.#ready.slice(this.#readyHead).filter((one) => !one.isGone)
      this.#readyHead = 0
      this.#fresh = this.#fresh.filter((one) => !one.isGone)
      this.#queuedStreamsMax = Math.max(queuedStreamsMin, 2 * (this.#ready.length + this.#fresh.length))
    }
    // What was not begun to be answered goes before streams that run for long: whoever waits for it may go on.
    if (stream.responseHeaders === undefined) this.#ready.push(stream)
    else this.#fresh.push(stream)
  }

  /** The connection's window grew: false when it grew too far. */
  grow(bytes: number): boolean {
    this.window += bytes
    if (this.window > windowBytesMax) return false
    if (this.window > 0 && this.#blocked.length > 0) {
      // They have waited longest: newer answers must not take the window away from them again and again.
      this.#fresh = [...this.#blocked, ...this.#fresh]
      this.#blocked = []
    }
    return true
  }

  /** Closes the socket once everything that was pushed as control is written. */
  end(): void {
    this.#isEnding = true
    this.flush()
  }

  flush(): void {
    if (this.#inFlight !== undefined || this.#socket.destroyed) return
    if (!this.hasWork) {
      if (this.#isEnding) this.#socket.end(() => this.#socket.destroy())
      return
    }
    const buffer = this.#pool.take(this.#bytesExpected())
    // Before it is filled: the last answer of a connection that leaves calls `end` while it is laid out.
    this.#inFlight = buffer
    const length = this.#fill(buffer)
    if (length === 0) {
      this.#inFlight = undefined
      this.#pool.give(buffer)
      if (this.#isEnding && !this.hasWork) this.#socket.end(() => this.#socket.destroy())
      return
    }
    this.#socket.write(buffer.subarray(0, length), this.#onWritten)
  }

  readonly #onWritten = (): void => {
    const buffer = this.#inFlight
    this.#inFlight = undefined
    if (buffer === undefined) return
    this.#pool.give(buffer)
    if (!this.hasWork && !this.#isEnding) return
    // TLS reports a write one turn later; a plain socket at once, and then a long answer must not keep the turn for itself.
    if (this.#isPlain) void this.#clock.yieldTurn().then(() => this.flush())
    else this.flush()
  }

  #bytesExpected(): number {
    let bytes = this.controlBytes
    for (let index = 0; index < this.#fresh.length && bytes < writeBytesMax; index++) {
      bytes += bytesExpectedOf(this.#fresh[index] as Http2Stream)
    }
    for (let index = this.#readyHead; index < this.#ready.length && bytes < writeBytesMax; index++) {
      bytes += bytesExpectedOf(this.#ready[index] as Http2Stream)
    }
    return bytes
  }

  #fill(buffer: Buffer): number {
    let at = 0
    let sent = 0
    for (; sent < this.#control.length; sent++) {
      const frame = this.#control[sent] as Buffer
      if (at + frame.length > buffer.length) break
      buffer.set(frame, at)
      at += frame.length
    }
    if (sent > 0) {
      this.controlBytes -= at
      this.#control = sent === this.#control.length ? [] : this.#control.slice(sent)
    }
    if (this.#control.length > 0) return at
    if (this.#fresh.length > 0) at = this.#fillFresh(buffer, at)
    while (this.#readyHead < this.#ready.length) {
      const stream = this.#ready[this.#readyHead] as Http2Stream
      const next = stream.isGone ? at : this.#fillStream(buffer, at, stream)
      if (next === -1) break
      at = next
      this.#readyHead++
      if (stream.isGone) stream.isReady = false
    }
    if (this.#readyHead === this.#ready.length) {
      this.#ready.length = 0
      this.#readyHead = 0
    } else if (this.#readyHead > 256) {
      this.#ready = this.#ready.slice(this.#readyHead)
      this.#readyHead = 0
    }
    return at
  }

  /** First turns, in the order in which the answers came. */
  #fillFresh(buffer: Buffer, start: number): number {
    const fresh = this.#fresh
    const isShared = buffer.length === writeBytesMax && this.#readyHead < this.#ready.length
    const endMax = isShared ? buffer.length - runningBytes : buffer.length
    let at = start
    let taken = 0
    while (taken < fresh.length && at < endMax) {
      const stream = fresh[taken] as Http2Stream
      const next = stream.isGone ? at : this.#fillStream(buffer, at, stream)
      if (next === -1) break
      at = next
      taken++
      if (stream.isGone) stream.isReady = false
    }
    this.#fresh = taken === fresh.length ? [] : fresh.slice(taken)
    return at
  }

  /** Lays one turn of `stream` into the buffer and says where it goes next; -1 when there is no room for it. */
  #fillStream(buffer: Buffer, start: number, stream: Http2Stream): number {
    let at = start
    if (stream.responseHeaders !== undefined) {
      at = this.#fillHeaders(buffer, at, stream, stream.responseHeaders)
      if (at === -1) return -1
      if (stream.isLocalClosed || stream.isGone) return this.#leave(stream, at)
    }
    if (stream.unsentBytes > 0) {
      const window = Math.min(stream.sendWindow, this.window)
      if (window <= 0) {
        if (stream.sendWindow <= 0) stream.isReady = false
        else this.#block(stream)
        return at
      }
      const room = buffer.length - at - frameHeaderBytes
      const wanted = Math.min(stream.unsentBytes, window, frameBytesMax)
      // Headers alone were a turn too: the data comes in the next buffer.
      if (room < wanted && room < worthwhileBytes) return at === start ? -1 : this.#rotate(stream, at)
      const length = stream.take(buffer, at + frameHeaderBytes, Math.min(wanted, room))
      stream.sendWindow -= length
      this.window -= length
      const isAll = stream.isEnding && stream.unsentBytes === 0
      const isLast = isAll && stream.trailers === undefined
      writeFrameHeader(buffer, at, length, frameType.data, isLast ? flagEndStream : 0, stream.id)
      at += frameHeaderBytes + length
      if (isLast) return this.#closed(stream, at)
      if (stream.unsentBytes > 0) return this.#rotate(stream, at)
      if (!isAll) return this.#leave(stream, at)
    }
    if (stream.isEnding && !stream.isLocalClosed) {
      if (stream.trailers !== undefined) return this.#fillTrailers(buffer, at, start, stream, stream.trailers)
      if (buffer.length - at < frameHeaderBytes) return at === start ? -1 : this.#rotate(stream, at)
      return this.#closed(stream, writeFrameHeader(buffer, at, 0, frameType.data, flagEndStream, stream.id))
    }
    return this.#leave(stream, at)
  }

  #block(stream: Http2Stream): void {
    if (this.#blocked.length > this.#blockedStreamsMax) {
      this.#blocked = this.#blocked.filter((one) => !one.isGone)
      this.#blockedStreamsMax = Math.max(queuedStreamsMin, 2 * this.#blocked.length)
    }
    this.#blocked.push(stream)
  }

  #rotate(stream: Http2Stream, at: number): number {
    this.#ready.push(stream)
    return at
  }

  #leave(stream: Http2Stream, at: number): number {
    stream.isReady = false
    return at
  }

  #closed(stream: Http2Stream, at: number): number {
    stream.isReady = false
    stream.isLocalClosed = true
    this.#events.streamWasSent(stream)
    return at
  }

  #fillHeaders(buffer: Buffer, start: number, stream: Http2Stream, headers: Readonly<Record<string, string | readonly string[]>>): number {
    const bytesMax = headerBlockBytesMax(headers)
    if (buffer.length - start < bytesMax + frameHeaderBytes * (2 + Math.ceil(bytesMax / frameBytesMax))) {
      if (start > 0) return -1
      this.#events.streamCannotBeSent(stream, new Error(`Response headers of ${bytesMax} bytes are too large`))
      return 0
    }
    const blockStart = start + frameHeaderBytes
    let at = blockStart
    try {
      if (this.mustNameTableSize) buffer[at++] = 0x20
      at = encodeStatus(buffer, at, stream.status)
      at = encodeHeaders(buffer, at, headers)
      at = encodeHeader(buffer, at, 'date', this.#events.date())
      if (stream.responseBytes >= 0) at = encodeHeader(buffer, at, 'content-length', String(stream.responseBytes))
    } catch (error) {
      this.#events.streamCannotBeSent(stream, error)
      return start
    }
    this.mustNameTableSize = false
    stream.responseHeaders = undefined
    const isLast = stream.isEnding && stream.unsentBytes === 0 && stream.trailers === undefined
    const end = this.#frameBlock(buffer, start, at, stream.id, isLast)
    return isLast ? this.#closed(stream, end) : end
  }

  #fillTrailers(buffer: Buffer, at: number, start: number, stream: Http2Stream, trailers: HttpHeaders): number {
    const bytesMax = headerBlockBytesMax(trailers)
    if (buffer.length - at < bytesMax + frameHeaderBytes * (2 + Math.ceil(bytesMax / frameBytesMax))) {
      if (at > start) return this.#rotate(stream, at)
      if (start > 0) return -1
      this.#events.streamCannotBeSent(stream, new Error(`Trailers of ${bytesMax} bytes are too large`))
      return at
    }
    let end = at + frameHeaderBytes
    try {
      if (this.mustNameTableSize) buffer[end++] = 0x20
      end = encodeHeaders(buffer, end, trailers)
    } catch (error) {
      this.#events.streamCannotBeSent(stream, error)
      return at
    }
    this.mustNameTableSize = false
    return this.#closed(stream, this.#frameBlock(buffer, at, end, stream.id, true))
  }

  /** Puts the frame header before a block that lies at `start + 9`, and cuts it into CONTINUATIONs when it is too long for one. */
  #frameBlock(buffer: Buffer, start: number, blockEnd: number, id: number, isLast: boolean): number {
    const blockStart = start + frameHeaderBytes
    const length = blockEnd - blockStart
    const flags = isLast ? flagEndStream : 0
    if (length <= frameBytesMax) {
      writeFrameHeader(buffer, start, length, frameType.headers, flags | flagEndHeaders, id)
      return blockEnd
    }
    const block = Buffer.from(buffer.subarray(blockStart, blockEnd))
    let at = start
    for (let from = 0; from < length; from += frameBytesMax) {
      const to = Math.min(length, from + frameBytesMax)
      const ending = to === length ? flagEndHeaders : 0
      at = writeFrameHeader(
        buffer,
        at,
        to - from,
        from === 0 ? frameType.headers : frameType.continuation,
        from === 0 ? flags | ending : ending,
        id,
      )
      at += block.copy(buffer, at, from, to)
    }
    return at
  }
}

function bytesExpectedOf(stream: Http2Stream): number {
  let bytes = stream.unsentBytes + 2 * frameHeaderBytes
  if (stream.responseHeaders !== undefined) bytes += headerBlockBytesMax(stream.responseHeaders)
  if (stream.trailers !== undefined) bytes += headerBlockBytesMax(stream.trailers) + frameHeaderBytes
  return bytes
}
