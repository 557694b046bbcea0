/**
 * Whether a node takes a Pod that was bound to it: pure. The scheduler asked the same before, but not everybody comes from the scheduler
 * (`spec.nodeName` set by hand, DaemonSets of others), and what it knew may be old. A Pod that is refused is Failed and never starts.
 *
 * Only the first reason is told, in upstream's order: amounts, labels, ports, taints. Extended resources that the node does not have are not its
 * business. Critical Pods do not push others out, as a real kubelet would have them do.
 */
import type { Node } from '../api/core/node.ts'
import { requiredNodeMatcher } from '../api/core/node-matcher.ts'
import type { Pod } from '../api/core/pod.ts'
import { podRequests } from '../api/core/pod-facts.ts'
import { findUntoleratedTaint } from '../api/core/tolerations.ts'
import { quantityMilli, quantityValue } from '../apimachinery/quantity.ts'

export interface Refusal {
  readonly reason: string
  readonly message: string
}

interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

/** What a Pod holds of its node. Kept, not computed again for every newcomer. */
export interface Claim {
  /** CPU in thousandths, all else in whole units. */
  readonly amounts: Readonly<Record<string, number>>
  readonly ports: readonly HostPort[]
}

const everyAddress = '0.0.0.0'
const ordinary: readonly string[] = ['cpu', 'memory', 'ephemeral-storage']

export function claimOf(pod: Pod): Claim {
  const { spec } = pod
  const requests = podRequests(pod)
  const amounts = Object.fromEntries(Object.entries(requests).map(([name, text]) => [name, amountOf(name, text)]))
  const lasting = [...(spec.initContainers ?? []).filter((one) => one.restartPolicy === 'Always'), ...spec.containers]
  const ports = lasting.flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, hostIP = '', protocol = 'TCP' }) =>
      hostPort > 0 ? [{ ip: hostIP === '' ? everyAddress : hostIP, protocol, port: hostPort }] : [],
    ),
  )
  return { amounts, ports }
}

function amountOf(name: string, text: string): number {
  return name === 'cpu' ? quantityMilli(text) : quantityValue(text)
}

/** Undefined when the node takes it. `others`: what the Pods hold that are on the node and not over. */
export function refusalOf(pod: Pod, claim: Claim, node: Node, others: readonly Claim[]): Refusal | undefined {
  return lackOf(claim, node, others) ?? failedPredicate(pod, claim, node, others)
}

function lackOf({ amounts }: Claim, node: Node, others: readonly Claim[]): Refusal | undefined {
  const allocatable = node.status?.allocatable ?? {}
  const podsMax = quantityValue(allocatable.pods ?? '0')
  if (others.length + 1 > podsMax) return insufficient('pods', 1, others.length, podsMax)
  const names = [...ordinary, ...Object.keys(amounts).filter((name) => !ordinary.includes(name))]
  for (const name of names) {
    const requested = amounts[name] ?? 0
    const capacityText = allocatable[name]
    if (requested === 0 || (capacityText === undefined && !ordinary.includes(name))) continue
    const capacity = amountOf(name, capacityText ?? '0')
    const used = others.reduce((sum, other) => sum + (other.amounts[name] ?? 0), 0)
    if (requested > capacity - used) return insufficient(name, requested, used, capacity)
  }
  return undefined
}

function insufficient(name: string, requested: number, used: number, capacity: number): Refusal {
  return {
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  }
}

function failedPredicate(pod: Pod, { ports }: Claim, node: Node, others: readonly Claim[]): Refusal | undefined {
  const { name = '', labels = {} } = node.metadata
  if (requiredNodeMatcher(pod)?.({ name, labels }) === false)
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  const isTaken = (port: HostPort): boolean => others.some((other) => other.ports.some((held) => collide(port, held)))
  if (ports.some(isTaken)) return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports")
  if (findUntoleratedTaint(node.spec?.taints, pod.spec.tolerations, ['NoExecute']) !== undefined)
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate")
  return undefined
}

function failed(predicate: string, why: string): Refusal {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${why}` }
}

function collide(one: HostPort, other: HostPort): boolean {
  if (one.port !== other.port || one.protocol !== other.protocol) return false
  return one.ip === other.ip || one.ip === everyAddress || other.ip === everyAddress
}
