/**
 * What etcd answers over plain HTTP on its client port: health, version, metrics. Texts and status codes are etcd's, because probes and
 * scripts compare them.
 */
import type { HttpRequest, HttpResponse } from '../wire/http.ts'
import { clusterVersion, etcdVersion, type Member } from './member.ts'
import type { EtcdMetrics } from './metrics.ts'

const json = { 'content-type': 'application/json' }
const text = { 'content-type': 'text/plain; charset=utf-8' }
const alarmNames = ['NONE', 'NOSPACE', 'CORRUPT']

export function plainHandler(member: Member, metrics: EtcdMetrics): (request: HttpRequest) => HttpResponse {
  return (request) => {
    switch (request.path) {
      case '/health':
        return onlyGet(request, () => health(member, request.query))
      case '/livez':
        return onlyGet(request, () => ({ status: 200, headers: text, body: 'ok\n' }))
      case '/readyz':
        return onlyGet(request, () => readiness(member))
      case '/version':
        return onlyGet(request, () => version())
      case '/metrics':
        return onlyGet(request, () => metrics.page())
      default:
        return { status: 404, headers: text, body: '404 page not found\n' }
    }
  }
}

function onlyGet(request: HttpRequest, answer: () => HttpResponse): HttpResponse {
  if (request.method === 'GET') return answer()
  return { status: 405, headers: { ...text, allow: 'GET' }, body: 'Method Not Allowed\n' }
}

function version(): HttpResponse {
  const body = JSON.stringify({ etcdserver: etcdVersion, etcdcluster: clusterVersion, storage: clusterVersion })
  return { status: 200, headers: json, body }
}

function health(member: Member, query: string): HttpResponse {
  const excluded = new URLSearchParams(query).getAll('exclude')
  const alarm = member.alarms().find((one) => !excluded.includes(alarmNames[one] as string))
  const { readOnly } = member.store.stats()
  if (readOnly !== undefined && readOnly.code !== 'noSpace')
    return { status: 503, headers: text, body: `${JSON.stringify({ health: 'false', reason: readOnly.message })}\n` }
  if (alarm === undefined) return { status: 200, headers: text, body: JSON.stringify({ health: 'true', reason: '' }) }
  const body = `${JSON.stringify({ health: 'false', reason: `ALARM ${alarmNames[alarm]}` })}\n`
  return { status: 503, headers: text, body }
}

function readiness(member: Member): HttpResponse {
  const alarm = member.alarms()[0]
  if (alarm === undefined) return { status: 200, headers: text, body: 'ok\n' }
  const name = alarmNames[alarm]
  return { status: 503, headers: text, body: `[-]data_corruption failed: alarm activated: ${name}\n` }
}
