/**
 * The flags of `t8s etcd`, as data: etcd's own names and defaults. Three kinds: those that mean here what they mean there; those that steer
 * what a single member without peers does not have, accepted so that a command line or a manifest written for etcd works, without
 * effect; and everything else, refused. Go's flags take `--flag=true` where ours take nothing, so booleans take an optional word.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationProblem, parseGoDuration } from '../../apimachinery/go-duration.ts'

export interface EtcdFlags {
  readonly name: string
  readonly dataDir?: string
  readonly listenClientUrls?: readonly string[]
  readonly advertiseClientUrls?: readonly string[]
  readonly listenClientHttpUrls?: readonly string[]
  readonly listenMetricsUrls?: readonly string[]
  readonly listenPeerUrls: readonly string[]
  readonly initialAdvertisePeerUrls: readonly string[]
  readonly initialCluster?: string
  readonly initialClusterToken: string
  readonly initialClusterState: string
  readonly certFile?: string
  readonly keyFile?: string
  readonly trustedCaFile?: string
  readonly clientCertAuth: boolean
  readonly clientCrlFile?: string
  readonly cipherSuites?: readonly string[]
  readonly tlsMinVersion: string
  readonly tlsMaxVersion: string
  readonly cors: readonly string[]
  readonly hostWhitelist: readonly string[]
  readonly snapshotCount: number
  readonly autoCompactionMode: string
  readonly autoCompactionRetention: string
  readonly quotaBackendBytes: number
  readonly maxRequestBytes: number
  readonly maxTxnOps: number
  readonly watchProgressNotifyInterval: number
  readonly experimentalWatchProgressNotifyInterval?: number
  readonly unsafeNoFsync: boolean
  readonly forceNewCluster: boolean
  readonly logLevel: string
  readonly printVersion: boolean
  readonly configFile?: string
  // Without effect, but for a word about them.
  readonly autoTls?: unknown
  readonly maxSnapshots?: unknown
  readonly v2Deprecation?: unknown
}

export const snapshotCountDefault = 10_000

/** Flags that have nothing to steer here: peers, elections, the database file, profiling. */
const withoutEffect = [
  'wal-dir <directory>',
  'max-snapshots <count>',
  'max-wals <count>',
  'heartbeat-interval <ms>',
  'election-timeout <ms>',
  'initial-election-tick-advance [bool]',
  'strict-reconfig-check [bool]',
  'pre-vote [bool]',
  'peer-cert-file <file>',
  'peer-key-file <file>',
  'peer-trusted-ca-file <file>',
  'peer-client-cert-auth [bool]',
  'peer-cert-allowed-cn <name>',
  'peer-auto-tls [bool]',
  'auto-tls [bool]',
  'peer-crl-file <file>',
  'logger <name>',
  'log-outputs <list>',
  'log-format <format>',
  'metrics <level>',
  'enable-pprof [bool]',
  'enable-grpc-gateway [bool]',
  'backend-batch-limit <count>',
  'backend-batch-interval <duration>',
  'backend-bbolt-freelist-type <type>',
  'grpc-keepalive-min-time <duration>',
  'grpc-keepalive-interval <duration>',
  'grpc-keepalive-timeout <duration>',
  'max-concurrent-streams <count>',
  'socket-reuse-port [bool]',
  'socket-reuse-address [bool]',
  'feature-gates <list>',
  'corrupt-check-time <duration>',
  'compact-hash-check-time <duration>',
  'compaction-batch-limit <count>',
  'compaction-sleep-interval <duration>',
  'downgrade-check-time <duration>',
  'warning-apply-duration <duration>',
  'warning-unary-request-duration <duration>',
  'memory-mlock [bool]',
  'snapshot-catchup-entries <count>',
  'max-learners <count>',
  'raft-read-timeout <duration>',
  'raft-write-timeout <duration>',
  'auth-token <kind>',
  'auth-token-ttl <seconds>',
  'bcrypt-cost <cost>',
  'bootstrap-defrag-threshold-megabytes <megabytes>',
  'client-cert-file <file>',
  'client-key-file <file>',
  'peer-client-cert-file <file>',
  'peer-client-key-file <file>',
  'peer-cert-allowed-hostname <names>',
  'peer-skip-client-san-verification [bool]',
  'self-signed-cert-validity <years>',
  'enable-log-rotation [bool]',
  'log-rotation-config-json <json>',
  'enable-distributed-tracing [bool]',
  'distributed-tracing-address <address>',
  'distributed-tracing-instance-id <id>',
  'distributed-tracing-sampling-rate <rate>',
  'distributed-tracing-service-name <name>',
  'v2-deprecation <phase>',
  'experimental-bootstrap-defrag-threshold-megabytes <megabytes>',
  'experimental-compact-hash-check-enabled [bool]',
  'experimental-compact-hash-check-time <duration>',
  'experimental-compaction-sleep-interval <duration>',
  'experimental-downgrade-check-time <duration>',
  'experimental-enable-lease-checkpoint-persist [bool]',
  'experimental-memory-mlock [bool]',
  'experimental-snapshot-catch-up-entries <count>',
  'experimental-snapshot-catchup-entries <count>',
  'experimental-stop-grpc-service-on-defrag [bool]',
  'experimental-txn-mode-write-with-shared-buffer [bool]',
  'experimental-warning-unary-request-duration <duration>',
  'experimental-initial-corrupt-check [bool]',
  'experimental-corrupt-check-time <duration>',
  'experimental-compaction-batch-limit <count>',
  'experimental-enable-lease-checkpoint [bool]',
  'experimental-warning-apply-duration <duration>',
  'experimental-peer-skip-client-san-verification [bool]',
] as const

const urls = (text: string): readonly string[] => text.split(',').map((url) => url.trim())
const bool = (text: string | true): boolean => text === true || ['true', '1', 't', 'T', 'TRUE', 'True'].includes(text)

/** Go's durations in parts that a flag here could mean: 10s, 1m30s, 500ms. */
export function durationMs(text: string): number {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text) || durationProblem(text) !== undefined)
    throw new InvalidArgumentError('It must be a duration such as 10m or 1h30m.')
  return Number(parseGoDuration(text)) / 1e6
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** Go's flags have one dash or two. */
export function etcdArguments(argv: readonly string[]): readonly string[] {
  return argv[0] === 'etcd' ? argv.map((word) => (/^-[a-z][a-z-]+(=|$)/.test(word) ? `-${word}` : word)) : argv
}

/** Each flag may come from the environment; the name must be known when the flag is added, or commander never listens for it. Empty is not set, as in Go. */
function optionFromEnvironment(flags: string, description?: string): Option {
  const option = new Option(flags, description)
  const name = `ETCD_${option.name().replaceAll('-', '_').toUpperCase()}`
  return globalThis.process.env[name] === '' ? option : option.env(name)
}

export function addEtcdFlags(command: Command): Command {
  command.createOption = optionFromEnvironment
  command
    .description('serve the store alone, as etcd does: the v3 API over gRPC, a cluster of one member')
    .option('--name <name>', 'name of this member', 'default')
    .option('--data-dir <directory>', 'where to keep the data (default: NAME.etcd)')
    .option(
      '--listen-client-urls <urls>',
      'where clients are served (default: https://localhost:2379, with certificates made in the data directory)',
      urls,
    )
    .option('--advertise-client-urls <urls>', 'the addresses that clients are told (default: what is listened on)', urls)
    .option('--listen-client-http-urls <urls>', 'where HTTP is served instead; the client URLs then serve gRPC alone', urls)
    .option('--listen-metrics-urls <urls>', 'more addresses, for /metrics, /health, /livez and /readyz and nothing else', urls)
    .option('--listen-peer-urls <urls>', 'part of the member ID; nobody is listened to there', urls, ['http://localhost:2380'])
    .option('--initial-advertise-peer-urls <urls>', 'part of the member ID', urls, ['http://localhost:2380'])
    .option('--initial-cluster <members>', 'this member alone; with several, run etcd itself')
    .option('--initial-cluster-token <token>', 'part of the member ID', 'etcd-cluster')
    .option('--initial-cluster-state <state>', 'new; a member cannot join another cluster', 'new')
    .option('--cert-file <file>', 'certificate of the server, PEM')
    .option('--key-file <file>', 'its private key, PEM')
    .option('--trusted-ca-file <file>', 'the authority of client certificates, PEM; nobody without one is served then')
    .option('--client-cert-auth [bool]', 'serve only clients with a certificate of the authority', bool, false)
    .option('--client-crl-file <file>', 'client certificates that are not believed any more: a revocation list')
    .option('--cipher-suites <list>', 'cipher suites of TLS 1.2, by their names in Go', urls)
    .option('--tls-min-version <version>', 'TLS1.2 or TLS1.3', 'TLS1.2')
    .option('--tls-max-version <version>', 'TLS1.2 or TLS1.3', '')
    .option('--cors <origins>', 'origins whose pages may read what HTTP answers', urls, ['*'])
    .option('--host-whitelist <hosts>', 'names that HTTP without TLS may be asked under', urls, ['*'])
    .option('--snapshot-count <count>', 'accepted; our log is snapshotted by its size', count, snapshotCountDefault)
    .option('--auto-compaction-mode <mode>', 'periodic or revision', 'periodic')
    .option('--auto-compaction-retention <retention>', 'how much past to keep: hours or a duration, or revisions; 0: all', '0')
    .option('--quota-backend-bytes <bytes>', 'beyond so much data writes are refused; 0: 2 GB', count, 0)
    .option('--max-request-bytes <bytes>', 'largest request', count, 1_572_864)
    .option('--max-txn-ops <count>', 'most operations in a transaction', count, 128)
    .option(
      '--watch-progress-notify-interval <duration>',
      'how often a quiet watch that asks for it is told the revision',
      durationMs,
      600_000,
    )
    .addOption(
      optionFromEnvironment('--experimental-watch-progress-notify-interval <duration>', 'its older name').argParser(durationMs).hideHelp(),
    )
    .option('--unsafe-no-fsync [bool]', 'do not wait for the disk: faster, and a power cut may take back what was answered', bool, false)
    .option('--force-new-cluster [bool]', 'accepted; there is no other cluster', bool, false)
    .option('--config-file <file>', "etcd's configuration file, YAML; other flags are passed over then, as etcd does")
    .option('--log-level <level>', 'debug, info, warn, error', 'info')
    .addHelpText(
      'after',
      `
Flags may also be given in the environment: ETCD_LISTEN_CLIENT_URLS for --listen-client-urls.
For etcd's other flags: those that steer peers, elections or the database file are accepted and have no effect.

Examples:
  t8s etcd                                                        TLS on localhost:2379; prints what etcdctl needs
  t8s etcd --listen-client-urls http://127.0.0.1:2379             without TLS, on loopback
  t8s etcd --auto-compaction-mode periodic --auto-compaction-retention 1h`,
    )
  command.addOption(new Option('--print-version', 'for bin/etcd, where --version means the version of etcd').default(false).hideHelp())
  for (const flags of withoutEffect) command.addOption(optionFromEnvironment(`--${flags}`).hideHelp())
  return command
}
