/** Decisions: the classic example, sampling, chance, promises, messages. */
import { expect, test } from 'vitest'
import { wantedNodes } from './cycle.ts'
import { decideIn, exampleNode, examplePod, outcomeIn, scoresIn } from './example-objects.ts'
import { Nominations } from './nominations.ts'
import { PodInfo } from './pod-info.ts'

const many = (count: number, cpu = '4') => Array.from({ length: count }, (_, i) => exampleNode(`n${i}`, { cpu }))

test('a Pod that asks for 10 CPUs: of nodes with 4, 10 and 20 the first is filtered out, the last wins', () => {
  const nodes = [exampleNode('small', { cpu: '4' }), exampleNode('exact', { cpu: '10' }), exampleNode('large', { cpu: '20' })]
  const pod = examplePod('a', { requests: { cpu: '10' } })
  const decision = decideIn({ nodes }, pod)
  expect(decision).toMatchObject({ outcome: 'fits', node: { name: 'large' }, feasible: 2, evaluated: 3, nextIndex: 0 })
  expect(decision.outcome === 'fits' && decision.diagnosis.rejections.toObject()).toEqual({
    small: { plugin: 'NodeResourcesFit', code: 'UnschedulableAndUnresolvable', reasons: ['Insufficient cpu'] },
  })
  // (0 + 97) / 2 and (50 + 97) / 2: 10 of 20 CPUs and 200 MiB of 8 GiB taken.
  expect(scoresIn({ nodes }, pod, 'NodeResourcesFit')).toEqual({ exact: 48, large: 73 })
})

test('decide() says why, each reason with how many nodes gave it, sorted as text', () => {
  const taints = [{ key: 'a', value: 'b', effect: 'NoSchedule' as const }]
  const nodes = [exampleNode('a', { taints }), exampleNode('b', { cpu: '1' }), exampleNode('c', { cpu: '1', memory: '1Gi' })]
  expect(outcomeIn({ nodes }, examplePod('p', { requests: { cpu: '2', memory: '2Gi' } }))).toBe(
    '0/3 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s), 2 Insufficient cpu.',
  )
  expect(outcomeIn({ nodes: [] }, examplePod('p'))).toBe('no nodes available to schedule pods')
  expect(outcomeIn({ nodes: many(12, '1') }, examplePod('p', { requests: { cpu: '2' } }))).toBe(
    '0/12 nodes are available: 12 Insufficient cpu.',
  )
})

test('wantedNodes() samples the more the fewer nodes there are', () => {
  const cases = [50, 99, 100, 200, 1000, 5000, 6000, 15000].map((count) => [count, wantedNodes(0, count)])
  expect(cases).toEqual([
    [50, 50],
    [99, 99],
    [100, 100],
    [200, 100],
    [1000, 420],
    [5000, 500],
    [6000, 300],
    [15000, 750],
  ])
  expect(wantedNodes(40, 1000)).toBe(400)
  expect(wantedNodes(100, 1000)).toBe(1000)
})

test('decide() goes on where the last decision stopped', () => {
  const nodes = many(200)
  const first = decideIn({ nodes }, examplePod('a'))
  expect(first).toMatchObject({ feasible: 100, nextIndex: 100 })
  const second = decideIn({ nodes }, examplePod('a'), { startIndex: first.nextIndex })
  expect(second).toMatchObject({ feasible: 100, nextIndex: 0 })
  const looked = second.outcome === 'fits' ? (second.scores ?? []).map(({ node }) => node) : []
  expect([looked[0], looked.at(-1)]).toEqual(['n100', 'n199'])
})

test('equal nodes are chosen by chance, and the same seed chooses the same', () => {
  const nodes = many(5)
  const chosen = (seed: number): string => {
    const decision = decideIn({ nodes }, examplePod('a'), { seed })
    return decision.outcome === 'fits' ? decision.node.name : ''
  }
  expect(new Set(Array.from({ length: 40 }, (_, seed) => chosen(seed))).size).toBe(5)
  expect(chosen(3)).toBe(chosen(3))
})

test('a place that is promised to a more important Pod is taken for others', () => {
  const nodes = [exampleNode('n0')]
  const nominations = new Nominations()
  nominations.set(new PodInfo(examplePod('vip', { requests: { cpu: '3' }, spec: { priority: 10 } })), 'n0')
  const ask = (priority: number, cpu: string) =>
    decideIn({ nodes }, examplePod('p', { requests: { cpu }, spec: { priority } }), { nominations }).outcome
  expect(ask(0, '2')).toBe('unschedulable')
  expect(ask(0, '1')).toBe('fits')
  expect(ask(11, '2')).toBe('fits')
})

test('the node that was cleared for a Pod is tried first, and alone', () => {
  const nodes = many(3)
  const pod = examplePod('p', { status: { nominatedNodeName: 'n1' } })
  expect(decideIn({ nodes }, pod, { startIndex: 2 })).toMatchObject({ node: { name: 'n1' }, feasible: 1, nextIndex: 2 })
  const elsewhere = examplePod('p', { status: { nominatedNodeName: 'gone' } })
  expect(decideIn({ nodes }, elsewhere)).toMatchObject({ outcome: 'fits', feasible: 3 })
})
