/**
 * How many requests of which kind were answered how: apiserver_request_total. One map, one look-up per request; the lines are
 * made when somebody asks.
 */
import type { RequestInfo } from '../request/info.ts'

export class RequestCounts {
  readonly #counts = new Map<string, number>()

  add({ verb, group, version, resource, subresource, namespace, name, isResource }: RequestInfo, code: number): void {
    const scope = !isResource ? '' : name !== '' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster'
    const key = `${code}|${group}|${resource}|${scope}|${subresource}|${verb}|${version}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  lines(): string[] {
    const lines = [
      '# HELP apiserver_request_total [STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      '# TYPE apiserver_request_total counter',
    ]
    for (const [key, count] of this.#counts) {
      const [code, group, resource, scope, subresource, verb = '', version] = key.split('|')
      const labels = `code="${code}",component="apiserver",dry_run="",group="${group}",resource="${resource}",scope="${scope}",subresource="${subresource}"`
      lines.push(`apiserver_request_total{${labels},verb="${metricVerb(verb)}",version="${version}"} ${count}`)
    }
    return lines
  }
}

const verbs: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT', deletecollection: 'DELETE' }
function metricVerb(verb: string): string {
  return verbs[verb] ?? verb.toUpperCase()
}
