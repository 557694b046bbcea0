/**
 * Clears away Pods that nobody else will: those that have ended, when there are too many; those whose node is gone; those that were to be
 * deleted before they ever ran. Every twenty seconds.
 */
import { Node } from '../api/core/node.ts'
import { hasTaint, isNodeReady } from '../api/core/node-facts.ts'
import { Pod } from '../api/core/pod.ts'
import { isPodTerminal, isTerminating } from '../api/core/pod-facts.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { type Controller, type ControllerContext, startPasses } from './controller.ts'
import { timeText } from './shared/time-text.ts'

const periodMs = 20_000
/** A node that is gone from the cache gets so long to come back. */
const quarantineMs = 40_000
const outOfService = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }

export const podGarbageCollector: Controller = {
  name: 'pod-garbage-collector-controller',
  account: 'pod-garbage-collector',
  component: 'pod-garbage-collector',
  start: (context) => new PodCollector(context).start(),
}

/** Of those that have ended, beyond the threshold: evicted ones first, then the oldest. */
export function surplusTerminated(pods: readonly Pod[], threshold: number): readonly Pod[] {
  const ended = pods.filter((pod) => isPodTerminal(pod))
  if (threshold <= 0 || ended.length <= threshold) return []
  const isEvicted = ({ status }: Pod): boolean => status?.phase === 'Failed' && status.reason === 'Evicted'
  const rank = (pod: Pod): string => `${isEvicted(pod) ? 0 : 1} ${pod.metadata.creationTimestamp ?? ''} ${pod.metadata.name ?? ''}`
  return ended.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0)).slice(0, ended.length - threshold)
}

class PodCollector {
  readonly #context: ControllerContext
  readonly #missingSince = new Map<string, number>()

  constructor(context: ControllerContext) {
    this.#context = context
  }

  start(): void {
    const { informers } = this.#context
    informers.of(Pod)
    informers.of(Node)
    startPasses(this.#context, 'pod-garbage-collector', periodMs, (signal) => this.#pass(signal))
  }

  async #pass(signal: AbortSignal): Promise<void> {
    const { informers, flags } = this.#context
    const pods = [...informers.of(Pod).list()]
    const nodes = informers.of(Node)
    for (const pod of surplusTerminated(pods, flags.terminatedPodGcThreshold)) await this.#delete(pod, undefined, signal)
    for (const pod of pods) {
      const node = nodes.get(pod.spec.nodeName ?? '')
      if (isTerminating(pod) && node !== undefined && !isNodeReady(node) && hasTaint(node, outOfService))
        await this.#delete(pod, undefined, signal)
      if (isTerminating(pod) && (pod.spec.nodeName ?? '') === '') await this.#delete(pod, undefined, signal)
    }
    await this.#collectOrphans(pods, signal)
  }

  async #collectOrphans(pods: readonly Pod[], signal: AbortSignal): Promise<void> {
    const { client, informers, clock } = this.#context
    const nodes = informers.of(Node)
    const missing = new Set<string>()
    for (const { spec } of pods)
      if ((spec.nodeName ?? '') !== '' && nodes.get(spec.nodeName as string) === undefined) missing.add(spec.nodeName as string)
    for (const name of this.#missingSince.keys()) if (!missing.has(name)) this.#missingSince.delete(name)
    const gone = new Set<string>()
    for (const name of missing) {
      const sinceMs = this.#missingSince.get(name)
      if (sinceMs === undefined) this.#missingSince.set(name, clock.monotonicMs())
      else if (clock.monotonicMs() - sinceMs >= quarantineMs && (await isGone(client.of(Node).get(name, { signal })))) gone.add(name)
    }
    for (const pod of pods) if (gone.has(pod.spec.nodeName ?? '')) await this.#delete(pod, 'PodGC: node no longer exists', signal)
  }

  /** It is marked as failed first, so that whoever made it knows. `orphaned`: what to say about it. */
  async #delete(pod: Pod, orphaned: string | undefined, signal: AbortSignal): Promise<void> {
    const { client, clock, log } = this.#context
    const { namespace = '', name = '', uid = '' } = pod.metadata
    const resource = client.of(Pod).in(namespace)
    try {
      if (!isPodTerminal(pod)) {
        const { generation } = pod.metadata
        const observed = generation === undefined ? {} : { observedGeneration: generation }
        const condition = {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: orphaned,
          lastTransitionTime: timeText(clock.now()),
          ...observed,
        }
        const status = { phase: 'Failed', ...observed, ...(orphaned === undefined ? {} : { conditions: [condition] }) }
        await resource.patch(name, { metadata: { uid }, status }, { type: 'strategic', subresource: 'status', signal })
      }
      await resource.delete(name, { gracePeriodSeconds: 0, preconditions: { uid }, signal })
    } catch (error) {
      if (signal.aborted) throw error
      // One that cannot be deleted must not keep the others from it; the next pass tries again.
      if (reasonOf(error) !== 'NotFound' && reasonOf(error) !== 'Conflict')
        log.warn('Cannot clear away a Pod', { pod: `${namespace}/${name}`, error: error instanceof Error ? error.message : String(error) })
    }
  }
}

async function isGone(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking
    return false
  } catch (error) {
    if (reasonOf(error) === 'NotFound') return true
    throw error
  }
}
