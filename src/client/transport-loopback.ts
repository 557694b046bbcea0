/**
 * Calls to an API server in this process: no socket, no framing, the same handler. The caller's identity goes into
 * `peer.session`, where the server finds it instead of a certificate or a token.
 *
 * A body that the server produces while it sends (a watch, a long list) is written into a `Pipe`. The pipe counts what
 * the reader has not taken yet, so that the server's backpressure works here as it does on a socket: a watcher that stops
 * reading is noticed by `unsentBytes` and dropped, and never fills the memory.
 * What a newcomer would get wrong: an aborted request must end both ends, the server's (through `signal`) and the reader's.
 */
import { givingUp } from '../std/abort.ts'
import type { Clock } from '../std/clock.ts'
import type { BodySink, HttpBody, HttpHandler, HttpHeaders, HttpRequest, HttpResponse } from '../wire/http.ts'
import type { OpenAnswer, Transport, TransportRequest, WholeAnswer } from './transport.ts'

export interface LoopbackIdentity {
  readonly name: string
  readonly groups?: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

const unsentBytesLow = 256 * 1024
const noBytes = new Uint8Array(0)

export function loopbackTransport(handle: HttpHandler, identity: LoopbackIdentity, { clock }: { readonly clock: Clock }): Transport {
  const closing = new AbortController()
  const session = { user: { name: identity.name, groups: identity.groups ?? [], uid: identity.uid ?? '', extra: identity.extra ?? {} } }

  const call = async (request: TransportRequest): Promise<{ response: HttpResponse; pipe: Pipe }> => {
    const pipe = new Pipe(clock, request.signal, closing.signal)
    const { signal } = pipe
    signal.throwIfAborted()
    const bytes = typeof request.body === 'string' ? new TextEncoder().encode(request.body) : (request.body ?? noBytes)
    const http: HttpRequest = {
      method: request.method,
      path: request.path,
      query: request.query ?? '',
      headers: request.headers,
      peer: { address: 'loopback', port: 0, session },
      signal,
      body: (bytesMax) => (bytes.length > bytesMax ? 'too-large' : bytes),
    }
    try {
      return { response: await unlessAborted(handle(http), signal), pipe }
    } catch (error) {
      pipe.end()
      throw error
    }
  }

  return {
    async send(request): Promise<WholeAnswer> {
      const { response, pipe } = await call(request)
      try {
        return { status: response.status, headers: joined(response.headers), body: await gathered(response.body, pipe) }
      } finally {
        pipe.end()
      }
    },
    async open(request): Promise<OpenAnswer> {
      const { response, pipe } = await call(request)
      pipe.feed(response.body)
      return { status: response.status, headers: joined(response.headers), chunks: pipe }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('Client is closed'))
    },
  }
}

function joined(headers: HttpResponse['headers']): HttpHeaders {
  const flat: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name] as string | readonly string[]
    flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}

/** A server that does not look at its signal must not keep a caller waiting who has left. */
function unlessAborted<T>(work: T | Promise<T>, signal: AbortSignal): T | Promise<T> {
  if (!(work instanceof Promise)) return work
  return givingUp(work, signal)
}

async function gathered(body: HttpBody | undefined, pipe: Pipe): Promise<Uint8Array | string> {
  if (body === undefined) return ''
  if (typeof body !== 'function') return body
  pipe.feed(body)
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of pipe) {
    const part = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    parts.push(part)
    bytes += part.length
  }
  if (parts.length === 1) return parts[0] as Uint8Array
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** One body on its way from the server to the reader. Ends when the server is done, the reader leaves, or either aborts. */
class Pipe implements BodySink, AsyncIterable<Uint8Array | string> {
  unsentBytes = 0
  readonly #clock: Clock
  readonly #gone = new AbortController()
  readonly #parents: readonly AbortSignal[]
  readonly #onParentAbort: (event: Event) => void
  #chunks: (Uint8Array | string)[] = []
  #isComplete = false
  #failure: unknown
  #wakeReader: (() => void) | undefined
  #wakeWriters: (() => void)[] = []

  constructor(clock: Clock, ...parents: readonly (AbortSignal | undefined)[]) {
    this.#clock = clock
    this.#parents = parents.filter((parent) => parent !== undefined)
    this.#onParentAbort = (event) => this.#abort((event.target as AbortSignal).reason)
    for (const parent of this.#parents) {
      if (parent.aborted) this.#abort(parent.reason)
      else parent.addEventListener('abort', this.#onParentAbort, { once: true })
    }
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  write(bytes: Uint8Array | string): void {
    if (this.#gone.signal.aborted || bytes.length === 0) return
    this.#chunks.push(bytes)
    this.unsentBytes += bytes.length
    this.#wake()
  }

  async drained(): Promise<void> {
    while (this.unsentBytes >= unsentBytesLow && !this.#gone.signal.aborted) {
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve))
    }
    await this.#clock.yieldTurn()
  }

  feed(body: HttpBody | undefined): void {
    if (typeof body !== 'function') {
      if (body !== undefined) this.write(body)
      this.#isComplete = true
      return
    }
    body(this).then(
      () => this.#complete(undefined),
      (error: unknown) => this.#complete(error ?? new Error('The server ended the response')),
    )
  }

  /** The reader leaves. */
  end(): void {
    for (const parent of this.#parents) parent.removeEventListener('abort', this.#onParentAbort)
    this.#chunks = []
    this.unsentBytes = 0
    this.#gone.abort(new Error('The client has left'))
    this.#releaseWriters()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array | string> {
    try {
      for (;;) {
        if (this.#chunks.length > 0) {
          const chunks = this.#chunks
          this.#chunks = []
          this.unsentBytes = 0
          this.#releaseWriters()
          yield* chunks
        } else if (this.#failure !== undefined) throw this.#failure
        else if (this.#isComplete) return
        else await new Promise<void>((resolve) => (this.#wakeReader = resolve))
      }
    } finally {
      this.end()
    }
  }

  #abort(reason: unknown): void {
    this.#gone.abort(reason)
    this.#releaseWriters()
    this.#complete(reason ?? new Error('Aborted'))
  }

  #complete(failure: unknown): void {
    this.#isComplete = true
    this.#failure ??= failure
    this.#wake()
  }

  #wake(): void {
    const wake = this.#wakeReader
    this.#wakeReader = undefined
    wake?.()
  }

  #releaseWriters(): void {
    const waiting = this.#wakeWriters
    this.#wakeWriters = []
    for (const wake of waiting) wake()
  }
}
