/** CronJobs as objects, and the Jobs they make. */
import { describe, expect, test } from 'vitest'
import { connect, eventually, type Json, sleep } from '../api.ts'
import { expectLater, expectResourceVersion } from '../api-operations.ts'

const api = await connect()
const batch = 'batch/v1'

function cronJob(name: string, schedule: string, concurrencyPolicy: string, command: readonly string[], labels: Json = {}): Json {
  return {
    metadata: { name, labels },
    spec: {
      schedule,
      concurrencyPolicy,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 0,
      jobTemplate: {
        spec: {
          parallelism: 1,
          completions: 1,
          template: {
            spec: {
              restartPolicy: 'OnFailure',
              volumes: [{ name: 'data', emptyDir: {} }],
              containers: [
                {
                  name: 'c',
                  image: 'registry.k8s.io/e2e-test-images/busybox:1.37.0-1',
                  command,
                  volumeMounts: [{ name: 'data', mountPath: '/data' }],
                },
              ],
            },
          },
        },
      },
    },
  }
}

function nowSeconds(): string {
  return new Date().toISOString().replace(/\.\d+/, '')
}

describe.concurrent('cron jobs', () => {
  test('[sig-apps] CronJob should support CronJob API operations [Conformance]', async () => {
    const namespace = await api.namespace('cronjob')
    const cronJobs = api.of(batch, 'cronjobs', namespace)
    const everywhere = api.of(batch, 'cronjobs')
    const selected = { labelSelector: `special-label=${namespace}` }
    const template = cronJob('test-api', '* */1 * * ?', 'Allow', ['/bin/true'], { 'special-label': namespace })
    const created = await cronJobs.create(template)
    const { name, uid } = created.metadata
    expectResourceVersion(created)
    expect((await cronJobs.get(name)).metadata.uid).toBe(uid)
    const list = await cronJobs.list(selected)
    expect(list.items).toHaveLength(1)
    const from = { ...selected, resourceVersion: list.metadata.resourceVersion }
    await using watch = await cronJobs.watch(from)
    expect((await everywhere.list(selected)).items).toHaveLength(1)
    await using _clusterWide = await everywhere.watch(from)
    const patched = await cronJobs.patch(name, { metadata: { annotations: { patched: 'true' } } })
    expect(patched.metadata.annotations).toMatchObject({ patched: 'true' })
    expectLater(patched, created)
    const updated = await cronJobs.change(name, (copy) => {
      copy.metadata.annotations.updated = 'true'
    })
    expect(updated.metadata.annotations).toMatchObject({ updated: 'true' })
    await watch.until('the patch', ({ type, object }) => {
      expect(type).toBe('MODIFIED')
      return object.metadata.annotations?.patched === 'true'
    })
    const first = nowSeconds()
    const statusPatch = { metadata: { annotations: { patchedstatus: 'true' } }, status: { lastScheduleTime: first } }
    const patchedStatus = await cronJobs.patch(name, statusPatch, { subresource: 'status' })
    expect(patchedStatus.status.lastScheduleTime).toBe(first)
    expect(patchedStatus.metadata.annotations).toMatchObject({ patchedstatus: 'true' })
    const second = nowSeconds()
    const updatedStatus = await cronJobs.change(
      name,
      (copy) => {
        copy.status.lastScheduleTime = second
      },
      'status',
    )
    expect(updatedStatus.status.lastScheduleTime).toBe(second)
    expect((await cronJobs.get(name, 'status')).metadata.uid).toBe(uid)

    const expectTerminating = ({ metadata }: Json) => {
      expect(metadata.deletionTimestamp).toBeDefined()
      expect(metadata.finalizers).not.toHaveLength(0)
    }
    const removed = await cronJobs.create({ ...template, metadata: { ...template.metadata, name: 'for-removal' } })
    await cronJobs.delete(removed.metadata.name)
    const left = await cronJobs.find(removed.metadata.name)
    if (left !== undefined) expectTerminating(left)
    await cronJobs.deleteCollection(selected)
    for (const one of (await cronJobs.list(selected)).items) expectTerminating(one)
  })

  /**
   * A CronJob that is due now: its last time is two minutes ago, as far as its status says. Upstream waits for the next full minute instead.
   */
  async function createDue(name: string, concurrencyPolicy: string, suspend = false) {
    const namespace = await api.namespace('cronjob')
    const cronJobs = api.of(batch, 'cronjobs', namespace)
    const template = cronJob(name, '*/1 * * * ?', concurrencyPolicy, ['sleep', '300'])
    template.spec.suspend = suspend
    // Simulated nodes end a Job's Pods by themselves, unless told otherwise (docs/simulated-nodes.md).
    template.spec.jobTemplate.spec.template.metadata = { annotations: { 'sim.typernetes.dev/exit-after': '300s' } }
    await cronJobs.create(template)
    const lastScheduleTime = new Date(Date.now() - 120_000).toISOString().replace(/\.\d+/, '')
    await cronJobs.patch(name, { status: { lastScheduleTime } }, { subresource: 'status' })
    const jobs = api.of(batch, 'jobs', namespace)
    const active = async () => {
      const { items } = await jobs.list()
      return items.filter(({ status }: Json) => !status.conditions?.some((one: Json) => ['Complete', 'Failed'].includes(one.type)))
    }
    const waitForActive = (count: number) => cronJobs.appears(name, ({ status }) => (status.active ?? []).length >= count, 150_000)
    return { cronJobs, jobs, active, waitForActive }
  }

  test('[sig-apps] CronJob should not schedule jobs when suspended [Slow] [Conformance]', async () => {
    const { cronJobs, jobs } = await createDue('suspended', 'Allow', true)
    await sleep(3000)
    expect((await cronJobs.get('suspended')).status.active ?? []).toEqual([])
    expect((await jobs.list()).items).toEqual([])
    await cronJobs.delete('suspended')
  })

  test('[sig-apps] CronJob should not schedule new jobs when ForbidConcurrent [Slow] [Conformance]', { timeout: 240_000 }, async () => {
    const { cronJobs, active, waitForActive } = await createDue('forbid', 'Forbid')
    const { status } = await waitForActive(1)
    expect(status.active).toHaveLength(1)
    expect(await active()).toHaveLength(1)
    expect((await cronJobs.get('forbid')).status.active).toHaveLength(1)
    await cronJobs.delete('forbid')
  })

  test('[sig-apps] CronJob should replace jobs when ReplaceConcurrent [Conformance]', { timeout: 240_000 }, async () => {
    const { cronJobs, jobs, active, waitForActive } = await createDue('replace', 'Replace')
    const { status } = await waitForActive(1)
    expect(status.active).toHaveLength(1)
    expect(await active()).toHaveLength(1)
    const first = (await jobs.list()).items[0].metadata.name
    await eventually(
      'another Job instead',
      async () => (await jobs.list()).items,
      (items: Json[]) => items.length > 0 && items.every(({ metadata }) => metadata.name !== first),
      150_000,
    )
    await cronJobs.delete('replace')
  })

  test('[sig-apps] CronJob should schedule multiple jobs concurrently [Conformance]', { timeout: 240_000 }, async () => {
    const { cronJobs, active, waitForActive } = await createDue('concurrent', 'Allow')
    await waitForActive(2)
    expect((await active()).length).toBeGreaterThanOrEqual(2)
    await cronJobs.delete('concurrent')
  })
})
