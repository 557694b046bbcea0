/**
 * The client's end of one HTTP/2 connection, frame by frame, for what no honest client would send. The server's end is the real
 * `Http2Connection`; between them is a socket in memory that takes bytes only while `isReading`. What came back is told in words:
 *
 *     const peer = new Http2Peer(handler)
 *     await peer.open()
 *     expect(await peer.say(request(1), ping())).toEqual(['PING ack', '1 HEADERS 200', '1 DATA "hello" end'])
 *
 * The clock is virtual. `refused` in what came back means that the server closed the connection.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Log } from '../std/log.ts'
import { silentLog } from '../std/log.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import type { HttpHandler } from '../wire/http.ts'
import { defaultLimits } from '../wire/http-server.ts'
import { Http2Connection, type Http2Limits } from '../wire/http2/connection.ts'
import {
  clientPreface,
  controlFrame,
  errorCode,
  flagAck,
  flagEndHeaders,
  flagEndStream,
  frameType,
  settingsFrame,
} from '../wire/http2/frames.ts'
import { HpackDecoder } from '../wire/http2/hpack-decoder.ts'
import { FlushQueue, WriteBufferPool } from '../wire/http2/write-buffers.ts'

/** `name: value` literals, never in the table, never compressed. */
export function block(headers: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[]): Buffer {
  const pairs = Array.isArray(headers) ? (headers as readonly (readonly [string, string])[]) : Object.entries(headers)
  return Buffer.concat(pairs.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]))
}

/** A string as HPACK writes it when it does not compress. */
export function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([integer(bytes.length, 7), bytes])
}

/** An integer behind a prefix of `bits` bits, the bits before it being `high`. */
export function integer(value: number, bits: number, high = 0): Buffer {
  const mask = 2 ** bits - 1
  if (value < mask) return Buffer.from([high | value])
  const bytes = [high | mask]
  let rest = value - mask
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}

const requestHeaders = { ':method': 'GET', ':scheme': 'http', ':path': '/', ':authority': 'here' }

/** HEADERS of a whole request; `headers` with an empty value for `:name` leave it out. */
export function request(id: number, headers: Readonly<Record<string, string>> = {}, flags = flagEndHeaders | flagEndStream): Buffer {
  const all = Object.entries({ ...requestHeaders, ...headers }).filter(([name, value]) => value !== '' || !name.startsWith(':'))
  return controlFrame(frameType.headers, flags, id, block(all))
}

/** HEADERS of a request whose body follows. */
export function post(id: number, headers: Readonly<Record<string, string>> = {}): Buffer {
  return request(id, { ':method': 'POST', ...headers }, flagEndHeaders)
}

export function data(id: number, bytes: string | Uint8Array, flags = 0): Buffer {
  return controlFrame(frameType.data, flags, id, Buffer.from(bytes as string))
}

export function lastData(id: number, bytes: string | Uint8Array = ''): Buffer {
  return data(id, bytes, flagEndStream)
}

export function ping(flags = 0): Buffer {
  return controlFrame(frameType.ping, flags, 0, Buffer.from('12345678'))
}

/** The socket between both: takes everything, or nothing. */
class MemorySocket extends Duplex {
  #isReading = true
  #taken: (() => void) | undefined
  received: Buffer = Buffer.alloc(0)
  isEnded = false

  set isReading(value: boolean) {
    this.#isReading = value
    if (!value) return
    this.takeOne()
  }

  /** Takes what was written last, and no more. */
  takeOne(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, taken: () => void): void {
    // The server takes its buffer back as soon as the write is done.
    this.received = Buffer.concat([this.received, chunk])
    if (this.#isReading) taken()
    else this.#taken = taken
  }

  override _final(done: () => void): void {
    this.isEnded = true
    done()
  }
}

export interface Http2PeerOptions {
  readonly limits?: Partial<Http2Limits>
  readonly clock?: VirtualClock
  readonly log?: Log
}

export class Http2Peer {
  readonly clock: VirtualClock
  readonly connection: Http2Connection
  /** Handlers and bodies that failed, as the server logged them. */
  readonly errors: unknown[] = []
  readonly #socket = new MemorySocket()
  readonly #decoder = new HpackDecoder()
  #isEndTold = false

  constructor(handler: HttpHandler, options: Http2PeerOptions = {}) {
    this.clock = options.clock ?? new VirtualClock()
    const log = { ...silentLog, error: (message: string, fields?: unknown) => void this.errors.push({ message, fields }) } as Log
    const pool = new WriteBufferPool()
    this.connection = new Http2Connection(
      this.#socket as unknown as Socket,
      { address: '127.0.0.1', port: 1 },
      {
        handler,
        clock: this.clock,
        log,
        limits: { ...defaultLimits, ...options.limits },
        pool,
        flushQueue: new FlushQueue(this.clock),
        date: () => 'today',
        internalError: (error) => {
          this.errors.push(error)
          return { status: 500, headers: {} }
        },
      },
    )
  }

  /** Preface and settings, both ways. */
  async open(settings: readonly (readonly [id: number, value: number])[] = []): Promise<void> {
    await this.say(clientPreface, settingsFrame(settings))
  }

  /** Sends everything in one piece and returns what came back until nothing moves. */
  async say(...bytes: readonly Uint8Array[]): Promise<readonly string[]> {
    this.connection.receive(Buffer.concat(bytes))
    return this.heard()
  }

  /** What came since, told in words. */
  async heard(): Promise<readonly string[]> {
    await this.clock.settled()
    const lines: string[] = []
    let bytes = this.#socket.received
    while (bytes.length >= 9) {
      const length = bytes.readUIntBE(0, 3)
      lines.push(this.#tell(bytes[3] as number, bytes[4] as number, bytes.readUInt32BE(5), bytes.subarray(9, 9 + length)))
      bytes = bytes.subarray(9 + length)
    }
    this.#socket.received = bytes
    if (this.#socket.isEnded && !this.#isEndTold) {
      this.#isEndTold = true
      lines.push('refused')
    }
    return lines
  }

  /** False: the socket takes no more. */
  set isReading(value: boolean) {
    this.#socket.isReading = value
  }

  /** Lets the server write once more, and returns what. */
  async nextWrite(): Promise<readonly string[]> {
    this.#socket.takeOne()
    return this.heard()
  }

  /** The connection is lost. */
  leave(): void {
    this.connection.closed()
  }

  #tell(type: number, flags: number, id: number, payload: Buffer): string {
    const end = flags & flagEndStream ? ' end' : ''
    switch (type) {
      case frameType.data:
        return `${id} DATA ${payload.length <= 80 ? JSON.stringify(payload.toString('latin1')) : payload.length}${end}`
      case frameType.headers:
        return `${id} HEADERS ${this.#headers(payload)}${end}`
      case frameType.resetStream:
        return `${id} RST_STREAM ${codeName(payload.readUInt32BE(0))}`
      case frameType.settings:
        return flags & flagAck ? 'SETTINGS ack' : 'SETTINGS'
      case frameType.ping:
        return flags & flagAck ? 'PING ack' : 'PING'
      case frameType.goAway:
        return `GOAWAY ${payload.readUInt32BE(0)} ${codeName(payload.readUInt32BE(4))}`
      case frameType.windowUpdate:
        return `${id} WINDOW_UPDATE ${payload.readUInt32BE(0)}`
      default:
        return `${id} frame of type ${type}`
    }
  }

  #headers(payload: Buffer): string {
    const words: string[] = []
    this.#decoder.decode(payload, 0, payload.length, 65_536, (name, value) => {
      if (name === ':status') words.push(value)
      else if (name.startsWith('grpc-')) words.push(`${name}=${value}`)
    })
    return words.join(' ')
  }
}

function codeName(code: number): string {
  return Object.entries(errorCode).find(([, value]) => value === code)?.[0] ?? String(code)
}
