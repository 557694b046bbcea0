/**
 * Carries out the stories of the matrix with one kubectl against whatever cluster a kubeconfig names. Nothing here knows whose
 * cluster it is. Stories run side by side, the steps of one after each other; a step that goes wrong is told, and its story goes on.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dump, load } from 'js-yaml'
import { type Result, splitWords } from '../running-cluster.ts'
import type { Line, Step, Story, Text } from './line.ts'
import { difference } from './text.ts'

export interface Kubectl {
  readonly binary: string
  /** 1.33 */
  readonly version: string
  readonly kubeconfig: string
  /** Everything is written below it. One for all stories, so that they share what kubectl remembers of the server. */
  readonly directory: string
  readonly node: string
}

/** What is to be said of a step that went wrong. */
export interface Failure {
  readonly run: string
  readonly expected: string
  readonly actual: string
}

const patienceMs = 30_000

/** Whether a kubectl of this version has the line or the step. */
export function runs({ since, until }: Pick<Step, 'since' | 'until'>, version: string): boolean {
  return !isOlder(version, since ?? version) && !isOlder(until ?? version, version)
}

/** Calls back for every line as soon as it is done. */
export async function runStory(kubectl: Kubectl, story: Story, done: (line: Line, failures: readonly Failure[]) => void): Promise<void> {
  const place = makePlace(kubectl, story)
  const failed: Failure[] = []
  const setUp: readonly Step[] = [
    { run: `create namespace ${place.namespace}`, prints: `namespace/${place.namespace} created` },
    { run: 'get serviceaccount default', prints: 'NAME      SECRETS   AGE\ndefault   0         {age}', eventually: true },
    ...(story.before ?? []),
  ]
  for (const step of setUp) if (runs(step, kubectl.version)) failed.push(...(await carryOut(kubectl, place, step)))
  for (const line of story.lines) {
    if (!runs(line, kubectl.version)) continue
    const failures = failed.splice(0)
    for (const step of line.steps) {
      // What is known to be missing is not waited for.
      const asked = line.missing === undefined ? step : { ...step, eventually: false }
      if (runs(step, kubectl.version)) failures.push(...(await carryOut(kubectl, place, asked)))
      if (line.missing !== undefined && failures.length > 0) break
    }
    done(line, failures)
  }
}

interface Place {
  readonly folder: string
  readonly namespace: string
  readonly kubeconfig: string
  readonly server: string
  /** The port that a command beside which others run has named. */
  readonly port: string
}

interface Kubeconfig {
  contexts: { context: { namespace?: string } }[]
  clusters: { cluster: { server: string } }[]
}

/** A folder with the story's files, and a kubeconfig that means its namespace. */
function makePlace({ directory, kubeconfig }: Kubectl, { name, files = {} }: Story): Place {
  const folder = join(directory, name)
  const namespace = `matrix-${name}`
  const config = load(readFileSync(kubeconfig, 'utf8')) as Kubeconfig
  for (const { context } of config.contexts) context.namespace = namespace
  const server = config.clusters[0]?.cluster.server ?? ''
  const all = { ...files, kubeconfig: dump(config) }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text.replaceAll('$NS', namespace))
  }
  return { folder, namespace, server, port: '', kubeconfig: join(folder, 'kubeconfig') }
}

async function carryOut(kubectl: Kubectl, place: Place, step: Step): Promise<readonly Failure[]> {
  const untilMs = performance.now() + (step.eventually ? patienceMs : 0)
  for (;;) {
    const asked = asFilled(kubectl, place, step)
    const meanwhile: Failure[] = []
    const result = await execute(kubectl, place, asked, async (port) => {
      for (const one of step.meanwhile ?? []) meanwhile.push(...(await carryOut(kubectl, { ...place, port }, one)))
    })
    const failures = [...meanwhile, ...judge(asked, result)]
    if (failures.length === 0 || performance.now() > untilMs) return failures
    await pause()
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150))

interface Asked {
  readonly step: Step
  readonly run: string
  readonly input: string
  readonly prints: string
  readonly complains: string
}

function asFilled({ node, version }: Kubectl, { namespace, server, port }: Place, step: Step): Asked {
  const fill = (text: string): string =>
    text.replaceAll('$NS', namespace).replaceAll('$NODE', node).replaceAll('$SERVER', server).replaceAll('$PORT', port)
  return {
    step,
    run: fill(step.run),
    input: fill(step.input ?? ''),
    prints: fill(textFor(step.prints, version)),
    complains: fill(textFor(step.complains, version)),
  }
}

function judge({ step, run, prints, complains }: Asked, result: Result): readonly Failure[] {
  const code = step.isStopped ? result.code : (step.code ?? 0)
  const told = difference(result.stdout, prints)
  const complained = difference(result.stderr, complains)
  if (told === undefined && complained === undefined && result.code === code) return []
  const expected = whole(prints, complains, code)
  return [{ run, expected, actual: whole(told ?? prints, complained ?? complains, result.code) }]
}

function whole(stdout: string, stderr: string, code: number): string {
  return `${stdout.trimEnd()}\n--- on standard error:\n${stderr.trimEnd()}\n--- and ended with ${code}`
}

function textFor(text: Text | undefined, version: string): string {
  if (text === undefined || typeof text === 'string') return text ?? ''
  const versions = Object.keys(text).sort((a, b) => (isOlder(a, b) ? -1 : 1))
  return text[(versions.findLast((one) => !isOlder(version, one)) ?? versions[0]) as keyof typeof text] ?? ''
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number)
  return major < otherMajor || (major === otherMajor && minor < otherMinor)
}

function execute(
  kubectl: Kubectl,
  place: Place,
  { step, run, input, prints }: Asked,
  meanwhile: (port: string) => Promise<void>,
): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(kubectl.binary, splitWords(run), {
      cwd: place.folder,
      env: { ...process.env, KUBECONFIG: place.kubeconfig, HOME: kubectl.directory, ...step.environment },
      timeout: patienceMs,
    })
    let stdout = ''
    let stderr = ''
    let between: Promise<void> | undefined
    const begin = async (): Promise<void> => {
      await meanwhile(/:(\d+)/.exec(stdout)?.[1] ?? '')
      if (!step.isStopped) return
      const untilMs = performance.now() + patienceMs / 3
      while (difference(stdout, prints) !== undefined && performance.now() < untilMs && child.exitCode === null) await pause()
      child.kill('SIGINT')
    }
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
      between ??= begin()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }))
    child.on(
      'close',
      (code) =>
        void Promise.resolve(between).then(() =>
          resolve({ code: code ?? 124, stdout: withoutColour(stdout), stderr: withoutColour(stderr) }),
        ),
    )
  })
}

/** Older kubectls colour what they print whatever they print to. */
function withoutColour(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what begins a colour
  return text.replace(/\u001b\[[\d;]*m/g, '')
}
