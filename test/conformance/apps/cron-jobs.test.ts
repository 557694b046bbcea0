/** CronJobs as objects, and the Jobs they make. */
import { describe, expect, test } from 'vitest'
import { connect, type Json } from '../api.ts'
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
})
