/** Who has to go: victims, budgets, the choice among nodes, and what is said when it does not help. */
import { expect, test } from 'vitest'
import type { Pod } from '../api/core/pod.ts'
import type { PodDisruptionBudget } from '../api/policy/pod-disruption-budget.ts'
import { seededRandom } from '../std/random.ts'
import { decide } from './cycle.ts'
import { cacheOf, type ExampleCluster, exampleNode, examplePod, profileFor } from './example-objects.ts'
import { Nominations } from './nominations.ts'
import { PodInfo } from './pod-info.ts'
import { planPreemption } from './preempt.ts'

const low = (name: string, cpu: string, priority = 0, more: Partial<Pod['status']> = {}): Pod =>
  examplePod(name, { requests: { cpu }, labels: { app: name }, spec: { priority }, status: { startTime: '2026-01-01T00:00:00Z', ...more } })
const vip = (cpu: string, spec: Partial<Pod['spec']> = {}, status: Pod['status'] = {}): Pod =>
  examplePod('vip', { requests: { cpu }, spec: { priority: 100, ...spec }, status })
const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget =>
  ({
    metadata: { name: app, namespace: 'default' },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  }) as unknown as PodDisruptionBudget

/** "node: victim victim", or why nobody has to go. */
function plan(cluster: ExampleCluster, pod: Pod, budgets: readonly PodDisruptionBudget[] = []): string {
  const info = new PodInfo(pod)
  const snapshot = cacheOf(cluster).snapshot()
  const nominations = new Nominations()
  const random = seededRandom(1)
  const decision = decide({ pod: info, profile: profileFor(cluster), snapshot, nominations, startIndex: 0, random })
  if (decision.outcome !== 'unschedulable') return decision.outcome
  const { diagnosis, filters } = decision
  const nowMs = Date.parse('2026-01-02T00:00:00Z')
  const outcome = planPreemption({ pod: info, snapshot, filters, diagnosis, nominations, budgets, random, nowMs })
  return outcome.outcome === 'nothing' ? outcome.message : `${outcome.node}: ${outcome.victims.map(({ name }) => name).join(' ')}`
}

const node = (name: string) => exampleNode(name, { cpu: '4' })

test('as few as possible go, the least important first', () => {
  const running = { n: [low('a', '2', 1), low('b', '1', 2), low('c', '1', 3)] }
  expect(plan({ nodes: [node('n')], running }, vip('1'))).toBe('n: a')
  expect(plan({ nodes: [node('n')], running }, vip('3'))).toBe('n: b a')
  expect(plan({ nodes: [node('n')], running }, vip('4'))).toBe('n: c b a')
})

test('of equals those that started last go', () => {
  const running = { n: [low('old', '2'), low('new', '2', 0, { startTime: '2026-01-01T12:00:00Z' })] }
  expect(plan({ nodes: [node('n')], running }, vip('1'))).toBe('n: new')
})

test('what is said when preemption does not help', () => {
  const nodes = [node('a'), node('b'), node('c')]
  const running = { a: [low('peer', '4', 100)], b: [low('low', '1'), low('peer2', '3', 100)] }
  expect(plan({ nodes, running: { ...running, c: [low('x', '4', 200)] } }, vip('2'))).toBe(
    'preemption: 0/3 nodes are available: 1 Insufficient cpu, 2 No preemption victims found for incoming pod.',
  )
  expect(plan({ nodes }, vip('5'))).toBe('preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.')
  expect(plan({ nodes: [nodes[0] as never], running: { a: [low('l', '4')] } }, vip('2', { preemptionPolicy: 'Never' }))).toBe(
    'preemption: not eligible due to preemptionPolicy=Never.',
  )
})

test('who was promised a node waits for its victims', () => {
  const leaving: Pod = {
    ...low('leaving', '4', 0, { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] }),
  }
  const gone = { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' } }
  const running = { n: [gone] }
  expect(plan({ nodes: [node('n')], running }, vip('2', {}, { nominatedNodeName: 'n' }))).toBe(
    'preemption: not eligible due to a terminating pod on the nominated node.',
  )
  expect(plan({ nodes: [node('n')], running: { n: [low('x', '4')] } }, vip('2', {}, { nominatedNodeName: 'n' }))).toBe('n: x')
})

test('the node with the fewest violated budgets, then the least important victims, then the fewest', () => {
  const nodes = [node('a'), node('b')]
  expect(plan({ nodes, running: { a: [low('guarded', '4')], b: [low('free', '4')] } }, vip('2'), [budget('guarded', 0)])).toBe('b: free')
  expect(plan({ nodes, running: { a: [low('guarded', '4')], b: [low('x', '4', 50)] } }, vip('2'), [budget('guarded', 1)])).toBe(
    'a: guarded',
  )
  expect(plan({ nodes, running: { a: [low('x', '4', 5)], b: [low('y', '4', 4)] } }, vip('2'))).toBe('b: y')
  expect(plan({ nodes, running: { a: [low('x', '2', 5), low('x2', '2', 5)], b: [low('y', '4', 5)] } }, vip('4'))).toBe('b: y')
  const later = low('later', '4', 5, { startTime: '2026-01-01T12:00:00Z' })
  expect(plan({ nodes, running: { a: [low('early', '4', 5)], b: [later] } }, vip('4'))).toBe('b: later')
})

test('on a node those guarded by a budget are brought back first', () => {
  const running = { n: [low('guarded', '2'), low('free', '2', 50)] }
  expect(plan({ nodes: [node('n')], running }, vip('2'), [budget('guarded', 0)])).toBe('n: free')
  expect(plan({ nodes: [node('n')], running }, vip('2'), [budget('guarded', 1)])).toBe('n: guarded')
})

test('anti-affinity: the one that keeps the Pod away goes, not others', () => {
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'hermit' } } }
  const spec: Partial<Pod['spec']> = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }
  const running = { n: [low('hermit', '1', 50), low('other', '1', 1)] }
  expect(plan({ nodes: [node('n')], running }, vip('1', spec))).toBe('n: hermit')
})
