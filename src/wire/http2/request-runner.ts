/**
 * From a request that has come to an answer on its stream: calls the handler, at once or when the bytes at hand are read, and hands
 * what it says to the stream. An answer that is made while it is sent runs until its body function ends. A handler that throws
 * becomes a 500, a body that breaks off becomes RST_STREAM, because its status is already with the client.
 *
 * `running` counts handlers, also of streams that were reset meanwhile: a client that resets must not be able to pile them up.
 */
import type { HttpHandler, HttpResponse } from '../http.ts'
import type { Http2Request, Http2Stream } from './stream.ts'

export interface RequestRunnerOwner {
  readonly handler: HttpHandler
  /** There is something to send on this stream. */
  markReady(stream: Http2Stream): void
  /** For a handler that threw. */
  internalError(error: unknown, method: string, path: string): HttpResponse
  bodyFailed(stream: Http2Stream, request: Http2Request, error: unknown): void
}

export class RequestRunner {
  readonly #owner: RequestRunnerOwner
  /** Handlers and body functions that have not ended. */
  running = 0
  /** Requests whose body may already be in the bytes at hand: they are handled when those are read. */
  #requests: Http2Request[] = []
  #streams: Http2Stream[] = []

  constructor(owner: RequestRunnerOwner) {
    this.#owner = owner
  }

  /** Handles the request in `handleArrived`. */
  arrive(stream: Http2Stream, request: Http2Request): void {
    this.#requests.push(request)
    this.#streams.push(stream)
  }

  handleArrived(): void {
    for (let index = 0; index < this.#requests.length; index++) {
      const stream = this.#streams[index] as Http2Stream
      if (!stream.isGone) this.handle(stream, this.#requests[index] as Http2Request)
    }
    this.#requests.length = 0
    this.#streams.length = 0
  }

  handle(stream: Http2Stream, request: Http2Request): void {
    let answer: HttpResponse | Promise<HttpResponse>
    try {
      answer = this.#owner.handler(request)
    } catch (error) {
      answer = this.#owner.internalError(error, request.method, request.path)
    }
    if (!(answer instanceof Promise)) return this.answer(stream, request, answer)
    this.running++
    void answer.then(
      (response) => {
        this.running--
        this.answer(stream, request, response)
      },
      (error: unknown) => {
        this.running--
        this.answer(stream, request, this.#owner.internalError(error, request.method, request.path))
      },
    )
  }

  answer(stream: Http2Stream, request: Http2Request, response: HttpResponse): void {
    if (stream.isGone) return
    stream.status = response.status
    stream.responseHeaders = response.headers
    const { body } = response
    const hasNoBody = request.method === 'HEAD' || response.status === 204 || response.status === 304
    if (typeof body === 'function' && !hasNoBody) {
      // What has trailers is gRPC's, whose headers come with the first message.
      if (response.trailers === undefined) this.#owner.markReady(stream)
      this.running++
      void this.#stream(stream, request, body, response.trailers)
      return
    }
    if (typeof body !== 'function') {
      const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
      const hasLength = response.trailers === undefined && response.status !== 204 && response.status !== 304
      if (hasLength) stream.responseBytes = bytes === undefined ? 0 : bytes.length
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
      const last = trailers?.()
      // Without a message there is only one block, as in every answer of gRPC that is nothing but a status.
      if (last !== undefined && stream.responseHeaders !== undefined && stream.unsentBytes === 0)
        stream.responseHeaders = { ...stream.responseHeaders, ...last }
      else stream.trailers = last
      stream.end()
    } catch (error) {
      if (!stream.isGone) this.#owner.bodyFailed(stream, request, error)
    } finally {
      this.running--
    }
  }
}
