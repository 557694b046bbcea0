/**
 * One Pod's life on one node. The worker holds what is known (pod-state.ts), asks plan-pod.ts what to do whenever
 * anything changed, has the runtime do it, and sends the status (pod-status.ts) whenever it differs from the last one
 * sent. Level-triggered: every event only says "look again".
 *
 * What a newcomer would get wrong: steps are collapsed, so ten changes within one turn make one plan and one PATCH; and
 * a worker that was closed (node off, Pod gone) must not act on answers that come late: `#isClosed` is asked after each await.
 */
import { Pod } from '../api/core/pod.ts'
import type { Container } from '../api/core/pod-spec/container.ts'
import { reasonOf } from '../apimachinery/status-error.ts'
import type { Client } from '../client/client.ts'
import type { Clock, Timer } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { Refusal } from './admit-pod.ts'
import { type ContainerExit, ImagePullError, type Runtime } from './cri/runtime.ts'
import { annotations, parseDurationMs, simulationOf } from './cri/simulated.ts'
import {
  allContainers,
  backoffResetMs,
  isSidecar,
  type PodAction,
  planPod,
  restartBackoffMaxMs,
  restartBackoffMs,
  restarts,
} from './plan-pod.ts'
import { type ContainerState, containerIn, isUp, newContainer, newPodState, type PodState, withContainer } from './pod-state.ts'
import { statusOf } from './pod-status.ts'

export type PodEvents = (pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, fieldPath?: string) => void

export interface NodeDoors {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly runtime: Runtime
  readonly hostIp: string
  readonly record: PodEvents
  /** Starts background work that ends with the node. */
  readonly run: (name: string, task: (signal: AbortSignal) => Promise<void>) => void
}

const statusRetryMs = 1000

export class PodWorker {
  readonly #node: NodeDoors
  #pod: Pod
  #state: PodState
  #timer: Timer | undefined
  readonly #probes = new Map<string, Timer>()
  #stepQueued = false
  #sending = false
  #lastSent = ''
  #isClosed = false
  #isFinishing = false

  /** `refusal`: why the node does not take it; then the worker only says so. */
  constructor(node: NodeDoors, pod: Pod, refusal?: Refusal) {
    this.#node = node
    this.#pod = pod
    this.#state = refusal === undefined ? this.#takeOver(pod) : this.#refuse(pod, refusal)
    this.#lookAgain()
  }

  get pod(): Pod {
    return this.#pod
  }

  /** What the API server has now. */
  update(pod: Pod): void {
    // The answer to our own write may have been faster than the watch. Judged by an older state, conditions would seem to change again, with a
    // new time each second: on a busy server every Pod would write its status for ever.
    if (isOlder(pod, this.#pod)) return
    this.#pod = pod
    this.#lookAgain()
  }

  /** The Pod is no longer ours: gone from the API, or the node lost its power. Nothing is reported any more. */
  close(): void {
    this.#isClosed = true
    this.#timer?.cancel()
    for (const timer of this.#probes.values()) timer.cancel()
    if (typeof this.#state.sandbox === 'object') this.#node.runtime.removeSandbox(this.#pod, this.#state.sandbox)
    for (const container of this.#state.containers.values()) if (isUp(container)) this.#node.runtime.stopContainer(container.containerId, 0)
  }

  /** Over, whether the API server knows it or not: it holds nothing of the node any more. */
  get isOver(): boolean {
    const phase = this.#pod.status?.phase
    return this.#state.failure !== undefined || phase === 'Succeeded' || phase === 'Failed'
  }

  #refuse(pod: Pod, { reason, message }: Refusal): PodState {
    this.#node.record(pod, 'Warning', reason, message)
    return { ...newPodState(this.#node.clock.now()), failure: { reason, message: `Pod was rejected: ${message}` }, isRefused: true }
  }

  /** A kubelet that was restarted finds its Pods as they were: containers went on running meanwhile. */
  #takeOver(pod: Pod): PodState {
    const { status } = pod
    const nowMs = this.#node.clock.now()
    if (typeof status?.startTime !== 'string' || status.podIP === undefined) {
      const { phase, reason, message = '' } = status ?? {}
      const fresh = newPodState(nowMs)
      return phase === 'Failed' && reason !== undefined ? { ...fresh, failure: { reason, message }, isRefused: true } : fresh
    }
    const containers = new Map<string, ContainerState>()
    const seen = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    for (const container of allContainers(pod)) {
      const known = seen.find((one) => one.name === container.name)
      const id = known?.containerID?.replace(/^.*:\/\//, '') ?? ''
      const running = known?.state?.running
      const ended = known?.state?.terminated ?? known?.lastState?.terminated
      const base: ContainerState = {
        ...newContainer,
        restartCount: known?.restartCount ?? 0,
        containerId: id,
        imageReference: known?.imageID ?? '',
        ...(ended === undefined
          ? {}
          : {
              termination: {
                exitCode: ended.exitCode,
                reason: ended.reason ?? 'Error',
                containerId: ended.containerID?.replace(/^.*:\/\//, '') ?? '',
                startedAtMs: Date.parse(ended.startedAt ?? '') || nowMs,
                finishedAtMs: Date.parse(ended.finishedAt ?? '') || nowMs,
              },
            }),
      }
      if (running !== undefined) {
        const startedAtMs = Date.parse(running.startedAt ?? '') || nowMs
        containers.set(container.name, {
          ...base,
          phase: 'running',
          startedAtMs,
          isStarted: known?.started === true,
          isReady: known?.ready === true,
        })
        this.#node.runtime.adopt(pod, container, id, startedAtMs, (exit) => this.#exited(container, exit))
        if (known?.ready !== true) this.#watchReadiness(container, nowMs)
      } else {
        containers.set(container.name, { ...base, phase: known?.state?.terminated === undefined ? 'waiting' : 'exited' })
      }
    }
    const isOver = status.phase === 'Failed' || status.phase === 'Succeeded'
    return {
      startTimeMs: Date.parse(status.startTime),
      sandbox: this.#node.runtime.adoptSandbox(pod, status.podIP),
      containers,
      ...(isOver && status.reason !== undefined ? { failure: { reason: status.reason, message: status.message ?? '' } } : {}),
    }
  }

  #lookAgain(): void {
    if (this.#stepQueued || this.#isClosed) return
    this.#stepQueued = true
    queueMicrotask(() => {
      this.#stepQueued = false
      if (!this.#isClosed) this.#step()
    })
  }

  #step(): void {
    const nowMs = this.#node.clock.now()
    const plan = planPod(this.#pod, this.#state, nowMs)
    this.#timer?.cancel()
    this.#timer = plan.wakeAtMs === undefined ? undefined : this.#node.clock.after(plan.wakeAtMs - nowMs, () => this.#lookAgain())
    for (const action of plan.actions) this.#act(action)
    this.#sendStatus()
  }

  #act(action: PodAction): void {
    switch (action.do) {
      case 'runSandbox':
        this.#state = { ...this.#state, sandbox: 'starting' }
        return this.#node.run('run sandbox', (signal) => this.#runSandbox(signal))
      case 'startContainer':
        return this.#node.run('start container', (signal) => this.#start(action.container, signal))
      case 'stopContainer': {
        const { containerId } = containerIn(this.#state, action.container.name)
        this.#change(action.container.name, { phase: 'stopping' })
        this.#node.record(
          this.#pod,
          'Normal',
          'Killing',
          `Stopping container ${action.container.name}`,
          fieldPathOf(this.#pod, action.container),
        )
        return this.#node.runtime.stopContainer(containerId, action.graceMs)
      }
      case 'fail':
        this.#state = { ...this.#state, failure: { reason: action.reason, message: action.message } }
        this.#node.record(this.#pod, 'Normal', action.reason, action.message)
        return this.#lookAgain()
      case 'finish':
        if (this.#isFinishing) return
        this.#isFinishing = true
        return this.#node.run('finish pod', (signal) => this.#finish(signal))
    }
  }

  async #runSandbox(signal: AbortSignal): Promise<void> {
    const sandbox = await this.#node.runtime.runSandbox(this.#pod, signal)
    if (this.#isClosed) return this.#node.runtime.removeSandbox(this.#pod, sandbox)
    this.#state = { ...this.#state, sandbox }
    this.#lookAgain()
  }

  async #start(container: Container, signal: AbortSignal): Promise<void> {
    const path = fieldPathOf(this.#pod, container)
    const before = containerIn(this.#state, container.name)
    const isRestart = before.termination !== undefined
    this.#change(container.name, { phase: 'pulling' })
    const image = container.image ?? ''
    try {
      const isKnownPresent = container.imagePullPolicy === 'IfNotPresent' || container.imagePullPolicy === 'Never'
      const events: (readonly [string, string])[] = []
      const pulling = this.#node.runtime.pullImage(this.#pod, container, signal)
      if (!isKnownPresent) this.#node.record(this.#pod, 'Normal', 'Pulling', `Pulling image "${image}"`, path)
      const pulled = await pulling
      if (this.#isClosed) return
      if (pulled.wasPresent) events.push(['Pulled', `Container image "${image}" already present on machine`])
      else {
        if (isKnownPresent) events.push(['Pulling', `Pulling image "${image}"`])
        const took = formatGoDuration(pulled.tookMs)
        events.push([
          'Pulled',
          `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: ${pulled.sizeBytes} bytes.`,
        ])
      }
      for (const [reason, message] of events) this.#node.record(this.#pod, 'Normal', reason, message, path)
      this.#change(container.name, { phase: 'starting', imageReference: pulled.reference })
    } catch (error) {
      if (signal.aborted || this.#isClosed) return
      if (!(error instanceof ImagePullError)) throw error
      return this.#pullFailed(container, error)
    }
    const restartCount = isRestart ? before.restartCount + 1 : before.restartCount
    const id = await this.#node.runtime.startContainer(this.#pod, container, {
      restartCount,
      onExit: (exit) => this.#exited(container, exit),
      signal,
    })
    if (this.#isClosed) return this.#node.runtime.stopContainer(id, 0)
    this.#node.record(this.#pod, 'Normal', 'Created', `Created container: ${container.name}`, path)
    this.#node.record(this.#pod, 'Normal', 'Started', `Started container ${container.name}`, path)
    const startedAtMs = this.#node.clock.now()
    this.#change(container.name, { phase: 'running', containerId: id, restartCount, startedAtMs, isStarted: false, isReady: false })
    this.#watchReadiness(container, startedAtMs)
  }

  #pullFailed(container: Container, error: ImagePullError): void {
    const path = fieldPathOf(this.#pod, container)
    const image = container.image ?? ''
    const before = containerIn(this.#state, container.name)
    const backoffMs = Math.min(restartBackoffMaxMs, before.backoffMs === 0 ? restartBackoffMs : before.backoffMs * 2)
    this.#node.record(this.#pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${error.message}`, path)
    this.#node.record(this.#pod, 'Warning', 'Failed', `Error: ${error.reason}`, path)
    this.#change(container.name, {
      phase: 'waiting',
      waitingReason: error.reason,
      waitingMessage: error.message,
      backoffMs,
      notBeforeMs: this.#node.clock.now() + backoffMs,
    })
    if (error.reason !== 'ErrImagePull') return
    this.#probe(container.name, 1500, () => {
      if (containerIn(this.#state, container.name).waitingReason !== 'ErrImagePull') return
      this.#node.record(this.#pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, path)
      this.#node.record(this.#pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', path)
      this.#change(container.name, {
        waitingReason: 'ImagePullBackOff',
        waitingMessage: `Back-off pulling image "${image}": ErrImagePull: ${error.message}`,
      })
    })
  }

  #exited(container: Container, exit: ContainerExit): void {
    if (this.#isClosed) return
    const before = containerIn(this.#state, container.name)
    const nowMs = this.#node.clock.now()
    this.#probes.get(container.name)?.cancel()
    const termination = { ...exit, containerId: before.containerId, startedAtMs: before.startedAtMs, finishedAtMs: nowMs }
    const ended = { phase: 'exited', termination, isReady: false, isStarted: false } as const
    const isEnding = typeof this.#pod.metadata.deletionTimestamp === 'string' || this.#state.failure !== undefined
    const isInit = this.#pod.spec.initContainers?.includes(container) === true && !isSidecar(container)
    const again =
      !isEnding &&
      (isInit ? exit.exitCode !== 0 && this.#pod.spec.restartPolicy !== 'Never' : restarts(this.#pod, container, exit.exitCode))
    if (!again) return this.#change(container.name, ended)
    const ranLong = nowMs - before.startedAtMs >= backoffResetMs
    const isFirst = before.restartCount === 0 || ranLong
    const backoffMs = isFirst ? 0 : Math.min(restartBackoffMaxMs, before.backoffMs === 0 ? restartBackoffMs : before.backoffMs * 2)
    if (isFirst) return this.#change(container.name, { ...ended, backoffMs, notBeforeMs: nowMs + 1000 })
    const { name, namespace, uid } = this.#pod.metadata
    const what = `restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`
    this.#change(container.name, { ...ended, backoffMs, notBeforeMs: nowMs + backoffMs })
    // The end is seen for a moment, then the wait for the next start.
    this.#probe(container.name, 500, () => {
      this.#node.record(
        this.#pod,
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`,
        fieldPathOf(this.#pod, container),
      )
      this.#change(container.name, {
        phase: 'waiting',
        waitingReason: 'CrashLoopBackOff',
        waitingMessage: `back-off ${formatGoDuration(backoffMs)} ${what}`,
      })
    })
  }

  /** Probes of a simulated container pass as soon as they may. */
  #watchReadiness(container: Container, startedAtMs: number): void {
    const asked = parseDurationMs(simulationOf(this.#pod, container.name, annotations.readyAfter))
    const startupMs = (container.startupProbe?.initialDelaySeconds ?? 0) * 1000
    const readyMs =
      asked ?? (container.readinessProbe === undefined ? 0 : Math.max((container.readinessProbe.initialDelaySeconds ?? 0) * 1000, 100))
    const delayMs = startedAtMs + startupMs + readyMs - this.#node.clock.now()
    const pass = (): void => this.#change(container.name, { isStarted: true, isReady: true })
    if (delayMs <= 0) return pass()
    if (startupMs === 0) this.#change(container.name, { isStarted: true })
    this.#probe(container.name, delayMs, pass)
  }

  #probe(name: string, delayMs: number, then: () => void): void {
    this.#probes.get(name)?.cancel()
    this.#probes.set(
      name,
      this.#node.clock.after(delayMs, () => (this.#isClosed ? undefined : then())),
    )
  }

  #change(name: string, change: Partial<ContainerState>): void {
    this.#state = withContainer(this.#state, name, change)
    this.#lookAgain()
  }

  #sendStatus(): void {
    if (this.#sending || this.#isFinishing) return
    const status = this.#status()
    const text = JSON.stringify(status)
    if (text === this.#lastSent || sameStatus(status, this.#pod.status)) return
    this.#sending = true
    this.#node.run('send status', async (signal) => {
      try {
        const written = await this.#patchStatus(status, signal)
        this.#lastSent = text
        if (!isOlder(written, this.#pod)) this.#pod = written
        // Everybody else gets a turn, requests from outside too.
        await this.#node.clock.yieldTurn()
      } catch (error) {
        if (reasonOf(error) === 'NotFound' || signal.aborted) return
        this.#node.log.warn('Cannot send the status of a Pod', { pod: this.#pod.metadata.name, error: String(error) })
        await this.#node.clock.sleep(statusRetryMs, signal)
      } finally {
        this.#sending = false
      }
      this.#lookAgain()
    })
  }

  #status() {
    return statusOf(this.#pod, this.#state, {
      nowMs: this.#node.clock.now(),
      hostIp: this.#node.hostIp,
      runtime: this.#node.runtime.version,
    })
  }

  async #patchStatus(status: NonNullable<Pod['status']>, signal: AbortSignal): Promise<Pod> {
    const { namespace, name, uid } = this.#pod.metadata
    // Conditions merge by type, so what a condition no longer says must be taken back explicitly.
    const own = status.conditions?.map((one) => ({ reason: null, message: null, ...one }))
    const conditions = this.#state.isRefused === true ? [{ $patch: 'replace' }, ...(own ?? [])] : own
    const patch = { metadata: { uid }, status: { ...status, conditions } }
    return this.#node.client
      .of(Pod)
      .in(namespace ?? '')
      .patch(name ?? '', patch, { type: 'strategic', subresource: 'status', signal })
  }

  async #finish(signal: AbortSignal): Promise<void> {
    const { namespace, name, uid } = this.#pod.metadata
    try {
      await this.#patchStatus(this.#status(), signal)
      await this.#node.client
        .of(Pod)
        .in(namespace ?? '')
        .delete(name ?? '', { gracePeriodSeconds: 0, preconditions: { uid: uid ?? '' }, signal })
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === 'NotFound' || reason === 'Conflict' || signal.aborted) return
      this.#node.log.warn('Cannot finish a Pod', { pod: name, error: String(error) })
      await this.#node.clock.sleep(statusRetryMs, signal)
      this.#isFinishing = false
      this.#lookAgain()
    }
  }
}

/** Versions of one object grow. */
function isOlder(one: Pod, other: Pod): boolean {
  return Number(one.metadata.resourceVersion) < Number(other.metadata.resourceVersion)
}

function fieldPathOf(pod: Pod, container: Container): string {
  return pod.spec.initContainers?.includes(container) === true
    ? `spec.initContainers{${container.name}}`
    : `spec.containers{${container.name}}`
}

/** Compares what we would send with what the server has, in the fields that we send. */
function sameStatus(mine: NonNullable<Pod['status']>, theirs: Pod['status']): boolean {
  if (theirs === undefined) return false
  const known = theirs as Readonly<Record<string, unknown>>
  return Object.entries(mine).every(([name, value]) => JSON.stringify(value) === JSON.stringify(known[name]))
}

/** As Go prints a duration: "312ms", "1.204s", "1m30s". */
export function formatGoDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = Number(((ms % 60_000) / 1000).toFixed(3))
  const hours = Math.floor(minutes / 60)
  if (minutes === 0) return `${seconds}s`
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes % 60}m${seconds}s`
}
