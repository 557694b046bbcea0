/**
 * What the API server counts besides requests: who was let in, what admission took, what was written to the store, what watches
 * sent. One value that is handed around, so that nothing registers itself.
 */
import { Family, HistogramFamily } from '../../std/metrics.ts'

const storeSeconds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const admissionSeconds = [0.005, 0.025, 0.1, 0.5, 1, 2.5]
const watchBytes = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072]

export class ServerMetrics {
  readonly admission = new HistogramFamily(
    'apiserver_admission_controller_admission_duration_seconds',
    '[STABLE] Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
    ['name', 'operation', 'rejected', 'type'],
    admissionSeconds,
  )
  readonly admissionStep = new HistogramFamily(
    'apiserver_admission_step_admission_duration_seconds',
    '[STABLE] Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
    ['operation', 'rejected', 'type'],
    admissionSeconds,
  )
  readonly deprecated = new Family(
    'apiserver_requested_deprecated_apis',
    'gauge',
    '[STABLE] Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
    ['group', 'removed_release', 'resource', 'subresource', 'version'],
  )
  readonly watchEvents = new Family('apiserver_watch_events_total', 'counter', '[ALPHA] Number of events sent in watch clients', [
    'group',
    'resource',
    'version',
  ])
  readonly watchEventSizes = new HistogramFamily(
    'apiserver_watch_events_sizes',
    '[ALPHA] Watch event size distribution in bytes',
    ['group', 'resource', 'version'],
    watchBytes,
  )
  readonly authentications = new Family('authentication_attempts', 'counter', '[ALPHA] Counter of authenticated attempts.', ['result'])
  readonly authorizations = new Family(
    'authorization_attempts_total',
    'counter',
    "[ALPHA] Counter of authorization attempts broken down by result. It can be either 'allowed', 'denied', 'no-opinion' or 'error'.",
    ['result'],
  )
  readonly storeSeconds = new HistogramFamily(
    'etcd_request_duration_seconds',
    '[ALPHA] Etcd request latency in seconds for each operation and object type.',
    ['group', 'operation', 'resource'],
    storeSeconds,
  )
  readonly storeRequests = new Family('etcd_requests_total', 'counter', '[ALPHA] Etcd request counts for each operation and object type.', [
    'group',
    'operation',
    'resource',
  ])
  readonly audits = new Family(
    'apiserver_audit_event_total',
    'counter',
    '[ALPHA] Counter of audit events generated and sent to the audit backend.',
  )
  readonly auditRejections = new Family(
    'apiserver_audit_requests_rejected_total',
    'counter',
    '[ALPHA] Counter of apiserver requests rejected due to an error in audit logging backend.',
  )
  // Looked up once: every request counts here.
  readonly loggedIn = this.authentications.of('success')
  readonly notLoggedIn = this.authentications.of('error')
  readonly allowed = this.authorizations.of('allowed')
  readonly refused = this.authorizations.of('no-opinion')

  constructor() {
    this.audits.of()
    this.auditRejections.of()
  }

  text(): readonly string[] {
    return [
      this.admission,
      this.admissionStep,
      this.deprecated,
      this.watchEvents,
      this.watchEventSizes,
      this.authentications,
      this.authorizations,
      this.storeSeconds,
      this.storeRequests,
      this.audits,
      this.auditRejections,
    ].map((family) => family.text())
  }
}
