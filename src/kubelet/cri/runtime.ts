/**
 * What the kubelet asks of whatever runs containers: the part of CRI v1 that a Pod's life needs, in our words. The
 * simulated runtime (simulated.ts) plays it on a clock; a real one speaks gRPC to containerd. A runtime reports what
 * happened by resolving what it was asked, and by `onExit` when a container ends by itself.
 *
 * What a newcomer would get wrong: the runtime knows nothing of restart policies, phases or probes. It starts what it is
 * told and says what became of it; judgement is in plan-pod.ts.
 */
import type { Pod } from '../../api/core/pod.ts'
import type { Container } from '../../api/core/pod-spec/container.ts'

export interface PulledImage {
  /** "docker.io/library/nginx@sha256:…" */
  readonly reference: string
  readonly sizeBytes: number
  readonly tookMs: number
  readonly wasPresent: boolean
}

export interface ContainerExit {
  readonly exitCode: number
  readonly signal?: number
  /** Completed, Error, OOMKilled … */
  readonly reason: string
  readonly message?: string
}

export interface Sandbox {
  readonly id: string
  readonly podIp: string
}

/** A pull that did not work: shown as ErrImagePull, then ImagePullBackOff. */
export class ImagePullError extends Error {
  readonly reason: string
  constructor(reason: string, message: string) {
    super(message)
    this.name = 'ImagePullError'
    this.reason = reason
  }
}

export interface Runtime {
  /** "containerd://1.7.0" */
  readonly version: string
  runSandbox(pod: Pod, signal: AbortSignal): Promise<Sandbox>
  removeSandbox(pod: Pod, sandbox: Sandbox): void
  pullImage(pod: Pod, container: Pick<Container, 'name' | 'image' | 'imagePullPolicy'>, signal: AbortSignal): Promise<PulledImage>
  /** Resolves with the container's id when it runs. `onExit` is called once, also after `stop`. */
  startContainer(
    pod: Pod,
    container: Container,
    options: { readonly restartCount: number; readonly onExit: (exit: ContainerExit) => void; readonly signal: AbortSignal },
  ): Promise<string>
  /** Asks politely, then insists after `graceMs`. The end comes through `onExit`. */
  stopContainer(id: string, graceMs: number): void
  /** Takes up containers that ran before this process started; the simulated runtime knows them only from the Pod's status. */
  adopt(pod: Pod, container: Container, id: string, startedAtMs: number, onExit: (exit: ContainerExit) => void): void
  /** Takes note of an address that a Pod of an earlier life still has. */
  adoptSandbox(pod: Pod, podIp: string): Sandbox
}
