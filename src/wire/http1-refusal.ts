/**
 * What HTTP/1.1 refuses before a handler hears of it, and how. node:http's parser refuses most of what two servers could read in two ways
 * (a length that comes twice or beside chunks, folded lines, bare line feeds), some of it more strictly than kube-apiserver; what
 * it lets through, and who else would be refused there, is here.
 *
 * A refusal ends the connection, but not at once: with bytes unread, closing would take the answer away from the client.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../std/clock.ts'

/** How long a refused client may go on sending before it must have read why. */
const lingerMs = 1000

export interface Refusal {
  readonly status: number
  readonly text: string
}

const badRequest: Refusal = { status: 400, text: '400 Bad Request' }
const badVersion: Refusal = { status: 505, text: '505 HTTP Version Not Supported: unsupported protocol version' }
/** CONNECT is for proxies. */
export const noProxy: Refusal = { status: 404, text: '404 page not found' }

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
}

/** For a request that the parser let through; the words are Go's. */
export function refusalOf(raw: IncomingMessage): Refusal | undefined {
  if (raw.httpVersionMajor !== 1) return badVersion
  const encoding = raw.headers['transfer-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') return { status: 501, text: 'Unsupported transfer encoding' }
  const host = raw.headers.host
  if (host === undefined) {
    return raw.httpVersionMinor > 0 ? { status: 400, text: '400 Bad Request: missing required Host header' } : undefined
  }
  if (!/^[\w!$%&'()*+,\-./:;=@[\]~]*$/.test(host)) return { status: 400, text: '400 Bad Request: malformed Host header' }
  return hostCount(raw) > 1 ? badRequest : undefined
}

/** `rawHeaders` holds a name and a value per line. */
function hostCount({ rawHeaders }: IncomingMessage): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) if (rawHeaders[index]?.toLowerCase() === 'host') count++
  return count
}

/** For bytes that the parser refused. */
export function refusalOfError(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, text: '431 Request Header Fields Too Large' }
    case 'HPE_INVALID_VERSION':
      // The same code is said of a bare line feed behind the version.
      return (error as { reason?: string }).reason === 'Invalid HTTP version' ? badVersion : badRequest
    default:
      return badRequest
  }
}

export function refuse(socket: Duplex, { status, text }: Refusal, clock: Clock): void {
  if (!socket.writable || socket.destroyed) return void socket.destroy()
  const head = `HTTP/1.1 ${status} ${reasons[status]}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n`
  socket.end(head + text)
  // Nobody listens any more, and nothing that comes may stay in the way of the end.
  socket.resume()
  const timer = clock.after(lingerMs, () => socket.destroy())
  socket.once('close', () => timer.cancel())
}
