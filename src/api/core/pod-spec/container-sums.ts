/**
 * What the containers of a Pod ask for together: those that run side by side add up, init containers run one after the other (the largest counts), and
 * sidecars, once started, stay. AggregateContainerRequests and -Limits upstream.
 *
 *     app 1 + sidecar 1, init 3 before the sidecar  →  3        init 3 after it  →  4
 */
import { addQuantities, compareQuantities } from '../../../apimachinery/quantity.ts'

export type Amounts = Readonly<Record<string, string>>
interface Asking {
  readonly restartPolicy?: string | null | undefined
  readonly resources?: { readonly requests?: Amounts | null | undefined; readonly limits?: Amounts | null | undefined } | null | undefined
}
interface Spec {
  readonly containers?: readonly Asking[] | null | undefined
  readonly initContainers?: readonly Asking[] | null | undefined
}

export function containerSums(spec: Spec, which: 'requests' | 'limits'): Record<string, string> {
  const total: Record<string, string> = {}
  for (const { resources } of spec.containers ?? []) addTo(total, resources?.[which])
  const sidecars: Record<string, string> = {}
  const starting: Record<string, string> = {}
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const amounts = resources?.[which]
    if (restartPolicy === 'Always') {
      addTo(total, amounts)
      addTo(sidecars, amounts)
      raiseTo(starting, sidecars)
    } else {
      const needed = { ...sidecars }
      addTo(needed, amounts)
      raiseTo(starting, needed)
    }
  }
  raiseTo(total, starting)
  return total
}

export function addTo(total: Record<string, string>, amounts: Amounts | null | undefined): void {
  for (const name in amounts) {
    const had = total[name]
    total[name] = had === undefined ? (amounts[name] as string) : addQuantities(had, amounts[name] as string)
  }
}

function raiseTo(total: Record<string, string>, amounts: Amounts): void {
  for (const name in amounts) {
    const had = total[name]
    if (had === undefined || compareQuantities(amounts[name] as string, had) > 0) total[name] = amounts[name] as string
  }
}

/** Of each resource the larger amount. */
export function largest(a: Amounts | null | undefined, b: Amounts | null | undefined): Amounts {
  const out = { ...a }
  if (b) raiseTo(out, b)
  return out
}

/** What a Pod can ask for as a whole. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name)
}
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-')
}
/** Kubernetes' own resources: without a domain, or in one of its domains. */
export function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}
/** Requests may be below limits; extended resources and huge pages are there or not. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name)
}
