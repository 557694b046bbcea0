/**
 * An API server behind a real socket, for tests of clients that need one: HTTP/1.1 without TLS, a bearer token, a store in memory, the real clock. The socket may be
 * closed and opened again on the same port while server and store live on.
 */
import { createApiServer } from '../apiserver/server.ts'
import { realClock } from '../std/clock.ts'
import { logTo } from '../std/log.ts'
import { seededRandom } from '../std/random.ts'
import { openEmbeddedStore } from '../store/embedded.ts'
import type { Store } from '../store/store.ts'
import { type HttpServer, startHttpServer } from '../wire/http-server.ts'

export const adminToken = 'admin-token'

export interface ListeningApiServer extends AsyncDisposable {
  readonly store: Store
  readonly port: number
  /** http://127.0.0.1:port */
  readonly url: string
  /** What the server logged as an error: bugs. */
  readonly errors: readonly string[]
  /** Nobody answers any more; whoever watched is cut off. */
  hangUp(): Promise<void>
  /** On the same port as before. */
  listen(): Promise<void>
}

export async function startListeningApiServer(): Promise<ListeningApiServer> {
  const errors: string[] = []
  const log = logTo((level, message, fields) => {
    if (level === 'error') errors.push(`${message}: ${(fields.error as Error | undefined)?.stack ?? JSON.stringify(fields)}`)
  })
  const clock = realClock
  const store = await openEmbeddedStore({ clock, log })
  const admin = { name: 'admin', groups: ['system:masters', 'system:authenticated'], uid: '', extra: {} }
  const tokenAuthenticators = [(token: string) => (token === adminToken ? admin : undefined)]
  const api = createApiServer({ store, clock, random: seededRandom(1), log, freezeObjects: true, tokenAuthenticators })
  await api.ready
  const open = (port: number): Promise<HttpServer> => startHttpServer({ handler: api.handle, host: '127.0.0.1', port, clock, log })
  let http = await open(0)
  const { port } = http
  return {
    store,
    port,
    url: `http://127.0.0.1:${port}`,
    errors,
    hangUp: () => http.close(),
    listen: async () => {
      http = await open(port)
    },
    [Symbol.asyncDispose]: async () => {
      await api.close()
      await http.close()
      await store.close()
    },
  }
}
