/**
 * /metrics in Prometheus' text format, under the names that dashboards know: what was counted while serving (apiserver/metrics), and what is
 * looked up when somebody asks, objects of each kind, the build, this process.
 */

import { Family } from '../../std/metrics.ts'
import { processMetrics } from '../../std/process-metrics.ts'
import { prefixRange } from '../../store/store.ts'
import type { HttpResponse } from '../../wire/http.ts'
import { answer } from '../response/respond.ts'
import type { RequestContext, Server } from '../server-parts.ts'
import { versionInfo } from './version.ts'

const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

export async function metrics(context: RequestContext): Promise<HttpResponse> {
  const { server } = context
  const families = [
    ...server.requests.text(server.clock.monotonicMs()),
    ...server.metrics.text(),
    ...(server.flows?.text() ?? []),
    ...server.moreMetrics(),
    ...(await objects(server)),
    ...watchCaches(server),
    buildInfo(server.flags.gitVersion),
    featureGates(server),
    ...processMetrics(),
  ]
  // Each begins with "# HELP name".
  const body = families.filter((text) => text !== '').sort((a, b) => (a < b ? -1 : 1))
  return answer(context, 200, metricsType, body.join(''))
}

/** /metrics/slis: how health checks went. */
export function levelMetrics(context: RequestContext): HttpResponse {
  const { health, healthChecks } = context.server.metrics
  const started = processMetrics().filter((text) => text.startsWith('# HELP process_start_time_seconds'))
  return answer(context, 200, metricsType, [health.text(), healthChecks.text(), ...started].join(''))
}

async function objects({ store, catalog }: Server): Promise<string[]> {
  const help = 'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.'
  const old = '[STABLE] [DEPRECATED, consider using apiserver_resource_objects instead]'
  const byName = new Family('apiserver_storage_objects', 'gauge', `${old} ${help}`, ['resource'])
  const byGroup = new Family('apiserver_resource_objects', 'gauge', `[ALPHA] ${help}`, ['group', 'resource'])
  for (const { kind, prefix, groupResource } of catalog.stores()) {
    if (kind.isVirtual) continue
    const { count } = await store.range(prefixRange(prefix), { countOnly: true })
    const { group, resource } = groupResource
    byName.of(group === '' ? resource : `${resource}.${group}`).value = count
    byGroup.of(group, resource).value = count
  }
  return [byName.text(), byGroup.text()]
}

/** Of each resource that somebody watches. Events leave in the turn in which they come. */
function watchCaches({ channels }: Server): string[] {
  const labels = ['group', 'resource']
  const counter = (name: string, what: string): Family => {
    return new Family(`apiserver_watch_cache_${name}_total`, 'counter', `[ALPHA] Counter of ${what} broken by resource type.`, labels)
  }
  const dispatched = counter('events_dispatched', 'events dispatched in watch cache')
  const received = counter('events_received', 'events received in watch cache')
  const opened = counter('initializations', 'watch cache initializations')
  const revision = '[ALPHA] Current resource version of watch cache broken by resource type.'
  const revisions = new Family('apiserver_watch_cache_resource_version', 'gauge', revision, labels)
  const capacity = new Family('watch_cache_capacity', 'gauge', '[ALPHA] Total capacity of watch cache broken by resource type.', labels)
  for (const [{ groupResource }, traffic] of channels.traffic) {
    const { group, resource } = groupResource
    if (traffic.events > 0) for (const family of [dispatched, received]) family.of(group, resource).value = traffic.events
    opened.of(group, resource).value = traffic.opened
    revisions.of(group, resource).value = traffic.revision
    capacity.of(group, resource).value = traffic.capacity
  }
  return [dispatched, received, opened, revisions, capacity].map((family) => family.text())
}

/** Every component has it. */
export function buildInfo(version: string): string {
  const info = versionInfo(version)
  const help =
    "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running."
  const labels = ['build_date', 'compiler', 'git_commit', 'git_tree_state', 'git_version', 'go_version', 'major', 'minor', 'platform']
  const family = new Family('kubernetes_build_info', 'gauge', help, labels)
  const { buildDate, compiler, gitCommit, gitTreeState, gitVersion, goVersion, major, minor, platform } = info
  family.of(buildDate, compiler, gitCommit, gitTreeState, gitVersion, goVersion, major, minor, platform).value = 1
  return family.text()
}

function featureGates({ gates }: Server): string {
  const help = '[BETA] This metric records the data about the stage and enablement of a k8s feature.'
  const family = new Family('kubernetes_feature_enabled', 'gauge', help, ['name', 'stage'])
  for (const { name, stage, isOn } of gates.all()) family.of(name, stage === 'stable' ? '' : stage.toUpperCase()).value = isOn ? 1 : 0
  return family.text()
}
