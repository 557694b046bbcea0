/** `kube-scheduler`: the scheduler in a process of its own. */
import { createEventRecorder } from '../../client/events.ts'
import { untilAborted } from '../../std/abort.ts'
import { realClock } from '../../std/clock.ts'
import { realRandom } from '../../std/random.ts'
import { parseYaml } from '../../wire/yaml.ts'
import { UserError } from '../places.ts'
import { type Component, type ComponentContext, readFileOf } from './component.ts'
import { ComponentMetrics } from './component-metrics.ts'
import { schedulerFlagTable } from './kube-scheduler-flags.ts'
import { accessOf, runInTurn } from './parts.ts'
import { healthHandler, serve } from './serving.ts'

export const kubeScheduler: Component = {
  name: 'kube-scheduler',
  about:
    'Decides on which node each new Pod runs: nodes that cannot take it are filtered out, the others ranked, and the best is written into the Pod.',
  flagTable: schedulerFlagTable,
  run: async (context) => {
    const { log, signal, process } = context
    const metrics = new ComponentMetrics(realClock)
    const access = await accessOf(context, (await kubeconfigOfFile(context)) ?? context.flags.text('kubeconfig'), metrics)
    const client = access.client('kube-scheduler')
    const names = { pair: 'kube-scheduler', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] }
    const server = await serve(
      context,
      names,
      healthHandler(() => metrics.text()),
    )
    await using _server = { [Symbol.asyncDispose]: async () => server?.close({ graceMs: 1000 }) }
    await runInTurn(context, client, { name: 'kube-scheduler', metrics }, async (scope, informers) => {
      const { startScheduler } = await import('../../scheduler/scheduler.ts')
      const events = createEventRecorder({
        client,
        clock: realClock,
        log,
        scope,
        component: 'default-scheduler',
        host: process.hostName,
        form: 'series',
      })
      const scheduler = await startScheduler({ client, informers, clock: realClock, random: realRandom, log, scope, events })
      metrics.more = () => scheduler.metricsText()
      log.info('The scheduler runs', {})
      await untilAborted(scope.signal)
    })
    if (!signal.aborted) throw new Error('The scheduler ended by itself')
  },
}

/** Of a KubeSchedulerConfiguration, if there is one. */
async function kubeconfigOfFile(context: ComponentContext): Promise<string | undefined> {
  const text = await readFileOf(context, 'config')
  if (text === undefined) return undefined
  const config = parseYaml(text) as { readonly kind?: unknown; readonly clientConnection?: { readonly kubeconfig?: unknown } } | null
  if (config?.kind !== 'KubeSchedulerConfiguration') throw new UserError('--config: the file is no KubeSchedulerConfiguration')
  const path = config.clientConnection?.kubeconfig
  return typeof path === 'string' && path !== '' ? path : undefined
}
