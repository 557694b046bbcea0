/**
 * NodeResourcesFit: a node must have what the Pod asks for left over; the emptier it is, the better (LeastAllocated: the free
 * share of cpu and memory, averaged).
 *
 * Scores go by "non-zero" requests, in which a container that asks for nothing counts as 100m and 200 MiB, so that such Pods do
 * not pile up on one node; filters go by what was really asked.
 */
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import type { Plugin, Rejection } from '../framework.ts'
import { maxNodeScore } from '../framework.ts'
import { NodeInfo } from '../node-info.ts'
import { PodInfo } from '../pod-info.ts'
import { isAssigned, isPlaced } from '../pod-place.ts'
import { remembered } from '../remembered.ts'
import { amountOf, type Resources, type ScalarAmount } from '../resources.ts'

const name = 'NodeResourcesFit'

export function nodeResourcesFit(): Plugin {
  const infoOf = remembered(nodeInfoOf)
  const requestsOf = remembered((pod: Pod) => new PodInfo(pod).requests)
  return {
    name,
    events: [
      {
        resource: 'Pod',
        actions: ['Delete', 'UpdatePodScaleDown'],
        hint: (pod, { old, new: now }) => freesSomething(pod, old as Pod, now as Pod, requestsOf),
      },
      {
        resource: 'Node',
        actions: ['Add', 'UpdateNodeAllocatable'],
        hint: (pod, { old, new: now }) => fitsNow(pod, old as Node, now as Node, infoOf),
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
  const { milliCpu, memory, ephemeralStorage, scalars } = requests
  let lacks = node.pods.length + 1 > node.allocatablePods ? lacksPods : 0
  if (milliCpu > 0 && milliCpu > node.allocatableMilliCpu - node.requestedMilliCpu) {
    lacks |= milliCpu > node.allocatableMilliCpu ? lacksCpu | isTooSmall : lacksCpu
  }
  if (memory > 0 && memory > node.allocatableMemory - node.requestedMemory) {
    lacks |= memory > node.allocatableMemory ? lacksMemory | isTooSmall : lacksMemory
  }
  if (ephemeralStorage > 0 && ephemeralStorage > node.allocatableStorage - node.requestedStorage) {
    lacks |= ephemeralStorage > node.allocatableStorage ? lacksStorage | isTooSmall : lacksStorage
  }
  if (scalars.length > 0) return withScalars(lacks, scalars, node)
  return lacks === 0 ? undefined : rejections[lacks]
}

function withScalars(lacks: number, scalars: readonly ScalarAmount[], node: NodeInfo): Rejection | undefined {
  let reasons: string[] | undefined
  let all = lacks
  for (const { name: resource, amount } of scalars) {
    const allocatable = node.allocatableScalars.get(resource) ?? 0
    if (amount === 0 || amount <= allocatable - (node.requestedScalars?.get(resource) ?? 0)) continue
    ;(reasons ??= []).push(`Insufficient ${resource}`)
    if (amount > allocatable) all |= isTooSmall
  }
  if (reasons === undefined) return lacks === 0 ? undefined : rejections[lacks]
  const { code } = rejectionOf(all)
  return { plugin: name, code, reasons: [...rejectionOf(lacks).reasons, ...reasons] }
}

const lacksPods = 1
const lacksCpu = 2
const lacksMemory = 4
const lacksStorage = 8
const isTooSmall = 16
/** A full cluster gives the same few rejections for thousands of nodes: made once, by what lacks. */
const rejections: readonly Rejection[] = Array.from({ length: 32 }, (_, lacks) => rejectionOf(lacks))

function rejectionOf(lacks: number): Rejection {
  const reasons: string[] = []
  if (lacks & lacksPods) reasons.push('Too many pods')
  if (lacks & lacksCpu) reasons.push('Insufficient cpu')
  if (lacks & lacksMemory) reasons.push('Insufficient memory')
  if (lacks & lacksStorage) reasons.push('Insufficient ephemeral-storage')
  return { plugin: name, code: lacks & isTooSmall ? 'UnschedulableAndUnresolvable' : 'Unschedulable', reasons }
}

function freesSomething(pod: PodInfo, old: Pod, now: Pod | undefined, requestsOf: (pod: Pod) => Resources): boolean {
  if (now === undefined) return isPlaced(old)
  if (now.metadata.uid === pod.uid) return true
  if (!isAssigned(now)) return false
  const before = requestsOf(old)
  const after = requestsOf(now)
  const { requests } = pod
  return (
    (requests.milliCpu > 0 && before.milliCpu > after.milliCpu) ||
    (requests.memory > 0 && before.memory > after.memory) ||
    (requests.ephemeralStorage > 0 && before.ephemeralStorage > after.ephemeralStorage) ||
    requests.scalars.some((scalar) => scalar.amount > 0 && amountOf(before, scalar.name) > amountOf(after, scalar.name))
  )
}

/** The empty node could take the Pod, and it is new or has grown where it matters. */
function fitsNow({ requests }: PodInfo, old: Node | undefined, now: Node, infoOf: (node: Node) => NodeInfo): boolean {
  const node = infoOf(now)
  if (insufficient(requests, node) !== undefined) return false
  if (old === undefined) return true
  const before = infoOf(old)
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
