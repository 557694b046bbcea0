/**
 * What a Pod as a whole asks for and may use, as quantities: the sum of its containers and sidecars, or more if an init container needs more; what the Pod
 * itself states instead of its containers; and its overhead. Quotas count this. (The scheduler counts the same in numbers, for speed.)
 */
import { addQuantities, compareQuantities } from '../../apimachinery/quantity.ts'
import type { ContainerStatus, Pod } from './pod-schema.ts'
import type { Container } from './pod-spec/container.ts'

export type Amounts = Readonly<Record<string, string>>
type Part = 'requests' | 'limits'

export function podAmounts({ spec, status }: Pod, part: Part): Amounts {
  const isInfeasible = status?.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Infeasible') === true
  const amountsOf = (container: Container, statuses: readonly ContainerStatus[] | null | undefined): Amounts =>
    containerAmounts(
      container,
      statuses?.find(({ name }) => name === container.name),
      part,
      isInfeasible,
    )
  let total: Amounts = {}
  for (const container of spec.containers) total = addAmounts(total, amountsOf(container, status?.containerStatuses))
  let sidecars: Amounts = {}
  let starting: Amounts = {}
  for (const container of spec.initContainers ?? []) {
    const amounts = amountsOf(container, status?.initContainerStatuses)
    if (container.restartPolicy === 'Always') {
      total = addAmounts(total, amounts)
      sidecars = addAmounts(sidecars, amounts)
      starting = largerAmounts(starting, sidecars)
    } else starting = largerAmounts(starting, addAmounts(amounts, sidecars))
  }
  total = largerAmounts(total, starting)
  const own = spec.resources?.[part] ?? {}
  total = { ...total, ...own }
  const overhead = spec.overhead ?? {}
  if (part === 'requests') return addAmounts(total, overhead)
  // What is not limited stays so.
  return addAmounts(
    total,
    Object.fromEntries(Object.entries(overhead).filter(([name]) => total[name] !== undefined && compareQuantities(total[name], '0') !== 0)),
  )
}

/** While a resize goes on: the largest of what is wanted, what was promised and what it has. */
function containerAmounts(container: Container, actual: ContainerStatus | undefined, part: Part, isInfeasible: boolean): Amounts {
  const wanted = container.resources?.[part] ?? {}
  if (!actual?.resources) return wanted
  const has = actual.resources[part] ?? {}
  const held = part === 'requests' ? largerAmounts(has, actual.allocatedResources ?? {}) : has
  return isInfeasible ? held : largerAmounts(wanted, held)
}

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sum: Record<string, string> = { ...a }
  for (const name in b) sum[name] = sum[name] === undefined ? (b[name] as string) : addQuantities(sum[name], b[name] as string)
  return sum
}

function largerAmounts(a: Amounts, b: Amounts): Amounts {
  const larger: Record<string, string> = { ...a }
  for (const name in b)
    if (larger[name] === undefined || compareQuantities(b[name] as string, larger[name]) > 0) larger[name] = b[name] as string
  return larger
}
