/**
 * `t8s etcd`: the store alone behind etcd's API, until it is told to stop. It starts, refuses and ends in etcd's words, which scripts and test
 * harnesses look for; how they are written is in `etcd-log.ts`.
 */

import type { CompactorOptions } from '../../etcd/compactor.ts'
import { Counts } from '../../etcd/counts.ts'
import { etcdVersion, Member } from '../../etcd/member.ts'
import { type EtcdAddress, startEtcdServer } from '../../etcd/server.ts'
import { untilAborted } from '../../std/abort.ts'
import { realClock } from '../../std/clock.ts'
import type { Disk } from '../../std/disk.ts'
import type { Log } from '../../std/log.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realDisk } from '../../std/real-disk.ts'
import { timed } from '../../std/timed-disk.ts'
import { withoutSync } from '../../std/unsynced-disk.ts'
import type { EmbeddedStore } from '../../store/embedded.ts'
import { openEmbeddedStore } from '../../store/embedded.ts'
import type { TlsOptions } from '../../wire/http-server.ts'
import { errorText } from '../error-text.ts'
import { hostOf, parseEtcdUrl, portOf } from '../etcd-front.ts'
import { absolute, UserError } from '../places.ts'
import { version } from '../version.ts'
import { flagsFromFile } from './etcd-config-file.ts'
import { durationMs, type EtcdFlags, snapshotCountDefault } from './etcd-flags.ts'
import { logOn } from './etcd-log.ts'
import { tlsFor } from './etcd-tls.ts'

const graceMs = 1000
const noTlsForMetrics = 'client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url'

export async function etcd(given: EtcdFlags, process: ProcessDoor): Promise<void> {
  const flags = given.configFile === undefined ? given : await flagsFromFile(absolute(given.configFile, process))
  if (flags.printVersion) return process.print(`etcd Version: ${etcdVersion}\nTypernetes: ${version}\n`)
  process.rename('etcd')
  const log = logOn(process, flags.logLevel)
  warnOfOld(flags, log)
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
  await requireOurs(dataDirectory)
  const counts = new Counts()
  const disk = flags.unsafeNoFsync ? withoutSync(realDisk) : timed(realDisk, realClock, counts.onDurable)
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
    counts,
    commandLine: globalThis.process.argv,
    residentBytes: () => process.residentBytes(),
    watchProgressMs: flags.experimentalWatchProgressNotifyInterval ?? flags.watchProgressNotifyInterval,
  })
  const own = httpUrls.length === 0 ? 'grpc+http' : 'grpc'
  const addresses: readonly EtcdAddress[] = [
    ...listenUrls.map((url) => ({ ...addressOf(url, tls), traffic: own }) as const),
    ...httpUrls.map((url) => ({ ...addressOf(url, tls), traffic: 'http' }) as const),
    ...metricsUrls.map((url) => ({ ...addressOf(url, tls), traffic: 'metrics' }) as const),
  ]
  const { cors, hostWhitelist } = flags
  const serverOptions = { cors, hostWhitelist, ...(compaction && { autoCompaction: compaction }) }
  const server = await startEtcdServer(member, addresses, serverOptions).catch((error: unknown) => {
    throw inGosWords(error)
  })
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
  await untilAborted(stopping.signal)
  log.info('closing etcd server', { name: flags.name })
  await server.close({ graceMs })
}

/** The wording of the system's refusals is what scripts look for. */
function inGosWords(error: unknown): unknown {
  const { code, address, port } = error as { readonly code?: unknown; readonly address?: string; readonly port?: number }
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'address already in use',
    EADDRNOTAVAIL: 'cannot assign requested address',
    EACCES: 'permission denied',
  }
  const reason = reasons[String(code)]
  const at = address?.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  return reason === undefined ? error : new UserError(`listen tcp ${at}: bind: ${reason}`)
}

/** Beside etcd's own files ours would begin empty, and nobody would notice before the old data is missed. */
async function requireOurs(directory: string): Promise<void> {
  const [snapshots, log] = await Promise.all([realDisk.list(`${directory}/member/snap`), realDisk.list(`${directory}/member/wal`)])
  if (!snapshots.includes('db') && !log.some((name) => /^[0-9a-f]{16}-[0-9a-f]{16}\.wal$/.test(name))) return
  throw new UserError(
    `Data directory "${directory}" holds a database of etcd itself, which t8s does not read in place: ` +
      `\`t8s snapshot restore ${directory}/member/snap/db --skip-hash-check --data-dir NEW\` takes it over once that etcd is stopped`,
  )
}

/** etcd 3.6 warns of these itself. */
function warnOfOld(flags: EtcdFlags, log: Log): void {
  const old = (name: string, end: string) => log.warn(`--${name} is deprecated ${end}`)
  if (flags.snapshotCount !== snapshotCountDefault) old('snapshot-count', 'in 3.6 and will be decommissioned in 3.7.')
  if (flags.maxSnapshots !== undefined) old('max-snapshots', 'in 3.6 and will be decommissioned in 3.7.')
  if (flags.v2Deprecation !== undefined)
    old('v2-deprecation', 'and scheduled for removal in v3.8. The default value is enforced, ignoring user input.')
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

function addressOf(url: URL, tls: TlsOptions | undefined): EtcdAddress {
  // Both addresses of localhost are tried by clients, and where Go listens it is the first that is IPv4.
  const host = url.hostname === 'localhost' ? '127.0.0.1' : hostOf(url)
  const port = portOf(url)
  if (url.protocol === 'http:' || tls === undefined) return { host, port }
  return { host, port, tls }
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
