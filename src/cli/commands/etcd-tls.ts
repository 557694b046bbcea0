/**
 * The TLS of `t8s etcd` from its flags: a pair of files, or certificates made in the data directory for https URLs without one; whose clients
 * are let in, and over which versions and suites. A flag about safety that could not be kept is refused here, never passed over.
 */

import { realClock } from '../../std/clock.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realRandom } from '../../std/random.ts'
import { realDisk } from '../../std/real-disk.ts'
import { openSslCiphers } from '../../wire/cipher-suites.ts'
import type { TlsOptions } from '../../wire/http-server.ts'
import { revokedSerials } from '../../wire/revocation-list.ts'
import { etcdCertificates, etcdctlLine } from '../etcd-front.ts'
import { absolute, UserError } from '../places.ts'
import type { EtcdFlags } from './etcd-flags.ts'

export async function tlsFor(
  flags: EtcdFlags,
  urls: readonly URL[],
  dataDirectory: string,
  process: ProcessDoor,
): Promise<TlsOptions | undefined> {
  if ((flags.certFile === undefined) !== (flags.keyFile === undefined)) throw new UserError('--cert-file and --key-file go together')
  if (flags.clientCertAuth && flags.trustedCaFile === undefined && flags.certFile !== undefined)
    throw new UserError('--client-cert-auth needs --trusted-ca-file: the authority whose clients may come')
  const read = async (path: string): Promise<string> => {
    const bytes = await realDisk.readFile(absolute(path, process))
    if (bytes === undefined) throw new UserError(`File "${path}" does not exist`)
    return new TextDecoder().decode(bytes)
  }
  const terms = termsOf(flags, process)
  const clientCa = flags.trustedCaFile === undefined ? {} : { clientCa: [await read(flags.trustedCaFile)] }
  if (flags.certFile !== undefined && flags.keyFile !== undefined) {
    return { ...terms, cert: await read(flags.certFile), key: await read(flags.keyFile), ...clientCa }
  }
  if (!urls.some((url) => url.protocol === 'https:')) return undefined
  const directory = `${dataDirectory}/tls`
  const place = { disk: realDisk, directory, nowMs: realClock.now(), random: realRandom }
  const made = await etcdCertificates(place, flags.name, process.hostName, urls)
  // Who asks for it by etcd's flag knows how to reach it, and expects lines of JSON alone.
  if (flags.autoTls === undefined) process.print(`${etcdctlLine(urls, directory)}\n`)
  return { ...terms, ...made, ...clientCa }
}

const tlsVersions = { 'TLS1.2': 'TLSv1.2', 'TLS1.3': 'TLSv1.3' } as const

/** Which connections will do: etcd demands a certificate as soon as it is told whose to believe, asked to or not. */
function termsOf(flags: EtcdFlags, process: ProcessDoor): Partial<TlsOptions> {
  const [minVersion, maxVersion] = [versionOf(flags.tlsMinVersion), versionOf(flags.tlsMaxVersion)]
  if (minVersion === 'TLSv1.3' && maxVersion === 'TLSv1.2')
    throw new UserError(`min version (${flags.tlsMinVersion}) is greater than max version (${flags.tlsMaxVersion})`)
  if (minVersion === 'TLSv1.3' && flags.cipherSuites !== undefined)
    throw new UserError('cipher suites cannot be configured when only TLS1.3 is enabled')
  const { clientCrlFile } = flags
  return {
    demandsClientCertificate: flags.clientCertAuth || flags.trustedCaFile !== undefined,
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(flags.cipherSuites === undefined ? {} : { ciphers: ciphersOf(flags.cipherSuites) }),
    ...(clientCrlFile === undefined ? {} : { revokedSerials: () => revokedIn(absolute(clientCrlFile, process)) }),
  }
}

function versionOf(text: string): 'TLSv1.2' | 'TLSv1.3' | undefined {
  if (text === '') return undefined
  if (text === 'TLS1.2' || text === 'TLS1.3') return tlsVersions[text]
  throw new UserError(`unexpected TLS version "${text}" (must be one of: TLS1.2, TLS1.3)`)
}

function ciphersOf(names: readonly string[]): string {
  const chosen = openSslCiphers(names.filter((name) => name !== ''))
  if ('unknown' in chosen) throw new UserError(`unexpected TLS cipher suite "${chosen.unknown}"`)
  return chosen.ciphers
}

/** Read for each connection: a list is replaced while its readers run. */
async function revokedIn(path: string): Promise<ReadonlySet<string>> {
  const bytes = await realDisk.readFile(path)
  if (bytes === undefined) throw new Error(`open ${path}: no such file or directory`)
  return revokedSerials(bytes)
}
