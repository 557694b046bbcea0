/** PodTopologySpread: which domains a Pod may enter, and which it would rather. */
import { expect, test } from 'vitest'
import { ReplicaSet } from '../../api/apps/replica-set.ts'
import type { Node } from '../../api/core/node.ts'
import type { Pod } from '../../api/core/pod.ts'
import { Service } from '../../api/core/service.ts'
import { type ExampleCluster, exampleNode, examplePod, outcomeIn, scoresIn } from '../example-objects.ts'

const zone = 'topology.kubernetes.io/zone'
const hostname = 'kubernetes.io/hostname'
type Constraint = NonNullable<Pod['spec']['topologySpreadConstraints']>[number]

const web = (name: string, more: object = {}): Pod => examplePod(name, { labels: { app: 'web' }, ...more })
const spread = (topologyKey: string, more: Partial<Constraint> = {}): Constraint => ({
  topologyKey,
  maxSkew: 1,
  whenUnsatisfiable: 'DoNotSchedule',
  labelSelector: { matchLabels: { app: 'web' } },
  ...more,
})
const zoned = (name: string, value: string, more: Parameters<typeof exampleNode>[1] = {}): Node =>
  exampleNode(name, { ...more, labels: { [zone]: value } })
const withPods = (counts: Readonly<Record<string, number>>): NonNullable<ExampleCluster['running']> =>
  Object.fromEntries(Object.entries(counts).map(([node, count]) => [node, Array.from({ length: count }, (_, i) => web(`${node}-${i}`))]))

/** The only node that will do, or why none does: each is asked alone, among all. */
function allowed(cluster: ExampleCluster, pod: Pod): readonly string[] {
  return cluster.nodes.flatMap(({ metadata: { name } }) => {
    const here = { ...pod.spec, nodeName: name as string }
    return outcomeIn(cluster, { ...pod, spec: here }) === name ? [name as string] : []
  })
}

const nodes = [zoned('a1', 'a'), zoned('a2', 'a'), zoned('b1', 'b'), zoned('b2', 'b')]

test('DoNotSchedule: no domain holds more than maxSkew over the emptiest', () => {
  const pod = (...topologySpreadConstraints: Constraint[]): Pod => web('p', { spec: { topologySpreadConstraints } })
  const running = withPods({ a1: 2, b1: 1 })
  expect(allowed({ nodes, running }, pod(spread(zone)))).toEqual(['b1', 'b2'])
  expect(allowed({ nodes, running }, pod(spread(zone, { maxSkew: 2 })))).toEqual(['a1', 'a2', 'b1', 'b2'])
  expect(allowed({ nodes, running }, pod(spread(hostname)))).toEqual(['a2', 'b2'])
  expect(allowed({ nodes, running }, pod(spread(zone), spread(hostname)))).toEqual(['b2'])
  // A selector that does not select the Pod itself: it makes nothing worse.
  expect(allowed({ nodes, running }, pod(spread(zone, { labelSelector: { matchLabels: { app: 'db' } } })))).toHaveLength(4)
})

test('DoNotSchedule: what is said when no domain will do', () => {
  const topologySpreadConstraints = [spread(zone, { minDomains: 3 })]
  const pod = web('p', { spec: { topologySpreadConstraints } })
  expect(outcomeIn({ nodes, running: withPods({ a1: 1, b1: 1 }) }, pod)).toBe(
    "0/4 nodes are available: 4 node(s) didn't match pod topology spread constraints.",
  )
  expect(outcomeIn({ nodes: [exampleNode('x')] }, pod)).toBe(
    "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  )
})

test('DoNotSchedule: only nodes that the Pod could go to are domains', () => {
  const empty = zoned('c1', 'c', { taints: [{ key: 'x', effect: 'NoSchedule' }] })
  const cluster = { nodes: [...nodes, empty], running: withPods({ a1: 1, b1: 1 }) }
  const pod = (more: Partial<Constraint>, spec: object = {}): Pod =>
    web('p', { spec: { ...spec, topologySpreadConstraints: [spread(zone, more)] } })
  expect(allowed(cluster, pod({}))).toEqual([])
  expect(allowed(cluster, pod({ nodeTaintsPolicy: 'Honor' }))).toHaveLength(4)
  const notC = {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: 'NotIn', values: ['c'] }] }],
        },
      },
    },
  }
  expect(allowed(cluster, pod({}, notC))).toHaveLength(4)
  expect(allowed(cluster, pod({ nodeAffinityPolicy: 'Ignore' }, notC))).toEqual([])
})

test('matchLabelKeys keep revisions apart; Pods on their way out and of other namespaces do not count', () => {
  const old = (name: string): Pod => examplePod(name, { labels: { app: 'web', hash: '1' } })
  const pod = examplePod('p', {
    labels: { app: 'web', hash: '2' },
    spec: { topologySpreadConstraints: [spread(zone, { matchLabelKeys: ['hash'] })] },
  })
  expect(allowed({ nodes, running: { a1: [old('x'), old('y')] } }, pod)).toHaveLength(4)
  const leaving = web('x', {
    metadata: { name: 'x', namespace: 'default', uid: 'x', labels: { app: 'web' }, deletionTimestamp: '2026-01-01T00:00:00Z' },
  })
  const elsewhere = web('y', { namespace: 'other' })
  expect(
    allowed({ nodes, running: { a1: [leaving, elsewhere] } }, web('p', { spec: { topologySpreadConstraints: [spread(zone)] } })),
  ).toHaveLength(4)
})

test('ScheduleAnyway prefers emptier domains (weight 2)', () => {
  const topologySpreadConstraints = [spread(zone, { whenUnsatisfiable: 'ScheduleAnyway' })]
  const cluster = { nodes: [...nodes, exampleNode('x')], running: withPods({ a1: 3, b1: 1 }) }
  // 3 and 1 Pods, times ln(2 domains + 2), rounded: 4 and 1; x lacks the label.
  expect(scoresIn(cluster, web('p', { spec: { topologySpreadConstraints } }), 'PodTopologySpread')).toEqual({
    a1: 50,
    a2: 50,
    b1: 200,
    b2: 200,
    x: 0,
  })
})

test('Pods of a Service or a ReplicaSet are spread over hosts and zones unless they say otherwise', () => {
  const service = { metadata: { name: 'web', namespace: 'default' }, spec: { selector: { app: 'web' } } }
  const running = withPods({ a1: 2 })
  // a1: 2 × ln(4 + 2) + 2 + 2 × ln(2 + 2) + 4 = 12; a2: 2 + 3 + 4 = 9; b: 2 + 4 = 6.
  expect(scoresIn({ nodes, running, objects: [[Service as never, [service]]] }, web('p'), 'PodTopologySpread')).toEqual({
    a1: 100,
    a2: 150,
    b1: 200,
    b2: 200,
  })
  const set = { metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'web' } } } }
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }
  const owned = web('p', { metadata: { name: 'p', namespace: 'default', labels: { app: 'web' }, ownerReferences: [owner] } })
  expect(scoresIn({ nodes, running, objects: [[ReplicaSet as never, [set]]] }, owned, 'PodTopologySpread')).toMatchObject({
    a1: 100,
    b1: 200,
  })
  expect(scoresIn({ nodes, running }, web('p'), 'PodTopologySpread')).toEqual({ a1: 0, a2: 0, b1: 0, b2: 0 })
})
