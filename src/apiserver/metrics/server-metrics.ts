/**
 * What the API server counts besides requests: who was let in, what admission took, what was written to the store, what watches
 * sent. One value that is handed around, so that nothing registers itself.
 */
import type { GroupResource } from '../../apimachinery/status-error.ts'
import { Family, type Histogram, HistogramFamily, type Series } from '../../std/metrics.ts'

const storeSeconds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60]
const admissionSeconds = [0.005, 0.025, 0.1, 0.5, 1, 2.5]
const watchBytes = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072]

/** What is read of one resource. */
export interface ReadSeries {
  readonly requests: Series
  readonly seconds: Histogram
}
export interface ListSeries extends ReadSeries {
  readonly lists: Series
  readonly fetched: Series
  readonly returned: Series
}

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
  readonly #lists = new Family('apiserver_cache_list_total', 'counter', '[ALPHA] Number of LIST requests served from watch cache', [
    'group',
    'index',
    'resource',
  ])
  readonly #listFetched = new Family(
    'apiserver_cache_list_fetched_objects_total',
    'counter',
    '[ALPHA] Number of objects read from watch cache in the course of serving a LIST request',
    ['group', 'index', 'resource'],
  )
  readonly #listReturned = new Family(
    'apiserver_cache_list_returned_objects_total',
    'counter',
    '[ALPHA] Number of objects returned for a LIST request from watch cache',
    ['group', 'resource'],
  )
  /** By identity: every read looks here. */
  readonly #getsOf = new Map<GroupResource, ReadSeries>()
  readonly #listsOf = new Map<GroupResource, ListSeries>()
  /** Shown apart, at /metrics/slis. */
  readonly health = new Family('kubernetes_healthcheck', 'gauge', '[STABLE] This metric records the result of a single healthcheck.', [
    'name',
    'type',
  ])
  readonly healthChecks = new Family(
    'kubernetes_healthchecks_total',
    'counter',
    '[STABLE] This metric records the results of all healthcheck.',
    ['name', 'status', 'type'],
  )
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

  getsOf(resource: GroupResource): ReadSeries {
    let found = this.#getsOf.get(resource)
    if (found === undefined) this.#getsOf.set(resource, (found = this.#readsOf(resource, 'get')))
    return found
  }

  /** Lists come out of memory, and count as upstream's out of its cache, too. */
  listsOf(groupResource: GroupResource): ListSeries {
    let found = this.#listsOf.get(groupResource)
    if (found === undefined) {
      const { group, resource } = groupResource
      found = {
        ...this.#readsOf(groupResource, 'list'),
        lists: this.#lists.of(group, '', resource),
        fetched: this.#listFetched.of(group, '', resource),
        returned: this.#listReturned.of(group, resource),
      }
      this.#listsOf.set(groupResource, found)
    }
    return found
  }

  #readsOf({ group, resource }: GroupResource, operation: 'get' | 'list'): ReadSeries {
    return { requests: this.storeRequests.of(group, operation, resource), seconds: this.storeSeconds.of(group, operation, resource) }
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
      this.#lists,
      this.#listFetched,
      this.#listReturned,
      this.audits,
      this.auditRejections,
    ].map((family) => family.text())
  }
}
