/** A request of the API server to itself, as a client would make it: for writes whose form (server-side apply) clients can see. */

import { StatusError } from '../../apimachinery/status-error.ts'
import { handle } from '../handle.ts'
import type { Server } from '../server-parts.ts'
import { apiServerUser } from './identity.ts'

export async function askSelf(
  server: Server,
  method: string,
  path: string,
  { type, body }: { readonly type: string; readonly body: object },
): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body))
  const [pathOnly = '', query = ''] = path.split('?')
  const response = await handle(server, {
    method,
    path: pathOnly,
    query,
    headers: { 'content-type': type, 'user-agent': 'kube-apiserver' },
    peer: { address: '127.0.0.1', port: 0, session: { user: apiServerUser } },
    signal: new AbortController().signal,
    body: () => bytes,
  })
  if (response.status < 400) return
  const text = typeof response.body === 'string' ? response.body : ''
  throw new StatusError(response.status, response.status === 404 ? 'NotFound' : 'Unknown', `${method} ${path}: ${text}`, {})
}
