/**
 * `t8s etcd`: the store alone behind etcd's API, until it is told to stop. Says what it does as etcd does, in lines of JSON on standard
 * error, because what starts etcd (test harnesses, manifests) waits for them or for /health.
 */

import type { CompactorOptions } from '../../etcd/compactor.ts'
import { etcdVersion, Member } from '../../etcd/member.ts'
import { type EtcdAddress, startEtcdServer } from '../../etcd/server.ts'
import { realClock } from '../../std/clock.ts'
import type { Disk } from '../../std/disk.ts'
import { type Log, type LogLevel, logTo } from '../../std/log.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realRandom } from '../../std/random.ts'
import { realDisk } from '../../std/real-disk.ts'
import { withoutSync } from '../../std/unsynced-disk.ts'
import type { EmbeddedStore } from '../../store/embedded.ts'
import { openEmbeddedStore } from '../../store/embedded.ts'
import type { TlsOptions } from '../../wire/http-server.ts'
import { errorText } from '../error-text.ts'
import { etcdCertificates, etcdctlLine, hostOf, parseEtcdUrl, portOf } from '../etcd-front.ts'
import { absolute, UserError } from '../places.ts'
import { version } from '../version.ts'
import { durationMs, type EtcdFlags } from './etcd-flags.ts'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const graceMs = 1000
const noTlsForMetrics = 'client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url'

export async function etcd(flags: EtcdFlags, process: ProcessDoor): Promise<void> {
  if (flags.printVersion) return process.print(`etcd Version: ${etcdVersion}\nTypernetes: ${version}\n`)
  const log = logOn(process, flags.logLevel)
  process.onBug((error) => log.error('a bug, please report it', { error: errorText(error, process) }))
  requireOneMember(flags)
  const compaction = compactionOf(flags)
  const dataDirectory = absolute(flags.dataDir ?? `${flags.name}.etcd`, process)
  const listenUrls = (flags.listenClientUrls ?? ['https://localhost:2379']).map(parseEtcdUrl)
  const httpUrls = (flags.listenClientHttpUrls ?? []).map(parseEtcdUrl)
  const metricsUrls = (flags.listenMetricsUrls ?? []).map(parseEtcdUrl)
  const stopping = new AbortController()
  using _signals = process.onStop(() => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
  const disk = flags.unsafeNoFsync ? withoutSync(realDisk) : realDisk
  const tls = await tlsFor(flags, [...listenUrls, ...httpUrls], dataDirectory, process)
  if (tls === undefined && metricsUrls.some((url) => url.protocol === 'https:')) throw new UserError(noTlsForMetrics)
  const store = await openStore(disk, dataDirectory, log)
  await using _store = { [Symbol.asyncDispose]: () => store.close() }
  const clientUrls = flags.advertiseClientUrls ?? listenUrls.map((url) => url.origin)
  const member = new Member({
    store,
    clock: realClock,
    log,
    name: flags.name,
    clusterToken: flags.initialClusterToken,
    peerUrls: flags.initialAdvertisePeerUrls,
    clientUrls,
    requestBytesMax: flags.maxRequestBytes,
    transactionOpsMax: flags.maxTxnOps,
    quotaBytes: flags.quotaBackendBytes,
    commandLine: globalThis.process.argv,
    residentBytes: () => process.residentBytes(),
    watchProgressMs: flags.experimentalWatchProgressNotifyInterval ?? flags.watchProgressNotifyInterval,
  })
  const own = httpUrls.length === 0 ? 'grpc+http' : 'grpc'
  const addresses: readonly EtcdAddress[] = [
    ...listenUrls.map((url) => ({ ...addressOf(url, tls, flags), traffic: own }) as const),
    ...httpUrls.map((url) => ({ ...addressOf(url, tls, flags), traffic: 'http' }) as const),
    ...metricsUrls.map((url) => ({ ...addressOf(url, tls, flags), traffic: 'metrics' }) as const),
  ]
  const { cors, hostWhitelist } = flags
  const server = await startEtcdServer(member, addresses, { cors, hostWhitelist, ...(compaction && { autoCompaction: compaction }) })
  log.info('published local member to cluster through raft', {
    'local-member-id': member.memberId.toString(16),
    'cluster-id': member.clusterId.toString(16),
    'data-dir': dataDirectory,
  })
  log.info('ready to serve client requests', { version: etcdVersion })
  for (const [index, url] of [...listenUrls, ...httpUrls].entries()) {
    const served = { traffic: addresses[index]?.traffic, address: `${url.hostname}:${server.ports[index]}` }
    if (url.protocol === 'https:') log.info('serving client traffic securely', served)
    else log.info('serving client traffic insecurely; this is strongly discouraged!', served)
  }
  await new Promise<void>((resolve) => {
    if (stopping.signal.aborted) resolve()
    stopping.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  log.info('closing etcd server', { name: flags.name })
  await server.close({ graceMs })
}

function requireOneMember(flags: EtcdFlags): void {
  const members = flags.initialCluster?.split(',').filter((member) => member.trim() !== '') ?? []
  if (members.length > 1) {
    throw new UserError(
      `--initial-cluster names ${members.length} members, and t8s etcd is a cluster of one: for several members run etcd itself, and point \`--etcd-servers\` at it`,
    )
  }
  if (members.length === 1 && !members[0]?.startsWith(`${flags.name}=`))
    throw new UserError(`--initial-cluster must name this member: ${flags.name}=URL, not "${members[0]}"`)
  if (flags.initialClusterState !== 'new' && flags.initialClusterState !== 'existing')
    throw new UserError(`--initial-cluster-state must be new or existing, not "${flags.initialClusterState}"`)
}

function addressOf(url: URL, tls: TlsOptions | undefined, flags: EtcdFlags): EtcdAddress {
  const [host, port] = [hostOf(url), portOf(url)]
  if (url.protocol === 'http:' || tls === undefined) return { host, port }
  return { host, port, tls: { ...tls, demandsClientCertificate: flags.clientCertAuth } }
}

async function tlsFor(
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
  const clientCa = flags.trustedCaFile === undefined ? undefined : [await read(flags.trustedCaFile)]
  if (flags.certFile !== undefined && flags.keyFile !== undefined) {
    const pair = { cert: await read(flags.certFile), key: await read(flags.keyFile) }
    return clientCa === undefined ? pair : { ...pair, clientCa }
  }
  if (!urls.some((url) => url.protocol === 'https:')) return undefined
  const directory = `${dataDirectory}/tls`
  const place = { disk: realDisk, directory, nowMs: realClock.now(), random: realRandom }
  const made = await etcdCertificates(place, flags.name, process.hostName, urls)
  process.print(`${etcdctlLine(urls, directory)}\n`)
  return clientCa === undefined ? made : { ...made, clientCa }
}

/** etcd forgets nothing by itself: the past is kept until it is compacted, and counts against the quota until then. */
function openStore(disk: Disk, directory: string, log: Log): Promise<EmbeddedStore> {
  return openEmbeddedStore({
    disk,
    directory: `${directory}/member`,
    clock: realClock,
    log,
    historyMsMax: Number.POSITIVE_INFINITY,
    historyBytesMax: Number.POSITIVE_INFINITY,
  })
}

function compactionOf(flags: EtcdFlags): CompactorOptions | undefined {
  const { autoCompactionMode: mode, autoCompactionRetention: retention } = flags
  if (mode !== 'periodic' && mode !== 'revision') throw new UserError(`--auto-compaction-mode must be periodic or revision, not "${mode}"`)
  if (/^0[a-z]*$/.test(retention)) return undefined
  if (mode === 'revision') {
    if (/^\d+$/.test(retention)) return { mode, revisions: Number(retention) }
    throw new UserError(`--auto-compaction-retention must be a number of revisions, not "${retention}"`)
  }
  // A bare number is hours.
  if (/^\d+$/.test(retention)) return { mode, periodMs: Number(retention) * 3_600_000 }
  try {
    return { mode, periodMs: durationMs(retention) }
  } catch {
    throw new UserError(`--auto-compaction-retention must be a duration such as 10m or 1h30m, not "${retention}"`)
  }
}

/** Lines as etcd's logger writes them. */
function logOn(process: ProcessDoor, level: string): Log {
  const lowest = levels.indexOf(level as LogLevel)
  if (lowest < 0) throw new UserError(`--log-level must be one of ${levels.join(', ')}, not "${level}"`)
  return logTo((one, message, fields) => {
    if (levels.indexOf(one) < lowest) return
    const told = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? errorText(value, process) : value]),
    )
    process.complain(`${JSON.stringify({ level: one, ts: new Date(realClock.now()).toISOString(), msg: message, ...told })}\n`)
  })
}
