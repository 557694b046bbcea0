/**
 * What validation tolerates because it was there before (PodValidationOptions upstream, as far as the gates of 1.34 leave a choice): an object that became
 * wrong by a stricter rule must still be changeable, deletable above all.
 */
import { compareQuantities, quantityValue } from '../../../apimachinery/quantity.ts'
import { validateLabelSelector } from '../../../apimachinery/selectors/labels.ts'
import { isHugePages } from './container-sums.ts'
import type { PodSpec } from './pod-spec.ts'
import { visitContainers } from './walk.ts'

export interface PodRules {
  /** A Pod, not a template of one. */
  readonly isPod?: boolean
  readonly allowsAnyDeletionCost?: boolean
  readonly allowsAnySelectorValues?: boolean
  readonly allowsAnyNodeAffinityValues?: boolean
  readonly allowsAnySpreadSelector?: boolean
  readonly allowsUnmergedMatchLabelKeys?: boolean
  readonly allowsPartialHugePages?: boolean
  readonly allowsAnyTokenPath?: boolean
  readonly allowsHostSysctls?: boolean
  readonly allowsAnySELinuxChange?: boolean
  readonly allowsDevicesOfUserNamespaces?: boolean
}

export const strictRules: PodRules = {}
export const strictPodRules: PodRules = { isPod: true }

type Annotations = Readonly<Record<string, string>> | null | undefined

/** `old`: what is replaced. */
export function rulesAfter(old: PodSpec, oldAnnotations: Annotations, isPod: boolean): PodRules {
  return {
    isPod,
    allowsAnyDeletionCost: !isDeletionCost(oldAnnotations?.[deletionCostAnnotation]),
    allowsAnySelectorValues: hasBadAffinitySelector(old),
    allowsAnyNodeAffinityValues: hasBadNodeAffinity(old),
    allowsAnySpreadSelector: (old.topologySpreadConstraints ?? []).some((one) => has(validateLabelSelector(one.labelSelector, ''))),
    allowsUnmergedMatchLabelKeys: hasUnmergedMatchLabelKeys(old),
    allowsPartialHugePages: hasPartialHugePages(old),
    allowsAnyTokenPath: hasOutsideTokenPath(old),
    allowsHostSysctls: (old.securityContext?.sysctls ?? []).some(({ name }) => hostSysctlProblem(name, old) !== undefined),
    allowsAnySELinuxChange: (old.securityContext?.seLinuxChangePolicy ?? null) !== null,
    allowsDevicesOfUserNamespaces: hasDevicesInUserNamespace(old),
  }
}

function has(errors: Iterable<unknown>): boolean {
  for (const _ of errors) return true
  return false
}

export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'

/** A 32 bit integer without plus sign and leading zeros; absent is fine. */
export function isDeletionCost(text: string | undefined): boolean {
  if (text === undefined) return true
  if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return false
  const cost = Number(text)
  return cost >= -2_147_483_648 && cost <= 2_147_483_647
}

function hasBadAffinitySelector({ affinity }: PodSpec): boolean {
  for (const terms of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    for (const term of terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (has(validateLabelSelector(term.labelSelector, '')) || has(validateLabelSelector(term.namespaceSelector, ''))) return true
    }
    for (const { podAffinityTerm: term } of terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (has(validateLabelSelector(term.labelSelector, '')) || has(validateLabelSelector(term.namespaceSelector, ''))) return true
    }
  }
  return false
}

function hasBadNodeAffinity({ affinity }: PodSpec): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const isValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
  return terms.some((term) => (term.matchExpressions ?? []).some(({ values }) => (values ?? []).some((value) => !isValue.test(value))))
}

/** Since 1.34 matchLabelKeys are merged into the selector; constraints from before have keys that stand in none. */
function hasUnmergedMatchLabelKeys({ topologySpreadConstraints }: PodSpec): boolean {
  return (topologySpreadConstraints ?? []).some(({ matchLabelKeys, labelSelector }) => {
    const names = new Set(Object.keys(labelSelector?.matchLabels ?? {}))
    return (labelSelector?.matchExpressions ?? []).some(({ key }) => {
      const isTwice = (matchLabelKeys ?? []).includes(key) && names.has(key)
      names.add(key)
      return isTwice
    })
  })
}

function hasPartialHugePages(old: PodSpec): boolean {
  let found = false
  visitContainers(old, '', ({ resources }) => {
    for (const amounts of [resources?.limits, resources?.requests]) {
      for (const name in amounts) if (isHugePages(name) && !isWholePages(name, amounts[name] as string)) found = true
    }
  })
  return found
}

/** A whole number of pages of the size that stands in the resource's name. */
export function isWholePages(name: string, amount: string): boolean {
  const size = name.slice('hugepages-'.length)
  if (compareQuantities(size, '0') <= 0) return false
  return quantityValue(amount) % quantityValue(size) === 0
}

function hasOutsideTokenPath({ volumes }: PodSpec): boolean {
  return (volumes ?? []).some(({ projected }) =>
    (projected?.sources ?? []).some(
      ({ serviceAccountToken: token }) => token && (/^\/|^\.\.(?!\/)/.test(token.path) || token.path.split('/').includes('..')),
    ),
  )
}

const ipcSysctls: ReadonlySet<string> = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
])

/** A Pod on the host's network or ipc namespace would change the host. */
export function hostSysctlProblem(sysctl: string, { hostNetwork, hostIPC }: PodSpec): string | undefined {
  if (hostNetwork !== true && hostIPC !== true) return undefined
  const name = sysctlName(sysctl).split('*')[0] as string
  if (hostNetwork === true && name.startsWith('net.')) return "may not be specified when 'hostNetwork' is true"
  if (hostIPC === true && (ipcSysctls.has(name) || name.startsWith('fs.mqueue.'))) return "may not be specified when 'hostIPC' is true"
  return undefined
}

/** The first separator decides which one it is: "net/ipv4/conf/eth0.100/x" is net.ipv4.conf.eth0/100.x. */
function sysctlName(sysctl: string): string {
  const first = /[./]/.exec(sysctl)?.[0]
  return first === '/' ? sysctl.replace(/[./]/g, (one) => (one === '/' ? '.' : '/')) : sysctl
}

function hasDevicesInUserNamespace(old: PodSpec): boolean {
  if (old.hostUsers !== false) return false
  let found = false
  visitContainers(old, '', ({ volumeDevices }) => {
    if ((volumeDevices?.length ?? 0) > 0) found = true
  })
  return found
}
