/**
 * What etcd answers over plain HTTP: health, metrics, and on the addresses of clients its version and variables. Texts, headers and status
 * codes are etcd's, because probes and scripts compare them.
 */
import type { HttpRequest, HttpResponse } from '../wire/http.ts'
import type { Health } from './health.ts'
import { clusterVersion, etcdVersion, type Member } from './member.ts'
import type { EtcdMetrics } from './metrics.ts'
import { plainText, refusedMethod } from './plain-text.ts'

const json = { 'content-type': 'application/json' }

const notFound = plainText(404, '404 page not found\n')

/** On the addresses for metrics there is nothing else: they are often open to those who may not reach the data. */
export function metricsPages(health: Health, metrics: EtcdMetrics): (request: HttpRequest) => HttpResponse {
  return (request) => (request.path === '/metrics' ? metrics.page() : (health.answer(request) ?? notFound))
}

export function clientPages(member: Member, health: Health, metrics: EtcdMetrics): (request: HttpRequest) => HttpResponse {
  const pages = metricsPages(health, metrics)
  return (request) => {
    if (request.path === '/version') return request.method === 'GET' ? version() : refusedMethod
    return request.path === '/debug/vars' ? variables(member) : pages(request)
  }
}

function version(): HttpResponse {
  const body = JSON.stringify({ etcdserver: etcdVersion, etcdcluster: clusterVersion, storage: clusterVersion })
  return { status: 200, headers: json, body }
}

/** What Go's expvar shows, as far as there is such a thing here: a leader alone with its log. */
function variables(member: Member): HttpResponse {
  const id = member.memberId.toString(16)
  const index = member.store.revision
  const status = {
    ...{ id, term: member.raftTerm, vote: id, commit: index, lead: id, raftState: 'StateLeader', applied: index },
    progress: { [id]: { match: index, next: index + 1, state: 'StateReplicate' } },
    leadtransferee: '0',
  }
  const lines = { cmdline: member.options.commandLine ?? [], 'raft.status': status }
  const body = Object.entries(lines).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: `{\n${body.join(',\n')}\n}\n` }
}
