/**
 * An API server in memory, for tests: a store without a disk, a clock that stands still, the same uids in each run, and
 * requests as plain calls.
 *
 *     await using api = await startTestApiServer()
 *     const { status, json } = await api.request('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } })
 *
 * The server is the real one; what is missing is only the socket.
 */
import { type ApiServer, type ApiServerOptions, createApiServer } from '../apiserver/server.ts'
import { type LogLevel, logTo } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { VirtualClock } from '../std/virtual-clock.ts'
import { openEmbeddedStore } from '../store/embedded.ts'
import type { Store } from '../store/store.ts'
import type { BodySink, HttpPeer, HttpRequest, HttpResponse } from '../wire/http.ts'

export interface TestResponse {
  readonly status: number
  readonly headers: HttpResponse['headers']
  readonly text: string
  readonly bytes: Uint8Array
  /** Of the whole text; undefined when it is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly json: any
}

export interface TestRequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly peer?: Partial<HttpPeer>
  readonly signal?: AbortSignal
}

export interface TestWatch {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly events: any[]
  readonly status: number
  isOpen(): boolean
  stop(): void
  readonly ended: Promise<void>
}

export interface TestApiServer extends AsyncDisposable {
  readonly server: ApiServer
  readonly store: Store
  readonly clock: VirtualClock
  /** As a member of system:masters. An object becomes JSON. */
  request(method: string, path: string, body?: unknown, options?: TestRequestOptions): Promise<TestResponse>
  watch(path: string, options?: TestRequestOptions): Promise<TestWatch>
  /** What the server logged as an error: bugs. */
  readonly errors: string[]
}

export async function startTestApiServer(options: Partial<ApiServerOptions> = {}): Promise<TestApiServer> {
  const clock = new VirtualClock(Date.parse('2026-01-02T03:04:05Z'))
  const errors: string[] = []
  const log = logTo((level: LogLevel, message, fields) => {
    if (level === 'error') errors.push(`${message}: ${(fields.error as Error | undefined)?.stack ?? JSON.stringify(fields)}`)
  })
  const store = options.store ?? (await openEmbeddedStore({ clock, log }))
  const server = createApiServer({ store, clock, random: seededRandom(1), log, freezeObjects: true, ...options })
  await server.begun
  // What a server writes at its beginning is over before a test looks at revisions.
  await clock.settled()

  const send = (
    method: string,
    path: string,
    body: unknown,
    requestOptions: TestRequestOptions,
    signal: AbortSignal,
  ): HttpResponse | Promise<HttpResponse> => {
    const question = path.indexOf('?')
    const bytes =
      body === undefined
        ? new Uint8Array(0)
        : body instanceof Uint8Array
          ? body
          : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    const request: HttpRequest = {
      method,
      path: question < 0 ? path : path.slice(0, question),
      query: question < 0 ? '' : path.slice(question + 1),
      headers: requestOptions.headers ?? { 'user-agent': 'test/1' },
      peer: { address: '127.0.0.1', port: 1, session: { user: { name: 'admin', groups: ['system:masters'] } }, ...requestOptions.peer },
      signal,
      body: (bytesMax) => (bytes.length > bytesMax ? 'too-large' : bytes),
    }
    return server.handle(request)
  }

  return {
    server,
    store,
    clock,
    errors,
    request: async (method, path, body, requestOptions = {}) => {
      const signal = requestOptions.signal ?? new AbortController().signal
      const response = await send(method, path, body, requestOptions, signal)
      const bytes = await wholeBody(response, signal)
      const text = Buffer.from(bytes).toString('utf8')
      return { status: response.status, headers: response.headers, text, bytes, json: parsedOrNot(text) }
    },
    watch: async (path, requestOptions = {}) => {
      const stopping = new AbortController()
      const response = await send('GET', path, undefined, requestOptions, stopping.signal)
      return collectWatch(response, stopping)
    },
    [Symbol.asyncDispose]: async () => {
      await server.close()
      await store.close()
    },
  }
}

function parsedOrNot(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sinkTo(take: (bytes: Uint8Array) => void, signal: AbortSignal): BodySink {
  return {
    write: (bytes) => take(typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
    unsentBytes: 0,
    drained: async () => {},
    signal,
  }
}

async function wholeBody({ body }: HttpResponse, signal: AbortSignal): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array(0)
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  const parts: Uint8Array[] = []
  await body(sinkTo((bytes) => parts.push(bytes), signal))
  return Buffer.concat(parts)
}

async function collectWatch(response: HttpResponse, stopping: AbortController): Promise<TestWatch> {
  const { body, status } = response
  const events: unknown[] = []
  let isOpen = true
  let pending = ''
  const take = (bytes: Uint8Array): void => {
    const lines = (pending + Buffer.from(bytes).toString('utf8')).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) events.push(JSON.parse(line))
  }
  if (typeof body !== 'function') {
    if (body !== undefined) take(Buffer.from(body))
    return { events, status, isOpen: () => false, stop: () => {}, ended: Promise.resolve() }
  }
  const ended = body(sinkTo(take, stopping.signal)).finally(() => {
    isOpen = false
  })
  return { events, status, isOpen: () => isOpen, stop: () => stopping.abort(new Error('stopped')), ended }
}
