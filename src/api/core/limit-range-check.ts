/**
 * What the LimitRanges of a namespace make of a Pod, and what they say against one, or against a claim. The judgement behind the LimitRanger
 * admission plugin.
 *
 * What a newcomer would get wrong: containers are given what they do not say themselves and it is written down in an annotation; a Pod is measured
 * without its overhead and without what a node granted it; amounts are compared in thousandths only while all of them are small enough for that.
 */
import { parseQuantity, quantityMilli, quantityText, quantityValue, zeroQuantity } from '../../apimachinery/quantity.ts'
import type { LimitRange, LimitRangeItem } from './limit-range.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'
import type { Pod } from './pod.ts'
import { type Amounts, containerSums } from './pod-spec/container-sums.ts'

const annotation = 'kubernetes.io/limit-ranger'

interface ContainerDraft {
  readonly name: string
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> }
}
export interface PodDraft {
  metadata: { annotations?: Record<string, string> | null }
  readonly spec: { readonly containers?: readonly ContainerDraft[]; readonly initContainers?: readonly ContainerDraft[] | null }
}

export function applyLimitDefaults({ spec: { limits } }: LimitRange, pod: PodDraft): void {
  const requests: Record<string, string> = {}
  const maximums: Record<string, string> = {}
  for (const item of limits) {
    if (item.type !== 'Container') continue
    Object.assign(requests, item.defaultRequest)
    Object.assign(maximums, item.default)
  }
  const said: string[] = []
  for (const [what, containers] of [
    ['container', pod.spec.containers],
    ['init container', pod.spec.initContainers],
  ] as const) {
    for (const container of containers ?? []) {
      for (const [which, defaults] of [
        ['request', requests],
        ['limit', maximums],
      ] as const) {
        const added = addMissing(container, `${which}s`, defaults)
        if (added.length > 0) said.push(`${added.join(', ')} ${which} for ${what} ${container.name}`)
      }
    }
  }
  if (said.length === 0) return
  pod.metadata.annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${said.join('; ')}` }
}

function addMissing(container: ContainerDraft, which: 'requests' | 'limits', defaults: Amounts): string[] {
  const amounts = container.resources?.[which] ?? {}
  const added = Object.keys(defaults)
    .filter((name) => amounts[name] === undefined)
    .sort()
  if (added.length === 0) return added
  for (const name of added) amounts[name] = defaults[name] as string
  container.resources = { ...container.resources, [which]: amounts }
  return added
}

/** All that is wrong, as one text; '' when nothing is. */
export function podLimitProblems({ spec }: LimitRange, pod: Pod): string {
  const problems: string[] = []
  for (const item of spec.limits) {
    if (item.type === 'Container') {
      for (const { resources } of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
        problems.push(...boundProblems(item, resources?.requests ?? {}, resources?.limits ?? {}))
      }
    } else if (item.type === 'Pod') problems.push(...boundProblems(item, wholeOf(pod, 'requests'), wholeOf(pod, 'limits')))
  }
  return together(problems)
}

export function claimLimitProblems({ spec }: LimitRange, claim: PersistentVolumeClaim): string {
  const requests = claim.spec.resources?.requests ?? {}
  const problems: (string | undefined)[] = []
  for (const { type, min, max } of spec.limits) {
    if (type !== 'PersistentVolumeClaim') continue
    for (const [name, bound] of sorted(min)) problems.push(minProblem({ type, name, bound }, requests, {}))
    for (const [name, bound] of sorted(max)) problems.push(claimMaxProblem({ type, name, bound }, requests))
  }
  return together(problems.filter((one) => one !== undefined))
}

function wholeOf({ spec }: Pod, which: 'requests' | 'limits'): Amounts {
  const sums = containerSums(spec, which)
  for (const name of ['cpu', 'memory']) {
    const own = spec.resources?.[which]?.[name]
    if (own !== undefined) sums[name] = own
  }
  return sums
}

function* boundProblems({ type, min, max, maxLimitRequestRatio }: LimitRangeItem, requests: Amounts, limits: Amounts): Generator<string> {
  const found = [
    ...sorted(min).map(([name, bound]) => minProblem({ type, name, bound }, requests, limits)),
    ...sorted(max).map(([name, bound]) => maxProblem({ type, name, bound }, requests, limits)),
    ...sorted(maxLimitRequestRatio).map(([name, bound]) => ratioProblem({ type, name, bound }, requests, limits)),
  ]
  for (const one of found) if (one !== undefined) yield one
}

interface Bound {
  readonly type: string
  readonly name: string
  readonly bound: string
}

function minProblem({ type, name, bound }: Bound, requests: Amounts, limits: Amounts): string | undefined {
  const [request, limit] = [requests[name], limits[name]]
  const what = `minimum ${name} usage per ${type} is ${textOf(bound)}`
  if (request === undefined) return `${what}.  No request is specified`
  const [wanted, allowed, enforced] = comparable(request, limit, bound)
  if (wanted < enforced) return `${what}, but request is ${textOf(request)}`
  return limit !== undefined && allowed < enforced ? `${what}, but limit is ${textOf(limit)}` : undefined
}

function maxProblem({ type, name, bound }: Bound, requests: Amounts, limits: Amounts): string | undefined {
  const [request, limit] = [requests[name], limits[name]]
  const what = `maximum ${name} usage per ${type} is ${textOf(bound)}`
  if (limit === undefined) return `${what}.  No limit is specified`
  const [wanted, allowed, enforced] = comparable(request, limit, bound)
  if (allowed > enforced) return `${what}, but limit is ${textOf(limit)}`
  return request !== undefined && wanted > enforced ? `${what}, but request is ${textOf(request)}` : undefined
}

/** Claims have no limits. */
function claimMaxProblem({ type, name, bound }: Bound, requests: Amounts): string | undefined {
  const request = requests[name]
  const what = `maximum ${name} usage per ${type} is ${textOf(bound)}`
  if (request === undefined) return `${what}.  No request is specified`
  const [wanted, , enforced] = comparable(request, undefined, bound)
  return wanted > enforced ? `${what}, but request is ${textOf(request)}` : undefined
}

function ratioProblem({ type, name, bound }: Bound, requests: Amounts, limits: Amounts): string | undefined {
  const [request, limit] = [requests[name], limits[name]]
  const what = `${name} max limit to request ratio per ${type} is ${textOf(bound)}`
  const [wanted, allowed] = comparable(request, limit, bound)
  if (request === undefined || wanted === 0) return `${what}, but no request is specified or request is 0`
  if (limit === undefined || allowed === 0) return `${what}, but no limit is specified or limit is 0`
  const ratio = allowed / wanted
  const isLarge = quantityValue(bound) > milliMax
  const [observed, enforced] = isLarge ? [ratio, quantityValue(bound)] : [ratio * 1000, quantityMilli(bound)]
  return observed > enforced ? `${what}, but provided ratio is ${ratio.toFixed(6)}` : undefined
}

/** Beyond it thousandths do not fit into 64 bits. */
const milliMax = 2 ** 63 / 1000

function comparable(request: string | undefined, limit: string | undefined, enforced: string): readonly [number, number, number] {
  const amounts = [request ?? '0', limit ?? '0', enforced] as const
  const measure = amounts.every((one) => quantityValue(one) <= milliMax) ? quantityMilli : quantityValue
  return [measure(amounts[0]), measure(amounts[1]), measure(amounts[2])]
}

function textOf(amount: string): string {
  return quantityText(parseQuantity(amount) ?? zeroQuantity)
}

function sorted(amounts: Amounts | null | undefined): [string, string][] {
  return Object.entries(amounts ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Several errors as Go prints them together. */
function together(problems: readonly string[]): string {
  const different = [...new Set(problems)]
  return different.length > 1 ? `[${different.join(', ')}]` : (different[0] ?? '')
}
