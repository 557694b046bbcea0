/**
 * What a component shows of itself on its secure port: /healthz, /livez, /readyz and /metrics, with a certificate that is given or made.
 */
import { realClock } from '../../std/clock.ts'
import { realRandom } from '../../std/random.ts'
import { realDisk } from '../../std/real-disk.ts'
import type { HttpHandler } from '../../wire/http.ts'
import { type HttpServer, startHttpServer, type TlsOptions } from '../../wire/http-server.ts'
import { issueCertificate, makeAuthority } from '../../wire/x509.ts'
import { absolute, UserError } from '../places.ts'
import { type ComponentContext, readFileOf } from './component.ts'

export interface ServingNames {
  /** Of the files in --cert-dir: apiserver.crt and apiserver.key. */
  readonly pair: string
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** From the flags, else from --cert-dir, else made (and kept there, when that can be written). */
async function servingTls(context: ComponentContext, names: ServingNames): Promise<TlsOptions> {
  const clientCa = await readFileOf(context, 'client-ca-file')
  const given = await givenPair(context, names)
  return { ...(given ?? (await madePair(context, names))), ...(clientCa === undefined ? {} : { clientCa: [clientCa] }) }
}

async function givenPair(context: ComponentContext, { pair }: ServingNames): Promise<{ key: string; cert: string } | undefined> {
  const { flags, process } = context
  const [cert, key] = [await readFileOf(context, 'tls-cert-file'), await readFileOf(context, 'tls-private-key-file')]
  if ((cert === undefined) !== (key === undefined)) throw new UserError('--tls-cert-file and --tls-private-key-file go together')
  if (cert !== undefined && key !== undefined) return { cert, key }
  const directory = flags.text('cert-dir')
  if (directory === '') return undefined
  const read = async (ending: string): Promise<string | undefined> => {
    const bytes = await realDisk.readFile(`${absolute(directory, process)}/${pair}.${ending}`)
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const found = { cert: await read('crt'), key: await read('key') }
  return found.cert === undefined || found.key === undefined ? undefined : { cert: found.cert, key: found.key }
}

async function madePair(context: ComponentContext, names: ServingNames): Promise<{ key: string; cert: string }> {
  const { flags, process, log } = context
  const now = realClock.now()
  const authority = makeAuthority({ commonName: `${process.hostName}-ca@${Math.floor(now / 1000)}`, now, random: realRandom, years: 1 })
  const { certificate, key } = issueCertificate(authority, {
    commonName: process.hostName,
    usages: ['server'],
    dnsNames: names.dnsNames,
    ipAddresses: names.ipAddresses,
    now,
    random: realRandom,
    days: 365,
  })
  const cert = `${certificate}${authority.certificate}`
  const directory = flags.text('cert-dir')
  if (directory !== '') {
    const path = `${absolute(directory, process)}/${names.pair}`
    try {
      await realDisk.makeDirectory(absolute(directory, process), 0o755)
      await realDisk.replaceFile(`${path}.crt`, new TextEncoder().encode(cert), 0o644)
      await realDisk.replaceFile(`${path}.key`, new TextEncoder().encode(key), 0o600)
    } catch (error) {
      throw new UserError(`--cert-dir: the certificate cannot be kept in ${directory}: ${(error as Error).message}`)
    }
    log.info('A certificate was made, signed by itself', { path: `${path}.crt` })
  }
  return { key, cert }
}

export async function serve(context: ComponentContext, names: ServingNames, handler: HttpHandler): Promise<HttpServer | undefined> {
  const { flags, log } = context
  const port = flags.number('secure-port')
  if (port === 0) return undefined
  const server = await startHttpServer({
    host: flags.text('bind-address'),
    port,
    tls: await servingTls(context, names),
    handler,
    clock: realClock,
    log,
  })
  log.info('Serving securely', { address: `${flags.text('bind-address')}:${server.port}` })
  return server
}

/** What says how a controller manager or a scheduler is. */
export function healthHandler(metrics: () => string): HttpHandler {
  return (request) => {
    const { path } = request
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    if (request.method !== 'GET') return { status: 405, headers, body: 'Method Not Allowed\n' }
    if (path === '/healthz' || path === '/livez' || path === '/readyz') return { status: 200, headers, body: 'ok' }
    if (path !== '/metrics') return { status: 404, headers, body: '404 page not found\n' }
    if (request.peer.certificate === undefined && request.headers.authorization === undefined)
      return { status: 403, headers, body: 'Forbidden: show a client certificate of --client-ca-file\n' }
    return { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: metrics() }
  }
}
