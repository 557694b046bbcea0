/** SchedulingGates: a Pod with gates does not enter the queue until the last one is taken away. */
import type { Plugin } from '../framework.ts'

export function schedulingGates(): Plugin {
  return {
    name: 'SchedulingGates',
    events: [
      {
        resource: 'Pod',
        actions: ['UpdatePodSchedulingGatesEliminated'],
        hint: (pod, event) => event.new?.metadata.uid === pod.uid,
      },
    ],
    preEnqueue({ spec }) {
      const gates = spec.schedulingGates ?? []
      return gates.length === 0 ? undefined : `waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]`
    },
  }
}
