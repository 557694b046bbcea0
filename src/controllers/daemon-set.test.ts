/** DaemonSets: which nodes get a Pod, how templates change, what becomes of Pods that fail. */
import { expect, test } from 'vitest'
import { ControllerRevision } from '../api/apps/controller-revision.ts'
import { DaemonSet } from '../api/apps/daemon-set.ts'
import { Event } from '../api/core/event.ts'
import { Node } from '../api/core/node.ts'
import { Pod } from '../api/core/pod.ts'
import { startTestClient, type TestClient } from '../testing/test-client.ts'
import { startTinyKubelet, type TinyKubelet } from '../testing/tiny-kubelet.ts'
import { daemonTolerations } from './daemon-set/daemon-pod.ts'
import { nodeJudge } from './daemon-set/nodes.ts'
import { daemonSetController } from './daemon-set.ts'
import { runControllers } from './run.ts'

type Spec = DaemonSet['spec']
function agent(image: string, spec: object = {}, podSpec: object = {}): DaemonSet {
  const labels = { app: 'agent' }
  return {
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }], ...podSpec } },
      ...spec,
    } as Spec,
  }
}
const node = (name: string, labels: Record<string, string> = {}, taints: object[] = []): Node =>
  ({ metadata: { name, labels }, spec: { taints } }) as Node
const taint = (effect: string, key = 'k') => ({ key, effect })

const verdicts: readonly [why: string, podSpec: object, node: Node, verdict: string][] = [
  ['any node', {}, node('n1'), 'runs'],
  ['the node it names', { nodeName: 'n1' }, node('n1'), 'runs'],
  ['another than it names', { nodeName: 'n1' }, node('n2'), 'goes'],
  ['one without the labels', { nodeSelector: { disk: 'ssd' } }, node('n1'), 'goes'],
  ['one with the labels', { nodeSelector: { disk: 'ssd' } }, node('n1', { disk: 'ssd' }), 'runs'],
  ['one that takes no new Pods', {}, node('n1', {}, [taint('NoSchedule')]), 'stays'],
  ['one that throws Pods out', {}, node('n1', {}, [taint('NoExecute')]), 'goes'],
  ['one that prefers none', {}, node('n1', {}, [taint('PreferNoSchedule')]), 'runs'],
  ['a cordoned one', {}, node('n1', {}, [taint('NoSchedule', 'node.kubernetes.io/unschedulable')]), 'runs'],
  ['a silent one', {}, node('n1', {}, [taint('NoExecute', 'node.kubernetes.io/unreachable')]), 'runs'],
  ['one without a network', {}, node('n1', {}, [taint('NoSchedule', 'node.kubernetes.io/network-unavailable')]), 'stays'],
  [
    'one without a network, for the host network',
    { hostNetwork: true },
    node('n1', {}, [taint('NoSchedule', 'node.kubernetes.io/network-unavailable')]),
    'runs',
  ],
]
test.each(verdicts)('nodeJudge() on %s', (_, podSpec, one, wanted) => {
  const { shouldRun, mayStay } = nodeJudge(agent('a', {}, podSpec))(one)
  expect(shouldRun ? 'runs' : mayStay ? 'stays' : 'goes').toBe(wanted)
})

test('daemonTolerations() adds each once', () => {
  const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }
  const all = daemonTolerations(agent('a', {}, { tolerations: [own] }).spec.template)
  expect(all.length).toBe(6)
  expect(all[0]).toEqual({ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' })
})

interface World extends TestClient {
  readonly kubelet: TinyKubelet
}
async function start(...nodes: readonly string[]): Promise<World> {
  const world = await startTestClient()
  await world.api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  for (const name of nodes) await world.client.of(Node).create({ metadata: { name } } as Node)
  for (const { metadata } of (await world.client.of(Node).list()).items)
    await world.client.of(Node).patch(metadata.name ?? '', { spec: { taints: null } }, { type: 'merge' })
  const kubelet = startTinyKubelet(world)
  await runControllers({ ...world, clientFor: () => world.client, controllers: [daemonSetController] })
  return { ...world, kubelet }
}
const sets = ({ client }: World) => client.of(DaemonSet).in('default')
const pods = async ({ client }: World): Promise<readonly Pod[]> => (await client.of(Pod).in('default').list()).items
const places = async (world: World): Promise<string[]> =>
  (await pods(world)).map(({ spec }) => `${spec.nodeName}: ${spec.containers[0]?.image}`).sort()
const setImage = (world: World, image: string): Promise<DaemonSet> =>
  sets(world).patch('agent', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } }, { type: 'strategic' })

test('every node gets a Pod, new ones too; a node that is no longer meant loses its', async () => {
  await using world = await start('n1', 'n2')
  await sets(world).create(agent('a:1', {}, { nodeSelector: { here: 'yes' } }))
  await world.clock.advance(1000)
  expect(await places(world)).toEqual([])
  for (const name of ['n1', 'n2']) await world.client.of(Node).patch(name, { metadata: { labels: { here: 'yes' } } }, { type: 'merge' })
  await world.clock.advance(2000)
  expect(await places(world)).toEqual(['n1: a:1', 'n2: a:1'])
  const [pod] = await pods(world)
  const [revision] = (await world.client.of(ControllerRevision).in('default').list()).items
  expect(pod?.metadata.labels).toEqual({
    app: 'agent',
    'controller-revision-hash': revision?.metadata.labels?.['controller-revision-hash'],
    'pod-template-generation': '1',
  })
  expect(revision).toMatchObject({
    metadata: { name: `agent-${revision?.metadata.labels?.['controller-revision-hash']}` },
    data: { spec: { template: { $patch: 'replace' } } },
    revision: 1,
  })
  const whole = { desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 2, numberAvailable: 2, updatedNumberScheduled: 2 }
  const { status, metadata } = await sets(world).get('agent')
  expect(status).toMatchObject({ ...whole, numberMisscheduled: 0, observedGeneration: 1 })
  await world.clock.advance(60_000)
  expect((await sets(world).get('agent')).metadata.resourceVersion).toBe(metadata.resourceVersion)
  await world.client.of(Node).patch('n1', { metadata: { labels: { here: 'no' } } }, { type: 'merge' })
  await world.clock.advance(2000)
  expect(await places(world)).toEqual(['n2: a:1'])
  expect(world.complaints).toEqual([])
})

test('a rolling update replaces one node at a time, and a rollback is an old revision made new', async () => {
  await using world = await start('n1', 'n2', 'n3')
  await sets(world).create(agent('a:1'))
  await world.clock.advance(2000)
  world.kubelet.statusOf = () => undefined
  await setImage(world, 'a:2')
  await world.clock.advance(2000)
  expect((await places(world)).filter((one) => one.endsWith('a:2')).length).toBe(1)
  world.kubelet.statusOf = () => ({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  })
  world.kubelet.look()
  await world.clock.advance(5000)
  expect(await places(world)).toEqual(['n1: a:2', 'n2: a:2', 'n3: a:2'])
  await setImage(world, 'a:1')
  await world.clock.advance(5000)
  expect(await places(world)).toEqual(['n1: a:1', 'n2: a:1', 'n3: a:1'])
  const revisions = (await world.client.of(ControllerRevision).in('default').list()).items
  expect(revisions.map(({ revision }) => revision).sort()).toEqual([2, 3])
  expect(world.complaints).toEqual([])
})

test('with a surge the new Pod comes before the old one goes', async () => {
  await using world = await start('n1', 'n2')
  await sets(world).create(agent('a:1', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }))
  await world.clock.advance(2000)
  world.kubelet.statusOf = () => undefined
  await setImage(world, 'a:2')
  await world.clock.advance(2000)
  expect((await places(world)).length).toBe(3)
  world.kubelet.statusOf = () => ({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  })
  world.kubelet.look()
  await world.clock.advance(5000)
  expect(await places(world)).toEqual(['n1: a:2', 'n2: a:2'])
  expect(world.complaints).toEqual([])
})

test('OnDelete waits for somebody to delete the old Pod', async () => {
  await using world = await start('n1')
  await sets(world).create(agent('a:1', { updateStrategy: { type: 'OnDelete' } }))
  await world.clock.advance(2000)
  await setImage(world, 'a:2')
  await world.clock.advance(2000)
  expect(await places(world)).toEqual(['n1: a:1'])
  for (const { metadata } of await pods(world))
    await world.client
      .of(Pod)
      .in('default')
      .delete(metadata.name ?? '')
  await world.clock.advance(2000)
  expect(await places(world)).toEqual(['n1: a:2'])
})

test('a Pod that fails is replaced, later each time', async () => {
  await using world = await start('n1')
  let made = 0
  world.kubelet.statusOf = () => {
    made++
    return { phase: 'Failed' }
  }
  await sets(world).create(agent('a:1'))
  await world.clock.advance(500)
  const atOnce = made
  await world.clock.advance(20_000)
  expect(atOnce).toBeLessThan(4)
  expect(made - atOnce).toBeLessThan(7)
  const events = (await world.client.of(Event).in('default').list()).items.filter(({ reason }) => reason === 'FailedDaemonPod')
  expect(events[0]?.message).toMatch(/^Found failed daemon pod default\/agent-\w+ on node n1, will try to kill it$/)
  world.kubelet.statusOf = () => ({ phase: 'Running' })
  await world.clock.advance(60_000)
  expect((await pods(world)).map(({ status }) => status?.phase)).toEqual(['Running'])
})
