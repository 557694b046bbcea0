/**
 * The end of an attempt that found a node: what plugins must prepare first (volumes), then POST pods/NAME/binding. Up to 256 at a
 * time, so that the store can write many in one go; the decisions go on meanwhile, since the Pod already counts on its node.
 */
import { Pod } from '../api/core/pod.ts'
import type { Client } from '../client/client.ts'
import type { Reservation } from './framework.ts'
import { binderName } from './plugins/default-binder.ts'
import type { PodInfo } from './pod-info.ts'
import { Slots } from './slots.ts'

const bindingsMax = 256

export class Binder {
  readonly #client: Client
  readonly #slots = new Slots(bindingsMax)

  constructor(client: Client) {
    this.#client = client
  }

  /** No more decisions should be made until some bindings are through. */
  get isFull(): boolean {
    return this.#slots.isFull
  }

  /** Rejects with the words that go into the Pod's condition. */
  bind(pod: PodInfo, node: string, reservations: readonly Reservation[], signal: AbortSignal): Promise<void> {
    return this.#slots.run(async () => {
      for (const reservation of reservations) await reservation.preBind?.(signal)
      try {
        await this.#client.of(Pod).in(pod.namespace).sub('binding').create(pod.name, bindingOf(pod, node), { signal })
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw new Error(`running Bind plugin "${binderName}": ${message}`, { cause: error })
      }
    })
  }
}

function bindingOf({ name, namespace, uid }: PodInfo, node: string): object {
  return { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace, uid }, target: { kind: 'Node', name: node } }
}
