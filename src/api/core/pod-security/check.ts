/**
 * What the checks of pod security have in common: what they are given, what they find, and how they name containers.
 */
import type { Container } from '../pod-spec/container.ts'
import type { PodSpec } from '../pod-spec/pod-spec.ts'

export interface CheckedPod {
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: PodSpec
  /** In the order in which upstream visits them: init containers, containers, ephemeral ones. */
  readonly containers: readonly Container[]
}

export interface Violation {
  readonly reason: string
  readonly detail: string
}

export type Check = (pod: CheckedPod) => Violation | undefined

export interface VersionedCheck {
  readonly id: string
  /** From which minor version on which check, the oldest first. */
  readonly versions: readonly (readonly [minor: number, check: Check])[]
  /** A check of the baseline that this stricter one stands for. */
  readonly replaces?: string
}

export function checkedPod(
  metadata: { readonly annotations?: Readonly<Record<string, string>> | null | undefined } | null | undefined,
  spec: PodSpec,
): CheckedPod {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...((spec.ephemeralContainers ?? []) as Container[])]
  return { annotations: metadata?.annotations ?? {}, spec, containers }
}

export function named(pod: CheckedPod, isMeant: (container: Container) => boolean): string[] {
  return pod.containers.filter(isMeant).map(({ name }) => name)
}

export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

/** Different ones, sorted. */
export function quotedSet(values: Iterable<string>): string {
  return quoted([...new Set(values)].sort())
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`
}

/** `container "a"`, `containers "a", "b"` */
export function containersText(names: readonly string[]): string {
  return `${plural('container', names.length)} ${quoted(names)}`
}

/** `pod and containers "a", "b"`; '' when nobody did it. */
export function settersText(isPod: boolean, names: readonly string[]): string {
  return [...(isPod ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])].join(' and ')
}
