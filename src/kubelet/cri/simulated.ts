/**
 * A container runtime that only pretends: images take a while to pull the first time a node needs them, containers take a
 * moment to start and to stop, and run until told otherwise. Everything happens on the clock that is passed in, with
 * plausible times drawn from the random source that is passed in, so a thousand nodes cost nothing but their API calls.
 *
 * A Pod says by annotation how its containers behave; `annotations` below is the whole list, and docs/simulated-nodes.md
 * explains it. Pods of Jobs end well after about a second when they say nothing, because a Job that never ends shows nothing.
 */
import type { Pod } from '../../api/core/pod.ts'
import { controllerOf } from '../../apimachinery/object.ts'
import type { Clock, Timer } from '../../std/clock.ts'
import type { Random } from '../../std/random.ts'
import { plainEnd } from './plain-command.ts'
import { type ContainerExit, ImagePullError, type Runtime, type Sandbox } from './runtime.ts'

const prefix = 'sim.typernetes.dev/'

/** What a Pod may ask of the simulation. Each also exists for one container: `sim.typernetes.dev/exit-code.NAME`. */
export const annotations = {
  /** "2s", "150ms", "1m": the container ends by itself so long after its start. */
  exitAfter: `${prefix}exit-after`,
  /** What it ends with; 0 when absent. Alone it means: end at once. */
  exitCode: `${prefix}exit-code`,
  /** So long after its start the readiness probe passes. */
  readyAfter: `${prefix}ready-after`,
  /** How long a pull takes the first time. */
  pullTime: `${prefix}pull-time`,
  /** The text of the error with which every pull fails. */
  pullError: `${prefix}pull-error`,
  /** How long a container takes to end after SIGTERM; longer than the grace period means SIGKILL. */
  stopAfter: `${prefix}stop-after`,
} as const

/** On a Node: "off" cuts the simulated machine's power, anything else or nothing turns it on. */
export const powerAnnotation = `${prefix}power`

/** Images that say of themselves that they are not there: a registry below .invalid (RFC 2606), or a tag such as 404. */
export function missingImage(qualified: string): string | undefined {
  const [, registry = '', path = '', tag = ''] = /^([^/]+)\/(.+?)(?::([^:/@]+))?(?:@.*)?$/.exec(qualified) ?? []
  const host = registry.replace(/:\d+$/, '')
  const prefix = `failed to resolve reference "${qualified}": `
  if (host.endsWith('.invalid'))
    return `${prefix}failed to do request: Head "https://${registry}/v2/${path}/manifests/${tag || 'latest'}": dial tcp: lookup ${host}: no such host`
  return missingTags.test(tag) ? `${prefix}${qualified}: not found` : undefined
}
const missingTags = /^(404|missing|non-?existent|not-?found|does-not-exist)$/

/** "1.5s" → 1500; undefined for what is no duration. */
export function parseDurationMs(text: string | undefined): number | undefined {
  const match = text === undefined ? null : /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim())
  if (match === null) return undefined
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? 's'] as number
  return Number(match[1]) * unit
}

export function simulationOf(pod: Pod, containerName: string, annotation: string): string | undefined {
  const all = pod.metadata.annotations
  return all?.[`${annotation}.${containerName}`] ?? all?.[annotation]
}

interface RunningContainer {
  readonly onExit: (exit: ContainerExit) => void
  readonly stopAfterMs: number
  timer: Timer | undefined
  isStopping: boolean
}

export interface SimulatedRuntimeOptions {
  readonly clock: Clock
  readonly random: Random
  /** First two numbers of Pod addresses on this node come from its index: "10.128.0" for the first. */
  readonly podAddressPrefix: string
  readonly hostAddress: string
  /** Divides every pretended time; 1 is plausible, tests of ten thousand Pods like more. */
  readonly speed?: number
}

export class SimulatedRuntime implements Runtime {
  readonly version = 'typernetes-sim://0.1.0'
  readonly #options: SimulatedRuntimeOptions
  readonly #images = new Map<string, { reference: string; sizeBytes: number }>()
  readonly #containers = new Map<string, RunningContainer>()
  readonly #addresses = new Set<number>()
  #lastAddress = 1

  constructor(options: SimulatedRuntimeOptions) {
    this.#options = options
  }

  /** Images on this node: what kubectl describe node shows. */
  get images(): readonly { readonly names: readonly string[]; readonly sizeBytes: number }[] {
    return [...this.#images].map(([name, image]) => ({ names: [image.reference, name], sizeBytes: image.sizeBytes }))
  }

  async runSandbox(pod: Pod, signal: AbortSignal): Promise<Sandbox> {
    await this.#pause(120, 300, signal)
    const podIp = pod.spec.hostNetwork === true ? this.#options.hostAddress : this.#takeAddress()
    return { id: this.#id(), podIp }
  }

  adoptSandbox(_pod: Pod, podIp: string): Sandbox {
    const [start, last] = [`${this.#options.podAddressPrefix}.`, Number(podIp.slice(podIp.lastIndexOf('.') + 1))]
    if (podIp.startsWith(start)) this.#addresses.add(last)
    return { id: this.#id(), podIp }
  }

  removeSandbox(_pod: Pod, sandbox: Sandbox): void {
    if (sandbox.podIp.startsWith(`${this.#options.podAddressPrefix}.`)) {
      this.#addresses.delete(Number(sandbox.podIp.slice(sandbox.podIp.lastIndexOf('.') + 1)))
    }
  }

  async pullImage(
    pod: Pod,
    container: { name: string; image?: string | undefined; imagePullPolicy?: string | undefined },
    signal: AbortSignal,
  ) {
    const image = container.image ?? ''
    const failure = simulationOf(pod, container.name, annotations.pullError) ?? missingImage(qualifiedImage(image))
    const present = this.#images.get(image)
    if (failure === undefined && present !== undefined && container.imagePullPolicy !== 'Always') {
      return { ...present, tookMs: 0, wasPresent: true }
    }
    if (container.imagePullPolicy === 'Never' && present === undefined) {
      throw new ImagePullError('ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`)
    }
    const startedMs = this.#options.clock.monotonicMs()
    const asked = parseDurationMs(simulationOf(pod, container.name, annotations.pullTime))
    if (asked !== undefined) await this.#options.clock.sleep(asked, signal)
    else if (present === undefined) await this.#pause(350, 900, signal)
    else await this.#pause(60, 150, signal)
    if (failure !== undefined) {
      throw new ImagePullError('ErrImagePull', `failed to pull and unpack image "${qualifiedImage(image)}": ${failure}`)
    }
    const pulled = present ?? { reference: `${repositoryOf(qualifiedImage(image))}@sha256:${digestOf(image)}`, sizeBytes: sizeOf(image) }
    this.#images.set(image, pulled)
    return { ...pulled, tookMs: this.#options.clock.monotonicMs() - startedMs, wasPresent: false }
  }

  async startContainer(
    pod: Pod,
    container: { readonly name: string },
    options: { readonly onExit: (exit: ContainerExit) => void; readonly signal: AbortSignal },
  ): Promise<string> {
    await this.#pause(40, 110, options.signal)
    const id = this.#id()
    this.#run(pod, container.name, id, 0, options.onExit)
    return id
  }

  adopt(pod: Pod, container: { readonly name: string }, id: string, startedAtMs: number, onExit: (exit: ContainerExit) => void): void {
    this.#run(pod, container.name, id, Math.max(0, this.#options.clock.now() - startedAtMs), onExit)
  }

  stopContainer(id: string, graceMs: number): void {
    const running = this.#containers.get(id)
    if (running === undefined || running.isStopping) return
    running.isStopping = true
    running.timer?.cancel()
    const isKilled = running.stopAfterMs > graceMs
    running.timer = this.#options.clock.after(isKilled ? graceMs : running.stopAfterMs, () =>
      this.#end(id, isKilled ? { exitCode: 137, reason: 'Error' } : { exitCode: 0, reason: 'Completed' }),
    )
  }

  #run(pod: Pod, name: string, id: string, ranMs: number, onExit: (exit: ContainerExit) => void): void {
    const stopAfterMs = parseDurationMs(simulationOf(pod, name, annotations.stopAfter)) ?? this.#between(150, 500)
    const running: RunningContainer = { onExit, stopAfterMs, timer: undefined, isStopping: false }
    this.#containers.set(id, running)
    const plan = exitPlanOf(pod, name)
    if (plan === undefined) return
    running.timer = this.#options.clock.after(Math.max(0, plan.afterMs - ranMs), () =>
      this.#end(id, { exitCode: plan.exitCode, reason: plan.exitCode === 0 ? 'Completed' : 'Error' }),
    )
  }

  #end(id: string, exit: ContainerExit): void {
    const running = this.#containers.get(id)
    if (running === undefined) return
    this.#containers.delete(id)
    running.onExit(exit)
  }

  #takeAddress(): string {
    for (let tries = 0; tries < 253; tries++) {
      this.#lastAddress = this.#lastAddress >= 254 ? 2 : this.#lastAddress + 1
      if (!this.#addresses.has(this.#lastAddress)) break
    }
    this.#addresses.add(this.#lastAddress)
    return `${this.#options.podAddressPrefix}.${this.#lastAddress}`
  }

  #between(fromMs: number, toMs: number): number {
    return (fromMs + this.#options.random.fraction() * (toMs - fromMs)) / (this.#options.speed ?? 1)
  }

  #pause(fromMs: number, toMs: number, signal: AbortSignal): Promise<void> {
    return this.#options.clock.sleep(this.#between(fromMs, toMs), signal)
  }

  #id(): string {
    return Array.from(this.#options.random.bytes(32), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}

/** When and how a container ends by itself; undefined: it runs on. Init containers end unless their command says otherwise. */
export function exitPlanOf(pod: Pod, name: string): { afterMs: number; exitCode: number } | undefined {
  const code = simulationOf(pod, name, annotations.exitCode)
  const after = parseDurationMs(simulationOf(pod, name, annotations.exitAfter))
  const exitCode = code === undefined ? 0 : Number.parseInt(code, 10) & 255
  if (after !== undefined) return { afterMs: after, exitCode }
  if (code !== undefined) return { afterMs: 500, exitCode }
  const init = pod.spec.initContainers?.find((one) => one.name === name)
  const container = init ?? pod.spec.containers.find((one) => one.name === name)
  const said = container === undefined ? undefined : plainEnd(container)
  if (said !== undefined) return said === 'never' ? undefined : said
  if (init !== undefined && init.restartPolicy !== 'Always') return { afterMs: 300, exitCode: 0 }
  const isJobs = init === undefined && controllerOf(pod)?.kind === 'Job'
  return isJobs ? { afterMs: 1000, exitCode: 0 } : undefined
}

/** nginx:2 → docker.io/library/nginx:2, as containerd resolves it. */
export function qualifiedImage(image: string): string {
  const slash = image.indexOf('/')
  const first = slash < 0 ? '' : image.slice(0, slash)
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost'
  const withHost = hasHost ? image : slash < 0 ? `docker.io/library/${image}` : `docker.io/${image}`
  const lastPart = withHost.slice(withHost.lastIndexOf('/') + 1)
  return lastPart.includes(':') || lastPart.includes('@') ? withHost : `${withHost}:latest`
}

function repositoryOf(image: string): string {
  const at = image.indexOf('@')
  if (at >= 0) return image.slice(0, at)
  const colon = image.lastIndexOf(':')
  return colon > image.lastIndexOf('/') ? image.slice(0, colon) : image
}

/** A made-up digest, always the same for the same image (FNV-1a, stretched). */
function digestOf(image: string): string {
  let text = ''
  for (let part = 0; part < 8; part++) text += hash32(`${part}${image}`).toString(16).padStart(8, '0')
  return text
}

function sizeOf(image: string): number {
  return 4_000_000 + (hash32(image) % 180_000_000)
}

function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
