/** Which events free a Pod that a plugin rejected: a table of events, and what each plugin says to them. */
import { expect, test } from 'vitest'
import type { Node } from '../api/core/node.ts'
import type { Pod } from '../api/core/pod.ts'
import { exampleNode, examplePod, profileFor } from './example-objects.ts'
import type { ClusterEvent, EventAction, EventResource } from './framework.ts'
import { PodInfo } from './pod-info.ts'
import { onNode } from './pod-place.ts'
import { nodeUpdates, podUpdates } from './queue-events.ts'

const { plugins } = profileFor({ nodes: [] })

/** What the plugin says to the event: 'free', 'stay', or '-' when it does not listen. */
function check(name: string, pod: Pod, event: ClusterEvent): string {
  const plugin = plugins.find(({ plugin: one }) => one.name === name)?.plugin
  const interest = plugin?.events?.find(
    ({ resource, actions }) => resource === event.resource && actions.includes(event.action as EventAction),
  )
  if (interest === undefined) return '-'
  return (interest.hint?.(new PodInfo(pod), event) ?? true) ? 'free' : 'stay'
}
const event = (resource: EventResource, action: EventAction, old?: Pod | Node, now?: Pod | Node): ClusterEvent => ({
  resource,
  action,
  ...(old === undefined ? {} : { old }),
  ...(now === undefined ? {} : { new: now }),
})
const added = (node: Node): ClusterEvent => event('Node', 'Add', undefined, node)
const gone = (pod: Pod): ClusterEvent => event('Pod', 'Delete', onNode(pod, 'n'))

test('NodeResourcesFit', () => {
  const pod = examplePod('p', { requests: { cpu: '2', memory: '1Gi' } })
  const node = (cpu: string, memory = '8Gi'): Node => exampleNode('n', { cpu, memory })
  const resized = (old: Node, now: Node): ClusterEvent => event('Node', 'UpdateNodeAllocatable', old, now)
  expect(check('NodeResourcesFit', pod, added(node('1')))).toBe('stay')
  expect(check('NodeResourcesFit', pod, added(node('2')))).toBe('free')
  expect(check('NodeResourcesFit', pod, resized(node('1'), node('2')))).toBe('free')
  expect(check('NodeResourcesFit', pod, resized(node('4'), node('3')))).toBe('stay')
  expect(check('NodeResourcesFit', pod, event('Node', 'UpdateNodeLabel', node('4'), node('4')))).toBe('-')
  expect(check('NodeResourcesFit', pod, gone(examplePod('x')))).toBe('free')
  expect(check('NodeResourcesFit', pod, event('Pod', 'Delete', examplePod('waiting')))).toBe('stay')
  const shrunk = (cpu: string): Pod => onNode(examplePod('x', { requests: { cpu } }), 'n')
  expect(check('NodeResourcesFit', pod, event('Pod', 'UpdatePodScaleDown', shrunk('2'), shrunk('1')))).toBe('free')
  const gpu = examplePod('p', { requests: { 'example.com/gpu': '1' } })
  expect(check('NodeResourcesFit', gpu, event('Pod', 'UpdatePodScaleDown', shrunk('2'), shrunk('1')))).toBe('stay')
})

test('TaintToleration and NodeUnschedulable', () => {
  const tainted = exampleNode('n', { taints: [{ key: 'a', effect: 'NoSchedule' }] })
  const clean = exampleNode('n')
  const pod = examplePod('p')
  expect(check('TaintToleration', pod, added(tainted))).toBe('stay')
  expect(check('TaintToleration', pod, event('Node', 'UpdateNodeTaint', tainted, clean))).toBe('free')
  expect(check('TaintToleration', pod, event('Node', 'UpdateNodeTaint', clean, clean))).toBe('stay')
  expect(check('TaintToleration', pod, event('Pod', 'UpdatePodToleration', pod, pod))).toBe('free')
  const cordoned = exampleNode('n', { unschedulable: true })
  expect(check('NodeUnschedulable', pod, event('Node', 'UpdateNodeTaint', cordoned, clean))).toBe('free')
  expect(check('NodeUnschedulable', pod, added(cordoned))).toBe('stay')
})

test('NodeAffinity', () => {
  const pod = examplePod('p', { spec: { nodeSelector: { disk: 'ssd' } } })
  const ssd = exampleNode('n', { labels: { disk: 'ssd' } })
  expect(check('NodeAffinity', pod, added(exampleNode('n')))).toBe('stay')
  expect(check('NodeAffinity', pod, added(ssd))).toBe('free')
  expect(check('NodeAffinity', pod, event('Node', 'UpdateNodeLabel', exampleNode('n'), ssd))).toBe('free')
  expect(check('NodeAffinity', pod, event('Node', 'UpdateNodeLabel', ssd, ssd))).toBe('stay')
})

test('NodePorts', () => {
  const on = (name: string, hostPort: number): Pod => examplePod(name, { ports: [{ containerPort: 1, hostPort }] })
  expect(check('NodePorts', on('p', 80), gone(on('x', 80)))).toBe('free')
  expect(check('NodePorts', on('p', 80), gone(on('x', 81)))).toBe('stay')
})

test('InterPodAffinity and PodTopologySpread', () => {
  const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'db' } } }
  const terms = { requiredDuringSchedulingIgnoredDuringExecution: [term] }
  const near = examplePod('p', { spec: { affinity: { podAffinity: terms } } })
  const far = examplePod('p', { spec: { affinity: { podAntiAffinity: terms } } })
  const db = examplePod('db', { labels: { app: 'db' } })
  const placed = event('Pod', 'Add', undefined, onNode(db, 'n'))
  expect([check('InterPodAffinity', near, placed), check('InterPodAffinity', far, placed)]).toEqual(['free', 'stay'])
  expect([check('InterPodAffinity', near, gone(db)), check('InterPodAffinity', far, gone(db))]).toEqual(['stay', 'free'])
  const zoned = exampleNode('n', { labels: { zone: 'a' } })
  expect([check('InterPodAffinity', near, added(zoned)), check('InterPodAffinity', near, added(exampleNode('n')))]).toEqual([
    'free',
    'stay',
  ])
  const constraint = { ...term, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' as const }
  const spread = examplePod('p', { spec: { topologySpreadConstraints: [constraint] } })
  expect([check('PodTopologySpread', spread, gone(db)), check('PodTopologySpread', spread, gone(examplePod('x')))]).toEqual([
    'free',
    'stay',
  ])
  expect([check('PodTopologySpread', spread, added(zoned)), check('PodTopologySpread', spread, added(exampleNode('n')))]).toEqual([
    'free',
    'stay',
  ])
})

test('what an update means', () => {
  const actions = (events: readonly ClusterEvent[]): readonly string[] => events.map(({ action }) => action)
  const pods = (old: Pod, now: Pod): readonly string[] => actions(podUpdates(new PodInfo(old), new PodInfo(now)))
  const pod = examplePod('p', { requests: { cpu: '2' } })
  expect(pods(pod, examplePod('p', { requests: { cpu: '2' }, status: { phase: 'Running' } }))).toEqual(['Update'])
  expect(pods(pod, examplePod('p', { requests: { cpu: '1' }, labels: { a: 'b' } }))).toEqual(['UpdatePodLabel', 'UpdatePodScaleDown'])
  const gated = examplePod('p', { spec: { schedulingGates: [{ name: 'a' }] } })
  expect(pods(gated, examplePod('p'))).toEqual(['UpdatePodSchedulingGatesEliminated'])
  const node = exampleNode('n')
  expect(actions(nodeUpdates(node, exampleNode('n')))).toEqual([])
  expect(actions(nodeUpdates(node, exampleNode('n', { cpu: '5', labels: { a: 'b' } })))).toEqual([
    'UpdateNodeAllocatable',
    'UpdateNodeLabel',
  ])
  expect(actions(nodeUpdates(exampleNode('n', { unschedulable: true }), node))).toEqual(['UpdateNodeTaint'])
})
