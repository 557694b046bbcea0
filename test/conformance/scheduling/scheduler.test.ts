/** Where Pods may go, and who makes room for whom. One after the other, on a cluster of its own: they fill its nodes. */
import { afterEach, expect, test } from 'vitest'
import { type Api, connect, eventually, type Json, type Resource, randomName, sleep } from '../api.ts'
import { pauseImage } from '../pods.ts'

const api = await connect({ own: ['--nodes', '2'] })
const nodes = api.of('v1', 'nodes')
const classes = api.of('scheduling.k8s.io/v1', 'priorityclasses')
const scarce = 'scheduling.k8s.io/foo'

const used: string[] = []
async function start(): Promise<{ namespace: string; pods: Resource }> {
  const namespace = await api.namespace('sched')
  used.push(namespace)
  return { namespace, pods: api.of('v1', 'pods', namespace) }
}

// The next test finds the nodes as they were: what still terminates counts.
afterEach(async () => {
  for (const namespace of used.splice(0)) {
    await api.of('apps/v1', 'replicasets', namespace).deleteCollection()
    const pods = api.of('v1', 'pods', namespace)
    await eventually(
      'all Pods to go',
      async () => {
        await pods.deleteCollection({}, { gracePeriodSeconds: 0 })
        return pods.list()
      },
      ({ items }) => items.length === 0,
    )
  }
})

async function readyNodes(): Promise<readonly Json[]> {
  const { items } = await nodes.list()
  return items.filter(
    ({ spec, status }: Json) =>
      spec.unschedulable !== true && status.conditions.some((one: Json) => one.type === 'Ready' && one.status === 'True'),
  )
}

interface PodOptions {
  readonly labels?: Json
  readonly amounts?: Json
  readonly spec?: Json
  readonly finalizers?: readonly string[]
}
function pausePod(name: string, { labels = {}, amounts = {}, spec = {}, finalizers }: PodOptions = {}): Json {
  return {
    metadata: { name, labels, ...(finalizers === undefined ? {} : { finalizers }) },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name, image: pauseImage, resources: { requests: amounts, limits: amounts } }],
      ...spec,
    },
  }
}

function onNode(name: string): Json {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [name] }]
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } }
}

const isRunning = ({ status }: Json) => status.phase === 'Running'

/** The scheduler has said that it finds no place. */
async function expectUnschedulable(of: Api, namespace: string, name: string): Promise<Json> {
  const { items } = await eventually(
    'FailedScheduling',
    () => of.of('v1', 'events', namespace).list({ fieldSelector: `involvedObject.name=${name},reason=FailedScheduling` }),
    ({ items: all }) => all.length > 0,
  )
  return items[0]
}

async function expectScheduled(pods: Resource, scheduled: number, waiting: number): Promise<void> {
  const { items } = await pods.list()
  const placed = items.filter(({ spec }: Json) => (spec.nodeName ?? '') !== '')
  expect([placed.length, items.length - placed.length]).toEqual([scheduled, waiting])
}

function millicores(quantity: string): number {
  return quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1000
}

test('[sig-scheduling] SchedulerPredicates [Serial] validates resource limits of pods that are allowed to run [Conformance]', async () => {
  const { namespace, pods } = await start()
  const free = new Map<string, number>()
  for (const { metadata, status } of await readyNodes()) {
    await nodes.patch(metadata.name, { metadata: { labels: { node: metadata.name } } })
    free.set(metadata.name, millicores(status.allocatable.cpu))
  }
  const most = Math.max(...free.values())
  for (const { spec, status } of (await api.of('v1', 'pods').list()).items) {
    const left = free.get(spec.nodeName)
    if (left === undefined || ['Succeeded', 'Failed'].includes(status.phase)) continue
    const requests = spec.containers.map((one: Json) => millicores(one.resources?.requests?.cpu ?? '0'))
    free.set(
      spec.nodeName,
      requests.reduce((sum: number, one: number) => sum - one, left),
    )
  }
  for (const [node, cpu] of free) {
    const matchExpressions = [{ key: 'node', operator: 'In', values: [node] }]
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } } }
    const name = randomName('filler-pod')
    await pods.create(pausePod(name, { amounts: { cpu: `${Math.floor((cpu * 7) / 10)}m` }, spec: { affinity } }))
    await pods.appears(name, isRunning)
  }
  await pods.create(pausePod('additional-pod', { labels: { name: 'additional' }, amounts: { cpu: `${most / 2}m` } }))
  const event = await expectUnschedulable(api, namespace, 'additional-pod')
  expect(event.message).toContain('Insufficient cpu')
  await expectScheduled(pods, free.size, 1)
  for (const node of free.keys()) await nodes.patch(node, { metadata: { labels: { node: null } } })
})

test('[sig-scheduling] SchedulerPredicates [Serial] validates that NodeSelector is respected if not matching [Conformance]', async () => {
  const { namespace, pods } = await start()
  await pods.create(pausePod('restricted-pod', { labels: { name: 'restricted' }, spec: { nodeSelector: { label: 'nonempty' } } }))
  await expectUnschedulable(api, namespace, 'restricted-pod')
  await expectScheduled(pods, 0, 1)
})

/** A node that takes a Pod without labels, with a label of its own from now on. */
async function labelledNode(pods: Resource, value: string): Promise<{ name: string; nodeSelector: Json }> {
  await pods.create(pausePod('without-label'))
  const { spec } = await pods.appears('without-label', isRunning)
  await pods.delete('without-label', { gracePeriodSeconds: 0 })
  const nodeSelector = { [`kubernetes.io/${randomName('e2e')}`]: value }
  await nodes.patch(spec.nodeName, { metadata: { labels: nodeSelector } })
  return { name: spec.nodeName, nodeSelector }
}

test('[sig-scheduling] SchedulerPredicates [Serial] validates that NodeSelector is respected if matching [Conformance]', async () => {
  const { pods } = await start()
  const { name, nodeSelector } = await labelledNode(pods, '42')
  await pods.create(pausePod('with-labels', { spec: { nodeSelector } }))
  const pod = await pods.appears('with-labels', ({ status }) => status.phase !== 'Pending')
  expect(pod.spec.nodeName).toBe(name)
})

test('[sig-scheduling] SchedulerPredicates [Serial] validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP [Conformance]', async () => {
  const { namespace, pods } = await start()
  const { name: node, nodeSelector } = await labelledNode(pods, '95')
  const { status } = await nodes.get(node)
  const hostIP = status.addresses.find((one: Json) => one.type === 'InternalIP').address
  const withPort = (name: string, ip: string) => {
    const ports = [{ hostPort: 54322, containerPort: 8080, protocol: 'TCP', ...(ip === '' ? {} : { hostIP: ip }) }]
    return pausePod(name, { spec: { nodeSelector, containers: [{ name: 'agnhost', image: pauseImage, ports }] } })
  }
  await pods.create(withPort('pod4', ''))
  await pods.appears('pod4', isRunning)
  await pods.create(withPort('pod5', hostIP))
  const event = await expectUnschedulable(api, namespace, 'pod5')
  expect(event.message).toContain("didn't have free ports for the requested pod ports")
  expect((await pods.get('pod5')).status.phase).toBe('Pending')
})

async function withClasses(values: Readonly<Record<string, number>>, use: () => Promise<void>): Promise<void> {
  for (const [name, value] of Object.entries(values)) await classes.create({ metadata: { name }, value })
  try {
    await use()
  } finally {
    for (const name of Object.keys(values)) await classes.delete(name, { gracePeriodSeconds: 0 })
  }
}
const priorities = { 'sched-preemption-low-priority': 1, 'sched-preemption-medium-priority': 100, 'sched-preemption-high-priority': 1000 }
const [low, medium, high] = Object.keys(priorities) as [string, string, string]

/** A resource that no kubelet puts right. */
function addResource(node: string, name: string, amount: string): Promise<Json> {
  const status = { capacity: { [name]: amount }, allocatable: { [name]: amount } }
  return nodes.patch(node, { status }, { type: 'strategic', subresource: 'status' })
}
function removeResource(node: string, name: string): Promise<Json> {
  return nodes.change(
    node,
    (copy) => {
      delete copy.status.capacity[name]
      delete copy.status.allocatable[name]
    },
    'status',
  )
}
async function withResource(of: readonly Json[], name: string, amount: string, use: () => Promise<void>): Promise<void> {
  for (const { metadata } of of) await addResource(metadata.name, name, amount)
  try {
    await use()
  } finally {
    for (const { metadata } of of) await removeResource(metadata.name, name)
  }
}

/** Two Pods take 4 of 5 on each node; the first of all has low priority. */
async function fillNodes(pods: Resource, of: readonly Json[]): Promise<readonly string[]> {
  const names: string[] = []
  for (const [i, { metadata }] of of.entries()) {
    for (const j of [0, 1]) {
      const priorityClassName = names.length === 0 ? low : medium
      const name = `pod${i}-${j}-${priorityClassName}`
      await pods.create(pausePod(name, { amounts: { [scarce]: '2' }, spec: { priorityClassName, affinity: onNode(metadata.name) } }))
      names.push(name)
    }
  }
  for (const name of names) await pods.appears(name, isRunning)
  return names
}

async function expectOnlyFirstPreempted(pods: Resource, [first, ...others]: readonly string[]): Promise<void> {
  const victim = await pods.find(first as string)
  if (victim !== undefined) expect(victim.metadata.deletionTimestamp).toBeDefined()
  for (const name of others) expect((await pods.get(name)).metadata.deletionTimestamp).toBeUndefined()
}

test('[sig-scheduling] SchedulerPreemption [Serial] validates basic preemption works [Conformance]', { timeout: 120_000 }, async () => {
  const { pods } = await start()
  const all = await readyNodes()
  await withClasses(priorities, () =>
    withResource(all, scarce, '5', async () => {
      const names = await fillNodes(pods, all)
      await pods.create(pausePod('preemptor-pod', { amounts: { [scarce]: '2' }, spec: { priorityClassName: high } }))
      await pods.appears('preemptor-pod', isRunning, 60_000)
      await expectOnlyFirstPreempted(pods, names)
    }),
  )
})

test('[sig-scheduling] SchedulerPreemption [Serial] validates lower priority pod preemption by critical pod [Conformance]', {
  timeout: 120_000,
}, async () => {
  const { pods } = await start()
  const all = await readyNodes()
  const system = api.of('v1', 'pods', 'kube-system')
  await api.of('v1', 'serviceaccounts', 'kube-system').appears('default')
  await withClasses(priorities, () =>
    withResource(all, scarce, '5', async () => {
      const names = await fillNodes(pods, all)
      await system.create(pausePod('critical-pod', { amounts: { [scarce]: '2' }, spec: { priorityClassName: 'system-cluster-critical' } }))
      try {
        await system.appears('critical-pod', isRunning, 60_000)
        await expectOnlyFirstPreempted(pods, names)
      } finally {
        await system.delete('critical-pod', { gracePeriodSeconds: 0 })
      }
    }),
  )
})

test('[sig-scheduling] SchedulerPreemption [Serial] validates pod disruption condition is added to the preempted pod [Conformance]', {
  timeout: 120_000,
}, async () => {
  const { pods } = await start()
  const [node] = await readyNodes()
  const amounts = { [scarce]: '1' }
  const affinity = onNode(node.metadata.name)
  await withClasses(priorities, () =>
    withResource([node], scarce, '1', async () => {
      const finalizers = ['example.com/test-finalizer']
      await pods.create(pausePod('victim-pod', { amounts, finalizers, spec: { priorityClassName: low, affinity } }))
      await pods.appears('victim-pod', isRunning)
      await pods.create(pausePod('preemptor-pod', { amounts, spec: { priorityClassName: high, affinity } }))
      const victim = await pods.appears('victim-pod', ({ metadata }) => metadata.deletionTimestamp !== undefined)
      expect(victim.status.conditions).toContainEqual(
        expect.objectContaining({ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }),
      )
      await pods.patch('victim-pod', { metadata: { finalizers: null } })
    }),
  )
})

test('[sig-scheduling] SchedulerPreemption [Serial] PreemptionExecutionPath runs ReplicaSets to verify preemption running path [Conformance]', {
  timeout: 120_000,
}, async () => {
  const { namespace, pods } = await start()
  const { name: nodeName } = await labelledNode(pods, '7')
  const node = await nodes.get(nodeName)
  await pods.disappears('without-label')
  const fake = 'example.com/fakecpu'
  const nodeSelector = { 'kubernetes.io/hostname': node.metadata.labels['kubernetes.io/hostname'] }
  const { resourceVersion } = (await pods.list()).metadata
  await using watch = await pods.watch({ resourceVersion })
  const seen = [0, 0, 0]
  const count = async () => {
    for (let event = await watch.next(0); event !== undefined; event = await watch.next(0)) {
      const index = /^rs-pod([123])/.exec(event.object.metadata.name)?.[1]
      if (event.type === 'ADDED' && index !== undefined) seen[Number(index) - 1] = (seen[Number(index) - 1] ?? 0) + 1
    }
    return [...seen]
  }
  await withClasses({ p1: 1, p2: 2, p3: 3, p4: 4 }, () =>
    withResource([node], fake, '1000', async () => {
      for (const [i, amount] of ['200', '300', '450'].entries()) {
        const name = `pod${i + 1}`
        const template = pausePod(name, {
          labels: { name },
          amounts: { [fake]: amount },
          spec: { nodeSelector, priorityClassName: `p${i + 1}` },
        })
        const sets = api.of('apps/v1', 'replicasets', namespace)
        await sets.create({ metadata: { name: `rs-${name}` }, spec: { replicas: 1, selector: { matchLabels: { name } }, template } })
        await sets.appears(`rs-${name}`, ({ status }) => status.availableReplicas === 1)
      }
      const preemptor = pausePod('pod4', {
        labels: { name: 'pod4' },
        amounts: { [fake]: '500' },
        spec: { nodeSelector, priorityClassName: 'p4' },
      })
      await pods.create(preemptor)
      await pods.appears('pod4', isRunning, 60_000)
      // p1 and p2 go and are made again; p3 stays, although it alone would have been room enough.
      await eventually('pod1 and pod2 again', count, (counts) => counts[0] === 2 && counts[1] === 2 && counts[2] === 1)
      await sleep(2000)
      expect(await count()).toEqual([2, 2, 1])
    }),
  )
})
