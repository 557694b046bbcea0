/**
 * How a component that runs on its own reaches the API server (over HTTPS, with what its kubeconfig says), and how it waits for its turn.
 */
import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/create-client.ts'
import { Informers } from '../../client/informers.ts'
import { loadContext } from '../../client/kubeconfig.ts'
import { runAsLeader } from '../../client/leader-election.ts'
import { SharedObjects } from '../../client/shared-objects.ts'
import type { Transport } from '../../client/transport.ts'
import { httpsTransport } from '../../client/transport-https.ts'
import { realClock } from '../../std/clock.ts'
import { realRandom } from '../../std/random.ts'
import { realDisk } from '../../std/real-disk.ts'
import { TaskScope } from '../../std/task-scope.ts'
import { absolute, UserError } from '../places.ts'
import { kubernetesVersion, version } from '../version.ts'
import type { ComponentContext } from './component.ts'
import type { ComponentMetrics } from './component-metrics.ts'

export interface Access {
  /** Under the name that the kubeconfig gives, or with a token. */
  client(userAgent: string, token?: string): Client
}

export async function accessOf({ flags, process }: ComponentContext, kubeconfig: string, metrics: ComponentMetrics): Promise<Access> {
  const master = flags.text('master')
  if (kubeconfig === '' && master === '')
    throw new UserError('--kubeconfig is missing: the file that says where the API server is and who this is')
  const loaded = kubeconfig === '' ? { server: master } : await loadContext(realDisk, absolute(kubeconfig, process))
  const access = master === '' ? loaded : { ...loaded, server: master }
  const objects = new SharedObjects({ freeze: false })
  const clock = realClock
  const { host } = new URL(access.server)
  const transportWith = (one: Parameters<typeof httpsTransport>[0]): Transport =>
    metrics.client.counted(httpsTransport(one, { clock }), host)
  const own = transportWith(access)
  return {
    client: (userAgent, token) => {
      const { clientCertificate: _certificate, clientKey: _key, ...anonymous } = access
      const transport = token === undefined ? own : transportWith({ ...anonymous, token })
      return createClient(transport, { clock, objects, userAgent: `${userAgent}/${kubernetesVersion} (typernetes/${version})` })
    },
  }
}

/** Runs `work` with a scope and informers of its own, when it is this one's turn; at once without --leader-elect. */
export async function runInTurn(
  context: ComponentContext,
  client: Client,
  { name, metrics }: { readonly name: string; readonly metrics: ComponentMetrics },
  work: (scope: TaskScope, informers: Informers) => Promise<void>,
): Promise<void> {
  const { flags, process, log, signal } = context
  const lead = async (until: AbortSignal): Promise<void> => {
    const scope = new TaskScope(
      (error, task) => log.error('A task failed', { task, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      until,
    )
    try {
      await work(scope, new Informers({ client, clock: realClock, log, scope }))
    } finally {
      await scope.close()
    }
  }
  if (!flags.isOn('leader-elect')) return lead(signal)
  const leaseName = flags.text('leader-elect-resource-name') || name
  const status = metrics.leading.of(leaseName)
  await runAsLeader({
    client,
    clock: realClock,
    random: realRandom,
    log,
    identity: `${process.hostName}_${realRandom.uuid()}`,
    name: leaseName,
    namespace: flags.text('leader-elect-resource-namespace'),
    leaseDurationMs: flags.milliseconds('leader-elect-lease-duration'),
    renewDeadlineMs: flags.milliseconds('leader-elect-renew-deadline'),
    retryPeriodMs: flags.milliseconds('leader-elect-retry-period'),
    signal,
    lead: async (until) => {
      status.value = 1
      try {
        await lead(until)
      } finally {
        status.value = 0
      }
    },
  })
}
