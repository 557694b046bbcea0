/**
 * A real `t8s up` in a process of its own, and real kubectl binaries to talk to it: what the end-to-end tests stand on.
 * Each cluster has its own directory, port and kubeconfig, so that tests never meet each other or the reader's clusters.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCluster extends AsyncDisposable {
  readonly directory: string
  readonly kubeconfig: string
  readonly process: ChildProcess
  readonly output: () => string
  /** Milliseconds from the start of the process to its "Ready" line. */
  readonly readyMs: number
  kubectl(command: string, options?: { readonly binary?: string; readonly input?: string; readonly timeoutMs?: number }): Promise<Result>
  /** Sends the signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<number | null>
}

export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 't8s-e2e-'))
}

export function run(
  file: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { env: options.env ?? process.env, timeout: options.timeoutMs ?? 60_000, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 124, stdout, stderr }),
    )
    // A command that has nothing to read may have ended by now.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input ?? '')
  })
}

/** Runs the command line itself: `t8s(['status'], directory)`. */
export function t8s(args: readonly string[], directory: string): Promise<Result> {
  return run(join(root, 'bin/t8s'), args, { env: environmentOf(directory) })
}

function environmentOf(directory: string): NodeJS.ProcessEnv {
  return { ...process.env, T8S_HOME: join(directory, 'home'), HOME: join(directory, 'user'), KUBECONFIG: '', NO_COLOR: '1' }
}

export async function startCluster(args: readonly string[] = [], directory: string = makeDirectory()): Promise<RunningCluster> {
  const kubeconfig = join(directory, 'kubeconfig')
  const startedMs = performance.now()
  const child = spawn(join(root, 'bin/t8s'), ['up', '--kubeconfig', kubeconfig, ...args], {
    env: environmentOf(directory),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test that fails half way must not leave a cluster behind.
  const reap = (): void => void child.kill('SIGKILL')
  process.once('exit', reap)
  child.once('exit', () => process.removeListener('exit', reap))
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The cluster was not ready within 30 s:\n${output}`)), 30_000)
    const look = (chunk: Buffer): void => {
      output += chunk.toString()
      if (!/Ready in/.test(output)) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    void ended.then((code) => {
      clearTimeout(timer)
      reject(new Error(`t8s up ended with ${code}:\n${output}`))
    })
  })
  const readyMs = performance.now() - startedMs
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return ended
  }
  return {
    directory,
    kubeconfig,
    process: child,
    output: () => output,
    readyMs,
    kubectl: (command, options = {}) => {
      const words = splitWords(command)
      const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: join(directory, 'user') }
      return run(options.binary ?? 'kubectl', words, {
        env,
        ...(options.input === undefined ? {} : { input: options.input }),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      })
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await stop('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Splits as a shell does, with single and double quotes; nothing else. */
export function splitWords(command: string): readonly string[] {
  return [...command.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, a, b) => a ?? b))
}

/** The kubectl on the PATH, and those of other versions (kubectl.1.27 …) beside its real file. */
export async function kubectlBinaries(versions: readonly string[]): Promise<readonly string[]> {
  const which = await run('sh', ['-c', 'command -v kubectl'])
  const found = which.stdout.trim()
  if (found === '') throw new Error('There is no kubectl on the PATH: install the Debian package kubernetes-client')
  const folder = dirname(realpathSync(found))
  const beside = versions.map((version) => join(folder, `kubectl.${version}`)).filter((path) => existsSync(path))
  return beside.length > 0 ? beside : [found]
}

/** Repeats until `done` says so; for what a cluster does in its own time. */
export async function eventually<T>(what: string, ask: () => Promise<T>, done: (value: T) => boolean, timeoutMs = 30_000): Promise<T> {
  const untilMs = performance.now() + timeoutMs
  for (;;) {
    const value = await ask()
    if (done(value)) return value
    if (performance.now() > untilMs) throw new Error(`Waited in vain for: ${what}\nLast seen: ${JSON.stringify(value).slice(0, 2000)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
