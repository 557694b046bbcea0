/**
 * `t8s up`: a whole cluster in this process, until Ctrl-C. Says what it does while it does it, writes the context into the
 * kubeconfig as kind does, and takes it out again at the end. A second `up` on the same data is refused before anything
 * is touched; a taken port is told plainly.
 */

import { mergeContext, removeContext } from '../../client/kubeconfig.ts'
import { untilAborted } from '../../std/abort.ts'
import { realClock } from '../../std/clock.ts'
import { type LogLevel, logTo } from '../../std/log.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realRandom } from '../../std/random.ts'
import { realDisk } from '../../std/real-disk.ts'
import { readPort, startCluster } from '../assemble.ts'
import { errorText } from '../error-text.ts'
import { readFeatureGates } from '../feature-gates.ts'
import { kubeconfigPath } from '../kubeconfig-path.ts'
import { type ClusterFile, displayPath, findRunning, placesOf, UserError } from '../places.ts'
import { formatSeconds, paintFor, progressOn, stopwatch } from '../progress.ts'
import { kubernetesVersion, version } from '../version.ts'

export interface UpOptions {
  readonly name: string
  readonly nodes: number
  readonly dataDir?: string
  readonly port?: number
  readonly bindAddress: string
  readonly ephemeral: boolean
  readonly kubeconfig?: string
  readonly nodeCpu: string
  readonly nodeMemory: string
  readonly nodeMonitorGracePeriod: number
  readonly runtimeConfig: Readonly<Record<string, boolean>>
  readonly featureGates: string
  readonly history: number
  readonly etcdUrl?: string
  readonly logLevel: string
}

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const encoder = new TextEncoder()

export async function up(options: UpOptions, process: ProcessDoor): Promise<void> {
  const elapsed = stopwatch(realClock)
  const paint = paintFor(process)
  const progress = progressOn(process, paint)
  const places = placesOf(options, process)
  const running = await findRunning(realDisk, places, process)
  if (running !== undefined) {
    throw new UserError(
      `The cluster "${places.name}" is already running (process ${running.pid}, ${running.server}): use it, stop it with \`t8s down\`, or choose another --name`,
    )
  }
  const featureGates = readFeatureGates(options.featureGates)
  const lowest = levels.indexOf(options.logLevel as LogLevel)
  if (lowest < 0) throw new UserError(`--log-level must be one of ${levels.join(', ')}, not "${options.logLevel}"`)
  const log = logTo((level, message, fields) => {
    if (levels.indexOf(level) >= lowest) process.complain(`${level}: ${message} ${JSON.stringify(fields)}\n`)
  })
  process.onBug((error) => log.error('A bug, please report it', { error: errorText(error, process) }))

  process.print(`${paint.bold('Typernetes')} ${version}, Kubernetes ${kubernetesVersion}\n\n`)
  const etcdUrl = options.etcdUrl === undefined ? undefined : await safeEtcdUrl(options.etcdUrl, options.ephemeral)
  const stopping = new AbortController()
  using _signals = process.onStop(() => {
    if (stopping.signal.aborted) process.exit(130)
    stopping.abort()
  })
  const cluster = await startCluster({
    world: { clock: realClock, random: realRandom, disk: realDisk, log, hostName: process.hostName },
    places,
    isEphemeral: options.ephemeral,
    bindAddress: options.bindAddress,
    port: readPort(options.port),
    nodes: Array.from({ length: options.nodes }, (_, index) => ({
      name: `node-${index + 1}`,
      cpu: options.nodeCpu,
      memory: options.nodeMemory,
    })),
    show: (path) => displayPath(path, process),
    nodeMonitorGraceMs: options.nodeMonitorGracePeriod * 1000,
    historyMs: options.history * 1000,
    ...(etcdUrl === undefined ? {} : { etcdUrl }),
    runtimeConfig: options.runtimeConfig,
    featureGates,
    progress,
  })
  const kubeconfig = kubeconfigPath(options.kubeconfig, process)
  let previous: string | undefined
  try {
    const own = {
      context: places.context,
      server: cluster.server,
      certificateAuthority: cluster.pki.authority.certificate,
      clientCertificate: cluster.pki.admin.certificate,
      clientKey: cluster.pki.admin.key,
    }
    previous = await mergeContext(realDisk, kubeconfig, own, realClock)
    const file: ClusterFile = {
      pid: process.pid,
      name: places.name,
      server: cluster.server,
      kubeconfig,
      context: places.context,
      nodes: options.nodes,
      startedAt: new Date(realClock.now()).toISOString(),
    }
    await realDisk.makeDirectory(places.directory, 0o700)
    await realDisk.replaceFile(places.clusterFile, encoder.encode(`${JSON.stringify(file, null, 2)}\n`), 0o600)
    const kept = options.ephemeral ? 'in memory only' : displayPath(places.directory, process)
    process.print(
      `\n${paint.green('Ready')} in ${formatSeconds(elapsed())}\n\n` +
        `  Server    ${cluster.server}\n` +
        `  Context   ${places.context}, now current in ${displayPath(kubeconfig, process)}\n` +
        `  Data      ${kept}\n\n` +
        'Try\n' +
        `  ${paint.cyan('kubectl get nodes')}\n` +
        `  ${paint.cyan('kubectl create deployment web --image=nginx --replicas=3')}\n` +
        `  ${paint.cyan('kubectl get pods -o wide --watch')}\n\n` +
        `${paint.dim('Ctrl-C stops the cluster.')}\n`,
    )
    using _alive = process.keepAlive()
    await untilAborted(stopping.signal)
    process.print('\nStopping …\n')
  } finally {
    await removeContext(realDisk, kubeconfig, places.context, realClock, previous)
    await cluster[Symbol.asyncDispose]()
    await realDisk.remove(places.clusterFile)
  }
  process.print(
    options.ephemeral
      ? 'Stopped.\n'
      : `Stopped. Everything is kept in ${displayPath(places.directory, process)}; \`t8s up\` goes on from here.\n`,
  )
  process.exit(0)
}

async function safeEtcdUrl(text: string, isEphemeral: boolean): Promise<URL> {
  const { parseEtcdUrl, requireSafe } = await import('../etcd-front.ts')
  const url = parseEtcdUrl(text)
  requireSafe(url)
  if (isEphemeral && url.protocol === 'https:')
    throw new UserError('--ephemeral keeps no files, and so no certificates for --etcd-url: use http://127.0.0.1:2379')
  return url
}
