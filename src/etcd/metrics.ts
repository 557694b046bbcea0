/**
 * Metrics under etcd's names: those that dashboards and alerts for etcd look at first, and counts of calls as grpc-prometheus names them.
 */
import { Family, type HistogramFamily } from '../std/metrics.ts'
import type { GrpcMethod } from '../wire/grpc-server.ts'
import type { HttpResponse } from '../wire/http.ts'
import type { Health } from './health.ts'
import { clusterVersion, etcdVersion, type Member } from './member.ts'

type MetricFamily = Family | HistogramFamily

const codeNames = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const

export class EtcdMetrics {
  readonly #member: Member
  readonly #health: Health
  readonly #kinds: ReadonlyMap<string, GrpcMethod['kind']>
  /** Calls by path and code; turned into a page only when somebody looks. */
  readonly #calls = new Map<string, Map<number, number>>()

  constructor(member: Member, health: Health, methods: ReadonlyMap<string, GrpcMethod>) {
    this.#kinds = new Map(Array.from(methods, ([path, { kind }]) => [path, kind]))
    this.#member = member
    this.#health = health
  }

  readonly count = (path: string, code: number): void => {
    let byCode = this.#calls.get(path)
    if (byCode === undefined) this.#calls.set(path, (byCode = new Map()))
    byCode.set(code, (byCode.get(code) ?? 0) + 1)
  }

  page(): HttpResponse {
    const families: MetricFamily[] = []
    this.#addMember(families)
    this.#addStore(families)
    this.#addHealth(families)
    families.push(this.#member.counts.disk)
    this.#addCalls(families)
    return {
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: families.map((family) => family.text()).join(''),
    }
  }

  #addMember(families: MetricFamily[]): void {
    const { store, options, memberId } = this.#member
    const gauge = adder('gauge', families)
    const counter = adder('counter', families)
    gauge('etcd_server_has_leader', 'Whether or not a leader exists. 1 is existence, 0 is not.', 1)
    gauge('etcd_server_is_leader', 'Whether or not this member is a leader. 1 if is, 0 otherwise.', 1)
    gauge('etcd_server_is_learner', 'Whether or not this member is a learner. 1 if is, 0 otherwise.', 0)
    counter('etcd_server_leader_changes_seen_total', 'The number of leader changes seen.', 1)
    gauge('etcd_server_quota_backend_bytes', 'Current backend storage quota size in bytes.', this.#member.quotaBytes)
    gauge('etcd_server_proposals_committed_total', 'The total number of consensus proposals committed.', store.revision)
    gauge('etcd_server_proposals_applied_total', 'The total number of consensus proposals applied.', store.revision)
    gauge('etcd_server_proposals_pending', 'The current number of pending proposals to commit.', 0)
    counter('etcd_server_proposals_failed_total', 'The total number of failed proposals seen.', 0)
    const id = memberId.toString(16)
    for (const [name, help, label, value] of [
      [
        'etcd_server_version',
        "Which version is running. 1 for 'server_version' label with current version.",
        'server_version',
        etcdVersion,
      ],
      [
        'etcd_cluster_version',
        "Which version is running. 1 for 'cluster_version' label with current cluster version",
        'cluster_version',
        clusterVersion.replace(/\.\d+$/, ''),
      ],
      ['etcd_server_id', "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.", 'server_id', id],
    ] as const)
      added(families, new Family(name, 'gauge', help, [label])).of(value).value = 1
    if (options.residentBytes !== undefined)
      gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', options.residentBytes())
  }

  #addStore(families: MetricFamily[]): void {
    const { store, counts } = this.#member
    const { watches, logBytes, snapshotBytes } = store.stats()
    const gauge = adder('gauge', families)
    const counter = adder('counter', families)
    counter('etcd_mvcc_put_total', 'Total number of puts seen by this member.', counts.puts)
    counter('etcd_mvcc_delete_total', 'Total number of deletes seen by this member.', counts.deletes)
    counter('etcd_mvcc_range_total', 'Total number of ranges seen by this member.', counts.ranges)
    counter('etcd_mvcc_txn_total', 'Total number of txns seen by this member.', counts.transactions)
    const { count: keys } = store.range({ start: '\0', end: '\0' }, { countOnly: true })
    gauge('etcd_debugging_mvcc_keys_total', 'Total number of keys.', keys)
    gauge('etcd_debugging_mvcc_current_revision', 'The current revision of store.', store.revision)
    // Never compacted is -1 to etcd; our history begins as if compacted to 1.
    const compacted = store.compactedRevision === 1 ? -1 : store.compactedRevision
    gauge('etcd_debugging_mvcc_compact_revision', 'The revision of the last compaction in store.', compacted)
    gauge('etcd_debugging_mvcc_watcher_total', 'Total number of watchers.', watches)
    counter('etcd_debugging_lease_granted_total', 'The total number of granted leases.', counts.leases.granted)
    counter('etcd_debugging_lease_revoked_total', 'The total number of revoked leases.', counts.leases.revoked)
    counter('etcd_debugging_lease_renewed_total', 'The number of renewed leases seen by the leader.', counts.leases.renewed)
    gauge(
      'etcd_mvcc_db_total_size_in_bytes',
      'Total size of the underlying database physically allocated in bytes.',
      Math.max(logBytes + snapshotBytes, store.memoryBytes),
    )
    gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Total size of the underlying database logically in use in bytes.', store.memoryBytes)
  }

  #addHealth(families: MetricFamily[]): void {
    const { answered, checked } = this.#health
    const counter = adder('counter', families)
    counter('etcd_server_health_success', 'The total number of successful health checks', answered.success)
    counter('etcd_server_health_failures', 'The total number of failed health checks', answered.failure)
    const last = added(
      families,
      new Family('etcd_server_healthcheck', 'gauge', 'The result of each kind of healthcheck.', ['name', 'type']),
    )
    const help = 'The total number of each kind of healthcheck.'
    const all = added(families, new Family('etcd_server_healthchecks_total', 'counter', help, ['name', 'status', 'type']))
    for (const { type, name, isWell, counts } of checked.values()) {
      last.of(name, type).value = isWell ? 1 : 0
      for (const [status, count] of Object.entries(counts)) if (count > 0) all.of(name, status, type).value = count
    }
  }

  #addCalls(families: MetricFamily[]): void {
    const labels = ['grpc_code', 'grpc_method', 'grpc_service', 'grpc_type']
    const help = 'Total number of RPCs completed on the server, regardless of success or failure.'
    const handled = added(families, new Family('grpc_server_handled_total', 'counter', help, labels))
    for (const [path, kind] of this.#kinds) {
      const [, service = '', method = ''] = path.split('/')
      const type = kind === 'unary' ? 'unary' : (serverStreams[method] ?? 'bidi_stream')
      // From zero on, so that the first failure is an increase. Labels are in the order of their names, as etcd shows them.
      handled.of('OK', method, service, type)
      for (const [code, count] of this.#calls.get(path) ?? [])
        handled.of(codeNames[code] ?? 'Unknown', method, service, type).value += count
    }
  }
}

const serverStreams: Readonly<Record<string, string>> = { Snapshot: 'server_stream', Observe: 'server_stream' }

function added(families: MetricFamily[], family: Family): Family {
  families.push(family)
  return family
}

function adder(kind: 'gauge' | 'counter', families: MetricFamily[]) {
  return (name: string, help: string, value: number): void => {
    added(families, new Family(name, kind, help)).of().value = value
  }
}
