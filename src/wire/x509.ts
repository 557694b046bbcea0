/**
 * A certificate authority: making one, and signing certificates for servers, clients and signing requests with it. Keys are EC P-256
 * (an RSA key takes 170 ms to make); an authority that somebody brings along may be RSA.
 *
 *     const authority = makeAuthority({ commonName: 'kubernetes-ca', now: clock.now(), random, years: 10 })
 *     const server = issueCertificate(authority, { commonName: 'server', dnsNames: ['localhost'], usages: ['server'], … })
 *
 * The DER is written here because the first start waits for it: key, authority and two certificates together take 3 ms, and the library
 * that decisions once named needs a reflection polyfill and most of 100 ms before it begins. Signatures and keys are OpenSSL's, through
 * node:crypto. Certificates are what Go accepts: version 3, positive serials of 16 bytes, names in the SAN, critical key usage.
 * Reading what others ask for is in `signing-request.ts`.
 */
import { createHash, createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Random } from '../std/random.ts'
import {
  bitString,
  boolean,
  childrenOf,
  contextTag,
  type DerElement,
  DerError,
  der,
  expectTag,
  fromPem,
  integer,
  octetString,
  oid,
  readDer,
  readOid,
  sequence,
  set,
  tag,
  time,
  toPem,
  utf8String,
} from './der.ts'

export interface KeyPair {
  /** PEM. */
  readonly certificate: string
  /** PEM. */
  readonly key: string
}

/** What a certificate may be used for, in the order in which Go writes them. */
const extendedUsages = {
  any: '2.5.29.37.0',
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
} as const
export type CertificateUsage = keyof typeof extendedUsages

export interface CertificateNames {
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly uris?: readonly string[]
  readonly emails?: readonly string[]
}

export interface CertificateTerms {
  readonly usages: readonly CertificateUsage[]
  /** Milliseconds since 1970. The certificate begins five minutes earlier, for clocks that disagree. */
  readonly now: number
  readonly random: Pick<Random, 'bytes'>
  readonly days: number
  /** Key usage bits; what a TLS key needs when absent. */
  readonly keyUsages?: readonly KeyUsage[]
  /** The certificate must not end later than this (never later than its authority's). */
  readonly notAfter?: number
}

export interface AuthorityOptions {
  readonly commonName: string
  readonly now: number
  readonly random: Pick<Random, 'bytes'>
  readonly years: number
}

/** In the order of their bits (RFC 5280, 4.2.1.3). */
const keyUsageBits = [
  'digital signature',
  'content commitment',
  'key encipherment',
  'data encipherment',
  'key agreement',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
] as const
export type KeyUsage = (typeof keyUsageBits)[number]

const backdateMs = 5 * 60_000
const dayMs = 86_400_000
const ids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
} as const

export function makeAuthority(options: AuthorityOptions): KeyPair {
  const { publicKey, key } = makeKey()
  const name = encodeName({ commonName: options.commonName })
  const certificate = signCertificate(key, {
    issuer: name,
    subject: name,
    publicKey,
    notBefore: options.now - backdateMs,
    notAfter: options.now + options.years * 365 * dayMs,
    serial: serialFrom(options.random),
    extensions: [
      extension(ids.keyUsage, true, encodeKeyUsages(['digital signature', 'key encipherment', 'cert sign'])),
      extension(ids.basicConstraints, true, sequence(boolean(true))),
      extension(ids.subjectKeyIdentifier, false, octetString(keyIdentifier(publicKey))),
    ],
  })
  return { certificate, key }
}

/** A new key and a certificate for it. */
export function issueCertificate(authority: KeyPair, options: CertificateNames & CertificateTerms): KeyPair {
  const { publicKey, key } = makeKey()
  return { certificate: certifyKey(authority, { ...options, publicKey }), key }
}

/** A certificate, PEM, for a key that somebody else holds. `publicKey` is a SubjectPublicKeyInfo; `subject` replaces the names' Name. */
export function certifyKey(
  authority: KeyPair,
  options: CertificateNames & CertificateTerms & { readonly publicKey: Uint8Array; readonly subject?: Uint8Array },
): string {
  const issuer = readAuthority(authority.certificate)
  const names = encodeAlternativeNames(options)
  const keyUsages = options.keyUsages ?? ['digital signature', 'key encipherment']
  const extensions: Uint8Array[] = []
  // RFC 5280, 4.2.1.3: a key usage without a bit must not be; openssl calls such a certificate invalid.
  if (keyUsages.length > 0) extensions.push(extension(ids.keyUsage, true, encodeKeyUsages(keyUsages)))
  if (options.usages.length > 0)
    extensions.push(extension(ids.extendedKeyUsage, false, sequence(...options.usages.map((usage) => oid(extendedUsages[usage])))))
  extensions.push(extension(ids.basicConstraints, true, sequence()))
  if (issuer.keyIdentifier !== undefined)
    extensions.push(extension(ids.authorityKeyIdentifier, false, sequence(der(contextTag(0, false), issuer.keyIdentifier))))
  const subject = options.subject ?? encodeName(options)
  // RFC 5280, 4.2.1.6: critical when there is no other name.
  if (names !== undefined) extensions.push(extension(ids.subjectAltName, subject.length === 2, names))
  return signCertificate(authority.key, {
    issuer: issuer.name,
    subject,
    publicKey: options.publicKey,
    notBefore: options.now - backdateMs,
    notAfter: Math.min(options.now + options.days * dayMs, options.notAfter ?? Number.POSITIVE_INFINITY, issuer.notAfter),
    serial: serialFrom(options.random),
    extensions,
  })
}

interface CertificateContent {
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly publicKey: Uint8Array
  readonly notBefore: number
  readonly notAfter: number
  readonly serial: Uint8Array
  readonly extensions: readonly Uint8Array[]
}

function signCertificate(authorityKey: string, content: CertificateContent): string {
  const key = createPrivateKey(authorityKey)
  const isRsa = key.asymmetricKeyType === 'rsa'
  const algorithm = isRsa ? sequence(oid(ids.rsaWithSha256), Uint8Array.of(tag.null, 0)) : sequence(oid(ids.ecdsaWithSha256))
  const body = sequence(
    der(contextTag(0, true), integer(Uint8Array.of(2))),
    integer(content.serial),
    algorithm,
    content.issuer,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    content.publicKey,
    der(contextTag(3, true), sequence(...content.extensions)),
  )
  return toPem('CERTIFICATE', sequence(body, algorithm, bitString(sign('sha256', body, key))))
}

/** Until when it is valid, in milliseconds since 1970; undefined when the text is no certificate. */
export function certificateEndMs(pem: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo)
  } catch {
    return undefined
  }
}

/** A new P-256 key by itself, PEM: for tokens. */
export function makePrivateKey(): string {
  return makeKey().key
}

function makeKey(): { publicKey: Uint8Array; key: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicKey: pair.publicKey.export({ type: 'spki', format: 'der' }),
    key: pair.privateKey.export({ type: 'sec1', format: 'pem' }) as string,
  }
}

/** 16 bytes that are positive and never 0. */
function serialFrom(random: Pick<Random, 'bytes'>): Uint8Array {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40
  return bytes
}

/** An X.501 Name: organizations, then the common name, one attribute each, as Go writes them. */
function encodeName(names: CertificateNames): Uint8Array {
  const parts: Uint8Array[] = []
  const organizations = (names.organizations ?? []).map((one) => sequence(oid(ids.organization), utf8String(one)))
  // A SET is sorted by its encoding in DER.
  if (organizations.length > 0) parts.push(set(...organizations.sort((a, b) => Buffer.compare(a, b))))
  if (names.commonName !== '') parts.push(set(sequence(oid(ids.commonName), utf8String(names.commonName))))
  return sequence(...parts)
}

function encodeAlternativeNames(names: CertificateNames): Uint8Array | undefined {
  const entries = [
    ...(names.dnsNames ?? []).map((one) => der(contextTag(2, false), Buffer.from(one, 'latin1'))),
    ...(names.emails ?? []).map((one) => der(contextTag(1, false), Buffer.from(one, 'latin1'))),
    ...(names.ipAddresses ?? []).map((one) => der(contextTag(7, false), ipAddressBytes(one))),
    ...(names.uris ?? []).map((one) => der(contextTag(6, false), Buffer.from(one, 'latin1'))),
  ]
  return entries.length === 0 ? undefined : sequence(...entries)
}

function encodeKeyUsages(usages: readonly KeyUsage[]): Uint8Array {
  const bytes = [0, 0]
  let last = 0
  for (const usage of usages) {
    const bit = keyUsageBits.indexOf(usage)
    bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7))
    last = Math.max(last, bit)
  }
  return bitString(Uint8Array.from(bytes.slice(0, (last >> 3) + 1)), 7 - (last & 7))
}

function extension(id: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  return isCritical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value))
}

/** RFC 5280, 4.2.1.2, method 1: SHA-1 of the key's bits. */
function keyIdentifier(publicKey: Uint8Array): Uint8Array {
  const [, bits] = childrenOf(readDer(publicKey), tag.sequence)
  return createHash('sha1').update(expectTag(bits, tag.bitString).content.subarray(1)).digest()
}

/** An authority without a key identifier (a version 1 certificate has no extensions) is referred to by its name alone. */
function readAuthority(pem: string): { name: Uint8Array; keyIdentifier: Uint8Array | undefined; notAfter: number } {
  const bytes = fromPem('CERTIFICATE', pem)
  if (bytes === undefined) throw new DerError('Not a certificate in PEM')
  const [body] = childrenOf(readDer(bytes), tag.sequence)
  const fields = childrenOf(expectTag(body, tag.sequence))
  const offset = fields[0]?.tag === contextTag(0, true) ? 1 : 0
  const extensions = fields.find((field) => field.tag === contextTag(3, true))
  const identifier = extensions === undefined ? undefined : readExtensions(childrenOf(extensions)[0]).get(ids.subjectKeyIdentifier)
  return {
    name: expectTag(fields[offset + 4], tag.sequence).whole,
    keyIdentifier: identifier === undefined ? undefined : expectTag(readDer(identifier), tag.octetString).content,
    notAfter: new X509Certificate(bytes).validToDate.getTime(),
  }
}

/** Extension values by object identifier. */
export function readExtensions(list: DerElement | undefined): Map<string, Uint8Array> {
  const extensions = new Map<string, Uint8Array>()
  for (const one of childrenOf(expectTag(list, tag.sequence))) {
    const parts = childrenOf(one, tag.sequence)
    extensions.set(readOid(parts[0]), expectTag(parts[parts.length - 1], tag.octetString).content)
  }
  return extensions
}

/** 4 or 16 bytes. */
export function ipAddressBytes(text: string): Uint8Array {
  const version = isIP(text)
  if (version === 4) return Uint8Array.from(text.split('.').map(Number))
  if (version !== 6) throw new Error(`Not an IP address: "${text}"`)
  // An IPv4 tail counts for two groups: ::ffff:1.2.3.4.
  const plain = text
    .replace(/%.*$/, '')
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => `${(a * 256 + +b).toString(16)}:${(c * 256 + +d).toString(16)}`)
  const [head = '', tail] = plain.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}
