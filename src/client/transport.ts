/**
 * What carries a request to an API server and brings the answer back: a function call in this process
 * (transport-loopback.ts) or HTTPS (transport-https.ts). Bytes and headers only; paths, JSON and Status objects are
 * create-client.ts's business.
 *
 * `send` is for answers that end, `open` for those that go on (watches): its chunks are cut anywhere, in the middle of a
 * line or of a character, and leaving the loop over them ends the request. A chunk may be shared with other readers:
 * nobody changes one. Both reject when the connection breaks; an HTTP error status is an answer, not a rejection.
 */
import type { HttpHeaders } from '../wire/http.ts'

export interface TransportRequest {
  readonly method: string
  /** Percent-encoded, without the query. */
  readonly path: string
  /** What follows the `?`, percent-encoded; '' or absent when there is none. */
  readonly query?: string
  readonly headers: HttpHeaders
  readonly body?: Uint8Array | string
  readonly signal?: AbortSignal | undefined
}

export interface TransportAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: HttpHeaders
}
export interface WholeAnswer extends TransportAnswer {
  readonly body: Uint8Array | string
}
export interface OpenAnswer extends TransportAnswer {
  readonly chunks: AsyncIterable<Uint8Array | string>
}

export interface Transport extends AsyncDisposable {
  send(request: TransportRequest): Promise<WholeAnswer>
  open(request: TransportRequest): Promise<OpenAnswer>
}
