/**
 * DefaultPreemption: when no node will do, lower Pods may have to go (preempt.ts decides who). While they are being told to, the Pod for
 * whom they go stays out of the queue; their end, which frees it, is an event of the plugins that rejected it.
 */
import type { Plugin } from '../framework.ts'

export const preemptionName = 'DefaultPreemption'

export function defaultPreemption(isPreempting: (uid: string) => boolean): Plugin {
  return {
    name: preemptionName,
    events: [{ resource: 'Pod', actions: ['Delete'], hint: () => false }],
    preEnqueue: ({ metadata }) => (isPreempting(metadata.uid ?? '') ? 'waiting for the preemption for this pod to be finished' : undefined),
  }
}
