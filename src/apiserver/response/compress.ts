/**
 * gzip for answers of more than 128 KiB, for clients that take it. On Node's thread pool, so a large answer does not stop the others.
 *
 * What a newcomer would get wrong: only the word `gzip` counts, `gzip;q=1` does not. And Go's HTTP client asks for gzip by itself and takes it off
 * again before anybody sees it: on this machine's own interface that would only cost both sides time, so there such a client gets plain bytes.
 */
import { GzipStream } from '../../std/gzip.ts'
import type { HttpBody, HttpResponse } from '../../wire/http.ts'
import type { RequestContext } from '../server-parts.ts'

export const plainBytesMax = 128 * 1024

export function takesGzip({ http }: RequestContext): boolean {
  const accepted = http.headers['accept-encoding']
  if (accepted === undefined || !accepted.split(',').some((one) => one.trim() === 'gzip')) return false
  return accepted !== 'gzip' || !isNear(http.peer.address) || !decompressesUnseen(http.headers['user-agent'] ?? '')
}

function isNear(address: string): boolean {
  return address === 'loopback' || address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
}

/** Go's default agent, and client-go's: `kubectl/v1.34.6 (linux/amd64) kubernetes/9f3c4b1`. */
function decompressesUnseen(agent: string): boolean {
  return agent.startsWith('Go-http-client/') || agent.includes(' kubernetes/')
}

/** A body that is produced while it is sent is a large one. Not for watches. */
export function compressed(context: RequestContext, response: HttpResponse): HttpResponse {
  const { body } = response
  if (body === undefined || (typeof body !== 'function' && body.length <= plainBytesMax) || !takesGzip(context)) return response
  return { ...response, headers: { ...response.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, body: zipped(body) }
}

function zipped(body: HttpBody): HttpBody {
  return async (sink) => {
    const gzip = new GzipStream((bytes) => sink.write(bytes))
    let taken = Promise.resolve()
    const write = (bytes: Uint8Array | string): void => {
      taken = gzip.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    }
    if (typeof body === 'function') {
      const drained = async (): Promise<void> => {
        await taken
        await sink.drained()
      }
      await body({ write, unsentBytes: sink.unsentBytes, drained, signal: sink.signal })
    } else write(body)
    await gzip.end()
  }
}
