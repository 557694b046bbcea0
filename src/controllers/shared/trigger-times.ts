/**
 * When was the change that made us write? The earliest readiness change of a Pod since we last looked, or the Service's birth. It ends up in an
 * annotation, from which others measure how long it takes until the network knows of a change.
 */
import type { Pod } from '../../api/core/pod.ts'
import { podCondition } from '../../api/core/pod-facts.ts'
import type { Service } from '../../api/core/service.ts'
import { keyOf } from '../../apimachinery/object.ts'
import { timeMs } from './time-text.ts'

interface Seen {
  readonly pods: ReadonlyMap<string, number>
  readonly serviceMs: number
}

export class TriggerTimes {
  readonly #seen = new Map<string, Seen>()

  /** As it stands in the object; undefined when nothing new set it off. */
  next(service: Service, pods: readonly Pod[]): string | undefined {
    const key = keyOf(service)
    const before = this.#seen.get(key)
    const podTimes = new Map<string, number>()
    let earliestMs = Number.POSITIVE_INFINITY
    for (const pod of pods) {
      const changedMs = timeMs(podCondition(pod, 'Ready')?.lastTransitionTime)
      if (Number.isNaN(changedMs)) continue
      const name = pod.metadata.name ?? ''
      podTimes.set(name, changedMs)
      if (changedMs > (before?.pods.get(name) ?? 0)) earliestMs = Math.min(earliestMs, changedMs)
    }
    const serviceMs = timeMs(service.metadata.creationTimestamp)
    if (serviceMs > (before?.serviceMs ?? 0)) earliestMs = Math.min(earliestMs, serviceMs)
    this.#seen.set(key, { pods: podTimes, serviceMs })
    if (before === undefined) return triggerText(serviceMs)
    return triggerText(earliestMs)
  }

  forget(serviceKey: string): void {
    this.#seen.delete(serviceKey)
  }
}

function triggerText(ms: number): string | undefined {
  return Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 19)}Z` : undefined
}
