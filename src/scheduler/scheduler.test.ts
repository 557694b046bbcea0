/**
 * The whole scheduler on a real API server in memory: Pods are created, time passes, and what the server then holds is looked at.
 */
import { expect, test } from 'vitest'
import { Event } from '../api/core/event.ts'
import { Node } from '../api/core/node.ts'
import { PersistentVolume } from '../api/core/persistent-volume.ts'
import { PersistentVolumeClaim } from '../api/core/persistent-volume-claim.ts'
import { Pod } from '../api/core/pod.ts'
import { ServiceAccount } from '../api/core/service-account.ts'
import { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import { PriorityClass } from '../api/scheduling/priority-class.ts'
import { StorageClass } from '../api/storage/storage-class.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import { createEventRecorder } from '../client/events.ts'
import { SharedObjects } from '../client/shared-objects.ts'
import type { Transport } from '../client/transport.ts'
import { loopbackTransport } from '../client/transport-loopback.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { type ExampleNode, type ExamplePod, exampleNode, examplePod } from './example-objects.ts'
import { defaultProfile } from './profile.ts'
import { type Scheduler, type SchedulerOptions, startScheduler } from './scheduler.ts'

interface TestScheduler extends AsyncDisposable {
  readonly test: TestClient
  readonly scheduler: Scheduler
  addNode(name: string, node?: ExampleNode): Promise<Node>
  addPod(name: string, pod?: ExamplePod): Promise<Pod>
  pod(name: string): Promise<Pod>
  /** "Warning FailedScheduling: …", in order. */
  events(name: string): Promise<readonly string[]>
}

async function start(test?: TestClient, schedulerClient?: Client, profiles?: SchedulerOptions['profiles']): Promise<TestScheduler> {
  const own = test ?? (await startTestClient())
  const { clock, log, scope, client } = own
  // It does all it does under its own account.
  const account = schedulerClient ?? own.clientOf('system:kube-scheduler')
  await client
    .of(ServiceAccount)
    .in('default')
    .create({ metadata: { name: 'default', namespace: 'default' } })
    .catch(() => {})
  const events = createEventRecorder({
    client: account,
    clock,
    log,
    scope,
    component: 'default-scheduler',
    host: 'machine',
    form: 'series',
  })
  const scheduler = await startScheduler({
    client: account,
    informers: own.informers,
    clock,
    random: own.random,
    log,
    scope,
    events,
    ...(profiles === undefined ? {} : { profiles }),
  })
  const fresh = <T extends { metadata: object }>(object: T): T => {
    const { uid, ...metadata } = object.metadata as { uid?: string }
    void uid
    return { ...object, metadata }
  }
  return {
    test: own,
    scheduler,
    async addNode(name, node) {
      await client.of(Node).create(fresh(exampleNode(name, node)))
      await client.of(Node).patch(name, { status: exampleNode(name, node).status }, { type: 'merge', subresource: 'status' })
      // A new node is tainted as not ready; nobody is here to take that away.
      const ready = await client.of(Node).patch(name, { spec: { taints: node?.taints ?? null } }, { type: 'merge' })
      await clock.settled()
      return ready
    },
    async addPod(name, pod) {
      const created = await client
        .of(Pod)
        .in('default')
        .create(fresh(examplePod(name, pod)))
      await clock.settled()
      return created
    },
    pod: (name) => client.of(Pod).in('default').get(name),
    async events(name) {
      const { items } = await client.of(Event).in('default').list()
      return items
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
    },
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  }
}

test('a Pod gets a node, and an event says so', async () => {
  await using cluster = await start()
  await cluster.addNode('node-1')
  await cluster.addPod('web-1')
  expect((await cluster.pod('web-1')).spec.nodeName).toBe('node-1')
  expect((await cluster.pod('web-1')).status?.conditions).toEqual([expect.objectContaining({ type: 'PodScheduled', status: 'True' })])
  const [event] = (await cluster.test.client.of(Event).in('default').list()).items
  expect(event).toMatchObject({
    type: 'Normal',
    reason: 'Scheduled',
    action: 'Binding',
    message: 'Successfully assigned default/web-1 to node-1',
    reportingComponent: 'default-scheduler',
    reportingInstance: 'default-scheduler-machine',
    involvedObject: { kind: 'Pod', namespace: 'default', name: 'web-1' },
  })
  expect(cluster.test.complaints).toEqual([])
})

test('unschedulable, until a node is added', async () => {
  await using cluster = await start()
  await cluster.addNode('small', { cpu: '1' })
  await cluster.addPod('big', { requests: { cpu: '8' } })
  const why =
    '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
  const waiting = await cluster.pod('big')
  expect(waiting.spec.nodeName ?? '').toBe('')
  expect(waiting.status?.conditions?.find(({ type }) => type === 'PodScheduled')).toMatchObject({
    status: 'False',
    reason: 'Unschedulable',
    message: why,
  })
  expect(await cluster.events('big')).toEqual([`Warning FailedScheduling: ${why}`])
  // A node that is too small as well is no news.
  await cluster.addNode('small-2', { cpu: '2' })
  expect(cluster.scheduler.queue.counts()).toMatchObject({ unschedulable: 1 })
  await cluster.addNode('large', { cpu: '16' })
  expect((await cluster.pod('big')).spec.nodeName).toBe('large')
  expect((await cluster.events('big')).at(-1)).toBe('Normal Scheduled: Successfully assigned default/big to large')
})

test('no nodes at all', async () => {
  await using cluster = await start()
  await cluster.addPod('p')
  expect((await cluster.pod('p')).status?.conditions).toEqual([
    expect.objectContaining({ reason: 'Unschedulable', message: 'no nodes available to schedule pods' }),
  ])
  await cluster.addNode('n')
  await cluster.test.clock.advance(2000)
  expect((await cluster.pod('p')).spec.nodeName).toBe('n')
})

test('a cordoned node is used once it is uncordoned', async () => {
  await using cluster = await start()
  await cluster.addNode('n', { unschedulable: true })
  await cluster.addPod('p')
  expect((await cluster.pod('p')).spec.nodeName ?? '').toBe('')
  await cluster.test.client.of(Node).patch('n', { spec: { unschedulable: null } }, { type: 'merge' })
  await cluster.test.clock.settled()
  expect((await cluster.pod('p')).spec.nodeName).toBe('n')
})

test('room that a deleted or finished Pod leaves is used', async () => {
  await using cluster = await start()
  await cluster.addNode('n', { cpu: '2' })
  await cluster.addPod('first', { requests: { cpu: '2' } })
  await cluster.addPod('second', { requests: { cpu: '2' } })
  await cluster.addPod('third', { requests: { cpu: '2' } })
  const pods = cluster.test.client.of(Pod).in('default')
  await pods.patch('first', { status: { phase: 'Succeeded' } }, { type: 'merge', subresource: 'status' })
  await cluster.test.clock.settled()
  expect((await cluster.pod('second')).spec.nodeName).toBe('n')
  await pods.delete('second', { gracePeriodSeconds: 0 })
  await cluster.test.clock.settled()
  expect((await cluster.pod('third')).spec.nodeName).toBe('n')
})

test('gates keep a Pod out until the last is taken away', async () => {
  await using cluster = await start()
  await cluster.addNode('n')
  await cluster.addPod('gated', { spec: { schedulingGates: [{ name: 'example.com/a' }] } })
  await cluster.test.clock.advance(400_000)
  expect((await cluster.pod('gated')).spec.nodeName ?? '').toBe('')
  expect(cluster.scheduler.queue.counts()).toMatchObject({ gated: 1 })
  expect(await cluster.events('gated')).toEqual([])
  await cluster.test.client
    .of(Pod)
    .in('default')
    .patch('gated', [{ op: 'remove', path: '/spec/schedulingGates' }], { type: 'json' })
  await cluster.test.clock.settled()
  expect((await cluster.pod('gated')).spec.nodeName).toBe('n')
})

test('Pods of another scheduler are left alone', async () => {
  await using cluster = await start()
  await cluster.addNode('n')
  await cluster.addPod('theirs', { spec: { schedulerName: 'other' } })
  await cluster.test.clock.advance(400_000)
  const theirs = await cluster.pod('theirs')
  expect([theirs.spec.nodeName ?? '', theirs.status?.conditions ?? []]).toEqual(['', []])
  expect(cluster.scheduler.queue.size).toBe(0)
})

test('a more important Pod has its node cleared', async () => {
  await using cluster = await start()
  const { client, clock } = cluster.test
  await client.of(PriorityClass).create({ metadata: { name: 'high' }, value: 1000 })
  await cluster.addNode('n', { cpu: '4' })
  await cluster.addPod('low-1', { requests: { cpu: '3' }, metadata: { name: 'low-1', finalizers: ['example.com/held'] } })
  await cluster.addPod('low-2', { requests: { cpu: '1' } })
  const vip = await cluster.addPod('vip', { requests: { cpu: '3' }, spec: { priorityClassName: 'high' } })
  const waiting = await cluster.pod('vip')
  expect(waiting.status?.nominatedNodeName).toBe('n')
  expect(waiting.status?.conditions).toEqual([
    expect.objectContaining({ reason: 'Unschedulable', message: '0/1 nodes are available: 1 Insufficient cpu.' }),
  ])
  const victim = await cluster.pod('low-1')
  expect(victim.metadata.deletionTimestamp).toBeDefined()
  expect(victim.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: 'default-scheduler: preempting to accommodate a higher priority pod',
  })
  expect((await cluster.pod('low-2')).metadata.deletionTimestamp).toBeUndefined()
  expect((await cluster.events('low-1')).at(-1)).toBe(`Normal Preempted: Preempted by pod ${vip.metadata.uid} on node n`)
  // The place is promised: a newcomer of less priority does not get it.
  await cluster.addPod('late', { requests: { cpu: '2' } })
  const pods = client.of(Pod).in('default')
  await pods.patch('low-1', { metadata: { finalizers: null } }, { type: 'merge' })
  await pods.delete('low-1', { gracePeriodSeconds: 0 }).catch(() => {})
  await clock.advance(2000)
  expect((await cluster.pod('vip')).spec.nodeName).toBe('n')
  expect((await cluster.pod('late')).spec.nodeName ?? '').toBe('')
})

test('preemption spares those whose disruption budget is used up', async () => {
  await using cluster = await start()
  const { client, clock } = cluster.test
  await client.of(PriorityClass).create({ metadata: { name: 'high' }, value: 1000 })
  const budgets = client.of(PodDisruptionBudget).in('default')
  await budgets.create({ metadata: { name: 'b' }, spec: { selector: { matchLabels: { app: 'guarded' } }, minAvailable: 1 } } as never)
  await clock.settled()
  await cluster.addNode('a', { cpu: '2' })
  await cluster.addPod('guarded', { requests: { cpu: '2' }, labels: { app: 'guarded' } })
  await cluster.addNode('b', { cpu: '2' })
  await cluster.addPod('free', { requests: { cpu: '2' } })
  await cluster.addPod('vip', { requests: { cpu: '2' }, spec: { priorityClassName: 'high' } })
  expect((await cluster.pod('vip')).status?.nominatedNodeName).toBe('b')
  expect((await cluster.pod('guarded')).metadata.deletionTimestamp).toBeUndefined()
})

test('a binding that fails is taken back and tried again', async () => {
  await using test = await startTestClient()
  let refusals = 1
  const real = loopbackTransport(
    (request) => test.api.server.handle(request),
    { name: 'admin', groups: ['system:masters'] },
    { clock: test.clock },
  )
  const transport: Transport = {
    ...real,
    open: (request) => real.open(request),
    send: (request) => {
      if (request.path.endsWith('/binding') && refusals-- > 0) throw new Error('The network is down')
      return real.send(request)
    },
  }
  await using cluster = await start(test, createClient(transport, { clock: test.clock, objects: new SharedObjects() }))
  await cluster.addNode('n', { cpu: '2' })
  await cluster.addPod('p', { requests: { cpu: '2' } })
  expect((await cluster.pod('p')).status?.conditions).toEqual([
    expect.objectContaining({ reason: 'SchedulerError', message: 'running Bind plugin "DefaultBinder": The network is down' }),
  ])
  expect(cluster.scheduler.cache.snapshot().get('n')?.requestedMilliCpu).toBe(0)
  await test.clock.advance(2000)
  expect((await cluster.pod('p')).spec.nodeName).toBe('n')
})

test('a new scheduler picks up where the old one was', async () => {
  await using test = await startTestClient()
  const { client, clock } = test
  await client
    .of(ServiceAccount)
    .in('default')
    .create({ metadata: { name: 'default', namespace: 'default' } })
  const { uid: _, ...metadata } = exampleNode('n').metadata
  await client.of(Node).create({ ...exampleNode('n', { cpu: '4' }), metadata })
  await client.of(Node).patch('n', { status: exampleNode('n', { cpu: '4' }).status }, { type: 'merge', subresource: 'status' })
  await client.of(Node).patch('n', { spec: { taints: null } }, { type: 'merge' })
  const create = (name: string, cpu: string): Promise<Pod> => {
    const { uid: __, ...own } = examplePod(name).metadata
    return client
      .of(Pod)
      .in('default')
      .create({ ...examplePod(name, { requests: { cpu } }), metadata: own })
  }
  await create('running', '3')
  await client
    .of(Pod)
    .in('default')
    .sub('binding')
    .create('running', { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'running' }, target: { kind: 'Node', name: 'n' } })
  await create('fits', '1')
  await create('waits', '1')
  const cluster = await start(test)
  await clock.settled()
  const nodes = await Promise.all(['fits', 'waits'].map(async (name) => (await cluster.pod(name)).spec.nodeName ?? ''))
  expect(nodes.toSorted()).toEqual(['', 'n'])
  expect(cluster.scheduler.cache.snapshot().get('n')?.requestedMilliCpu).toBe(4000)
})

test('a claim that waits for its first consumer gets the free volume of the node, before the Pod is bound', async () => {
  await using cluster = await start()
  const { client, clock } = cluster.test
  await cluster.addNode('a')
  await cluster.addNode('b')
  const requirement = { key: 'kubernetes.io/hostname', operator: 'In' as const, values: ['b'] }
  await client
    .of(StorageClass)
    .create({ metadata: { name: 'local' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' })
  const volumes = client.of(PersistentVolume)
  await volumes.create({
    metadata: { name: 'disk' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'local',
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: '/disk' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [requirement] }] } },
    },
  })
  await volumes.patch('disk', { status: { phase: 'Available' } }, { type: 'merge', subresource: 'status' })
  const claims = client.of(PersistentVolumeClaim).in('default')
  await claims.create({
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } },
  })
  await clock.settled()
  await cluster.addPod('db', { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } })
  const promised = await volumes.get('disk')
  expect(promised.spec.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', namespace: 'default', name: 'data' })
  expect(promised.metadata.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' })
  expect((await cluster.pod('db')).spec.nodeName ?? '').toBe('')
  // The volume controller's part.
  await claims.patch(
    'data',
    { metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, spec: { volumeName: 'disk' } },
    { type: 'merge' },
  )
  await clock.advance(1000)
  expect((await cluster.pod('db')).spec.nodeName).toBe('b')
})

test('a second profile, for Pods that name it', async () => {
  await using cluster = await start(undefined, undefined, (parts) => {
    const usual = defaultProfile(parts)
    const careless = usual.plugins.filter(({ plugin }) => plugin.name !== 'TaintToleration')
    return [usual, { ...usual, schedulerName: 'careless', plugins: careless }]
  })
  await cluster.addNode('n', { taints: [{ key: 'a', effect: 'NoSchedule' }] })
  await cluster.addPod('usual')
  await cluster.addPod('careless', { spec: { schedulerName: 'careless' } })
  expect((await cluster.pod('usual')).spec.nodeName ?? '').toBe('')
  expect((await cluster.pod('careless')).spec.nodeName).toBe('n')
})

test('the same seed, the same places', async () => {
  const places = async (): Promise<readonly string[]> => {
    await using cluster = await start()
    for (let i = 0; i < 5; i++) await cluster.addNode(`n${i}`)
    for (let i = 0; i < 20; i++) await cluster.addPod(`p${i}`, { requests: { cpu: '100m' } })
    return Promise.all(Array.from({ length: 20 }, async (_, i) => (await cluster.pod(`p${i}`)).spec.nodeName ?? ''))
  }
  const first = await places()
  expect(first).not.toContain('')
  expect(await places()).toEqual(first)
})

test('many Pods wait, nodes are added: those that fit get their places', async () => {
  await using cluster = await start()
  await cluster.addNode('small', { cpu: '100m' })
  for (let i = 0; i < 30; i++) await cluster.addPod(`p${i}`, { requests: { cpu: '1' } })
  expect(cluster.scheduler.queue.counts()).toMatchObject({ unschedulable: 30 })
  await cluster.addNode('large', { cpu: '20' })
  await cluster.test.clock.advance(20_000)
  const pods = (await cluster.test.client.of(Pod).in('default').list()).items
  expect(pods.filter(({ spec }) => spec.nodeName === 'large')).toHaveLength(20)
  expect(cluster.scheduler.queue.counts()).toMatchObject({ active: 0, unschedulable: 10 })
  expect(cluster.scheduler.queue.eventsKept).toBe(0)
})

test('five hundred Pods over twenty nodes: none too many anywhere', async () => {
  await using cluster = await start()
  const { client, clock } = cluster.test
  for (let i = 0; i < 20; i++) await cluster.addNode(`n${i}`, { cpu: '5', memory: '32Gi' })
  const pods = client.of(Pod).in('default')
  const { metadata: _, ...body } = examplePod('p', { requests: { cpu: '200m' } })
  await Promise.all(Array.from({ length: 510 }, (__, i) => pods.create({ ...body, metadata: { name: `p${i}` } })))
  await clock.settled()
  const counts = new Map<string, number>()
  for (const { spec } of (await pods.list()).items) counts.set(spec.nodeName ?? '', (counts.get(spec.nodeName ?? '') ?? 0) + 1)
  expect(counts.get('')).toBe(10)
  expect(new Set([...counts].filter(([name]) => name !== '').map(([, count]) => count))).toEqual(new Set([25]))
})

test('metrics: attempts by result, how long Pods waited, who waits now', async () => {
  await using world = await start()
  await world.addPod('big', { requests: { cpu: '64' } })
  await world.addPod('small', { requests: { cpu: '100m' } })
  await world.test.clock.settled()
  await world.addNode('n', { cpu: '4' })
  await world.test.clock.advance(20_000)
  await world.test.clock.settled()
  const lines = world.scheduler.metricsText().join('').split('\n')
  const value = (line: string): number => Number(lines.find((one) => one.startsWith(`${line} `))?.slice(line.length))
  expect(value('scheduler_schedule_attempts_total{profile="default-scheduler",result="scheduled"}')).toBe(1)
  expect(value('scheduler_schedule_attempts_total{profile="default-scheduler",result="unschedulable"}')).toBeGreaterThan(2)
  expect(value('scheduler_pod_scheduling_sli_duration_seconds_count{attempts="2"}')).toBe(1)
  expect(value('scheduler_pending_pods{queue="unschedulable"}')).toBe(1)
  expect(value('scheduler_cache_size{type="nodes"}')).toBe(1)
})

test('a slice of time that is over before it began does not stop the scheduler for ever', async () => {
  await using test = await startTestClient()
  let elapsedMs = 0
  // Every look at the clock comes a second late: a machine that is busy with others.
  const clock = new Proxy(test.clock, {
    get: (target, name) => {
      if (name === 'monotonicMs') return () => (elapsedMs += 1000)
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const world = await start({ ...test, clock })
  await world.addNode('n')
  for (const name of ['a', 'b', 'c']) await world.addPod(name)
  await test.clock.settled()
  expect(await Promise.all(['a', 'b', 'c'].map(async (name) => (await world.pod(name)).spec.nodeName))).toEqual(['n', 'n', 'n'])
})
