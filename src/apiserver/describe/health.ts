/**
 * /healthz, /livez and /readyz: "ok", or with `?verbose` one line for each check. `?exclude=name` leaves one out, a path
 * below asks one alone. Ready means: the objects that every cluster has are there, and the server is not closing. A store elsewhere is
 * asked, and has two seconds to answer.
 */

import type { HttpResponse } from '../../wire/http.ts'
import { registryPrefix } from '../registry/keys.ts'
import { answer } from '../response/respond.ts'
import type { RequestContext, Server } from '../server-parts.ts'

type Check = readonly [name: string, isFine: (context: RequestContext, isStoreThere: boolean) => boolean]

const always = (): boolean => true
const isReady = ({ server }: RequestContext): boolean => server.health.isReady
const isThere = (_context: RequestContext, isStoreThere: boolean): boolean => isStoreThere

const hooks = [
  'start-apiserver-admission-initializer',
  'generic-apiserver-start-informers',
  'priority-and-fairness-config-consumer',
  'priority-and-fairness-filter',
  'storage-object-count-tracker-hook',
  'start-apiextensions-informers',
  'start-apiextensions-controllers',
  'crd-informer-synced',
  'start-system-namespaces-controller',
  'start-cluster-authentication-info-controller',
  'start-kube-apiserver-identity-lease-controller',
  'start-kube-apiserver-identity-lease-garbage-collector',
  'start-legacy-token-tracking-controller',
  'start-service-ip-repair-controllers',
  'rbac/bootstrap-roles',
  'scheduling/bootstrap-system-priority-classes',
  'priority-and-fairness-config-producer',
  'bootstrap-controller',
  'start-kubernetes-service-cidr-controller',
  'aggregator-reload-proxy-client-cert',
  'start-kube-aggregator-informers',
  'apiservice-status-local-available-controller',
  'apiservice-status-remote-available-controller',
  'apiservice-registration-controller',
  'apiservice-discovery-controller',
  'kube-apiserver-autoregistration',
  'apiservice-openapi-controller',
  'apiservice-openapiv3-controller',
]

/** For the list of all paths. */
export function healthPaths(): string[] {
  return ['healthz', 'livez', 'readyz'].flatMap((endpoint) => [
    `/${endpoint}`,
    ...checksOf(endpoint).map(([name]) => `/${endpoint}/${name}`),
  ])
}

function checksOf(endpoint: string): readonly Check[] {
  const checks: Check[] = [
    ['ping', always],
    ['log', always],
    ['etcd', isThere],
  ]
  if (endpoint === 'readyz') checks.push(['etcd-readiness', isThere], ['informer-sync', isReady])
  const hasBegun = endpoint === 'livez' ? always : isReady
  for (const hook of hooks) {
    checks.push([`poststarthook/${hook}`, hasBegun])
    if (hook === 'kube-apiserver-autoregistration') checks.push(['autoregister-completion', hasBegun])
  }
  if (endpoint === 'readyz') checks.push(['shutdown', ({ server }) => !server.health.isClosing])
  return checks
}

export function health(context: RequestContext, endpoint: string, one: string): HttpResponse | Promise<HttpResponse> | undefined {
  const { server } = context
  const checks = checksOf(endpoint).filter(([name]) => one === '' || name === one)
  if (checks.length === 0) return undefined
  const tell = (isStoreThere: boolean): HttpResponse =>
    one === '' ? report(context, endpoint, checks, isStoreThere) : single(context, checks[0] as Check, isStoreThere)
  return server.store.isShared && checks.some(([, isFine]) => isFine === isThere) ? answersInTime(server).then(tell) : tell(true)
}

/** --etcd-healthcheck-timeout and --etcd-readycheck-timeout */
const storeMsMax = 2000

function answersInTime({ store, clock }: Server): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>()
  const waiting = clock.after(storeMsMax, () => timer.resolve(false))
  const asked = Promise.resolve(store.get(`${registryPrefix}health`)).then(
    () => true,
    () => false,
  )
  return Promise.race([asked, timer.promise]).finally(() => waiting.cancel())
}

function report(context: RequestContext, endpoint: string, checks: readonly Check[], isStoreThere: boolean): HttpResponse {
  const excluded = new Set(context.http.query === '' ? [] : context.query.all('exclude'))
  const lines: string[] = []
  const failed: string[] = []
  for (const [name, isFine] of checks) {
    if (excluded.delete(name)) lines.push(`[+]${name} excluded: ok\n`)
    else if (observed(context, endpoint, name, isFine(context, isStoreThere))) lines.push(`[+]${name} ok\n`)
    else {
      lines.push(`[-]${name} failed: reason withheld\n`)
      failed.push(name)
    }
  }
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => `"${name}"`).join(',')
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`)
  }
  if (failed.length > 0) return text(context, 500, `${lines.join('')}${endpoint} check failed\n`)
  const isVerbose = context.http.query !== '' && context.query.has('verbose')
  return text(context, 200, isVerbose ? `${lines.join('')}${endpoint} check passed\n` : 'ok')
}

function observed({ server }: RequestContext, endpoint: string, name: string, isFine: boolean): boolean {
  server.metrics.health.of(name, endpoint).value = isFine ? 1 : 0
  server.metrics.healthChecks.of(name, isFine ? 'success' : 'error', endpoint).value++
  return isFine
}

function single(context: RequestContext, [, isFine]: Check, isStoreThere: boolean): HttpResponse {
  return isFine(context, isStoreThere) ? text(context, 200, 'ok') : text(context, 500, 'internal server error: reason withheld\n')
}

function text(context: RequestContext, status: number, body: string): HttpResponse {
  const response = answer(context, status, 'text/plain; charset=utf-8', body)
  return { ...response, headers: { ...response.headers, 'x-content-type-options': 'nosniff' } }
}
