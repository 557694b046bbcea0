/**
 * What the API server looks after while it runs, besides answering: the `kubernetes` Service and its endpoints, and the objects
 * of flow control. Both are put right from time to time, whatever became of them; conditions of FlowSchemas at once.
 */

import type { TaskScope } from '../../std/task-scope.ts'
import type { Server } from '../server-parts.ts'
import { digest, ensureFlowControl, watchFlowControl } from './flow-control.ts'
import { bootstrapKubernetesService } from './kubernetes-service.ts'

const serviceEveryMs = 10_000
const flowControlEveryMs = 60_000
const seatsEveryMs = 10_000

/** Resolves when what is to be written at the beginning is written. */
export function startUpkeep(server: Server, scope: TaskScope): Promise<void> {
  const every = (name: string, periodMs: number, look: (signal: AbortSignal) => Promise<void>): void =>
    scope.run(name, async (signal) => {
      for (;;) {
        await server.clock.sleep(periodMs, signal)
        // The store may be full or away for a while: the next round tries again.
        await look(signal).catch((error: unknown) => server.log.warn('Upkeep failed', { task: name, error: String(error) }))
      }
    })
  every('kubernetes service', serviceEveryMs, (signal) => bootstrapKubernetesService(server, signal))
  every('flow control', flowControlEveryMs, (signal) => ensureFlowControl(server, signal))
  every('seats', seatsEveryMs, async () => server.flows?.borrow())
  return new Promise((resolve) => {
    scope.run('dangling flow schemas', (signal) => keepTelling(server, signal, resolve).finally(resolve))
  })
}

async function keepTelling(server: Server, signal: AbortSignal, onTold: () => void): Promise<void> {
  let wake = Promise.withResolvers<void>()
  const onAbort = (): void => wake.resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  let watch: Disposable | undefined
  const onEnd = (): void => {
    watch?.[Symbol.dispose]()
    watch = undefined
    wake.resolve()
  }
  while (!signal.aborted) {
    watch ??= watchFlowControl(server, () => wake.resolve(), onEnd)
    await digest(server)
    onTold()
    await wake.promise
    wake = Promise.withResolvers()
    if (signal.aborted) wake.resolve()
  }
  watch?.[Symbol.dispose]()
}
