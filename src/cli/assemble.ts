/**
 * How a whole cluster is put together in one process: store, API server behind its socket, controllers, scheduler, simulated nodes.
 * The only place that knows all parts. In: the world (clock, chance, disk), where things lie, how many nodes. Out: a running cluster.
 *
 * Started in the order in which they need each other, and what does not wait is loaded meanwhile; stopped in the opposite order, so that
 * nobody talks to a server that has gone. Components call the API server as a function, each under its own name, exactly
 * as they would over HTTPS; one set of informers serves them all, so every object is held once.
 */
import { simulatedNodesUser } from '../apiserver/authz/components.ts'
import { type ApiServer, createApiServer } from '../apiserver/server.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import { createEventRecorder } from '../client/events.ts'
import { Informers } from '../client/informers.ts'
import { SharedObjects } from '../client/shared-objects.ts'
import { loopbackTransport } from '../client/transport-loopback.ts'
import { WorkQueueMetrics } from '../client/work-queue-metrics.ts'
import type { Clock } from '../std/clock.ts'
import type { Disk } from '../std/disk.ts'
import type { Log } from '../std/log.ts'
import type { Random } from '../std/random.ts'
import { TaskScope } from '../std/task-scope.ts'
import { openEmbeddedStore } from '../store/embedded.ts'
import type { HttpHandler } from '../wire/http.ts'
import { type HttpServer, startHttpServer, type TlsOptions } from '../wire/http-server.ts'
import { type ClusterPki, openPki } from './pki.ts'
import { type ClusterPlaces, UserError } from './places.ts'
import type { Progress } from './progress.ts'
import { kubernetesVersion, version } from './version.ts'

export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly log: Log
  readonly hostName: string
}

export interface WantedPort {
  readonly first: number
  /** Refuse when it is taken, rather than take the next one. */
  readonly isFixed: boolean
}

export interface ClusterOptions {
  readonly world: World
  readonly places: ClusterPlaces
  /** Nothing is written to the disk. */
  readonly isEphemeral: boolean
  readonly bindAddress: string
  readonly port: WantedPort
  readonly nodes: readonly { readonly name: string; readonly cpu: string; readonly memory: string }[]
  readonly nodeMonitorGraceMs: number
  /** How long the store remembers. */
  readonly historyMs: number
  /** Where the store is served as etcd besides, if anywhere. */
  readonly etcdUrl?: URL
  /** "api/beta", "networking.k8s.io/v1beta1" and the like: what is served besides, or not. */
  readonly runtimeConfig: Readonly<Record<string, boolean>>
  readonly featureGates: Readonly<Record<string, boolean>>
  readonly progress: Progress
  /** How a path is shown to people. */
  readonly show: (path: string) => string
}

export interface Cluster extends AsyncDisposable {
  /** https://127.0.0.1:6443 */
  readonly server: string
  readonly pki: ClusterPki
}

const usualPort = 6443
/** How many ports after the wanted one are tried. */
const portsTried = 50
const serviceAddress = '10.96.0.1'
const stopGraceMs = 2000
/** Where simulated Pods would find the API server: an endpoint may not have a loopback address. */
const simulatedAddress = '172.18.0.2'

export function readPort(asked: number | undefined): WantedPort {
  return asked === undefined ? { first: usualPort, isFixed: false } : { first: asked, isFixed: true }
}

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const stack = new AsyncDisposableStack()
  try {
    const cluster = await assemble(options, stack)
    return { ...cluster, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

async function assemble(options: ClusterOptions, stack: AsyncDisposableStack): Promise<Pick<Cluster, 'server' | 'pki'>> {
  const { world, places, progress, isEphemeral, nodes, show } = options
  const { clock, log } = world
  // Loaded while the disk works.
  const parts = Promise.all([
    import('../controllers/run.ts'),
    import('../scheduler/scheduler.ts'),
    nodes.length === 0 ? undefined : import('../kubelet/simulated-nodes.ts'),
  ])
  parts.catch(() => {})

  const place = isEphemeral ? {} : { disk: world.disk, directory: places.storeDirectory }
  const store = await openEmbeddedStore({ clock, log, historyMsMax: options.historyMs, ...place })
  stack.defer(() => store.close())
  const pki = await openClusterPki(options)
  progress.step('certificates', certificatesOutcome(pki, options))
  const { keys } = store.stats()
  progress.step('store', `${keys === 0 ? 'empty' : `${keys} objects`}, ${isEphemeral ? 'in memory' : `in ${show(places.storeDirectory)}`}`)

  if (options.etcdUrl !== undefined) {
    const url = options.etcdUrl
    const directory = `${places.pkiDirectory}/etcd`
    const { etcdctlLine, serveClusterStore } = await import('./etcd-front.ts')
    const etcd = await serveClusterStore({ world, store, url, name: places.name, directory })
    stack.defer(() => etcd.close())
    progress.step('etcd', etcdctlLine([url], show(directory)))
  }

  let handler: HttpHandler = () => ({ status: 503, headers: { 'retry-after': '1' }, body: 'The API server is starting\n' })
  const tls = { key: pki.server.key, cert: pki.server.certificate, clientCa: [pki.authority.certificate] }
  const http = await listen(options, (request) => handler(request), tls)
  stack.defer(() => http.close({ graceMs: stopGraceMs }))
  const host = options.bindAddress === '0.0.0.0' || options.bindAddress === '::' ? '127.0.0.1' : options.bindAddress
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${http.port}`
  const queues = new WorkQueueMetrics(clock)
  const metrics: (() => readonly string[])[] = [() => queues.text()]
  const api = createApiServer({
    store,
    clock,
    random: world.random,
    log,
    serviceAccountKey: pki.serviceAccountKey,
    moreMetrics: () => metrics.flatMap((text) => text()),
    flags: {
      runtimeConfig: options.runtimeConfig,
      featureGates: options.featureGates,
      securePort: http.port,
      advertiseAddress: isLoopback(host) ? simulatedAddress : host,
      gitVersion: `${kubernetesVersion}+typernetes${version}`,
    },
  })
  stack.defer(() => api.close())
  handler = api.handle
  await api.ready
  progress.step('API server', server)

  const scope = new TaskScope((error, name) =>
    log.error('A task failed', { task: name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
  stack.defer(() => scope.close())
  const components = componentDoors(api, world, scope)
  const [{ runControllers }, { startScheduler }, simulated] = await parts

  const controllers = await runControllers({
    ...components.shared,
    metrics: queues,
    clientFor: (account) =>
      account.startsWith('system:')
        ? components.client(account, [], 'kube-controller-manager')
        : components.client(
            `system:serviceaccount:kube-system:${account}`,
            ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
            'kube-controller-manager',
          ),
    flags: {
      nodeMonitorGracePeriodMs: options.nodeMonitorGraceMs,
      rootCa: pki.authority.certificate,
      signingAuthority: pki.authority,
      serviceAccountKey: pki.serviceAccountKey,
    },
  })
  progress.step('controllers', `${controllers.length} running`)

  const schedulerClient = components.client('system:kube-scheduler', [], 'kube-scheduler')
  const { random, informers } = components.shared
  const scheduler = await startScheduler({
    client: schedulerClient,
    informers,
    clock,
    random,
    log,
    scope,
    events: createEventRecorder({
      client: schedulerClient,
      clock,
      log,
      scope,
      component: 'default-scheduler',
      host: world.hostName,
      form: 'series',
    }),
  })
  metrics.push(() => scheduler.metricsText())
  progress.step('scheduler', 'running')

  if (simulated !== undefined) {
    const { Node } = await import('../api/core/node.ts')
    const { Pod } = await import('../api/core/pod.ts')
    const client = components.client(simulatedNodesUser, ['system:nodes'], 'kubelet')
    const events = createEventRecorder({ client, clock, log, scope, component: 'kubelet' })
    const machines = new simulated.SimulatedNodes({
      client,
      pods: informers.of(Pod),
      nodes: informers.of(Node),
      clock,
      random,
      log,
      machines: nodes,
      kubeletVersion: kubernetesVersion,
      record: (object, host, type, reason, message, fieldPath) =>
        events.record('containers' in object.spec ? Pod : Node, object, type, reason, message, {
          host,
          ...(fieldPath === undefined ? {} : { fieldPath }),
        }),
    })
    stack.use(machines)
    await machines.start()
    progress.step('nodes', nodesOutcome(nodes))
  }
  return { server, pki }
}

function componentDoors(api: ApiServer, { clock, random, log }: World, scope: TaskScope) {
  const objects = new SharedObjects({ freeze: false })
  const client = (name: string, groups: readonly string[], userAgent: string): Client =>
    createClient(
      loopbackTransport((request) => api.handle(request), { name, groups }, { clock }),
      { clock, objects, userAgent: `${userAgent}/${kubernetesVersion} (typernetes/${version})` },
    )
  const informers = new Informers({ client: client('system:kube-controller-manager', [], 'informers'), clock, log, scope })
  return { client, shared: { clock, random, log, scope, informers } }
}

async function openClusterPki({ world, places, isEphemeral, bindAddress }: ClusterOptions): Promise<ClusterPki> {
  const disk = isEphemeral ? new (await import('../std/memory-disk.ts')).MemoryDisk() : world.disk
  if (!isEphemeral) await disk.makeDirectory(places.directory, 0o700)
  return openPki({
    disk,
    directory: places.pkiDirectory,
    nowMs: world.clock.now(),
    random: world.random,
    hostName: world.hostName,
    addresses: /^[\d.]+$|:/.test(bindAddress) && bindAddress !== '0.0.0.0' && bindAddress !== '::' ? [bindAddress] : [],
    serviceAddress,
  })
}

function certificatesOutcome({ isNew }: ClusterPki, { isEphemeral, places, show }: ClusterOptions): string {
  return isEphemeral ? 'made, in memory' : `${isNew ? 'made' : 'found'} in ${show(places.pkiDirectory)}`
}

function nodesOutcome(nodes: ClusterOptions['nodes']): string {
  const [first, last] = [nodes[0]?.name, nodes.at(-1)?.name]
  return `${nodes.length} simulated: ${nodes.length === 1 ? first : nodes.length === 2 ? `${first}, ${last}` : `${first} … ${last}`}`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

async function listen({ bindAddress, port, world, progress }: ClusterOptions, handler: HttpHandler, tls: TlsOptions): Promise<HttpServer> {
  const { clock, log } = world
  for (let number = port.first; ; number++) {
    try {
      const server = await startHttpServer({ handler, host: bindAddress, port: number, tls, clock, log })
      if (number !== port.first) progress.notice(`Port ${port.first} is taken: using ${number}`)
      return server
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'EADDRINUSE' && !port.isFixed && number < port.first + portsTried) continue
      throw listenError(error, code, bindAddress, number)
    }
  }
}

function listenError(error: unknown, code: string | undefined, address: string, port: number): unknown {
  if (code === 'EADDRINUSE')
    return new UserError(`Port ${port} on ${address} is taken: choose another with --port, or leave --port out to get the next free one`)
  if (code === 'EACCES') return new UserError(`No permission to listen on port ${port}: choose one above 1023 with --port`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL')
    return new UserError(`${address} is no address of this machine: choose another with --bind-address`)
  return error
}
