/** CronJobs: Jobs at the right times, what is missed, what runs side by side, what is kept; and Jobs that go some time after their end. */
import { expect, test } from 'vitest'
import { CronJob } from '../api/batch/cron-job.ts'
import { Job } from '../api/batch/job.ts'
import { Event } from '../api/core/event.ts'
import { parseCron } from '../apimachinery/cron.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { mostRecentDue, rfc1123Text, untilNextMs, zonedText } from './cron-job/schedule.ts'
import { cronJobController } from './cron-job.ts'
import { runControllers } from './run.ts'
import { ttlAfterFinishedController } from './ttl-after-finished.ts'

async function start(): Promise<TestClient> {
  const world = await startTestClient()
  await runControllers({ ...world, clientFor: () => world.client, controllers: [cronJobController, ttlAfterFinishedController] })
  // A whole minute, so that times are easy to follow.
  await world.clock.advance(60_000 - (world.clock.now() % 60_000))
  return world
}

const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'a' }] } }
function tick(spec: object = {}): CronJob {
  return {
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      jobTemplate: { metadata: { labels: { a: 'b' } }, spec: { template } },
      ...spec,
    } as unknown as CronJob['spec'],
  }
}
const cronJobs = ({ client }: TestClient) => client.of(CronJob).in('default')
const jobs = async ({ client }: TestClient): Promise<readonly Job[]> => (await client.of(Job).in('default').list()).items
const told = async ({ client }: TestClient): Promise<string[]> =>
  (await client.of(Event).in('default').list()).items.map(({ reason, message }) => `${reason}: ${message}`)
const minute = 60_000
async function end(world: TestClient, name: string, type: 'Complete' | 'Failed'): Promise<void> {
  const time = `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`
  const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
  const conditions = [first, type].map((one) => ({ type: one, status: 'True', lastTransitionTime: time, lastProbeTime: time }))
  const status = { startTime: time, conditions, ...(type === 'Complete' ? { completionTime: time, succeeded: 1 } : { failed: 1 }) }
  await world.client.of(Job).in('default').patch(name, { status }, { type: 'merge', subresource: 'status' })
}

test('a schedule for a day that never comes is told', async () => {
  await using world = await start()
  await cronJobs(world).create(tick({ schedule: '59 23 31 2 *' }))
  await world.clock.settled()
  expect(await told(world)).toEqual([
    'InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
  ])
})

test('a Job at each time that is due, named after it', async () => {
  await using world = await start()
  await cronJobs(world).create(tick({ timeZone: 'Europe/Berlin' }))
  await world.clock.advance(5 * minute + 1000)
  const dueMs = Math.floor(world.clock.now() / (5 * minute)) * 5 * minute
  const [job] = await jobs(world)
  expect(job?.metadata.name).toBe(`tick-${dueMs / minute}`)
  expect(job?.metadata.labels).toMatchObject({ a: 'b' })
  expect(job?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toBe(zonedText(dueMs, 'Europe/Berlin'))
  const { status } = await cronJobs(world).get('tick')
  expect(status).toEqual({
    active: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        name: job?.metadata.name,
        namespace: 'default',
        resourceVersion: expect.any(String),
        uid: job?.metadata.uid,
      },
    ],
    lastScheduleTime: `${new Date(dueMs).toISOString().slice(0, 19)}Z`,
  })
  await end(world, job?.metadata.name ?? '', 'Complete')
  await world.clock.advance(1000)
  expect((await cronJobs(world).get('tick')).status?.active).toBeUndefined()
  expect((await cronJobs(world).get('tick')).status?.lastSuccessfulTime).toBeDefined()
  await world.clock.advance(10 * minute)
  expect((await jobs(world)).length).toBe(3)
  expect(await told(world)).toEqual(
    expect.arrayContaining([
      `SuccessfulCreate: Created job ${job?.metadata.name}`,
      `SawCompletedJob: Saw completed job: ${job?.metadata.name}, condition: Complete`,
    ]),
  )
  expect(world.complaints).toEqual([])
})

test('Forbid waits for the one before, Replace ends it', async () => {
  await using world = await start()
  await cronJobs(world).create(tick({ concurrencyPolicy: 'Forbid' }))
  await world.clock.advance(10 * minute + 1000)
  expect((await jobs(world)).length).toBe(1)
  expect(await told(world)).toContain(
    'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
  )
  const [before] = await jobs(world)
  await cronJobs(world).patch('tick', { spec: { concurrencyPolicy: 'Replace' } }, { type: 'merge' })
  await world.clock.advance(5 * minute)
  const all = await jobs(world)
  expect(all.length).toBe(1)
  expect(all[0]?.metadata.name).not.toBe(before?.metadata.name)
  expect(await told(world)).toContain(`SuccessfulDelete: Deleted job ${before?.metadata.name}`)
})

test('suspended: nothing runs; afterwards only the last that was missed, unless it is too late', async () => {
  await using world = await start()
  await cronJobs(world).create(tick({ suspend: true }))
  await cronJobs(world).create({
    ...tick({ suspend: true, startingDeadlineSeconds: 10 }),
    metadata: { name: 'late', namespace: 'default' },
  })
  await world.clock.advance(32 * minute)
  expect(await jobs(world)).toEqual([])
  for (const name of ['tick', 'late']) await cronJobs(world).patch(name, { spec: { suspend: false } }, { type: 'merge' })
  await world.clock.advance(1000)
  expect((await jobs(world)).map(({ metadata }) => metadata.name?.split('-')[0])).toEqual(['tick'])
})

test('history: so many of each end are kept', async () => {
  await using world = await start()
  await cronJobs(world).create(tick({ schedule: '* * * * *', successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 }))
  for (let round = 0; round < 3; round++) {
    await world.clock.advance(minute + 500)
    for (const { metadata, status } of await jobs(world))
      if (status?.conditions === undefined) await end(world, metadata.name ?? '', round === 1 ? 'Failed' : 'Complete')
    await world.clock.advance(500)
  }
  const left = await jobs(world)
  expect(left.filter(({ status }) => status?.conditions !== undefined).length).toBe(1)
  await cronJobs(world).delete('tick')
})

test('a Job that somebody deletes goes from the list', async () => {
  await using world = await start()
  await cronJobs(world).create(tick())
  await world.clock.advance(5 * minute + 1000)
  const [job] = await jobs(world)
  await world.client
    .of(Job)
    .in('default')
    .delete(job?.metadata.name ?? '', { propagationPolicy: 'Background' })
  await world.clock.advance(1000)
  expect((await cronJobs(world).get('tick')).status?.active).toBeUndefined()
  expect(await told(world)).toContain(`MissingJob: Active job went missing: ${job?.metadata.name}`)
})

const at = (text: string): number => Date.parse(`2026-01-02T${text}Z`)
const cron = (spec: object, last?: string): CronJob =>
  ({
    metadata: { creationTimestamp: '2026-01-02T00:00:00Z' },
    spec,
    status: last === undefined ? {} : { lastScheduleTime: `2026-01-02T${last}Z` },
  }) as unknown as CronJob
const hourly = parseCron('0 * * * *')

test.each([
  ['not yet', cron({}), '00:30:00', undefined, 'none'],
  ['once', cron({}), '01:30:00', '01:00:00', 'none'],
  ['a few', cron({}), '05:30:00', '05:00:00', 'few'],
  ['since the last', cron({}, '05:00:00'), '05:30:00', undefined, 'none'],
  ['within the deadline', cron({ startingDeadlineSeconds: 3600 }), '05:30:00', '05:00:00', 'none'],
  ['past the deadline', cron({ startingDeadlineSeconds: 60 }), '05:30:00', undefined, 'none'],
])('mostRecentDue(): %s', (_, cronJob, now, due, missed) => {
  const found = mostRecentDue(cronJob, hourly, at(now), true)
  expect(found.dueMs).toBe(due === undefined ? undefined : at(due))
  expect(found.missed).toBe(missed)
})

test('a year of silence is reckoned, not counted', () => {
  const found = mostRecentDue(cron({}), parseCron('* * * * *'), at('00:00:30') + 365 * 86_400_000, true)
  expect(found).toMatchObject({ missed: 'many', dueMs: at('00:00:00') + 365 * 86_400_000 })
  expect(untilNextMs(cron({}), hourly, at('00:59:59'))).toBe(1100)
})

test('times as they are shown', () => {
  expect(rfc1123Text(at('03:04:05'))).toBe('Fri, 02 Jan 2026 03:04:05 +0000')
  expect(zonedText(at('03:04:00'), 'America/New_York')).toBe('2026-01-01T22:04:00-05:00')
  expect(zonedText(at('03:04:00'), undefined)).toBe('2026-01-02T03:04:00Z')
})

test('ttlSecondsAfterFinished', async () => {
  await using world = await start()
  const resource = world.client.of(Job).in('default')
  for (const [name, ttlSecondsAfterFinished] of [
    ['short', 10],
    ['long', 100],
  ] as const)
    await resource.create({
      metadata: { name, namespace: 'default' },
      spec: { template, ttlSecondsAfterFinished } as unknown as Job['spec'],
    })
  await world.clock.advance(20_000)
  expect((await jobs(world)).length).toBe(2)
  await end(world, 'short', 'Complete')
  await end(world, 'long', 'Failed')
  await world.clock.advance(9000)
  expect((await jobs(world)).length).toBe(2)
  await world.clock.advance(2000)
  // Foreground: nobody collects garbage here, so it is only marked.
  expect((await resource.get('short')).metadata).toMatchObject({
    deletionTimestamp: expect.any(String),
    finalizers: ['foregroundDeletion'],
  })
  expect((await resource.get('long')).metadata.deletionTimestamp).toBeUndefined()
})
