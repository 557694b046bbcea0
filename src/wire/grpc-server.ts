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
import type { Clock, Timer } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { frameMessage, GrpcFrameReader, prefixBytes } from './grpc-frames.ts'
import { answerTypeOf, contentType, encodingOf, timeoutMsOf } from './grpc-request.ts'
import { GrpcError, grpcCode } from './grpc-status.ts'
import type { BodyReceiver, BodySink, HttpHandler, HttpHeaders, HttpRequest, HttpResponse } from './http.ts'
import { ProtobufError } from './protobuf.ts'
import type { MessageType, Partially } from './protobuf-message.ts'

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

/** What a unary method that waits wants to know of its call. */
export interface UnaryCall {
  /** Aborts when the client goes away or the server stops. Made when asked for. */
  readonly signal: AbortSignal
}

export type GrpcMethod =
  | {
      readonly kind: 'unary'
      readonly request: MessageType<unknown>
      readonly answer: MessageType<unknown>
      readonly handle: (request: never, bytes: number, call: UnaryCall) => unknown
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
  handle: (request: Q, bytes: number, call: UnaryCall) => Answered<A> | Promise<Answered<A>>,
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
  readonly clock: Clock
  readonly log: Log
  /** Called once for each call with its path and status. */
  readonly onDone?: (path: string, code: number) => void
}

const okTrailers: HttpHeaders = { 'grpc-status': '0', 'grpc-message': '' }
const okAtEnd = (): HttpHeaders => okTrailers
/** An answer that says its status in its only headers. */
const nothingAtEnd = (): undefined => undefined
/** By content-type. Few, and shared by all answers. */
const answerHeaders = new Map<string, HttpHeaders>([[contentType, { 'content-type': contentType }]])
const answerHeadersMax = 20

/** Whether a request is meant for gRPC; others on the same port are plain HTTP. */
export function isGrpc(request: HttpRequest): boolean {
  return request.headers['content-type']?.startsWith(contentType) === true && request.bodyParts !== undefined
}

export function grpcHandler(options: GrpcOptions): HttpHandler {
  const services = new Set(Array.from(options.methods.keys(), (path) => path.slice(0, path.lastIndexOf('/') + 1)))
  return (request) => {
    const type = answerTypeOf(request.headers['content-type'])
    if (type === undefined) {
      const message = `invalid gRPC request content-type ${JSON.stringify(request.headers['content-type'] ?? '')}`
      return refused(415, new GrpcError(grpcCode.invalidArgument, message))
    }
    let timeoutMs: number | undefined
    try {
      timeoutMs = timeoutMsOf(request.headers)
    } catch (error) {
      return refused(400, error as GrpcError)
    }
    if (request.method !== 'POST') {
      const message = `Received a HEADERS frame with :method ${JSON.stringify(request.method)} which should be POST`
      return refused(405, new GrpcError(grpcCode.internal, message))
    }
    // Go's methods have their query too, and nothing is called so.
    const path = request.query === '' ? request.path : `${request.path}?${request.query}`
    const method = options.methods.get(path)
    const headers = headersOf(type)
    if (method === undefined) return failed(unknownMethod(path, services), headers)
    const call = { options, request, headers, timeoutMs }
    return method.kind === 'unary' ? answerUnary(call, method) : answerStream(call, method)
  }
}

/** What a call is, beside its method. */
interface Call {
  readonly options: GrpcOptions
  readonly request: HttpRequest
  /** Of its answer. */
  readonly headers: HttpHeaders
  readonly timeoutMs: number | undefined
}

function headersOf(type: string): HttpHeaders {
  let headers = answerHeaders.get(type)
  if (headers !== undefined) return headers
  headers = { 'content-type': type }
  if (answerHeaders.size < answerHeadersMax) answerHeaders.set(type, headers)
  return headers
}

function unknownMethod(path: string, services: ReadonlySet<string>): GrpcError {
  const slash = path.lastIndexOf('/')
  if (slash <= 0) return new GrpcError(grpcCode.unimplemented, `malformed method name: ${JSON.stringify(path)}`)
  const [service, name] = [path.slice(1, slash), path.slice(slash + 1)]
  return services.has(path.slice(0, slash + 1))
    ? new GrpcError(grpcCode.unimplemented, `unknown method ${name} for service ${service}`)
    : new GrpcError(grpcCode.unimplemented, `unknown service ${service}`)
}

function failed(error: GrpcError, headers: HttpHeaders, status = 200): HttpResponse {
  return { status, headers: { ...headers, ...statusHeaders(error) }, trailers: nothingAtEnd }
}

function refused(status: number, error: GrpcError): HttpResponse {
  return failed(error, headersOf(contentType), status)
}

const deadlineExceeded = (): GrpcError => new GrpcError(grpcCode.deadlineExceeded, 'context deadline exceeded')

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

/** `unreadable`: what grpc-go says before the reason when a message is not what it should be. */
function asGrpcError(options: GrpcOptions, path: string, error: unknown, unreadable: string): GrpcError {
  if (error instanceof GrpcError) return error
  if (error instanceof ProtobufError) return new GrpcError(grpcCode.internal, `grpc: ${unreadable}: ${error.message}`)
  options.log.error('A gRPC method failed', { error, path })
  return new GrpcError(grpcCode.internal, 'internal error')
}

// ---- unary

function answerUnary(call: Call, method: GrpcMethod & { kind: 'unary' }): HttpResponse | Promise<HttpResponse> {
  const { options, request, headers, timeoutMs } = call
  const finish = (answer: unknown): HttpResponse => {
    options.onDone?.(request.path, grpcCode.ok)
    const body = answer instanceof LongMessage ? longBody(answer) : frameMessage(method.answer, answer)
    return { status: 200, headers, body, trailers: okAtEnd }
  }
  const fail = (cause: unknown): HttpResponse => {
    const error = asGrpcError(options, request.path, cause, 'error unmarshalling request')
    options.onDone?.(request.path, error.code)
    return failed(error, headers)
  }
  const run = (payload: Uint8Array): HttpResponse | Promise<HttpResponse> => {
    try {
      const answer = method.handle(method.request.decode(payload) as never, payload.length, request)
      if (!(answer instanceof Promise)) return finish(answer)
      return beforeDeadline(options.clock, timeoutMs, answer).then(finish, fail).catch(fail)
    } catch (error) {
      return fail(error)
    }
  }
  // Nobody answers within a microsecond; beyond that, what is answered at once is in time.
  if (timeoutMs !== undefined && timeoutMs <= 0.001) return fail(deadlineExceeded())
  let body: UnaryBody
  try {
    body = new UnaryBody(options.requestBytesMax, encodingOf(request.headers))
  } catch (error) {
    return fail(error)
  }
  request.bodyParts?.(body)
  if (body.error !== undefined) return fail(body.error)
  if (body.payload !== undefined) return run(body.payload)
  return beforeDeadline(options.clock, timeoutMs, body.whenDone(request.signal)).then(run, fail)
}

/** What `work` comes to, unless its caller has stopped waiting by then. The work itself goes on: it may be half done. */
function beforeDeadline<T>(clock: Clock, timeoutMs: number | undefined, work: Promise<T>): Promise<T> {
  if (timeoutMs === undefined) return work
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => reject(deadlineExceeded()))
    work.then(resolve, reject).finally(() => timer.cancel())
  })
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
  readonly #frames: GrpcFrameReader
  payload: Uint8Array | undefined
  error: GrpcError | undefined
  #settle: (() => void) | undefined

  constructor(bytesMax: number, encoding: string) {
    this.#frames = new GrpcFrameReader(bytesMax, encoding)
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
    if (this.payload === undefined)
      this.error ??= new GrpcError(grpcCode.unknown, this.#frames.bytesLeft < prefixBytes ? 'EOF' : 'unexpected EOF')
    this.#settle?.()
  }

  whenDone(signal: AbortSignal): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.error !== undefined) reject(this.error)
        else resolve(this.payload as Uint8Array)
      }
      const onGone = (): void => reject(new GrpcError(grpcCode.canceled, 'context canceled'))
      if (signal.aborted) onGone()
      else signal.addEventListener('abort', onGone, { once: true })
    })
  }
}

// ---- streams

function answerStream(call: Call, method: GrpcMethod & { kind: 'stream' }): HttpResponse {
  let ended: GrpcError | undefined
  return {
    status: 200,
    headers: call.headers,
    body: async (sink) => {
      ended = await new StreamCall(call, method, sink).done
      // A call whose client is gone was cancelled, whatever it was told.
      call.options.onDone?.(call.request.path, sink.signal.aborted ? grpcCode.canceled : (ended?.code ?? grpcCode.ok))
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
  #frames: GrpcFrameReader | undefined
  readonly #over = new AbortController()
  #handler: GrpcStreamHandler<never> | undefined
  #finish: (error: GrpcError | undefined) => void = () => {}
  #isOver = false
  #deadline: Timer | undefined

  constructor({ options, request, timeoutMs }: Call, method: GrpcMethod & { kind: 'stream' }, sink: BodySink) {
    this.#options = options
    this.#method = method
    this.request = request
    this.#sink = sink
    this.done = new Promise((resolve) => {
      this.#finish = resolve
    })
    const onGone = (): void => this.end(new GrpcError(grpcCode.unavailable, 'transport is closing'))
    sink.signal.addEventListener('abort', onGone, { once: true })
    if (sink.signal.aborted) onGone()
    else {
      this.#guard(() => {
        this.#frames = new GrpcFrameReader(options.requestBytesMax, encodingOf(request.headers))
        if (timeoutMs !== undefined) this.#deadline = options.clock.after(timeoutMs, () => this.end(deadlineExceeded()))
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
    this.#deadline?.cancel()
    this.#over.abort(error ?? new Error('The call has ended'))
    this.#finish(error)
  }

  onBytes(bytes: Uint8Array): void {
    if (this.#isOver) return
    this.#guard(() => {
      this.#frames?.push(bytes, (payload) => {
        if (!this.#isOver) this.#handler?.onRequest(this.#method.request.decode(payload) as never)
      })
    })
  }

  onEnd(): void {
    if (this.#isOver) return
    // grpc-go takes the beginning of a prefix for the end.
    if ((this.#frames?.bytesLeft ?? 0) >= prefixBytes) this.end(new GrpcError(grpcCode.internal, 'unexpected EOF'))
    else this.#guard(() => this.#handler?.onRequestsEnd())
  }

  #guard(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.end(asGrpcError(this.#options, this.request.path, error, 'failed to unmarshal the received message'))
    }
  }
}
