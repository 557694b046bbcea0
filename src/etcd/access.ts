/**
 * Who may ask over plain HTTP at all: the name a request was sent to, when it came in the clear (another name is a page that had its own name
 * point here), and which pages of other origins may read the answer. gRPC is not asked: no page can speak it.
 */
import type { HttpRequest, HttpResponse } from '../wire/http.ts'
import { plainText } from './plain-text.ts'

export interface AccessOptions {
  /** Origins whose pages may read answers; "*": all. */
  readonly cors?: readonly string[]
  /** Names that requests in the clear may be sent to; "*": any. */
  readonly hostWhitelist?: readonly string[]
}

/** An answer in place of the real one, or the headers to put on it. */
export type Access = (request: HttpRequest) => { readonly refused?: HttpResponse; readonly headers: Readonly<Record<string, string>> }

export function accessOf({ cors = ['*'], hostWhitelist = ['*'] }: AccessOptions, isTls: boolean): Access {
  const isAnyHost = isTls || hostWhitelist.includes('*') || hostWhitelist.length === 0
  return (request) => {
    const host = hostName(request.headers.host ?? '')
    if (!isAnyHost && !hostWhitelist.includes(host)) return { refused: misdirected(host), headers: {} }
    const origin = cors.includes('*') || cors.length === 0 ? '*' : request.headers.origin
    const headers = origin !== undefined && (origin === '*' || cors.includes(origin)) ? corsHeaders(origin) : {}
    return request.method === 'OPTIONS' ? { refused: { status: 200, headers, body: '' }, headers } : { headers }
  }
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, '')
}

function corsHeaders(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': 'POST, GET, OPTIONS, PUT, DELETE',
    'access-control-allow-origin': origin,
    'access-control-allow-headers': 'accept, content-type, authorization',
  }
}

function misdirected(host: string): HttpResponse {
  return plainText(
    421,
    `
etcd received your request, but the Host header was unrecognized.

To fix this, choose one of the following options:
- Enable TLS, then any HTTPS request will be allowed.
- Add the hostname you want to use to the whitelist in settings.
  - e.g. etcd --host-whitelist ${JSON.stringify(host)}

This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).

`,
  )
}
