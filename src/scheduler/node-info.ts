/**
 * A node as filters see it: the object, what it offers and what is taken, as plain numbers, and the Pods on it. Owned and changed by
 * the cache alone; everybody else reads, or forks a copy to try something on (preempt.ts).
 *
 * All fields are set in the constructor and keep their types: filters run a few hundred times per decision.
 */
import type { Node, Taint } from '../api/core/node-schema.ts'
import { quantityValue } from '../apimachinery/quantity.ts'
import type { HostPort, PodInfo } from './pod-info.ts'
import { resourcesOf } from './resources.ts'

/** One image and on how many nodes it is; shared by all nodes that have it. */
export interface ImageState {
  readonly size: number
  readonly nodes: Set<string>
}

type Labels = Readonly<Record<string, string>>
const noLabels: Labels = {}
const noTaints: readonly Taint[] = []
const noScalars: ReadonlyMap<string, number> = new Map()
const anyAddress = '0.0.0.0'

export class NodeInfo {
  readonly name: string
  /** Absent while Pods are known that run on a node nobody has seen yet. */
  node: Node | undefined = undefined
  /** Grows with every change of any node: equal means unchanged. */
  generation = 0
  labels: Labels = noLabels
  isUnschedulable = false
  /** NoSchedule and NoExecute. */
  hardTaints: readonly Taint[] = noTaints
  /** PreferNoSchedule. */
  softTaints: readonly Taint[] = noTaints
  images: ReadonlyMap<string, ImageState> = new Map()

  allocatableMilliCpu = 0
  allocatableMemory = 0
  allocatableStorage = 0
  allocatablePods = 0
  allocatableScalars: ReadonlyMap<string, number> = noScalars

  requestedMilliCpu = 0
  requestedMemory = 0
  requestedStorage = 0
  requestedScalars: Map<string, number> | undefined = undefined
  /** With 100m and 200 MiB for each container that asks for nothing: what scores go by. */
  nonZeroMilliCpu = 0
  nonZeroMemory = 0

  pods: PodInfo[] = []
  podsWithAffinity: PodInfo[] = []
  /** By "TCP/80": addresses and how many Pods hold them. */
  usedPorts: Map<string, Map<string, number>> | undefined = undefined
  /** How many Pods use a claim, by "namespace/name". */
  claims: Map<string, number> | undefined = undefined

  constructor(name: string) {
    this.name = name
  }

  setNode(node: Node): void {
    this.node = node
    this.labels = node.metadata.labels ?? noLabels
    this.isUnschedulable = node.spec.unschedulable === true
    const taints = node.spec.taints ?? noTaints
    this.hardTaints = taints.filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
    this.softTaints = taints.filter(({ effect }) => effect === 'PreferNoSchedule')
    const { milliCpu, memory, ephemeralStorage, scalars } = resourcesOf(node.status?.allocatable)
    this.allocatableMilliCpu = milliCpu
    this.allocatableMemory = memory
    this.allocatableStorage = ephemeralStorage
    this.allocatableScalars = scalars.length === 0 ? noScalars : new Map(scalars.map(({ name, amount }) => [name, amount]))
    this.allocatablePods = quantityValue(node.status?.allocatable?.pods ?? '0')
  }

  addPod(pod: PodInfo): void {
    this.pods.push(pod)
    if (pod.hasAffinity) this.podsWithAffinity.push(pod)
    this.#count(pod, 1)
  }

  /** The very value that was added: looked up by identity, which costs nothing. */
  removePod(pod: PodInfo): void {
    if (!takeOut(this.pods, pod)) return
    if (pod.hasAffinity) takeOut(this.podsWithAffinity, pod)
    this.#count(pod, -1)
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    const { requests } = pod
    this.requestedMilliCpu += sign * requests.milliCpu
    this.requestedMemory += sign * requests.memory
    this.requestedStorage += sign * requests.ephemeralStorage
    for (const { name, amount } of requests.scalars) add((this.requestedScalars ??= new Map()), name, sign * amount)
    this.nonZeroMilliCpu += sign * pod.nonZeroMilliCpu
    this.nonZeroMemory += sign * pod.nonZeroMemory
    for (const claim of pod.claims) add((this.claims ??= new Map()), claim, sign)
    for (const port of pod.hostPorts) this.#countPort(port, sign)
  }

  #countPort({ key, address }: HostPort, sign: number): void {
    const ports = (this.usedPorts ??= new Map())
    const addresses = ports.get(key)
    if (addresses === undefined) ports.set(key, new Map([[address, sign]]))
    else {
      add(addresses, address, sign)
      if (addresses.size === 0) ports.delete(key)
    }
  }

  /** A port on every address is taken by the same port on any. */
  isPortTaken({ key, address }: HostPort): boolean {
    const addresses = this.usedPorts?.get(key)
    if (addresses === undefined) return false
    return address === anyAddress || addresses.has(address) || addresses.has(anyAddress)
  }

  /** A copy that may be changed without anybody noticing. */
  fork(): NodeInfo {
    const copy = new NodeInfo(this.name)
    Object.assign(copy, this)
    copy.pods = [...this.pods]
    copy.podsWithAffinity = [...this.podsWithAffinity]
    copy.requestedScalars = this.requestedScalars && new Map(this.requestedScalars)
    copy.usedPorts = this.usedPorts && new Map([...this.usedPorts].map(([key, addresses]) => [key, new Map(addresses)]))
    copy.claims = this.claims && new Map(this.claims)
    return copy
  }
}

/** Zero is forgotten. */
function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

/** The order of Pods on a node means nothing: the last takes the free place. */
function takeOut(pods: PodInfo[], pod: PodInfo): boolean {
  const at = pods.indexOf(pod)
  if (at < 0) return false
  const last = pods.pop() as PodInfo
  if (at < pods.length) pods[at] = last
  return true
}
