/** Jobs: their Pods adopted and released, status, deletion, a whole life. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json, randomName, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { agnhostImage } from '../pods.ts'
import { controllerOf } from '../workloads.ts'

const api = await connect()
const batch = 'batch/v1'

/** Two at a time until four have succeeded. */
function job(name: string, behaviour: 'succeed' | 'notTerminate', labels: Json = {}): Json {
  // Simulated nodes end a Job's Pods by themselves, unless told otherwise (docs/simulated-nodes.md).
  const annotations = behaviour === 'notTerminate' ? { 'sim.typernetes.dev/exit-after': '1h' } : {}
  const args = behaviour === 'notTerminate' ? ['pause'] : ['help']
  return {
    metadata: { name, labels },
    spec: {
      parallelism: 2,
      completions: 4,
      backoffLimit: 6,
      manualSelector: false,
      template: {
        metadata: { labels: { job: name }, annotations },
        spec: {
          restartPolicy: 'Never',
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'c', image: agnhostImage, args, securityContext: {} }],
        },
      },
    },
  }
}

async function start() {
  const namespace = await api.namespace('job')
  const pods = api.of('v1', 'pods', namespace)
  const running = async (name: string) =>
    (
      await eventually(
        '2 running Pods',
        () => pods.list({ labelSelector: `job=${name}` }),
        ({ items }) => items.length === 2 && items.every((pod: Json) => pod.status.phase === 'Running'),
      )
    ).items
  return { namespace, jobs: api.of(batch, 'jobs', namespace), pods, running }
}

describe.concurrent('jobs', () => {
  test('[sig-apps] Job should adopt matching orphans and release non-matching pods [Conformance]', async () => {
    const { jobs, pods, running } = await start()
    const name = 'adopt-release'
    const created = await jobs.create(job(name, 'notTerminate'))
    const [first] = await running(name)
    const pod = first.metadata.name
    await pods.change(pod, (copy) => {
      delete copy.metadata.ownerReferences
    })
    const adopted = await pods.appears(pod, (object) => controllerOf(object) !== undefined)
    expect(controllerOf(adopted)).toMatchObject({ kind: 'Job', name, uid: created.metadata.uid })
    await pods.change(pod, (copy) => {
      delete copy.metadata.labels
    })
    await pods.appears(pod, (object) => controllerOf(object) === undefined)
  })

  test('[sig-apps] Job should apply changes to a job status [Conformance]', async () => {
    const { jobs, running } = await start()
    const name = 'suspend-false-to-true'
    const created = await jobs.create(job(name, 'notTerminate'))
    await running(name)
    const conditionOf = ({ status }: Json) => status.conditions?.find((one: Json) => one.type === 'CustomConditionType')
    const now = () => new Date().toISOString().replace(/\.\d+/, '')
    const first = now()
    const condition = { type: 'CustomConditionType', status: 'True', lastTransitionTime: first }
    const patch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { conditions: [condition] } }
    const patched = await jobs.patch(name, patch, { subresource: 'status' })
    expect(conditionOf(patched).lastTransitionTime).toBe(first)
    expect(patched.metadata.annotations).toMatchObject({ patchedstatus: 'true' })
    const second = now()
    const updated = await jobs.change(
      name,
      (copy) => {
        conditionOf(copy).lastTransitionTime = second
      },
      'status',
    )
    expect(conditionOf(updated).lastTransitionTime).toBe(second)
    expect((await jobs.get(name, 'status')).metadata.uid).toBe(created.metadata.uid)
  })

  test('[sig-apps] Job should delete a job [Conformance]', async () => {
    const { jobs, pods, running } = await start()
    await jobs.create(job('foo', 'notTerminate'))
    await running('foo')
    await jobs.delete('foo', { propagationPolicy: 'Background' })
    await jobs.disappears('foo')
    await eventually(
      'the Pods to go',
      () => pods.list(),
      ({ items }) => items.length === 0,
      60_000,
    )
  })

  test('[sig-apps] Job should manage the lifecycle of a job [Conformance]', async () => {
    const { jobs } = await start()
    const name = randomName('e2e')
    const selected = { labelSelector: `e2e-job-label=${name}` }
    const { resourceVersion } = (await jobs.list(selected)).metadata
    await using watch = await jobs.watch({ ...selected, resourceVersion })
    const template = job(name, 'succeed', { 'e2e-job-label': name })
    const created = await jobs.create({ ...template, spec: { ...template.spec, suspend: true } })
    expectResourceVersion(created)
    const patched = await jobs.patch(name, { metadata: { labels: { [name]: 'patched' } } }, { type: 'strategic' })
    expectLater(patched, created)
    expect(patched.metadata.labels).toMatchObject({ [name]: 'patched' })
    const modified = (what: string, done: (event: WatchEvent) => boolean) =>
      watch.until(what, (event) => event.type === 'MODIFIED' && done(event))
    await modified('the label', ({ object }) => object.metadata.labels[name] === 'patched')
    const updated = await jobs.change(name, (copy) => {
      copy.spec.suspend = false
      copy.metadata.annotations = { ...copy.metadata.annotations, updated: 'true' }
    })
    expect(updated.metadata.annotations).toMatchObject({ updated: 'true' })
    await modified('the annotation', ({ object }) => object.metadata.annotations?.updated === 'true')
    const everywhere = api.of(batch, 'jobs')
    expect((await everywhere.list(selected)).items).toHaveLength(1)
    const complete = await jobs.appears(name, ({ status }) => status.succeeded === 4 && status.completionTime !== undefined, 60_000)
    expect(complete.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Complete', status: 'True', reason: 'CompletionsReached' }),
    )
    await jobs.deleteCollection(selected, { propagationPolicy: 'Background' })
    await watch.until('the end', ({ type, object }) => type === 'DELETED' && object.metadata.labels['e2e-job-label'] === name)
    expect((await everywhere.list(selected)).items).toHaveLength(0)
  })
})
