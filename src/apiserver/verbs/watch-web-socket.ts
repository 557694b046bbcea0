/**
 * A watch over a WebSocket: the same events, one message each, JSON as text and everything else as binary, without the framing of streams.
 * Browsers come this way; so a handshake without an Origin is refused, and at most one subprotocol may be offered besides the one that
 * carries a token.
 */
import type { BodySink, HttpResponse } from '../../wire/http.ts'
import { acceptWebSocket, offeredProtocols, type WebSocketSink } from '../../wire/websocket.ts'
import { isTokenProtocol } from '../authn/websocket-token.ts'
import type { Media } from '../response/negotiate.ts'
import type { RequestContext } from '../server-parts.ts'

export async function watchOverWebSocket(
  { http, server }: RequestContext,
  media: Media,
  run: (sink: BodySink) => Promise<void>,
): Promise<HttpResponse> {
  const origin = http.headers.origin ?? ''
  if (!origin.startsWith('/') && !URL.canParse(origin)) return { status: 403, headers: {} }
  const protocols = offeredProtocols(http.headers).filter((one) => !isTokenProtocol(one))
  if (protocols.length > 1) return { status: 400, headers: {} }
  try {
    const socket = await acceptWebSocket(http, protocols[0])
    const end = (): void => socket.close()
    run(messagesTo(socket, media)).then(end, end)
  } catch (error) {
    server.log.debug('A WebSocket could not be opened', { path: http.path, error: (error as Error).message })
  }
  return { status: 101, headers: {} }
}

/** Each event of a protobuf stream begins with its length. */
const lengthBytes = 4

function messagesTo(socket: WebSocketSink, media: Media): BodySink {
  const asMessage = (event: Uint8Array | string): Uint8Array | string => {
    const bytes = typeof event === 'string' ? Buffer.from(event) : event
    if (media === 'json') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    return media === 'protobuf' ? bytes.subarray(lengthBytes) : bytes
  }
  return {
    write: (event) => socket.write(asMessage(event)),
    get unsentBytes() {
      return socket.unsentBytes
    },
    drained: () => socket.drained(),
    signal: socket.signal,
  }
}
