/**
 * `t8s status`: is the cluster running, where, and how it is. Asks the API server itself, through the kubeconfig that `up`
 * wrote, so what it says is what a client would find. Exit code 3 when it does not run, as systemd's `status` has it.
 */
import { Node } from '../../api/core/node.ts'
import { Pod } from '../../api/core/pod.ts'
import { createClient } from '../../client/create-client.ts'
import { loadContext } from '../../client/kubeconfig.ts'
import { httpsTransport } from '../../client/transport-https.ts'
import { realClock } from '../../std/clock.ts'
import type { ProcessDoor } from '../../std/process.ts'
import { realDisk } from '../../std/real-disk.ts'
import { displayPath, findRunning, type PlaceOptions, placesOf } from '../places.ts'

const notRunning = 3
const timeoutMs = 5000

export async function status(options: PlaceOptions & { readonly output: string }, process: ProcessDoor): Promise<void> {
  const places = placesOf(options, process)
  const running = await findRunning(realDisk, places, process)
  if (running === undefined) {
    const hasData = (await realDisk.list(places.directory)).length > 0
    if (options.output === 'json') process.print(`${JSON.stringify({ name: places.name, running: false, hasData })}\n`)
    else {
      const data = hasData ? `; its data is in ${displayPath(places.directory, process)}` : ''
      process.print(
        `The cluster "${places.name}" is not running${data}: start it with \`t8s up${places.name === 'default' ? '' : ` --name ${places.name}`}\`\n`,
      )
    }
    return process.exit(notRunning)
  }
  const health = await askHealth(running.kubeconfig, running.context)
  const facts = { ...running, running: true, ...health }
  if (options.output === 'json') return process.print(`${JSON.stringify(facts, null, 2)}\n`)
  const line = (name: string, value: string): string => `${name.padEnd(12)}${value}\n`
  process.print(
    line('Cluster', `${running.name} (process ${running.pid}, since ${running.startedAt})`) +
      line('Server', running.server) +
      line('Context', `${running.context} in ${displayPath(running.kubeconfig, process)}`) +
      line('Data', displayPath(places.directory, process)) +
      line('Health', health.ready === true ? 'ready' : `not ready: ${health.error ?? 'unknown'}`) +
      (health.nodes === undefined
        ? ''
        : line('Nodes', `${health.nodesReady} of ${health.nodes} ready`) + line('Pods', `${health.podsRunning} of ${health.pods} running`)),
  )
}

interface Health {
  readonly ready: boolean
  readonly error?: string
  readonly nodes?: number
  readonly nodesReady?: number
  readonly pods?: number
  readonly podsRunning?: number
}

async function askHealth(kubeconfig: string, context: string): Promise<Health> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const transport = httpsTransport(await loadContext(realDisk, kubeconfig, context), { clock: realClock })
    await using _closing = transport
    const client = createClient(transport)
    const [nodes, pods] = await Promise.all([client.of(Node).list({ signal }), client.of(Pod).list({ signal })])
    const isReady = (node: Node): boolean => node.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
    return {
      ready: true,
      nodes: nodes.items.length,
      nodesReady: nodes.items.filter(isReady).length,
      pods: pods.items.length,
      podsRunning: pods.items.filter((pod) => pod.status?.phase === 'Running').length,
    }
  } catch (error) {
    return { ready: false, error: error instanceof Error ? error.message : String(error) }
  }
}
