/**
 * etcd's API in front of a store: what `t8s etcd` and `t8s up --etcd-url` have in common. Addresses as URLs, certificates that are made when none
 * are given, and the line that tells how to reach it.
 *
 * Whoever reaches a cluster's store reads its secrets and writes past every rule of the API server. So in front of a cluster there is TLS that
 * demands a certificate of an authority made for nothing else, or plain HTTP that only this machine can reach, when asked for by name.
 */
import { Member } from '../etcd/member.ts'
import { type EtcdServer, startEtcdServer } from '../etcd/server.ts'
import type { Clock } from '../std/clock.ts'
import type { Disk } from '../std/disk.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import type { EmbeddedStore } from '../store/embedded.ts'
import type { TlsOptions } from '../wire/http-server.ts'
import { type CertificatePlace, openCertificates } from './pki.ts'
import { UserError } from './places.ts'

const defaults = { requestBytesMax: 1_572_864, transactionOpsMax: 128, quotaBytes: 8 * 1024 ** 3, watchProgressMs: 600_000 } as const

export function parseEtcdUrl(text: string): URL {
  try {
    const url = new URL(text)
    if (url.protocol === 'http:' || url.protocol === 'https:') return url
  } catch {}
  throw new UserError(`"${text}" must be a URL such as http://127.0.0.1:2379 (unix sockets are not served)`)
}

export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

/** A server's certificate for these URLs and one for clients, from an authority of their own. */
export async function etcdCertificates(place: CertificatePlace, name: string, hostName: string, urls: readonly URL[]): Promise<TlsOptions> {
  const hosts = urls.map(hostOf)
  const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':')
  const { authority, pairs } = await openCertificates(place, 'etcd', [
    {
      file: 'server',
      commonName: name,
      usages: ['server', 'client'],
      dnsNames: [...new Set(['localhost', hostName, ...hosts.filter((host) => !isAddress(host))])],
      ipAddresses: [...new Set(['127.0.0.1', '::1', ...hosts.filter(isAddress)])],
    },
    { file: 'client', commonName: 'etcd-client', usages: ['client'] },
  ])
  const server = pairs[0] as { readonly certificate: string; readonly key: string }
  return { cert: server.certificate, key: server.key, clientCa: [authority.certificate] }
}

export function etcdctlLine(urls: readonly URL[], directory: string): string {
  const files = `--cacert ${directory}/ca.crt --cert ${directory}/client.crt --key ${directory}/client.key`
  const endpoints = urls.map((url) => url.origin).join(',')
  return urls.some((url) => url.protocol === 'https:') ? `etcdctl --endpoints ${endpoints} ${files}` : `etcdctl --endpoints ${endpoints}`
}

/** Refuses what would lay a cluster's store open. */
export function requireSafe(url: URL): void {
  const host = hostOf(url)
  const isLoopback = host === 'localhost' || host === '::1' || /^127\./.test(host)
  if (url.protocol === 'http:' && !isLoopback)
    throw new UserError(`Plain HTTP to the store is served on loopback only, not on "${host}": use https, which demands a certificate`)
}

export interface ClusterStoreFront {
  readonly world: { readonly clock: Clock; readonly log: Log; readonly disk: Disk; readonly random: Random; readonly hostName: string }
  readonly store: EmbeddedStore
  readonly url: URL
  readonly name: string
  /** Where certificates for it are kept. */
  readonly directory: string
}

export async function serveClusterStore({ world, store, url, name, directory }: ClusterStoreFront): Promise<EtcdServer> {
  const { clock, log, disk, random, hostName } = world
  const member = new Member({
    ...defaults,
    store,
    clock,
    log,
    name,
    clusterToken: 'etcd-cluster',
    peerUrls: ['http://localhost:2380'],
    clientUrls: [url.origin],
  })
  const address = { host: hostOf(url), port: portOf(url) }
  if (url.protocol === 'http:') return startEtcdServer(member, [address])
  const tls = await etcdCertificates({ disk, directory, nowMs: clock.now(), random }, name, hostName, [url])
  return startEtcdServer(member, [{ ...address, tls: { ...tls, demandsClientCertificate: true } }])
}
