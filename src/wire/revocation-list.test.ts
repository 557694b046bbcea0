/**
 * Connections that are turned away in or right after their handshake: a client certificate on the list, too old a TLS, no suite in common. The
 * list is made here, as `openssl ca -gencrl` lays it out.
 */
import { type ConnectionOptions, connect } from 'node:tls'
import { expect, test } from 'vitest'
import { realClock } from '../std/clock.ts'
import { silentLog } from '../std/log.ts'
import { realRandom } from '../std/random.ts'
import { openSslCiphers } from './cipher-suites.ts'
import { bitString, childrenOf, der, fromPem, integer, oid, readDer, sequence, tag, time, toPem } from './der.ts'
import { startHttpServer, type TlsOptions } from './http-server.ts'
import { revokedSerials } from './revocation-list.ts'
import { issueCertificate, makeAuthority } from './x509.ts'

const now = Date.now()
const authority = makeAuthority({ commonName: 'ca', now, random: realRandom, years: 1 })
const terms = { now, random: realRandom, days: 1, years: 1 }
const server = issueCertificate(authority, { ...terms, commonName: 'server', usages: ['server'], dnsNames: ['localhost'] })
const [kept, lost] = ['kept', 'lost'].map((commonName) => issueCertificate(authority, { ...terms, commonName, usages: ['client'] })) as [
  typeof server,
  typeof server,
]

function serialOf(pem: string): Uint8Array {
  const [body] = childrenOf(readDer(fromPem('CERTIFICATE', pem) as Uint8Array))
  return childrenOf(body as ReturnType<typeof readDer>)[1]?.content as Uint8Array
}

function list(...serials: readonly Uint8Array[]): Uint8Array {
  const algorithm = sequence(oid('1.2.840.113549.1.1.11'))
  const entries = serials.map((serial) => sequence(der(tag.integer, serial), time(now)))
  const body = sequence(
    integer(Uint8Array.of(1)),
    algorithm,
    sequence(),
    time(now),
    time(now),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
  )
  return sequence(body, algorithm, bitString(Uint8Array.of(0)))
}

test('revokedSerials() reads a list, PEM or not, with nobody on it or somebody; and nothing else', () => {
  const serial = Uint8Array.of(0, 0xab, 1)
  expect(revokedSerials(list(serial, Uint8Array.of(7)))).toEqual(new Set(['AB01', '7']))
  expect(revokedSerials(Buffer.from(toPem('X509 CRL', list(serial))))).toEqual(new Set(['AB01']))
  expect(revokedSerials(list())).toEqual(new Set())
  for (const bad of ['', 'no list', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----', authority.certificate])
    expect(() => revokedSerials(Buffer.from(bad))).toThrow()
})

/** What a client meets that connects so: an answer, or none. */
async function met(tls: Partial<TlsOptions>, client: ConnectionOptions): Promise<readonly [string, readonly string[]]> {
  const rejected: string[] = []
  const http = await startHttpServer({
    handler: () => ({ status: 200, headers: {}, body: 'in' }),
    ...{ host: '127.0.0.1', port: 0, clock: realClock, log: silentLog },
    tls: { cert: server.certificate, key: server.key, ...tls },
    onRejected: ({ error }) => void rejected.push(error),
  })
  const said = await new Promise<string>((resolve) => {
    const options = { host: '127.0.0.1', port: http.port, ca: authority.certificate, servername: 'localhost', ...client }
    const socket = connect(options, () => socket.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'))
    let text = ''
    socket.on('data', (chunk: Buffer) => void (text += chunk.toString()))
    socket.on('error', () => {})
    socket.on('close', () => resolve(text.endsWith('in') ? 'in' : 'out'))
  })
  await http.close()
  return [said, rejected]
}

test('a certificate on the list is turned away, another is not; without a list nobody is believed', async () => {
  const tls = { clientCa: [authority.certificate], demandsClientCertificate: true }
  const listed = { ...tls, revokedSerials: async () => revokedSerials(list(serialOf(lost.certificate))) }
  const as = ({ certificate: cert, key }: typeof server) => ({ cert, key })
  expect(await met(listed, as(kept))).toEqual(['in', []])
  expect(await met(listed, as(lost))).toEqual(['out', [expect.stringMatching(/^transport: certificate serial [0-9a-f]+ revoked$/)]])
  expect(await met(tls, as(lost))).toEqual(['in', []])
  const broken = { ...tls, revokedSerials: () => Promise.reject(new Error('open crl: no such file or directory')) }
  expect(await met(broken, as(kept))).toEqual(['out', ['open crl: no such file or directory']])
  expect((await met(listed, {}))[0]).toBe('out')
})

test('versions and suites', async () => {
  const old = { maxVersion: 'TLSv1.2' } as const
  expect((await met({ minVersion: 'TLSv1.3' }, old))[0]).toBe('out')
  expect((await met({ minVersion: 'TLSv1.3' }, {}))[0]).toBe('in')
  expect((await met({ maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }))[0]).toBe('out')
  const chosen = openSslCiphers(['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'])
  if ('unknown' in chosen) throw new Error(chosen.unknown)
  expect((await met(chosen, { ...old, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }))[0]).toBe('in')
  expect((await met(chosen, { ...old, ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }))[0]).toBe('out')
  expect((await met(chosen, { minVersion: 'TLSv1.3' }))[0]).toBe('in')
  expect(openSslCiphers(['TLS_RSA_WITH_RC4_128_SHA'])).toEqual({ unknown: 'TLS_RSA_WITH_RC4_128_SHA' })
})
