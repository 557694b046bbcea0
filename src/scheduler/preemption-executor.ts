/**
 * Tells victims to go: each gets the condition DisruptionTarget, is deleted with its own grace, and an event says for whom. Runs in
 * the background; meanwhile the Pod for whom they go is kept out of the queue (plugins/default-preemption.ts). The last victim is
 * deleted after that gate has opened, so that its end is not missed.
 */
import { Pod } from '../api/core/pod.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/events.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { PodInfo } from './pod-info.ts'
import { statusPatch } from './pod-status-patch.ts'

export interface PreemptionOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly events: EventRecorder
}

export interface Preemption {
  readonly preemptor: PodInfo
  readonly node: string
  readonly victims: readonly PodInfo[]
  /** Less important Pods that were promised the same node: they have to look again. */
  readonly displaced: readonly PodInfo[]
}

export class PreemptionExecutor {
  readonly #options: PreemptionOptions
  readonly #preempting = new Set<string>()

  constructor(options: PreemptionOptions) {
    this.#options = options
  }

  isPreempting(uid: string): boolean {
    return this.#preempting.has(uid)
  }

  /** To be called before `carryOut` is started, in the same turn. False: all victims are on their way out already. */
  begin({ preemptor, victims }: Preemption): boolean {
    if (victims.every(({ isDeleting }) => isDeleting)) return false
    this.#preempting.add(preemptor.uid)
    return true
  }

  /** Rejects when a victim could not be told; the gate is open again then. */
  async carryOut(preemption: Preemption, signal: AbortSignal): Promise<void> {
    const { preemptor, displaced } = preemption
    const victims = preemption.victims.filter(({ isDeleting }) => !isDeleting)
    try {
      await Promise.all(displaced.map((pod) => this.#takeNominationBack(pod, signal)))
      await Promise.all(victims.slice(0, -1).map((victim) => this.#preempt(victim, preemption, signal)))
    } finally {
      this.#preempting.delete(preemptor.uid)
    }
    const last = victims.at(-1)
    if (last !== undefined) await this.#preempt(last, preemption, signal)
  }

  async #takeNominationBack({ pod, namespace, name, key }: PodInfo, signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.#options
    const patch = statusPatch(pod, undefined, { nominatedNode: '', nowMs: clock.now() })
    if (patch === undefined) return
    try {
      await client.of(Pod).in(namespace).patch(name, patch, { type: 'strategic', subresource: 'status', signal })
    } catch (error) {
      log.warn('Cannot take back the node promised to a Pod', { pod: key, error: String(error) })
    }
  }

  async #preempt(victim: PodInfo, { preemptor, node }: Preemption, signal: AbortSignal): Promise<void> {
    const { client, clock, events, log } = this.#options
    const pods = client.of(Pod).in(victim.namespace)
    const patch = statusPatch(
      victim.pod,
      {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message: `${preemptor.pod.spec.schedulerName ?? ''}: preempting to accommodate a higher priority pod`,
      },
      { nowMs: clock.now() },
    )
    try {
      if (patch !== undefined) await pods.patch(victim.name, patch, { type: 'strategic', subresource: 'status', signal })
      await pods.delete(victim.name, {})
    } catch (error) {
      if (reasonOf(error) === 'NotFound') return
      log.error('Cannot preempt a Pod', { pod: victim.key, preemptor: preemptor.key, error: String(error) })
      throw error
    }
    events.record(Pod, victim.pod, 'Normal', 'Preempted', `Preempted by pod ${preemptor.uid} on node ${node}`, { action: 'Preempting' })
  }
}
