/** Jobs: completions and failures counted once, indexes, limits, policies, suspension, deadlines. */
import { expect, test } from 'vitest'
import { Job } from '../api/batch/job.ts'
import { Event } from '../api/core/event.ts'
import { Pod } from '../api/core/pod.ts'
import { isPodActive } from '../api/core/pod-facts.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { readyStatus, startTinyKubelet, type TinyKubelet } from '../testing/tiny-kubelet.ts'
import { IndexSet } from './job/indexes.ts'
import { jobController } from './job.ts'
import { runControllers } from './run.ts'

interface World extends TestClient {
  readonly kubelet: TinyKubelet
}
async function start(): Promise<World> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  const kubelet = startTinyKubelet(world)
  await runControllers({ ...world, clientFor: () => world.client, controllers: [jobController] })
  return { ...world, kubelet }
}

function work(spec: object = {}, podSpec: object = {}): Job {
  return {
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'a' }], ...podSpec } },
      ...spec,
    } as unknown as Job['spec'],
  }
}
const jobs = ({ client }: World) => client.of(Job).in('default')
const statusOf = async (world: World): Promise<Job['status']> => (await jobs(world).get('work')).status
const pods = async ({ client }: World): Promise<readonly Pod[]> => (await client.of(Pod).in('default').list()).items
const active = async (world: World): Promise<number> => (await pods(world)).filter(isPodActive).length
const told = async ({ client }: World): Promise<string[]> =>
  (await client.of(Event).in('default').list()).items.map(({ reason, message }) => `${reason}: ${message}`)
const conditions = async (world: World): Promise<string[]> =>
  ((await statusOf(world))?.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`)
const ended = (world: World, exitCode: number): Pod['status'] => {
  const finishedAt = `${new Date(world.clock.now()).toISOString().slice(0, 19)}Z`
  const state = { terminated: { exitCode, finishedAt } }
  const container = { name: 'c', image: 'a', imageID: '', ready: false, restartCount: 0, state }
  return { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [container] } as unknown as Pod['status']
}
const indexOf = (pod: Pod): number => Number(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])

test('runs until enough have succeeded, counts each Pod once, and lets them go', async () => {
  await using world = await start()
  let running = 0
  world.kubelet.statusOf = () => {
    running++
    return ended(world, 0)
  }
  await jobs(world).create(work({ completions: 5, parallelism: 2 }))
  await world.clock.advance(5000)
  expect(running).toBe(5)
  const status = await statusOf(world)
  expect(status).toMatchObject({ succeeded: 5, ready: 0, terminating: 0, uncountedTerminatedPods: {} })
  expect(status?.completionTime).toBeDefined()
  expect(await conditions(world)).toEqual(['SuccessCriteriaMet True CompletionsReached', 'Complete True CompletionsReached'])
  const all = await pods(world)
  expect(all.length).toBe(5)
  expect(all.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([])
  expect(all[0]?.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'work', 'job-name': 'work' })
  expect((await told(world)).filter((one) => one.startsWith('Completed'))).toEqual(['Completed: Job completed'])
  expect(world.complaints).toEqual([])
})

test('without completions one success is enough, and the others run to their end', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  await jobs(world).create(work({ completions: null, parallelism: 3 }))
  await world.clock.advance(2000)
  expect(await statusOf(world)).toMatchObject({ active: 3, ready: 3 })
  const finish = async (name: string): Promise<unknown> =>
    world.client
      .of(Pod)
      .in('default')
      .patch(name, { status: ended(world, 0) }, { type: 'strategic', subresource: 'status' })
  const names = (await pods(world)).map(({ metadata }) => metadata.name ?? '')
  await finish(names[0] ?? '')
  await world.clock.advance(2000)
  expect(await statusOf(world)).toMatchObject({ active: 2, succeeded: 1 })
  await finish(names[1] ?? '')
  await finish(names[2] ?? '')
  await world.clock.advance(2000)
  expect(await statusOf(world)).toMatchObject({ succeeded: 3 })
  expect((await conditions(world)).at(-1)).toBe('Complete True CompletionsReached')
})

test('failures are replaced later and later, until there are too many', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => ended(world, 1)
  await jobs(world).create(work({ backoffLimit: 2 }))
  await world.clock.advance(9000)
  expect((await pods(world)).length).toBe(1)
  expect((await statusOf(world))?.failed).toBe(1)
  await world.clock.advance(2000)
  expect((await pods(world)).length).toBe(2)
  await world.clock.advance(18_000)
  expect((await pods(world)).length).toBe(2)
  await world.clock.advance(5000)
  expect((await pods(world)).length).toBe(3)
  expect(await conditions(world)).toEqual(['FailureTarget True BackoffLimitExceeded', 'Failed True BackoffLimitExceeded'])
  expect(await statusOf(world)).toMatchObject({ failed: 3 })
  expect(await told(world)).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit')
})

test('a Job that fails ends what still runs', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  await jobs(world).create(work({ parallelism: 3, completions: 3, activeDeadlineSeconds: 30 }))
  await world.clock.advance(29_000)
  expect(await active(world)).toBe(3)
  await world.clock.advance(5000)
  expect(await active(world)).toBe(0)
  expect(await pods(world)).toEqual([])
  expect(await statusOf(world)).toMatchObject({ failed: 3 })
  expect(await conditions(world)).toEqual(['FailureTarget True DeadlineExceeded', 'Failed True DeadlineExceeded'])
})

test('indexes: each runs once, with its number in label, annotation, host name and environment', async () => {
  await using world = await start()
  world.kubelet.statusOf = (pod) => (indexOf(pod) === 1 ? readyStatus(world.clock.now()) : ended(world, 0))
  await jobs(world).create(work({ completions: 4, parallelism: 4, completionMode: 'Indexed' }))
  await world.clock.advance(3000)
  expect(await statusOf(world)).toMatchObject({ completedIndexes: '0,2,3', succeeded: 3, active: 1 })
  const pod = (await pods(world)).find((one) => indexOf(one) === 1)
  expect(pod?.metadata.name).toMatch(/^work-1-/)
  expect(pod?.metadata.labels?.['batch.kubernetes.io/job-completion-index']).toBe('1')
  expect(pod?.spec.hostname).toBe('work-1')
  expect(pod?.spec.containers[0]?.env?.[0]?.valueFrom?.fieldRef?.fieldPath).toBe(
    "metadata.labels['batch.kubernetes.io/job-completion-index']",
  )
  await world.client
    .of(Pod)
    .in('default')
    .patch(pod?.metadata.name ?? '', { status: ended(world, 0) }, { type: 'strategic', subresource: 'status' })
  await world.clock.advance(3000)
  expect(await statusOf(world)).toMatchObject({ completedIndexes: '0-3', succeeded: 4 })
  expect((await conditions(world)).at(-1)).toBe('Complete True CompletionsReached')
})

test('limits per index: one index fails, the others go on', async () => {
  await using world = await start()
  world.kubelet.statusOf = (pod) => ended(world, indexOf(pod) === 0 ? 1 : 0)
  await jobs(world).create(work({ completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 }))
  await world.clock.advance(3000)
  expect(await statusOf(world)).toMatchObject({ completedIndexes: '1,2', failedIndexes: '' })
  await world.clock.advance(12_000)
  expect(await statusOf(world)).toMatchObject({ completedIndexes: '1,2', failedIndexes: '0', failed: 2, succeeded: 2 })
  expect(await conditions(world)).toEqual(['FailureTarget True FailedIndexes', 'Failed True FailedIndexes'])
  const counts = (await pods(world)).map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count'])
  expect(counts.toSorted()).toEqual(['0', '0', '0', '1'])
})

test('too many failed indexes end the Job', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => ended(world, 1)
  const spec = { completions: 4, parallelism: 2, completionMode: 'Indexed', backoffLimitPerIndex: 0, maxFailedIndexes: 1 }
  await jobs(world).create(work(spec))
  await world.clock.advance(5000)
  expect((await conditions(world)).at(-1)).toBe('Failed True MaxFailedIndexesExceeded')
})

const failurePolicy = {
  rules: [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
  ],
}
test('failure policies: what is ignored is not counted, what is fatal ends the Job', async () => {
  await using world = await start()
  let tries = 0
  world.kubelet.statusOf = () => {
    tries++
    if (tries > 1) return ended(world, 42)
    return { ...ended(world, 1), conditions: [{ type: 'DisruptionTarget', status: 'True' }] } as Pod['status']
  }
  await jobs(world).create(work({ backoffLimit: 0, podFailurePolicy: failurePolicy }))
  await world.clock.advance(1000)
  expect((await statusOf(world))?.failed ?? 0).toBe(0)
  await world.clock.advance(15_000)
  expect(tries).toBe(2)
  const status = await statusOf(world)
  expect(status?.failed).toBe(1)
  expect(status?.conditions?.at(-1)?.message).toMatch(
    /^Container c for pod default\/work-\w+ failed with exit code 42 matching FailJob rule at index 1$/,
  )
})

test('success policies end the Job early', async () => {
  await using world = await start()
  world.kubelet.statusOf = (pod) => (indexOf(pod) === 1 ? ended(world, 0) : readyStatus(world.clock.now()))
  const spec = { completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules: [{ succeededIndexes: '1' }] } }
  await jobs(world).create(work(spec))
  await world.clock.advance(5000)
  expect(await conditions(world)).toEqual(['SuccessCriteriaMet True SuccessPolicy', 'Complete True SuccessPolicy'])
  const status = await statusOf(world)
  expect(status).toMatchObject({ completedIndexes: '1', succeeded: 1 })
  expect(status?.failed ?? 0).toBe(0)
  expect(status?.conditions?.[0]?.message).toBe('Matched rules at index 0')
  expect(await active(world)).toBe(0)
})

test('suspended: nothing runs, and it starts again from the moment it is resumed', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  await jobs(world).create(work({ suspend: true, parallelism: 2, completions: 2 }))
  await world.clock.advance(3000)
  expect(await pods(world)).toEqual([])
  expect(await conditions(world)).toEqual(['Suspended True JobSuspended'])
  expect((await statusOf(world))?.startTime).toBeUndefined()
  await jobs(world).patch('work', { spec: { suspend: false } }, { type: 'merge' })
  await world.clock.advance(3000)
  expect(await active(world)).toBe(2)
  expect(await conditions(world)).toEqual(['Suspended False JobResumed'])
  expect((await statusOf(world))?.startTime).toBeDefined()
  await jobs(world).patch('work', { spec: { suspend: true } }, { type: 'merge' })
  await world.clock.advance(3000)
  expect(await pods(world)).toEqual([])
  expect((await statusOf(world))?.failed ?? 0).toBe(0)
  expect(await told(world)).toEqual(expect.arrayContaining(['Suspended: Job suspended', 'Resumed: Job resumed']))
})

test('scaling down, adoption and release', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  await jobs(world).create(work({ parallelism: 3, completions: 9 }))
  await world.clock.advance(2000)
  await jobs(world).patch('work', { spec: { parallelism: 1 } }, { type: 'merge' })
  await world.clock.advance(2000)
  expect(await active(world)).toBe(1)
  const [pod] = await pods(world)
  const resource = world.client.of(Pod).in('default')
  const name = pod?.metadata.name ?? ''
  await resource.patch(name, { metadata: { ownerReferences: null } }, { type: 'merge' })
  await world.clock.advance(2000)
  expect((await resource.get(name)).metadata.ownerReferences?.[0]?.name).toBe('work')
  await resource.patch(name, { metadata: { labels: null } }, { type: 'merge' })
  await world.clock.advance(2000)
  const released = await resource.get(name)
  expect(released.metadata.ownerReferences).toBeUndefined()
  expect(released.metadata.finalizers).toBeUndefined()
  expect((await pods(world)).length).toBe(2)
})

test('a Job that goes lets its Pods go; one that somebody else manages is left alone', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  await jobs(world).create(work())
  await world.clock.advance(2000)
  await jobs(world).delete('work', { propagationPolicy: 'Background' })
  await world.clock.advance(2000)
  expect((await pods(world)).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([])
  await jobs(world).create({ ...work({ managedBy: 'example.com/other' }), metadata: { name: 'other', namespace: 'default' } })
  await world.clock.advance(2000)
  expect((await jobs(world).get('other')).status).toEqual({})
})

test('a Pod that is deleted is replaced: at once, or when it is gone', async () => {
  await using world = await start()
  world.kubelet.statusOf = () => readyStatus(world.clock.now())
  world.kubelet.holdsTerminating = true
  await jobs(world).create(work({ podReplacementPolicy: 'Failed' }))
  await world.clock.advance(2000)
  const [pod] = await pods(world)
  await world.client
    .of(Pod)
    .in('default')
    .delete(pod?.metadata.name ?? '')
  await world.clock.advance(2000)
  expect(await statusOf(world)).toMatchObject({ terminating: 1 })
  expect((await pods(world)).length).toBe(1)
  await jobs(world).create({ ...work(), metadata: { name: 'now', namespace: 'default' } })
  await world.clock.advance(2000)
  const now = (await pods(world)).find(({ metadata }) => metadata.name?.startsWith('now-'))
  await world.client
    .of(Pod)
    .in('default')
    .delete(now?.metadata.name ?? '')
  await world.clock.advance(15_000)
  expect((await pods(world)).filter(({ metadata }) => metadata.name?.startsWith('now-')).length).toBeGreaterThan(0)
  expect((await jobs(world).get('now')).status).toMatchObject({ active: 1, failed: 1 })
})

test('IndexSet: read, joined, written', () => {
  expect(String(IndexSet.parse('0-3,5,x,9-12', 11))).toBe('0-3,5,9,10')
  expect(String(IndexSet.of([5, 1, 2, 0, 7]))).toBe('0-2,5,7')
  expect(IndexSet.of([0, 1, 4]).firstMissing(3, 6)).toEqual([2, 3, 5])
  expect(IndexSet.parse('1-5', 9).countCommon(IndexSet.parse('4-7', 9))).toBe(2)
  expect(IndexSet.parse('', 3).size).toBe(0)
})
