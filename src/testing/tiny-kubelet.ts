/**
 * The least that controllers need of a scheduler and a kubelet: Pods are bound to a node, become ready (or whatever `statusOf` says), and go at once
 * when they are deleted. Tests of workload controllers run with it on a real API server; whole clusters use the simulated nodes instead.
 */
import { Pod } from '../api/core/pod.ts'
import { isPodScheduled, isPodTerminal, isTerminating } from '../api/core/pod-facts.ts'
import { keyOf } from '../apimachinery/object.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import { ReconcileLoop } from '../client/reconcile-loop.ts'
import type { TestClient } from './test-client.ts'

export interface TinyKubelet {
  /** What becomes of a Pod; undefined leaves it as it is. */
  statusOf: (pod: Pod) => Pod['status'] | undefined
  /** Terminating Pods stay until this is set back. */
  holdsTerminating: boolean
  /** Asks again what should become of every Pod. */
  look(): void
}

export function readyStatus(nowMs: number): Pod['status'] {
  const time = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: time })
  return { phase: 'Running', startTime: time, conditions: [condition('PodScheduled'), condition('ContainersReady'), condition('Ready')] }
}

/** Ready Pods stay as they are. */
export function startTinyKubelet({ client, informers, clock, log, scope }: TestClient): TinyKubelet {
  const pods = informers.of(Pod)
  const kubelet: TinyKubelet = {
    statusOf: () => readyStatus(clock.now()),
    holdsTerminating: false,
    look: () => {
      for (const pod of pods.list()) loop.add(keyOf(pod))
    },
  }
  const loop = new ReconcileLoop({
    name: 'tiny kubelet',
    workers: 1,
    clock,
    log,
    reconcile: async (key) => {
      const pod = pods.get(key)
      if (pod === undefined) return
      const { name = '', namespace = '', uid = '' } = pod.metadata
      const resource = client.of(Pod).in(namespace)
      try {
        if (isTerminating(pod)) {
          if (!kubelet.holdsTerminating) await resource.delete(name, { gracePeriodSeconds: 0, preconditions: { uid } })
        } else if (!isPodScheduled(pod)) {
          const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: nodeFor(pod) } }
          await resource.sub('binding').create(name, binding)
        } else if (pod.status?.phase === 'Pending' && !isPodTerminal(pod)) {
          const status = kubelet.statusOf(pod)
          if (status !== undefined && status?.phase !== 'Pending')
            await resource.patch(name, { metadata: { uid }, status }, { type: 'strategic', subresource: 'status' })
        }
      } catch (error) {
        if (reasonOf(error) !== 'NotFound' && reasonOf(error) !== 'Conflict') throw error
      }
    },
  })
  pods.subscribe({ onAdd: (pod) => loop.add(keyOf(pod)), onUpdate: (pod) => loop.add(keyOf(pod)), onDelete: () => {} })
  loop.start(scope)
  return kubelet
}

/** Where its affinity pins it (DaemonSets), else n1. */
function nodeFor({ spec }: Pod): string {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms?.[0]?.matchFields?.[0]?.values?.[0] ?? 'n1'
}
