/**
 * What all controllers are: a name, an identity of their own, and a start that subscribes to informers and begins loops. They never wait
 * in `start`; their loops begin when every informer has its first list (`context.ready`), because a controller that decides on half a cache
 * makes things twice.
 */
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/events.ts'
import type { Informers } from '../client/informers.ts'
import { ReconcileLoop, type ReconcileLoopOptions } from '../client/reconcile-loop.ts'
import type { WorkQueueMetrics } from '../client/work-queue-metrics.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import type { TaskScope } from '../std/task-scope.ts'
import { queueNameOf } from './queue-names.ts'

export interface ControllerFlags {
  readonly nodeMonitorPeriodMs: number
  /** A node that says nothing for so long is not ready. */
  readonly nodeMonitorGracePeriodMs: number
  /** The same for a node that has never said anything. */
  readonly nodeStartupGracePeriodMs: number
  readonly terminatedPodGcThreshold: number
  /** The cluster's authority, PEM: published into every namespace. */
  readonly rootCa: string
  /** With its key, for those who sign certificates; without it nothing is signed. */
  readonly signingAuthority: { readonly certificate: string; readonly key: string } | undefined
  /** What service account tokens are signed with, PEM. */
  readonly serviceAccountKey: string | undefined
  /** Nodes' Pod ranges are cut out of these; none are given out without. */
  readonly clusterCidrs: readonly string[]
}

export const defaultControllerFlags: ControllerFlags = {
  nodeMonitorPeriodMs: 5000,
  nodeMonitorGracePeriodMs: 50_000,
  nodeStartupGracePeriodMs: 60_000,
  terminatedPodGcThreshold: 12_500,
  rootCa: '',
  signingAuthority: undefined,
  serviceAccountKey: undefined,
  clusterCidrs: [],
}

export interface ControllerContext {
  /** Under the controller's own service account. */
  readonly client: Client
  /** Shared by the process. */
  readonly informers: Informers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly scope: TaskScope
  readonly events: EventRecorder
  readonly flags: ControllerFlags
  /** Where queues are counted, if anybody wants to know. */
  readonly metrics?: WorkQueueMetrics | undefined
  /** Resolves when every informer is filled. */
  readonly ready: Promise<void>
}

export interface Controller {
  /** As `--controllers` knows it: "deployment-controller". */
  readonly name: string
  /** Service account in kube-system: "deployment-controller"; or a whole name: "system:kube-controller-manager". */
  readonly account: string
  /** Who events come from. */
  readonly component: string
  start(context: ControllerContext): void
}

export function startLoop(
  context: ControllerContext,
  options: Pick<ReconcileLoopOptions, 'name' | 'workers' | 'reconcile'> & Partial<Pick<ReconcileLoopOptions, 'retriesMax' | 'rateLimit'>>,
): ReconcileLoop {
  const { clock, log, metrics } = context
  const loop = new ReconcileLoop({ clock, log, metrics, queueName: queueNameOf(options.name), ...options })
  context.ready.then(
    () => loop.start(context.scope),
    () => {},
  )
  return loop
}

/** Runs `pass` every so often, for those who look at everything; a failing pass is logged and the next one comes. */
export function startPasses(
  context: ControllerContext,
  name: string,
  periodMs: number,
  pass: (signal: AbortSignal) => Promise<void>,
): void {
  const { clock, log, scope, ready } = context
  scope.run(name, async (signal) => {
    await ready
    while (!signal.aborted) {
      await pass(signal).catch((error: unknown) => {
        if (!signal.aborted) log.warn('A pass failed', { controller: name, error: error instanceof Error ? error.message : String(error) })
      })
      await clock.sleep(periodMs, signal).catch(() => {})
    }
  })
}
