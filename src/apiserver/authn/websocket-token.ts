/**
 * The token of a browser: it cannot set headers on a WebSocket, so the token comes as one of the subprotocols that it offers, and another one
 * must stand beside it, because this one is never chosen.
 *
 *     Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.ZXlKaGJH…, v5.channel.k8s.io
 */
import { unauthorized } from '../../apimachinery/status-error.ts'
import type { HttpHeaders } from '../../wire/http.ts'
import { isWebSocketRequest, offeredProtocols } from '../../wire/websocket.ts'

const prefix = 'base64url.bearer.authorization.k8s.io.'

export function isTokenProtocol(protocol: string): boolean {
  return protocol.startsWith(prefix)
}

/** Undefined: none. Throws 401 for what is no token, for two, and for one that stands alone. */
export function webSocketToken(headers: HttpHeaders): string | undefined {
  if (headers['sec-websocket-protocol'] === undefined || !isWebSocketRequest(headers)) return undefined
  const offered = offeredProtocols(headers)
  const [protocol, second] = offered.filter(isTokenProtocol)
  if (protocol === undefined) return undefined
  const text = protocol.slice(prefix.length)
  if (second !== undefined || offered.length < 2 || !/^[A-Za-z0-9_-]*$/.test(text)) throw unauthorized()
  const bytes = Buffer.from(text, 'base64url')
  const token = bytes.toString('utf8')
  if (!Buffer.from(token).equals(bytes)) throw unauthorized()
  return token === '' ? undefined : token
}
