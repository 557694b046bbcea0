/**
 * Metrics under etcd's names: those that dashboards and alerts for etcd look at first, and counts of calls as grpc-prometheus names them.
 */
import { Counter, Gauge, Registry } from 'prom-client'
import type { HttpResponse } from '../wire/http.ts'
import type { Health } from './health.ts'
import { clusterVersion, etcdVersion, type Member } from './member.ts'

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
  /** Calls by path and code; turned into a page only when somebody looks. */
  readonly #calls = new Map<string, Map<number, number>>()

  constructor(member: Member, health: Health) {
    this.#member = member
    this.#health = health
  }

  readonly count = (path: string, code: number): void => {
    let byCode = this.#calls.get(path)
    if (byCode === undefined) this.#calls.set(path, (byCode = new Map()))
    byCode.set(code, (byCode.get(code) ?? 0) + 1)
  }

  page(): HttpResponse {
    const registry = this.#registry()
    return {
      status: 200,
      headers: { 'content-type': registry.contentType },
      body: async (sink) => sink.write(await registry.metrics()),
    }
  }

  #registry(): Registry {
    const registry = new Registry()
    const { store, options } = this.#member
    const { keys, watches, leases, logBytes, snapshotBytes } = store.stats()
    const gauge = (name: string, help: string, value: number): void => {
      new Gauge({ name, help, registers: [registry] }).set(value)
    }
    gauge('etcd_server_has_leader', 'Whether or not a leader exists. 1 is existence, 0 is not.', 1)
    gauge('etcd_server_is_leader', 'Whether or not this member is a leader. 1 if is, 0 otherwise.', 1)
    gauge('etcd_server_quota_backend_bytes', 'Current backend storage quota size in bytes.', this.#member.quotaBytes)
    gauge('etcd_server_proposals_committed_total', 'The total number of consensus proposals committed.', store.revision)
    gauge('etcd_server_proposals_applied_total', 'The total number of consensus proposals applied.', store.revision)
    gauge('etcd_server_health_success', 'The total number of successful health checks', this.#health.answered.success)
    gauge('etcd_server_health_failures', 'The total number of failed health checks', this.#health.answered.failure)
    gauge('etcd_debugging_mvcc_keys_total', 'Total number of keys.', keys)
    gauge('etcd_debugging_mvcc_current_revision', 'The current revision of store.', store.revision)
    gauge('etcd_debugging_mvcc_compact_revision', 'The revision of the last compaction in store.', store.compactedRevision)
    gauge('etcd_debugging_mvcc_watcher_total', 'Total number of watchers.', watches)
    gauge('etcd_debugging_lease_granted_total', 'The total number of granted leases.', leases)
    gauge(
      'etcd_mvcc_db_total_size_in_bytes',
      'Total size of the underlying database physically allocated in bytes.',
      Math.max(logBytes + snapshotBytes, store.memoryBytes),
    )
    gauge('etcd_mvcc_db_total_size_in_use_in_bytes', 'Total size of the underlying database logically in use in bytes.', store.memoryBytes)
    if (options.residentBytes !== undefined)
      gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', options.residentBytes())
    const versions = [
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
    ] as const
    for (const [name, help, label, value] of versions) {
      new Gauge({ name, help, labelNames: [label], registers: [registry] }).set({ [label]: value }, 1)
    }
    const handled = new Counter({
      name: 'grpc_server_handled_total',
      help: 'Total number of RPCs completed on the server, regardless of success or failure.',
      labelNames: ['grpc_code', 'grpc_method', 'grpc_service'],
      registers: [registry],
    })
    for (const [path, byCode] of this.#calls) {
      const [, service = '', method = ''] = path.split('/')
      for (const [code, count] of byCode) {
        handled.inc({ grpc_code: codeNames[code] ?? 'Unknown', grpc_method: method, grpc_service: service }, count)
      }
    }
    return registry
  }
}
