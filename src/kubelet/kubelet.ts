/**
 * One node's kubelet: registers the node, keeps its status and its lease fresh, and has a worker for every Pod that was
 * bound to it. Which Pods those are it is told (`podChanged`, `podGone`); it watches nothing itself, so that a thousand
 * kubelets in one process share one watch.
 *
 * What a newcomer would get wrong: the lease is the heartbeat (every 10 s); the node's status is written only when it
 * changes or every 5 minutes, because at a thousand nodes that is what the API server's day is made of.
 */
import { Lease } from '../api/coordination/lease.ts'
import { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import { TaskScope } from '../std/task-scope.ts'
import { type Claim, claimOf, type Refusal, refusalOf } from './admit-pod.ts'
import type { SimulatedRuntime } from './cri/simulated.ts'
import { type Machine, nodeObject, nodeStatus } from './node-status.ts'
import { type PodEvents, PodWorker } from './pod-worker.ts'

const leaseNamespace = 'kube-node-lease'
export const leaseSeconds = 40
export const leaseRenewMs = 10_000
export const statusReportMs = 300_000
const retryMs = 1000

export interface KubeletOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly machine: Machine
  readonly runtime: SimulatedRuntime
  readonly record: PodEvents
  /** The node as the API server has it, once that is known. */
  readonly node: () => Node | undefined
  /** Node events: Starting, NodeReady … */
  readonly recordNode: (node: Node, type: 'Normal' | 'Warning', reason: string, message: string) => void
}

export class Kubelet {
  readonly #options: KubeletOptions
  readonly #workers = new Map<string, PodWorker>()
  /** What the Pods of the workers hold. */
  readonly #claims = new Map<string, { readonly generation: number; readonly claim: Claim }>()
  #scope: TaskScope | undefined
  #lease: Lease | undefined

  constructor(options: KubeletOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.machine.name
  }

  get isRunning(): boolean {
    return this.#scope !== undefined
  }

  /** Registers the node; resolves when the API server knows it. Then keeps it alive until `stop`. */
  async start(): Promise<void> {
    if (this.#scope !== undefined) return
    const { log, clock, random } = this.#options
    const scope = new TaskScope((error, name) => log.error('A kubelet task failed', { node: this.name, task: name, error: String(error) }))
    this.#scope = scope
    await this.#register(scope.signal)
    await this.#renewLease(scope.signal).catch((error: unknown) =>
      log.warn('Cannot renew the lease', { node: this.name, error: String(error) }),
    )
    scope.run('lease', async (signal) => {
      // A thousand nodes that start together must not renew together for ever.
      await clock.sleep(leaseRenewMs * random.fraction(), signal)
      await this.#every(leaseRenewMs, signal, () => this.#renewLease(signal))
    })
    scope.run('status', async (signal) => {
      await clock.sleep(statusReportMs * (0.5 + random.fraction() / 2), signal)
      await this.#every(statusReportMs, signal, () => this.reportStatus(signal))
    })
  }

  /** The machine loses its power: nothing is said any more, containers end. */
  async stop(): Promise<void> {
    const scope = this.#scope
    this.#scope = undefined
    for (const worker of this.#workers.values()) worker.close()
    this.#workers.clear()
    this.#claims.clear()
    await scope?.close()
  }

  podChanged(pod: Pod): void {
    const scope = this.#scope
    const uid = pod.metadata.uid ?? ''
    if (scope === undefined) return
    const worker = this.#workers.get(uid)
    if (worker !== undefined) {
      this.#noteClaim(pod)
      return worker.update(pod)
    }
    const isOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
    if (isOver && typeof pod.metadata.deletionTimestamp !== 'string') return
    const { client, clock, log, runtime, record, machine } = this.#options
    const doors = {
      client,
      clock,
      log,
      runtime,
      record,
      hostIp: machine.hostIp,
      run: (name: string, task: (signal: AbortSignal) => Promise<void>) => scope.run(name, task),
    }
    const isKnown = pod.status?.startTime !== undefined || isOver
    const claim = this.#noteClaim(pod)
    this.#workers.set(uid, new PodWorker(doors, pod, isKnown ? undefined : this.#refusalOf(pod, claim)))
  }

  #noteClaim(pod: Pod): Claim {
    const { uid = '', generation = 0 } = pod.metadata
    const known = this.#claims.get(uid)
    if (known?.generation === generation) return known.claim
    const claim = claimOf(pod)
    this.#claims.set(uid, { generation, claim })
    return claim
  }

  #refusalOf(pod: Pod, claim: Claim): Refusal | undefined {
    const node = this.#options.node()
    if (node === undefined) return undefined
    const others: Claim[] = []
    for (const [uid, worker] of this.#workers) {
      const held = this.#claims.get(uid)
      if (held !== undefined && !worker.isOver) others.push(held.claim)
    }
    return refusalOf(pod, claim, node, others)
  }

  podGone(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    this.#workers.get(uid)?.close()
    this.#workers.delete(uid)
    this.#claims.delete(uid)
  }

  /** Writes the whole status: conditions, images, capacity. */
  async reportStatus(signal: AbortSignal): Promise<void> {
    const { client, machine, runtime, clock } = this.#options
    const nodes = client.of(Node)
    const node = await nodes.get(machine.name, { signal })
    const status = nodeStatus(machine, node.status, clock.now(), runtime.images)
    await nodes.patch(machine.name, { status }, { type: 'strategic', subresource: 'status', signal })
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { client, machine, clock, log, recordNode } = this.#options
    const nodes = client.of(Node)
    for (;;) {
      try {
        const existing = await nodes.get(machine.name, { signal }).catch((error: unknown) => {
          if (reasonOf(error) === 'NotFound') return undefined
          throw error
        })
        if (existing === undefined) {
          const created = await nodes.create(nodeObject(machine, clock.now()), { signal })
          recordNode(created, 'Normal', 'Starting', 'Starting kubelet.')
        } else {
          const status = nodeStatus(machine, existing.status, clock.now(), this.#options.runtime.images)
          await nodes.patch(machine.name, { status }, { type: 'strategic', subresource: 'status', signal })
        }
        return
      } catch (error) {
        if (signal.aborted) throw error
        log.warn('Cannot register the node', { node: machine.name, error: String(error) })
        await clock.sleep(retryMs, signal)
      }
    }
  }

  async #renewLease(signal: AbortSignal): Promise<void> {
    const { client, machine, clock } = this.#options
    const leases = client.of(Lease).in(leaseNamespace)
    const renewTime = new Date(clock.now()).toISOString().replace('Z', '000Z')
    if (this.#lease === undefined) {
      const node = await client.of(Node).get(machine.name, { signal })
      const wanted: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {
          name: machine.name,
          namespace: leaseNamespace,
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: machine.name, uid: node.metadata.uid ?? '' }],
        },
        spec: { holderIdentity: machine.name, leaseDurationSeconds: leaseSeconds, renewTime },
      }
      this.#lease = await leases.create(wanted, { signal }).catch((error: unknown) => {
        if (reasonOf(error) === 'AlreadyExists') return leases.get(machine.name, { signal })
        throw error
      })
      if (this.#lease.spec.renewTime === renewTime) return
    }
    const { resourceVersion: _, ...metadata } = this.#lease.metadata
    try {
      this.#lease = await leases.update(
        {
          ...this.#lease,
          metadata: { ...metadata, resourceVersion: this.#lease.metadata.resourceVersion },
          spec: { ...this.#lease.spec, renewTime },
        },
        { signal },
      )
    } catch (error) {
      this.#lease = undefined
      throw error
    }
  }

  async #every(periodMs: number, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
    const { clock, log } = this.#options
    while (!signal.aborted) {
      await task().catch((error: unknown) => {
        if (!signal.aborted) log.warn('A heartbeat failed', { node: this.name, error: String(error) })
      })
      await clock.sleep(periodMs, signal)
    }
  }
}
