/**
 * NodeResourcesFit: a node must have what the Pod asks for left over; the emptier it is, the better (LeastAllocated: the free
 * share of cpu and memory, averaged).
 *
 * Scores go by "non-zero" requests, in which a container that asks for nothing counts as 100m and 200 MiB, so that such Pods do
 * not pile up on one node; filters go by what was really asked.
 */
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import type { Plugin, Rejection, RejectionCode } from '../framework.ts'
import { maxNodeScore } from '../framework.ts'
import { NodeInfo } from '../node-info.ts'
import { PodInfo } from '../pod-info.ts'
import { isAssigned, isPlaced } from '../pod-place.ts'
import { amountOf, type Resources } from '../resources.ts'

const name = 'NodeResourcesFit'

export function nodeResourcesFit(): Plugin {
  return {
    name,
    events: [
      {
        resource: 'Pod',
        actions: ['Delete', 'UpdatePodScaleDown'],
        hint: (pod, { old, new: now }) => freesSomething(pod, old as Pod, now as Pod),
      },
      {
        resource: 'Node',
        actions: ['Add', 'UpdateNodeAllocatable'],
        hint: (pod, { old, new: now }) => fitsNow(pod, old as Node, now as Node),
      },
    ],
    preFilter: ({ requests }) => ({ filter: (node) => insufficient(requests, node) }),
    preScore({ nonZeroMilliCpu, nonZeroMemory }) {
      return {
        score(node) {
          let sum = 0
          let count = 0
          if (node.allocatableMilliCpu > 0) {
            sum += freeShare(node.nonZeroMilliCpu + nonZeroMilliCpu, node.allocatableMilliCpu)
            count++
          }
          if (node.allocatableMemory > 0) {
            sum += freeShare(node.nonZeroMemory + nonZeroMemory, node.allocatableMemory)
            count++
          }
          return count === 0 ? 0 : Math.trunc(sum / count)
        },
      }
    },
  }
}

function freeShare(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * maxNodeScore) / allocatable)
}

/** What lacks; unresolvable when even the empty node would be too small. */
function insufficient(requests: Resources, node: NodeInfo): Rejection | undefined {
  const tooMany = node.pods.length + 1 > node.allocatablePods
  const { milliCpu, memory, ephemeralStorage, scalars } = requests
  const lacksCpu = milliCpu > 0 && milliCpu > node.allocatableMilliCpu - node.requestedMilliCpu
  const lacksMemory = memory > 0 && memory > node.allocatableMemory - node.requestedMemory
  const lacksStorage = ephemeralStorage > 0 && ephemeralStorage > node.allocatableStorage - node.requestedStorage
  if (!tooMany && !lacksCpu && !lacksMemory && !lacksStorage && scalars.length === 0) return undefined
  const reasons: string[] = []
  let code: RejectionCode = 'Unschedulable'
  const lack = (resource: string, isTooSmall: boolean): void => {
    reasons.push(`Insufficient ${resource}`)
    if (isTooSmall) code = 'UnschedulableAndUnresolvable'
  }
  if (tooMany) reasons.push('Too many pods')
  if (lacksCpu) lack('cpu', milliCpu > node.allocatableMilliCpu)
  if (lacksMemory) lack('memory', memory > node.allocatableMemory)
  if (lacksStorage) lack('ephemeral-storage', ephemeralStorage > node.allocatableStorage)
  for (const scalar of scalars) {
    const allocatable = node.allocatableScalars.get(scalar.name) ?? 0
    if (scalar.amount > 0 && scalar.amount > allocatable - (node.requestedScalars?.get(scalar.name) ?? 0)) {
      lack(scalar.name, scalar.amount > allocatable)
    }
  }
  return reasons.length === 0 ? undefined : rejection(code, reasons)
}

/** A full cluster gives the same few rejections for thousands of nodes; their reasons are counted, not compared. */
function rejection(code: RejectionCode, reasons: readonly string[]): Rejection {
  return { plugin: name, code, reasons }
}

function freesSomething(pod: PodInfo, old: Pod, now: Pod | undefined): boolean {
  if (now === undefined) return isPlaced(old)
  if (now.metadata.uid === pod.uid) return true
  if (!isAssigned(now)) return false
  const before = new PodInfo(old).requests
  const after = new PodInfo(now).requests
  const { requests } = pod
  return (
    (requests.milliCpu > 0 && before.milliCpu > after.milliCpu) ||
    (requests.memory > 0 && before.memory > after.memory) ||
    (requests.ephemeralStorage > 0 && before.ephemeralStorage > after.ephemeralStorage) ||
    requests.scalars.some((scalar) => scalar.amount > 0 && amountOf(before, scalar.name) > amountOf(after, scalar.name))
  )
}

/** The empty node could take the Pod, and it is new or has grown where it matters. */
function fitsNow({ requests }: PodInfo, old: Node | undefined, now: Node): boolean {
  const node = nodeInfoOf(now)
  if (insufficient(requests, node) !== undefined) return false
  if (old === undefined) return true
  const before = nodeInfoOf(old)
  return (
    node.allocatablePods > before.allocatablePods ||
    (requests.milliCpu > 0 && node.allocatableMilliCpu > before.allocatableMilliCpu) ||
    (requests.memory > 0 && node.allocatableMemory > before.allocatableMemory) ||
    (requests.ephemeralStorage > 0 && node.allocatableStorage > before.allocatableStorage) ||
    requests.scalars.some(
      (scalar) => scalar.amount > 0 && (node.allocatableScalars.get(scalar.name) ?? 0) > (before.allocatableScalars.get(scalar.name) ?? 0),
    )
  )
}

function nodeInfoOf(node: Node): NodeInfo {
  const info = new NodeInfo(node.metadata.name ?? '')
  info.setNode(node)
  return info
}
