/**
 * How much of a quota an object uses. The same for the controller, which counts what is there, and for admission, which counts what wants in. Pods,
 * Services, claims for volumes have amounts of their own; of every other resource only the number counts: `count/<resource>.<group>`.
 *
 *     pod {cpu 100m, memory 1Gi}   → pods 1, count/pods 1, cpu 100m, requests.cpu 100m, memory 1Gi, requests.memory 1Gi
 *
 * What a newcomer would get wrong: a Pod that has ended uses nothing but its `count/pods`, and so does one that should long be gone.
 */

import type { KubeObject } from '../../apimachinery/object.ts'
import { compareQuantities, quantityMilli, quantityValue } from '../../apimachinery/quantity.ts'
import type { ResourceClaim } from '../resource/resource-claim.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'
import { isPodTerminal, podLimits, podRequests } from './pod-facts.ts'
import { qosClassOf } from './pod-qos.ts'
import type { Pod } from './pod-schema.ts'
import { type Amounts, addTo } from './pod-spec/container-sums.ts'
import type { ResourceQuota, ScopedResourceSelectorRequirement } from './resource-quota.ts'
import type { Service } from './service.ts'

/** "pods" or "deployments.apps": as counted resources are named. */
export type CountedResource = string

const podNames = new Set([
  'count/pods',
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
])
const serviceNames = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers'])
const claimNames = ['persistentvolumeclaims', 'requests.storage']
const storageClassInfix = '.storageclass.storage.k8s.io/'
const deviceClassSuffix = '.deviceclass.resource.k8s.io/devices'
/** A request for all devices may get so many. */
const devicesMax = 32
/** Counted by these names before `count/` was there. */
const oldCounts = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets'])

/** Which of a quota's names this resource has a part in. */
export function countedNames(resource: CountedResource, names: readonly string[]): readonly string[] {
  return names.filter((name) => countedResourceOf(name) === resource)
}

/** The resource whose objects use up `name`; undefined for a name that nothing does. */
export function countedResourceOf(name: string): CountedResource | undefined {
  if (podNames.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')) return 'pods'
  if (serviceNames.has(name)) return 'services'
  if (claimNames.includes(name) || claimNames.some((one) => name.endsWith(storageClassInfix + one))) return 'persistentvolumeclaims'
  if (oldCounts.has(name)) return name
  if (name.startsWith('count/')) return name.slice('count/'.length)
  if (name.endsWith(deviceClassSuffix)) return 'resourceclaims.resource.k8s.io'
  // Extended resources: requests.example.com/gpu.
  if (name.startsWith('requests.') && name.includes('/')) return 'pods'
  return undefined
}

export function usageOf(resource: CountedResource, object: KubeObject, nowMs: number): Amounts {
  if (resource === 'pods') return podUsage(object as Pod, nowMs)
  if (resource === 'services') return serviceUsage(object as Service)
  if (resource === 'persistentvolumeclaims') return claimUsage(object as PersistentVolumeClaim)
  if (resource === 'resourceclaims.resource.k8s.io') return deviceUsage(object as unknown as ResourceClaim)
  return oldCounts.has(resource) ? { [`count/${resource}`]: '1', [resource]: '1' } : { [`count/${resource}`]: '1' }
}

function podUsage(pod: Pod, nowMs: number): Amounts {
  const count = { 'count/pods': '1' }
  if (!countsForQuota(pod, nowMs)) return count
  const requests = podRequests(pod)
  const limits = podLimits(pod)
  const usage: Record<string, string> = { ...count, pods: '1' }
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    if (requests[name] !== undefined) usage[name] = usage[`requests.${name}`] = requests[name]
    if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name]
  }
  for (const name in requests) {
    if (name.startsWith('hugepages-')) usage[name] = usage[`requests.${name}`] = requests[name] as string
    else if (name.includes('/')) usage[`requests.${name}`] = requests[name] as string
  }
  return usage
}

function countsForQuota(pod: Pod, nowMs: number): boolean {
  if (isPodTerminal(pod)) return false
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata
  if (typeof deletionTimestamp !== 'string' || typeof deletionGracePeriodSeconds !== 'number') return true
  return nowMs <= Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

function serviceUsage({ spec }: Service): Amounts {
  const ports = spec.ports ?? []
  const isBalanced = spec.type === 'LoadBalancer'
  const allocates = spec.type === 'NodePort' || (isBalanced && spec.allocateLoadBalancerNodePorts !== false)
  const nodePorts = allocates ? ports.length : isBalanced ? ports.filter(({ nodePort }) => (nodePort ?? 0) !== 0).length : 0
  return { 'count/services': '1', services: '1', 'services.nodeports': `${nodePorts}`, 'services.loadbalancers': isBalanced ? '1' : '0' }
}

function claimUsage({ metadata, spec, status }: PersistentVolumeClaim): Amounts {
  const usage: Record<string, string> = { persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1' }
  const storageClass = metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? ''
  if (storageClass !== '') usage[`${storageClass}${storageClassInfix}persistentvolumeclaims`] = '1'
  const wanted = spec.resources?.requests?.storage
  if (wanted === undefined) return usage
  const allocated = status?.allocatedResources?.storage
  const storage = wholeBytes(allocated !== undefined && compareQuantities(allocated, wanted) > 0 ? allocated : wanted)
  usage['requests.storage'] = storage
  if (storageClass !== '') usage[`${storageClass}${storageClassInfix}requests.storage`] = storage
  return usage
}

function wholeBytes(amount: string): string {
  return quantityMilli(amount) % 1000 === 0 ? amount : `${quantityValue(amount)}`
}

/** Of the alternatives of a request the worst counts, for each class. */
function deviceUsage({ spec }: ResourceClaim): Amounts {
  const usage: Record<string, string> = { 'count/resourceclaims.resource.k8s.io': '1' }
  for (const { exactly, firstAvailable } of spec.devices?.requests ?? []) {
    const worst = new Map<string, number>()
    for (const { deviceClassName, allocationMode, count } of firstAvailable?.length ? firstAvailable : exactly ? [exactly] : []) {
      const devices = allocationMode === 'ExactCount' ? (count ?? 0) : allocationMode === 'All' ? devicesMax : 0
      worst.set(deviceClassName, Math.max(devices, worst.get(deviceClassName) ?? 0))
    }
    for (const [deviceClass, devices] of worst) addTo(usage, { [deviceClass + deviceClassSuffix]: `${devices}` })
  }
  return usage
}

/** All scopes of the quota, in one form. */
export function scopesOf({ spec }: Pick<ResourceQuota, 'spec'>): readonly ScopedResourceSelectorRequirement[] {
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }) as ScopedResourceSelectorRequirement)
  return [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])]
}

/** Only Pods, and claims by their attributes class, have scopes: a quota with scopes counts nothing else. */
export function matchesScope(resource: CountedResource, object: KubeObject, scope: ScopedResourceSelectorRequirement): boolean {
  if (resource === 'persistentvolumeclaims') {
    if (scope.scopeName !== 'VolumeAttributesClass') return false
    const { spec, status } = object as PersistentVolumeClaim
    const classes = [
      spec.volumeAttributesClassName,
      status?.currentVolumeAttributesClassName,
      status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
    ]
    return matchesOperator(
      scope,
      classes.filter((one): one is string => typeof one === 'string' && one !== ''),
    )
  }
  if (resource !== 'pods') return false
  const pod = object as Pod
  const isTerminating = isTerminatingByDeadline(pod)
  if (scope.scopeName === 'Terminating') return isTerminating
  if (scope.scopeName === 'NotTerminating') return !isTerminating
  if (scope.scopeName === 'BestEffort') return qosClassOf(pod) === 'BestEffort'
  if (scope.scopeName === 'NotBestEffort') return qosClassOf(pod) !== 'BestEffort'
  if (scope.scopeName === 'CrossNamespacePodAffinity') return hasCrossNamespaceAffinity(pod)
  if (scope.scopeName !== 'PriorityClass') return false
  const { priorityClassName = '' } = pod.spec
  return matchesOperator(scope, priorityClassName === '' ? [] : [priorityClassName])
}

/** In the quota scope's sense: it will end by itself. */
export function isTerminatingByDeadline({ spec }: Pod): boolean {
  return typeof spec.activeDeadlineSeconds === 'number' && spec.activeDeadlineSeconds >= 0
}

function matchesOperator({ operator, values }: ScopedResourceSelectorRequirement, actual: readonly string[]): boolean {
  if (operator === 'Exists') return actual.length > 0
  if (operator === 'DoesNotExist') return actual.length === 0
  if (operator === 'In') return actual.some((one) => values?.includes(one) === true)
  return actual.length === 0 || actual.some((one) => values?.includes(one) !== true)
}

function hasCrossNamespaceAffinity({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {}
  return [podAffinity, podAntiAffinity].some((one) => {
    const terms = [
      ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ]
    return terms.some(
      ({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || (namespaceSelector ?? undefined) !== undefined,
    )
  })
}

/** What the objects of one resource use of the quota's `names`: each name is in the answer, if only with 0. */
export function sumUsage(
  resource: CountedResource,
  objects: Iterable<KubeObject>,
  {
    names,
    scopes,
    nowMs,
  }: { readonly names: readonly string[]; readonly scopes: readonly ScopedResourceSelectorRequirement[]; readonly nowMs: number },
): Amounts {
  const sum: Record<string, string> = Object.fromEntries(names.map((name) => [name, '0']))
  for (const object of objects) {
    if (!scopes.every((scope) => matchesScope(resource, object, scope))) continue
    const usage = usageOf(resource, object, nowMs)
    for (const name of names) if (usage[name] !== undefined) addTo(sum, { [name]: usage[name] })
  }
  return sum
}
