/**
 * kube-controller-manager: starts every controller, each under its own account, on one set of informers.
 */
import type { Client } from '../client/client.ts'
import { createEventRecorder } from '../client/events.ts'
import type { Informers } from '../client/informers.ts'
import type { WorkQueueMetrics } from '../client/work-queue-metrics.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import type { TaskScope } from '../std/task-scope.ts'
import { controllers as allControllers } from './all.ts'
import { type Controller, type ControllerFlags, defaultControllerFlags } from './controller.ts'

export interface ControllersOptions {
  /** A client for a service account in kube-system. */
  readonly clientFor: (account: string) => Client
  readonly informers: Informers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly scope: TaskScope
  readonly flags?: Partial<ControllerFlags>
  /** Where queues are counted, if anybody wants to know. */
  readonly metrics?: WorkQueueMetrics
  /** All when absent. */
  readonly controllers?: readonly Controller[]
}

/** Resolves with the controllers that run, when their informers are filled. */
export async function runControllers(options: ControllersOptions): Promise<readonly Controller[]> {
  const { clientFor, informers, clock, random, log, scope, metrics, controllers = allControllers } = options
  const flags = { ...defaultControllerFlags, ...options.flags }
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  for (const controller of controllers) {
    const client = clientFor(controller.account)
    const events = createEventRecorder({ client, clock, log, scope, component: controller.component })
    controller.start({ client, informers, clock, random, log, scope, events, flags, metrics, ready })
  }
  await informers.synced()
  resolve()
  return controllers
}
