/**
 * What a status of a Pod may say (ValidatePodStatusUpdate upstream). Kubelets, the scheduler and controllers write it, so it is checked for what would
 * confuse the others: ended containers stay ended unless the Pod restarts them, addresses are of two families, the class stays.
 *
 * What a newcomer would get wrong: a status that leaves out the class or a generation that was seen keeps the old one (`keepFromOldStatus`).
 */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported } from '../../apimachinery/field-error.ts'
import { ipFamilyOf, validateLegacyIp } from '../../apimachinery/ip-address.ts'
import { groupIdErrors, nameIsDnsSubdomain, qualifiedNameErrors, userIdErrors } from '../../apimachinery/names.ts'
import { fieldIsImmutable } from '../../apimachinery/validate-metadata.ts'
import type { ContainerStatus, Pod, PodStatus } from './pod-schema.ts'
import type { Container } from './pod-spec/container.ts'
import type { PodSpec } from './pod-spec/pod-spec.ts'
import { rulesAfter } from './pod-spec/rules.ts'
import { checkAnnotationUpdates, checkPodAnnotations } from './pod-spec/validate-annotations.ts'
import { checkName, type Errors, isSet } from './pod-spec/validate-paths.ts'

const noStatus: PodStatus = {}

export function validatePodStatusUpdate(next: Pod, old: Pod): Iterable<FieldError> {
  const out: Errors = []
  const annotations = next.metadata.annotations
  checkAnnotationUpdates(annotations, old.metadata.annotations, 'metadata.annotations', out)
  checkPodAnnotations(annotations, next.spec, 'metadata.annotations', rulesAfter(old.spec, old.metadata.annotations, true), out)
  const [now, before] = [next.status ?? noStatus, old.status ?? noStatus]
  checkConditions(now, out)
  checkNomination(now, before, old.spec, out)
  if ((now.observedGeneration ?? 0) < 0) {
    out.push(invalidValue('status.observedGeneration', now.observedGeneration, 'must be a non-negative integer'))
  }
  if ((now.qosClass ?? '') !== (before.qosClass ?? '')) {
    out.push(invalidValue('status.qosClass', now.qosClass ?? '', fieldIsImmutable))
  }
  checkEnded(now, before, old.spec, out)
  checkClaimStatuses(now, next.spec, out)
  checkAddresses(now.podIPs, before.podIPs, 'status.podIPs', out)
  checkHostAddresses(now, before, out)
  checkContainerStatuses(now, next.spec, out)
  return out
}

const systemConditions: ReadonlySet<string> = new Set(['PodScheduled', 'Ready', 'Initialized'])

function checkConditions({ conditions }: PodStatus, out: Errors): void {
  for (const [i, { type = '', observedGeneration = 0 }] of (conditions ?? []).entries()) {
    const at = `status.conditions[${i}]`
    if (observedGeneration < 0) {
      out.push(invalidValue(`${at}.observedGeneration`, observedGeneration, 'must be a non-negative integer'))
    }
    if (!systemConditions.has(type)) checkName(qualifiedNameErrors(type), type, `${at}.Type`, out)
  }
}

function checkNomination(now: PodStatus, before: PodStatus, spec: PodSpec, out: Errors): void {
  const name = now.nominatedNodeName ?? ''
  if (name === '' || name === (before.nominatedNodeName ?? '')) return
  const path = 'status.nominatedNodeName'
  checkName(nameIsDnsSubdomain(name, false), name, path, out)
  if ((spec.nodeName ?? '') !== '') out.push(forbiddenField(path, 'may not be set on pods that are already bound to a node'))
}

type Statuses = readonly ContainerStatus[] | null | undefined

function checkEnded(now: PodStatus, before: PodStatus, { restartPolicy, initContainers }: PodSpec, out: Errors): void {
  const mayRunAgain = ({ state }: ContainerStatus): boolean => restartPolicy === 'OnFailure' && state?.terminated?.exitCode !== 0
  const sidecars = new Set((initContainers ?? []).filter((one) => one.restartPolicy === 'Always').map(({ name }) => name))
  if (restartPolicy !== 'Always') {
    checkStaysEnded(now.containerStatuses, before.containerStatuses, 'containerStatuses', mayRunAgain, out)
    const mayInitRunAgain = (status: ContainerStatus): boolean => mayRunAgain(status) || sidecars.has(status.name)
    checkStaysEnded(now.initContainerStatuses, before.initContainerStatuses, 'initContainerStatuses', mayInitRunAgain, out)
  }
  const never = (): boolean => false
  checkStaysEnded(now.ephemeralContainerStatuses, before.ephemeralContainerStatuses, 'ephemeralContainerStatuses', never, out)
}

function checkStaysEnded(
  now: Statuses,
  before: Statuses,
  field: string,
  mayRunAgain: (status: ContainerStatus) => boolean,
  out: Errors,
): void {
  for (const [i, old] of (before ?? []).entries()) {
    if (!old.state?.terminated || mayRunAgain(old)) continue
    if ((now ?? []).some(({ name, state }) => name === old.name && !state?.terminated)) {
      out.push(forbiddenField(`status.${field}[${i}].state`, 'may not be transitioned to non-terminated state'))
    }
  }
}

function checkClaimStatuses({ resourceClaimStatuses }: PodStatus, { resourceClaims }: PodSpec, out: Errors): void {
  const names = new Set<string>()
  for (const [i, { name = '', resourceClaimName }] of (resourceClaimStatuses ?? []).entries()) {
    const at = `status.resourceClaimStatuses[${i}]`
    if (!resourceClaims?.some((claim) => claim.name === name)) {
      out.push(invalidValue(`${at}.name`, name, 'must match the name of an entry in `spec.resourceClaims`'))
    }
    if (names.has(name)) out.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (isSet(resourceClaimName)) {
      checkName(nameIsDnsSubdomain(resourceClaimName, false), resourceClaimName, `${at}.name`, out)
    }
  }
}

type Addresses = readonly { readonly ip: string }[] | null | undefined

function checkAddresses(now: Addresses, before: Addresses, path: string, out: Errors): void {
  const oldValues = (before ?? []).map(({ ip }) => ip)
  for (const [i, { ip }] of (now ?? []).entries()) out.push(...validateLegacyIp(`${path}[${i}]`, ip, { oldValues }))
  if (!now || now.length < 2) return
  const families = new Set<string>()
  for (const { ip } of now) {
    const family = ipFamilyOf(ip)
    if (family === undefined) {
      const detail = `failed to check for dual stack with error:invalid IP: ${ip}`
      out.push({ type: 'InternalError', field: path, detail })
      break
    }
    families.add(family)
  }
  if (families.size < 2 || now.length > 2) {
    const shown = now.map(({ ip }) => ({ IP: ip }))
    out.push(invalidValue(path, shown, 'may specify no more than one IP for each IP family'))
  }
}

function checkHostAddresses(now: PodStatus, before: PodStatus, out: Errors): void {
  const first = now.hostIPs?.[0]
  if (first === undefined) return
  if ((now.hostIP ?? '') !== first.ip) out.push(invalidValue('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`'))
  checkAddresses(now.hostIPs, before.hostIPs, 'status.hostIPs', out)
}

function checkContainerStatuses(status: PodStatus, spec: PodSpec, out: Errors): void {
  const lists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const
  for (const list of lists) checkUsers(status[list], spec.os?.name ?? 'linux', `status.${list}`, out)
  checkAllocated(status.containerStatuses, spec.containers, 'status.containerStatuses', out)
  checkAllocated(status.initContainerStatuses, spec.initContainers, 'status.initContainerStatuses', out)
  for (const [i, one] of (status.ephemeralContainerStatuses ?? []).entries()) {
    if ((one.allocatedResourcesStatus?.length ?? 0) === 0) continue
    const at = `status.ephemeralContainerStatuses[${i}].allocatedResourcesStatus`
    out.push(forbiddenField(at, 'must not be specified in container status'))
  }
}

function checkUsers(statuses: Statuses, os: string, path: string, out: Errors): void {
  for (const [i, { user }] of (statuses ?? []).entries()) {
    const linux = user?.linux
    if (!linux) continue
    const at = `${path}[${i}].user.linux`
    if (os === 'windows') out.push(forbiddenField(at, 'cannot be set for a windows pod'))
    if (os !== 'linux') continue
    for (const problem of userIdErrors(linux.uid)) out.push(invalidValue(`${at}.uid`, linux.uid, problem))
    for (const problem of groupIdErrors(linux.gid)) out.push(invalidValue(`${at}.gid`, linux.gid, problem))
    for (const [j, group] of (linux.supplementalGroups ?? []).entries()) {
      for (const problem of groupIdErrors(group)) out.push(invalidValue(`${at}.supplementalGroups[${j}]`, group, problem))
    }
  }
}

const healths = ['Healthy', 'Unhealthy', 'Unknown']

function checkAllocated(statuses: Statuses, containers: readonly Container[] | null | undefined, path: string, out: Errors): void {
  for (const [i, { name, allocatedResourcesStatus }] of (statuses ?? []).entries()) {
    const container = containers?.find((one) => one.name === name)
    for (const [j, allocated] of (allocatedResourcesStatus ?? []).entries()) {
      const at = `${path}[${i}].allocatedResourcesStatus[${j}]`
      const problem = container === undefined ? undefined : allocatedProblem(allocated.name, container)
      if (problem !== undefined) out.push(invalidValue(`${at}.name`, allocated.name, problem))
      const ids = new Set<string>()
      for (const [k, { health = '', resourceID }] of (allocated.resources ?? []).entries()) {
        if (!healths.includes(health)) out.push(notSupported(`${at}.resources[${k}].health`, health, healths))
        if (ids.has(resourceID)) out.push(duplicate(`${at}.resources[${k}].resourceID`, resourceID))
        ids.add(resourceID)
      }
    }
  }
}

function allocatedProblem(name: string, { resources }: Container): string | undefined {
  if (!name.startsWith('claim:')) {
    return resources?.requests?.[name] === undefined ? "must match one of the container's resource requests" : undefined
  }
  const isClaimed = (resources?.claims ?? []).some((one) => name === `claim:${one.name}${one.request ? `/${one.request}` : ''}`)
  if (isClaimed) return undefined
  return "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
}

interface StatusDraft {
  qosClass?: string
  observedGeneration?: number
  extendedResourceClaimStatus?: unknown
  conditions?: { type: string; observedGeneration?: number }[]
  containerStatuses?: { allocatedResourcesStatus?: unknown }[]
  initContainerStatuses?: { allocatedResourcesStatus?: unknown }[]
  ephemeralContainerStatuses?: { allocatedResourcesStatus?: unknown }[]
}

/** Before it is judged: what an older writer does not know stays; what has its gate off goes. */
export function keepFromOldStatus(draft: StatusDraft, old: PodStatus | undefined): void {
  if ((draft.qosClass ?? '') === '' && (old?.qosClass ?? '') !== '') draft.qosClass = old?.qosClass as string
  if ((draft.observedGeneration ?? 0) === 0 && old?.observedGeneration) draft.observedGeneration = old.observedGeneration
  const seen = new Map<string, number[]>()
  for (const { type, observedGeneration = 0 } of old?.conditions ?? []) seen.set(type, [...(seen.get(type) ?? []), observedGeneration])
  for (const condition of draft.conditions ?? []) {
    const generation = seen.get(condition.type)?.shift() ?? 0
    if ((condition.observedGeneration ?? 0) === 0 && generation !== 0) condition.observedGeneration = generation
  }
  if (!old?.extendedResourceClaimStatus) delete draft.extendedResourceClaimStatus
  for (const list of [draft.containerStatuses, draft.initContainerStatuses, draft.ephemeralContainerStatuses]) {
    for (const status of list ?? []) delete status.allocatedResourcesStatus
  }
}
