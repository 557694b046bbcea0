/**
 * Calls to an API server over HTTPS: connections, HTTP/2 and client certificates are wire/http-client.ts's work; here are only
 * the address and the credentials out of a kubeconfig.
 */
import type { Clock } from '../std/clock.ts'
import { type ClientResponse, createHttpClient } from '../wire/http-client.ts'
import { KubeconfigError, type ServerAccess } from './kubeconfig.ts'
import type { Transport, TransportRequest } from './transport.ts'

export function httpsTransport(access: ServerAccess, { clock }: { readonly clock: Clock }): Transport {
  const url = parseServer(access.server)
  const prefix = url.pathname === '/' ? '' : url.pathname.replace(/\/$/, '')
  const isTls = url.protocol === 'https:'
  const client = createHttpClient({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    clock,
    ...(access.token === undefined ? {} : { headers: { authorization: `Bearer ${access.token}` } }),
    ...(isTls
      ? {
          tls: {
            ...(access.certificateAuthority === undefined ? {} : { ca: access.certificateAuthority }),
            ...(access.clientCertificate === undefined ? {} : { cert: access.clientCertificate }),
            ...(access.clientKey === undefined ? {} : { key: access.clientKey }),
            ...(access.tlsServerName === undefined ? {} : { servername: access.tlsServerName }),
            ...(access.insecure === true ? { insecure: true } : {}),
          },
        }
      : {}),
  })
  const ask = ({ method, path, query, headers, body, signal }: TransportRequest): Promise<ClientResponse> =>
    client.request({
      method,
      path: query === undefined || query === '' ? prefix + path : `${prefix}${path}?${query}`,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
    })
  return {
    async send(request) {
      const response = await ask(request)
      return { status: response.status, headers: response.headers, body: await response.body() }
    },
    async open(request) {
      const response = await ask(request)
      return { status: response.status, headers: response.headers, chunks: response.stream() }
    },
    async [Symbol.asyncDispose]() {
      client.close()
    },
  }
}

function parseServer(server: string): URL {
  try {
    return new URL(server.includes('://') ? server : `https://${server}`)
  } catch {
    throw new KubeconfigError(`"${server}" is no server address: a URL as https://127.0.0.1:6443 is expected`)
  }
}
