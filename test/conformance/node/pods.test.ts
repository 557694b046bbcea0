/** Pods that run: their life, updates, deadlines, status; RuntimeClasses with overhead. */
import { describe, expect, test } from 'vitest'
import { connect, type Json, randomName, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { agnhostImage, isReady, pauseImage, previousAgnhostImage, runningPods } from '../pods.ts'

const api = await connect()

async function start() {
  const namespace = await api.namespace('pods')
  return { namespace, pods: api.of('v1', 'pods', namespace) }
}

const pausePod = (name: string, labels: Json = {}) => ({
  metadata: { name, labels: { name: 'foo', ...labels } },
  spec: { containers: [{ name: 'pause', image: pauseImage }] },
})

describe.concurrent('running Pods', () => {
  test('[sig-node] Pods should get a host IP [NodeConformance] [Conformance]', async () => {
    const { pods } = await start()
    await pods.create(pausePod('pod-hostip'))
    const pod = await pods.appears('pod-hostip', ({ status }) => status.hostIP !== undefined)
    expect(pod.status.hostIP).toMatch(/^[\d.]+$|:/)
    expect(pod.status.hostIPs).toContainEqual({ ip: pod.status.hostIP })
  })

  test('[sig-node] Pods should be submitted and removed [NodeConformance] [Conformance]', async () => {
    const { pods } = await start()
    const selected = { labelSelector: 'time=now' }
    const name = 'pod-submit-remove'
    const empty = await pods.list(selected)
    expect(empty.items).toHaveLength(0)
    await using watch = await pods.watch({ ...selected, resourceVersion: empty.metadata.resourceVersion })
    await pods.create(pausePod(name, { time: 'now' }))
    expect((await pods.list(selected)).items).toHaveLength(1)
    expect((await watch.next())?.type).toBe('ADDED')
    await pods.appears(name, ({ status }) => status.phase === 'Running')
    await pods.delete(name, { gracePeriodSeconds: 30 })
    const { object: last } = await watch.until('the Pod to go', ({ type }) => type === 'DELETED', 60_000)
    expect(last.metadata.deletionTimestamp).toBeDefined()
    expect(last.spec.terminationGracePeriodSeconds).not.toBe(0)
    expect((await pods.list(selected)).items).toHaveLength(0)
  })

  test('[sig-node] Pods should be updated [NodeConformance] [Conformance]', async () => {
    const { pods } = await start()
    const name = 'pod-update'
    await pods.create(pausePod(name, { time: 'now' }))
    await pods.appears(name, isReady)
    expect((await pods.list({ labelSelector: 'time=now' })).items).toHaveLength(1)
    await pods.change(name, (copy) => {
      copy.metadata.labels.time = 'later'
    })
    await pods.appears(name, ({ status }) => status.phase === 'Running')
    expect((await pods.list({ labelSelector: 'time=later' })).items).toHaveLength(1)
  })

  test('[sig-node] Pods should allow activeDeadlineSeconds to be updated [NodeConformance] [Conformance]', async () => {
    const { pods } = await start()
    const name = 'pod-update-activedeadlineseconds'
    await pods.create(pausePod(name))
    await pods.appears(name, isReady)
    await pods.change(name, (copy) => {
      copy.spec.activeDeadlineSeconds = 5
    })
    const ended = await pods.appears(name, ({ status }) => status.phase === 'Failed')
    expect(ended.status.reason).toBe('DeadlineExceeded')
  })

  test('[sig-node] Pods should delete a collection of pods [Conformance]', async () => {
    const { namespace, pods } = await start()
    for (const i of [1, 2, 3]) {
      await pods.create({
        metadata: { name: `test-pod-${i}`, labels: { type: 'Testing' } },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'token-test', image: agnhostImage }], restartPolicy: 'Never' },
      })
    }
    await runningPods(api, namespace, 3)
    await pods.deleteCollection({ labelSelector: 'type=Testing' }, { gracePeriodSeconds: 1 })
    for (const i of [1, 2, 3]) await pods.disappears(`test-pod-${i}`)
  })

  test('[sig-node] Pods should patch a pod status [Conformance]', async () => {
    const { pods } = await start()
    const name = randomName('pod')
    await pods.create({
      metadata: { name, labels: { e2e: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'agnhost', image: agnhostImage }] },
    })
    await pods.appears(name, ({ status }) => status.phase === 'Running')
    const status = { message: 'Patched by e2e test', reason: 'E2E' }
    const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status }
    const patched = await pods.patch(name, patch, { subresource: 'status' })
    expect(patched.status).toMatchObject(status)
    expect(patched.metadata.annotations?.patchedstatus).toBe('true')
  })

  test('[sig-node] Pods should run through the lifecycle of Pods and PodStatus [Conformance]', async () => {
    const { namespace, pods } = await start()
    const name = 'pod-test'
    const selected = { labelSelector: 'test-pod-static=true' }
    const { resourceVersion } = (await api.of('v1', 'pods').list(selected)).metadata
    await using watch = await pods.watch({ ...selected, resourceVersion })
    await pods.create({
      metadata: { name, labels: { 'test-pod-static': 'true' } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name, image: previousAgnhostImage }] },
    })
    const isOurs = ({ object: { metadata } }: WatchEvent) => metadata.name === name && metadata.namespace === namespace
    await watch.until('the Pod to be ready', (event) => isOurs(event) && isReady(event.object))
    const running = await pods.get(name)
    expect(running.status.phase).toBe('Running')
    expectResourceVersion(running)
    const patch = {
      metadata: { labels: { 'test-pod': 'patched' } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name, image: agnhostImage }] },
    }
    await pods.patch(name, patch, { type: 'strategic' })
    await watch.until('the patch', ({ type }) => type === 'MODIFIED')
    const patched = await pods.get(name)
    expect(patched.metadata.labels).toMatchObject({ 'test-pod': 'patched' })
    expect(patched.spec.containers[0].image).toBe(agnhostImage)
    expectLater(patched, running)
    const readiness = ({ status }: Json) => status.conditions.filter((one: Json) => ['Ready', 'ContainersReady'].includes(one.type))
    await pods.appears(name, (pod) => readiness(pod).every((one: Json) => one.status === 'True'))
    const updated = await pods.change(
      name,
      (copy) => {
        for (const one of readiness(copy)) one.status = 'False'
      },
      'status',
    )
    expect(readiness(updated).map((one: Json) => one.status)).toEqual(['False', 'False'])
    await pods.deleteCollection(selected, { gracePeriodSeconds: 1 })
    await watch.until('the end', ({ type }) => type === 'DELETED')
    expect(await pods.find(name)).toBeUndefined()
  })

  const runtimeClasses = api.of('node.k8s.io/v1', 'runtimeclasses')

  async function scheduledWith(overhead?: Json): Promise<Json> {
    const { pods } = await start()
    const runtimeClassName = randomName('preconfigured-handler')
    await runtimeClasses.create({
      metadata: { name: runtimeClassName },
      handler: 'test-handler',
      ...(overhead === undefined ? {} : { overhead: { podFixed: overhead } }),
    })
    const spec = { runtimeClassName, restartPolicy: 'Never', containers: [{ name: 'test', image: agnhostImage }] }
    const { metadata } = await pods.create({ metadata: { generateName: 'test-runtimeclass-' }, spec })
    const pod = await pods.appears(metadata.name, (one) => (one.spec.nodeName ?? '') !== '')
    await runtimeClasses.delete(runtimeClassName)
    return pod
  }

  test('[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead [NodeConformance] [Conformance]', async () => {
    const overhead = { cpu: '10m', memory: '1Mi' }
    expect((await scheduledWith(overhead)).spec.overhead).toEqual(overhead)
  })

  test('[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead [NodeConformance] [Conformance]', async () => {
    expect((await scheduledWith()).spec.overhead).toBeUndefined()
  })
})
