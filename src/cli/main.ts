/**
 * argv → command. The table below is the whole command line; each command is a file of its own, loaded when it is asked for,
 * because a second to start is a promise and nothing may be loaded that the command does not need.
 *
 * Mistakes of the caller (`UserError`) are one line on standard error and exit code 1; anything else is a bug of ours and says so.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type ProcessDoor, realProcess } from '../std/process.ts'
import { addEtcdFlags, etcdArguments } from './commands/etcd-flags.ts'
import { addSnapshotCommands } from './commands/snapshot-flags.ts'
import type { Component } from './components/component.ts'
import { errorText } from './error-text.ts'
import { kubernetesVersion, version } from './version.ts'

export async function main(argv: readonly string[], process: ProcessDoor = realProcess): Promise<void> {
  const component = await componentNamed(argv[0])
  if (component !== undefined) {
    const { runComponent } = await import('./components/component.ts')
    process.rename(component.name)
    return runComponent(component, argv.slice(1), process)
  }
  const program = commandLine(process)
  // Timers do not keep the process: without this, a command that only waits would end in the middle.
  using _alive = process.keepAlive()
  try {
    await program.parseAsync([...etcdArguments(argv)], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return process.exit(error.exitCode)
    process.complain(`${errorText(error, process)}\n`)
    process.exit(1)
  }
}

/** The components of a control plane, each for itself: they read their flags as upstream's do, not as our commands do. */
const components: Readonly<Record<string, () => Promise<Component>>> = {
  'kube-apiserver': async () => (await import('./components/kube-apiserver.ts')).kubeApiServer,
  'kube-controller-manager': async () => (await import('./components/kube-controller-manager.ts')).kubeControllerManager,
  'kube-scheduler': async () => (await import('./components/kube-scheduler.ts')).kubeScheduler,
}

function componentNamed(name = ''): Promise<Component> | undefined {
  return Object.hasOwn(components, name) ? components[name]?.() : undefined
}

export function commandLine(process: ProcessDoor): Command {
  const program = new Command('t8s')
    .description(`Typernetes: a Kubernetes ${kubernetesVersion} cluster in one command.`)
    .version(`t8s ${version} (Kubernetes ${kubernetesVersion})`, '-V, --version')
    .configureOutput({ writeOut: (text) => process.print(text), writeErr: (text) => process.complain(text) })
    .exitOverride()
    .showHelpAfterError('(`t8s --help` shows what there is)')
    .addHelpText(
      'after',
      `
Examples:
  t8s up                        a cluster with three simulated nodes, kept between starts
  t8s up --nodes 100 --ephemeral a hundred nodes, in memory only
  t8s up --name demo            a second cluster beside the first
  t8s status                    what runs, where, and how it is
  t8s down                      stop it, keep its data
  t8s delete                    stop it and remove its data`,
    )

  program
    .command('up')
    .description('start a cluster and keep it running until Ctrl-C')
    .option('--name <name>', 'name of the cluster; several run side by side', 'default')
    .option('--nodes <count>', 'how many simulated nodes to have', wholeNumber(0, 10_000), 3)
    .option('--data-dir <directory>', 'where to keep the data (default: ~/.t8s/NAME)')
    .option(
      '--port <port>',
      'port of the API server; refused when it is taken (default: 6443, or the next free one)',
      wholeNumber(1, 65_535),
    )
    .option('--bind-address <address>', 'address to listen on', '127.0.0.1')
    .option('--ephemeral', 'keep everything in memory and forget it at the end', false)
    .option('--kubeconfig <file>', 'write the context to this file (default: $KUBECONFIG, or ~/.kube/config)')
    .option('--node-cpu <quantity>', 'CPUs of each simulated node', '8')
    .option('--node-memory <quantity>', 'memory of each simulated node', '32Gi')
    .option('--node-monitor-grace-period <seconds>', 'how long a silent node counts as alive', wholeNumber(1, 86_400), 50)
    .option(
      '--runtime-config <list>',
      'API versions to turn on or off: api/beta=true,networking.k8s.io/v1beta1=true',
      readRuntimeConfig,
      {},
    )
    .option('--etcd-url <url>', 'serve the store as etcd too: https://127.0.0.1:2379, or http on loopback')
    .option('--feature-gates <list>', 'features to turn on or off: AllAlpha=true,HPAScaleToZero=false', '')
    .option('--history <seconds>', 'how far back lists and watches may begin', wholeNumber(1, 31_536_000), 3600)
    .option('--log-level <level>', 'what to tell on standard error: error, warn, info or debug', 'warn')
    .action(async (options) => (await import('./commands/up.ts')).up(options, process))

  for (const name of Object.keys(components))
    program.command(name).description('this component alone, with upstream’s flags: see its --help')
  addSnapshotCommands(program, process)
  addEtcdFlags(program.command('etcd')).action(async (options) => (await import('./commands/etcd.ts')).etcd(options, process))

  const named = (command: Command): Command =>
    command
      .option('--name <name>', 'name of the cluster', 'default')
      .option('--data-dir <directory>', 'where its data is, when `up` was told another place than ~/.t8s/NAME')

  named(program.command('status').description('tell whether the cluster runs, where, and how it is; exit code 3 when it does not'))
    .option('-o, --output <format>', 'text or json', 'text')
    .action(async (options) => (await import('./commands/status.ts')).status(options, process))
  named(program.command('down').description('stop the cluster and keep its data')).action(async (options) =>
    (await import('./commands/down.ts')).down(options, process),
  )
  named(program.command('delete').description('stop the cluster and remove its data and its context')).action(async (options) =>
    (await import('./commands/delete.ts')).deleteCluster(options, process),
  )
  program
    .command('version')
    .description('print the versions of t8s and of the Kubernetes that it behaves as')
    .option('-o, --output <format>', 'text or json', 'text')
    .action((options: { readonly output: string }) => {
      const { versions } = globalThis.process
      if (options.output === 'json')
        process.print(`${JSON.stringify({ t8s: version, kubernetes: kubernetesVersion, node: versions.node }, null, 2)}\n`)
      else process.print(`t8s         ${version}\nKubernetes  ${kubernetesVersion}\nNode.js     ${versions.node}\n`)
    })
  return program
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < from || value > to)
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`)
    return value
  }
}

/** "api/beta=true,apps/v1=false"; a name alone is turned on, as with kube-apiserver. */
function readRuntimeConfig(text: string, before: Readonly<Record<string, boolean>>): Record<string, boolean> {
  const config: Record<string, boolean> = { ...before }
  for (const one of text.split(',').filter(Boolean)) {
    const [what = '', value = 'true'] = one.split('=')
    if (!['true', 'false', '1', '0', ''].includes(value)) throw new InvalidArgumentError(`"${value}" of ${what} must be true or false.`)
    config[what] = value !== 'false' && value !== '0'
  }
  return config
}
