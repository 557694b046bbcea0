/**
 * A Pod as filters and scores see it: what it asks for as numbers, its affinity terms parsed, its host ports. Made once per
 * revision, when the Pod comes out of the informer, and shared by queue, cache and cycle. Never copied, never changed.
 */

import type { Pod } from '../api/core/pod.ts'
import { claimNameOf } from '../api/core/pod-references.ts'
import type { Container } from '../api/core/pod-spec/container.ts'
import { keyOf } from '../apimachinery/object.ts'
import {
  formatRequirements,
  type LabelRequirements,
  type LabelSelectorObject,
  matchesLabels,
  nothing,
  SelectorError,
  selectorFromLabelSelector,
} from '../apimachinery/selectors/labels.ts'
import { nonZeroRequestsOf, requestsOf } from './pod-requests.ts'
import type { Resources } from './resources.ts'

export type Labels = Readonly<Record<string, string>>

/** "Near (or not near) Pods like these, where near means the same value of this node label." */
export interface AffinityTerm {
  /** Equal for terms that say the same. */
  readonly key: string
  readonly topologyKey: string
  readonly selector: LabelRequirements
  readonly namespaces: ReadonlySet<string>
  readonly namespaceSelector: LabelRequirements
}
export interface WeightedTerm extends AffinityTerm {
  readonly weight: number
}

export interface HostPort {
  /** "TCP/80" */
  readonly key: string
  readonly address: string
}

type PodAffinityTerm = NonNullable<
  NonNullable<NonNullable<Pod['spec']['affinity']>['podAffinity']>['requiredDuringSchedulingIgnoredDuringExecution']
>[number]

const noLabels: Labels = {}
const noTerms: readonly AffinityTerm[] = []
const noWeightedTerms: readonly WeightedTerm[] = []
const noPorts: readonly HostPort[] = []
const noClaims: readonly string[] = []

export class PodInfo {
  readonly pod: Pod
  readonly uid: string
  /** "namespace/name" */
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
  readonly priority: number
  readonly isDeleting: boolean
  readonly requests: Resources
  readonly nonZeroMilliCpu: number
  readonly nonZeroMemory: number
  readonly hostPorts: readonly HostPort[]
  /** PersistentVolumeClaims of its volumes, ephemeral ones too, by "namespace/name". */
  readonly claims: readonly string[]
  readonly hasAffinity: boolean
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly WeightedTerm[]
  readonly preferredAntiAffinity: readonly WeightedTerm[]

  constructor(pod: Pod) {
    const { metadata, spec } = pod
    this.pod = pod
    this.uid = metadata.uid ?? ''
    this.key = keyOf(pod)
    this.namespace = metadata.namespace ?? ''
    this.name = metadata.name ?? ''
    this.labels = metadata.labels ?? noLabels
    this.priority = spec.priority ?? 0
    this.isDeleting = (metadata.deletionTimestamp ?? null) !== null
    this.requests = requestsOf(pod)
    const nonZero = nonZeroRequestsOf(pod)
    this.nonZeroMilliCpu = nonZero.milliCpu
    this.nonZeroMemory = nonZero.memory
    this.hostPorts = hostPortsOf(pod)
    this.claims = claimsOf(pod, this.namespace, this.name)
    const near = spec.affinity?.podAffinity ?? undefined
    const far = spec.affinity?.podAntiAffinity ?? undefined
    this.hasAffinity = near !== undefined || far !== undefined
    this.requiredAffinity = requiredTerms(near?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace)
    this.requiredAntiAffinity = requiredTerms(far?.requiredDuringSchedulingIgnoredDuringExecution, this.namespace)
    this.preferredAffinity = weightedTerms(near?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace)
    this.preferredAntiAffinity = weightedTerms(far?.preferredDuringSchedulingIgnoredDuringExecution, this.namespace)
  }
}

function requiredTerms(terms: readonly PodAffinityTerm[] | null | undefined, namespace: string): readonly AffinityTerm[] {
  return terms === null || terms === undefined || terms.length === 0 ? noTerms : terms.map((term) => parseTerm(term, namespace))
}

function weightedTerms(
  terms: readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] | null | undefined,
  namespace: string,
): readonly WeightedTerm[] {
  if (terms === null || terms === undefined || terms.length === 0) return noWeightedTerms
  return terms.map(({ weight, podAffinityTerm }) => ({ ...parseTerm(podAffinityTerm, namespace), weight }))
}

/** Without namespaces and namespaceSelector it is the Pod's own namespace. */
function parseTerm(term: PodAffinityTerm, namespace: string): AffinityTerm {
  const named = term.namespaces ?? []
  const ownOnly = named.length === 0 && (term.namespaceSelector ?? null) === null
  const { topologyKey } = term
  const selector = parseSelector(term.labelSelector)
  const namespaces = ownOnly ? [namespace] : [...named].sort()
  const namespaceSelector = parseSelector(term.namespaceSelector)
  const key = [topologyKey, namespaces.join(' '), textOf(selector), textOf(namespaceSelector)].join(' / ')
  return { key, topologyKey, selector, namespaces: new Set(namespaces), namespaceSelector }
}

function textOf(selector: LabelRequirements): string {
  return selector === nothing ? '(nothing)' : formatRequirements(selector)
}

/** What validation lets through parses; anything else (from old times) matches nothing. */
export function parseSelector(selector: LabelSelectorObject | null | undefined): LabelRequirements {
  try {
    return selectorFromLabelSelector(selector)
  } catch (error) {
    if (error instanceof SelectorError) return nothing
    throw error
  }
}

/** `namespaceLabels`: of the Pod's namespace; undefined when they cannot matter. */
export function termMatches(term: AffinityTerm, namespace: string, labels: Labels, namespaceLabels: Labels | undefined): boolean {
  if (!term.namespaces.has(namespace) && !matchesLabels(term.namespaceSelector, namespaceLabels)) return false
  return matchesLabels(term.selector, labels)
}

export function matchesAllTerms(terms: readonly AffinityTerm[], namespace: string, labels: Labels): boolean {
  if (terms.length === 0) return false
  for (let i = 0; i < terms.length; i++) if (!termMatches(terms[i] as AffinityTerm, namespace, labels, undefined)) return false
  return true
}

/** Replaces the selector of namespaces by the namespaces that it selects now. */
export function withNamespaces<T extends AffinityTerm>(
  term: T,
  namespaces: Iterable<{ readonly name: string; readonly labels: Labels }>,
): T {
  if (term.namespaceSelector.length === 0 || term.namespaceSelector === nothing) return term
  const selected = new Set(term.namespaces)
  for (const { name, labels } of namespaces) if (matchesLabels(term.namespaceSelector, labels)) selected.add(name)
  return { ...term, namespaces: selected, namespaceSelector: nothing }
}

function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  let ports: HostPort[] | undefined
  const take = (container: Container): void => {
    for (const port of container.ports ?? []) {
      if ((port.hostPort ?? 0) <= 0) continue
      const address = port.hostIP ?? ''
      const taken: HostPort = { key: `${port.protocol ?? 'TCP'}/${port.hostPort}`, address: address === '' ? '0.0.0.0' : address }
      ;(ports ??= []).push(taken)
    }
  }
  for (const container of spec.containers) take(container)
  for (const container of spec.initContainers ?? []) if (container.restartPolicy === 'Always') take(container)
  return ports ?? noPorts
}

function claimsOf({ spec }: Pod, namespace: string, name: string): readonly string[] {
  let claims: string[] | undefined
  for (const volume of spec.volumes ?? []) {
    const claim = claimNameOf(name, volume)
    if (claim !== undefined) (claims ??= []).push(`${namespace}/${claim}`)
  }
  return claims ?? noClaims
}
