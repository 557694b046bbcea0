/**
 * One HTTP request and one response as values, the same for HTTP/1.1, HTTP/2 and calls within the process. Servers
 * (`http-server.ts`) turn sockets into these; `apiserver/handle.ts` turns a request into a response; the client's
 * transports do the reverse. Nothing here knows Kubernetes.
 *
 * Header names are lower case. `path` is as it came (percent-encoded, no query); `query` is what followed the `?`.
 */
export type HttpHeaders = Readonly<Record<string, string>>

/** Of headers that came more than once: each value by itself, in order. */
export type RepeatedHeaders = Readonly<Record<string, readonly string[]>>

export interface PeerCertificate {
  readonly commonName: string
  readonly organizations: readonly string[]
  /** The certificate as it came, DER. */
  readonly raw: Uint8Array
}

export interface HttpPeer {
  /** "127.0.0.1"; "loopback" for calls within the process. */
  readonly address: string
  readonly port: number
  /** Present when the client showed a certificate that the server's client CA signed. Parsed once per connection. */
  readonly certificate?: PeerCertificate
  /** Present when the client showed a certificate that the client CA did not sign, or that is out of date: why. */
  readonly certificateError?: string
  /** Anything a layer above wants to keep for the life of the connection (an authenticated user, say). */
  session?: unknown
}

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  /** Of headers that came more than once, all values joined. */
  readonly headers: HttpHeaders
  /** Where joining would lose something (`valuesOf`). Absent when every header came once. */
  readonly repeated?: RepeatedHeaders | undefined
  readonly peer: HttpPeer
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal
  /**
   * The whole body; empty when there is none. Resolves to 'too-large' as soon as more than `bytesMax` have come (the rest is
   * discarded), rejects when the client went away or broke the framing. A body that is already here (HTTP/2 with END_STREAM,
   * loopback) comes back synchronously.
   */
  body(bytesMax: number): Uint8Array | 'too-large' | Promise<Uint8Array | 'too-large'>
  /** HTTP/2 only: hands the body over as it comes, instead of `body()`. When the client goes away `signal` says so and `onEnd` is not called. */
  readonly bodyParts?: (receiver: BodyReceiver) => void
  /** HTTP/1.1 `Connection: Upgrade` only: hands over the raw socket. Who calls it owns the socket and answers on it. */
  readonly upgrade?: () => UpgradedSocket
}

/** What was sent under a name, a header line each. A comma in a value is part of it. */
export function valuesOf({ headers, repeated }: HttpRequest, name: string): readonly string[] {
  const value = headers[name]
  return value === undefined ? [] : (repeated?.[name] ?? [value])
}

export interface BodyReceiver {
  /** Bytes of its own, in the order in which they came, cut anywhere. */
  onBytes(bytes: Uint8Array): void
  onEnd(): void
}

export interface UpgradedSocket {
  readonly socket: import('node:stream').Duplex
  /** Bytes that came behind the request head. */
  readonly head: Uint8Array
  /** Node's own request, for libraries (ws) that want it. */
  readonly raw: unknown
}

/** A body that is produced while it is sent: lists of many items, watches. */
export interface BodySink {
  /** Queues bytes. They belong to the sink from now on and may be shared between sinks: nobody may change them. */
  write(bytes: Uint8Array | string): void
  /** Bytes queued and not yet taken by the kernel. */
  readonly unsentBytes: number
  /** Resolves when `unsentBytes` is below about 256 KB, or when the client is gone (look at `signal`). Always gives the event loop a turn. */
  drained(): Promise<void>
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal
}

export type HttpBody = Uint8Array | string | ((sink: BodySink) => Promise<void>)

export interface HttpResponse {
  readonly status: number
  /** A value may be a list: one header line each (Warning). Content-Length is the transport's work. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /** Absent: no body. After `upgrade()` was called the response is ignored: answer `{status: 101, headers: {}}`. */
  readonly body?: HttpBody
  /**
   * Headers behind the body, asked for when it has ended; undefined for none after all. HTTP/2 only. Who has them is taken for gRPC: no
   * Content-Length, headers that wait for the first bytes, and one block for both when there were none.
   */
  readonly trailers?: () => HttpHeaders | undefined
}

/** May answer at once: hot paths stay free of promises. A throw or a rejection is a bug and becomes a plain 500. */
export type HttpHandler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>
