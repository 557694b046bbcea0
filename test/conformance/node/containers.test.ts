/**
 * Containers that end: init containers in their order, commands that fail, and readiness after a delay. Real nodes run the commands;
 * simulated ones are told the outcome by annotations (docs/simulated-nodes.md).
 */
import { describe, expect, test } from 'vitest'
import { connect, isForeign, type Json, type WatchEvent } from '../api.ts'
import { busyboxImage, isReady, pauseImage, webImage } from '../pods.ts'

const api = await connect()

interface Ending {
  readonly init: readonly ('true' | 'false')[]
  readonly restartPolicy: 'Always' | 'Never'
}

/** Two init containers that end as told, and one container behind them. */
async function start({ init, restartPolicy }: Ending) {
  const namespace = await api.namespace('init-container')
  const pods = api.of('v1', 'pods', namespace)
  const annotations: Record<string, string> = {}
  const initContainers = init.map((command, index) => {
    const name = `init${index + 1}`
    if (command === 'false') annotations[`sim.typernetes.dev/exit-code.${name}`] = '1'
    return { name, image: busyboxImage, command: [`/bin/${command}`] }
  })
  if (restartPolicy === 'Never') annotations['sim.typernetes.dev/exit-code.run1'] = '0'
  const container =
    restartPolicy === 'Never' ? { name: 'run1', image: busyboxImage, command: ['/bin/true'] } : { name: 'run1', image: pauseImage }
  const created = await pods.create({
    metadata: { name: 'pod-init', labels: { name: 'foo' }, annotations },
    spec: { restartPolicy, initContainers, containers: [{ ...container, resources: { limits: { cpu: '100m' } } }] },
  })
  const watch = await pods.watchName('pod-init', { resourceVersion: created.metadata.resourceVersion })
  return { pods, watch }
}

/** At no time may a container run before the last init container has ended well, nor an init container before its turn. */
function checkOrder({ object: { spec, status } }: WatchEvent): void {
  const inits: Json[] = status.initContainerStatuses ?? []
  const unfinished = inits.findIndex((one) => one.state.terminated?.exitCode !== 0)
  const isInitialized = inits.length === spec.initContainers.length && unfinished < 0
  if (!isInitialized) {
    for (const one of status.containerStatuses ?? []) expect(one.state).toEqual({ waiting: { reason: 'PodInitializing' } })
    for (const one of inits.slice(unfinished + 1)) expect(one.state).toEqual({ waiting: { reason: 'PodInitializing' } })
  }
}

function initialized({ status }: Json): Json {
  return status.conditions.find((one: Json) => one.type === 'Initialized')
}

function expectInitsSucceeded(pod: Json): void {
  expect(initialized(pod).status).toBe('True')
  expect(pod.status.initContainerStatuses).toHaveLength(2)
  for (const { ready, state } of pod.status.initContainerStatuses) {
    expect(ready).toBe(true)
    expect(state.terminated.exitCode).toBe(0)
  }
}

describe.concurrent('containers', () => {
  test('[sig-node] InitContainer [NodeConformance] should invoke init containers on a RestartNever pod [Conformance]', async () => {
    const { watch } = await start({ init: ['true', 'true'], restartPolicy: 'Never' })
    await using _watch = watch
    const { object } = await watch.until('the Pod to end', (event) => {
      checkOrder(event)
      return ['Succeeded', 'Failed'].includes(event.object.status.phase)
    })
    expect(object.status.phase).toBe('Succeeded')
    expectInitsSucceeded(object)
  })

  test('[sig-node] InitContainer [NodeConformance] should invoke init containers on a RestartAlways pod [Conformance]', async () => {
    const { watch } = await start({ init: ['true', 'true'], restartPolicy: 'Always' })
    await using _watch = watch
    const { object } = await watch.until('the Pod to run', (event) => {
      checkOrder(event)
      return event.object.status.phase === 'Running'
    })
    expectInitsSucceeded(object)
  })

  test('[sig-node] InitContainer [NodeConformance] should not start app containers if init containers fail on a RestartAlways pod [Conformance]', {
    timeout: 240_000,
  }, async () => {
    const { watch } = await start({ init: ['false', 'true'], restartPolicy: 'Always' })
    await using _watch = watch
    // Three restarts take 10 + 20 s of waiting and more.
    const { object } = await watch.until(
      'three restarts',
      (event) => {
        checkOrder(event)
        return (event.object.status.initContainerStatuses?.[0]?.restartCount ?? 0) >= 3
      },
      200_000,
    )
    expect(object.status.phase).toBe('Pending')
    expect(object.status.initContainerStatuses[0].lastState.terminated.exitCode).not.toBe(0)
    expect(initialized(object)).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [init1 init2]',
    })
    expect(object.status.initContainerStatuses).toHaveLength(2)
  })

  test('[sig-node] InitContainer [NodeConformance] should not start app containers and fail the pod if init containers fail on a RestartNever pod [Conformance]', async () => {
    const { watch } = await start({ init: ['true', 'false'], restartPolicy: 'Never' })
    await using _watch = watch
    const { object } = await watch.until('the Pod to end', (event) => {
      checkOrder(event)
      return ['Succeeded', 'Failed'].includes(event.object.status.phase)
    })
    expect(object.status.phase).toBe('Failed')
    expect(initialized(object)).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [init2]',
    })
    const [first, second] = object.status.initContainerStatuses
    expect(first.state.terminated.exitCode).toBe(0)
    expect(second.state.terminated.exitCode).not.toBe(0)
    expect(object.status.containerStatuses[0].state.waiting).toBeDefined()
  })

  async function failingPod() {
    const pods = api.of('v1', 'pods', await api.namespace('kubelet-test'))
    const name = 'bin-false'
    await pods.create({
      metadata: { name, annotations: { 'sim.typernetes.dev/exit-code': '1' } },
      spec: { restartPolicy: 'Never', containers: [{ name, image: busyboxImage, command: ['/bin/false'] }] },
    })
    return { pods, name }
  }

  test('[sig-node] Kubelet when scheduling a busybox command that always fails in a pod should have an terminated reason [NodeConformance] [Conformance]', async () => {
    const { pods, name } = await failingPod()
    const pod = await pods.appears(name, ({ status }) => status.containerStatuses?.[0]?.state.terminated !== undefined)
    expect(pod.status.containerStatuses).toHaveLength(1)
    expect(pod.status.containerStatuses[0].state.terminated).toMatchObject({ exitCode: 1, reason: 'Error' })
  })

  test('[sig-node] Kubelet when scheduling a busybox command that always fails in a pod should be possible to delete [NodeConformance] [Conformance]', async () => {
    const { pods, name } = await failingPod()
    await pods.delete(name)
    await pods.disappears(name, 60_000)
  })

  test('[sig-node] Probing container with readiness probe should not be ready before initial delay and never restart [NodeConformance] [Conformance]', {
    timeout: 240_000,
  }, async () => {
    const pods = api.of('v1', 'pods', await api.namespace('container-probe'))
    // Upstream's delay is thirty seconds.
    const initialDelaySeconds = isForeign ? 30 : 4
    const readinessProbe = { httpGet: { path: '/', port: 80 }, initialDelaySeconds, timeoutSeconds: 5, failureThreshold: 1 }
    await pods.create({
      metadata: { name: 'test-webserver' },
      spec: { containers: [{ name: 'test-webserver', image: webImage, readinessProbe }] },
    })
    const { status } = await pods.appears('test-webserver', isReady, 200_000)
    const readyAt = Date.parse(status.conditions.find((one: Json) => one.type === 'Ready').lastTransitionTime)
    const startedAt = Date.parse(status.containerStatuses[0].state.running.startedAt)
    expect(readyAt - startedAt).toBeGreaterThanOrEqual(initialDelaySeconds * 1000)
    expect(status.containerStatuses[0].restartCount).toBe(0)
  })
})
