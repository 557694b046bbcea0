/** `kube-controller-manager`: all controllers in a process of their own. */
import { ServiceAccount } from '../../api/core/service-account.ts'
import { reasonOf } from '../../apimachinery/status-error.ts'
import type { Client } from '../../client/client.ts'
import type { Controller } from '../../controllers/controller.ts'
import { untilAborted } from '../../std/abort.ts'
import { realClock } from '../../std/clock.ts'
import { realRandom } from '../../std/random.ts'
import { UserError } from '../places.ts'
import { type Component, type ComponentContext, readFileOf } from './component.ts'
import { ComponentMetrics } from './component-metrics.ts'
import { controllerManagerFlagTable } from './kube-controller-manager-flags.ts'
import { type Access, accessOf, runInTurn } from './parts.ts'
import { healthHandler, serve } from './serving.ts'

/** Not run by `*`. */
const offByDefault = ['bootstrap-signer-controller', 'token-cleaner-controller']
const tokenSeconds = 365 * 24 * 3600

export const kubeControllerManager: Component = {
  name: 'kube-controller-manager',
  about:
    'Runs the controllers: loops that watch the state of the cluster through the API server and move it towards what is wanted, kind by kind.',
  flagTable: controllerManagerFlagTable,
  run: async (context) => {
    const { flags, log, signal } = context
    const { controllers } = await import('../../controllers/all.ts')
    const chosen = chooseControllers(controllers, flags.list('controllers'))
    const settings = await controllerFlags(context)
    const metrics = new ComponentMetrics(realClock)
    const access = await accessOf(context, flags.text('kubeconfig'), metrics)
    const client = access.client('kube-controller-manager')
    const names = { pair: 'kube-controller-manager', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] }
    const server = await serve(
      context,
      names,
      healthHandler(() => metrics.text()),
    )
    await using _server = { [Symbol.asyncDispose]: async () => server?.close({ graceMs: 1000 }) }
    await runInTurn(context, client, { name: 'kube-controller-manager', metrics }, async (scope, informers) => {
      const { runControllers } = await import('../../controllers/run.ts')
      const clients = flags.isOn('use-service-account-credentials') ? await accountClients(access, client, chosen) : undefined
      const running = await runControllers({
        clientFor: (account) => clients?.get(account) ?? client,
        informers,
        clock: realClock,
        random: realRandom,
        log,
        scope,
        flags: settings,
        controllers: chosen,
        metrics: metrics.queues,
      })
      log.info('The controllers run', { count: running.length })
      await untilAborted(scope.signal)
    })
    if (!signal.aborted) throw new Error('The controllers ended by themselves')
  },
}

async function controllerFlags(context: ComponentContext) {
  const { flags } = context
  const [rootCa, certificate, key, serviceAccountKey] = await Promise.all([
    readFileOf(context, 'root-ca-file'),
    readFileOf(context, 'cluster-signing-cert-file'),
    readFileOf(context, 'cluster-signing-key-file'),
    readFileOf(context, 'service-account-private-key-file'),
  ])
  if ((certificate === undefined) !== (key === undefined))
    throw new UserError('--cluster-signing-cert-file and --cluster-signing-key-file go together')
  return {
    nodeMonitorPeriodMs: flags.milliseconds('node-monitor-period'),
    nodeMonitorGracePeriodMs: flags.milliseconds('node-monitor-grace-period'),
    nodeStartupGracePeriodMs: flags.milliseconds('node-startup-grace-period'),
    terminatedPodGcThreshold: flags.number('terminated-pod-gc-threshold'),
    rootCa: rootCa ?? '',
    signingAuthority: certificate === undefined || key === undefined ? undefined : { certificate, key },
    serviceAccountKey,
    clusterCidrs: flags.isOn('allocate-node-cidrs') ? flags.list('cluster-cidr') : [],
  }
}

/** `*`, names, and names with a minus; upstream's old names are taken too. */
export function chooseControllers(all: readonly Controller[], wanted: readonly string[]): readonly Controller[] {
  const named = new Set<string>()
  const unnamed = new Set<string>()
  for (const word of wanted) {
    const written = word.replace(/^-/, '')
    if (written === '*') continue
    const name = oldNames[written] ?? written
    if (!all.some((one) => one.name === name) && !absent.has(name))
      throw new UserError(`--controllers: ${JSON.stringify(written)} is not in the list of known controllers`)
    ;(word.startsWith('-') ? unnamed : named).add(name)
  }
  const isUsual = ({ name }: Controller): boolean => wanted.includes('*') && !offByDefault.includes(name)
  return all.filter((one) => !unnamed.has(one.name) && (named.has(one.name) || isUsual(one)))
}

const oldNames: Readonly<Record<string, string>> = {
  attachdetach: 'persistentvolume-attach-detach-controller',
  bootstrapsigner: 'bootstrap-signer-controller',
  'cloud-node-lifecycle': 'cloud-node-lifecycle-controller',
  'clusterrole-aggregation': 'clusterrole-aggregation-controller',
  cronjob: 'cronjob-controller',
  csrapproving: 'certificatesigningrequest-approving-controller',
  csrcleaner: 'certificatesigningrequest-cleaner-controller',
  csrsigning: 'certificatesigningrequest-signing-controller',
  daemonset: 'daemonset-controller',
  deployment: 'deployment-controller',
  disruption: 'disruption-controller',
  endpoint: 'endpoints-controller',
  endpointslice: 'endpointslice-controller',
  endpointslicemirroring: 'endpointslice-mirroring-controller',
  'ephemeral-volume': 'ephemeral-volume-controller',
  garbagecollector: 'garbage-collector-controller',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler-controller',
  job: 'job-controller',
  'legacy-service-account-token-cleaner': 'legacy-serviceaccount-token-cleaner-controller',
  namespace: 'namespace-controller',
  nodeipam: 'node-ipam-controller',
  nodelifecycle: 'node-lifecycle-controller',
  'persistentvolume-binder': 'persistentvolume-binder-controller',
  'persistentvolume-expander': 'persistentvolume-expander-controller',
  podgc: 'pod-garbage-collector-controller',
  'pv-protection': 'persistentvolume-protection-controller',
  'pvc-protection': 'persistentvolumeclaim-protection-controller',
  replicaset: 'replicaset-controller',
  replicationcontroller: 'replicationcontroller-controller',
  'resource-claim-controller': 'resourceclaim-controller',
  resourcequota: 'resourcequota-controller',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
  route: 'node-route-controller',
  service: 'service-lb-controller',
  serviceaccount: 'serviceaccount-controller',
  'serviceaccount-token': 'serviceaccount-token-controller',
  statefulset: 'statefulset-controller',
  'storage-version-gc': 'storageversion-garbage-collector-controller',
  tokencleaner: 'token-cleaner-controller',
  ttl: 'ttl-controller',
  'ttl-after-finished': 'ttl-after-finished-controller',
}

/** Controllers of upstream that are none of ours: naming them is no mistake. */
const absent = new Set([
  'cloud-node-lifecycle-controller',
  'device-taint-eviction-controller',
  'kube-apiserver-serving-clustertrustbundle-publisher-controller',
  'legacy-serviceaccount-token-cleaner-controller',
  'node-route-controller',
  'persistentvolume-attach-detach-controller',
  'persistentvolume-expander-controller',
  'podcertificaterequest-cleaner-controller',
  'resourceclaim-controller',
  'selinux-warning-controller',
  'service-lb-controller',
  'storage-version-migrator-controller',
  'storageversion-garbage-collector-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
])

/** Every controller under its own service account in kube-system, which is made when it is not there. */
async function accountClients(access: Access, client: Client, chosen: readonly Controller[]): Promise<ReadonlyMap<string, Client>> {
  const accounts = client.of(ServiceAccount).in('kube-system')
  const clients = new Map<string, Client>()
  for (const { account } of chosen) {
    if (account.startsWith('system:') || clients.has(account)) continue
    await accounts.create({ metadata: { name: account, namespace: 'kube-system' } } as ServiceAccount).catch((error: unknown) => {
      if (reasonOf(error) !== 'AlreadyExists') throw error
    })
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: tokenSeconds } }
    const answer = (await accounts.sub('token').create(account, request)) as { readonly status?: { readonly token?: string } }
    clients.set(account, access.client(`kube-controller-manager/${account}`, answer.status?.token ?? ''))
  }
  return clients
}
