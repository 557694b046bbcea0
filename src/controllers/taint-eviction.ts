/**
 * Drives Pods out of nodes with NoExecute taints: those that do not tolerate them at once, those that do for a while when that is over. A taint
 * that goes in time cancels it. The shortest of the matching tolerations counts.
 */
import { Node } from '../api/core/node.ts'
import type { Taint } from '../api/core/node-schema.ts'
import { Pod } from '../api/core/pod.ts'
import { isTerminating } from '../api/core/pod-facts.ts'
import { toleratesTaint } from '../api/core/tolerations.ts'
import { keyOf, splitKey } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Timer } from '../std/clock.ts'
import { type Controller, type ControllerContext, startLoop } from './controller.ts'
import { indexPodsByNode } from './node-lifecycle.ts'
import { timeText } from './shared/time-text.ts'

const workers = 8

export const taintEvictionController: Controller = {
  name: 'taint-eviction-controller',
  account: 'node-controller',
  component: 'taint-eviction-controller',
  start: (context) => new TaintManager(context).start(),
}

/** When the Pod must go, in milliseconds from the taint's time: 0 at once, undefined never. */
export function evictionDelayMs(pod: Pick<Pod, 'spec'>, taints: readonly Taint[]): number | undefined {
  let shortest: number | undefined
  for (const taint of taints) {
    // Of several tolerations for one taint the first counts, as upstream has it.
    const matching = pod.spec.tolerations?.find((toleration) => toleratesTaint(toleration, taint))
    if (matching === undefined) return 0
    if (typeof matching.tolerationSeconds !== 'number') continue
    const ms = Math.max(0, matching.tolerationSeconds) * 1000
    if (shortest === undefined || ms < shortest) shortest = ms
  }
  return shortest
}

interface Planned {
  readonly uid: string
  readonly startMs: number
  readonly dueMs: number
  readonly timer: Timer | undefined
}

class TaintManager {
  readonly #context: ControllerContext
  readonly #planned = new Map<string, Planned>()
  readonly #podsOn: (nodeName: string) => readonly Pod[]

  constructor(context: ControllerContext) {
    this.#context = context
    this.#podsOn = indexPodsByNode(context)
  }

  start(): void {
    const { informers, scope } = this.#context
    const pods = informers.of(Pod)
    const nodes = informers.of(Node)
    const deletions = startLoop(this.#context, { name: 'taint-eviction', workers, reconcile: (key, signal) => this.#delete(key, signal) })
    const look = (pod: Pod): void => {
      const key = keyOf(pod)
      const node = nodes.get(pod.spec.nodeName ?? '')
      const taints = (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
      if (taints.length === 0 || isTerminating(pod)) return this.#cancel(key, pod)
      const delayMs = evictionDelayMs(pod, taints)
      if (delayMs === undefined) return this.#cancel(key, pod)
      this.#plan(key, pod, delayMs, () => deletions.add(key))
    }
    pods.subscribe({ onAdd: look, onUpdate: look, onDelete: (pod) => this.#forget(keyOf(pod)) })
    const lookAtNode = (node: Node): void => {
      for (const pod of this.#podsOn(node.metadata.name ?? '')) look(pod)
    }
    nodes.subscribe({
      onAdd: lookAtNode,
      onUpdate: (node, old) => {
        if (node.spec.taints !== old.spec.taints) lookAtNode(node)
      },
      onDelete: () => {},
    })
    scope.signal.addEventListener('abort', () => {
      for (const { timer } of this.#planned.values()) timer?.cancel()
    })
  }

  #plan(key: string, pod: Pod, delayMs: number, due: () => void): void {
    const { clock } = this.#context
    const uid = pod.metadata.uid ?? ''
    const known = this.#planned.get(key)
    const nowMs = clock.monotonicMs()
    const startMs = known?.uid === uid ? known.startMs : nowMs
    const dueMs = startMs + delayMs
    if (known?.uid === uid && known.dueMs === dueMs) return
    known?.timer?.cancel()
    const timer = dueMs <= nowMs ? undefined : clock.after(dueMs - nowMs, due)
    this.#planned.set(key, { uid, startMs, dueMs, timer })
    if (timer === undefined) due()
  }

  #cancel(key: string, pod: Pod): void {
    const known = this.#planned.get(key)
    if (known === undefined) return
    this.#forget(key)
    if (known.timer !== undefined && !isTerminating(pod))
      this.#context.events.record(Pod, pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`)
  }

  #forget(key: string): void {
    this.#planned.get(key)?.timer?.cancel()
    this.#planned.delete(key)
  }

  async #delete(key: string, signal: AbortSignal): Promise<void> {
    const { client, informers, events, clock } = this.#context
    const pod = informers.of(Pod).get(key)
    const planned = this.#planned.get(key)
    if (pod === undefined || planned === undefined || planned.uid !== pod.metadata.uid || isTerminating(pod)) return
    const { namespace, name } = splitKey(key)
    const resource = client.of(Pod).in(namespace)
    events.record(Pod, pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`)
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
      lastTransitionTime: timeText(clock.now()),
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    }
    try {
      await resource.patch(name, { status: { conditions: [condition] } }, { type: 'strategic', subresource: 'status', signal })
      await resource.delete(name, { preconditions: { uid: planned.uid }, signal })
    } catch (error) {
      if (reasonOf(error) !== 'NotFound' && reasonOf(error) !== 'Conflict') throw error
    }
  }
}
