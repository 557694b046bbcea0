/** Jobs: their Pods adopted and released, status, deletion, a whole life. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json, type Resource, randomName, type WatchEvent } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'
import { busyboxImage } from '../pods.ts'
import { controllerOf } from '../workloads.ts'

const api = await connect()
const batch = 'batch/v1'

/** For real nodes a command; simulated ones end a Job's Pods by themselves, unless told otherwise (docs/simulated-nodes.md). */
const behaviours = {
  succeed: { command: ['/bin/sh', '-c', 'exit 0'], annotations: {} },
  fail: { command: ['/bin/sh', '-c', 'exit 1'], annotations: { 'sim.typernetes.dev/exit-code': '1' } },
  notTerminate: { command: ['sleep', '1000000'], annotations: { 'sim.typernetes.dev/exit-after': '1h' } },
  succeedSlowly: { command: ['sleep', '8'], annotations: { 'sim.typernetes.dev/exit-after': '8s' } },
} as const

/** Two at a time until four have succeeded. */
function job(name: string, behaviour: keyof typeof behaviours, labels: Json = {}): Json {
  const { annotations, command } = behaviours[behaviour]
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
          containers: [{ name: 'c', image: busyboxImage, command, securityContext: {} }],
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

  const complete = (name: string, jobs: Resource, reason: string) =>
    jobs.appears(
      name,
      ({ status }) => status.conditions?.some((one: Json) => one.type === 'Complete' && one.status === 'True' && one.reason === reason),
      60_000,
    )

  test('[sig-apps] Job should create pods for an Indexed job with completion indexes and specified hostname [Conformance]', async () => {
    const { jobs, pods } = await start()
    const name = 'indexed-job'
    const template = job(name, 'succeed')
    await jobs.create({ ...template, spec: { ...template.spec, completionMode: 'Indexed' } })
    await complete(name, jobs, 'CompletionsReached')
    const succeeded = (await pods.list({ labelSelector: `job=${name}` })).items.filter((pod: Json) => pod.status.phase === 'Succeeded')
    const indexes = succeeded.map(({ metadata, spec }: Json) => {
      const index = metadata.annotations['batch.kubernetes.io/job-completion-index']
      expect(spec.hostname).toBe(`${name}-${index}`)
      return index
    })
    expect([...new Set(indexes)].sort()).toEqual(['0', '1', '2', '3'])
  })

  test('[sig-apps] Job should allow to use the pod failure policy on exit code to fail the job early [Conformance]', async () => {
    const { jobs } = await start()
    const name = 'pod-failure-failjob'
    const template = job(name, 'fail')
    const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }]
    await jobs.create({ ...template, spec: { ...template.spec, podFailurePolicy: { rules } } })
    const failed = await jobs.appears(name, ({ status }) =>
      status.conditions?.some((one: Json) => one.type === 'Failed' && one.status === 'True'),
    )
    expect(failed.status.conditions).toContainEqual(expect.objectContaining({ type: 'Failed', reason: 'PodFailurePolicy' }))
  })

  test('[sig-apps] Job should allow to use a pod failure policy to ignore failure matching on DisruptionTarget condition [Conformance]', {
    timeout: 120_000,
  }, async () => {
    const { jobs, pods } = await start()
    const name = 'evicted-pod-ignore-on-disruption-condition'
    // Upstream's Pods run for ever the first time and end at once the second; these end in time, if nobody evicts them.
    const template = job(name, 'succeedSlowly')
    const rules = [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }]
    const spec = {
      ...template.spec,
      completions: 3,
      parallelism: 3,
      backoffLimit: 2,
      completionMode: 'Indexed',
      podFailurePolicy: { rules },
    }
    await jobs.create({ ...template, spec })
    await jobs.appears(name, ({ status }) => status.ready === 3)
    const { items } = await pods.list({ labelSelector: `job=${name}` })
    expect(items).toHaveLength(3)
    for (const { metadata } of items) {
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: metadata.name } }
      await pods.createSub(metadata.name, 'eviction', eviction)
    }
    for (const { metadata } of items) await pods.disappears(metadata.name, 60_000)
    const done = await complete(name, jobs, 'CompletionsReached')
    expect(done.status.succeeded).toBe(3)
  })

  test('[sig-apps] Job with successPolicy should succeeded when all indexes succeeded [Conformance]', async () => {
    const { jobs } = await start()
    const name = 'with-success-policy-all-index-succeeded'
    const template = job(name, 'succeed')
    const spec = { ...template.spec, completions: 2, completionMode: 'Indexed', successPolicy: { rules: [{ succeededCount: 2 }] } }
    await jobs.create({ ...template, spec })
    const done = await complete(name, jobs, 'SuccessPolicy')
    const criteria = { type: 'SuccessCriteriaMet', status: 'True', reason: 'SuccessPolicy' }
    expect(done.status.conditions).toContainEqual(expect.objectContaining(criteria))
    expect(done.status.succeeded).toBe(2)
    expect(done.status).toMatchObject({ ready: 0, terminating: 0 })
    expect([done.status.active ?? 0, done.status.failed ?? 0]).toEqual([0, 0])
  })
})
