/**
 * Any number of simulated nodes in one process: they share one watch of Pods and one of Nodes, and each has a kubelet of its
 * own. A node's power is an annotation (`sim.typernetes.dev/power: "off"`), so that anybody with kubectl can let a machine
 * die and watch what the cluster makes of it; a node that was deleted stays away until the next start, as a real kubelet would.
 *
 * Addresses: node i has 172.18.x.y, its Pods 10.(128 + i / 256).(i % 256).0/24.
 */
import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import { powerAnnotation, SimulatedRuntime } from './cri/simulated.ts'
import { Kubelet } from './kubelet.ts'
import type { Machine } from './node-status.ts'
import type { PodEvents } from './pod-worker.ts'

export interface ObjectHandlers<T> {
  onAdd(object: T): void
  onUpdate(object: T): void
  onDelete(object: T): void
}
/** Where the kubelets hear of Pods and Nodes: informers, in the end. */
export interface ObjectSource<T> {
  subscribe(handlers: ObjectHandlers<T>): Disposable
}

export interface SimulatedNode {
  readonly name: string
  readonly cpu: string
  readonly memory: string
  readonly pods?: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface SimulatedNodesOptions {
  readonly client: Client
  readonly pods: ObjectSource<Pod>
  readonly nodes: ObjectSource<Node>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly machines: readonly SimulatedNode[]
  readonly kubeletVersion: string
  readonly record: (
    object: Pod | Node,
    nodeName: string,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    fieldPath?: string,
  ) => void
  /** Divides every pretended time of the runtime. */
  readonly speed?: number
}

/** At most so many nodes register at once. */
const registrationsAtOnce = 50

export class SimulatedNodes implements AsyncDisposable {
  readonly #options: SimulatedNodesOptions
  readonly #kubelets = new Map<string, Kubelet>()
  readonly #nodes = new Map<string, Node>()
  readonly #podsByNode = new Map<string, Map<string, Pod>>()
  readonly #subscriptions: Disposable[] = []

  constructor(options: SimulatedNodesOptions) {
    this.#options = options
    options.machines.forEach((machine, index) => {
      this.#kubelets.set(machine.name, this.#kubelet(machine, index))
    })
  }

  /** Resolves when every node is registered. */
  async start(): Promise<void> {
    const waiting = [...this.#kubelets.values()]
    const next = async (): Promise<void> => {
      for (let kubelet = waiting.shift(); kubelet !== undefined; kubelet = waiting.shift()) await kubelet.start()
    }
    await Promise.all(Array.from({ length: Math.min(registrationsAtOnce, waiting.length) }, next))
    const podHandler = {
      onAdd: (pod: Pod) => this.#podChanged(pod),
      onUpdate: (pod: Pod) => this.#podChanged(pod),
      onDelete: (pod: Pod) => this.#podGone(pod),
    }
    const nodeHandler = {
      onAdd: (node: Node) => this.#nodeChanged(node),
      onUpdate: (node: Node) => this.#nodeChanged(node),
      onDelete: (node: Node) => this.#nodeGone(node),
    }
    this.#subscriptions.push(this.#options.nodes.subscribe(nodeHandler), this.#options.pods.subscribe(podHandler))
  }

  /** Cuts or restores a node's power, as the annotation does. */
  async setPower(name: string, power: 'on' | 'off'): Promise<void> {
    const kubelet = this.#kubelets.get(name)
    if (kubelet === undefined) return
    if (power === 'off') return kubelet.stop()
    if (kubelet.isRunning) return
    await kubelet.start()
    for (const pod of this.#podsByNode.get(name)?.values() ?? []) kubelet.podChanged(pod)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]()
    await Promise.all([...this.#kubelets.values()].map((kubelet) => kubelet.stop()))
  }

  #kubelet(machine: SimulatedNode, index: number): Kubelet {
    const { client, clock, random, log, record, kubeletVersion, speed } = this.#options
    const podAddressPrefix = `10.${128 + Math.floor(index / 256)}.${index % 256}`
    const hostIp = `172.18.${Math.floor((index + 2) / 254)}.${((index + 2) % 254) + 1}`
    const runtime = new SimulatedRuntime({
      clock,
      random,
      podAddressPrefix,
      hostAddress: hostIp,
      ...(speed === undefined ? {} : { speed }),
    })
    const facts: Machine = {
      name: machine.name,
      hostIp,
      podCidr: `${podAddressPrefix}.0/24`,
      capacity: { cpu: machine.cpu, memory: machine.memory, 'ephemeral-storage': '100Gi', pods: machine.pods ?? '110' },
      labels: machine.labels ?? {},
      runtimeVersion: runtime.version,
      kubeletVersion,
      systemUuid: random.uuid(),
    }
    const recordPod: PodEvents = (pod, type, reason, message, fieldPath) => record(pod, machine.name, type, reason, message, fieldPath)
    return new Kubelet({
      client,
      clock,
      random,
      log,
      machine: facts,
      runtime,
      record: recordPod,
      node: () => this.#nodes.get(machine.name),
      recordNode: (node, type, reason, message) => record(node, machine.name, type, reason, message),
    })
  }

  #podChanged(pod: Pod): void {
    const nodeName = pod.spec.nodeName
    const kubelet = nodeName === undefined ? undefined : this.#kubelets.get(nodeName)
    if (kubelet === undefined) return
    let pods = this.#podsByNode.get(kubelet.name)
    if (pods === undefined) this.#podsByNode.set(kubelet.name, (pods = new Map()))
    pods.set(pod.metadata.uid ?? '', pod)
    kubelet.podChanged(pod)
  }

  #podGone(pod: Pod): void {
    const kubelet = this.#kubelets.get(pod.spec.nodeName ?? '')
    if (kubelet === undefined) return
    this.#podsByNode.get(kubelet.name)?.delete(pod.metadata.uid ?? '')
    kubelet.podGone(pod)
  }

  #nodeChanged(node: Node): void {
    const name = node.metadata.name ?? ''
    const kubelet = this.#kubelets.get(name)
    if (kubelet === undefined) return
    this.#nodes.set(name, node)
    const power = node.metadata.annotations?.[powerAnnotation] === 'off' ? 'off' : 'on'
    if ((power === 'on') === kubelet.isRunning) return
    this.setPower(name, power).catch((error: unknown) =>
      this.#options.log.error('Cannot switch a node', { node: name, error: String(error) }),
    )
  }

  #nodeGone(node: Node): void {
    this.#nodes.delete(node.metadata.name ?? '')
    const kubelet = this.#kubelets.get(node.metadata.name ?? '')
    if (kubelet === undefined) return
    kubelet
      .stop()
      .catch((error: unknown) => this.#options.log.error('Cannot stop a node', { node: node.metadata.name, error: String(error) }))
  }
}
