/**
 * The cluster's certificates: an authority of its own, made at the first start and kept, and one certificate for each who
 * talks: the API server, the administrator, every component. EC P-256 throughout; files are 0600. A certificate
 * that has expired, or a server certificate that lacks a name it needs, is made anew from the same authority.
 *
 * Components in this process do not use theirs (they call the API server as a function); the files are for those started apart.
 */
import { X509Certificate } from 'node:crypto'
import type { Disk } from '../std/disk.ts'
import type { Random } from '../std/random.ts'
import { issueCertificate, type KeyPair, makeAuthority, makePrivateKey } from '../wire/x509.ts'

export interface ClusterPki {
  readonly authority: KeyPair
  readonly server: KeyPair
  readonly admin: KeyPair
  /** Signs the tokens of service accounts: a private key, PEM. */
  readonly serviceAccountKey: string
  /** True when the authority was made just now. */
  readonly isNew: boolean
}

export interface Wanted {
  readonly file: string
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly usages: readonly ('server' | 'client')[]
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
}

const authorityYears = 10
const certificateDays = 365
/** Renewed when less than this is left. */
const renewBeforeMs = 30 * 24 * 3600 * 1000

/** Where certificates are kept and what making them takes. */
export interface CertificatePlace {
  readonly disk: Disk
  readonly directory: string
  readonly nowMs: number
  readonly random: Random
}

export interface PkiOptions extends CertificatePlace {
  readonly hostName: string
  /** Addresses, besides loopback, under which the server is reached. */
  readonly addresses: readonly string[]
  /** First address of the Service range: kubernetes.default. */
  readonly serviceAddress: string
}

export async function openPki(options: PkiOptions): Promise<ClusterPki> {
  const { authority, pairs, isNew } = await openCertificates(options, 'kubernetes', wantedCertificates(options))
  const [server, admin] = pairs as [KeyPair, KeyPair]
  return {
    authority,
    server,
    admin,
    serviceAccountKey: await openServiceAccountKey(options.disk, `${options.directory}/sa.key`),
    isNew,
  }
}

/** The authority in the directory, made when there is none, and what it has signed. */
export async function openCertificates(
  place: CertificatePlace,
  authorityName: string,
  wanted: readonly Wanted[],
): Promise<{ authority: KeyPair; pairs: readonly KeyPair[]; isNew: boolean }> {
  const { disk, directory, nowMs, random } = place
  await disk.makeDirectory(directory, 0o700)
  const found = await readPair(disk, `${directory}/ca`)
  const authority = found ?? makeAuthority({ commonName: authorityName, now: nowMs, random, years: authorityYears })
  if (found === undefined) await writePair(disk, `${directory}/ca`, authority)
  const pairs: KeyPair[] = []
  for (const one of wanted) pairs.push(await openCertificate(place, authority, one))
  return { authority, pairs, isNew: found === undefined }
}

async function openServiceAccountKey(disk: Disk, path: string): Promise<string> {
  const found = await disk.readFile(path)
  if (found !== undefined) return new TextDecoder().decode(found)
  const made = makePrivateKey()
  await disk.replaceFile(path, new TextEncoder().encode(made), 0o600)
  return made
}

function wantedCertificates(options: PkiOptions): readonly Wanted[] {
  const component = (file: string, commonName: string, organizations?: readonly string[]): Wanted =>
    organizations === undefined ? { file, commonName, usages: ['client'] } : { file, commonName, organizations, usages: ['client'] }
  return [
    {
      file: 'apiserver',
      commonName: 'kube-apiserver',
      usages: ['server'],
      dnsNames: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        ...(isDnsName(options.hostName) ? [options.hostName] : []),
      ],
      ipAddresses: [...new Set(['127.0.0.1', '::1', options.serviceAddress, ...options.addresses])],
    },
    component('admin', 'kubernetes-admin', ['system:masters']),
    component('kube-controller-manager', 'system:kube-controller-manager'),
    component('kube-scheduler', 'system:kube-scheduler'),
  ]
}

async function openCertificate(options: CertificatePlace, authority: KeyPair, wanted: Wanted): Promise<KeyPair> {
  const path = `${options.directory}/${wanted.file}`
  const found = await readPair(options.disk, path)
  if (found !== undefined && isUsable(found, authority, wanted, options.nowMs)) return found
  const { file: _, ...subject } = wanted
  const made = issueCertificate(authority, { ...subject, now: options.nowMs, random: options.random, days: certificateDays })
  await writePair(options.disk, path, made)
  return made
}

function isUsable(pair: KeyPair, authority: KeyPair, wanted: Wanted, nowMs: number): boolean {
  try {
    const certificate = new X509Certificate(pair.certificate)
    const [fromMs, untilMs] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)]
    if (nowMs < fromMs || untilMs - nowMs < renewBeforeMs) return false
    if (!certificate.verify(new X509Certificate(authority.certificate).publicKey)) return false
    const hasAddresses = (wanted.ipAddresses ?? []).every((address) => certificate.checkIP(address) !== undefined)
    return hasAddresses && (wanted.dnsNames ?? []).every((name) => certificate.checkHost(name) !== undefined)
  } catch {
    return false
  }
}

async function readPair(disk: Disk, path: string): Promise<KeyPair | undefined> {
  const [certificate, key] = await Promise.all([disk.readFile(`${path}.crt`), disk.readFile(`${path}.key`)])
  if (certificate === undefined || key === undefined) return undefined
  const decoder = new TextDecoder()
  return { certificate: decoder.decode(certificate), key: decoder.decode(key) }
}

async function writePair(disk: Disk, path: string, pair: KeyPair): Promise<void> {
  const encoder = new TextEncoder()
  await disk.replaceFile(`${path}.key`, encoder.encode(pair.key), 0o600)
  await disk.replaceFile(`${path}.crt`, encoder.encode(pair.certificate), 0o600)
}

function isDnsName(text: string): boolean {
  return /^[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?$/.test(text)
}
