/** Certificates as strangers read them: openssl and Node's own parser check what we issue. */
import { execFileSync } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { realClock } from '../std/clock.ts'
import { realRandom, seededRandom } from '../std/random.ts'
import { childrenOf, DerError, fromPem, integer, oid, readDer, readOid, time, toPem } from './der.ts'
import { parsePeerCertificate } from './peer-certificate.ts'
import { parseSigningRequest, signRequest } from './signing-request.ts'
import { ipAddressBytes, issueCertificate, makeAuthority } from './x509.ts'

const folder = mkdtempSync(join(tmpdir(), 'x509-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
})()
const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const now = Math.floor(realClock.now() / 1000) * 1000
const random = realRandom
const authority = makeAuthority({ commonName: 'test-ca', now, random, years: 10 })
const server = issueCertificate(authority, {
  commonName: 'server',
  dnsNames: ['localhost', '*.shop.svc'],
  ipAddresses: ['127.0.0.1', '::1', 'fd00::1:2'],
  usages: ['server'],
  now,
  random,
  days: 30,
})
const client = issueCertificate(authority, {
  commonName: 'ann',
  organizations: ['system:masters', 'a'],
  usages: ['client'],
  now,
  random,
  days: 30,
})

describe('makeAuthority() and issueCertificate()', () => {
  test('node reads names, dates and usages', () => {
    const ca = new X509Certificate(authority.certificate)
    const one = new X509Certificate(server.certificate)
    expect(ca.ca).toBe(true)
    expect(one.ca).toBe(false)
    expect(one.verify(ca.publicKey)).toBe(true)
    expect(one.checkIssued(ca)).toBe(true)
    expect(one.checkPrivateKey(createPrivateKey(server.key))).toBe(true)
    expect(one.checkHost('localhost')).toBe('localhost')
    expect(one.checkHost('a.shop.svc')).toBe('*.shop.svc')
    expect(one.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(one.checkIP('fd00::1:2')).toBe('fd00::1:2')
    expect(one.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(Math.round((one.validToDate.getTime() - now) / 1000)).toBe(30 * 86_400)
    expect(one.validFromDate.getTime()).toBeLessThan(now - 299_000)
  })
  test('serials are positive and fit in 20 bytes', () => {
    for (let seed = 0; seed < 20; seed++) {
      const one = new X509Certificate(makeAuthority({ commonName: 'x', now, random: seededRandom(seed), years: 1 }).certificate)
      expect(one.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
    }
  })
  test('nothing outlives its authority', () => {
    const short = makeAuthority({ commonName: 'x', now, random, years: 1 })
    const long = new X509Certificate(issueCertificate(short, { commonName: 'y', usages: [], now, random, days: 9999 }).certificate)
    expect(long.validToDate).toEqual(new X509Certificate(short.certificate).validToDate)
  })
  test.runIf(hasOpenssl)('openssl verifies both for their purpose and not for the other', () => {
    const ca = file('ca.pem', authority.certificate)
    const serverFile = file('server.pem', server.certificate)
    const clientFile = file('client.pem', client.certificate)
    const verify = (...args: string[]): string => openssl('verify', '-x509_strict', '-CAfile', ca, ...args)
    expect(verify('-purpose', 'sslserver', serverFile)).toContain('OK')
    expect(verify('-purpose', 'sslclient', clientFile)).toContain('OK')
    expect(() => verify('-purpose', 'sslclient', serverFile)).toThrow()
    const text = openssl('x509', '-in', serverFile, '-noout', '-text')
    expect(text).toContain('X509v3 Key Usage: critical\n                Digital Signature, Key Encipherment')
    expect(text).toContain('DNS:localhost, DNS:*.shop.svc, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    expect(openssl('x509', '-in', ca, '-noout', '-text')).toContain('CA:TRUE')
  })
  test.runIf(hasOpenssl)('an RSA authority that somebody brings along signs too', () => {
    const key = file(
      'rsa.key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    )
    const certificate = openssl('req', '-x509', '-new', '-key', key, '-subj', '/CN=rsa-ca', '-days', '30')
    const ca = file('rsa.pem', certificate)
    const one = issueCertificate(
      { certificate, key: execFileSync('cat', [key], { encoding: 'utf8' }) },
      { commonName: 'y', usages: ['client'], now, random, days: 1 },
    )
    expect(openssl('verify', '-CAfile', ca, file('y.pem', one.certificate))).toContain('OK')
  })
  test.runIf(hasOpenssl)('without a key usage there is no such extension, and an authority of version 1 is no obstacle', () => {
    const key = file(
      'v1.key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    )
    // `openssl req` adds extensions; `x509 -req` without -extfile makes version 1.
    const request = file('v1.csr', openssl('req', '-new', '-key', key, '-subj', '/CN=v1-ca'))
    const certificate = openssl('x509', '-req', '-in', request, '-signkey', key, '-days', '30')
    const authority = { certificate, key: execFileSync('cat', [key], { encoding: 'utf8' }) }
    const one = issueCertificate(authority, { commonName: 'y', usages: ['client'], keyUsages: [], now, random, days: 1 })
    const oneFile = file('v1-client.pem', one.certificate)
    const text = openssl('x509', '-in', oneFile, '-noout', '-text')
    expect(text).not.toContain('X509v3 Key Usage')
    expect(text).not.toContain('Authority Key Identifier')
    expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', file('v1.pem', certificate), oneFile)).toContain('OK')
  })
})

describe('parsePeerCertificate()', () => {
  test('reads common name and organizations', () => {
    const raw = fromPem('CERTIFICATE', client.certificate) as Uint8Array
    expect(parsePeerCertificate(raw)).toMatchObject({ commonName: 'ann', organizations: ['a', 'system:masters'] })
  })
  test('a line break in a name stays one name', () => {
    const one = issueCertificate(authority, { commonName: 'a\nO=system:masters', usages: ['client'], now, random, days: 1 })
    expect(parsePeerCertificate(fromPem('CERTIFICATE', one.certificate) as Uint8Array)).toMatchObject({
      commonName: 'a\nO=system:masters',
      organizations: [],
    })
  })
  test('what is no certificate is undefined, wherever it breaks', () => {
    const raw = fromPem('CERTIFICATE', client.certificate) as Uint8Array
    for (let length = 0; length < raw.length; length += 7) expect(parsePeerCertificate(raw.subarray(0, length))).toBeUndefined()
    const scrambler = seededRandom(7)
    for (let round = 0; round < 300; round++) {
      const broken = Uint8Array.from(raw)
      broken[scrambler.integer(broken.length)] = scrambler.integer(256)
      expect(() => parsePeerCertificate(broken)).not.toThrow()
    }
  })
})

describe.runIf(hasOpenssl)('signing requests', () => {
  const make = (algorithm: string[], ...args: string[]): string =>
    openssl(
      'req',
      '-new',
      '-nodes',
      ...algorithm,
      '-keyout',
      join(folder, 'csr.key'),
      '-subj',
      '/O=system:nodes/O=b/CN=system:node:n1',
      ...args,
    )
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
  test('names and key are read, and signed', () => {
    const request = parseSigningRequest(make(ec, '-addext', 'subjectAltName=DNS:n1,IP:10.0.0.1,IP:fd00::1,URI:spiffe://a,email:a@b'))
    expect(request).toMatchObject({
      commonName: 'system:node:n1',
      organizations: ['system:nodes', 'b'],
      dnsNames: ['n1'],
      ipAddresses: ['10.0.0.1', 'fd00::1'],
      uris: ['spiffe://a'],
      emails: ['a@b'],
    })
    const certificate = signRequest(authority, request, {
      usages: ['server', 'client'],
      now,
      random,
      days: 1,
      keyUsages: ['digital signature'],
    })
    expect(openssl('verify', '-x509_strict', '-CAfile', file('ca.pem', authority.certificate), file('n1.pem', certificate))).toContain('OK')
    expect(new X509Certificate(certificate).subject).toContain('CN=system:node:n1')
    expect(new X509Certificate(certificate).subjectAltName).toContain('IP Address:10.0.0.1')
  })
  test.each([[['-newkey', 'rsa:2048']], [['-newkey', 'ed25519']]])('%s keys', (algorithm) => {
    const request = parseSigningRequest(make(algorithm))
    const certificate = signRequest(authority, request, { usages: ['client'], now, random, days: 1 })
    expect(openssl('verify', '-CAfile', file('ca.pem', authority.certificate), file('k.pem', certificate))).toContain('OK')
  })
  test('a changed request is refused', () => {
    const bytes = Buffer.from(fromPem('CERTIFICATE REQUEST', make(ec)) as Uint8Array)
    bytes.write('system:node:n2', bytes.indexOf('system:node:n1'), 'latin1')
    expect(() => parseSigningRequest(toPem('CERTIFICATE REQUEST', bytes))).toThrow('The signature does not match')
    expect(() => parseSigningRequest('nonsense')).toThrow(DerError)
    expect(() => parseSigningRequest(toPem('CERTIFICATE REQUEST', bytes.subarray(0, 40)))).toThrow(DerError)
  })
})

describe('DER', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  test('integers are positive and short, times change form in 2050', () => {
    expect(hex(integer(Uint8Array.of(0, 0, 0x80)))).toBe('02020080')
    expect(hex(integer(Uint8Array.of(0)))).toBe('020100')
    expect(Buffer.from(time(Date.UTC(2049, 11, 31, 23, 59, 59))).toString('latin1', 2)).toBe('491231235959Z')
    expect(Buffer.from(time(Date.UTC(2050, 0, 1))).toString('latin1', 2)).toBe('20500101000000Z')
  })
  test.each(['1.2.840.10045.4.3.2', '2.5.29.15', '0.9.2342', '2.999.1'])('object identifier %s comes back', (one) =>
    expect(readOid(readDer(oid(one)))).toBe(one),
  )
  test.each(['', '30', '3080', '308100', '30820001aa', '3085ffffffffff', '1f8101', '3001', '300000'])('%s is refused', (bytes) => {
    expect(() => childrenOf(readDer(Buffer.from(bytes, 'hex')))).toThrow(DerError)
  })
  test.each([
    ['::', '00000000000000000000000000000000'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['10.0.0.255', '0a0000ff'],
  ])('address %s', (text, bytes) => expect(hex(ipAddressBytes(text))).toBe(bytes))
})
