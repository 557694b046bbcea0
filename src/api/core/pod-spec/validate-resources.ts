/**
 * What containers, and Pods as a whole, ask for (validateResourceRequirements upstream): names of resources, amounts that are not negative, requests
 * within limits, claims that exist.
 *
 * What a newcomer would get wrong: a request above its limit is reported at `requests`, without the resource's name; a name without a
 * domain can be wrong twice over.
 */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../../apimachinery/field-error.ts'
import { sortStrings } from '../../../apimachinery/go-strings.ts'
import { qualifiedNameErrors } from '../../../apimachinery/names.ts'
import { canonicalQuantity, compareQuantities, quantityMilli } from '../../../apimachinery/quantity.ts'
import { type Amounts, containerSums, isHugePages, isNativeResource, isOvercommitAllowed, isPodLevelResource } from './container-sums.ts'
import type { PodSpec } from './pod-spec.ts'
import type { ResourceRequirements } from './resources.ts'
import { isWholePages, type PodRules, strictRules } from './rules.ts'
import { checkLabel, type Errors } from './validate-paths.ts'

/** For kinds that state amounts without a container: overhead of a RuntimeClass. */
export function validateResources(resources: ResourceRequirements | undefined, path: string): Iterable<FieldError> {
  const out: Errors = []
  if (resources) checkResources(resources, path, strictRules, noNames, out)
  return out
}

const noNames: ReadonlySet<string> = new Set()

export function checkResources(
  { limits, requests, claims }: ResourceRequirements,
  path: string,
  rules: PodRules,
  claimNames: ReadonlySet<string>,
  out: Errors,
): void {
  if (limits || requests) checkAmounts(limits, requests, path, rules, checkContainerResourceName, out)
  if (claims) checkClaims(claims, claimNames, `${path}.claims`, out)
}

type CheckName = (name: string, path: string, out: Errors) => void

function checkAmounts(
  limits: Amounts | null | undefined,
  requests: Amounts | null | undefined,
  path: string,
  rules: PodRules,
  checkResourceName: CheckName,
  out: Errors,
): void {
  let hasCompute = false
  let hasHugePages = false
  const note = (name: string): void => {
    if (name === 'cpu' || name === 'memory') hasCompute = true
    else if (isHugePages(name)) hasHugePages = true
  }
  for (const name of sorted(limits)) {
    const at = `${path}.limits[${name}]`
    const amount = limits?.[name] as string
    checkResourceName(name, at, out)
    checkAmount(name, amount, at, out)
    checkPages(name, amount, at, rules, out)
    note(name)
  }
  for (const name of sorted(requests)) {
    const at = `${path}.requests[${name}]`
    const amount = requests?.[name] as string
    checkResourceName(name, at, out)
    checkAmount(name, amount, at, out)
    checkWithinLimit(name, amount, limits?.[name], path, out)
    checkPages(name, amount, at, rules, out)
    note(name)
  }
  if (hasHugePages && !hasCompute) out.push(forbiddenField(path, 'HugePages require cpu or memory'))
}

/** Go's maps have no order; ours is the alphabet's. */
function sorted(amounts: Amounts | null | undefined): readonly string[] {
  if (!amounts) return []
  const names = Object.keys(amounts)
  return names.length < 2 ? names : sortStrings(names)
}

function checkWithinLimit(name: string, amount: string, limit: string | undefined, path: string, out: Errors): void {
  const mayDiffer = isOvercommitAllowed(name)
  if (limit === undefined) {
    if (!mayDiffer) out.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'))
    return
  }
  const difference = compareQuantities(amount, limit)
  const refuse = (how: string): void =>
    void out.push(invalidValue(`${path}.requests`, printed(amount), `must be ${how} ${name} limit of ${printed(limit)}`))
  if (difference !== 0 && !mayDiffer) refuse('equal to')
  else if (difference > 0) refuse('less than or equal to')
}

function printed(amount: string): string {
  return canonicalQuantity(amount) ?? amount
}

const standardContainerResources: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage'])
const countedResources: ReadonlySet<string> = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])
const standardResources: ReadonlySet<string> = new Set([
  ...standardContainerResources,
  ...countedResources,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'requests.storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'storage',
])

/** False: something was said. */
export function checkAnyResourceName(name: string, path: string, out: Errors): boolean {
  if (standardContainerResources.has(name)) return true
  const problems = qualifiedNameErrors(name)
  for (const problem of problems) out.push(invalidValue(path, name, problem))
  if (problems.length > 0) return false
  if (name.includes('/') || standardResources.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-')) return true
  out.push(invalidValue(path, name, 'must be a standard resource type or fully qualified'))
  return false
}

export const checkContainerResourceName: CheckName = (name, path, out) => {
  checkAnyResourceName(name, path, out)
  if (!name.includes('/')) {
    if (!standardContainerResources.has(name) && !isHugePages(name)) {
      out.push(invalidValue(path, name, 'must be a standard resource for containers'))
    }
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    out.push(invalidValue(path, name, "doesn't follow extended resource name standard"))
  }
}

const checkPodResourceName: CheckName = (name, path, out) => {
  if (checkAnyResourceName(name, path, out) && !isPodLevelResource(name)) {
    out.push(notSupported(path, name, ['cpu', 'hugepages-', 'memory']))
  }
}

/** Quotas speak of them as requests.NAME, which must be a name too. */
export function isExtendedResource(name: string): boolean {
  return !isNativeResource(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0
}

/** ValidateResourceQuantityValue: for capacities of nodes as well. */
export function checkAmount(name: string, amount: string, path: string, out: Errors): void {
  if (compareQuantities(amount, '0') < 0) out.push(invalidValue(path, printed(amount), 'must be greater than or equal to 0'))
  if ((countedResources.has(name) || isExtendedResource(name)) && quantityMilli(amount) % 1000 !== 0) {
    out.push(invalidValue(path, printed(amount), 'must be an integer'))
  }
}

function checkPages(name: string, amount: string, path: string, rules: PodRules, out: Errors): void {
  if (!isHugePages(name) || rules.allowsPartialHugePages === true || isWholePages(name, amount)) return
  out.push(invalidValue(path, printed(amount), `${printed(amount)} is not positive integer multiple of ${name}`))
}

function checkClaims(
  claims: NonNullable<ResourceRequirements['claims']>,
  claimNames: ReadonlySet<string>,
  path: string,
  out: Errors,
): void {
  const seen = new Set<string>()
  for (let i = 0; i < claims.length; i++) {
    const { name = '', request = '' } = claims[i] as (typeof claims)[number]
    const at = `${path}[${i}]`
    if (name === '') {
      out.push(required(at))
      continue
    }
    if (seen.has(name)) out.push({ type: 'Duplicate', field: at, value: name, detail: '' })
    else {
      if (request !== '') checkLabel(request, `${at}.request`, out)
      const wanted = request === '' ? name : `${name}/${request}`
      if (seen.has(wanted)) out.push({ type: 'Duplicate', field: at, value: wanted, detail: '' })
      else if (request === '') {
        for (const one of seen) if (one.startsWith(`${name}/`)) out.push({ type: 'Duplicate', field: at, value: name, detail: '' })
      }
      seen.add(wanted)
    }
    if (!claimNames.has(name)) {
      const which = claimNames.size === 0 ? ' which is empty' : `: ${sortStrings(claimNames).join(', ')}`
      out.push({ type: 'NotFound', field: at, value: name, detail: `must be one of the names in pod.spec.resourceClaims${which}` })
    }
  }
}

/** Resources of the Pod as a whole, and how they go with what its containers ask for. */
export function checkPodResources(spec: PodSpec, claimNames: ReadonlySet<string>, path: string, rules: PodRules, out: Errors): void {
  const { resources } = spec
  if (!resources) return
  if (spec.os?.name === 'windows') return void out.push(forbiddenField(path, 'may not be set for a windows pod'))
  if (resources.claims) out.push(forbiddenField(`${path}.claims`, 'claims may not be set for Resources at pod-level'))
  checkAmounts(resources.limits, resources.requests, path, rules, checkPodResourceName, out)
  if (resources.claims) checkClaims(resources.claims, claimNames, `${path}.claims`, out)
  const requestSums = containerSums(spec, 'requests')
  for (const name of sorted(requestSums)) {
    const own = resources.requests?.[name]
    const sum = requestSums[name] as string
    if (own === undefined || compareQuantities(sum, own) <= 0) continue
    const detail = `must be greater than or equal to aggregate container requests of ${printed(sum)}`
    out.push(invalidValue(`${path}.requests[${name}]`, printed(own), detail))
  }
  const limitSums = containerSums(spec, 'limits')
  for (const name of sorted(limitSums)) {
    const own = resources.limits?.[name]
    const sum = limitSums[name] as string
    if (!isHugePages(name) || own === undefined || compareQuantities(sum, own) <= 0) continue
    const detail = `must be greater than or equal to aggregate container limits of ${printed(sum)}`
    out.push(invalidValue(`${path}.limits[${name}]`, printed(own), detail))
  }
  checkContainerLimits(spec, resources.limits, path, out)
}

function checkContainerLimits({ containers }: PodSpec, own: Amounts | null | undefined, path: string, out: Errors): void {
  for (let i = 0; i < (containers?.length ?? 0); i++) {
    const limits = containers[i]?.resources?.limits as Amounts | undefined
    for (const name of sorted(limits)) {
      const [limit, most] = [limits?.[name] as string, own?.[name]]
      if (most === undefined || compareQuantities(limit, most) <= 0) continue
      const detail = `must be less than or equal to pod limits of ${printed(most)}`
      out.push(invalidValue(`${path}.containers[${i}][${name}].limits`, printed(limit), detail))
    }
  }
}
