/**
 * gRPC over our HTTP/2: a table of methods becomes an `HttpHandler`. Framing, statuses in trailers, limits; no service is known here.
 *
 *     request    HEADERS :path /etcdserverpb.KV/Range …      DATA  0x00, u32 length, message, …
 *     answer     HEADERS 200      DATA 0x00, u32 length, message, …      HEADERS grpc-status 0           (trailers)
 *                HEADERS 200, grpc-status 5, grpc-message …                                              (an error before any message)
 *
 * A unary method may answer without a promise, and then a call costs none. Errors of callers are `GrpcError`s; whatever else is thrown
 * is a bug, logged and told as INTERNAL. Messages and codes for broken framing are those of grpc-go, whose clients match on them.
 * A newcomer would get wrong: a stream's requests are handed over as they come, so their handler must be quick; and `send` queues, so
 * who sends much asks `unsentBytes` first.
 */
import type { Log } from '../std/log.ts'
import type { BodyReceiver, BodySink, HttpHandler, HttpHeaders, HttpRequest, HttpResponse } from './http.ts'
import { ProtobufError, ProtobufWriter } from './protobuf.ts'
import type { MessageType, Partially } from './protobuf-message.ts'

export const grpcCode = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const

export class GrpcError extends Error {
  override readonly name = 'GrpcError'
  readonly code: number
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** An answer that is already bytes, `bytes` of them in pieces that are made while it is sent. For answers too long for one turn. */
export class LongMessage {
  readonly bytes: number
  readonly write: (sink: BodySink) => Promise<void>
  constructor(bytes: number, write: (sink: BodySink) => Promise<void>) {
    this.bytes = bytes
    this.write = write
  }
}

/** One call of a streaming method. */
export interface GrpcStream<Answer> {
  readonly request: HttpRequest
  /** Queues an answer. */
  send(answer: Partially<Answer>): void
  /** Queues an answer that was framed by `frameMessage`; may be shared by many streams. */
  sendFramed(bytes: Uint8Array): void
  readonly unsentBytes: number
  drained(): Promise<void>
  /** Ends the call; without an error: OK. */
  end(error?: GrpcError): void
  /** Aborts when the call is over for the client: ended, cancelled, or gone. */
  readonly signal: AbortSignal
}

export interface GrpcStreamHandler<Request> {
  onRequest(request: Request): void
  /** The client will ask no more. */
  onRequestsEnd(): void
}

export type GrpcMethod =
  | {
      readonly kind: 'unary'
      readonly request: MessageType<unknown>
      readonly answer: MessageType<unknown>
      readonly handle: (request: never, bytes: number) => unknown
    }
  | {
      readonly kind: 'stream'
      readonly request: MessageType<unknown>
      readonly answer: MessageType<unknown>
      readonly open: (stream: GrpcStream<never>) => GrpcStreamHandler<never>
    }

type Answered<A> = Partially<A> | LongMessage

export function unary<Q, A>(
  request: MessageType<Q>,
  answer: MessageType<A>,
  /** `bytes`: the length of the request as it came. */
  handle: (request: Q, bytes: number) => Answered<A> | Promise<Answered<A>>,
): GrpcMethod {
  return { kind: 'unary', request: request as MessageType<unknown>, answer: answer as MessageType<unknown>, handle }
}

export function streaming<Q, A>(
  request: MessageType<Q>,
  answer: MessageType<A>,
  open: (stream: GrpcStream<A>) => GrpcStreamHandler<Q>,
): GrpcMethod {
  return { kind: 'stream', request: request as MessageType<unknown>, answer: answer as MessageType<unknown>, open: open as never }
}

export interface GrpcOptions {
  /** By path: "/etcdserverpb.KV/Range". */
  readonly methods: ReadonlyMap<string, GrpcMethod>
  readonly requestBytesMax: number
  readonly log: Log
  /** Called once for each call with its path and status. */
  readonly onDone?: (path: string, code: number) => void
}

const prefixBytes = 5
const contentType = 'application/grpc'
const answerHeaders: HttpHeaders = { 'content-type': contentType }
const okTrailers: HttpHeaders = { 'grpc-status': '0' }

/** Whether a request is meant for gRPC; others on the same port are plain HTTP. */
export function isGrpc(request: HttpRequest): boolean {
  return request.headers['content-type']?.startsWith(contentType) === true && request.bodyParts !== undefined
}

export function grpcHandler(options: GrpcOptions): HttpHandler {
  const services = new Set(Array.from(options.methods.keys(), (path) => path.slice(0, path.lastIndexOf('/') + 1)))
  return (request) => {
    const method = options.methods.get(request.path)
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
    if (method === undefined) return failed(unknownMethod(request.path, services))
    return method.kind === 'unary' ? answerUnary(options, method, request) : answerStream(options, method, request)
  }
}

function unknownMethod(path: string, services: ReadonlySet<string>): GrpcError {
  const slash = path.lastIndexOf('/')
  const [service, name] = [path.slice(1, slash), path.slice(slash + 1)]
  return services.has(path.slice(0, slash + 1))
    ? new GrpcError(grpcCode.unimplemented, `unknown method ${name} for service ${service}`)
    : new GrpcError(grpcCode.unimplemented, `unknown service ${service}`)
}

function failed(error: GrpcError): HttpResponse {
  return { status: 200, headers: { ...answerHeaders, ...statusHeaders(error) } }
}

function statusHeaders(error: GrpcError): HttpHeaders {
  return { 'grpc-status': String(error.code), 'grpc-message': percentEncoded(error.message) }
}

/** Header values are ASCII: the rest, and the percent sign itself, as UTF-8 in hex. */
function percentEncoded(text: string): string {
  if (/^[ -$&-~]*$/.test(text)) return text
  let encoded = ''
  for (const byte of Buffer.from(text.slice(0, 8192), 'utf8')) {
    encoded +=
      byte < 0x20 || byte > 0x7e || byte === 0x25 ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}` : String.fromCharCode(byte)
  }
  return encoded
}

function asGrpcError(options: GrpcOptions, path: string, error: unknown): GrpcError {
  if (error instanceof GrpcError) return error
  if (error instanceof ProtobufError) return new GrpcError(grpcCode.internal, `grpc: error unmarshalling request: ${error.message}`)
  options.log.error('A gRPC method failed', { error, path })
  return new GrpcError(grpcCode.internal, 'internal error')
}

// ---- unary

function answerUnary(
  options: GrpcOptions,
  method: GrpcMethod & { kind: 'unary' },
  request: HttpRequest,
): HttpResponse | Promise<HttpResponse> {
  const finish = (answer: unknown): HttpResponse => {
    options.onDone?.(request.path, grpcCode.ok)
    if (answer instanceof LongMessage) return { status: 200, headers: answerHeaders, body: longBody(answer), trailers: () => okTrailers }
    return { status: 200, headers: answerHeaders, body: frameMessage(method.answer, answer), trailers: () => okTrailers }
  }
  const fail = (cause: unknown): HttpResponse => {
    const error = asGrpcError(options, request.path, cause)
    options.onDone?.(request.path, error.code)
    return failed(error)
  }
  const run = (payload: Uint8Array): HttpResponse | Promise<HttpResponse> => {
    try {
      const answer = method.handle(method.request.decode(payload) as never, payload.length)
      return answer instanceof Promise ? answer.then(finish, fail).catch(fail) : finish(answer)
    } catch (error) {
      return fail(error)
    }
  }
  const body = new UnaryBody(options.requestBytesMax)
  request.bodyParts?.(body)
  if (body.error !== undefined) return fail(body.error)
  if (body.payload !== undefined) return run(body.payload)
  return body.whenDone(request.signal).then(run, fail)
}

function longBody(answer: LongMessage): (sink: BodySink) => Promise<void> {
  return async (sink) => {
    const prefix = Buffer.alloc(prefixBytes)
    prefix.writeUInt32BE(answer.bytes, 1)
    sink.write(prefix)
    await answer.write(sink)
  }
}

/** Collects the one message of a unary call, usually in a single piece that is already there. */
class UnaryBody implements BodyReceiver {
  readonly #frames: FrameReader
  payload: Uint8Array | undefined
  error: GrpcError | undefined
  #settle: (() => void) | undefined

  constructor(bytesMax: number) {
    this.#frames = new FrameReader(bytesMax)
  }

  onBytes(bytes: Uint8Array): void {
    if (this.error !== undefined) return
    try {
      this.#frames.push(bytes, (payload) => {
        this.payload ??= payload
      })
    } catch (error) {
      this.error = error as GrpcError
    }
    if (this.error !== undefined || this.payload !== undefined) this.#settle?.()
  }

  onEnd(): void {
    if (this.payload === undefined) this.error ??= this.#frames.endError() ?? new GrpcError(grpcCode.internal, 'EOF')
    this.#settle?.()
  }

  whenDone(signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.error !== undefined) reject(this.error)
        else resolve(this.payload as Uint8Array)
      }
      signal.addEventListener('abort', () => reject(new GrpcError(grpcCode.canceled, 'context canceled')), { once: true })
    })
  }
}

// ---- streams

function answerStream(options: GrpcOptions, method: GrpcMethod & { kind: 'stream' }, request: HttpRequest): HttpResponse {
  let ended: GrpcError | undefined
  return {
    status: 200,
    headers: answerHeaders,
    body: async (sink) => {
      const call = new StreamCall(options, method, request, sink)
      ended = await call.done
      options.onDone?.(request.path, ended?.code ?? grpcCode.ok)
    },
    trailers: () => (ended === undefined ? okTrailers : statusHeaders(ended)),
  }
}

class StreamCall implements GrpcStream<never>, BodyReceiver {
  readonly request: HttpRequest
  readonly done: Promise<GrpcError | undefined>
  readonly #options: GrpcOptions
  readonly #method: GrpcMethod & { kind: 'stream' }
  readonly #sink: BodySink
  readonly #frames: FrameReader
  readonly #over = new AbortController()
  #handler: GrpcStreamHandler<never> | undefined
  #finish: (error: GrpcError | undefined) => void = () => {}
  #isOver = false

  constructor(options: GrpcOptions, method: GrpcMethod & { kind: 'stream' }, request: HttpRequest, sink: BodySink) {
    this.#options = options
    this.#method = method
    this.request = request
    this.#sink = sink
    this.#frames = new FrameReader(options.requestBytesMax)
    this.done = new Promise((resolve) => {
      this.#finish = resolve
    })
    const onGone = (): void => this.end(new GrpcError(grpcCode.unavailable, 'transport is closing'))
    sink.signal.addEventListener('abort', onGone, { once: true })
    if (sink.signal.aborted) onGone()
    else {
      this.#guard(() => {
        this.#handler = method.open(this)
        request.bodyParts?.(this)
      })
    }
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }

  get unsentBytes(): number {
    return this.#sink.unsentBytes
  }

  drained(): Promise<void> {
    return this.#sink.drained()
  }

  send(answer: Partially<never>): void {
    if (!this.#isOver) this.#sink.write(frameMessage(this.#method.answer, answer))
  }

  sendFramed(bytes: Uint8Array): void {
    if (!this.#isOver) this.#sink.write(bytes)
  }

  end(error?: GrpcError): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#over.abort(error ?? new Error('The call has ended'))
    this.#finish(error)
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#isOver) return
    this.#guard(() => {
      this.#frames.push(bytes, (payload) => {
        if (!this.#isOver) this.#handler?.onRequest(this.#method.request.decode(payload) as never)
      })
    })
  }

  onEnd(): void {
    if (this.#isOver) return
    const error = this.#frames.endError()
    if (error !== undefined) this.end(error)
    else this.#guard(() => this.#handler?.onRequestsEnd())
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.end(asGrpcError(this.#options, this.request.path, error))
    }
  }
}

// ---- frames

/** Cuts what comes into messages. Throws a `GrpcError` for what no message can begin with. */
class FrameReader {
  readonly #bytesMax: number
  #parts: Uint8Array[] = []
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  push(bytes: Uint8Array, onMessage: (payload: Uint8Array) => void): void {
    let data = bytes
    if (this.#bytes > 0) {
      this.#parts.push(bytes)
      this.#bytes += bytes.length
      // A long message that comes in small pieces is put together once, not once a piece.
      if (this.#bytes < this.#wanted()) return
      data = Buffer.concat(this.#parts)
      this.#parts = []
      this.#bytes = 0
    }
    let at = 0
    while (data.length - at >= prefixBytes) {
      const end = at + prefixBytes + this.#lengthAt(data, at)
      if (end > data.length) break
      onMessage(data.subarray(at + prefixBytes, end))
      at = end
    }
    if (at === data.length) return
    this.#parts = [at === 0 ? data : data.slice(at)]
    this.#bytes = data.length - at
  }

  /** Why the end comes too early, if it does. */
  endError(): GrpcError | undefined {
    return this.#bytes === 0 ? undefined : new GrpcError(grpcCode.internal, 'unexpected EOF')
  }

  #wanted(): number {
    const head = this.#parts[0] as Uint8Array
    if (head.length >= prefixBytes) return prefixBytes + this.#lengthAt(head, 0)
    if (this.#bytes < prefixBytes) return prefixBytes
    this.#parts = [Buffer.concat(this.#parts)]
    return prefixBytes + this.#lengthAt(this.#parts[0] as Uint8Array, 0)
  }

  #lengthAt(data: Uint8Array, at: number): number {
    const flag = data[at]
    if (flag === 1) throw new GrpcError(grpcCode.internal, 'grpc: compressed flag set with identity or empty encoding')
    if (flag !== 0) throw new GrpcError(grpcCode.internal, `grpc: received unexpected payload format ${flag}`)
    const length =
      (data[at + 1] as number) * 0x1_00_00_00 +
      (((data[at + 2] as number) << 16) | ((data[at + 3] as number) << 8) | (data[at + 4] as number))
    if (length > this.#bytesMax)
      throw new GrpcError(grpcCode.resourceExhausted, `grpc: received message larger than max (${length} vs. ${this.#bytesMax})`)
    return length
  }
}

let shared = new ProtobufWriter(4096)
const prefix = new Uint8Array(prefixBytes)
const sharedBytesMax = 1024 * 1024

/** A message with its prefix, in memory of its own. */
export function frameMessage<V>(type: MessageType<V>, value: unknown): Uint8Array {
  const writer = shared
  writer.reset()
  writer.raw(prefix)
  type.write(writer, value as Partially<V>)
  const bytes = writer.finish()
  const length = bytes.length - prefixBytes
  if (length > sharedBytesMax) shared = new ProtobufWriter(4096)
  bytes[1] = length >>> 24
  bytes[2] = length >>> 16
  bytes[3] = length >>> 8
  bytes[4] = length
  return bytes
}
