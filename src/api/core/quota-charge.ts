/**
 * What a new or changed object costs the quotas of its namespace, and whether they can afford it: the judgement behind the ResourceQuota
 * admission plugin. quotaEvaluator.checkRequest upstream.
 *
 * What a newcomer would get wrong: limits are those of the quota's status, not of its spec, so that a quota nobody has counted yet refuses nothing;
 * a change costs what it adds, and one that adds nothing is never refused, however full the quota is; a quota over CPU or memory makes every
 * container say how much of it it wants.
 */
import type { KubeObject } from '../../apimachinery/object.ts'
import { compareQuantities, subtractQuantities } from '../../apimachinery/quantity.ts'
import type { Pod } from './pod.ts'
import { type Amounts, addTo } from './pod-spec/container-sums.ts'
import { type CountedResource, countedNames, isTerminatingByDeadline, matchesScope, scopesOf, usageOf } from './quota-usage.ts'
import type { ResourceQuota } from './resource-quota.ts'

export interface QuotaRequest {
  readonly resource: CountedResource
  readonly operation: 'CREATE' | 'UPDATE'
  readonly subresource: string
  readonly object: KubeObject
  readonly oldObject?: KubeObject | undefined
}

export interface Charge {
  /** In admission's words; nothing is charged then. */
  readonly refusal?: string
  /** What the quotas that change have in use with the object, by their name. */
  readonly used: ReadonlyMap<string, Amounts>
}

const free: Charge = { used: new Map() }

/** Whether the request could cost anything at all: most updates cannot. */
export function costsQuota({ resource, operation, subresource, object, oldObject }: QuotaRequest): boolean {
  switch (resource) {
    case 'pods':
      if (subresource === 'resize') return operation === 'UPDATE'
      if (subresource !== '') return false
      return operation === 'CREATE' || isTerminatingByDeadline(object as Pod) !== isTerminatingByDeadline(oldObject as Pod)
    case 'persistentvolumeclaims':
      return subresource === '' || (subresource === 'status' && operation === 'UPDATE')
    case 'services':
    case 'resourceclaims.resource.k8s.io':
      return subresource === ''
    default:
      return operation === 'CREATE' && subresource === ''
  }
}

export function chargeQuotas(quotas: readonly ResourceQuota[], request: QuotaRequest, nowMs: number): Charge {
  const { resource, object, oldObject } = request
  const concerned: ResourceQuota[] = []
  for (const quota of quotas) {
    const hard = quota.status?.hard ?? {}
    const names = countedNames(resource, Object.keys(hard))
    if (names.length === 0 || !matches(quota, resource, object)) continue
    const missing = resource === 'pods' ? missingRequests(object as Pod, names) : ''
    if (missing !== '') return { ...free, refusal: `failed quota: ${quota.metadata.name}: must specify ${missing}` }
    if (names.some((name) => quota.status?.used?.[name] === undefined)) {
      return { ...free, refusal: `status unknown for quota: ${quota.metadata.name}, resources: ${[...names].sort().join(',')}` }
    }
    concerned.push(quota)
  }
  if (concerned.length === 0) return free
  const usage = usageOf(resource, object, nowMs)
  const before = oldObject === undefined ? undefined : usageOf(resource, oldObject, nowMs)
  const used = new Map<string, Amounts>()
  for (const quota of concerned) {
    const wasCounted = before !== undefined && oldObject !== undefined && matches(quota, resource, oldObject)
    const result = charge(quota, wasCounted ? increase(usage, before) : usage, request.subresource !== 'status')
    if (typeof result === 'string') return { ...free, refusal: result }
    if (result !== undefined) used.set(quota.metadata.name ?? '', result)
  }
  return { used }
}

function matches(quota: ResourceQuota, resource: CountedResource, object: KubeObject): boolean {
  return scopesOf(quota).every((scope) => matchesScope(resource, object, scope))
}

/** Undefined: it costs this quota nothing. A text: it is too much. */
function charge({ metadata, status }: ResourceQuota, usage: Amounts, isLimited: boolean): Amounts | string | undefined {
  const hard = status?.hard ?? {}
  const had = status?.used ?? {}
  const names = Object.keys(usage).filter((name) => hard[name] !== undefined && compareQuantities(usage[name] as string, '0') !== 0)
  if (names.length === 0) return undefined
  const requested = only(usage, names)
  const used = { ...had } as Record<string, string>
  addTo(used, requested)
  const exceeded = isLimited ? names.filter((name) => compareQuantities(used[name] as string, hard[name] as string) > 0).sort() : []
  if (exceeded.length === 0) return used
  const [wanted, taken, limit] = [requested, had, hard].map((amounts) => textOf(amounts, exceeded))
  return `exceeded quota: ${metadata.name}, requested: ${wanted}, used: ${taken}, limited: ${limit}`
}

function increase(usage: Amounts, before: Amounts): Amounts {
  const more: Record<string, string> = {}
  for (const name in usage) {
    const difference = before[name] === undefined ? (usage[name] as string) : subtractQuantities(usage[name] as string, before[name])
    if (compareQuantities(difference, '0') > 0) more[name] = difference
  }
  return more
}

function only(amounts: Amounts, names: readonly string[]): Amounts {
  return Object.fromEntries(names.map((name) => [name, amounts[name] as string]))
}

function textOf(amounts: Amounts, names: readonly string[]): string {
  return names
    .filter((name) => amounts[name] !== undefined)
    .map((name) => `${name}=${amounts[name]}`)
    .join(',')
}

const sources: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
}

/** What the quota counts and which containers say nothing of: 'limits.cpu for: a,b; memory for: a'. A Pod that asks as a whole has said it. */
function missingRequests({ spec }: Pod, names: readonly string[]): string {
  const asksAsWhole = (['requests', 'limits'] as const).some((which) => Object.keys(spec.resources?.[which] ?? {}).length > 0)
  if (asksAsWhole) return ''
  const missing: string[] = []
  for (const name of names.filter((one) => sources[one] !== undefined).sort()) {
    const [which, resource] = sources[name] as readonly ['requests' | 'limits', string]
    const silent = [...spec.containers, ...(spec.initContainers ?? [])].filter(
      ({ resources }) => resources?.[which]?.[resource] === undefined,
    )
    const containers = [...new Set(silent.map((one) => one.name))].sort()
    if (containers.length > 0) missing.push(`${name} for: ${containers.join(',')}`)
  }
  return missing.join('; ')
}
